//! How connections are opened, shared and lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use rpc::channel::{Channel, ConnectionKey, Start};
use rpc::encoding::Encoding;

fn open(channel: &mut Channel, exchange: u64) -> ConnectionKey {
    let Start::Open(key) = channel.start(exchange) else {
        panic!("not a new connection")
    };
    assert_eq!(channel.opened(key), [exchange]);
    key
}

#[test]
fn http_has_one_exchange_on_a_connection() {
    let mut channel = Channel::new(Encoding::JsonHttp);
    let (a, b) = (open(&mut channel, 1), open(&mut channel, 2));
    assert_ne!(a, b);
    assert_eq!(channel.open_connections(), 2);
    channel.finished(2);
    channel.finished(1);
    assert_eq!(channel.start(3), Start::Send(a), "the most recently used");
    assert_eq!(channel.start(4), Start::Send(b));
    assert!(matches!(channel.start(5), Start::Open(_)));
    assert_eq!(channel.connection_of(4), Some(b));
}

#[test]
fn http_closes_what_is_cancelled() {
    let mut channel = Channel::new(Encoding::JsonHttp);
    let key = open(&mut channel, 1);
    assert_eq!(channel.cancelled(1), Some(key));
    assert_eq!(channel.cancelled(1), None);
    assert_eq!(channel.open_connections(), 0);
    assert!(matches!(channel.start(2), Start::Open(other) if other != key));
    // Cancelled while its connection is being opened.
    let Start::Open(key) = channel.start(3) else {
        panic!("not a new connection")
    };
    assert_eq!(channel.cancelled(3), Some(key));
    assert!(channel.opened(key).is_empty());
    assert_eq!(channel.open_connections(), 0);
}

#[test]
fn onc_rpc_shares_one_connection() {
    let mut channel = Channel::new(Encoding::OncRpc);
    let Start::Open(key) = channel.start(1) else {
        panic!("not a new connection")
    };
    assert_eq!(channel.start(2), Start::Wait(key));
    assert_eq!(channel.start(3), Start::Wait(key));
    assert_eq!(channel.opening_connections(), 1);
    assert_eq!(channel.cancelled(2), None);
    assert_eq!(channel.opened(key), [1, 3]);
    assert!(channel.opened(key).is_empty(), "sent once");
    assert_eq!(channel.start(4), Start::Send(key));
    channel.finished(1);
    assert_eq!(channel.lost(key), [3, 4]);
    assert!(channel.lost(key).is_empty());
    assert!(matches!(channel.start(5), Start::Open(other) if other != key));
}

#[test]
fn what_is_lost_fails() {
    let mut channel = Channel::new(Encoding::JsonHttp);
    let (a, b) = (open(&mut channel, 1), open(&mut channel, 2));
    channel.finished(1);
    assert!(channel.lost(a).is_empty(), "an idle connection");
    assert!(
        matches!(channel.start(3), Start::Open(_)),
        "a lost connection is not reused"
    );
    assert_eq!(channel.lost_all(), [2, 3]);
    assert_eq!(
        (channel.open_connections(), channel.connection_of(2)),
        (0, None)
    );
    assert!(channel.lost(b).is_empty());
}

#[derive(Debug, Clone)]
enum Step {
    Start(u64),
    Opened(u32),
    Finished(u64),
    Cancelled(u64),
    Lost(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u64..40).prop_map(Step::Start),
        (0u32..40).prop_map(Step::Opened),
        (0u64..40).prop_map(Step::Finished),
        (0u64..40).prop_map(Step::Cancelled),
        (0u32..40).prop_map(Step::Lost),
    ]
}

proptest! {
    /// Whatever happens, no exchange vanishes, and in HTTP none shares its connection.
    #[test]
    fn nothing_vanishes(multiplexed: bool, steps in proptest::collection::vec(step(), 0..120)) {
        let encoding = if multiplexed { Encoding::OncRpc } else { Encoding::JsonHttp };
        let mut channel = Channel::new(encoding);
        let mut running = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for step in steps {
            match step {
                Step::Start(exchange) => {
                    // Its name must be new.
                    if running.insert(exchange) && let Start::Open(key) = channel.start(exchange) {
                        prop_assert!(keys.insert(key), "a key used twice");
                    }
                }
                Step::Opened(key) => {
                    for exchange in channel.opened(ConnectionKey(key)) {
                        prop_assert!(running.contains(&exchange));
                    }
                }
                Step::Finished(exchange) => {
                    channel.finished(exchange);
                    running.remove(&exchange);
                }
                Step::Cancelled(exchange) => {
                    let close = channel.cancelled(exchange);
                    prop_assert_eq!(close.is_some(), running.remove(&exchange) && !multiplexed);
                }
                Step::Lost(key) => {
                    for exchange in channel.lost(ConnectionKey(key)) {
                        prop_assert!(running.remove(&exchange));
                    }
                }
            }
            let placed: Vec<_> = running.iter().map(|exchange| channel.connection_of(*exchange)).collect();
            prop_assert!(placed.iter().all(Option::is_some));
            let distinct = placed.iter().collect::<BTreeSet<_>>().len();
            let expected = if multiplexed { placed.len().min(1) } else { placed.len() };
            prop_assert_eq!(distinct, expected);
            prop_assert!(channel.open_connections() + channel.opening_connections() >= distinct);
        }
    }
}

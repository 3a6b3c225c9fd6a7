//! Servers whose calls share the cores (processor sharing), worked out by hand.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use common::{act, server, start};
use simulation::World;
use simulation::action::Action;
use simulation::record::Outcome;
use simulation::scenario::ServerSpec;
use simulation::time::{MILLISECOND, Nanos, SECOND};

/// Two networks that call at each full second at once, for 10 ms of work, over ways of no length.
fn two_at_once(settings: &str) -> World {
    let file = format!(
        r#"{{"reroute": 1, "encoding": "onc-rpc",
        "workload": [{{"procedure": "add", "demand": {{"kind": "constant", "mean": "10ms"}}}}],
        "calls": {{"max_attempts": 1}},
        "nodes": [
            {{"name": "a", "kind": "lan", "clients": 1, "load": {{"kind": "constant", "rate": "1/s"}}}},
            {{"name": "b", "kind": "lan", "clients": 1, "load": {{"kind": "constant", "rate": "1/s"}}}},
            {{"name": "s", "kind": "server", "discipline": "processor-sharing"{settings}}}],
        "links": [
            {{"between": ["a", "s"], "latency": "0s", "bandwidth": "1Tbit/s"}},
            {{"between": ["b", "s"], "latency": "0s", "bandwidth": "1Tbit/s"}}]}}"#
    );
    let scenario = simulation::file::read(&file).expect("the file holds");
    start(&scenario)
}

/// How long the two took, to the microsecond: messages take some nanoseconds.
fn took(world: &mut World) -> Vec<Nanos> {
    world.advance(SECOND + SECOND / 2);
    let ended = world.calls().filter(|it| it.outcome != Outcome::Shed);
    ended
        .filter_map(|call| Some((call.ended? - call.began) / 1_000))
        .collect()
}

const MS: Nanos = MILLISECOND / 1_000;

#[test]
fn two_that_come_together_take_twice_as_long_and_end_together() {
    let mut world = two_at_once("");
    world.advance(SECOND + 5 * MILLISECOND);
    let view = server(&world, "s");
    assert_eq!((view.busy, view.queued), (1, 1));
    assert_eq!(took(&mut world), [20 * MS, 20 * MS]);
    let id = world.node_named("s").expect("it exists").id;
    assert_eq!(world.core_time(id) / 1_000, 20 * MS);
}

#[test]
fn with_a_core_each_nobody_shares() {
    let mut world = two_at_once(r#", "cores": 2"#);
    assert_eq!(took(&mut world), [10 * MS, 10 * MS]);
}

/// After 5 ms each has 7.5 of its 10 ms of work left.
#[test]
fn what_is_left_goes_on_at_the_new_pace() {
    let after = |action: &dyn Fn(ServerSpec) -> Action| {
        let mut world = two_at_once("");
        world.advance(SECOND + 5 * MILLISECOND);
        let spec = server(&world, "s").spec.clone();
        act(&mut world, action(spec));
        took(&mut world)
    };
    let named = || "s".to_owned();
    let faster = after(&|_| Action::SetSpeed(named(), 2.0));
    assert_eq!(faster, [12_500, 12_500]);
    let wider = after(&|spec| Action::SetServer(named(), ServerSpec { cores: 2, ..spec }));
    assert_eq!(wider, [12_500, 12_500]);
}

/// Its limit is what keeps a server that shares from taking everyone in.
#[test]
fn one_too_many_is_shed() {
    let mut world = two_at_once(r#", "queue_limit": 0"#);
    assert_eq!(took(&mut world), [10 * MS]);
    let ledger = world.ledger();
    assert_eq!((ledger.calls.answered, ledger.calls.shed), (1, 1));
}

//! What nobody sets and somebody will: rates that come to nothing, work that never ends, users who
//! never think, clients that leave, balancers that die with their clocks running.
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
use simulation::action::{Action, Death};
use simulation::record::{CallRecord, MessageKind, What};
use simulation::scenario::{LanSpec, Load};
use simulation::time::{MILLISECOND, Nanos, SECOND};
use std::collections::BTreeMap;

/// A world from a file without the field that all have.
fn world(fields: &str) -> World {
    let text = format!("{{\"reroute\": 1, {fields}}}");
    start(&simulation::file::read(&text).unwrap_or_else(|faults| panic!("{faults:?}")))
}

/// One client network, one server, a link between them.
fn pair(lan: &str, server: &str, demand: &str, rest: &str) -> World {
    world(&format!(
        r#"
        "workload": [{{"procedure": "echo", "demand": {demand}}}],
        "nodes": [
            {{"name": "lan", "kind": "lan", {lan}}},
            {{"name": "server", "kind": "server"{server}}}
        ],
        "links": [{{"between": ["lan", "server"], "latency": "1ms"}}]
        {rest}"#
    ))
}

/// A balancer between them, 10 ms from the clients and 100 ms from three servers, whose file says this of it.
fn balanced(lan: &str, balancer: &str, rest: &str) -> World {
    world(&format!(
        r#"
        "workload": [{{"procedure": "echo", "demand": {{"kind": "constant", "mean": "1s"}}}}],
        "nodes": [
            {{"name": "lan", "kind": "lan", {lan}}},
            {{"name": "balancer", "kind": "balancer", "health_check": null, "ejection": null, {balancer}}},
            {{"name": "server-1", "kind": "server", "cores": 64}},
            {{"name": "server-2", "kind": "server", "cores": 64}},
            {{"name": "server-3", "kind": "server", "cores": 64}}
        ],
        "links": [
            {{"between": ["lan", "balancer"], "latency": "10ms"}},
            {{"between": ["balancer", "server-1"], "latency": "100ms"}},
            {{"between": ["balancer", "server-2"], "latency": "100ms"}},
            {{"between": ["balancer", "server-3"], "latency": "100ms"}}
        ]
        {rest}"#
    ))
}

/// Runs and gives every call, in the order of their numbers.
fn run(world: &mut World, until: Nanos) -> Vec<CallRecord> {
    let mut seen = BTreeMap::new();
    while world.now() < until {
        world.advance((world.now() + 100 * MILLISECOND).min(until));
        seen.extend(world.calls().map(|call| (call.id, call.clone())));
    }
    seen.into_values().collect()
}

#[test]
fn a_rate_of_almost_nothing_is_almost_nothing() {
    let mut world = pair(
        r#""load": {"kind": "poisson", "rate": "100/s"}"#,
        "",
        r#"{"kind": "constant", "mean": "1ms"}"#,
        "",
    );
    world.advance(SECOND);
    let rate = 1e-14;
    act(
        &mut world,
        Action::SetLoad("lan".to_owned(), Load::Poisson { rate }),
    );
    let before = world.ledger().calls.sent;
    world.advance(3_600 * SECOND);
    // Each of the clients had one under way to its next arrival, which the change took back.
    assert_eq!(world.ledger().calls.sent, before);
    assert_eq!(world.ledger().calls.in_flight(), 0);
}

#[test]
fn work_that_outlasts_the_clock_never_ends() {
    let mut world = pair(
        r#""clients": 50, "load": {"kind": "poisson", "rate": "300/s"}"#,
        r#", "discipline": "processor-sharing", "speed": 0.001, "queue_limit": 100000"#,
        r#"{"kind": "pareto", "mean": "3600s", "shape": 1.1}"#,
        r#", "calls": {"deadline": "24h", "attempt_timeout": "24h", "max_attempts": 1}"#,
    );
    let calls = run(&mut world, 3 * SECOND);
    assert!(calls.iter().all(|call| call.began <= 3 * SECOND));
    act(&mut world, Action::SetSpeed("server".to_owned(), 0.002));
    world.advance(4 * SECOND);
    assert!(world.ledger().balances());
}

#[test]
fn users_who_never_think_do_not_stop_the_clock_where_nobody_serves() {
    let mut world = world(
        r#"
        "workload": [{"procedure": "echo"}],
        "calls": {"max_attempts": 1},
        "nodes": [{"name": "lan", "kind": "lan", "clients": 2, "load": {"kind": "closed", "think": "0s"}}]
        "#,
    );
    assert!(
        world.advance_some(SECOND, 100_000),
        "still at {} ns",
        world.now()
    );
    assert!(world.ledger().calls.failed > 100);
}

#[test]
fn what_is_given_up_before_it_was_connected_leaves_nothing_behind() {
    let mut world = world(
        r#"
        "workload": [{"procedure": "echo"}],
        "calls": {"max_attempts": 1, "deadline": "1ms"},
        "nodes": [
            {"name": "lan", "kind": "lan", "clients": 1, "load": {"kind": "closed", "think": "1ms"}},
            {"name": "server", "kind": "server"}
        ]
        "#,
    );
    world.advance(20 * SECOND);
    let calls = world.ledger().calls.sent;
    assert!(calls > 5_000, "{calls}");
    // An arrival, a timeout, a deadline, and the one time that the sender's TCP looks again.
    let each = world.events() as f64 / calls as f64;
    assert!(each < 5.0, "{each} events for each call");
}

/// When each call was sent to a backend for the second time, after the first.
fn hedge_delays(calls: &[CallRecord]) -> Vec<Nanos> {
    let chosen = |call: &CallRecord| -> Vec<Nanos> {
        let steps = call.steps.iter();
        steps
            .filter(|step| matches!(step.what, What::Chosen { .. }))
            .map(|step| step.at)
            .collect()
    };
    calls
        .iter()
        .filter_map(|call| match chosen(call)[..] {
            [first, second, ..] => Some(second - first),
            _ => None,
        })
        .collect()
}

/// A balancer that crashes and is back before what it had set its clocks to.
const BLINK: &str = r#",
    "calls": {"max_attempts": 1, "deadline": "5s", "attempt_timeout": "5s"},
    "timeline": [
        {"at": "300ms", "action": "kill", "node": "balancer", "death": "crash"},
        {"at": "310ms", "action": "revive", "node": "balancer"}
    ]"#;

#[test]
fn a_balancer_come_back_hedges_by_its_own_clock() {
    let mut world = balanced(
        r#""clients": 50, "load": {"kind": "poisson", "rate": "100/s"}"#,
        r#""policy": "random", "max_attempts": 2, "protection": {"hedging": {"kind": "after", "delay": "400ms"}}"#,
        BLINK,
    );
    let delays = hedge_delays(&run(&mut world, 4 * SECOND));
    assert!(delays.len() > 100, "{delays:?}");
    let least = delays.iter().min().expect("there are some");
    assert!(*least >= 400 * MILLISECOND, "hedged after {least} ns");
}

#[test]
fn a_balancer_come_back_lets_in_at_its_own_rate() {
    let mut world = balanced(
        r#""clients": 50, "load": {"kind": "poisson", "rate": "200/s"}"#,
        r#""policy": "random", "protection": {"rate_limit": {"kind": "leaky", "rate": "50/s", "burst": 150}}"#,
        BLINK,
    );
    let calls = run(&mut world, 3 * SECOND);
    let mut chosen: Vec<Nanos> = calls
        .iter()
        .filter_map(|call| {
            let mut steps = call.steps.iter();
            let first = steps.find(|step| matches!(step.what, What::Chosen { .. }));
            first.map(|step| step.at)
        })
        .filter(|at| *at > 310 * MILLISECOND)
        .collect();
    chosen.sort_unstable();
    let least = chosen.windows(2).map(|two| two[1] - two[0]).min();
    assert!(
        least >= Some(19 * MILLISECOND),
        "{least:?} ns apart, for 50 a second"
    );
}

#[test]
fn the_clock_of_a_hedge_runs_from_the_attempt_that_it_stands_beside() {
    // The first attempt times out at 300 ms; the retry gets as long, and no hedge 100 ms in.
    let mut world = balanced(
        r#""clients": 10, "load": {"kind": "poisson", "rate": "10/s"}"#,
        r#""policy": "random", "max_attempts": 3, "attempt_timeout": "300ms",
           "protection": {"hedging": {"kind": "after", "delay": "400ms"}}"#,
        r#", "calls": {"deadline": "10s", "attempt_timeout": "10s", "max_attempts": 1}"#,
    );
    for name in ["server-1", "server-2", "server-3"] {
        act(&mut world, Action::Kill(name.to_owned(), Death::Silence));
    }
    let calls = run(&mut world, 3 * SECOND);
    for call in &calls {
        let chosen: Vec<Nanos> = call
            .steps
            .iter()
            .filter(|step| matches!(step.what, What::Chosen { .. }))
            .map(|step| step.at)
            .collect();
        for two in chosen.windows(2) {
            let gap = two[1] - two[0];
            assert!(gap >= 300 * MILLISECOND, "{gap} ns, call {}", call.id);
        }
    }
    assert!(calls.len() > 10);
}

#[test]
fn an_answer_to_the_balancer_that_was_opens_no_connection_of_the_one_that_is() {
    let mut world = balanced(
        r#""clients": 20, "load": {"kind": "poisson", "rate": "0/s"}"#,
        r#""policy": "round-robin""#,
        r#", "calls": {"max_attempts": 1, "deadline": "5s", "attempt_timeout": "5s"}"#,
    );
    let balancer = "balancer".to_owned();
    let id = world.node_named(&balancer).expect("it exists").id;
    world.advance(150 * MILLISECOND);
    let load = Load::Poisson { rate: 1_000.0 };
    act(&mut world, Action::SetLoad("lan".to_owned(), load));
    // Connections are asked for from 180 ms on, and granted from 380 ms on.
    world.advance(300 * MILLISECOND);
    act(&mut world, Action::Kill(balancer.clone(), Death::Crash));
    world.advance(301 * MILLISECOND);
    act(&mut world, Action::Revive(balancer));
    let calls = run(&mut world, SECOND);
    let first = calls
        .iter()
        .flat_map(|call| &call.wires)
        .filter(|wire| wire.kind == MessageKind::Request && wire.from == id)
        .map(|wire| wire.at)
        .min();
    // 100 ms there and 100 ms back before anything can be asked.
    assert!(first >= Some(501 * MILLISECOND), "{first:?}");
}

#[test]
fn clients_that_leave_take_their_work_with_them() {
    let lan = |clients| LanSpec {
        clients,
        load: Load::Closed { think: 0 },
    };
    let mut world = pair(
        r#""clients": 4, "load": {"kind": "closed", "think": "0s"}"#,
        r#", "cores": 8"#,
        r#"{"kind": "constant", "mean": "10s"}"#,
        r#", "calls": {"deadline": "1h", "attempt_timeout": "1h"}"#,
    );
    world.advance(SECOND);
    assert_eq!(server(&world, "server").busy, 4);
    act(&mut world, Action::SetLan("lan".to_owned(), lan(1)));
    world.advance(2 * SECOND);
    assert_eq!(server(&world, "server").busy, 1);
    act(&mut world, Action::SetLan("lan".to_owned(), lan(3)));
    world.advance(3 * SECOND);
    assert_eq!(server(&world, "server").busy, 3);
    assert!(world.ledger().balances());
}

/// The most calls that all servers had at once.
fn most_at_once(world: &mut World, until: Nanos) -> u32 {
    let mut most = 0;
    while world.now() < until && world.step().is_some() {
        let at = ["server-1", "server-2", "server-3"].map(|name| {
            let server = server(world, name);
            server.busy + server.queued
        });
        most = most.max(at.iter().sum());
    }
    most
}

#[test]
fn a_hedge_goes_no_further_than_the_breakers_let_it() {
    let mut world = balanced(
        r#""clients": 50, "load": {"kind": "poisson", "rate": "50/s"}"#,
        r#""policy": "random", "protection": {
            "hedging": {"kind": "after", "delay": "5ms"}, "breakers": {"max_requests": 3}}"#,
        r#", "calls": {"max_attempts": 1, "deadline": "5s", "attempt_timeout": "5s"}"#,
    );
    let most = most_at_once(&mut world, 4 * SECOND);
    assert_eq!(most, 3);
}

/// How calls ended whose balancer may try so often, with three servers that are all full.
fn ended(tries: u32) -> (u64, u64) {
    let mut world = balanced(
        r#""clients": 50, "load": {"kind": "poisson", "rate": "400/s"}"#,
        &format!(r#""policy": "random", "max_attempts": {tries}"#),
        r#", "calls": {"max_attempts": 1, "deadline": "5s", "attempt_timeout": "5s"}"#,
    );
    for name in ["server-1", "server-2", "server-3"] {
        let spec = simulation::scenario::ServerSpec {
            queue_limit: 0,
            cores: 1,
            ..server(&world, name).spec.clone()
        };
        act(&mut world, Action::SetServer(name.to_owned(), spec));
    }
    world.advance(3 * SECOND);
    let calls = world.ledger().calls;
    (calls.shed, calls.failed)
}

#[test]
fn who_has_asked_every_backend_says_what_they_said() {
    let three = ended(3);
    assert!(three.0 > 500, "{three:?}");
    assert_eq!(ended(4), three, "a fourth try has nobody to go to");
}

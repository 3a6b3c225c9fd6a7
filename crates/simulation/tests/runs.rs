//! Whole runs: the ledger, determinism, offered load, and what a death does.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use common::{believed, preset};
use rpc::encoding::Encoding;
use simulation::action::{Action, Death};
use simulation::incident::IncidentKind;
use simulation::record::Outcome;
use simulation::scenario::{Load, Role};
use simulation::time::{MILLISECOND, SECOND};
use simulation::view::Belief;
use simulation::{Scenario, World, presets};
use std::collections::BTreeSet;

fn start(slug: &str) -> World {
    common::start(&preset(slug))
}

fn answered(world: &World, name: &str) -> u64 {
    common::server(world, name).answered
}

#[test]
fn every_preset_runs_and_answers() {
    for scenario in presets::all() {
        let mut world = World::new(&scenario).expect("a preset holds");
        world.advance(20 * SECOND);
        let ledger = world.ledger();
        assert!(ledger.balances(), "{}: {ledger:?}", scenario.slug);
        assert!(ledger.calls.answered > 100, "{}: {ledger:?}", scenario.slug);
        if !matches!(
            scenario.slug.as_str(),
            // Those that are about losing calls.
            "overload"
                | "slow-server"
                | "a-server-dies"
                | "unequal-servers"
                | "metastable"
                | "metastable-budget"
        ) {
            let lost = ledger.calls.failed + ledger.calls.shed;
            assert!(
                lost * 200 < ledger.calls.sent,
                "{}: {ledger:?}",
                scenario.slug
            );
        }
        assert_eq!(
            world.scenario(),
            World::new(&world.scenario()).expect("it holds").scenario()
        );
    }
}

#[test]
fn the_same_three_give_the_same_run() {
    let run = |seed| {
        let mut scenario = preset("a-server-dies");
        scenario.seed = seed;
        let mut world = World::new(&scenario).expect("a preset holds");
        world.advance(5 * SECOND);
        let drain = Action::Drain("server-4".to_owned(), true);
        world.apply(&drain).expect("the server exists");
        world.advance(15 * SECOND);
        (world.trace_hash(), world.ledger())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn how_time_is_sliced_changes_nothing() {
    let mut whole = start("five-servers");
    whole.advance(3 * SECOND);
    let mut sliced = start("five-servers");
    let mut until = 0;
    while until < 3 * SECOND {
        until += 16_666_667;
        while !sliced.advance_some(until.min(3 * SECOND), 3) {}
    }
    assert_eq!(whole.trace_hash(), sliced.trace_hash());
    assert_eq!(
        whole.metrics().percentiles(),
        sliced.metrics().percentiles()
    );
}

#[test]
fn a_clone_goes_its_own_way_and_the_same_way() {
    let mut world = start("five-servers");
    world.advance(2 * SECOND);
    let mut fork = world.clone();
    world.advance(4 * SECOND);
    fork.advance(4 * SECOND);
    assert_eq!(world.trace_hash(), fork.trace_hash());
    fork.apply(&Action::Kill("server-1".to_owned(), Death::Crash))
        .expect("it is up");
    fork.advance(5 * SECOND);
    world.advance(5 * SECOND);
    assert_ne!(world.trace_hash(), fork.trace_hash());
}

#[test]
fn a_policy_does_not_change_who_asks_what_and_when() {
    let asked = |policy: balancer::Policy| {
        let mut world = start("five-servers");
        world
            .apply(&Action::SetPolicy("balancer".to_owned(), policy))
            .expect("it holds");
        world.advance(2 * SECOND);
        let mut calls: Vec<_> = world
            .calls()
            .map(|call| {
                (
                    call.id,
                    call.lan,
                    call.client,
                    call.began,
                    call.arguments.clone(),
                )
            })
            .collect();
        calls.sort_by_key(|call| call.0);
        calls
    };
    let first = asked(balancer::Policy::RoundRobin);
    assert!(first.len() > 200);
    assert_eq!(first, asked(balancer::Policy::Random));
}

#[test]
fn evenly_spaced_load_is_what_it_is_set_to_even_while_it_is_being_set() {
    let mut scenario = preset("five-servers");
    for node in &mut scenario.nodes {
        if let Role::Lan(lan) = &mut node.role {
            lan.load = Load::Constant { rate: 40.0 };
        }
    }
    let mut world = World::new(&scenario).expect("it holds");
    for tenth in 1..=200u64 {
        world.advance(tenth * 100 * MILLISECOND);
        // Set anew ten times a second, as a slider does: no time may be lost by it.
        let load = Load::Constant { rate: 40.0 };
        world
            .apply(&Action::SetLoad("LAN A".to_owned(), load))
            .expect("it holds");
    }
    let sent = world.ledger().calls.sent as f64;
    assert!(
        (sent / 2_400.0 - 1.0).abs() < 0.01,
        "{sent} calls instead of 2400"
    );
}

#[test]
fn poisson_load_keeps_its_mean() {
    let mut world = start("five-servers");
    world.advance(200 * SECOND);
    let sent = world.ledger().calls.sent as f64;
    // 25,000 expected: four standard deviations of a Poisson count.
    assert!((sent - 25_000.0).abs() < 4.0 * 158.2, "{sent} calls");
}

/// Five servers, 125 calls a second, one killed silently.
#[test]
fn a_silent_death_is_found_by_checks_and_the_calls_find_another_way() {
    for encoding in [Encoding::JsonHttp, Encoding::OncRpc] {
        let mut scenario = preset("five-servers");
        scenario.encoding = encoding;
        let mut world = World::new(&scenario).expect("it holds");
        world.advance(10 * SECOND);
        world
            .apply(&Action::Kill("server-2".to_owned(), Death::Silence))
            .expect("it is up");
        assert_eq!(
            believed(&world, "server-2"),
            Belief::Up,
            "nobody can know yet"
        );
        world.advance(20 * SECOND);

        let detection = *world.detections().first().expect("the death is found");
        let gap = detection.detected - detection.died;
        // Three checks a second apart, the first within a second, each failing after a second.
        assert!(
            (3 * SECOND..=4 * SECOND).contains(&gap),
            "{encoding:?}: found after {gap} ns"
        );
        assert!(
            detection.attempts_sent > 10,
            "calls went on going there: {detection:?}"
        );
        assert!(matches!(believed(&world, "server-2"), Belief::Down { .. }));

        let dead = world.node_named("server-2").expect("it stands there").id;
        let late = world.calls().filter(|call| call.began > detection.detected);
        let late: Vec<_> = late.filter(|call| call.ended.is_some()).collect();
        assert!(late.len() > 100);
        for call in &late {
            assert!(
                call.attempts
                    .iter()
                    .all(|attempt| attempt.server != Some(dead))
            );
        }
        let good = late
            .iter()
            .filter(|call| matches!(call.outcome, Outcome::Answered(_)))
            .count();
        assert!(
            good * 100 >= late.len() * 99,
            "{encoding:?}: {good} of {}",
            late.len()
        );
        let rerouted = world
            .incidents_since(0)
            .filter(|incident| matches!(incident.kind, IncidentKind::Rerouted { failed, .. } if failed == dead))
            .count();
        assert!(rerouted > 5, "{encoding:?}: {rerouted} rerouted");

        let before = answered(&world, "server-2");
        world
            .apply(&Action::Revive("server-2".to_owned()))
            .expect("it is dead");
        let revived = world.now();
        world.advance(revived + 2 * SECOND + 200 * MILLISECOND);
        assert_eq!(
            believed(&world, "server-2"),
            Belief::Up,
            "{encoding:?}: back after two checks"
        );
        world.advance(revived + 5 * SECOND);
        assert!(
            answered(&world, "server-2") > before + 20,
            "{encoding:?}: it serves again"
        );
        assert!(world.ledger().balances());
    }
}

/// What the ledger calls rerouted is what the stage told so, however the call ended, and a retry at
/// the same server is not.
#[test]
fn the_ledger_counts_the_reroutes_that_were_told() {
    let mut world = start("overload");
    world.advance(4 * SECOND);
    let told: BTreeSet<u64> = world
        .incidents_since(0)
        .filter_map(|incident| match incident.kind {
            IncidentKind::Rerouted { call, .. } => Some(call),
            _ => None,
        })
        .collect();
    assert!(told.len() > 20, "{} told", told.len());
    assert_eq!(world.ledger().rerouted, told.len() as u64);

    let mut world = start("metastable");
    world.advance(20 * SECOND);
    let ledger = world.ledger();
    assert!(ledger.attempts.sent > ledger.calls.sent + 500, "it retries");
    assert_eq!(ledger.rerouted, 0, "there is one server only");
}

#[test]
fn a_crash_is_felt_at_once() {
    let mut world = start("five-servers");
    world.advance(5 * SECOND);
    world
        .apply(&Action::Kill("server-1".to_owned(), Death::Crash))
        .expect("it is up");
    world.advance(5 * SECOND + 200 * MILLISECOND);
    let rerouted = world.ledger().rerouted;
    assert!(
        rerouted > 0,
        "refused connections are tried elsewhere within milliseconds"
    );
    world.advance(15 * SECOND);
    let ledger = world.ledger();
    // Only calls that were out at the moment of death and must not be repeated may fail.
    assert!(ledger.calls.failed <= 3, "{ledger:?}");
}

#[test]
fn nothing_vanishes_whatever_is_done() {
    use simulation::action::Ends;
    let ends = |a: &str, b: &str| Ends(a.to_owned(), b.to_owned());
    for encoding in [Encoding::JsonHttp, Encoding::OncRpc] {
        let mut scenario = preset("five-servers");
        scenario.encoding = encoding;
        let mut world = World::new(&scenario).expect("it holds");
        let actions = [
            Action::Cut(ends("balancer", "server-5")),
            Action::Kill("server-1".to_owned(), Death::Silence),
            Action::Hold(ends("ISP", "balancer")),
            Action::Release(ends("ISP", "balancer")),
            Action::RemoveNode("server-3".to_owned()),
            Action::Kill("balancer".to_owned(), Death::Silence),
            Action::Revive("balancer".to_owned()),
            Action::Kill("router-2".to_owned(), Death::Crash),
            Action::Repair(ends("balancer", "server-5")),
            Action::RemoveNode("LAN B".to_owned()),
            Action::Revive("router-2".to_owned()),
            Action::Kill("balancer".to_owned(), Death::Crash),
            Action::Revive("server-1".to_owned()),
            Action::Revive("balancer".to_owned()),
            Action::SetSpeed("server-2".to_owned(), 0.05),
            Action::Drain("server-4".to_owned(), true),
            Action::RemoveNode("balancer".to_owned()),
        ];
        for (index, action) in actions.iter().enumerate() {
            world.advance((index as u64 + 1) * 700 * MILLISECOND);
            world
                .apply(action)
                .unwrap_or_else(|error| panic!("{action:?}: {error}"));
            assert!(world.ledger().balances(), "after {action:?}");
        }
        world.advance(60 * SECOND);
        assert!(world.ledger().balances());
        let stuck = world.calls().filter(|call| {
            call.outcome == Outcome::InFlight && call.began + 3 * SECOND < world.now()
        });
        assert_eq!(stuck.count(), 0, "every call ends by its deadline");
    }
}

#[test]
fn every_action_can_be_taken_back() {
    let mut world = start("five-servers");
    world.advance(SECOND);
    let before = world.scenario();
    let actions = [
        Action::RemoveNode("server-5".to_owned()),
        simulation::placement::add(&world, simulation::placement::Part::Lan, Default::default()),
        Action::SetSpeed("server-1".to_owned(), 0.3),
        Action::SetPolicy("balancer".to_owned(), balancer::Policy::Random),
        Action::SetHealthCheck("balancer".to_owned(), None),
        Action::SetMaxAttempts("balancer".to_owned(), 1),
        Action::Move(
            "ISP".to_owned(),
            simulation::scenario::Position { x: 1.0, y: 2.0 },
        ),
    ];
    let undo: Vec<Action> = actions
        .iter()
        .map(|action| world.apply(action).expect("it holds"))
        .collect();
    for action in undo.iter().rev() {
        world.apply(action).expect("an undo holds");
    }
    let mut after = world.scenario();
    let sorted = |scenario: &mut Scenario| {
        scenario.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        scenario
            .links
            .sort_by(|a, b| (&a.a, &a.b).cmp(&(&b.a, &b.b)));
    };
    let mut expected = before;
    sorted(&mut after);
    sorted(&mut expected);
    assert_eq!(after, expected);
}

#[test]
fn a_refused_action_changes_nothing() {
    let mut world = start("five-servers");
    world.advance(SECOND);
    let (hash, scenario) = (world.trace_hash(), world.scenario());
    let refused = [
        Action::Kill("nobody".to_owned(), Death::Crash),
        Action::Revive("server-1".to_owned()),
        Action::SetSpeed("server-1".to_owned(), f64::NAN),
        Action::SetSpeed("balancer".to_owned(), 1.0),
        Action::All(vec![
            Action::Kill("server-1".to_owned(), Death::Crash),
            Action::Kill("server-1".to_owned(), Death::Crash),
        ]),
    ];
    for action in refused {
        let error = world.apply(&action).expect_err("it must be refused");
        assert!(!error.to_string().is_empty());
        assert_eq!(
            (world.trace_hash(), world.scenario()),
            (hash, scenario.clone()),
            "{action:?}"
        );
    }
}

#[test]
fn a_lossy_link_delays_and_does_not_lose_for_good() {
    let mut scenario = preset("one-server");
    for link in &mut scenario.links {
        if link.b == "server-1" {
            link.carriage.loss = 0.05;
        }
    }
    let mut world = World::new(&scenario).expect("it holds");
    world.advance(60 * SECOND);
    let ledger = world.ledger();
    assert!(
        ledger.calls.answered * 100 > ledger.calls.sent * 97,
        "{ledger:?}"
    );
}

#[test]
fn an_increment_with_a_lost_reply_is_executed_twice_only_if_asked_to() {
    use rpc::procedure::Procedure;
    use rpc::retry::Semantics;
    // Servers so slow against the timeout that replies come too late.
    let executed = |semantics, keys| {
        let mut scenario = preset("one-server");
        scenario
            .workload
            .retain(|it| it.procedure == Procedure::KvIncrement);
        scenario.call_policy.semantics = semantics;
        scenario.call_policy.idempotency_keys = keys;
        scenario.call_policy.max_attempts = 4;
        scenario.call_policy.attempt_timeout = 80 * MILLISECOND;
        // Few enough calls that repeating them does not drown the server.
        for node in &mut scenario.nodes {
            if let Role::Lan(lan) = &mut node.role {
                lan.load = Load::Poisson { rate: 2.0 };
            }
        }
        scenario.encoding = Encoding::OncRpc;
        let mut world = World::new(&scenario).expect("it holds");
        world.advance(20 * SECOND);
        let computed = |call: &&simulation::record::CallRecord| {
            let what = |step: &&simulation::record::Step| {
                matches!(
                    step.what,
                    simulation::record::What::Executed { computed: true, .. }
                )
            };
            call.steps.iter().filter(what).count() > 1
        };
        world.calls().filter(computed).count()
    };
    assert_eq!(executed(Semantics::AtMostOnce, false), 0);
    assert!(executed(Semantics::AtLeastOnce, false) > 0);
    assert_eq!(executed(Semantics::AtLeastOnce, true), 0);
}

#[test]
fn a_call_whose_caller_is_taken_away_is_said_to_have_lost_it() {
    for (slug, lan) in [("one-server", "LAN A"), ("five-servers", "LAN C")] {
        let mut world = start(slug);
        world.advance(5 * SECOND);
        let out = world
            .calls()
            .filter(|call| call.outcome == Outcome::InFlight);
        let lan_id = world.node_named(lan).expect("it is there").id;
        assert!(out.filter(|call| call.lan == lan_id).count() > 0, "{slug}");
        let before = world.incidents_since(0).last().map_or(0, |it| it.number);
        world
            .apply(&Action::RemoveNode(lan.to_owned()))
            .expect("it is there");
        let told = world.incidents_since(before);
        let failed: Vec<String> = told
            .filter(|it| matches!(it.kind, IncidentKind::CallFailed { .. }))
            .map(|it| world.sentence(it))
            .collect();
        assert!(!failed.is_empty());
        for sentence in failed {
            assert!(sentence.ends_with("when its caller left."), "{sentence}");
        }
    }
}

#[test]
fn every_event_can_be_told_and_telling_changes_nothing() {
    let (mut told, mut plain) = (start("a-server-dies"), start("a-server-dies"));
    let mut sentences = Vec::new();
    while told.now() < 5 * SECOND {
        sentences.push(told.step_told().expect("there is more to come"));
        plain.step();
    }
    assert_eq!(told.trace_hash(), plain.trace_hash());
    assert!(sentences.iter().all(|it| it.ends_with('.')));
    for expected in [
        "A client of LAN A makes call ",
        "The request of call 1 reaches ",
        "is done with call 1.",
        "The reply to call 1 reaches ",
        "A health check reaches server-1.",
        "waits no longer for server-2 to answer call ",
    ] {
        assert!(
            sentences.iter().any(|it| it.contains(expected)),
            "nothing says “{expected}”"
        );
    }
}

/// Five servers of which the second falls silent while it works.
fn with_a_silent_server() -> (World, simulation::NodeId, u64) {
    let mut world = start("five-servers");
    let id = world.node_named("server-2").expect("it is there").id;
    world.advance(SECOND);
    let busy = |world: &World| common::server(world, "server-2").busy > 0;
    while !busy(&world) {
        world.advance(world.now() + MILLISECOND);
    }
    let died = world.now();
    world
        .apply(&Action::Kill("server-2".to_owned(), Death::Silence))
        .expect("it runs");
    world.advance(died + SECOND);
    (world, id, died)
}

#[test]
fn what_dies_with_its_server_is_written_down_when_it_dies() {
    use simulation::record::What;
    let (world, id, died) = with_a_silent_server();
    let mut lost = 0;
    for call in world.calls() {
        for (place, step) in call.steps.iter().enumerate() {
            if !matches!(step.what, What::Dropped { server, died: true } if server == id) {
                continue;
            }
            lost += 1;
            assert_eq!(step.at, died);
            let before = call.steps[..place].iter().any(|early| {
                matches!(early.what, What::Started { server } | What::Queued { server, .. } if server == id)
            });
            assert!(before, "{call:?}");
        }
    }
    let told = world
        .incidents_since(0)
        .find_map(|incident| match incident.kind {
            IncidentKind::Killed { lost, .. } => Some(lost),
            _ => None,
        });
    assert_eq!(Some(lost), told);
}

#[test]
fn what_nobody_waits_for_any_more_is_dropped_in_the_trace() {
    use simulation::record::What;
    let mut scenario = preset("five-servers");
    scenario.call_policy.attempt_timeout = 60 * MILLISECOND;
    let mut world = common::start(&scenario);
    world.advance(5 * SECOND);
    let dropped =
        |step: &simulation::record::Step| matches!(step.what, What::Dropped { died: false, .. });
    assert!(world.calls().any(|call| call.steps.iter().any(dropped)));
}

//! What policies and beliefs do in whole runs: each policy serves, backups wait, panic spreads, returns
//! are gentle, outliers go.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use balancer::{
    Ejection, FailurePercentage, HealthCheck, Policy, SlowStart, Spill, Standing, SuccessRate,
};
use common::{act, believed, changed, start};
use simulation::action::{Action, Death};
use simulation::scenario::ServerSpec;
use simulation::time::SECOND;
use simulation::view::{Belief, RoleView};
use simulation::{Scenario, World};

/// Five servers behind a balancer, changed as wanted.
fn scenario(
    change: impl Fn(&mut balancer::Settings),
    server: impl Fn(usize, &mut ServerSpec),
) -> Scenario {
    changed("five-servers", change, server)
}

/// How often each server has been picked.
fn picked(world: &World) -> [u64; 5] {
    match world.node_named("balancer").expect("it exists").role {
        RoleView::Balancer(view) => {
            let mut picked = view.balancer.backends().map(|backend| backend.picked);
            [0; 5].map(|_| picked.next().expect("there are five"))
        }
        _ => panic!("not a balancer"),
    }
}

fn picked_since(world: &World, before: [u64; 5]) -> [u64; 5] {
    let now = picked(world);
    [0, 1, 2, 3, 4].map(|i| now[i] - before[i])
}

/// The ledger is asserted after every event; a server dies and comes back under each policy.
#[test]
fn every_policy_serves_through_a_death_and_a_return() {
    for policy in Policy::all() {
        // Quick enough that one server bears a whole network, as hashing by network may have it.
        let quick = |_, spec: &mut ServerSpec| spec.speed = 4.0;
        let mut world = start(&scenario(|it| it.policy = policy.clone(), quick));
        world.advance(4 * SECOND);
        act(
            &mut world,
            Action::Kill("server-2".to_owned(), Death::Crash),
        );
        world.advance(10 * SECOND);
        let before = picked(&world);
        act(&mut world, Action::Revive("server-2".to_owned()));
        world.advance(20 * SECOND);
        let ledger = world.ledger();
        let name = policy.name();
        assert!(ledger.balances(), "{name}: {ledger:?}");
        assert!(
            ledger.calls.failed * 50 < ledger.calls.sent,
            "{name}: {ledger:?}"
        );
        let after = picked_since(&world, before);
        assert!(
            after[1] > 0 || name == "source-address hash",
            "{name}: {after:?}"
        );
    }
}

#[test]
fn turns_by_weight_give_each_server_its_share() {
    for policy in Policy::all().into_iter().take(6) {
        let weight = |number: usize, spec: &mut ServerSpec| {
            (spec.weight, spec.speed) = (number as u32, 10.0);
        };
        let mut world = start(&scenario(|it| it.policy = policy.clone(), weight));
        world.advance(30 * SECOND);
        let picked = picked(&world);
        let all: u64 = picked.iter().sum();
        for (index, count) in picked.into_iter().enumerate() {
            let weights = if policy.uses_weights() { 15 } else { 5 };
            let weight = if policy.uses_weights() {
                index as u64 + 1
            } else {
                1
            };
            // Never more than a round of turns away from its share, retries aside.
            let share = all * weight / weights;
            assert!(count.abs_diff(share) <= 15, "{}: {picked:?}", policy.name());
        }
    }
}

/// One of five works at a tenth of the speed. Policies that look avoid it; turns do not.
#[test]
fn a_slow_server_is_avoided_by_those_who_look() {
    let share = |policy: Policy| {
        let slow = |number, spec: &mut ServerSpec| {
            spec.speed = if number == 3 { 0.1 } else { 1.0 };
        };
        let mut world = start(&scenario(|it| it.policy = policy.clone(), slow));
        world.advance(30 * SECOND);
        let picked = picked(&world);
        picked[2] as f64 / picked.iter().sum::<u64>() as f64
    };
    let fair = share(Policy::RoundRobin);
    for slug in [
        "least-connections",
        "least-response-time",
        "join-idle-queue",
        "power-of-d-choices",
        "random-two",
        "weighted-least-request",
        "prequal",
        "peak-ewma",
    ] {
        let seen = share(Policy::from_slug(slug).expect("it exists"));
        assert!(seen < fair * 0.75, "{slug}: {seen:.3}, turns {fair:.3}");
    }
}

#[test]
fn a_backup_waits_until_the_others_are_gone() {
    // So quick that one bears all: a call that found no room anywhere would go to the backup.
    let backup = |number, spec: &mut ServerSpec| {
        (spec.priority, spec.speed) = (u8::from(number == 5), 10.0);
    };
    let mut world = start(&scenario(|_| {}, backup));
    world.advance(10 * SECOND);
    assert_eq!(picked(&world)[4], 0);
    for number in 1..=4 {
        act(
            &mut world,
            Action::Kill(format!("server-{number}"), Death::Crash),
        );
    }
    world.advance(20 * SECOND);
    assert!(picked(&world)[4] > 500, "{:?}", picked(&world));
    act(&mut world, Action::Revive("server-1".to_owned()));
    world.advance(30 * SECOND);
    let before = picked(&world);
    world.advance(35 * SECOND);
    assert_eq!(picked_since(&world, before)[4], 0);
}

/// Envoy's 140 %: with half of the first two well, 70 % stays with them.
#[test]
fn priorities_spill_over_before_all_are_gone() {
    let second = |number, spec: &mut ServerSpec| {
        // So quick that no queue fills and no call is tried elsewhere.
        (spec.priority, spec.speed) = (u8::from(number > 2), 10.0);
    };
    let spill = |it: &mut balancer::Settings| {
        it.standing.spill = Spill::Overprovisioned { factor: 140 };
    };
    let mut world = start(&scenario(spill, second));
    world.advance(5 * SECOND);
    assert_eq!(picked(&world)[2..], [0, 0, 0]);
    act(
        &mut world,
        Action::Kill("server-1".to_owned(), Death::Crash),
    );
    world.advance(15 * SECOND);
    let before = picked(&world);
    world.advance(45 * SECOND);
    let since = picked_since(&world, before);
    let (first, all) = (since[1] as f64, since.iter().sum::<u64>() as f64);
    // Five standard deviations of so many draws.
    let spread = 5.0 * (0.7 * 0.3 / all).sqrt();
    assert!(
        (first / all - 0.7).abs() < spread,
        "{since:?}, spread {spread}"
    );
}

/// Four of five do not answer: in panic the last one is not given everything.
#[test]
fn panic_spreads_calls_over_servers_believed_dead() {
    let to_the_living = |panic_percent| {
        let standing = Standing {
            panic_percent,
            ..Standing::default()
        };
        let turns = |it: &mut balancer::Settings| {
            it.policy = Policy::RoundRobin;
            it.standing = standing;
        };
        let mut world = start(&scenario(turns, |_, _| {}));
        for number in 1..=4 {
            act(
                &mut world,
                Action::Kill(format!("server-{number}"), Death::Crash),
            );
        }
        world.advance(10 * SECOND);
        assert!((1..=4).all(|n| believed(&world, &format!("server-{n}")) != Belief::Up));
        let before = picked(&world);
        world.advance(20 * SECOND);
        let since = picked_since(&world, before);
        since[4] as f64 / since.iter().sum::<u64>() as f64
    };
    assert_eq!(to_the_living(0), 1.0);
    assert!(to_the_living(50) < 0.5);
}

#[test]
fn a_server_that_is_back_gets_its_share_little_by_little() {
    let share_of_the_returned = |slow_start| {
        let turns = |it: &mut balancer::Settings| {
            it.policy = Policy::SmoothWeightedRoundRobin;
            it.slow_start = slow_start;
        };
        let mut world = start(&scenario(turns, |_, _| {}));
        act(
            &mut world,
            Action::Kill("server-1".to_owned(), Death::Crash),
        );
        world.advance(8 * SECOND);
        act(&mut world, Action::Revive("server-1".to_owned()));
        while believed(&world, "server-1") != Belief::Up {
            assert!(world.now() < 20 * SECOND, "never found up");
            world.advance(world.now() + SECOND / 10);
        }
        let mut shares = [0.0; 2];
        for share in &mut shares {
            let before = picked(&world);
            world.advance(world.now() + 10 * SECOND);
            let since = picked_since(&world, before);
            *share = since[0] as f64 / since.iter().sum::<u64>() as f64;
        }
        shares
    };
    let at_once = share_of_the_returned(None);
    assert!(
        at_once.iter().all(|share| (share - 0.2).abs() < 0.01),
        "{at_once:?}"
    );
    let window = 20 * SECOND;
    let gentle = share_of_the_returned(Some(SlowStart {
        window,
        ..SlowStart::default()
    }));
    // A quarter of its weight on average, then three quarters: 0.25 of 4.25, 0.75 of 4.75.
    assert!(
        (gentle[0] - 0.25 / 4.25).abs() < 0.02 && (gentle[1] - 0.75 / 4.75).abs() < 0.02,
        "{gentle:?}"
    );
}

/// One of five has no room to wait and a slow core, so that it turns most calls away: never so many in a
/// row that consecutive failures tell, but the comparison does.
#[test]
fn an_outlier_is_ejected_by_comparison() {
    let rules = [
        Ejection {
            success_rate: Some(SuccessRate {
                request_volume: 50,
                ..SuccessRate::default()
            }),
            ..Ejection::default()
        },
        Ejection {
            failure_percentage: Some(FailurePercentage {
                threshold: 40,
                ..FailurePercentage::default()
            }),
            ..Ejection::default()
        },
        Ejection::default(),
    ];
    let ejected = rules.map(|rule| {
        let ejection = Ejection {
            consecutive_failures: 10_000,
            ..rule
        };
        let rules = |it: &mut balancer::Settings| {
            it.policy = Policy::RoundRobin;
            it.ejection = Some(ejection);
        };
        let weak = |number, spec: &mut ServerSpec| {
            if number == 3 {
                (spec.queue_limit, spec.speed) = (0, 0.2);
            }
        };
        let mut world = start(&scenario(rules, weak));
        world.advance(25 * SECOND);
        let believed = believed(&world, "server-3");
        believed != Belief::Up
    });
    assert_eq!(ejected, [true, true, false]);
}

/// Every silent death is found in the gap that is promised, with a faster pace while in doubt too.
#[test]
fn deaths_are_found_in_the_gap_that_is_promised() {
    let checks = HealthCheck {
        timeout: SECOND / 2,
        ..HealthCheck::default()
    };
    let in_haste = HealthCheck {
        fast_interval: Some(SECOND / 4),
        ..checks
    };
    assert_eq!(
        HealthCheck::default().detection_gap(),
        (6 * SECOND, 8 * SECOND)
    );
    assert_eq!(in_haste.detection_gap(), (3 * SECOND / 2, 7 * SECOND / 2));
    for check in [checks, in_haste] {
        let mut world = start(&scenario(|it| it.health_check = Some(check), |_, _| {}));
        for number in 1..=5u64 {
            world.advance(world.now() + SECOND + number * SECOND / 7);
            act(
                &mut world,
                Action::Kill(format!("server-{number}"), Death::Silence),
            );
        }
        world.advance(world.now() + 10 * SECOND);
        let (soonest, latest) = check.detection_gap();
        let found = world.detections().iter();
        let found: Vec<u64> = found.map(|it| it.detected - it.died).collect();
        assert_eq!(found.len(), 5);
        // The way there and back is part of a check.
        let way = SECOND / 50;
        let within = |it: &u64| (soonest - way..=latest + way).contains(it);
        assert!(found.iter().all(within), "{found:?}, {soonest} to {latest}");
    }
}

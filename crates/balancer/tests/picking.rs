//! Properties of the choice, for every policy and any history.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise, in its helpers too"
)]

use std::collections::BTreeMap;

use balancer::{
    BackendId, Balancer, Ejection, HealthCheck, NoBackend, Outcome, Policy, Request, Settings,
    SlowStart, Spill, Standing,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rand_pcg::Pcg64Mcg;

const MS: u64 = 1_000_000;

/// Something that can happen to a balancer. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Event {
    Add(u32),
    Remove(u32),
    Drain(u32),
    Undrain(u32),
    Weight(u32, u32),
    Policy(usize),
    Pick { key: u64, tried: Vec<u32> },
    Finish(usize, u8),
    Wait(u64),
    Answer { passed: bool },
    Checks(bool),
    Priority(u32, u8),
    Standing(Standing),
    SlowStart(bool),
    Report(u32, u32, u64),
}

fn event() -> impl Strategy<Value = Event> {
    let id = 0..8_u32;
    prop_oneof![
        2 => id.clone().prop_map(Event::Add),
        1 => id.clone().prop_map(Event::Remove),
        1 => id.clone().prop_map(Event::Drain),
        1 => id.clone().prop_map(Event::Undrain),
        1 => (id.clone(), 1..=4_u32).prop_map(|(id, weight)| Event::Weight(id, weight)),
        1 => (0..Policy::all().len()).prop_map(Event::Policy),
        12 => (any::<u64>(), vec(id, 0..4)).prop_map(|(key, tried)| Event::Pick { key, tried }),
        12 => (any::<usize>(), 0..3_u8).prop_map(|(which, how)| Event::Finish(which, how)),
        6 => (0..400 * MS).prop_map(Event::Wait),
        6 => any::<bool>().prop_map(|passed| Event::Answer { passed }),
        1 => any::<bool>().prop_map(Event::Checks),
        1 => (0..8_u32, 0..3_u8).prop_map(|(id, priority)| Event::Priority(id, priority)),
        1 => standing().prop_map(Event::Standing),
        1 => any::<bool>().prop_map(Event::SlowStart),
        6 => (0..8_u32, 0..9_u32, 0..50 * MS).prop_map(|(id, rif, time)| Event::Report(id, rif, time)),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    let spill = prop_oneof![
        Just(Spill::WhenNoneIsLeft),
        (100..200_u32).prop_map(|factor| Spill::Overprovisioned { factor }),
    ];
    (prop_oneof![Just(0), 1..=100_u32], spill).prop_map(|(panic_percent, spill)| Standing {
        panic_percent,
        spill,
    })
}

fn checks() -> HealthCheck {
    HealthCheck {
        interval: 200 * MS,
        timeout: 100 * MS,
        rise: 2,
        fall: 2,
        ..HealthCheck::default()
    }
}

fn settings(policy: Policy) -> Settings {
    Settings {
        policy,
        health_check: Some(checks()),
        ejection: Some(Ejection {
            consecutive_failures: 2,
            base_time: 300 * MS,
            max_time: 900 * MS,
            max_percent: 50,
            ..Ejection::default()
        }),
        ..Settings::default()
    }
}

/// A balancer, a clock, and what is under way.
struct Host {
    balancer: Balancer,
    rng: Pcg64Mcg,
    now: u64,
    attempts: Vec<BackendId>,
    probes: Vec<balancer::Probe>,
}

impl Host {
    fn new(policy: Policy, backends: u32) -> Self {
        let balancer = Balancer::new(settings(policy)).unwrap();
        let rng = Pcg64Mcg::new(42);
        let mut host = Self {
            balancer,
            rng,
            now: 0,
            attempts: Vec::new(),
            probes: Vec::new(),
        };
        for id in 0..backends {
            host.apply(&Event::Add(id));
        }
        host
    }

    fn apply(&mut self, event: &Event) {
        let Self {
            balancer, rng, now, ..
        } = self;
        match *event {
            Event::Add(id) => {
                let _ = balancer.add(
                    *now,
                    BackendId(id),
                    &format!("server-{id}"),
                    1 + id % 3,
                    rng,
                );
            }
            Event::Remove(id) => {
                // As a host would that gives identifiers anew: nothing of it is under way any more.
                balancer.remove(BackendId(id));
                self.attempts.retain(|attempt| attempt.0 != id);
            }
            Event::Drain(id) => drop(balancer.drain(BackendId(id))),
            Event::Undrain(id) => drop(balancer.undrain(BackendId(id))),
            Event::Weight(id, weight) => drop(balancer.set_weight(BackendId(id), weight)),
            Event::Policy(n) => balancer.set_policy(Policy::all()[n].clone()).unwrap(),
            Event::Pick { key, ref tried } => self.pick(key, tried),
            Event::Finish(which, how) => {
                if !self.attempts.is_empty() {
                    let id = self.attempts.swap_remove(which % self.attempts.len());
                    let latency = 1 + which as u64 % (50 * MS);
                    let outcome = match how {
                        0 => Outcome::Answered { latency },
                        1 => Outcome::Failed { latency },
                        _ => Outcome::Cancelled { latency },
                    };
                    balancer.finished(*now, id, outcome);
                }
            }
            Event::Wait(span) => {
                *now += span;
                self.probes.extend(balancer.handle_timer(*now));
            }
            Event::Answer { passed } => {
                if let Some(probe) = self.probes.pop() {
                    balancer.probe_result(*now, probe.check, passed);
                }
            }
            Event::Priority(id, priority) => {
                balancer.set_priority(BackendId(id), priority);
            }
            Event::Standing(standing) => balancer.set_standing(standing).unwrap(),
            Event::SlowStart(on) => {
                let slow_start = on.then(SlowStart::default);
                balancer.set_slow_start(slow_start).unwrap();
            }
            Event::Report(id, in_flight, latency) => {
                balancer.load_report(*now, BackendId(id), in_flight, latency);
            }
            Event::Checks(on) => {
                balancer
                    .set_health_check(*now, on.then(checks), rng)
                    .unwrap();
            }
        }
    }

    /// Picks, and asserts what holds of every pick.
    fn pick(&mut self, key: u64, tried: &[u32]) {
        let tried: Vec<_> = tried.iter().map(|&id| BackendId(id)).collect();
        let request = Request { key, tried: &tried };
        let before = self.balancer.clone();
        let panic = before.settings().standing.panic_percent > 0;

        let (mut twin, mut twin_rng) = (before.clone(), self.rng.clone());
        let (explained, explanation) = twin.pick_explained(self.now, &request, &mut twin_rng);
        let picked = self.balancer.pick(self.now, &request, &mut self.rng);
        assert_eq!(picked, explained, "explaining changed the choice");
        assert_eq!(
            self.rng, twin_rng,
            "explaining used the generator otherwise"
        );
        assert_eq!(
            format!("{:?}", self.balancer),
            format!("{twin:?}"),
            "explaining disturbed"
        );
        assert_eq!(explanation.chosen().map(|c| c.backend), picked.ok());
        assert_eq!(explanation.candidates.len(), before.backends().count());
        for candidate in &explanation.candidates {
            let backend = before.backend(candidate.backend).unwrap();
            let may = backend.eligible() || panic && !backend.draining;
            let stands = may && !tried.contains(&candidate.backend);
            assert!(!candidate.chosen || (stands && candidate.passed_over.is_none()));
            assert!(candidate.chosen || picked.is_err() || candidate.passed_over.is_some());
        }
        assert!(!explanation.sentence().is_empty());

        let eligible = before
            .backends()
            .filter(|backend| backend.eligible())
            .count();
        let untried = before
            .backends()
            .filter(|b| b.eligible() && !tried.contains(&b.id))
            .count();
        match picked {
            Ok(id) => {
                assert!(!tried.contains(&id), "picked a tried backend");
                let (was, is) = (
                    before.backend(id).unwrap(),
                    self.balancer.backend(id).unwrap(),
                );
                assert!(
                    was.eligible() || panic && !was.draining,
                    "picked {:?}",
                    was.health
                );
                assert_eq!((is.active, is.picked), (was.active + 1, was.picked + 1));
                self.attempts.push(id);
            }
            Err(NoBackend::Empty) => assert_eq!(before.backends().count(), 0),
            Err(NoBackend::NoneHealthy) => assert_eq!(eligible, 0),
            Err(NoBackend::AllTried) => assert!(untried == 0 && (eligible > 0 || panic)),
        }
    }

    /// What holds at every moment.
    fn check(&self) {
        for backend in self.balancer.backends() {
            let under_way = self.attempts.iter().filter(|&&id| id == backend.id).count();
            assert_eq!(backend.active as usize, under_way, "{}", backend.name);
        }
    }
}

fn a_policy() -> impl Strategy<Value = Policy> {
    (0..Policy::all().len()).prop_map(|n| Policy::all()[n].clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Never down, ejected, draining or tried; explained as made; counted as chosen; all back to zero.
    #[test]
    fn every_pick_of_any_history_is_right(policy in a_policy(), events in vec(event(), 0..150)) {
        let mut host = Host::new(policy, 5);
        for event in &events {
            host.apply(event);
            host.check();
        }
        while !host.attempts.is_empty() {
            host.apply(&Event::Finish(0, 0));
        }
        host.check();
        // One end too many takes no count below zero.
        let ids: Vec<_> = host.balancer.backends().map(|backend| backend.id).collect();
        for id in ids {
            host.balancer.finished(host.now, id, Outcome::Answered { latency: 1 });
        }
        prop_assert!(host.balancer.backends().all(|backend| backend.active == 0));
    }

    /// At no ejection is the share above what was allowed, the one that may always go aside.
    #[test]
    fn the_ejected_share_stays_within_bounds(
        backends in 1..12_u32,
        max_percent in 0..=100_u32,
        events in vec(event(), 0..200),
    ) {
        let ejection = Ejection { max_percent, ..settings(Policy::Random).ejection.unwrap() };
        let mut host = Host::new(Policy::Random, backends);
        host.balancer.set_ejection(0, Some(ejection)).unwrap();
        for event in events {
            // The list stays as it is: who is removed cannot be counted.
            if matches!(event, Event::Add(_) | Event::Remove(_)) {
                continue;
            }
            host.apply(&event);
            let out = host.balancer.backends()
                .filter(|b| matches!(b.health, balancer::Health::Ejected { .. }))
                .count() as u32;
            let share = max_percent * backends / 100;
            let most = if max_percent == 0 || backends == 1 { 0 } else { share.max(1) };
            prop_assert!(out <= most, "{out} of {backends} ejected, {max_percent} %");
        }
    }

    /// Over any stretch of a stable set, round robin gives no backend two more than another.
    #[test]
    fn round_robin_is_fair_whatever_came_before(events in vec(event(), 0..80), picks in 1..60_u32) {
        let mut host = Host::new(Policy::RoundRobin, 5);
        for event in &events {
            let others = Event::Standing(Standing::default());
            if matches!(event, Event::Standing(_) | Event::Priority(..)) {
                host.apply(&others);
            } else if !matches!(event, Event::Policy(_)) {
                host.apply(event);
            }
        }
        let counts = count(&mut host, picks);
        let most = counts.values().max().copied().unwrap_or(0);
        let least = counts.values().min().copied().unwrap_or(0);
        // A backend that was passed over while tried or down is owed at most the one turn it had.
        prop_assert!(most - least <= 1, "{counts:?}");
    }

    /// In each cycle of as many picks as the sum of weights, each backend gets its weight.
    #[test]
    fn smooth_weighted_counts_are_exact(weights in vec(1..=20_u32, 1..8), cycles in 1..4_u32) {
        let mut host = Host::new(Policy::SmoothWeightedRoundRobin, weights.len() as u32);
        for (id, &weight) in weights.iter().enumerate() {
            host.balancer.set_weight(BackendId(id as u32), weight).unwrap();
        }
        for _ in 0..cycles {
            let counts = count(&mut host, weights.iter().sum());
            for (id, &weight) in weights.iter().enumerate() {
                prop_assert_eq!(counts[&BackendId(id as u32)], weight);
            }
        }
    }

    /// When a backend leaves the ring, or cannot be picked, only its keys move; when it is back, so are they.
    #[test]
    fn the_ring_moves_only_the_keys_of_who_is_absent(
        backends in 2..9_u32,
        gone in 0..9_u32,
        drained in any::<bool>(),
        keys in vec(any::<u64>(), 1..100),
    ) {
        let gone = BackendId(gone % backends);
        let mut host = Host::new(Policy::RingHash { points_per_weight: 20 }, backends);
        let owners = |host: &mut Host| -> Vec<BackendId> {
            let Host { balancer, rng, .. } = host;
            keys.iter().map(|&key| balancer.pick(0, &Request { key, tried: &[] }, rng).unwrap()).collect()
        };
        let before = owners(&mut host);
        if drained {
            host.balancer.drain(gone);
        } else {
            host.balancer.remove(gone);
        }
        let without = owners(&mut host);
        for (was, is) in before.iter().zip(&without) {
            let right = if *was == gone { *is != gone } else { was == is };
            prop_assert!(right, "{was:?} moved to {is:?}");
        }
        if drained {
            host.balancer.undrain(gone);
        } else {
            let weight = 1 + gone.0 % 3;
            let Host { balancer, rng, .. } = &mut host;
            balancer.add(0, gone, &format!("server-{}", gone.0), weight, rng).unwrap();
        }
        prop_assert_eq!(owners(&mut host), before);
    }
}

/// Picks so often and counts; backends that are eligible but never picked count 0.
fn count(host: &mut Host, picks: u32) -> BTreeMap<BackendId, u32> {
    let eligible = host
        .balancer
        .backends()
        .filter(|backend| backend.eligible());
    let mut counts: BTreeMap<_, _> = eligible.map(|backend| (backend.id, 0)).collect();
    for _ in 0..picks {
        let request = Request::default();
        if let Ok(id) = host.balancer.pick(host.now, &request, &mut host.rng) {
            *counts.entry(id).or_default() += 1;
        }
    }
    counts
}

#[test]
fn what_cannot_be_added_or_changed_is_refused_and_changes_nothing() {
    use balancer::BackendError;
    let mut host = Host::new(Policy::RoundRobin, 2);
    let Host { balancer, rng, .. } = &mut host;
    let before = format!("{balancer:?}");
    let id = BackendId(9);
    let mut add = |id, name, weight| balancer.add(0, id, name, weight, rng);
    assert_eq!(
        add(BackendId(1), "new", 1),
        Err(BackendError::DuplicateId(BackendId(1)))
    );
    assert_eq!(
        add(id, "server-1", 1),
        Err(BackendError::DuplicateName("server-1".to_owned()))
    );
    assert_eq!(add(id, "new", 0), Err(BackendError::WeightOutOfRange(0)));
    assert_eq!(
        add(id, "new", 257),
        Err(BackendError::WeightOutOfRange(257))
    );
    assert_eq!(balancer.set_weight(id, 1), Err(BackendError::Unknown(id)));
    assert!(balancer.set_policy(Policy::PeakEwma { decay: 0 }).is_err());
    assert!(balancer.set_max_attempts(0).is_err() && balancer.set_attempt_timeout(0).is_err());
    assert!(balancer.remove(id).is_none() && !balancer.drain(id) && !balancer.undrain(id));
    assert_eq!(format!("{balancer:?}"), before);
}

/// Asking what a choice would be gives the scores of all and changes nothing.
#[test]
fn explaining_a_choice_that_is_not_made_disturbs_nothing() {
    for policy in Policy::all() {
        let mut host = Host::new(policy.clone(), 4);
        for round in 0..20 {
            host.apply(&Event::Report(round % 4, round, u64::from(round) * MS));
            host.apply(&Event::Pick {
                key: u64::from(round),
                tried: Vec::new(),
            });
        }
        for id in 0..4 {
            host.apply(&Event::Report(id, 0, u64::from(id + 1) * MS));
        }
        let before = format!("{:?}", host.balancer);
        let request = Request {
            key: 3,
            tried: &[BackendId(1)],
        };
        let explained = host
            .balancer
            .explain(host.now, &request, &mut host.rng.clone());
        assert_eq!(format!("{:?}", host.balancer), before);
        let picked = host
            .balancer
            .pick(host.now, &request, &mut host.rng)
            .unwrap();
        assert_eq!(
            explained.chosen().map(|c| c.backend),
            Some(picked),
            "{}",
            policy.name()
        );
        let scored = explained.candidates.iter().any(|c| c.score.is_some());
        assert!(
            scored || explained.score_label.is_empty(),
            "{}",
            policy.name()
        );
    }
}

/// Envoy takes the hash modulo 100 for the priority where a hash balances.
#[test]
fn a_client_keeps_its_backend_while_load_spills_over() {
    for policy in Policy::all() {
        let mut settings = Settings {
            policy: policy.clone(),
            health_check: None,
            ..Settings::default()
        };
        settings.standing.spill = Spill::Overprovisioned { factor: 100 };
        let mut balancer = Balancer::new(settings).unwrap();
        let mut rng = Pcg64Mcg::new(3);
        for id in 0..8 {
            let name = format!("server-{id}");
            balancer.add(0, BackendId(id), &name, 1, &mut rng).unwrap();
            balancer.set_priority(BackendId(id), u8::from(id >= 4));
        }
        balancer
            .set_ejection(
                0,
                Some(Ejection {
                    max_percent: 50,
                    ..Ejection::default()
                }),
            )
            .unwrap();
        for _ in 0..5 {
            for id in 0..2 {
                let failed = Outcome::Failed { latency: MS };
                balancer.finished(0, BackendId(id), failed);
            }
        }
        let mut pick = |key: u64| {
            let request = Request { key, tried: &[] };
            let picked = balancer.pick(0, &request, &mut rng).unwrap();
            balancer.finished(0, picked, Outcome::Answered { latency: MS });
            picked
        };
        let owners: Vec<_> = (0..200).map(|n| pick(n << 8)).collect();
        let second = owners.iter().filter(|id| id.0 >= 4).count();
        // Standard deviation sqrt(200 / 4) = 7: five of them either side.
        assert!(second.abs_diff(100) <= 35, "{policy:?}: {second}");
        let again: Vec<_> = (0..200).map(|n| pick(n << 8)).collect();
        let by_key = policy.name().contains("hash")
            || matches!(policy, Policy::Maglev { .. } | Policy::Ketama);
        if by_key {
            let moved = owners.iter().zip(&again).filter(|(was, is)| was != is);
            // nginx's hashes give up on one client in 400 where three quarters cannot be picked.
            let moved = moved.count();
            assert!(moved <= 2, "{policy:?}: {moved}");
        }
    }
}

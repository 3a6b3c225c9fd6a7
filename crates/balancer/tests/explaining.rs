//! What an explanation says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise, in its helpers too"
)]

use balancer::{
    BackendId, Balancer, Explanation, NoBackend, Outcome, PassedOver, Policy, Request, Settings,
    TieBreak,
};
use rand_pcg::Pcg64Mcg;

const MS: u64 = 1_000_000;

fn balancer(policy: Policy, weights: &[u32]) -> Balancer {
    let settings = Settings {
        policy,
        health_check: None,
        ..Settings::default()
    };
    let mut balancer = Balancer::new(settings).unwrap();
    let mut rng = Pcg64Mcg::new(0);
    for (id, &weight) in (1..).zip(weights) {
        balancer
            .add(0, BackendId(id), &format!("server-{id}"), weight, &mut rng)
            .unwrap();
    }
    balancer
}

fn sentence(balancer: &mut Balancer, tried: &[BackendId]) -> String {
    let request = Request { key: 10, tried };
    balancer
        .pick_explained(0, &request, &mut Pcg64Mcg::new(5))
        .1
        .sentence()
}

#[test]
fn round_robin_names_the_turn_and_who_was_passed_over() {
    let mut balancer = balancer(Policy::RoundRobin, &[1, 1, 1, 1]);
    balancer.drain(BackendId(1));
    assert_eq!(
        sentence(&mut balancer, &[BackendId(2)]),
        "server-3: its turn, longest waiting of 2; tie: first in the list; already tried: server-2; \
         draining: server-1"
    );
}

#[test]
fn smooth_weighted_gives_the_weight_it_won_with() {
    let mut balancer = balancer(Policy::SmoothWeightedRoundRobin, &[5, 1, 1]);
    assert_eq!(
        sentence(&mut balancer, &[]),
        "server-1: current weight 5, greatest of 3"
    );
    assert_eq!(
        sentence(&mut balancer, &[]),
        "server-1: current weight 3, greatest of 3"
    );
    assert_eq!(
        sentence(&mut balancer, &[]),
        "server-2: current weight 3, greatest of 3; tie: first in the list"
    );
}

#[test]
fn least_request_gives_the_count() {
    let mut balancer = balancer(Policy::LeastRequest, &[1, 1]);
    assert_eq!(
        sentence(&mut balancer, &[]),
        "server-1: 0 active, fewest of 2; tie: equals take turns by weight"
    );
    assert_eq!(
        sentence(&mut balancer, &[]),
        "server-2: 0 active, fewest of 2"
    );
}

#[test]
fn two_choices_names_the_two() {
    let mut balancer = balancer(Policy::PowerOfTwoChoices, &[1, 1, 1, 1, 1]);
    let (picked, explanation) =
        balancer.pick_explained(7, &Request::default(), &mut Pcg64Mcg::new(5));
    let [first, second] = explanation.drawn[..] else {
        panic!("two are drawn")
    };
    assert_eq!(
        (picked, explanation.tie_break),
        (Ok(first), Some(TieBreak::FirstDrawn))
    );
    assert_eq!(
        explanation.sentence(),
        format!(
            "server-{}: 0 active, fewest of the two drawn (server-{}, server-{}); tie: drawn first",
            first.0, first.0, second.0
        )
    );
    let reasons = |reason| {
        explanation
            .candidates
            .iter()
            .filter(|c| c.passed_over == Some(reason))
            .count()
    };
    assert_eq!(
        (reasons(PassedOver::NotDrawn), reasons(PassedOver::LostTie)),
        (3, 1)
    );
    assert_eq!(
        (explanation.at, explanation.policy),
        (7, "power of two choices")
    );

    // The same two again: the first is busier now.
    let (picked, explanation) =
        balancer.pick_explained(8, &Request::default(), &mut Pcg64Mcg::new(5));
    assert_eq!((picked, explanation.tie_break), (Ok(second), None));
    let loser = explanation
        .candidates
        .iter()
        .find(|c| c.backend == first)
        .unwrap();
    assert_eq!(
        (loser.passed_over, loser.score),
        (Some(PassedOver::Outscored), Some(1.0))
    );
}

#[test]
fn peak_ewma_knows_nothing_then_a_cost_and_reading_it_disturbs_nothing() {
    let decay = 10_000 * MS;
    let mut balancer = balancer(Policy::PeakEwma { decay }, &[1, 1]);
    let said = sentence(&mut balancer, &[]);
    assert!(
        said.contains("no latency known yet, lowest of the two drawn"),
        "{said}"
    );
    for id in [1, 2].map(BackendId) {
        balancer.finished(
            0,
            id,
            Outcome::Answered {
                latency: u64::from(id.0) * 20 * MS,
            },
        );
    }
    assert_eq!(
        balancer.backend(BackendId(2)).unwrap().cost_at(0),
        Some(40e6)
    );
    let later = balancer
        .backend(BackendId(2))
        .unwrap()
        .latency_at(decay)
        .unwrap();
    // 40 ms times exp(-1).
    assert!((later - 14_715_177.6).abs() < 1.0);
    let said = sentence(&mut balancer, &[]);
    assert!(
        said.starts_with("server-1: cost 20.00 ms, lowest of the two drawn"),
        "{said}"
    );
}

#[test]
fn ring_hash_gives_the_way_and_the_next_one_when_tried() {
    let mut balancer = balancer(
        Policy::RingHash {
            points_per_weight: 160,
        },
        &[1, 1, 1],
    );
    let first = balancer
        .pick(
            0,
            &Request {
                key: 10,
                tried: &[],
            },
            &mut Pcg64Mcg::new(1),
        )
        .unwrap();
    let tried = [first];
    let (second, explanation) = balancer.pick_explained(
        0,
        &Request {
            key: 10,
            tried: &tried,
        },
        &mut Pcg64Mcg::new(1),
    );
    assert_ne!(second, Ok(first));
    let score = |id| {
        explanation
            .candidates
            .iter()
            .find(|c| Ok(c.backend) == id)
            .unwrap()
            .score
            .unwrap()
    };
    assert!(score(Ok(first)) < score(second));
    assert!(
        explanation
            .candidates
            .iter()
            .all(|c| c.chosen || c.score.unwrap() > 0.0)
    );
    assert!(
        explanation
            .sentence()
            .contains("next on the ring from this client's hash")
    );
}

#[test]
fn nobody_is_explained_too() {
    let mut two = balancer(Policy::Random, &[1, 1]);
    assert_eq!(
        sentence(&mut two, &[BackendId(1), BackendId(2)]),
        "nobody: this call has tried every eligible backend"
    );
    two.drain(BackendId(1));
    assert!(sentence(&mut two, &[BackendId(1)]).starts_with("server-2: the only candidate"));
    two.drain(BackendId(2));
    let (picked, explanation) = two.pick_explained(0, &Request::default(), &mut Pcg64Mcg::new(5));
    assert_eq!(
        (picked, explanation.nobody),
        (Err(NoBackend::NoneHealthy), Some(NoBackend::NoneHealthy))
    );
    assert_eq!(
        sentence(&mut balancer(Policy::Random, &[]), &[]),
        "nobody: the balancer has no backends"
    );
}

/// All policies, and some with other parameters.
fn policies() -> Vec<Policy> {
    let mut policies = Policy::all().to_vec();
    policies.extend([
        Policy::PowerOfChoices {
            choices: 3,
            replacement: false,
        },
        Policy::Prequal {
            probes: 2,
            hot_percent: 0,
        },
        Policy::BoundedLoad { factor: 101 },
        Policy::MapHash { avalanche: true },
    ]);
    policies
}

/// Whether the first score is why its backend would be chosen rather than the second's.
fn better(policy: &Policy, one: f64, other: f64) -> bool {
    match policy {
        Policy::RoundRobin | Policy::SmoothWeightedRoundRobin | Policy::Rendezvous => one > other,
        _ => one < other,
    }
}

fn consistent(policy: &Policy, explanation: &Explanation) {
    let chosen = explanation.chosen().unwrap();
    let said = explanation.sentence();
    let key =
        policy.name().contains("hash") || matches!(policy, Policy::Maglev { .. } | Policy::Ketama);
    let prequal = matches!(policy, Policy::Prequal { .. });
    let drawn = &explanation.drawn;
    assert!(!said.contains("()"), "{said}");
    assert!(!said.contains("two drawn (") || drawn.len() == 2, "{said}");
    assert!(
        !said.contains("found cold") || chosen.score.is_some(),
        "{said}"
    );
    for other in explanation.candidates.iter().filter(|it| !it.chosen) {
        let context = format!("{policy:?}: {said}; {other:?}");
        let scores = other.score.zip(chosen.score);
        let beaten = scores.is_some_and(|(other, won)| better(policy, won, other));
        let beats = scores.is_some_and(|(other, won)| better(policy, other, won));
        let was_drawn = drawn.contains(&other.backend);
        let Some(reason) = other.passed_over else {
            panic!("no reason: {context}")
        };
        let holds = match reason {
            PassedOver::Tried => true,
            PassedOver::Full => matches!(policy, Policy::BoundedLoad { .. }),
            PassedOver::NotDrawn => !drawn.is_empty() && !was_drawn,
            PassedOver::Outscored => beaten && !matches!(policy, Policy::Maglev { .. }),
            PassedOver::LostTie => {
                !beats && !beaten && (prequal || explanation.tie_break.is_some())
            }
            PassedOver::Unprobed | PassedOver::Hot => prequal && other.score.is_none(),
            PassedOver::NotOwner => key,
            PassedOver::NotItsTurn => !key && !beats && drawn.is_empty(),
            _ => false,
        };
        assert!(holds, "{context}");
    }
}

#[test]
fn no_explanation_contradicts_its_choice() {
    for policy in policies() {
        let mut balancer = balancer(policy.clone(), &[1, 2, 3, 1, 5]);
        let mut rng = Pcg64Mcg::new(11);
        let mut under_way = Vec::new();
        for n in 0..400_u32 {
            let now = u64::from(n) * 10 * MS;
            let tried: Vec<_> = (n % 7 == 0)
                .then_some(BackendId(1 + n / 7 % 5))
                .into_iter()
                .collect();
            let request = Request {
                key: u64::from(n * 1_009),
                tried: &tried,
            };
            let (picked, explanation) = balancer.pick_explained(now, &request, &mut rng);
            assert_eq!(explanation.chosen().map(|it| it.backend), picked.ok());
            consistent(&policy, &explanation);
            under_way.push((now, picked.unwrap()));
            if n % 3 > 0 {
                let (began, id) = under_way.swap_remove((n * 31) as usize % under_way.len());
                let latency = now - began + u64::from(id.0) * 7 * MS;
                balancer.finished(now, id, Outcome::Answered { latency });
            }
            for id in balancer.take_load_probes() {
                let active = balancer.backend(id).unwrap().active;
                balancer.load_report(now, id, active, u64::from(id.0 * active % 7) * MS);
            }
        }
    }
}

#[test]
fn random_two_says_so_when_turns_decide() {
    let mut balancer = balancer(Policy::RandomTwo, &[256, 1]);
    let said: Vec<String> = (0..20).map(|_| sentence(&mut balancer, &[])).collect();
    let turns = |it: &&String| it.starts_with("server-1: by turns among 2, after too many tries");
    assert!(said.iter().filter(turns).count() > 10, "{said:?}");
}

#[test]
fn prequal_says_when_all_are_hot() {
    let by = Policy::Prequal {
        probes: 3,
        hot_percent: 0,
    };
    let mut balancer = balancer(by, &[1; 4]);
    // Who said that nothing was in flight there is gone: the three that are left are above it.
    balancer
        .add(0, BackendId(9), "server-9", 1, &mut Pcg64Mcg::new(0))
        .unwrap();
    balancer.load_report(0, BackendId(9), 0, MS);
    balancer.remove(BackendId(9));
    for (id, in_flight) in [(1, 5), (2, 3), (3, 4)] {
        balancer.load_report(0, BackendId(id), in_flight, MS);
    }
    let explanation = balancer.explain(0, &Request::default(), &mut Pcg64Mcg::new(5));
    let reasons: Vec<_> = explanation
        .candidates
        .iter()
        .map(|it| it.passed_over)
        .collect();
    assert_eq!(
        reasons,
        [
            Some(PassedOver::Hot),
            None,
            Some(PassedOver::Hot),
            Some(PassedOver::Unprobed)
        ]
    );
    assert_eq!(
        explanation.sentence(),
        "server-2: the fewest in flight, as all that probes know of are hot"
    );
}

/// Envoy's schedule knows no calls: that a retry meets equals only does not change the rule.
#[test]
fn weighted_least_request_takes_turns_among_equals_if_not_all_are() {
    let mut unequal = balancer(Policy::WeightedLeastRequest { bias: 100 }, &[1, 1, 2]);
    let drawn = |balancer: &Balancer, tried: &[BackendId]| {
        let request = Request { key: 0, tried };
        let it = balancer.explain(0, &request, &mut Pcg64Mcg::new(5));
        it.drawn.len()
    };
    assert_eq!(drawn(&unequal, &[BackendId(3)]), 0);
    unequal.set_weight(BackendId(3), 1).unwrap();
    assert_eq!(drawn(&unequal, &[BackendId(3)]), 2);
}

//! What an explanation says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise, in its helpers too"
)]

use balancer::{
    BackendId, Balancer, NoBackend, Outcome, PassedOver, Policy, Request, Settings, TieBreak,
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

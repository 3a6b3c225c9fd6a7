//! Policies, by the names that the balancer's own catalogue gives them.

use super::kinds_part;
use crate::file::form::{Form, count, duration, judged, measured, percent};
use crate::file::measure::HUNDREDTHS;
use balancer::Policy;

kinds_part!(Policy, "Policy", "kind", true, names, kind, make, policy);

fn names() -> Vec<&'static str> {
    Policy::all().iter().map(Policy::slug).collect()
}

fn kind(it: &Policy) -> usize {
    let slug = it.slug();
    names().iter().position(|name| *name == slug).unwrap_or(0)
}

fn make(kind: usize) -> Policy {
    Policy::all()
        .into_iter()
        .nth(kind)
        .unwrap_or(Policy::RoundRobin)
}

fn policy(it: &mut Policy, form: &mut dyn Form) {
    match it {
        Policy::PeakEwma { decay } => {
            *decay = duration(
                form,
                "decay",
                "The time constant of the latency estimate.",
                1,
                *decay,
            );
        }
        Policy::RingHash { points_per_weight } => {
            let text = "Points on the ring per unit of weight.";
            *points_per_weight = count(
                form,
                "points_per_weight",
                text,
                (1, 1_024),
                *points_per_weight,
            );
        }
        Policy::PowerOfChoices {
            choices,
            replacement,
        } => {
            *choices = count(form, "choices", "How many are drawn.", (2, 10), *choices);
            *replacement = form.flag(
                "replacement",
                "Whether the same one may be drawn again.",
                *replacement,
            );
        }
        Policy::WeightedLeastRequest { bias } => {
            *bias = measured(
                form,
                "bias",
                "Envoy's active_request_bias.",
                &HUNDREDTHS,
                (0, 1_000),
                *bias,
            );
        }
        Policy::BoundedLoad { factor } => {
            *factor = percent(
                form,
                "factor",
                "The most that one may have, of the mean.",
                (101, 1_000),
                *factor,
            );
        }
        Policy::Maglev { table_size } => {
            *table_size = count(
                form,
                "table_size",
                "Entries of the table, a prime.",
                (7, 5_000_011),
                *table_size,
            );
        }
        Policy::MapHash { avalanche } => {
            *avalanche = form.flag(
                "avalanche",
                "Whether the address is hashed before it is looked up.",
                *avalanche,
            );
        }
        Policy::Prequal {
            probes,
            hot_percent,
        } => {
            *probes = count(form, "probes", "Probes for each choice.", (1, 10), *probes);
            let text = "The quantile of requests in flight above which a backend is hot.";
            *hot_percent = percent(form, "hot", text, (0, 100), *hot_percent);
        }
        Policy::RoundRobin
        | Policy::SmoothWeightedRoundRobin
        | Policy::Random
        | Policy::LeastRequest
        | Policy::PowerOfTwoChoices
        | Policy::StaticRoundRobin
        | Policy::FastWeightedRoundRobin
        | Policy::EarliestDeadline
        | Policy::StaticStride
        | Policy::WeightedRandom
        | Policy::RandomTwo
        | Policy::LeastConnections
        | Policy::JoinIdleQueue
        | Policy::LeastTime
        | Policy::NearestHash
        | Policy::Rendezvous
        | Policy::SourceHash
        | Policy::KeyHash
        | Policy::Ketama => {}
    }
    form.holds(judged(it.validate()));
}

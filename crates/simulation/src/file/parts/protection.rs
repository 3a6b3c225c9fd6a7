//! What a balancer protects its backends by.

use super::{kinds_part, record_part};
use crate::file::form::{Form, Number, count, duration, judged, maybe_count, measured, percent};
use crate::file::measure::{FINE_PERCENT, RATE, THOUSANDTHS};
use crate::time::{MILLISECOND, SECOND};
use balancer::Protection;
use balancer::protection::{Breakers, Hedging, RateLimit, RetryBudget};

record_part!(Protection, "Protection", Protection::default(), protection);
record_part!(Breakers, "Breakers", Breakers::default(), breakers);
kinds_part!(
    RetryBudget,
    "RetryBudget",
    "kind",
    true,
    budget_names,
    budget_kind,
    budget_make,
    budget
);
kinds_part!(
    Hedging,
    "Hedging",
    "kind",
    true,
    hedging_names,
    hedging_kind,
    hedging_make,
    hedging
);
kinds_part!(
    RateLimit,
    "RateLimit",
    "kind",
    false,
    limit_names,
    limit_kind,
    limit_make,
    limit
);

fn protection(it: &mut Protection, form: &mut dyn Form) {
    form.maybe(
        "retry_budget",
        "What retries may add to the load; null is no bound.",
        &mut it.retry_budget,
    );
    form.maybe(
        "hedging",
        "A second attempt while the first is under way; null is none.",
        &mut it.hedging,
    );
    form.part(
        "breakers",
        "How much may be under way at once.",
        &mut it.breakers,
    );
    form.maybe(
        "rate_limit",
        "How many calls are let in over time; null is any number.",
        &mut it.rate_limit,
    );
}

fn breakers(it: &mut Breakers, form: &mut dyn Form) {
    it.max_connections = maybe_count(
        form,
        "max_connections",
        "Connections to all backends that carry a request.",
        1,
        it.max_connections,
    );
    it.max_pending = maybe_count(
        form,
        "max_pending",
        "Requests that wait for a connection.",
        0,
        it.max_pending,
    );
    it.max_requests = maybe_count(
        form,
        "max_requests",
        "Requests under way.",
        1,
        it.max_requests,
    );
    it.max_retries = maybe_count(form, "max_retries", "Retries under way.", 0, it.max_retries);
}

fn budget_names() -> Vec<&'static str> {
    vec!["deposits", "throttle", "share"]
}

fn budget_kind(it: &RetryBudget) -> usize {
    match it {
        RetryBudget::Deposits { .. } => 0,
        RetryBudget::Throttle { .. } => 1,
        RetryBudget::Share { .. } => 2,
    }
}

fn budget_make(kind: usize) -> RetryBudget {
    match kind {
        0 => RetryBudget::FINAGLE,
        // The values of gRPC's proposal A6.
        1 => RetryBudget::Throttle {
            max_tokens: 10_000,
            token_ratio: 100,
        },
        _ => RetryBudget::ENVOY,
    }
}

fn budget(it: &mut RetryBudget, form: &mut dyn Form) {
    match it {
        RetryBudget::Deposits {
            ttl,
            min_per_second,
            percent: share,
        } => {
            *ttl = duration(
                form,
                "ttl",
                "How long a deposit counts, 1 s to 60 s.",
                SECOND,
                *ttl,
            );
            *min_per_second = count(
                form,
                "min_per_second",
                "Retries a second that are free.",
                (0, 10_000),
                *min_per_second,
            );
            *share = percent(
                form,
                "percent",
                "Retries that calls pay for, of the calls.",
                (0, 1_000),
                *share,
            );
        }
        RetryBudget::Throttle {
            max_tokens,
            token_ratio,
        } => {
            let range = (1, 1_000_000);
            *max_tokens = measured(
                form,
                "max_tokens",
                "Tokens when full.",
                &THOUSANDTHS,
                range,
                *max_tokens,
            );
            *token_ratio = measured(
                form,
                "token_ratio",
                "What a success brings.",
                &THOUSANDTHS,
                range,
                *token_ratio,
            );
        }
        RetryBudget::Share {
            percent: share,
            min_concurrency,
        } => {
            *share = percent(
                form,
                "percent",
                "Retries under way, of the calls under way.",
                (0, 100),
                *share,
            );
            *min_concurrency = count(
                form,
                "min_concurrency",
                "Retries that may always be under way.",
                (0, u32::MAX),
                *min_concurrency,
            );
        }
    }
    let verdict = match *it {
        RetryBudget::Deposits { ttl, .. } if ttl > 60 * SECOND => {
            Err("“ttl” must be 1s to 60s".to_owned())
        }
        _ => judged(it.validate()),
    };
    form.holds(verdict);
}

fn hedging_names() -> Vec<&'static str> {
    vec!["percentile", "after"]
}

fn hedging_kind(it: &Hedging) -> usize {
    usize::from(matches!(it, Hedging::After(_)))
}

fn hedging_make(kind: usize) -> Hedging {
    match kind {
        0 => Hedging::Percentile(9_500),
        _ => Hedging::After(50 * MILLISECOND),
    }
}

fn hedging(it: &mut Hedging, form: &mut dyn Form) {
    match it {
        Hedging::Percentile(share) => {
            let text = "The second attempt comes after the time within which so many of recent answers came.";
            *share = measured(form, "percentile", text, &FINE_PERCENT, (1, 9_999), *share);
        }
        Hedging::After(delay) => {
            *delay = duration(
                form,
                "delay",
                "The second attempt comes after so long.",
                1,
                *delay,
            );
        }
    }
}

fn limit_names() -> Vec<&'static str> {
    vec!["leaky", "token"]
}

fn limit_kind(it: &RateLimit) -> usize {
    usize::from(matches!(it, RateLimit::Token { .. }))
}

fn limit_make(kind: usize) -> RateLimit {
    match kind {
        0 => RateLimit::Leaky {
            rate: 1_000,
            burst: 0,
            undelayed: 0,
        },
        _ => RateLimit::Token {
            rate: 1_000,
            burst: 1,
        },
    }
}

fn limit(it: &mut RateLimit, form: &mut dyn Form) {
    let (RateLimit::Leaky { rate, .. } | RateLimit::Token { rate, .. }) = it;
    let field = Number {
        name: "rate",
        doc: "Calls a second.",
        measure: &RATE,
        least: 1,
        most: 1_000_000_000,
        optional: false,
        required: true,
    };
    *rate = form.number(&field, Some(*rate)).unwrap_or(*rate);
    match it {
        RateLimit::Leaky {
            burst, undelayed, ..
        } => {
            *burst = count(
                form,
                "burst",
                "Calls above the rate that are not refused.",
                (0, 1_000_000),
                *burst,
            );
            *undelayed = count(
                form,
                "undelayed",
                "Those of the burst that are not delayed.",
                (0, u32::MAX),
                *undelayed,
            );
        }
        RateLimit::Token { burst, .. } => {
            *burst = count(
                form,
                "burst",
                "Tokens when full, as at first.",
                (1, 1_000_000),
                *burst,
            );
        }
    }
}

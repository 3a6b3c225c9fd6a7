//! A balancer's settings, and what it believes of its backends.

use super::{kinds_part, record_part};
use crate::file::form::{Form, count, duration, judged, maybe_duration, measured, percent, said};
use crate::file::measure::{HUNDREDTHS, THOUSANDTHS};
use balancer::{
    Ejection, FailurePercentage, HealthCheck, Settings, SlowStart, Spill, Standing, SuccessRate,
};

record_part!(Settings, "Balancer", Settings::default(), settings);
record_part!(HealthCheck, "HealthCheck", HealthCheck::default(), check);
record_part!(Ejection, "Ejection", Ejection::default(), ejection);
record_part!(
    SuccessRate,
    "SuccessRate",
    SuccessRate::default(),
    success_rate
);
record_part!(
    FailurePercentage,
    "FailurePercentage",
    FailurePercentage::default(),
    failures
);
record_part!(Standing, "Standing", Standing::default(), standing);
record_part!(SlowStart, "SlowStart", SlowStart::default(), slow_start);
kinds_part!(Spill, "Spill", "kind", true, names, kind, make, spill);

/// A balancer's settings.
pub(super) fn settings(it: &mut Settings, form: &mut dyn Form) {
    form.part(
        "policy",
        said!("The rule that picks a backend."),
        &mut it.policy,
    );
    form.maybe(
        "health_check",
        said!("Active health checks; null is none."),
        &mut it.health_check,
    );
    form.maybe(
        "ejection",
        said!("Passive ejection of backends whose attempts fail; null is none."),
        &mut it.ejection,
    );
    it.max_attempts = count(
        form,
        "max_attempts",
        said!("How many backends one call may try."),
        (1, 1_000),
        it.max_attempts,
    );
    it.attempt_timeout = duration(
        form,
        "attempt_timeout",
        said!("How long an attempt may take."),
        1,
        it.attempt_timeout,
    );
    form.part(
        "standing",
        said!("Backups, priorities and panic."),
        &mut it.standing,
    );
    form.maybe(
        "slow_start",
        said!("Slow start of those who come back; null is none."),
        &mut it.slow_start,
    );
    form.part(
        "protection",
        said!("What keeps retries and overload in bounds."),
        &mut it.protection,
    );
}

fn check(it: &mut HealthCheck, form: &mut dyn Form) {
    it.interval = duration(
        form,
        "interval",
        said!("From one check of a backend to its next."),
        1,
        it.interval,
    );
    it.timeout = duration(
        form,
        "timeout",
        said!("How long a check may go unanswered; at most the interval."),
        1,
        it.timeout,
    );
    it.rise = count(
        form,
        "rise",
        said!("Passes in a row that bring a backend up."),
        (1, u32::MAX),
        it.rise,
    );
    it.fall = count(
        form,
        "fall",
        said!("Failures in a row that take a backend down."),
        (1, u32::MAX),
        it.fall,
    );
    it.fast_interval = maybe_duration(
        form,
        "fast_interval",
        said!("The interval while in doubt; null is the interval."),
        it.fast_interval,
    );
    it.down_interval = maybe_duration(
        form,
        "down_interval",
        said!("The interval while down; null is the interval."),
        it.down_interval,
    );
    let verdict = if it.timeout > it.interval {
        Err("“timeout” must not be longer than “interval”".to_owned())
    } else {
        judged(it.validate())
    };
    form.holds(verdict);
}

fn ejection(it: &mut Ejection, form: &mut dyn Form) {
    it.consecutive_failures = count(
        form,
        "consecutive_failures",
        said!("Failed attempts in a row that eject."),
        (1, u32::MAX),
        it.consecutive_failures,
    );
    it.base_time = duration(
        form,
        "base_time",
        said!("The length of a first ejection."),
        1,
        it.base_time,
    );
    it.max_time = duration(
        form,
        "max_time",
        said!("The length that no ejection exceeds."),
        1,
        it.max_time,
    );
    it.max_percent = percent(
        form,
        "max_percent",
        said!("The share of backends that may be ejected at once."),
        (0, 100),
        it.max_percent,
    );
    it.interval = duration(
        form,
        "interval",
        said!("How long answers are counted before backends are compared."),
        1,
        it.interval,
    );
    form.maybe(
        "success_rate",
        said!("Ejection of those far below the mean; null is none."),
        &mut it.success_rate,
    );
    form.maybe(
        "failure_percentage",
        said!("Ejection of those of whose attempts too many fail; null is none."),
        &mut it.failure_percentage,
    );
    let verdict = if it.max_time < it.base_time {
        Err("“max_time” must be at least as long as “base_time”".to_owned())
    } else {
        judged(it.validate())
    };
    form.holds(verdict);
}

fn success_rate(it: &mut SuccessRate, form: &mut dyn Form) {
    it.stdev_factor = measured(
        form,
        "stdev_factor",
        said!("Standard deviations below the mean."),
        &THOUSANDTHS,
        (0, 10_000),
        it.stdev_factor,
    );
    it.minimum_hosts = count(
        form,
        "minimum_hosts",
        said!("Fewer backends with enough attempts prove nothing."),
        (2, 100_000),
        it.minimum_hosts,
    );
    it.request_volume = count(
        form,
        "request_volume",
        said!("Fewer attempts of a backend prove nothing."),
        (1, 1_000_000),
        it.request_volume,
    );
}

fn failures(it: &mut FailurePercentage, form: &mut dyn Form) {
    it.threshold = percent(
        form,
        "threshold",
        said!("Failed attempts from which on it is out."),
        (1, 100),
        it.threshold,
    );
    it.minimum_hosts = count(
        form,
        "minimum_hosts",
        said!("Fewer backends with enough attempts prove nothing."),
        (1, 100_000),
        it.minimum_hosts,
    );
    it.request_volume = count(
        form,
        "request_volume",
        said!("Fewer attempts of a backend prove nothing."),
        (1, 1_000_000),
        it.request_volume,
    );
}

fn standing(it: &mut Standing, form: &mut dyn Form) {
    it.panic_percent = percent(
        form,
        "panic",
        said!("The share of well ones below which all of a priority may be picked; 0% is never."),
        (0, 100),
        it.panic_percent,
    );
    form.part(
        "spill",
        said!("When higher priorities get calls."),
        &mut it.spill,
    );
}

fn slow_start(it: &mut SlowStart, form: &mut dyn Form) {
    it.window = duration(
        form,
        "window",
        said!("How long it takes to have all of the weight."),
        1,
        it.window,
    );
    it.aggression = measured(
        form,
        "aggression",
        said!("1 is linear, more is quicker at first."),
        &HUNDREDTHS,
        (10, 1_000),
        it.aggression,
    );
    it.min_percent = percent(
        form,
        "least",
        said!("The share of the weight that it has at least."),
        (1, 100),
        it.min_percent,
    );
}

fn names() -> Vec<&'static str> {
    vec!["when-none-is-left", "overprovisioned"]
}

fn kind(it: &Spill) -> usize {
    usize::from(matches!(it, Spill::Overprovisioned { .. }))
}

fn make(kind: usize) -> Spill {
    match kind {
        0 => Spill::WhenNoneIsLeft,
        _ => Spill::Overprovisioned { factor: 140 },
    }
}

fn spill(it: &mut Spill, form: &mut dyn Form) {
    if let Spill::Overprovisioned { factor } = it {
        *factor = percent(
            form,
            "factor",
            said!("How much more than its share each backend could take."),
            (100, 1_000),
            *factor,
        );
    }
}

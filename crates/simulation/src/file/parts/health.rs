//! A balancer's settings, and what it believes of its backends.

use super::{kinds_part, record_part};
use crate::file::form::{Form, count, duration, judged, maybe_duration, measured, percent};
use crate::file::measure::{HUNDREDTHS, THOUSANDTHS};
use balancer::{
    Ejection, FailurePercentage, HealthCheck, MaxFails, Settings, SlowStart, Spill, Standing,
    SuccessRate,
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
record_part!(MaxFails, "MaxFails", MaxFails::default(), max_fails);
record_part!(Standing, "Standing", Standing::default(), standing);
record_part!(SlowStart, "SlowStart", SlowStart::default(), slow_start);
kinds_part!(Spill, "Spill", "kind", true, names, kind, make, spill);

/// A balancer's settings.
pub(super) fn settings(it: &mut Settings, form: &mut dyn Form) {
    form.part("policy", "The rule that picks a backend.", &mut it.policy);
    form.maybe(
        "health_check",
        "Active health checks; null is none.",
        &mut it.health_check,
    );
    form.maybe(
        "ejection",
        "Passive ejection of backends whose attempts fail; null is none.",
        &mut it.ejection,
    );
    it.max_attempts = count(
        form,
        "max_attempts",
        "How many backends one call may try.",
        (1, 1_000),
        it.max_attempts,
    );
    it.attempt_timeout = duration(
        form,
        "attempt_timeout",
        "How long an attempt may take.",
        1,
        it.attempt_timeout,
    );
    form.part(
        "standing",
        "Backups, priorities and panic.",
        &mut it.standing,
    );
    form.maybe(
        "slow_start",
        "Slow start of those who come back; null is none.",
        &mut it.slow_start,
    );
    form.part(
        "protection",
        "What keeps retries and overload in bounds.",
        &mut it.protection,
    );
}

fn check(it: &mut HealthCheck, form: &mut dyn Form) {
    it.interval = duration(
        form,
        "interval",
        "From one check of a backend to its next.",
        1,
        it.interval,
    );
    it.timeout = duration(
        form,
        "timeout",
        "How long a check may go unanswered; at most the interval.",
        1,
        it.timeout,
    );
    it.rise = count(
        form,
        "rise",
        "Passes in a row that bring a backend up.",
        (1, u32::MAX),
        it.rise,
    );
    it.fall = count(
        form,
        "fall",
        "Failures in a row that take a backend down.",
        (1, u32::MAX),
        it.fall,
    );
    it.fast_interval = maybe_duration(
        form,
        "fast_interval",
        "The interval while in doubt; null is the interval.",
        it.fast_interval,
    );
    it.down_interval = maybe_duration(
        form,
        "down_interval",
        "The interval while down; null is the interval.",
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
        "Failed attempts in a row that eject.",
        (1, u32::MAX),
        it.consecutive_failures,
    );
    form.maybe(
        "max_fails",
        "nginx's rule in place of failures in a row; null is none.",
        &mut it.max_fails,
    );
    it.base_time = duration(
        form,
        "base_time",
        "The length of a first ejection.",
        1,
        it.base_time,
    );
    it.max_time = duration(
        form,
        "max_time",
        "The length that no ejection exceeds.",
        1,
        it.max_time,
    );
    it.max_jitter = duration(
        form,
        "max_jitter",
        "The most by which chance makes an ejection longer.",
        0,
        it.max_jitter,
    );
    it.enforced_percent = enforced(form, it.enforced_percent);
    it.max_percent = percent(
        form,
        "max_percent",
        "The share of backends that may be ejected at once.",
        (0, 100),
        it.max_percent,
    );
    it.interval = duration(
        form,
        "interval",
        "How long answers are counted before backends are compared, and the time after which one ejection is forgiven.",
        1,
        it.interval,
    );
    form.maybe(
        "success_rate",
        "Ejection of those far below the mean; null is none.",
        &mut it.success_rate,
    );
    form.maybe(
        "failure_percentage",
        "Ejection of those of whose attempts too many fail; null is none.",
        &mut it.failure_percentage,
    );
    let verdict = if it.max_time < it.base_time {
        Err("“max_time” must be at least as long as “base_time”".to_owned())
    } else {
        judged(it.validate())
    };
    form.holds(verdict);
}

fn max_fails(it: &mut MaxFails, form: &mut dyn Form) {
    let text = "Failures that take a backend out.";
    it.max_fails = count(form, "max_fails", text, (1, 1_000_000), it.max_fails);
    let text = "How long it is out, and how long a failure is held against it.";
    it.fail_timeout = duration(form, "fail_timeout", text, 1, it.fail_timeout);
}

/// How many of the offences against a rule eject.
fn enforced(form: &mut dyn Form, value: u32) -> u32 {
    let text = "The share of offences that eject; 0% only looks.";
    percent(form, "enforced", text, (0, 100), value)
}

/// What there must be before backends are compared.
fn evidence(form: &mut dyn Form, least_hosts: u32, hosts: &mut u32, volume: &mut u32) {
    let text = "Fewer backends with enough attempts prove nothing.";
    *hosts = count(form, "minimum_hosts", text, (least_hosts, 100_000), *hosts);
    let text = "Fewer attempts of a backend prove nothing.";
    *volume = count(form, "request_volume", text, (1, 1_000_000), *volume);
}

fn success_rate(it: &mut SuccessRate, form: &mut dyn Form) {
    let text = "Standard deviations below the mean.";
    let range = (0, 10_000);
    it.stdev_factor = measured(
        form,
        "stdev_factor",
        text,
        &THOUSANDTHS,
        range,
        it.stdev_factor,
    );
    evidence(form, 2, &mut it.minimum_hosts, &mut it.request_volume);
    it.enforced_percent = enforced(form, it.enforced_percent);
}

fn failures(it: &mut FailurePercentage, form: &mut dyn Form) {
    let text = "Failed attempts from which on it is out.";
    it.threshold = percent(form, "threshold", text, (1, 100), it.threshold);
    evidence(form, 1, &mut it.minimum_hosts, &mut it.request_volume);
    it.enforced_percent = enforced(form, it.enforced_percent);
}

fn standing(it: &mut Standing, form: &mut dyn Form) {
    it.panic_percent = percent(
        form,
        "panic",
        "The share of well ones below which all of a priority may be picked; 0% is never.",
        (0, 100),
        it.panic_percent,
    );
    form.part("spill", "When higher priorities get calls.", &mut it.spill);
}

fn slow_start(it: &mut SlowStart, form: &mut dyn Form) {
    it.window = duration(
        form,
        "window",
        "How long it takes to have all of the weight.",
        1,
        it.window,
    );
    it.aggression = measured(
        form,
        "aggression",
        "1 is linear, more is quicker at first.",
        &HUNDREDTHS,
        (10, 1_000),
        it.aggression,
    );
    it.min_percent = percent(
        form,
        "least",
        "The share of the weight that it has at least.",
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
            "How much more than its share each backend could take.",
            (100, 1_000),
            *factor,
        );
    }
}

//! Calls: how clients treat them, what they ask for, how long the work takes.

use super::{kinds_part, record_part};
use crate::distribution::Distribution;
use crate::file::form::{
    Form, LONG, Real, Written, count, duration, percent, plain, told_duration,
};
use crate::file::sheet::Workload;
use crate::scenario::Operation;
use crate::time::SECOND;
use rpc::procedure::Procedure;
use rpc::retry::{Backoff, BudgetTerms, CallPolicy, Semantics};

record_part!(CallPolicy, "Calls", CallPolicy::default(), policy);
record_part!(Backoff, "Backoff", Backoff::default(), backoff);
record_part!(
    BudgetTerms,
    "ClientBudget",
    BudgetTerms {
        percent: 20,
        min_per_second: 10
    },
    budget
);
record_part!(Operation, "Operation", operation(), operation_fields);
record_part!(Workload, "Workload", Workload::default(), workload_alone);
kinds_part!(
    Distribution,
    "Distribution",
    "kind",
    false,
    names,
    kind,
    make,
    distribution
);

fn policy(it: &mut CallPolicy, form: &mut dyn Form) {
    it.deadline = duration(
        form,
        "deadline",
        "From the call to its end, all attempts included.",
        1,
        it.deadline,
    );
    it.attempt_timeout = duration(
        form,
        "attempt_timeout",
        "How long one attempt may take.",
        1,
        it.attempt_timeout,
    );
    it.max_attempts = count(
        form,
        "max_attempts",
        "Attempts of a client, the first one included.",
        (1, 1_000),
        it.max_attempts,
    );
    form.part("backoff", "The waits between attempts.", &mut it.backoff);
    let names = ["at-most-once", "at-least-once"];
    let which = usize::from(it.semantics == Semantics::AtLeastOnce);
    let text = "Whether what may have been executed is sent again.";
    it.semantics = match form.choice("semantics", text, false, &names, which) {
        0 => Semantics::AtMostOnce,
        _ => Semantics::AtLeastOnce,
    };
    let text = "Whether calls carry a key by which a server knows a repeated one.";
    it.idempotency_keys = form.flag("idempotency_keys", text, it.idempotency_keys);
    form.maybe(
        "retry_budget",
        "What a client's retries may add to its load; null is no bound.",
        &mut it.retry_budget,
    );
}

fn backoff(it: &mut Backoff, form: &mut dyn Form) {
    it.initial = duration(
        form,
        "initial",
        "The mean wait before the first retry.",
        0,
        it.initial,
    );
    it.multiplier = plain(
        form,
        "multiplier",
        "What each further wait is multiplied by.",
        (1.0, 1_000.0),
        it.multiplier,
    );
    it.max = duration(form, "max", "The mean wait grows no further.", 0, it.max);
    let field = Real {
        name: "jitter",
        doc: "How far a wait may be off its mean.",
        written: Written::Share,
        least: 0.0,
        most: 1.0,
        required: false,
    };
    it.jitter = form.real(&field, it.jitter);
}

fn budget(it: &mut BudgetTerms, form: &mut dyn Form) {
    it.percent = percent(
        form,
        "percent",
        "Retries that calls pay for, in percent of the calls.",
        (0, 1_000),
        it.percent,
    );
    it.min_per_second = count(
        form,
        "min_per_second",
        "Retries a second that are free.",
        (0, 10_000),
        it.min_per_second,
    );
}

fn workload_alone(it: &mut Workload, form: &mut dyn Form) {
    workload(&mut it.0, form);
}

/// What is called, where nothing else would say that it is empty.
pub(super) fn workload(it: &mut Vec<Operation>, form: &mut dyn Form) {
    form.list(
        "workload",
        "What clients call from then on, and how long the work takes.",
        it,
    );
    let idle = it.iter().all(|operation| operation.weight == 0);
    form.holds(if idle {
        Err("“workload” needs at least one procedure with a weight above 0".to_owned())
    } else {
        Ok(())
    });
}

fn operation() -> Operation {
    Operation {
        procedure: Procedure::Echo,
        weight: 1,
        demand: make(0),
    }
}

fn operation_fields(it: &mut Operation, form: &mut dyn Form) {
    it.procedure = procedure(form, it.procedure);
    it.weight = count(
        form,
        "weight",
        "Its share of the calls, relative to the other weights.",
        (0, 1_000_000),
        it.weight,
    );
    form.part(
        "demand",
        "Processor time on a core of speed 1.",
        &mut it.demand,
    );
}

/// Which procedure.
pub(super) fn procedure(form: &mut dyn Form, procedure: Procedure) -> Procedure {
    let names = Procedure::ALL.map(Procedure::name);
    let which = procedure.number() as usize - 1;
    let which = form.choice("procedure", "The procedure called.", true, &names, which);
    Procedure::ALL.get(which).copied().unwrap_or(procedure)
}

fn names() -> Vec<&'static str> {
    vec!["exponential", "constant", "log-normal", "pareto"]
}

fn kind(it: &Distribution) -> usize {
    match it {
        Distribution::Exponential(_) => 0,
        Distribution::Constant(_) => 1,
        Distribution::LogNormal { .. } => 2,
        Distribution::Pareto { .. } => 3,
    }
}

fn make(kind: usize) -> Distribution {
    let mean = SECOND / 50;
    match kind {
        0 => Distribution::Exponential(mean),
        1 => Distribution::Constant(mean),
        2 => Distribution::LogNormal { mean, cv: 1.0 },
        _ => Distribution::Pareto { mean, shape: 2.0 },
    }
}

fn distribution(it: &mut Distribution, form: &mut dyn Form) {
    let most = (3_600 * SECOND).min(LONG);
    let mean = told_duration(form, "mean", "The mean.", most, it.mean());
    *it = it.with_mean(mean);
    match it {
        Distribution::LogNormal { cv, .. } => {
            *cv = plain(
                form,
                "cv",
                "Standard deviation over mean.",
                (0.0, 100.0),
                *cv,
            );
            // Zero is outside: its logarithm would be.
            let verdict = if *cv > 0.0 {
                Ok(())
            } else {
                Err("the coefficient of variation “cv” must be above 0".to_owned())
            };
            form.holds(verdict);
        }
        Distribution::Pareto { shape, .. } => {
            *shape = plain(
                form,
                "shape",
                "Tail index, above 1; up to 2 the variance is infinite.",
                (1.0, 1_000.0),
                *shape,
            );
            let verdict = if *shape > 1.0 {
                Ok(())
            } else {
                Err("the tail index “shape” must be above 1, or there is no mean".to_owned())
            };
            form.holds(verdict);
        }
        Distribution::Exponential(_) | Distribution::Constant(_) => {}
    }
}

//! Many runs: every combination of settings, with the same seeds for each, in parallel.
//!
//! Every entity draws from a stream of its own, so runs with the same seed have the same arrivals
//! and the same work whatever the policy: common random numbers, which make differences between
//! combinations stand out (A. Law, "Simulation Modeling and Analysis", §11.2).
//! Each run is a line of a CSV file, written when it ends; a sweep that was stopped goes on from the
//! lines that are there.

mod plan;
mod results;

use crate::options::{Merge, Span, Sweep};
use crate::{Failure, measure};
use indicatif::{ProgressBar, ProgressStyle};
use plan::Plan;
use results::Results;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Quantities of a run that are kept.
pub(crate) const KEPT: [&str; 13] = [
    "calls.ended",
    "calls.good",
    "calls.errors",
    "calls.failed",
    "calls.shed",
    "throughput",
    "goodput",
    "latency.mean",
    "latency.p50",
    "latency.p95",
    "latency.p99",
    "latency.p99.9",
    "attempts.mean",
];

/// `reroute sweep`.
pub(crate) fn command(sweep: &Sweep) -> Result<String, Failure> {
    sweep.span.check()?;
    let plan = Plan::new(sweep)?;
    let mut results = Results::open(&sweep.out, &plan)?;
    let (part, parts) = sweep.shard.unwrap_or((1, 1));
    let mine = (0..plan.runs()).filter(|run| run % parts == part - 1);
    let todo: Vec<usize> = mine.filter(|run| !results.has(*run)).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = sweep.jobs.unwrap_or(processors).clamp(1, todo.len().max(1));
    let bar = ProgressBar::new(todo.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} to go") {
        bar.set_style(style);
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..jobs {
            let (sender, plan, todo, next) = (sender.clone(), &plan, &todo, &next);
            scope.spawn(move || {
                while let Some(run) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((*run, one(plan, &sweep.span, *run))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (run, values) in receiver {
            let noted = values.and_then(|values| results.add(&plan, run, &values));
            if let Err(failure) = noted {
                // No new run begins; those under way are let end.
                next.store(todo.len(), Ordering::Relaxed);
                return Err(failure);
            }
            bar.inc(1);
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(results.table())
}

/// One run's quantities.
fn one(plan: &Plan, span: &Span, run: usize) -> Result<Vec<Option<f64>>, Failure> {
    let (scenario, seed) = plan.run(run);
    let span = Span {
        seed: Some(seed),
        ..span.clone()
    };
    let summary = measure::measure(scenario.clone(), &span, 0, None)?;
    Ok(KEPT
        .iter()
        .map(|name| summary.find(name).and_then(|it| it.value))
        .collect())
}

/// `reroute merge`.
pub(crate) fn merge(merge: &Merge) -> Result<String, Failure> {
    let whole = Results::merge(&merge.parts)?;
    whole.write(&merge.out)?;
    Ok(whole.table())
}

//! Runs a scenario and measures it.
//!
//! The time after warm-up is parted into twenty batches of equal length; an interval comes from the
//! batches' means (see [`simulation::statistics`]). A percentile has one only where every batch has
//! at least five calls beyond it.

use crate::Failure;
use crate::options::{Run, Span};
use crate::quantity::{Summary, Unit};
use crate::{output, source, trace::Trace};
use simulation::record::{CallRecord, Outcome, What};
use simulation::time::{Nanos, seconds};
use simulation::view::RoleView;
use simulation::{NodeId, Scenario, World};
use std::collections::BTreeMap;

const BATCHES: usize = 20;
/// Calls beyond a percentile that a batch needs.
const BEYOND: f64 = 5.0;
const PERCENTILES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
];

/// `reroute run`.
pub(crate) fn command(run: &Run) -> Result<String, Failure> {
    run.span.check()?;
    let scenario = source::scenario(&run.scenario)?;
    let mut trace = run.trace.as_deref().map(Trace::create).transpose()?;
    let summary = measure(scenario, &run.span, run.picks, trace.as_mut())?;
    Ok(output::summary(&summary, run.format))
}

/// Runs a scenario; its summary.
pub(crate) fn measure(
    mut scenario: Scenario,
    span: &Span,
    picks: usize,
    trace: Option<&mut Trace>,
) -> Result<Summary, Failure> {
    scenario.seed = span.seed.unwrap_or(scenario.seed);
    let world = World::new(&scenario).map_err(|error| Failure::Refused(error.to_string()))?;
    let mut runner = Runner::new(world, span, picks, trace);
    runner.run()?;
    Ok(runner.summary(&scenario))
}

/// What one batch has seen.
#[derive(Debug, Default)]
struct Batch {
    /// Latencies of answered calls.
    latencies: Vec<Nanos>,
    good: u64,
    errors: u64,
    failed: u64,
    shed: u64,
    attempts: u64,
    /// Calls in flight, integrated over time.
    in_flight: u128,
    /// Calls at each server, its cores, and those of them at work, integrated over time.
    servers: BTreeMap<NodeId, (u128, u128, u128)>,
}

impl Batch {
    fn answered(&self) -> u64 {
        self.good + self.errors
    }

    fn ended(&self) -> u64 {
        self.answered() + self.failed + self.shed
    }
}

struct Runner<'r> {
    world: World,
    warm: Nanos,
    until: Nanos,
    batches: Vec<Batch>,
    attempts: BTreeMap<usize, u64>,
    statuses: BTreeMap<String, u64>,
    picked: BTreeMap<NodeId, u64>,
    /// How many picks are wanted, and the earliest seen with time and call.
    picks: usize,
    first: Vec<(Nanos, u64, NodeId)>,
    trace: Option<&'r mut Trace>,
}

impl<'r> Runner<'r> {
    fn new(mut world: World, span: &Span, picks: usize, trace: Option<&'r mut Trace>) -> Self {
        world.keep_all_finished();
        world.set_recording(trace.is_some() || picks > 0);
        Self {
            world,
            warm: span.warmup,
            until: span.until,
            batches: (0..BATCHES).map(|_| Batch::default()).collect(),
            attempts: BTreeMap::new(),
            statuses: BTreeMap::new(),
            picked: BTreeMap::new(),
            picks,
            first: Vec::new(),
            trace,
        }
    }

    fn run(&mut self) -> Result<(), Failure> {
        while !self.world.advance_some(self.warm, 1_000) {
            self.take(None)?;
        }
        self.take(None)?;
        for index in 0..BATCHES {
            let end = self.warm + (self.until - self.warm) / BATCHES as u64 * (index as u64 + 1);
            let end = if index + 1 == BATCHES {
                self.until
            } else {
                end
            };
            let servers = self.servers();
            loop {
                let (from, in_flight) = (self.world.now(), self.world.calls_in_flight());
                let at: Vec<(u32, (u32, u32))> = servers
                    .iter()
                    .map(|id| (self.world.at_server(*id), self.world.cores(*id)))
                    .collect();
                let arrived = self.world.advance_some(end, 1);
                let passed = u128::from(self.world.now() - from);
                if passed > 0 {
                    let batch = &mut self.batches[index];
                    batch.in_flight += passed * u128::from(in_flight);
                    for (id, (at, (cores, at_work))) in servers.iter().zip(at) {
                        let seen = batch.servers.entry(*id).or_default();
                        seen.0 += passed * u128::from(at);
                        seen.1 += passed * u128::from(cores);
                        seen.2 += passed * u128::from(at_work);
                    }
                }
                self.take(Some(index))?;
                if arrived {
                    break;
                }
            }
        }
        self.rest()
    }

    fn servers(&self) -> Vec<NodeId> {
        let nodes = self.world.nodes();
        nodes
            .filter(|node| matches!(node.role, RoleView::Server(_)))
            .map(|node| node.id)
            .collect()
    }

    /// Takes the calls that have ended; those of the warm-up only leave their traces.
    fn take(&mut self, batch: Option<usize>) -> Result<(), Failure> {
        let calls: Vec<CallRecord> = self.world.take_finished().collect();
        for call in calls {
            self.note_picks(&call);
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.call(&self.world, &call)?;
            }
            if let Some(index) = batch {
                self.count(index, &call);
            }
        }
        Ok(())
    }

    /// What is under way at the end.
    fn rest(&mut self) -> Result<(), Failure> {
        let calls: Vec<CallRecord> = self
            .world
            .calls()
            .filter(|call| call.ended.is_none())
            .cloned()
            .collect();
        for call in calls {
            self.note_picks(&call);
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.call(&self.world, &call)?;
            }
        }
        self.trace.as_deref_mut().map_or(Ok(()), Trace::finish)
    }

    fn note_picks(&mut self, call: &CallRecord) {
        if self.picks == 0 {
            return;
        }
        let chosen = call.steps.iter().filter_map(|step| match step.what {
            What::Chosen { server, .. } => Some((step.at, call.id, server)),
            _ => None,
        });
        self.first.extend(chosen);
        // Calls end in another order than they were sent: keep the earliest.
        if self.first.len() > self.picks.saturating_mul(4).saturating_add(4_096) {
            self.first.sort_unstable();
            self.first.truncate(self.picks);
        }
    }

    fn count(&mut self, index: usize, call: &CallRecord) {
        let batch = &mut self.batches[index];
        let ended = call.ended.unwrap_or(call.began);
        match call.outcome {
            Outcome::Answered(status) => {
                batch.latencies.push(ended - call.began);
                if status == rpc::status::Status::Ok {
                    batch.good += 1;
                } else {
                    batch.errors += 1;
                    *self.statuses.entry(status.to_string()).or_default() += 1;
                }
            }
            Outcome::Failed(status) => {
                batch.failed += 1;
                *self.statuses.entry(status.to_string()).or_default() += 1;
            }
            Outcome::Shed => batch.shed += 1,
            Outcome::InFlight => {}
        }
        batch.attempts += call.attempts.len() as u64;
        *self.attempts.entry(call.attempts.len()).or_default() += 1;
        for server in call.attempts.iter().filter_map(|attempt| attempt.server) {
            *self.picked.entry(server).or_default() += 1;
        }
    }

    fn summary(mut self, scenario: &Scenario) -> Summary {
        let mut summary = Summary {
            scenario: scenario.slug.clone(),
            seed: scenario.seed,
            trace_hash: self.world.trace_hash(),
            ..Summary::default()
        };
        for batch in &mut self.batches {
            batch.latencies.sort_unstable();
        }
        let total = |of: fn(&Batch) -> u64| self.batches.iter().map(of).sum::<u64>();
        let ended = total(Batch::ended);
        for (name, of) in [
            ("ended", Batch::ended as fn(&Batch) -> u64),
            ("good", |it| it.good),
            ("errors", |it| it.errors),
            ("failed", |it| it.failed),
            ("shed", |it| it.shed),
        ] {
            summary.put(&["calls", name], Unit::Count, Some(total(of) as f64));
        }
        for (status, count) in &self.statuses {
            summary.put(
                &["calls", "status", status],
                Unit::Count,
                Some(*count as f64),
            );
        }
        let under_way = self.world.calls_in_flight() as f64;
        summary.put(&["calls", "in_flight_at_end"], Unit::Count, Some(under_way));
        let length = seconds(self.until - self.warm);
        let piece = length / BATCHES as f64;
        let mut rate = |name: &str, of: fn(&Batch) -> u64| {
            let means: Vec<f64> = self
                .batches
                .iter()
                .map(|it| of(it) as f64 / piece)
                .collect();
            summary.put_batches(&[name], Unit::Rate, Some(total(of) as f64 / length), &means);
        };
        rate("throughput", Batch::answered);
        rate("goodput", |it| it.good);
        latencies(&mut summary, &self.batches);
        let means: Vec<f64> = ratios(&self.batches, |it| (it.attempts as f64, it.ended() as f64));
        let attempts = total(|it| it.attempts) as f64;
        let mean = (ended > 0).then(|| attempts / ended as f64);
        summary.put_batches(&["attempts", "mean"], Unit::Number, mean, &means);
        for (number, count) in &self.attempts {
            summary.put(
                &["attempts", &number.to_string()],
                Unit::Count,
                Some(*count as f64),
            );
        }
        let means: Vec<f64> = self
            .batches
            .iter()
            .map(|it| it.in_flight as f64 / 1e9 / piece)
            .collect();
        summary.put_batches(&["in_flight"], Unit::Number, mean_of(&means), &means);
        self.nodes(&mut summary, piece);
        for detection in self
            .world
            .detections()
            .iter()
            .filter(|it| it.detected > self.warm)
        {
            let names =
                [detection.balancer, detection.server].map(|id| self.world.name(id).to_owned());
            let at = format!("died at {}s", seconds(detection.died));
            let path = ["detection", &names[0], &names[1], &at];
            summary.put(
                &path,
                Unit::Seconds,
                Some(seconds(detection.detected - detection.died)),
            );
        }
        self.first.sort_unstable();
        let first = self.first.iter().take(self.picks);
        summary.picks = first
            .map(|(_, _, id)| self.world.name(*id).to_owned())
            .collect();
        summary
    }

    fn nodes(&self, summary: &mut Summary, piece: f64) {
        let mut ids: Vec<NodeId> = self
            .batches
            .iter()
            .flat_map(|it| it.servers.keys().copied())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let name = self.world.name(id);
            let seen = |batch: &Batch| batch.servers.get(&id).copied().unwrap_or_default();
            let number: Vec<f64> = self
                .batches
                .iter()
                .map(|it| seen(it).0 as f64 / 1e9 / piece)
                .collect();
            // Of the cores that it had at the time; none in a batch in which it had none.
            let worked = |it: &Batch| match seen(it) {
                (_, 0, _) => 0.0,
                (_, cores, at_work) => at_work as f64 / cores as f64,
            };
            let busy: Vec<f64> = self.batches.iter().map(worked).collect();
            summary.put_batches(
                &["nodes", name, "number"],
                Unit::Number,
                mean_of(&number),
                &number,
            );
            summary.put_batches(
                &["nodes", name, "utilisation"],
                Unit::Share,
                mean_of(&busy),
                &busy,
            );
            let picked = self.picked.get(&id).copied().unwrap_or(0);
            summary.put(&["nodes", name, "picks"], Unit::Count, Some(picked as f64));
        }
    }
}

fn mean_of(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// A ratio by batch; none at all if a batch has nothing to divide by.
fn ratios(batches: &[Batch], of: fn(&Batch) -> (f64, f64)) -> Vec<f64> {
    let parts = batches
        .iter()
        .map(of)
        .map(|(over, under)| (under > 0.0).then(|| over / under));
    parts.collect::<Option<Vec<f64>>>().unwrap_or_default()
}

/// Batches whose latencies are in order.
fn latencies(summary: &mut Summary, batches: &[Batch]) {
    let mut all: Vec<Nanos> = batches
        .iter()
        .flat_map(|it| it.latencies.iter().copied())
        .collect();
    all.sort_unstable();
    let sum = |latencies: &[Nanos]| latencies.iter().map(|it| seconds(*it)).sum::<f64>();
    let means = batches.iter().map(|it| {
        (!it.latencies.is_empty()).then(|| sum(&it.latencies) / it.latencies.len() as f64)
    });
    let means: Vec<f64> = means.collect::<Option<Vec<f64>>>().unwrap_or_default();
    let mean = (!all.is_empty()).then(|| sum(&all) / all.len() as f64);
    summary.put_batches(&["latency", "mean"], Unit::Seconds, mean, &means);
    for (name, share) in PERCENTILES {
        let enough = batches
            .iter()
            .all(|it| it.latencies.len() as f64 * (1.0 - share) >= BEYOND);
        let each = batches
            .iter()
            .filter_map(|it| percentile(&it.latencies, share));
        let each: Vec<f64> = if enough { each.collect() } else { Vec::new() };
        summary.put_batches(
            &["latency", name],
            Unit::Seconds,
            percentile(&all, share),
            &each,
        );
    }
    summary.put(
        &["latency", "max"],
        Unit::Seconds,
        all.last().map(|it| seconds(*it)),
    );
}

/// The least latency that at least a share of the calls did not exceed.
fn percentile(sorted: &[Nanos], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).map(|it| seconds(*it))
}

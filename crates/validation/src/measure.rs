//! Runs a row and measures it.
//!
//! The first tenth is warm-up and left out. Each number comes from twenty batches: of calls in the
//! order in which they ended, or of equal spans of time. Beside it two checks that must hold to
//! the last nanosecond: the ledger balances, and the time that calls spend in flight is the same
//! by the count of those in flight, integrated over time, as by the calls' own records (Little's
//! law along one path, H. J. D. Little 1961; S. Stidham 1974).

use crate::row::{Quantity, Row};
use crate::stand::{SERVICE, network};
use simulation::record::{CallRecord, Outcome};
use simulation::scenario::Role;
use simulation::statistics::{Interval, batch_means};
use simulation::time::{Nanos, from_seconds, seconds};
use simulation::{NodeId, World};
use std::collections::BTreeMap;

/// Batches of every measurement.
pub const BATCHES: usize = 20;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The mean and how far off it may be.
    pub interval: Interval,
    /// Calls that ended in the time measured.
    pub calls: u64,
    /// Little's law holds along the path, to the nanosecond.
    pub little: bool,
    /// The ledger balances, and counts what was seen.
    pub ledger: bool,
}

/// Runs a row.
///
/// # Errors
/// The scenario does not hold, or too little happened to measure, in a sentence.
pub fn measure(row: &Row) -> Result<Measured, String> {
    let mut scenario = row.scenario.clone();
    scenario.seed = row.seed();
    let mut world = World::new(&scenario).map_err(|error| error.to_string())?;
    world.set_recording(false);
    let length = from_seconds(row.calls / row.rate);
    let warm = length / 10;
    let end = warm + length;
    let mut observer = Observer::new(row, network(&scenario));
    let cores: Vec<(NodeId, u32)> = world
        .nodes()
        .zip(&scenario.nodes)
        .filter_map(|(view, node)| match &node.role {
            Role::Server(server) => Some((view.id, server.cores)),
            _ => None,
        })
        .collect();
    let (mut area, mut residence, mut seen) = (0_u128, 0_u128, 0_u64);
    let mut spans = Spans::default();
    let mut boundary = 0;
    for part in 0..=BATCHES as u64 {
        // The warm-up, then each batch's span.
        boundary = if part == 0 {
            warm
        } else {
            warm + length * part / BATCHES as u64
        };
        let (area_before, seen_before) = (area, observer.answered);
        let work_before = core_time(&world, &cores);
        let from = world.now();
        loop {
            let (before, in_flight) = (world.now(), u128::from(world.calls_in_flight()));
            let arrived = world.advance_some(boundary, 1);
            area += u128::from(world.now() - before) * in_flight;
            for call in world.take_finished() {
                let ended = call.ended.unwrap_or(call.began);
                residence += u128::from(ended - call.began);
                seen += 1;
                if ended > warm {
                    observer.see(&call);
                }
            }
            if arrived {
                break;
            }
        }
        if part > 0 {
            let span = seconds(boundary - from);
            spans
                .in_flight
                .push((area - area_before) as f64 / 1e9 / span);
            let total: u32 = cores.iter().map(|(_, cores)| cores).sum();
            let work = core_time(&world, &cores) - work_before;
            spans
                .utilisation
                .push(seconds(work) / span / f64::from(total));
            spans
                .throughput
                .push((observer.answered - seen_before) as f64 / span);
        }
    }
    debug_assert_eq!(boundary, end);
    for call in world.calls() {
        residence += u128::from(world.now() - call.began);
    }
    let ledger = world.ledger();
    let means = spans.means(row, &observer);
    let interval = Interval::from_batches(&means)
        .ok_or_else(|| format!("{}: too little happened to measure", row.name()))?;
    Ok(Measured {
        interval,
        calls: observer.ended,
        little: area == residence,
        ledger: ledger.balances() && seen + ledger.calls_in_flight == ledger.calls.sent,
    })
}

fn core_time(world: &World, cores: &[(NodeId, u32)]) -> Nanos {
    cores
        .iter()
        .map(|(server, _)| world.core_time(*server))
        .sum()
}

/// Averages over each batch's span of time.
#[derive(Default)]
struct Spans {
    in_flight: Vec<f64>,
    utilisation: Vec<f64>,
    throughput: Vec<f64>,
}

impl Spans {
    fn means(self, row: &Row, observer: &Observer) -> Vec<f64> {
        match row.quantity {
            // What is on its way is so many calls for so long.
            Quantity::InSystem => {
                let on_the_way = row.rate * seconds(observer.network);
                self.in_flight
                    .into_iter()
                    .map(|number| number - on_the_way)
                    .collect()
            }
            Quantity::Utilisation => self.utilisation,
            Quantity::Throughput => self
                .throughput
                .into_iter()
                .map(|rate| rate * seconds(SERVICE))
                .collect(),
            _ => batch_means(&observer.series, BATCHES),
        }
    }
}

/// Takes down what a quantity needs of each call.
struct Observer {
    quantity: Quantity,
    network: Nanos,
    series: Vec<f64>,
    ended: u64,
    answered: u64,
    /// Fan-outs by their instant: answers so far, and the slowest.
    rounds: BTreeMap<Nanos, (u32, f64)>,
}

impl Observer {
    fn new(row: &Row, network: Nanos) -> Self {
        Self {
            quantity: row.quantity,
            network,
            series: Vec::new(),
            ended: 0,
            answered: 0,
            rounds: BTreeMap::new(),
        }
    }

    fn see(&mut self, call: &CallRecord) {
        self.ended += 1;
        let answered = matches!(call.outcome, Outcome::Answered(_));
        self.answered += u64::from(answered);
        let flag = |yes: bool| Some(f64::from(u8::from(yes)));
        let ended = call.ended.unwrap_or(call.began);
        let time = seconds((ended - call.began).saturating_sub(self.network)) / seconds(SERVICE);
        let noted = match self.quantity {
            Quantity::Sojourn => answered.then_some(time),
            Quantity::Beyond(t) => answered.then_some(f64::from(u8::from(time > t))),
            Quantity::Blocked => flag(call.outcome == Outcome::Shed),
            Quantity::Lost => flag(matches!(call.outcome, Outcome::Failed(_))),
            Quantity::Attempts => Some(call.attempts.len() as f64),
            Quantity::Slowest(n) => self.round(call.began, time, n),
            Quantity::SlowestBeyond(n, t) => self
                .round(call.began, time, n)
                .map(|slowest| f64::from(u8::from(slowest > t))),
            Quantity::InSystem | Quantity::Utilisation | Quantity::Throughput => None,
        };
        self.series.extend(noted);
    }

    /// The slowest of a fan-out, once all of it have ended.
    fn round(&mut self, began: Nanos, time: f64, n: u32) -> Option<f64> {
        let (count, slowest) = self.rounds.entry(began).or_default();
        *count += 1;
        *slowest = slowest.max(time);
        if *count < n {
            return None;
        }
        self.rounds.remove(&began).map(|(_, slowest)| slowest)
    }
}

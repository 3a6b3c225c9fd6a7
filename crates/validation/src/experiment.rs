//! Experiments: what each policy makes of load, of variance, and of failure, as tables to read.
//!
//! The network and the checks are those of the preset with five servers; the same seed for every
//! cell, so that the clients of all policies ask the same at the same instants (common random
//! numbers). A cell is one short run: it shows what happens, and is no estimate with an interval.

use balancer::Policy;
use simulation::action::{Action, Death};
use simulation::distribution::Distribution;
use simulation::record::Outcome;
use simulation::scenario::{Load, Role, Timed};
use simulation::time::{MILLISECOND, Nanos, SECOND, milliseconds, seconds};
use simulation::{NodeId, Scenario, World, presets};
use std::fmt::Write;

/// What goes wrong in an experiment, from [`ONSET`] on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// A server falls silent, and stays so.
    Silence,
    /// A server works at a fifth of its speed.
    Slow,
    /// A server's process ends: who asks it is refused at once.
    Crash,
}

/// When it goes wrong; what is measured begins here too, after the warm-up.
pub const ONSET: Nanos = 4 * SECOND;
const END: Nanos = 24 * SECOND;
const SERVICE: Nanos = 24 * MILLISECOND;
const VICTIM: &str = "server-3";

impl Fault {
    /// All.
    pub const ALL: [Self; 4] = [Self::None, Self::Silence, Self::Slow, Self::Crash];

    /// The name of its table's file.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "no-failure",
            Self::Silence => "a-silent-server",
            Self::Slow => "a-slow-server",
            Self::Crash => "a-crashed-server",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::None => "Nothing fails.",
            Self::Silence => {
                "One of five servers falls silent; three failed checks in a row find it."
            }
            Self::Slow => "One of five servers works at a fifth of its speed; no check finds it.",
            Self::Crash => "One of five servers crashes: who connects to it is refused at once.",
        }
    }

    fn action(self) -> Option<Action> {
        let victim = VICTIM.to_owned();
        match self {
            Self::None => None,
            Self::Silence => Some(Action::Kill(victim, Death::Silence)),
            Self::Slow => Some(Action::SetSpeed(victim, 0.2)),
            Self::Crash => Some(Action::Kill(victim, Death::Crash)),
        }
    }
}

/// The outcome of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Half the answered calls were faster.
    pub p50: Nanos,
    /// 99 in 100 were faster.
    pub p99: Nanos,
    /// Calls answered well, a second.
    pub goodput: f64,
    /// Share of the calls that failed or were shed.
    pub lost: f64,
    /// The most core time of a living server over the mean of the living: 1 is even.
    pub imbalance: f64,
}

fn scenario(policy: &Policy, load: f64, demand: Distribution, fault: Fault) -> Option<Scenario> {
    let mut scenario = presets::find("five-servers")?;
    let rate = load * 5.0 / seconds(SERVICE) / 3.0;
    for node in &mut scenario.nodes {
        match &mut node.role {
            Role::Lan(lan) => lan.load = Load::Poisson { rate },
            Role::Balancer(settings) => settings.policy = policy.clone(),
            _ => {}
        }
    }
    for operation in &mut scenario.workload {
        operation.demand = demand;
    }
    scenario.seed = 1;
    scenario.timeline = fault
        .action()
        .map(|action| Timed { at: ONSET, action })
        .into_iter()
        .collect();
    Some(scenario)
}

/// Runs one cell.
///
/// # Errors
/// The scenario does not hold, in a sentence.
pub fn run(policy: &Policy, load: f64, demand: Distribution, fault: Fault) -> Result<Cell, String> {
    let scenario = scenario(policy, load, demand, fault).ok_or("the preset is gone")?;
    let mut world = World::new(&scenario).map_err(|error| error.to_string())?;
    world.set_recording(false);
    let dead = matches!(fault, Fault::Silence | Fault::Crash);
    let living: Vec<NodeId> = world
        .nodes()
        .zip(&scenario.nodes)
        .filter(|(_, node)| matches!(node.role, Role::Server(_)) && !(dead && node.name == VICTIM))
        .map(|(view, _)| view.id)
        .collect();
    world.advance(ONSET);
    world.take_finished().for_each(drop);
    let before: Vec<Nanos> = living.iter().map(|id| world.core_time(*id)).collect();
    let (mut latencies, mut good, mut ended) = (Vec::new(), 0_u32, 0_u32);
    // Only the last few hundred finished calls are kept.
    while !world.advance_some(END, 64) {
        take(&mut world, &mut latencies, &mut good, &mut ended);
    }
    take(&mut world, &mut latencies, &mut good, &mut ended);
    latencies.sort_unstable();
    let work: Vec<f64> = living
        .iter()
        .zip(before)
        .map(|(id, before)| seconds(world.core_time(*id) - before))
        .collect();
    let mean = work.iter().sum::<f64>() / work.len() as f64;
    Ok(Cell {
        p50: percentile(&latencies, 0.50),
        p99: percentile(&latencies, 0.99),
        goodput: f64::from(good) / seconds(END - ONSET),
        lost: f64::from(ended - latencies.len() as u32) / f64::from(ended.max(1)),
        imbalance: work.iter().copied().fold(0.0, f64::max) / mean,
    })
}

fn take(world: &mut World, latencies: &mut Vec<Nanos>, good: &mut u32, ended: &mut u32) {
    for call in world.take_finished() {
        *ended += 1;
        if let (Outcome::Answered(status), Some(end)) = (call.outcome, call.ended) {
            latencies.push(end - call.began);
            *good += u32::from(status == rpc::status::Status::Ok);
        }
    }
}

/// Nearest rank; 0 of none.
fn percentile(sorted: &[Nanos], q: f64) -> Nanos {
    let rank = libm::ceil(q * sorted.len() as f64) as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// The table of a fault: load × variance × policy.
///
/// # Errors
/// A scenario that does not hold, in a sentence.
pub fn table(fault: Fault) -> Result<String, String> {
    let policies = [
        Policy::RoundRobin,
        Policy::Random,
        Policy::LeastRequest,
        Policy::PowerOfTwoChoices,
        Policy::from_slug("peak-ewma").ok_or("Peak-EWMA is gone")?,
    ];
    let laws = [
        ("constant", Distribution::Constant(SERVICE)),
        ("exponential", Distribution::Exponential(SERVICE)),
        (
            "log-normal, cv 3",
            Distribution::LogNormal {
                mean: SERVICE,
                cv: 3.0,
            },
        ),
    ];
    let mut text = format!(
        "{} Five servers, service 24 ms, {} s measured.\n\
         Times in milliseconds with the way over the network, goodput in answers a second,\n\
         lost as a share of the calls, imbalance as the busiest living server over their mean.\n\n\
         {:>4}  {:16}  {:20}  {:>7}  {:>7}  {:>7}  {:>6}  {:>9}\n",
        fault.sentence(),
        seconds(END - ONSET),
        "load",
        "service",
        "policy",
        "p50",
        "p99",
        "goodput",
        "lost",
        "imbalance"
    );
    for load in [0.4, 0.7] {
        for (law, demand) in laws {
            for policy in &policies {
                let cell = run(policy, load, demand, fault)?;
                // Writing to a string does not fail.
                let _ = writeln!(
                    text,
                    "{load:>4}  {law:16}  {:20}  {:>7.1}  {:>7.1}  {:>7.1}  {:>6.4}  {:>9.2}",
                    policy.name(),
                    milliseconds(cell.p50),
                    milliseconds(cell.p99),
                    cell.goodput,
                    cell.lost,
                    cell.imbalance,
                );
            }
        }
    }
    Ok(text)
}

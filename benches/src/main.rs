//! Measures what must be fast beside what it is measured against: `cargo xtask bench` runs it and
//! keeps what it prints in `docs/performance.md`.
//!
//! Each figure is the least of several runs, in turns: a machine that does other work makes a run
//! slower and never faster.
#![forbid(unsafe_code)]

mod engine;
mod handwritten;
mod kernel;
mod workload;

use simulation::World;
use simulation::time::SECOND;
use std::hint::black_box;
use std::time::Instant;
use workload::{EVENTS, Tally};

/// Runs of each contender.
const RUNS: usize = 5;
/// Calls in a run.
const CALLS: u64 = 400_000;

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn nanoseconds<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let began = Instant::now();
    let result = work();
    (began.elapsed().as_secs_f64() * 1e9, result)
}

/// The least time of a contender, which must come to the same as before.
struct Best {
    time: f64,
    tally: Option<Tally>,
}

impl Best {
    const fn new() -> Self {
        Self {
            time: f64::INFINITY,
            tally: None,
        }
    }

    fn run(&mut self, work: impl FnOnce() -> Tally) {
        let (time, tally) = nanoseconds(work);
        self.time = self.time.min(time);
        self.tally = Some(tally);
    }

    fn an_event(&self) -> f64 {
        self.time / (CALLS * EVENTS) as f64
    }
}

fn kernel_table() -> f64 {
    println!("## The kernel\n");
    println!(
        "The engine's event queue and timers with nothing on them but the workload: Poisson arrivals,"
    );
    println!(
        "power of two choices, exponential service at ρ = 0.9, a hop each way, a deadline that is cancelled."
    );
    println!(
        "Nanoseconds an event, five events a call. Both columns make the same run, to the last nanosecond.\n"
    );
    println!("| servers | hand-written loop | our kernel | ratio | goal |");
    println!("|--:|--:|--:|--:|--:|");
    let mut limit = f64::INFINITY;
    for servers in [10usize, 1_000, 100_000] {
        let (mut hand, mut ours) = (Best::new(), Best::new());
        for _ in 0..RUNS {
            hand.run(|| handwritten::run(servers, CALLS));
            ours.run(|| kernel::run(servers, CALLS));
        }
        assert_eq!(hand.tally, ours.tally, "the contenders did not do the same");
        let (hand, ours) = (hand.an_event(), ours.an_event());
        limit = limit.min(hand);
        println!(
            "| {servers} | {hand:.0} | {ours:.0} | {:.2} | 1.3 |",
            ours / hand
        );
    }
    limit
}

fn engine_table(limit: f64) -> Result<(), simulation::ScenarioError> {
    println!("\n## The whole engine\n");
    println!(
        "Hosts, links, calls as ONC RPC bytes both ways, a balancer, deadlines, ledger and measurements;"
    );
    println!(
        "traces off. Six events a call, since the balancer stands between. The ratio is to the hand-written"
    );
    println!("loop at 10 servers ({limit:.0} ns).\n");
    println!("| servers | ns an event | ns a call | ratio an event | goal | allocations a call |");
    println!("|--:|--:|--:|--:|--:|--:|");
    for servers in [10usize, 100, 400] {
        let mut world = World::new(&engine::scenario(servers))?;
        world.set_recording(false);
        engine::run(&mut world, 2 * SECOND);
        let (mut event, mut call, mut allocations) = (f64::INFINITY, f64::INFINITY, 0.0);
        for _ in 0..RUNS {
            let (time, ran) = nanoseconds(|| engine::run(&mut world, 4 * SECOND));
            event = event.min(time / ran.events as f64);
            call = call.min(time / ran.answered as f64);
        }
        let counted = allocation_counter::measure(|| {
            let ran = engine::run(&mut world, SECOND);
            allocations = ran.answered as f64;
        });
        println!(
            "| {servers} | {event:.0} | {call:.0} | {:.1} | 5 | {:.1} |",
            event / limit,
            counted.count_total as f64 / allocations
        );
    }
    Ok(())
}

fn clone_row() -> Result<(), simulation::ScenarioError> {
    let mut world = World::new(&engine::scenario(98))?;
    engine::run(&mut world, 5 * SECOND);
    let mut least = f64::INFINITY;
    for _ in 0..RUNS * 4 {
        let (time, copy) = nanoseconds(|| world.clone());
        black_box(&copy);
        least = least.min(time);
    }
    println!("\n## A copy\n");
    println!(
        "A world of 100 nodes with {} messages on their way is cloned in {:.3} ms (goal 1 ms).",
        world.messages().count(),
        least / 1e6
    );
    Ok(())
}

fn main() -> Result<(), simulation::ScenarioError> {
    let limit = kernel_table();
    engine_table(limit)?;
    clone_row()
}

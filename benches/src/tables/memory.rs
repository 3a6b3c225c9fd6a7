//! Memory: what is held, as the allocator counts it.

use super::SIZES;
use benches::engine;
use benches::measure::Length;
use benches::workload::HOP;
use simulation::time::{MILLISECOND, SECOND};
use simulation::{Nanos, ScenarioError, World};

/// The bytes that stay allocated after some work, and what it gave.
fn held<R>(work: impl FnOnce() -> R) -> (f64, Option<R>) {
    let mut result = None;
    let counted = allocation_counter::measure(|| result = Some(work()));
    (counted.bytes_current as f64, result)
}

/// Prints the tables.
pub(crate) fn memory_table() -> Result<(), ScenarioError> {
    println!("\n## Memory\n");
    println!("The whole engine, traces off; with the memory that is kept for what may come.\n");
    println!("| of the whole engine | bytes |");
    println!("|:--|--:|");
    println!(
        "| an idle server with its link and its place at the balancer | {:.0} |",
        idle()?
    );
    println!("| a call in flight | {:.0} |", in_flight()?);
    println!(
        "\n| of the workload alone, bytes a server, calls in flight with it | 10 | 1,000 | 100,000 |"
    );
    println!("|:--|--:|--:|--:|");
    for (label, name) in [
        ("hand-written loop, 4-ary heap", "heap"),
        ("hand-written loop, ladder queue", "ladder"),
        ("our kernel", "kernel"),
    ] {
        let [a, b, c] = SIZES.map(|servers| {
            let (bytes, _kept) = held(|| {
                let mut contender = benches::contender(name, servers);
                if let Some(contender) = &mut contender {
                    contender.run(Length::of(servers).warm);
                }
                contender
            });
            bytes / servers as f64
        });
        println!("| {label} | {a:.0} | {b:.0} | {c:.0} |");
    }
    Ok(())
}

/// From a hundred servers to eleven hundred, before anything happens.
fn idle() -> Result<f64, ScenarioError> {
    let bytes = |servers| -> Result<f64, ScenarioError> {
        let scenario = engine::scenario(servers);
        let (bytes, world) = held(|| World::new(&scenario));
        world.transpose().map(|_| bytes)
    };
    Ok((bytes(1_100)? - bytes(100)?) / 1_000.0)
}

/// The same traffic over links that are a hundred milliseconds longer: more calls are in flight, and
/// nothing else is more.
fn in_flight() -> Result<f64, ScenarioError> {
    let run = |hop: Nanos| -> Result<(f64, u64), ScenarioError> {
        let scenario = engine::scenario_with_hop(100, hop);
        let (bytes, world) = held(|| {
            World::new(&scenario).map(|mut world| {
                world.set_recording(false);
                world.advance(5 * SECOND);
                world
            })
        });
        let world = world.transpose()?;
        Ok((bytes, world.map_or(0, |it| it.ledger().calls_in_flight)))
    };
    let (few, fewer) = run(HOP)?;
    let (many, more) = run(HOP + 100 * MILLISECOND)?;
    Ok((many - few) / (more - fewer) as f64)
}

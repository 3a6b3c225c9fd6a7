//! The whole engine.

use super::{ROUNDS, or_dash};
use crate::children::{Build, Children};
use benches::engine::{self, Ran};
use benches::measure::{Length, nanoseconds};
use simulation::time::MILLISECOND;
use simulation::{ScenarioError, World};
use std::hint::black_box;

/// Servers; a scenario holds two thousand nodes. Together they get 9,000 calls a second, whatever
/// their number.
const SIZES: [usize; 3] = [10, 100, 1_000];

/// Virtual milliseconds: 18,000 calls to warm up, then slices of 4,500.
const LENGTH: Length = Length {
    warm: 2_000,
    slice: 500,
    slices: 16,
};

struct Least {
    event: f64,
    call: f64,
}

fn measure(world: &mut World) -> Least {
    engine::run(world, LENGTH.warm * MILLISECOND);
    let mut least = Least {
        event: f64::INFINITY,
        call: f64::INFINITY,
    };
    for _ in 0..LENGTH.slices {
        let (time, ran) = nanoseconds(|| engine::run(world, LENGTH.slice * MILLISECOND));
        least.event = least.event.min(time / ran.events as f64);
        least.call = least.call.min(time / ran.answered as f64);
    }
    least
}

fn allocations(world: &mut World) -> f64 {
    let mut ran = Ran {
        events: 0,
        answered: 0,
    };
    let counted = allocation_counter::measure(|| ran = engine::run(world, 1_000 * MILLISECOND));
    counted.count_total as f64 / ran.answered as f64
}

/// Prints the table; the limit is in nanoseconds an event.
pub(crate) fn engine_table(limit: f64, children: &Children) -> Result<(), ScenarioError> {
    println!(
        "\n## The whole engine\n\n\
         Hosts, links, calls as ONC RPC bytes both ways, a balancer, deadlines, ledger and measurements;\n\
         traces off. Six events a call, since the balancer stands between. The ratio is to the faster\n\
         hand-written loop at 10 servers ({limit:.1} ns).\n"
    );
    println!(
        "| servers | ns an event | ns a call | ratio an event | goal | wasm, ns an event | wasm to native | goal \
         | as the page, `\"z\"` | allocations a call |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for servers in SIZES {
        let mut world = World::new(&engine::scenario(servers))?;
        world.set_recording(false);
        let mut least: Option<Least> = None;
        let (mut wasm, mut small) = (None, None);
        for _ in 0..ROUNDS {
            let now = measure(&mut world);
            least = Some(match least {
                Some(before) => Least {
                    event: before.event.min(now.event),
                    call: before.call.min(now.call),
                },
                None => now,
            });
            let node = |build, best: &mut Option<f64>| {
                if let Some(measured) = children.in_node(build, "engine", servers, LENGTH) {
                    *best = Some(best.map_or(measured.least, |it| it.min(measured.least)));
                }
            };
            node(Build::Fast, &mut wasm);
            node(Build::Small, &mut small);
        }
        let Some(Least { event, call }) = least else {
            continue;
        };
        println!(
            "| {servers} | {event:.0} | {call:.0} | {:.1} | 5 | {} | {} | 1.6 | {} | {:.1} |",
            event / limit,
            or_dash(wasm, 0),
            or_dash(wasm.map(|it| it / event), 2),
            or_dash(small, 0),
            allocations(&mut world)
        );
    }
    Ok(())
}

/// The engine once, for a profiler: nanoseconds an event and a call.
pub(crate) fn engine_alone(servers: usize) -> Result<(), ScenarioError> {
    let mut world = World::new(&engine::scenario(servers))?;
    world.set_recording(false);
    let Least { event, call } = measure(&mut world);
    println!("{event:.1} {call:.0}");
    Ok(())
}

/// Prints what a copy of a world takes.
pub(crate) fn clone_row() -> Result<(), ScenarioError> {
    let mut world = World::new(&engine::scenario(98))?;
    engine::run(&mut world, 5_000 * MILLISECOND);
    let mut least = f64::INFINITY;
    for _ in 0..20 {
        let (time, copy) = nanoseconds(|| world.clone());
        black_box(&copy);
        least = least.min(time);
    }
    println!(
        "\n## A copy\n\n\
         A world of 100 nodes with {} messages on their way is cloned in {:.3} ms (goal 1 ms).",
        world.messages().count(),
        least / 1e6
    );
    Ok(())
}

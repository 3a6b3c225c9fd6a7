//! Measures what must be fast beside what it is measured against. `cargo xtask bench` runs it.
#![forbid(unsafe_code)]

mod engine;
mod handwritten;
mod kernel;
mod workload;

use simulation::World;
use std::time::Instant;
use workload::EVENTS;

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn timed<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let began = Instant::now();
    let result = work();
    (began.elapsed().as_secs_f64() * 1e9, result)
}

fn main() {
    if std::env::args().any(|it| it == "engine") {
        let Ok(mut world) = World::new(&engine::scenario(10)) else { return };
        world.set_recording(false);
        for _ in 0..3 {
            let (time, ran) = timed(|| engine::run(&mut world, 20_000_000_000));
            println!("{:.0} ns an event, {:.2} events a call", time / ran.events as f64, ran.events as f64 / ran.answered as f64);
        }
        return;
    }
    let calls = 1_000_000;
    for servers in [10usize, 1_000, 100_000] {
        let (hand, ours) = (timed(|| handwritten::run(servers, calls)), timed(|| kernel::run(servers, calls)));
        assert_eq!(hand.1, ours.1, "both did the same");
        let each = (calls * EVENTS) as f64;
        println!("{servers} servers: hand-written {:.1} ns an event, kernel {:.1} ({:.2}×), mean {:.3} ms", hand.0 / each, ours.0 / each, ours.0 / hand.0, ours.1.waited as f64 / calls as f64 / 1e6);
    }
    for servers in [10usize, 100, 200] {
        let mut world = match World::new(&engine::scenario(servers)) {
            Ok(world) => world,
            Err(error) => {
                println!("{servers} servers: {error}");
                continue;
            }
        };
        world.set_recording(false);
        engine::run(&mut world, 1_000_000_000);
        let (time, ran) = timed(|| engine::run(&mut world, 200_000_000_000 / servers as u64));
        println!("{servers} servers, the whole engine: {:.0} ns an event, {:.0} a call of {:.1} events, {} calls", time / ran.events as f64, time / ran.answered as f64, ran.events as f64 / ran.answered as f64, ran.answered);
    }
}

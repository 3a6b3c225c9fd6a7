//! The contenders as a module for the runner in JavaScript; natively nothing.
#![cfg(target_arch = "wasm32")]

use benches::engine;
use benches::workload::Contender;
use simulation::World;
use simulation::time::MILLISECOND;
use wasm_bindgen::prelude::wasm_bindgen;

/// A contender of the workload.
#[wasm_bindgen]
pub struct Bench(Box<dyn Contender>);

#[wasm_bindgen]
impl Bench {
    /// By its name.
    pub fn new(name: &str, servers: usize) -> Option<Bench> {
        benches::contender(name, servers).map(Bench)
    }

    /// Goes on until so many calls have been answered; returns how many were, the sum of their
    /// times, and the time.
    pub fn run(&mut self, answered: f64) -> Vec<f64> {
        let tally = self.0.run(answered as u64);
        vec![tally.answered as f64, tally.waited as f64, tally.now as f64]
    }
}

/// The whole engine.
#[wasm_bindgen]
pub struct Engine(World);

#[wasm_bindgen]
impl Engine {
    /// A cluster of so many servers.
    pub fn new(servers: usize) -> Option<Engine> {
        let mut world = World::new(&engine::scenario(servers)).ok()?;
        world.set_recording(false);
        Some(Engine(world))
    }

    /// Goes on for so many milliseconds; returns the events and the calls answered in them, and the
    /// virtual time.
    pub fn run(&mut self, milliseconds: u32) -> Vec<f64> {
        let ran = engine::run(&mut self.0, u64::from(milliseconds) * MILLISECOND);
        vec![ran.events as f64, ran.answered as f64, self.0.now() as f64]
    }
}

//! Measures what must be fast beside what it is measured against: `cargo xtask bench` builds it and
//! all that it runs, and keeps what it prints in `docs/performance.md`.
//!
//! Each figure is the least of several runs, in turns: a machine that does other work makes a run
//! slower and never faster.
#![forbid(unsafe_code)]

mod children;
mod measure;
mod tables;

use children::Children;

fn main() -> Result<(), simulation::ScenarioError> {
    let children = Children::from_arguments(std::env::args().skip(1));
    let limit = tables::kernel_table(&children);
    tables::engine_table(limit, &children)?;
    tables::memory_table()?;
    tables::clone_row()
}

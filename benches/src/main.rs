//! Measures what must be fast beside what it is measured against: `cargo xtask bench` builds it and
//! all that it runs, and keeps what it prints in `docs/performance.md`.
//!
//! Each figure is the least of several runs, in turns: a machine that does other work makes a run
//! slower and never faster.
#![forbid(unsafe_code)]

mod children;
mod tables;

use children::Children;

fn main() -> Result<(), simulation::ScenarioError> {
    if let [name, servers] = &*std::env::args().skip(1).collect::<Vec<_>>()
        && !name.starts_with("--")
    {
        return one(name, servers);
    }
    let children = Children::from_arguments(std::env::args().skip(1));
    let limit = tables::kernel_table(&children);
    tables::engine_table(limit, &children)?;
    tables::memory_table()?;
    tables::clone_row()
}

/// One contender alone, for a profiler: `benches kernel 1000`, `benches engine 10`.
fn one(name: &str, servers: &str) -> Result<(), simulation::ScenarioError> {
    let servers = servers.parse().unwrap_or(10);
    if name == "engine" {
        return tables::engine_alone(servers);
    }
    match benches::contender(name, servers) {
        Some(mut contender) => {
            let measured = benches::measure::measure(
                contender.as_mut(),
                benches::measure::Length::of(servers),
            );
            println!("{:.1} {:?}", measured.least, measured.tally);
        }
        None => println!("there is no contender {name}"),
    }
    Ok(())
}

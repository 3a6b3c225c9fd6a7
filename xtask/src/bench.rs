//! The benches, and the document that keeps what they came to.

use crate::environment::{Environment, run as execute, text};
use crate::report::{Failure, Step};
use crate::toolchain;
use std::fs;
use std::process::ExitCode;

const DOCUMENT: &str = "docs/performance.md";

/// Builds the benches, runs them, prints the tables and keeps them.
pub(crate) fn run_benches(environment: &Environment) -> Result<String, Failure> {
    let step = Step::start("bench", "building with full optimisation, 1 to 2 minutes");
    execute(environment.command("cargo").args([
        "build",
        "--quiet",
        "--profile",
        "bench",
        "--package",
        "benches",
    ]))?;
    step.done("built");
    let step = Step::start(
        "bench",
        "running, 1 minute; other work on the machine shows in it",
    );
    let binary = environment.target().join("release").join("benches");
    let tables = text(&mut environment.command(binary)).ok_or_else(|| {
        Failure::new("the benches failed").next("cargo run --profile bench -p benches")
    })?;
    step.done("measured");
    Ok(tables)
}

/// `cargo xtask bench`.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let mut environment = Environment::new()?;
    toolchain::set_up(&mut environment)?;
    let tables = run_benches(&environment)?;
    let machine = machine().unwrap_or_else(|| "an unknown machine".to_owned());
    let document = format!(
        "# Performance\n\nWritten by `cargo xtask bench` on {machine}. Figures are the least of \
         several runs in turns;\nratios are of one run, and the only thing to compare between \
         machines.\n\n{tables}\n"
    );
    fs::write(DOCUMENT, &document)
        .map_err(|error| Failure::new(format!("{DOCUMENT} could not be written: {error}")))?;
    println!("\n{tables}\nKept in {DOCUMENT}.");
    Ok(ExitCode::SUCCESS)
}

/// The processor and how many of it there are.
fn machine() -> Option<String> {
    let known = fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = known
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))?
        .1;
    let many = std::thread::available_parallelism().ok()?;
    Some(format!("{} × {}", many, model.trim()))
}

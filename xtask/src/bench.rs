//! The benches, and the document that keeps what they came to.

use crate::environment::{Environment, run as execute, text};
use crate::report::{Failure, Step};
use crate::{node, toolchain, tools};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

const DOCUMENT: &str = "docs/performance.md";
/// What runs WebAssembly and our JavaScript in node.
const RUNNER: &str = "benches/javascript/run.mjs";
/// The libraries of others: a package of its own, with a lock file of its own.
const PEERS: &str = "benches/peers";

/// Builds the benches, runs them, and gives their tables.
fn run_benches(environment: &Environment) -> Result<String, Failure> {
    let step = Step::start("bench", "building with full optimisation, 2 to 6 minutes");
    execute(
        environment
            .command("cargo")
            .args(["build", "--quiet", "--profile", "bench"])
            .args(["--package", "benches"]),
    )?;
    let fast = module(environment, "bench")?;
    let small = module(environment, "release")?;
    let peers = peers(environment)?;
    step.done("built");
    let step = Step::start(
        "bench",
        "running, 4 minutes; other work on the machine shows in it",
    );
    let binary = environment.target().join("release").join("benches");
    let mut benches = environment.command(binary);
    for (option, path) in [
        ("--runner", environment.root.join(RUNNER)),
        ("--wasm", fast),
        ("--wasm-small", small),
        ("--peers", peers),
    ] {
        benches.arg(format!("{option}={}", path.display()));
    }
    let tables = text(&mut benches).ok_or_else(|| {
        Failure::new("the benches failed").next("cargo run --profile bench -p benches")
    })?;
    step.done("measured");
    Ok(tables)
}

/// The contenders as a module for node, built by a profile.
fn module(environment: &Environment, profile: &str) -> Result<PathBuf, Failure> {
    execute(
        environment
            .command("cargo")
            .args(["build", "--quiet", "--profile", profile])
            .args(["--package", "benches", "--example", "module"])
            .args(["--target", toolchain::TARGET]),
    )?;
    // Cargo's own name for the folder of both profiles.
    let built = environment.target().join(toolchain::TARGET);
    let built = built.join("release").join("examples").join("module.wasm");
    let folder = environment.target().join("benches-wasm").join(profile);
    execute(
        environment
            .command("wasm-bindgen")
            .args(["--target", "nodejs", "--no-typescript", "--out-dir"])
            .arg(&folder)
            .arg(built),
    )?;
    Ok(folder.join("module.js"))
}

/// The program with the libraries of others.
fn peers(environment: &Environment) -> Result<PathBuf, Failure> {
    let target = environment.target().join("peers");
    execute(
        environment
            .command("cargo")
            .args(["build", "--quiet", "--release", "--locked"])
            .current_dir(environment.root.join(PEERS))
            .env("CARGO_TARGET_DIR", &target),
    )
    .map_err(|failure| failure.next("they are fetched once: try again with a network"))?;
    Ok(target.join("release").join("peers"))
}

/// `cargo xtask bench`.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let mut environment = Environment::new()?;
    toolchain::set_up(&mut environment)?;
    tools::set_up_wasm_bindgen(&mut environment)?;
    node::set_up(&mut environment)?;
    let tables = run_benches(&environment)?;
    let machine = machine().unwrap_or_else(|| "an unknown machine".to_owned());
    let node = text(environment.command("node").arg("--version")).unwrap_or_default();
    let document = format!(
        "# Performance\n\nWritten by `cargo xtask bench` on {machine}, with node {node}. Figures are \
         the least of\nseveral runs in turns; ratios are of one run, and the only thing to compare \
         between machines.\n\n{tables}\n"
    );
    fs::write(environment.root.join(DOCUMENT), &document)
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

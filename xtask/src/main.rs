//! The project's own commands, run as `cargo xtask <command>`.
//!
//! Standard library only, so that the first command on a fresh machine compiles in seconds. What
//! the commands need beside Rust and git they find or install themselves: see [`toolchain`] for
//! the compiler, [`tools`] for what cargo compiles, [`node`] and [`npm`] for
//! what npm brings, [`browser`] for
//! Chromium.
#![allow(
    clippy::disallowed_methods,
    reason = "the rule against clocks is for the simulation; here real steps are timed"
)]

mod apt;
mod bench;
mod browser;
mod build;
mod counts;
mod environment;
mod node;
mod npm;
mod report;
mod serve;
mod test;
mod toolchain;
mod tools;
mod validate;
mod wasm_tests;

use environment::Environment;
use report::Failure;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  setup                   find or install everything the other commands need
  serve                   build the page, serve it, open it in a browser, rebuild on change
      --port N            port to listen on (default: 8080, or the next free one)
      --address A         address to listen on (default: 127.0.0.1)
      --release           serve the optimised build
      --no-open           do not open a browser
  build                   leave the release build in dist/ and print its sizes
  test                    everything that must pass before a change is shared
      --only STAGE,...    only these: fmt, clippy, native, wasm, build, browser
  bench                   measure what must be fast, and keep the table in docs/performance.md
  validate                set runs beside queueing theory and write docs/validation.md
  help                    this text

Tools are kept in $XDG_CACHE_HOME/reroute (or ~/.cache/reroute).
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            report::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    match command.as_str() {
        "setup" => {
            none_left(rest)?;
            let mut environment = Environment::new()?;
            test::set_up(&mut environment)?;
            println!("\nEverything is here. Next: cargo xtask serve");
            Ok(ExitCode::SUCCESS)
        }
        "serve" => serve::run(&serve::Options::parse(rest)?),
        "build" => {
            none_left(rest)?;
            let mut environment = Environment::new()?;
            build::set_up(&mut environment)?;
            build::release(&environment)?;
            build::sizes(&environment)?.print();
            Ok(ExitCode::SUCCESS)
        }
        "bench" => {
            none_left(rest)?;
            bench::run()
        }
        "test" => test::run(&test::Options::parse(rest)?),
        "validate" => {
            none_left(rest)?;
            validate::validate()?;
            Ok(ExitCode::SUCCESS)
        }
        serve::ANNOUNCE => {
            serve::announce(rest);
            Ok(ExitCode::SUCCESS)
        }
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(usage(format!("no command `{other}`"))),
    }
}

/// A mistake in the command line, with the way to the help.
fn usage(what: String) -> Failure {
    Failure::new(what).next("cargo xtask help")
}

fn none_left(rest: &[String]) -> Result<(), Failure> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(usage(format!("unexpected argument `{extra}`"))),
    }
}

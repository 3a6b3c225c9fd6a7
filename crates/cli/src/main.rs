//! The laboratory without a page: the same scenarios, the same runs, as text.
//!
//! What is printed is a function of the scenario, the seed and the options; nothing reads a clock.

mod check;
mod explain;
mod measure;
mod options;
mod output;
mod quantity;
mod source;
mod sweep;
mod table;
mod trace;

use clap::Parser;
use options::{Command, Options};
use std::process::ExitCode;
use thiserror::Error;

/// Why a command did not do what it was asked for.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A file, an option or a scenario does not hold: a line for each fault.
    #[error("{0}")]
    Refused(String),
    /// The operating system refused.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
}

impl Failure {
    fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::System { what, error }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    let text = match &options.command {
        Command::Run(run) => measure::command(run)?,
        Command::Sweep(sweep) => sweep::command(sweep)?,
        Command::Merge(merge) => sweep::merge(merge)?,
        Command::Check(check) => return check::command(check),
        Command::Explain { scenario } => explain::command(scenario)?,
        Command::Schema => simulation::file::schema(),
        Command::Presets { write } => source::presets(write.as_deref())?,
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

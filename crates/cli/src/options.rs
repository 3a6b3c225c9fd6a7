//! What can be said on the command line.

use clap::{Args, Parser, Subcommand};
use simulation::time::{Nanos, SECOND};
use std::path::PathBuf;

/// Runs distributed systems as the laboratory's page does, without a page.
#[derive(Debug, Parser)]
#[command(name = "reroute", version)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario and summarise what was measured
    Run(Run),
    /// Run every combination of settings and seeds, in parallel; stop and resume as you like
    Sweep(Sweep),
    /// Put the results of a sweep's shards together
    Merge(Merge),
    /// Hold a scenario's summary against expectations; exit code 1 if one fails
    Check(Check),
    /// Say in words what a scenario contains and which theory applies
    Explain {
        /// A scenario file, or the name of a preset
        scenario: String,
    },
    /// Print the JSON Schema of scenario files
    Schema,
    /// List the presets
    Presets {
        /// Print this one as a scenario file instead
        #[arg(long, value_name = "NAME")]
        write: Option<String>,
    },
}

/// For how long, and from which seed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Span {
    /// End of the run, in virtual time
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub(crate) until: Nanos,
    /// Start of the measurement, in virtual time
    #[arg(long, default_value = "0s", value_parser = duration)]
    pub(crate) warmup: Nanos,
    /// Seed instead of the scenario's
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A scenario file, or the name of a preset
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) span: Span,
    #[command(flatten)]
    pub(crate) format: Format,
    /// Write every call with its steps to this file, a JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Show the servers that balancers picked first, in order
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) picks: usize,
}

/// How a summary is printed.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct Format {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// As CSV: quantity, value, low, high, unit
    #[arg(long)]
    pub(crate) csv: bool,
    /// As text (the default)
    #[arg(long)]
    pub(crate) text: bool,
}

/// Options of `sweep`.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// A scenario file, or the name of a preset
    pub(crate) scenario: String,
    /// Values of a field: `nodes[balancer].policy=random,round-robin`; again for another field
    #[arg(long = "set", value_name = "PATH=A,B,...")]
    pub(crate) sets: Vec<String>,
    #[command(flatten)]
    pub(crate) span: Span,
    /// How many seeds for each combination, counted up from the first
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) seeds: u64,
    /// Runs at once (default: as many as there are processors)
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Results, a line for each run; runs that are there already are not run again
    #[arg(long, value_name = "FILE", default_value = "sweep.csv")]
    pub(crate) out: PathBuf,
    /// Only the i-th of n parts: `2/8`; give each part its own --out and `merge` them
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(crate) shard: Option<(usize, usize)>,
}

/// Options of `merge`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Results of the shards
    #[arg(required = true)]
    pub(crate) parts: Vec<PathBuf>,
    /// Where the whole goes
    #[arg(long, value_name = "FILE", default_value = "merged.csv")]
    pub(crate) out: PathBuf,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A scenario file, or the name of a preset
    pub(crate) scenario: String,
    /// Expectations: a JSON object from quantities to comparisons, `{"latency.p99": "<= 200ms"}`
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: PathBuf,
    #[command(flatten)]
    pub(crate) span: Span,
}

/// The longest run: what is measured is kept by slices of time, full or not.
const YEAR: Nanos = 8_784 * 3_600 * SECOND;

/// A duration as scenario files have them.
pub(crate) fn duration(text: &str) -> Result<Nanos, String> {
    simulation::file::duration(text)
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text
        .split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((i, n)) if (1..=n).contains(&i) => Ok((i, n)),
        _ => Err("a part is told as 2/8, the first is 1/8".to_owned()),
    }
}

impl Span {
    /// Whether there is something to measure.
    pub(crate) fn check(&self) -> Result<(), crate::Failure> {
        if self.until > YEAR {
            let sentence = "--until must be at most 8784h, a year";
            return Err(crate::Failure::Refused(sentence.to_owned()));
        }
        let least = SECOND / 1_000;
        if self.until < self.warmup.saturating_add(least) {
            let sentence = "--until must be at least 1ms later than --warmup";
            return Err(crate::Failure::Refused(sentence.to_owned()));
        }
        Ok(())
    }
}

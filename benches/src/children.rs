//! Contenders that run in other processes: WebAssembly and JavaScript in node, and the peers.

use benches::measure::{Length, Measured};
use benches::workload::Tally;
use std::process::{Command, Stdio};

/// Where the other builds are. What is missing is left out of the tables.
#[derive(Debug, Default)]
pub(crate) struct Children {
    /// The runner for node.
    runner: Option<String>,
    /// The module for node built for speed.
    fast: Option<String>,
    /// The same built as the page is, for size.
    small: Option<String>,
    /// The program with the peers.
    peers: Option<String>,
}

/// Which build of the module.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Build {
    Fast,
    Small,
}

impl Children {
    /// From arguments such as `--peers=PATH`.
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let mut children = Self::default();
        for argument in arguments {
            let Some((name, path)) = argument.split_once('=') else {
                continue;
            };
            let place = match name {
                "--runner" => &mut children.runner,
                "--wasm" => &mut children.fast,
                "--wasm-small" => &mut children.small,
                "--peers" => &mut children.peers,
                _ => continue,
            };
            *place = Some(path.to_owned());
        }
        children
    }

    /// A contender in WebAssembly, or `javascript`.
    pub(crate) fn in_node(
        &self,
        build: Build,
        name: &str,
        servers: usize,
        length: Length,
    ) -> Option<Measured> {
        let module = match build {
            Build::Fast => self.fast.as_ref(),
            Build::Small => self.small.as_ref(),
        }?;
        let mut node = Command::new("node");
        node.arg(self.runner.as_ref()?).arg(module);
        measured(&mut node, name, servers, length)
    }

    /// A library of others.
    pub(crate) fn peer(&self, name: &str, servers: usize, length: Length) -> Option<Measured> {
        let mut peers = Command::new(self.peers.as_ref()?);
        measured(&mut peers, name, servers, length)
    }
}

/// Runs a process that prints the nanoseconds of an event, then its tally.
fn measured(command: &mut Command, name: &str, servers: usize, length: Length) -> Option<Measured> {
    let command = command
        .arg(name)
        .arg(servers.to_string())
        .args(length.arguments())
        .stderr(Stdio::inherit());
    let output = command.output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let least = words.next()?.parse().ok()?;
    let mut whole = || words.next()?.parse::<u64>().ok();
    let tally = Tally {
        answered: whole()?,
        waited: whole()?,
        now: whole()?,
    };
    Some(Measured { least, tally })
}

//! Where things are, and how a child process is started.

use crate::report::Failure;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the set-up has found out, and every child process needs to know.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The clone.
    pub(crate) root: PathBuf,
    /// The user's cache: outside the clone, so that a fresh clone finds the tools of the last one.
    pub(crate) cache: PathBuf,
    /// The rustup toolchain that everything but `xtask` itself is built with; `None` without
    /// rustup, or until it is found.
    pub(crate) toolchain: Option<String>,
    /// Folders put before `PATH`, so that a tool of the right version wins over another.
    pub(crate) path: Vec<PathBuf>,
    /// Whether `apt-get update` has been run by this process.
    pub(crate) apt_updated: bool,
}

impl Environment {
    pub(crate) fn new() -> Result<Self, Failure> {
        // cargo sets it for `cargo run`; the constant serves a binary started by hand.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .ok_or_else(|| Failure::new("the xtask folder has no parent"))?
            .to_path_buf();
        Ok(Self {
            root,
            cache: cache_folder()?,
            toolchain: env::var("RUSTUP_TOOLCHAIN").ok(),
            path: Vec::new(),
            apt_updated: false,
        })
    }

    /// The folder of one tool at one version.
    pub(crate) fn tool_folder(&self, name: &str, version: &str) -> PathBuf {
        self.cache.join("tools").join(format!("{name}-{version}"))
    }

    /// Where cargo puts what it builds for the project.
    pub(crate) fn target(&self) -> PathBuf {
        self.root
            .join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target")))
    }

    /// A child process in the clone, under the project's toolchain.
    ///
    /// `cargo xtask` runs under another toolchain, and rustup and cargo hand that choice down in
    /// variables; here they are taken back.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_handed_down) {
                command.env_remove(name);
            }
        }
        if let Some(libraries) = env::var_os("LD_LIBRARY_PATH") {
            let own: Vec<_> = env::split_paths(&libraries)
                .filter(|p| !is_rusts(p))
                .collect();
            match env::join_paths(own) {
                Ok(rest) if !rest.is_empty() => command.env("LD_LIBRARY_PATH", rest),
                _ => command.env_remove("LD_LIBRARY_PATH"),
            };
        }
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command.env("PATH", self.search_path());
        command
    }

    fn search_path(&self) -> OsString {
        let rest = env::var_os("PATH").unwrap_or_default();
        let all = self.path.iter().cloned().chain(env::split_paths(&rest));
        env::join_paths(all).unwrap_or(rest)
    }

    /// The first program of this name on `PATH`.
    pub(crate) fn which(&self, name: &str) -> Option<PathBuf> {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&self.search_path())
            .map(|folder| folder.join(&file))
            .find(|path| path.is_file())
    }
}

/// Variables by which a running cargo tells its child which cargo, compiler and package it is of.
fn is_handed_down(name: &str) -> bool {
    const EXACT: [&str; 6] = [
        "CARGO",
        "RUSTC",
        "RUSTDOC",
        "RUSTUP_TOOLCHAIN",
        "RUST_RECURSION_COUNT",
        "OUT_DIR",
    ];
    const PREFIXES: [&str; 4] = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ];
    EXACT.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a library folder was added by cargo or rustup for `xtask`'s own toolchain.
fn is_rusts(folder: &Path) -> bool {
    let text = folder.to_string_lossy();
    text.contains("/toolchains/") || text.contains("/target/xtask")
}

fn cache_folder() -> Result<PathBuf, Failure> {
    let folder = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .map(|base| base.join("reroute"))
        .ok_or_else(|| Failure::new("there is no cache folder").next("set XDG_CACHE_HOME or HOME"))
}

/// Runs a command whose output is of interest only to us. `None` if it cannot be started.
pub(crate) fn capture(command: &mut Command) -> Option<Output> {
    command.output().ok()
}

/// The standard output of a command that succeeded, without its last line ending.
pub(crate) fn text(command: &mut Command) -> Option<String> {
    let output = capture(command)?;
    output.status.success().then(|| {
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    })
}

/// Runs a command that shows its own output; fails if it does.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    crate::report::flush();
    let line = line(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{line}` failed ({status})"))),
        Err(error) => Err(Failure::new(format!("`{line}` did not start: {error}"))),
    }
}

/// Runs a command in silence; shows the end of what it said only if it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(), Failure> {
    let line = line(command);
    let output = command
        .output()
        .map_err(|error| Failure::new(format!("`{line}` did not start: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
    let end = lines[lines.len().saturating_sub(12)..].join("\n    ");
    Err(Failure::new(format!(
        "`{line}` failed ({})\n    {end}",
        output.status
    )))
}

/// A command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_of_toolchain_is_not_handed_down() {
        assert!(is_handed_down("RUSTUP_TOOLCHAIN"));
        assert!(is_handed_down("CARGO_PKG_NAME"));
        assert!(!is_handed_down("CARGO_HOME"));
        assert!(!is_handed_down("CARGO_TARGET_DIR"));
        assert!(!is_handed_down("RUSTFLAGS"));
    }

    #[test]
    fn a_command_reads_as_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(line(&command), "cargo fmt --check");
    }
}

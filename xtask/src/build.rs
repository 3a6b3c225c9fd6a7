//! The release build, ready for any static host under any path, and its sizes.

use crate::environment::{Environment, run, text};
use crate::report::{Failure, Step};
use crate::{npm, toolchain, tools};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// What all the page loads may weigh, in bytes after gzip: where it stands, and a little for another
/// compiler. It is lowered whenever the page is lighter, until it is [`GOAL`], and raised only in a
/// commit of its own that says for what.
pub(crate) const BUDGET: u64 = 410_000;
/// What all the page loads should weigh.
pub(crate) const GOAL: u64 = 220_000;

/// What a build needs, and nothing that only tests need.
pub(crate) fn set_up(environment: &mut Environment) -> Result<(), Failure> {
    toolchain::set_up(environment)?;
    tools::set_up_trunk(environment)?;
    tools::fetch_crates(environment)?;
    npm::set_up(environment)
}

/// Builds `dist/`.
pub(crate) fn release(environment: &Environment) -> Result<(), Failure> {
    let step = Step::start(
        "build",
        "release build, a few minutes when much has changed",
    );
    run(trunk(environment)?.args(["build", "--release", "--offline"]))?;
    for script in [include_str!("glue.mjs"), include_str!("sheets.mjs")] {
        let done = on_dist(environment, script).status();
        if !done.is_ok_and(|status| status.success()) {
            return Err(Failure::new("dist/ could not be made lighter: see above"));
        }
    }
    step.done("dist/ is ready for any static host");
    Ok(())
}

/// A script of node's that does something with `dist/`.
fn on_dist(environment: &Environment, script: &str) -> Command {
    let mut command = environment.command("node");
    command.args(["--input-type=module", "--eval", script, "--", "dist"]);
    command
}

/// `trunk`, told which versions of its own tools it will find on `PATH`.
pub(crate) fn trunk(environment: &Environment) -> Result<Command, Failure> {
    let binaryen = npm::locked_version(environment, "binaryen")?;
    let binaryen = binaryen.split('.').next().unwrap_or(&binaryen);
    let mut command = environment.command("trunk");
    command
        .env(
            "TRUNK_TOOLS_WASM_BINDGEN",
            tools::wasm_bindgen_version(environment)?,
        )
        .env("TRUNK_TOOLS_WASM_OPT", format!("version_{binaryen}"))
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // Its own frames, printed at every compile error, tell our reader nothing.
        .env("RUST_LIB_BACKTRACE", "0");
    if let Some(flags) = without_home() {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    }
    // trunk reads the variable as a boolean and refuses what others write there.
    if env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    Ok(command)
}

/// The compiler's flag that takes the builder's home out of the paths which panics of other crates
/// name: a published page tells nobody's folders, and is the same wherever it was built. Cargo adds
/// what the variable holds to the flags in `.cargo/config.toml`.
///
/// `None` where the path has a space, at which cargo would split the flag in two.
fn without_home() -> Option<String> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))?;
    let sources = home.join("registry").join("src");
    let sources = sources.to_str()?;
    (!sources.contains(char::is_whitespace))
        .then(|| format!("--remap-path-prefix={sources}=registry"))
}

/// The sizes of a build.
pub(crate) struct Sizes {
    table: String,
    /// Bytes after gzip of all that the page loads.
    pub(crate) loaded: u64,
}

impl Sizes {
    pub(crate) fn print(&self) {
        println!("\n{}\n", self.table);
    }
}

/// Measures `dist/`, with the compressors of node's zlib.
pub(crate) fn sizes(environment: &Environment) -> Result<Sizes, Failure> {
    let measured = text(&mut on_dist(environment, include_str!("sizes.mjs")))
        .ok_or_else(|| Failure::new("dist/ could not be measured").next("cargo xtask build"))?;
    let (table, last) = measured
        .rsplit_once('\n')
        .ok_or_else(|| Failure::new("dist/ is empty").next("cargo xtask build"))?;
    let loaded = last
        .trim()
        .parse()
        .map_err(|_| Failure::new(format!("sizes.mjs ended with `{last}`, not a number")))?;
    Ok(Sizes {
        table: table.trim_end().to_owned(),
        loaded,
    })
}

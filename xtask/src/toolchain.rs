//! The compiler for `wasm32-unknown-unknown`.
//!
//! In this order: the toolchain in use already has the target; an earlier set-up has linked one as
//! `wasm`; rustup can add it; Debian's newer toolchain, whose standard library for the target is
//! built here from Debian's own sources. Whichever it is, all of the project is then built with
//! that one toolchain, native code too, so that there is one target folder.

use crate::apt;
use crate::environment::{Environment, run, run_quietly, text};
use crate::report::{Failure, Step, found};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The name under which Debian's toolchain is linked.
const LINKED: &str = "wasm";

const RUSTUP_ADD: &str = "rustup target add wasm32-unknown-unknown";

/// `rustc`, `cargo`, the library's sources and what links it, at a version newer than Debian's own.
const DEBIAN: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Finds or makes a toolchain with the target and leaves its name in the environment.
pub(crate) fn set_up(environment: &mut Environment) -> Result<(), Failure> {
    let active = environment.toolchain.clone();
    if compiles(environment) {
        return say(environment, "already there");
    }
    let rustup = environment.which("rustup").is_some();
    if rustup {
        environment.toolchain = Some(LINKED.to_owned());
        if compiles(environment) {
            return say(environment, "linked by an earlier set-up");
        }
        environment.toolchain = active;
        let step = Step::start("rust", &format!("adding the target: {RUSTUP_ADD}"));
        match run_quietly(
            environment
                .command("rustup")
                .args(["target", "add", TARGET]),
        ) {
            Ok(()) if compiles(environment) => {
                step.done("added");
                return say(environment, "added by rustup");
            }
            _ => step.done("rustup cannot add it here; taking Debian's toolchain"),
        }
    }
    debian(environment, rustup)?;
    say(environment, "Debian's, with a library built here")
}

fn say(environment: &Environment, how: &str) -> Result<(), Failure> {
    let version = text(environment.command("rustc").arg("--version"))
        .ok_or_else(|| Failure::new("rustc does not run"))?;
    let name = environment.toolchain.as_deref().unwrap_or("on PATH");
    found(
        "rust",
        &format!("{version}, toolchain {name}, for {TARGET}: {how}"),
    );
    Ok(())
}

/// Whether the toolchain really makes WebAssembly: a library of another compiler version, left by
/// an upgrade, is present and yet of no use.
fn compiles(environment: &Environment) -> bool {
    let probe = std::env::temp_dir().join(format!("reroute-probe-{}", std::process::id()));
    if fs::create_dir_all(&probe).is_err() {
        return false;
    }
    let source = probe.join("probe.rs");
    let written = fs::write(&source, "pub fn probe() -> String { 1.to_string() }\n").is_ok();
    let compiled = written
        && text(
            environment
                .command("rustc")
                .args([
                    "--target",
                    TARGET,
                    "--crate-type",
                    "cdylib",
                    "--edition",
                    "2024",
                ])
                .arg("--out-dir")
                .arg(&probe)
                .arg(&source),
        )
        .is_some();
    // Left behind at worst: a few bytes in the system's temporary folder.
    let _ = fs::remove_dir_all(&probe);
    compiled
}

fn debian(environment: &mut Environment, rustup: bool) -> Result<(), Failure> {
    apt::install(environment, "the wasm32 target", &DEBIAN)
        .map_err(|failure| failure.or_next(RUSTUP_ADD))?;
    let rustc = Path::new("/usr/bin/rustc");
    let version = text(environment.command(rustc).args(["--version", "--verbose"]))
        .ok_or_else(|| Failure::new("/usr/bin/rustc does not run").next(RUSTUP_ADD))?;
    let field = |name: &str| {
        version
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    // The linker must be of the compiler's own LLVM.
    if let Some(llvm) = field("LLVM version:").and_then(|llvm| llvm.split('.').next()) {
        apt::install(environment, "the wasm32 target", &[&format!("lld-{llvm}")])?;
    }
    let release = field("release:").unwrap_or("unknown").to_owned();

    if rustup {
        run_quietly(
            environment
                .command("rustup")
                .args(["toolchain", "link", LINKED, "/usr"]),
        )?;
        environment.toolchain = Some(LINKED.to_owned());
    } else {
        environment.toolchain = None;
        environment.path.insert(0, PathBuf::from("/usr/bin"));
    }

    let kept = environment.cache.join(format!("{TARGET}-std-{release}"));
    if kept.is_dir() {
        copy_into_sysroot(environment, &kept)?;
        if compiles(environment) {
            return Ok(());
        }
    }
    build_library(environment, &kept)?;
    copy_into_sysroot(environment, &kept)?;
    if compiles(environment) {
        return Ok(());
    }
    Err(Failure::new("the library that was built for the target does not work").next(RUSTUP_ADD))
}

/// Builds the standard library from Debian's sources into the cache.
fn build_library(environment: &Environment, kept: &Path) -> Result<(), Failure> {
    let step = Step::start(
        "rust",
        "building the standard library for wasm32, 1 to 2 minutes",
    );
    let work = environment
        .cache
        .join(format!("build-std-{}", std::process::id()));
    let source = work.join("src");
    let manifest = "[package]\nname = \"build-std\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                    [profile.release]\npanic = \"abort\"\n[workspace]\n";
    write(&source, "lib.rs", "#![no_std]\n")?;
    write(&work, "Cargo.toml", manifest)?;
    run(environment
        .command("/usr/bin/cargo")
        .current_dir(&work)
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,test")
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        // Without the bitcode every later build with `lto` fails: no section .llvmbc.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes"))?;
    let built = work.join("target").join(TARGET).join("release/deps");
    let fresh = work.join("rlibs");
    fs::create_dir_all(&fresh).map_err(|error| io("create", &fresh, &error))?;
    copy_libraries(&built, &fresh)?;
    // Renamed only when complete, so that half a library is never taken for a whole one.
    if kept.is_dir() {
        fs::remove_dir_all(kept).map_err(|error| io("remove", kept, &error))?;
    }
    fs::rename(&fresh, kept).map_err(|error| io("create", kept, &error))?;
    fs::remove_dir_all(&work).map_err(|error| io("remove", &work, &error))?;
    step.done("built and kept in the cache");
    Ok(())
}

fn copy_into_sysroot(environment: &Environment, kept: &Path) -> Result<(), Failure> {
    let sysroot = text(
        environment
            .command("/usr/bin/rustc")
            .args(["--print", "sysroot"]),
    )
    .ok_or_else(|| Failure::new("/usr/bin/rustc does not run"))?;
    let library = Path::new(&sysroot)
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    fs::create_dir_all(&library).map_err(|error| io("create", &library, &error))?;
    for old in entries(&library)?
        .into_iter()
        .filter(|path| is_library(path))
    {
        fs::remove_file(&old).map_err(|error| io("remove", &old, &error))?;
    }
    copy_libraries(kept, &library)?;
    // cargo does not notice that the library under its artefacts has changed.
    let stale = environment.target().join(TARGET);
    if stale.is_dir() {
        fs::remove_dir_all(&stale).map_err(|error| io("remove", &stale, &error))?;
    }
    Ok(())
}

fn copy_libraries(from: &Path, to: &Path) -> Result<(), Failure> {
    for path in entries(from)?.into_iter().filter(|path| is_library(path)) {
        if let Some(name) = path.file_name() {
            fs::copy(&path, to.join(name)).map_err(|error| io("copy", &path, &error))?;
        }
    }
    Ok(())
}

/// An rlib of the standard library: all but the empty crate that it was built for.
fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".rlib") && !name.contains("build_std")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
        .map_err(|error| io("read", folder, &error))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join(name), text))
        .map_err(|error| io("write in", folder, &error))
}

fn io(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot {verb} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_crate_is_not_part_of_the_library() {
        assert!(is_library(Path::new("/x/libstd-0123.rlib")));
        assert!(!is_library(Path::new("/x/libbuild_std-0123.rlib")));
        assert!(!is_library(Path::new("/x/libstd-0123.rmeta")));
    }
}

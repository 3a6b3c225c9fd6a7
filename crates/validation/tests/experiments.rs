//! The experiments' tables are what they were when somebody last read them.
//!
//! After a change that is meant: `UPDATE_EXPERIMENTS=1 cargo test -p validation --test experiments`,
//! and read the difference before it is shared.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    reason = "what a test's helpers cannot do fails the test"
)]

use std::path::Path;
use validation::experiment::{Fault, table};

fn stands(fault: Fault) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let file = folder.join(fault.slug()).with_extension("txt");
    let now = table(fault).expect("the scenarios hold");
    if std::env::var_os("UPDATE_EXPERIMENTS").is_some() {
        std::fs::write(&file, &now).expect("the folder can be written to");
    }
    let then = std::fs::read_to_string(&file).unwrap_or_default();
    let changed: Vec<&str> = now.lines().filter(|line| !then.contains(line)).collect();
    assert!(
        now == then,
        "{} has changed; these lines are new:\n{}\nif that is meant: UPDATE_EXPERIMENTS=1 cargo test \
         -p validation --test experiments",
        file.display(),
        changed.join("\n")
    );
}

#[test]
fn nothing_fails() {
    stands(Fault::None);
}

#[test]
fn a_server_falls_silent() {
    stands(Fault::Silence);
}

#[test]
fn a_server_is_slow() {
    stands(Fault::Slow);
}

#[test]
fn a_server_crashes() {
    stands(Fault::Crash);
}

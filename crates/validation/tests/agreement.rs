//! The measuring itself: a short run agrees with its own theory, not with another's, and the same
//! run gives the same number.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    reason = "what a test's helpers cannot do fails the test"
)]

use std::sync::OnceLock;
use validation::measure::measure;
use validation::report::{Verdict, report, verdict};
use validation::row::{Quantity, Row};
use validation::rows;

/// A row of the table, cut short so that it runs in a second or two.
fn short(model: &str, parameters: &str, quantity: Quantity) -> Row {
    // Made once: the exact chains among them take a while to solve.
    static ALL: OnceLock<Vec<Row>> = OnceLock::new();
    let mut row = ALL
        .get_or_init(|| rows::all().expect("every row holds"))
        .iter()
        .find(|row| row.model == model && row.parameters == parameters && row.quantity == quantity)
        .expect("the row exists")
        .clone();
    row.calls = 20_000.0;
    row
}

#[test]
fn a_run_agrees_with_its_own_theory_and_with_no_other() {
    let mut row = short("M/M/1", "load 0.5", Quantity::Sojourn);
    let measured = measure(&row).expect("it runs");
    assert!(measured.little && measured.ledger, "{measured:?}");
    assert!(measured.interval.holds(row.theory, 0.999), "{measured:?}");
    // Constant service would take 1.5, load 0.7 would take 3.33.
    for other in [1.5, 3.3333] {
        row.theory = other;
        assert_eq!(verdict(&row, &measured), Verdict::Outside);
    }
    let (text, holds) = report(&[(row, Ok(measured))]);
    assert!(!holds && text.contains("**outside**"), "{text}");
}

#[test]
fn a_broken_law_is_told_whatever_the_mean() {
    let row = short("M/M/c/K", "c 1, K 5, load 0.9", Quantity::Blocked);
    let mut measured = measure(&row).expect("it runs");
    assert!(measured.little && measured.ledger, "{measured:?}");
    assert!(measured.interval.holds(row.theory, 0.999), "{measured:?}");
    measured.little = false;
    assert_eq!(verdict(&row, &measured), Verdict::Broken);
    let (_, holds) = report(&[(row, Ok(measured))]);
    assert!(!holds);
}

#[test]
fn the_same_row_gives_the_same_number() {
    let row = short("two choices, distinct", "N 4, load 0.7", Quantity::Sojourn);
    let run = || measure(&row).expect("it runs").interval;
    assert_eq!(run(), run());
}

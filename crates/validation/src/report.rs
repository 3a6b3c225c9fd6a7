//! The table, as Markdown. The same runs give the same text, byte for byte.

use crate::measure::Measured;
use crate::row::Row;
use simulation::theory::describe;
use std::fmt::Write;

/// The confidence that decides.
pub const DECIDES: f64 = 0.999;
/// The confidence that is shown beside it.
pub const SHOWN: f64 = 0.95;

const HEAD: &str = "\
# Validation

Written by `cargo xtask validate`; do not edit. Each row is a run of the real engine: clients,
links, encoded bytes, balancer and servers. What propagation takes is known and subtracted;
transmission, some nanoseconds a call, is not. Times are in mean service times. The seed is a hash of
the row's name and the length follows one rule, so neither was chosen by its outcome. The first tenth
of a run is warm-up. An interval is the mean of twenty batches and Student's t. The 99.9 % interval
decides; one row in twenty should miss the 95 % one. In every row Little's law must hold along the
path to the nanosecond, and the ledger must balance. “Described” is what the scenario says of
itself: the model that describes it, or that none does.

";

const TAIL: &str = "
Two models hold in a limit, which their rows are near: the fixed point of a retry storm takes attempts
for Poisson, so clients here come back after up to 2,000 service times, and not enough of them to
collapse; two choices are reckoned for endlessly many servers, with the term of order 1/N for a
thousand.

The work of a call is the call's own here, so its second attempt is as long as its first. Hedging and
the fixed point with exponential work, which take the two for independent, therefore have no row: in
those of hedging it is the ways to two backends that vary, under the formula for any law, and in those
of the fixed point all work is of one length.

Without a row: Amdahl's law and the universal scalability law. No call here is split into parts that
wait for each other, and no servers have to agree, so nothing in a run is their serial share or their
coherency; a fit to a run would hold for any curve of that shape. Their formulae are tested against
published numbers, and Amdahl's as the bound that it is of the closed queue, which has rows.
";

/// The report, and whether every row holds.
#[must_use]
pub fn report(results: &[(Row, Result<Measured, String>)]) -> (String, bool) {
    let mut text = HEAD.to_owned();
    let _ = writeln!(
        text,
        "| model | parameters | quantity | ours | theory | 95 % | 99.9 % | verdict | described | calls | seed |"
    );
    let _ = writeln!(text, "|---|---|---|--:|--:|--:|--:|---|---|--:|---|");
    let (mut missed, mut outside, mut broken) = (0_u32, 0_u32, 0_u32);
    for (row, measured) in results {
        let _ = write!(
            text,
            "| {} | {} | {} | ",
            row.model,
            row.parameters,
            row.quantity.words()
        );
        match measured {
            Ok(measured) => {
                let verdict = verdict(row, measured);
                missed += u32::from(verdict != Verdict::Inside);
                outside += u32::from(verdict == Verdict::Outside);
                broken += u32::from(verdict == Verdict::Broken);
                let interval = measured.interval;
                let _ = writeln!(
                    text,
                    "{} | {} | ±{} | ±{} | {} | {} | {} | {:016x} |",
                    number(interval.mean),
                    number(row.theory),
                    number(interval.half_width(SHOWN)),
                    number(interval.half_width(DECIDES)),
                    verdict.words(),
                    described(row),
                    measured.calls,
                    row.seed(),
                );
            }
            Err(why) => {
                broken += 1;
                let _ = writeln!(text, "| {} | | | {why} | | | |", number(row.theory));
            }
        }
    }
    let count = results.len() as u32;
    let _ = writeln!(
        text,
        "\n{count} rows: {} inside the 99.9 % interval, {missed} outside the 95 % one; by chance {:.1} \
         would be, and as many or more with probability {:.2}. Little's law or the ledger broken: {broken}.",
        count - outside - broken,
        f64::from(count) * (1.0 - SHOWN),
        as_many_or_more(count, missed, 1.0 - SHOWN),
    );
    text.push_str(TAIL);
    (text, outside == 0 && broken == 0)
}

/// What the scenario says of itself.
fn described(row: &Row) -> String {
    match describe(&row.scenario) {
        Ok(found) => found.model.name().to_owned(),
        Err(why) => format!("none: {}", why.sentence()),
    }
}

/// How a row came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Inside both intervals.
    Inside,
    /// Outside the 95 % interval only.
    Missed,
    /// Outside the 99.9 % interval.
    Outside,
    /// Little's law or the ledger does not hold.
    Broken,
}

impl Verdict {
    const fn words(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Missed => "inside, outside 95 %",
            Self::Outside => "**outside**",
            Self::Broken => "**broken**",
        }
    }
}

/// What to say of a row.
#[must_use]
pub fn verdict(row: &Row, measured: &Measured) -> Verdict {
    let interval = measured.interval;
    if !measured.little || !measured.ledger {
        Verdict::Broken
    } else if !interval.holds(row.theory, DECIDES) {
        Verdict::Outside
    } else if !interval.holds(row.theory, SHOWN) {
        Verdict::Missed
    } else {
        Verdict::Inside
    }
}

/// With four digits that mean something.
fn number(value: f64) -> String {
    if value.abs() >= 10.0 {
        format!("{value:.3}")
    } else if value.abs() >= 0.1 {
        format!("{value:.4}")
    } else {
        format!("{value:.5}")
    }
}

/// The chance of at least `hits` among `count`, each with probability `p`.
fn as_many_or_more(count: u32, hits: u32, p: f64) -> f64 {
    let mut term = libm::pow(1.0 - p, f64::from(count));
    let mut below = 0.0;
    for k in 0..hits {
        below += term;
        term *= f64::from(count - k) / f64::from(k + 1) * p / (1.0 - p);
    }
    (1.0_f64 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_of_misses() {
        assert!((as_many_or_more(50, 0, 0.05) - 1.0).abs() < 1e-12);
        // 1 - 0.95^50.
        assert!((as_many_or_more(50, 1, 0.05) - 0.923_055).abs() < 1e-6);
    }
}

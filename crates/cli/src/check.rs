//! Holds a summary against expectations: a teacher's marking of a student's scenario.
//!
//! Expectations are a JSON object from the names of quantities to comparisons with a value in the
//! quantity's unit: `"<= 200ms"`, `"> 100/s"`, `"= 0"`, `"50% to 80%"`.

use crate::options::Check;
use crate::quantity::{Quantity, Summary, Unit};
use crate::{Failure, measure, output, source};
use rpc::status::Status;
use serde_json::Value;
use std::fmt::Write as _;
use std::process::ExitCode;

/// What is expected of a value: in words, and the bounds with whether they are inside.
struct Expected {
    words: String,
    low: Option<(f64, bool)>,
    high: Option<(f64, bool)>,
}

impl Expected {
    fn holds(&self, value: f64) -> bool {
        let above = self
            .low
            .is_none_or(|(low, inside)| value > low || (inside && value == low));
        let below = self
            .high
            .is_none_or(|(high, inside)| value < high || (inside && value == high));
        above && below
    }
}

/// `reroute check`.
pub(crate) fn command(check: &Check) -> Result<ExitCode, Failure> {
    check.span.check()?;
    let name = check.expect.display().to_string();
    let text = std::fs::read_to_string(&check.expect).map_err(Failure::system(&name))?;
    let refused = |why: String| Failure::Refused(format!("{name}: {why}"));
    let not_json = |why: &str| refused(format!("this is not a JSON object: {why}"));
    let (expected, repeated) =
        simulation::file::json(&text).map_err(|error| not_json(&error.to_string()))?;
    let Value::Object(expected) = expected else {
        return Err(not_json("braces are missing around it"));
    };
    if let Some(fault) = repeated.first() {
        return Err(refused(fault.to_string()));
    }
    if expected.is_empty() {
        return Err(refused("nothing is expected".to_owned()));
    }
    let scenario = source::scenario(&check.scenario)?;
    let summary = measure::measure(scenario, &check.span, 0, None)?;
    let (mut faults, mut told, mut failed) = (String::new(), String::new(), 0);
    for (what, comparison) in &expected {
        match judge(&summary, what, comparison) {
            Ok((true, sentence)) => {
                let _ = writeln!(told, "holds  {sentence}");
            }
            Ok((false, sentence)) => {
                failed += 1;
                let _ = writeln!(told, "FAILS  {sentence}");
            }
            Err(fault) => {
                let _ = write!(faults, "\n  {what}: {fault}");
            }
        }
    }
    if !faults.is_empty() {
        return Err(refused(format!(
            "these expectations cannot be judged:{faults}"
        )));
    }
    let count = expected.len();
    let _ = writeln!(told, "{} of {count} hold", count - failed);
    output::print(&told)?;
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn judge(summary: &Summary, what: &str, comparison: &Value) -> Result<(bool, String), String> {
    // Not seen is none of them.
    let none = Quantity {
        path: Vec::new(),
        value: Some(0.0),
        reach: None,
        unit: Unit::Count,
    };
    let counted = may_be_none(what);
    let Some(quantity) = summary.find(what).or(counted.then_some(&none)) else {
        let names: Vec<String> = summary.quantities.iter().map(Quantity::name).collect();
        return Err(format!(
            "there is no such quantity; there are {}",
            names.join(", ")
        ));
    };
    let comparison = comparison
        .as_str()
        .ok_or("this must be a text such as \"<= 200ms\"")?;
    let expected = parse(comparison, quantity.unit)?;
    let Some(value) = quantity.value else {
        return Ok((
            false,
            format!(
                "{what} has no value: nothing was there to measure; expected {}",
                expected.words
            ),
        ));
    };
    let shown = quantity.unit.show(value);
    Ok((
        expected.holds(value),
        format!("{what} is {shown}, expected {}", expected.words),
    ))
}

/// Whether this is a count that a summary leaves out where it is zero.
fn may_be_none(what: &str) -> bool {
    let status = what.strip_prefix("calls.status.");
    let attempts = what.strip_prefix("attempts.");
    status.is_some_and(|name| Status::ALL.iter().any(|it| it.name() == name))
        || attempts.is_some_and(|number| {
            let counts = number.parse::<u32>().is_ok_and(|it| it > 0);
            counts && !number.starts_with(['0', '+'])
        })
}

fn parse(text: &str, unit: Unit) -> Result<Expected, String> {
    let text = text.trim();
    let bound = |text: &str| value(text.trim(), unit);
    for (sign, words) in [
        ("<=", "at most"),
        (">=", "at least"),
        ("<", "below"),
        (">", "above"),
        ("=", "exactly"),
    ] {
        let Some(rest) = text.strip_prefix(sign) else {
            continue;
        };
        let value = bound(rest)?;
        let end = Some((value, sign.contains('=')));
        return Ok(Expected {
            words: format!("{words} {}", unit.show(value)),
            low: if sign.starts_with('<') { None } else { end },
            high: if sign.starts_with('>') { None } else { end },
        });
    }
    let (low, high) = text
        .split_once(" to ")
        .ok_or_else(|| format!("“{text}” is no comparison: write \"<= x\", \"< x\", \">= x\", \"> x\", \"= x\" or \"x to y\""))?;
    let (low, high) = (bound(low)?, bound(high)?);
    if low > high {
        return Err(format!("“{text}” ends before it begins"));
    }
    let words = format!("{} to {}", unit.show(low), unit.show(high));
    Ok(Expected {
        words,
        low: Some((low, true)),
        high: Some((high, true)),
    })
}

fn value(text: &str, unit: Unit) -> Result<f64, String> {
    let number = |text: &str, example: &str| {
        let parsed = text.trim().parse::<f64>().ok().filter(|it| it.is_finite());
        parsed.ok_or_else(|| format!("“{text}” is not a value such as {example}"))
    };
    match unit {
        Unit::Seconds => simulation::file::duration(text).map(simulation::time::seconds),
        Unit::Rate => number(
            text.strip_suffix("/s")
                .ok_or_else(|| format!("“{text}” is not a rate such as 125/s"))?,
            "125/s",
        ),
        Unit::Share => {
            let percent = text
                .strip_suffix('%')
                .ok_or_else(|| format!("“{text}” is not a percentage such as 50%"))?;
            number(percent, "50%").map(|it| it / 100.0)
        }
        Unit::Count | Unit::Number => number(text, "3"),
    }
}

//! Scenario files: JSON that people read and write.
//!
//! Units stand in the strings (`"20ms"`, `"125/s"`, `"10Mbit/s"`, `"50%"`); what is as by default is
//! left out; a part of several kinds says which by a `kind`, or is that kind's name alone where the
//! rest is as by default. One table of fields (in `parts`) reads, writes and makes the JSON Schema.

mod decimal;
mod form;
mod json;
mod measure;
mod names;
mod nearest;
mod once;
mod parts;
mod reader;
#[cfg(feature = "schema")]
mod schema;
pub mod sheet;
mod tables;
mod writer;

use crate::scenario::Scenario;
use crate::world::World;
use reader::Reader;
#[cfg(feature = "schema")]
pub use schema::schema;
use std::fmt;
use writer::Writer;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where, as in `nodes[3].queue_limit`; empty for the file as a whole.
    pub path: String,
    /// What, in a sentence without its first capital and its stop.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.sentence)
        } else {
            write!(formatter, "{}: {}", self.path, self.sentence)
        }
    }
}

/// Reads a scenario. What it gives, [`World::new`] takes.
///
/// # Errors
/// Everything that is wrong with the text, in the order of the file's parts; at least one fault.
pub fn read(text: &str) -> Result<Scenario, Vec<Fault>> {
    let whole = |sentence: String| {
        vec![Fault {
            path: String::new(),
            sentence,
        }]
    };
    let (value, mut faults) =
        json(text).map_err(|error| whole(format!("this is not JSON: {error}")))?;
    let mut scenario = parts_of_nothing();
    faults.extend(Reader::read(&value, &mut scenario));
    let told = faults
        .iter()
        .any(|it| it.path.is_empty() || it.path.starts_with("workload"));
    if !told
        && scenario
            .workload
            .iter()
            .all(|operation| operation.weight == 0)
    {
        let sentence = "this needs at least one procedure with a weight above 0".to_owned();
        faults.push(Fault {
            path: "workload".to_owned(),
            sentence,
        });
    }
    faults.extend(names::Names::check(&scenario));
    faults.extend(tables::check(&scenario));
    if faults.is_empty() {
        // What no rule above knows.
        let mut world = World::new(&Scenario {
            timeline: Vec::new(),
            ..scenario.clone()
        })
        .map_err(|error| whole(error.to_string()))?;
        faults = refused(&mut world, &scenario);
    }
    if faults.is_empty() {
        return Ok(scenario);
    }
    Err(faults)
}

/// What a run would refuse of a scenario's timeline. Whether it does depends on what was done before,
/// and not on what is under way: so it is done here to a world in which nothing happens.
fn refused(world: &mut World, scenario: &Scenario) -> Vec<Fault> {
    let timeline = &scenario.timeline;
    let mut order: Vec<usize> = Vec::new();
    for (index, timed) in timeline.iter().enumerate() {
        let place = order.partition_point(|&other| timeline[other].at <= timed.at);
        order.insert(place, index);
    }
    let faults = order.into_iter().filter_map(|index| {
        let refusal = world.apply(&timeline[index].action).err()?;
        Some(Fault {
            path: format!("timeline[{index}]"),
            sentence: refusal.to_string(),
        })
    });
    faults.collect()
}

/// Reads JSON; the value, and a fault for each key that an object has more than once.
///
/// # Errors
/// It is not JSON.
pub fn json(text: &str) -> Result<(serde_json::Value, Vec<Fault>), serde_json::Error> {
    // A byte-order mark is none of its letters (RFC 8259, §8.1).
    once::read(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Writes a scenario as a file. What it gives, [`read`] reads as the same scenario.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    Writer::write(&mut scenario.clone()).lay_out()
}

/// Writes one action, as a timeline has it but for its time.
#[must_use]
pub fn action(action: &crate::Action) -> String {
    Writer::write(&mut action.clone()).lay_out()
}

fn parts_of_nothing() -> Scenario {
    <Scenario as form::Fresh>::fresh()
}

/// Reads a plain decimal number: a sign perhaps, digits, a point. None for anything else, and for more
/// digits than a `u64` holds. The nearest double, without the library's reader and its tables.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => (-1.0, &text[1..]),
        [b'+', ..] => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    decimal::Decimal::read(digits).map(|it| sign * it.double())
}

/// Reads a duration as files have them: `20ms`.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn duration(text: &str) -> Result<crate::Nanos, String> {
    measure::DURATION.read(text)
}

//! A summary as text, JSON or CSV.

use crate::Failure;
use crate::options::Format;
use crate::quantity::{Quantity, Summary};
use crate::table::Table;
use serde_json::{Map, Value, json};
use std::io::Write as _;

/// Prints what a command has to say. A reader that has gone is no fault.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(Failure::system("standard output")),
    }
}

/// A summary in a format.
pub(crate) fn summary(summary: &Summary, format: Format) -> String {
    if format.json {
        as_json(summary)
    } else if format.csv {
        as_csv(summary)
    } else {
        as_text(summary)
    }
}

fn as_text(summary: &Summary) -> String {
    let mut table = Table::new(["quantity", "value", "95 % interval"], [false, true, true]);
    for it in &summary.quantities {
        let value = it
            .value
            .map_or_else(|| "none".to_owned(), |value| it.unit.show(value));
        let reach = it
            .reach
            .map_or_else(String::new, |reach| format!("± {}", it.unit.show(reach)));
        table.row([it.name(), value, reach]);
    }
    let mut text = format!(
        "{}, seed {}\n\n{}",
        summary.scenario,
        summary.seed,
        table.lay_out()
    );
    if !summary.picks.is_empty() {
        text.push_str(&format!("\npicks       {}\n", summary.picks.join(" ")));
    }
    text.push_str(&format!("\ntrace hash  {:016x}\n", summary.trace_hash));
    text
}

fn ends(it: &Quantity) -> Option<(f64, f64)> {
    let (value, reach) = (it.value?, it.reach?);
    Some((value - reach, value + reach))
}

fn as_csv(summary: &Summary) -> String {
    let mut text = String::from("quantity,value,low,high,unit\n");
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for it in &summary.quantities {
        let (low, high) = ends(it).unzip();
        let name = field(&it.name());
        let unit = it.unit.name();
        text.push_str(&format!(
            "{name},{},{},{},{unit}\n",
            number(it.value),
            number(low),
            number(high)
        ));
    }
    for (index, pick) in summary.picks.iter().enumerate() {
        text.push_str(&format!("pick.{},{},,,\n", index + 1, field(pick)));
    }
    text.push_str(&format!("trace_hash,{:016x},,,\n", summary.trace_hash));
    text
}

/// A field of a CSV file (RFC 4180).
pub(crate) fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn as_json(summary: &Summary) -> String {
    let mut root = Map::new();
    root.insert("scenario".to_owned(), json!(summary.scenario));
    root.insert("seed".to_owned(), json!(summary.seed));
    root.insert(
        "trace_hash".to_owned(),
        json!(format!("{:016x}", summary.trace_hash)),
    );
    root.insert("picks".to_owned(), json!(summary.picks));
    for it in &summary.quantities {
        let (low, high) = ends(it).unzip();
        let value = json!({ "value": it.value, "low": low, "high": high, "unit": it.unit.name() });
        insert(&mut root, &it.path, value);
    }
    let mut text = format!("{:#}", Value::Object(root));
    text.push('\n');
    text
}

fn insert(root: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        root.insert(first.clone(), value);
        return;
    }
    let inner = root.entry(first.clone()).or_insert_with(|| json!({}));
    if let Value::Object(inner) = inner {
        insert(inner, rest, value);
    }
}

//! Where scenarios come from: files, and presets by their names.

use crate::Failure;
use simulation::{Scenario, file, presets};
use std::fmt::Write as _;
use std::path::Path;

/// The text of a scenario: a file's, or a preset's as it would be written.
pub(crate) fn text(name: &str) -> Result<String, Failure> {
    match presets::find(name) {
        // A file of that name comes first.
        Some(preset) if !Path::new(name).exists() => Ok(file::write(&preset)),
        _ => std::fs::read_to_string(name).map_err(Failure::system(name)),
    }
}

/// A scenario, or all that is wrong with it.
pub(crate) fn scenario(name: &str) -> Result<Scenario, Failure> {
    parse(name, &text(name)?)
}

/// A scenario from its text, or all that is wrong with it.
pub(crate) fn parse(name: &str, text: &str) -> Result<Scenario, Failure> {
    file::read(text).map_err(|faults| {
        let count = faults.len();
        let plural = if count == 1 { "" } else { "s" };
        let mut told = format!("{name} does not hold, for {count} reason{plural}:");
        for fault in faults {
            let _ = write!(told, "\n  {fault}");
        }
        Failure::Refused(told)
    })
}

/// The presets, or one of them as a file.
pub(crate) fn presets(name: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = name {
        let preset = presets::find(name);
        let refused = || {
            Failure::Refused(format!(
                "there is no preset “{name}”; `reroute presets` lists them"
            ))
        };
        return preset.map(|it| file::write(&it)).ok_or_else(refused);
    }
    let mut told = String::new();
    for preset in presets::all() {
        let _ = writeln!(told, "{:<18}{}", preset.slug, preset.title);
    }
    Ok(told)
}

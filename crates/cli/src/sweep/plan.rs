//! What a sweep will run: the combinations of all settings, and the seeds of each.

use crate::options::Sweep;
use crate::{Failure, source};
use serde_json::Value;
use simulation::{Scenario, file};

/// All runs of a sweep.
pub(crate) struct Plan {
    /// The paths that are set.
    pub(crate) paths: Vec<String>,
    /// Each combination: its values as they were told, and its scenario.
    combinations: Vec<(Vec<String>, Scenario)>,
    first_seed: u64,
    seeds: u64,
    /// A digest of all that the results depend on.
    pub(crate) digest: String,
}

impl Plan {
    /// The plan, or all that is wrong with it.
    pub(crate) fn new(sweep: &Sweep) -> Result<Self, Failure> {
        let text = source::text(&sweep.scenario)?;
        let scenario = source::parse(&sweep.scenario, &text)?;
        let (base, _) = file::json(&text).map_err(|error| Failure::Refused(error.to_string()))?;
        let mut axes: Vec<(String, Vec<String>)> = Vec::new();
        for set in &sweep.sets {
            let (path, values) = set.split_once('=').ok_or_else(|| {
                Failure::Refused(format!(
                    "--set {set}: write a path and values, as in nodes[server-1].cores=1,2,4"
                ))
            })?;
            let path = path.trim().trim_start_matches('.').to_owned();
            if path == "seed" {
                let why = "--set seed: a sweep counts its seeds up from --seed, --seeds of them";
                return Err(Failure::Refused(why.to_owned()));
            }
            if axes.iter().any(|(other, _)| *other == path) {
                return Err(Failure::Refused(format!(
                    "--set {path}: this is set twice; give all its values in one"
                )));
            }
            axes.push((path, split(values)));
        }
        let mut combinations = vec![(Vec::new(), base)];
        for (path, values) in &axes {
            let mut grown = Vec::new();
            for (told, scenario) in &combinations {
                for value in values {
                    let mut changed: Value = scenario.clone();
                    let read =
                        serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str()));
                    set(&mut changed, path, &read)
                        .map_err(|why| Failure::Refused(format!("--set {path}: {why}")))?;
                    let mut told: Vec<String> = told.clone();
                    told.push(value.clone());
                    grown.push((told, changed));
                }
            }
            combinations = grown;
        }
        let paths: Vec<String> = axes.into_iter().map(|(path, _)| path).collect();
        let mut read = Vec::new();
        for (told, value) in combinations {
            let settings: Vec<String> = paths
                .iter()
                .zip(&told)
                .map(|(path, value)| format!("{path}={value}"))
                .collect();
            let name = format!("{} with {}", sweep.scenario, settings.join(" "));
            read.push((told, source::parse(&name, &value.to_string())?));
        }
        let first_seed = sweep.span.seed.unwrap_or(scenario.seed);
        if first_seed.checked_add(sweep.seeds - 1).is_none() {
            return Err(Failure::Refused(
                "--seed: there are not that many seeds after this one".to_owned(),
            ));
        }
        let span = (sweep.span.until, sweep.span.warmup, first_seed, sweep.seeds);
        let mut all = format!("{span:?} {paths:?}");
        for (told, scenario) in &read {
            all.push_str(&format!("{told:?}"));
            all.push_str(&file::write(scenario));
        }
        let digest = format!("{:016x}", digest(all.as_bytes()));
        Ok(Self {
            paths,
            combinations: read,
            first_seed,
            seeds: sweep.seeds,
            digest,
        })
    }

    /// How many runs there are.
    pub(crate) fn runs(&self) -> usize {
        self.combinations.len() * self.seeds as usize
    }

    /// A run's scenario and seed. Runs are numbered by combination, then by seed.
    pub(crate) fn run(&self, run: usize) -> (&Scenario, u64) {
        let seeds = self.seeds as usize;
        (
            &self.combinations[run / seeds].1,
            self.first_seed + (run % seeds) as u64,
        )
    }

    /// A run's values as they were told.
    pub(crate) fn told(&self, run: usize) -> &[String] {
        &self.combinations[run / self.seeds as usize].0
    }
}

/// FNV-1a, 64 bits.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Parts at commas that are in no brackets and no quotes.
fn split(values: &str) -> Vec<String> {
    let (mut depth, mut quoted) = (0_i32, false);
    let mut parts = vec![String::new()];
    for letter in values.chars() {
        match letter {
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// Sets a field. In brackets stand numbers of list items, or names of nodes; a name that ends in
/// `*` is any that begins so.
fn set(value: &mut Value, path: &str, new: &Value) -> Result<(), String> {
    let path = path.trim_start_matches('.');
    if path.is_empty() {
        *value = new.clone();
        return Ok(());
    }
    if let Some(rest) = path.strip_prefix('[') {
        let (which, rest) = rest.split_once(']').ok_or("a bracket is not closed")?;
        let Value::Array(items) = value else {
            return Err(format!("[{which}] stands behind something that is no list"));
        };
        let mut found = 0;
        for (index, item) in items.iter_mut().enumerate() {
            let name = item.get("name").and_then(Value::as_str).unwrap_or("");
            let matches = match which.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == which || which.parse() == Ok(index),
            };
            if matches {
                found += 1;
                set(item, rest, new)?;
            }
        }
        return if found > 0 {
            Ok(())
        } else {
            Err(format!("there is no “{which}”"))
        };
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    // A kind that stands alone gets fields beside it.
    if let Value::String(kind) = value {
        *value = serde_json::json!({ "kind": kind });
    }
    let Value::Object(fields) = value else {
        return Err(format!(
            "“{name}” stands behind something that has no fields"
        ));
    };
    let field = fields.entry(name).or_insert_with(|| serde_json::json!({}));
    set(field, rest, new)
}

//! The results of a sweep: a CSV file with a line for each run.

use super::KEPT;
use super::plan::Plan;
use crate::Failure;
use crate::output::field;
use crate::quantity::Unit;
use crate::table::Table;
use simulation::statistics::Interval;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Columns before those that are set: digest, number of the run, number of all runs, seed.
const FIXED: [&str; 4] = ["sweep", "run", "runs", "seed"];
/// Quantities in the table, with their units.
const SHOWN: [(&str, Unit); 6] = [
    ("goodput", Unit::Rate),
    ("calls.failed", Unit::Number),
    ("calls.shed", Unit::Number),
    ("latency.mean", Unit::Seconds),
    ("latency.p50", Unit::Seconds),
    ("latency.p99", Unit::Seconds),
];

/// Lines by the number of the run.
pub(crate) struct Results {
    header: Vec<String>,
    lines: BTreeMap<usize, Vec<String>>,
    file: Option<(PathBuf, File)>,
}

impl Results {
    /// The results in a file, to go on with; or a new file.
    pub(crate) fn open(path: &Path, plan: &Plan) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let fixed = FIXED.iter().map(|name| (*name).to_owned());
        let kept = KEPT.iter().map(|name| (*name).to_owned());
        let header: Vec<String> = fixed
            .chain(plan.paths.iter().cloned())
            .chain(kept)
            .collect();
        let mut lines = BTreeMap::new();
        if path.exists() {
            let before = Self::read(path)?;
            let other =
                before.header != header || before.lines.values().any(|line| line[0] != plan.digest);
            if other {
                let why =
                    format!("{name} holds the results of another sweep: choose another --out");
                return Err(Failure::Refused(why));
            }
            lines = before.lines;
        }
        // A line that was cut off is not among those read: the file is written anew without it.
        let mut results = Self {
            header,
            lines,
            file: None,
        };
        results.write(path)?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(Failure::system(&name))?;
        results.file = Some((path.to_owned(), file));
        Ok(results)
    }

    /// Whether a run is there.
    pub(crate) fn has(&self, run: usize) -> bool {
        self.lines.contains_key(&run)
    }

    /// Adds a run, to the file too.
    pub(crate) fn add(
        &mut self,
        plan: &Plan,
        run: usize,
        values: &[Option<f64>],
    ) -> Result<(), Failure> {
        let fixed = [
            plan.digest.clone(),
            run.to_string(),
            plan.runs().to_string(),
            plan.run(run).1.to_string(),
        ];
        let numbers = values
            .iter()
            .map(|value| value.map_or_else(String::new, |value| value.to_string()));
        let line: Vec<String> = fixed
            .into_iter()
            .chain(plan.told(run).iter().cloned())
            .chain(numbers)
            .collect();
        if let Some((path, file)) = &mut self.file {
            let written = file.write_all(row(&line).as_bytes());
            written.map_err(Failure::system(path.display().to_string()))?;
        }
        self.lines.insert(run, line);
        Ok(())
    }

    /// The results of several files of one sweep.
    pub(crate) fn merge(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut whole: Option<Self> = None;
        for path in paths {
            let part = Self::read(path)?;
            let digest = |results: &Self| results.lines.values().next().map(|line| line[0].clone());
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    let same = digest(whole).zip(digest(&part)).is_none_or(|(a, b)| a == b);
                    if whole.header != part.header || !same {
                        let why = format!(
                            "{} is of another sweep than {}",
                            path.display(),
                            paths[0].display()
                        );
                        return Err(Failure::Refused(why));
                    }
                    whole.lines.extend(part.lines);
                }
            }
        }
        whole.ok_or_else(|| Failure::Refused("there is nothing to merge".to_owned()))
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(Failure::system(&name))?;
        let refused = || Failure::Refused(format!("{name} is no result of a sweep"));
        let mut rows = parse(&text).into_iter();
        let header = rows
            .next()
            .filter(|it| it.len() >= FIXED.len() && it[..FIXED.len()] == FIXED);
        let header = header.ok_or_else(refused)?;
        let mut lines = BTreeMap::new();
        for line in rows.filter(|line| line.len() == header.len()) {
            let run = line[1].parse().map_err(|_| refused())?;
            lines.insert(run, line);
        }
        Ok(Self {
            header,
            lines,
            file: None,
        })
    }

    /// Writes all lines to a file, in order.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let lines = self.lines.values().map(|line| row(line));
        let text: String = std::iter::once(row(&self.header)).chain(lines).collect();
        // Beside it first: whoever is stopped here loses nothing.
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(Failure::system(path.display().to_string()))
    }

    /// A line for each combination: means over its seeds with their 95 % intervals.
    pub(crate) fn table(&self) -> String {
        let settings = FIXED.len()..self.header.len() - KEPT.len();
        let mut head: Vec<String> = self.header[settings.clone()].to_vec();
        head.push("seeds".to_owned());
        head.extend(SHOWN.iter().map(|(name, _)| (*name).to_owned()));
        let right: Vec<bool> = (0..head.len())
            .map(|column| column >= settings.len())
            .collect();
        let mut table = Table::new(head, right);
        let mut groups: Vec<(&[String], Vec<&Vec<String>>)> = Vec::new();
        for line in self.lines.values() {
            let key = &line[settings.clone()];
            match groups.last_mut().filter(|(last, _)| *last == key) {
                Some((_, lines)) => lines.push(line),
                None => groups.push((key, vec![line])),
            }
        }
        for (key, lines) in groups {
            let mut cells: Vec<String> = key.to_vec();
            cells.push(lines.len().to_string());
            for (name, unit) in SHOWN {
                let column = self.header.iter().position(|it| it == name).unwrap_or(0);
                let values: Vec<f64> = lines
                    .iter()
                    .filter_map(|line| line[column].parse().ok())
                    .collect();
                cells.push(show(&values, unit));
            }
            table.row(cells);
        }
        let mut text = table.lay_out();
        let all = self
            .lines
            .values()
            .next()
            .and_then(|line| line[2].parse::<usize>().ok())
            .unwrap_or(0);
        if self.lines.len() < all {
            text.push_str(&format!("\n{} of {all} runs are here\n", self.lines.len()));
        }
        text
    }
}

fn show(values: &[f64], unit: Unit) -> String {
    match (Interval::from_batches(values), values) {
        (Some(interval), _) => format!(
            "{} ± {}",
            unit.show(interval.mean),
            unit.show(interval.half_width(0.95))
        ),
        (None, [one]) => unit.show(*one),
        (None, _) => "none".to_owned(),
    }
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| field(cell)).collect();
    format!("{}\n", cells.join(","))
}

/// The rows of a CSV file (RFC 4180) that were written to their end.
fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut cells, mut cell, mut quoted) =
        (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                cells.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut cells));
            }
            _ => cell.push(letter),
        }
    }
    rows
}

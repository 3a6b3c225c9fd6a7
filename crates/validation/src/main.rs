//! Runs every row and writes the table: `validation FILE [PART OF A MODEL'S NAME]`.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use validation::measure::{Measured, measure};
use validation::report::{Verdict, report, verdict};
use validation::row::Row;
use validation::rows;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (file, part) = (arguments.next(), arguments.next());
    match run(file.as_deref(), part.as_deref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: Option<&str>, part: Option<&str>) -> Result<bool, String> {
    let mut all = rows::all()?;
    all.retain(|row| part.is_none_or(|part| row.model.contains(part)));
    let results = run_all(all);
    let (text, holds) = report(&results);
    match file {
        // A part is for looking at, not for keeping.
        Some(file) if part.is_none() => {
            std::fs::write(file, &text).map_err(|error| format!("{file}: {error}"))?;
        }
        _ => print!("{text}"),
    }
    if let Some(summary) = text.lines().find(|line| line.contains(" rows: ")) {
        println!("{summary}");
    }
    Ok(holds)
}

/// Every row by whichever thread is free; the results in the order of the rows.
fn run_all(rows: Vec<Row>) -> Vec<(Row, Result<Measured, String>)> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Measured, String>)>> = Mutex::default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(index) else { break };
                    let result = measure(row);
                    if let Ok(measured) = &result {
                        let verdict = verdict(row, measured);
                        let mark = if verdict == Verdict::Inside {
                            ""
                        } else {
                            "  <<"
                        };
                        println!(
                            "{:60} {:>10.5} | {:>10.5}  {verdict:?}{mark}",
                            row.name(),
                            measured.interval.mean,
                            row.theory
                        );
                    }
                    // A thread that panicked leaves what it had written: whole rows.
                    let mut results = match results.lock() {
                        Ok(results) => results,
                        Err(poisoned) => poisoned.into_inner(),
                    };
                    results.push((index, result));
                }
            });
        }
    });
    let mut results = match results.into_inner() {
        Ok(results) => results,
        Err(poisoned) => poisoned.into_inner(),
    };
    results.sort_by_key(|(index, _)| *index);
    rows.into_iter()
        .zip(results)
        .map(|(row, (_, result))| (row, result))
        .collect()
}

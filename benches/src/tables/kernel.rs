//! The kernel beside the limit, beside JavaScript and beside the libraries of others.

use super::{ROUNDS, SIZES, or_dash};
use crate::children::{Build, Children};
use benches::kernel::Kernel;
use benches::measure::{Length, Measured, measure};
use benches::workload::{Contender, Draws, Tally};
use std::collections::BTreeMap;

/// Where a contender runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Native,
    Wasm,
    SmallWasm,
    JavaScript,
    Peer,
}

/// A row: its name in the table, the contender's, and where it runs.
type Row = (&'static str, &'static str, Place);

const ROWS: [Row; 18] = [
    ("hand-written loop, 4-ary heap", "heap", Place::Native),
    ("hand-written loop, ladder queue", "ladder", Place::Native),
    ("**our kernel**", "kernel", Place::Native),
    (
        "hand-written loop, 4-ary heap, by logarithm",
        "heap by logarithm",
        Place::Native,
    ),
    (
        "hand-written loop, ladder queue, by logarithm",
        "ladder by logarithm",
        Place::Native,
    ),
    (
        "our kernel, by logarithm as the engine",
        "kernel by logarithm",
        Place::Native,
    ),
    ("wasm: hand-written loop, 4-ary heap", "heap", Place::Wasm),
    (
        "wasm: hand-written loop, ladder queue",
        "ladder",
        Place::Wasm,
    ),
    ("**wasm: our kernel**", "kernel", Place::Wasm),
    (
        "wasm: our kernel, by logarithm as the engine",
        "kernel by logarithm",
        Place::Wasm,
    ),
    (
        "wasm, `opt-level = \"z\"` as the page: our kernel",
        "kernel",
        Place::SmallWasm,
    ),
    ("typed-array JavaScript", "javascript", Place::JavaScript),
    ("simulacra 0.1.0", "simulacra", Place::Peer),
    ("desque 0.4.0", "desque", Place::Peer),
    ("simcore 0.1.0 (DSLab)", "simcore", Place::Peer),
    ("nexosim 1.0.0", "nexosim", Place::Peer),
    (
        "sorted map of std, events removed on cancelling",
        "btreemap",
        Place::Peer,
    ),
    (
        "heap of std, events skipped on cancelling",
        "binaryheap",
        Place::Peer,
    ),
];

/// The least of each row at one size.
type Column = BTreeMap<(Place, &'static str), Measured>;

fn run((_, name, place): Row, servers: usize, children: &Children) -> Option<Measured> {
    let length = Length::of(servers);
    match place {
        Place::Native => {
            let mut contender = benches::contender(name, servers)?;
            Some(measure(contender.as_mut(), length))
        }
        Place::Wasm | Place::JavaScript => children.in_node(Build::Fast, name, servers, length),
        Place::SmallWasm => children.in_node(Build::Small, name, servers, length),
        Place::Peer => children.peer(name, servers, length),
    }
}

/// All contenders in turn. Those of Rust must come to the same, to the last nanosecond, but for
/// peers that do not keep the order of events of equal times.
fn column(servers: usize, children: &Children) -> Column {
    let mut column = Column::new();
    for round in 0..ROUNDS {
        for row in ROWS {
            // The libraries of others take most of the time and need no third digit.
            if row.2 == Place::Peer && round > 0 {
                continue;
            }
            if let Some(measured) = run(row, servers, children) {
                let key = (row.2, row.1);
                let best = measured.or(column.get(&key).copied());
                column.insert(key, best);
            }
        }
    }
    let same = |log: bool| -> Option<Tally> {
        let mut rows = column.iter().filter(|((place, name), _)| {
            !matches!(place, Place::JavaScript | Place::Peer)
                && name.ends_with("by logarithm") == log
        });
        let first = rows.next()?.1.tally;
        for ((_, name), measured) in rows {
            assert_eq!(first, measured.tally, "{name} made another run");
        }
        Some(first)
    };
    same(true);
    same(false);
    column
}

/// Prints the table; returns the limit's nanoseconds an event at 10 servers.
pub(crate) fn kernel_table(children: &Children) -> f64 {
    println!(
        "## The kernel\n\n\
         The engine's event queue and timers with nothing on them but the workload: Poisson arrivals, power\n\
         of two choices, exponential service at ρ = 0.9, a hop each way, a deadline that is cancelled; from\n\
         the steady state on. Nanoseconds an event, five events a call. Exponential variates by ziggurat\n\
         where nothing else is said; the engine draws them by logarithm.\n"
    );
    let columns = SIZES.map(|servers| column(servers, children));
    let expected = columns.each_ref().map(|column| {
        let limit = column.get(&(Place::Native, "heap"));
        limit.map(|measured| measured.tally)
    });
    println!("| nanoseconds an event at so many servers | 10 | 1,000 | 100,000 | the same run |");
    println!("|:--|--:|--:|--:|:--|");
    for (label, name, place) in ROWS {
        let figures = columns.each_ref().map(|column| column.get(&(place, name)));
        if figures.iter().all(Option::is_none) {
            continue;
        }
        let [a, b, c] = figures.map(|it| or_dash(it.map(|it| it.least), 1));
        let same = if name.ends_with("by logarithm") {
            "by logarithm".to_owned()
        } else {
            alike(&figures, &expected)
        };
        println!("| {label} | {a} | {b} | {c} | {same} |");
    }
    println!(
        "\n\"The same run\": the calls, the sum of their times and the end of the run are those of the\n\
         hand-written loop to the last nanosecond; otherwise by how much the mean time in the system differs.\n"
    );
    ratios(&columns);
    growth(&columns);
    limit(&columns[0]).unwrap_or(f64::NAN)
}

fn alike(figures: &[Option<&Measured>; 3], expected: &[Option<Tally>; 3]) -> String {
    let mut far: f64 = 0.0;
    let mut same = true;
    for (figure, expected) in figures.iter().zip(expected) {
        if let (Some(figure), Some(expected)) = (figure, expected) {
            same &= figure.tally == *expected;
            let mean = |tally: Tally| tally.waited as f64 / tally.answered as f64;
            far = far.max((mean(figure.tally) / mean(*expected) - 1.0).abs());
        }
    }
    if same {
        "yes".to_owned()
    } else {
        format!("{:.1} %", far * 100.0)
    }
}

fn least(column: &Column, place: Place, name: &'static str) -> Option<f64> {
    column.get(&(place, name)).map(|measured| measured.least)
}

/// The faster of the two loops written by hand.
fn limit(column: &Column) -> Option<f64> {
    let all = ["heap", "ladder"].map(|name| least(column, Place::Native, name));
    all.into_iter().flatten().reduce(f64::min)
}

fn ratios(columns: &[Column; 3]) {
    println!("| ratio at so many servers | 10 | 1,000 | 100,000 | goal |");
    println!("|:--|--:|--:|--:|--:|");
    let row = |label: &str, goal: &str, ratio: &dyn Fn(&Column) -> Option<f64>| {
        let [a, b, c] = columns.each_ref().map(|column| or_dash(ratio(column), 2));
        println!("| {label} | {a} | {b} | {c} | {goal} |");
    };
    let native = |name| move |column: &Column| least(column, Place::Native, name);
    row("our kernel to the faster hand-written loop", "1.3", &|it| {
        Some(native("kernel")(it)? / limit(it)?)
    });
    row(
        "the same by logarithm, to the faster by ziggurat",
        "",
        &|it| Some(native("kernel by logarithm")(it)? / limit(it)?),
    );
    row("our kernel in wasm to native", "1.4", &|it| {
        Some(least(it, Place::Wasm, "kernel")? / native("kernel")(it)?)
    });
    row("the same by logarithm", "1.4", &|it| {
        let wasm = least(it, Place::Wasm, "kernel by logarithm")?;
        Some(wasm / native("kernel by logarithm")(it)?)
    });
    row(
        "the page's `opt-level = \"z\"` to 3, both in wasm",
        "",
        &|it| Some(least(it, Place::SmallWasm, "kernel")? / least(it, Place::Wasm, "kernel")?),
    );
    row(
        "typed-array JavaScript to our kernel in wasm",
        "above 1",
        &|it| Some(least(it, Place::JavaScript, "javascript")? / least(it, Place::Wasm, "kernel")?),
    );
}

/// Whether the cost grows no faster than the logarithm of what is pending.
fn growth(columns: &[Column; 3]) {
    println!(
        "\n| our kernel at so many servers | events pending | log2 of it | ns an event | ns an event and log2 | the limit's |"
    );
    println!("|--:|--:|--:|--:|--:|--:|");
    let mut costs = Vec::new();
    for (servers, column) in SIZES.into_iter().zip(columns) {
        let mut kernel = Kernel::new(servers, Draws::new(servers));
        kernel.run(Length::of(servers).warm);
        let pending = kernel.pending();
        let log = libm::log2(pending as f64);
        let of = |cost: Option<f64>| cost.map(|it| it / log);
        let ours = least(column, Place::Native, "kernel");
        costs.extend(of(ours));
        println!(
            "| {servers} | {pending} | {log:.1} | {} | {} | {} |",
            or_dash(ours, 1),
            or_dash(of(ours), 2),
            or_dash(of(limit(column)), 2)
        );
    }
    let no_faster = costs
        .iter()
        .all(|cost| costs.first().is_some_and(|it| cost <= it));
    let words = if no_faster {
        "no faster than"
    } else {
        "faster than"
    };
    println!(
        "\nThe cost of an event grows {words} the logarithm of the events pending.\n\
         The state of 100,000 servers and their calls does not fit into the caches; the last column shows\n\
         what the limit pays for that."
    );
}

//! What the charts show, read from the world in one go.

use super::figure::Flag;
use super::scale::Window;
use super::series::{Point, plain, rate, share, thinned};
use crate::order::insertion_sort;
use simulation::World;
use simulation::metrics::{Slice, Tone};
use simulation::time::{milliseconds, seconds};
use simulation::view::{Life, RoleView};

/// A bar of the load chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// The server's name.
    pub(super) name: String,
    /// What stands below it.
    pub(super) short: String,
    /// Attempts a second that reached it.
    pub(super) rate: f64,
    /// Whether its process runs.
    pub(super) up: bool,
    /// Whether it is to be sent calls: it runs, and is not drained.
    pub(super) used: bool,
}

/// Everything that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measurements {
    pub(super) window: Window,
    pub(super) offered: Vec<Point>,
    pub(super) good: Vec<Point>,
    /// Failed or shed.
    pub(super) failed: Vec<Point>,
    /// Which of the two there were in view.
    pub(super) lost: &'static str,
    /// Answered with an application's error.
    pub(super) errors: Vec<Point>,
    pub(super) percentiles: [Vec<Point>; 3],
    pub(super) servers_up: Vec<Point>,
    pub(super) answered: Vec<Point>,
    pub(super) bars: Vec<Bar>,
    pub(super) flags: Vec<Flag>,
}

impl Measurements {
    /// Reads the window that fits the run so far and the speed at which it is shown.
    pub(super) fn of(world: &World, speed: f64) -> Self {
        let window = Window::at(seconds(world.now()), speed);
        let metrics = world.metrics();
        // The slice that runs is not whole yet: its rate would say too little.
        let whole = metrics.slices().len().saturating_sub(1);
        let slices: Vec<Slice> = metrics
            .slices()
            .take(whole)
            .filter(|slice| window.share(seconds(slice.start)) >= 0.0)
            .copied()
            .collect();
        let latency = |value| thinned(&plain(&slices, value));
        Self {
            window,
            offered: thinned(&rate(&slices, |slice| slice.sent)),
            good: thinned(&rate(&slices, |slice| slice.good)),
            failed: thinned(&rate(&slices, |slice| slice.failed + slice.shed)),
            lost: lost(&slices),
            errors: thinned(&rate(&slices, |slice| slice.errors)),
            percentiles: [
                latency(|slice| slice.latency.as_ref().map(|it| milliseconds(it.p50))),
                latency(|slice| slice.latency.as_ref().map(|it| milliseconds(it.p95))),
                latency(|slice| slice.latency.as_ref().map(|it| milliseconds(it.p99))),
            ],
            servers_up: thinned(&plain(&slices, |slice| {
                (slice.servers > 0).then(|| f64::from(slice.servers_up) / f64::from(slice.servers))
            })),
            answered: thinned(&share(
                &slices,
                |slice| slice.good + slice.errors,
                |slice| slice.good + slice.errors + slice.failed + slice.shed,
            )),
            bars: bars(world),
            flags: flags(world, window),
        }
    }
}

/// What the calls are called that were not answered.
fn lost(slices: &[Slice]) -> &'static str {
    let shed = slices.iter().any(|slice| slice.shed > 0);
    let failed = slices.iter().any(|slice| slice.failed > 0);
    match (failed, shed) {
        (true, true) => "failed, shed",
        (false, true) => "shed",
        (_, false) => "failed",
    }
}

/// Marks nearer to each other than this share of the axis are one line: many would be a grey block.
const APART: f64 = 0.012;

fn flags(world: &World, window: Window) -> Vec<Flag> {
    let marks = world.metrics().marks().map(|mark| Flag {
        x: window.share(seconds(mark.at)),
        label: mark.label.clone(),
        tone: mark.tone,
    });
    let mut flags: Vec<Flag> = Vec::new();
    for flag in marks.filter(|flag| (0.0..=1.0).contains(&flag.x)) {
        match flags.last_mut() {
            Some(last) if flag.x - last.x < APART => {
                // Harm is not covered by what was done meanwhile.
                if last.tone != Tone::Harm || flag.tone == Tone::Harm {
                    *last = flag;
                }
            }
            _ => flags.push(flag),
        }
    }
    flags
}

/// The servers by the numbers that their names end in: one that was put back stands last in the world,
/// and would make an axis of 1, 2, 4, 5, 3.
fn bars(world: &World) -> Vec<Bar> {
    let loads = world.metrics().server_loads();
    let mut bars: Vec<Bar> = world
        .nodes()
        .filter(|node| matches!(node.role, RoleView::Server(_)))
        .enumerate()
        .map(|(place, node)| Bar {
            name: node.name.to_owned(),
            short: number_of(node.name).unwrap_or_else(|| (place + 1).to_string()),
            rate: loads
                .iter()
                .find(|load| load.server == node.id)
                .map_or(0.0, |load| load.rate),
            up: node.life == Life::Up,
            used: node.life == Life::Up
                && !matches!(&node.role, RoleView::Server(server) if server.draining),
        })
        .collect();
    let number = |bar: &Bar| bar.short.parse().unwrap_or(u32::MAX);
    insertion_sort(&mut bars, |one, other| number(one) < number(other));
    bars
}

/// The number that a name ends in: `server-3` is 3.
fn number_of(name: &str) -> Option<String> {
    let digits = name.len()
        - name
            .trim_end_matches(|letter: char| letter.is_ascii_digit())
            .len();
    (digits > 0 && digits <= 3).then(|| name[name.len() - digits..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_in_its_number() {
        assert_eq!(number_of("server-12").as_deref(), Some("12"));
        assert_eq!(number_of("säule7").as_deref(), Some("7"));
        assert_eq!(number_of("origin"), None);
    }

    #[test]
    fn who_was_put_back_stands_where_its_number_says() {
        let five = simulation::presets::find("five-servers").unwrap();
        let mut world = World::new(&five).unwrap();
        let gone = simulation::Action::RemoveNode("server-3".to_owned());
        let back = world.apply(&gone).unwrap();
        world.apply(&back).unwrap();
        let numbers: Vec<String> = bars(&world).into_iter().map(|bar| bar.short).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
    }

    #[test]
    fn a_run_is_measured() {
        let mut world = World::new(&simulation::presets::all()[0].clone()).unwrap();
        world.advance(5 * simulation::time::SECOND);
        let read = Measurements::of(&world, 0.1);
        assert!(super::super::series::last(&read.good).unwrap() > 0.0);
        assert!(super::super::series::last(&read.answered).unwrap() > 0.5);
        assert_eq!(super::super::series::last(&read.servers_up), Some(1.0));
        assert!(read.bars.iter().all(|bar| bar.up && bar.rate > 0.0));
    }
}

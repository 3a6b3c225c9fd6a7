//! Load per server: a bar for each.

use super::body;
use super::figure::{Reading, foot, grid, head, square, value_axis};
use super::reading::{Bar, Measurements};
use super::scale::Axis;
use super::text;
use crate::markup::{Element, el};

/// The busiest server is marked if it has this many times the mean load.
const UNEVEN: f64 = 1.2;

/// More bars than this have a number under every second one, or third.
const NAMED: usize = 9;

/// The load chart.
pub(super) fn load(read: &Measurements) -> Element {
    let most = read.bars.iter().map(|bar| bar.rate).fold(0.0, f64::max);
    let axis = Axis::holding(most, 10.0);
    let mean = mean(&read.bars);
    let uneven = read
        .bars
        .iter()
        .filter(|bar| bar.used && bar.rate > UNEVEN * mean);
    let busiest = uneven.fold(None, |busiest: Option<&Bar>, bar| match busiest {
        Some(other) if other.rate >= bar.rate => Some(other),
        _ => Some(bar),
    });
    // A number under every bar only as long as the numbers fit.
    let each = read.bars.len().div_ceil(NAMED).max(1);
    let readings: Vec<Reading> = imbalance(&read.bars)
        .map(|imbalance| Reading {
            class: "",
            number: format!("Busiest {imbalance:.2}×"),
            name: "the mean",
        })
        .into_iter()
        .collect();
    let values = value_axis(axis, &|value| {
        if value == axis.top {
            format!("{}/s", text::tick(value))
        } else {
            text::tick(value)
        }
    });
    let columns = read
        .bars
        .iter()
        .map(|bar| column(bar, axis, busiest == Some(bar)));
    let names = read.bars.iter().enumerate().map(|(index, bar)| {
        let named = index.is_multiple_of(each).then_some(&bar.short);
        el("span").attr("title", &bar.name).with(named)
    });
    // What stands between two bars is less, the more of them there are.
    let count = format!("--bars:{}", read.bars.len().max(1));
    let body = body(label(&read.bars))
        .attr("style", count)
        .with(values)
        .with(
            el("div")
                .class("chart-plot chart-bars")
                .with(square().with(grid()).with(foot()))
                .each(columns),
        )
        .with(el("div").class("chart-servers").each(names));
    el("article")
        .class("chart")
        .with(head("Load per server", &readings))
        .with(body)
}

/// The mean rate of the servers in use: one that is dead or drained takes no share, and with it the
/// mean of five would make the other four look busy.
fn mean(bars: &[Bar]) -> f64 {
    let used = bars.iter().filter(|bar| bar.used);
    let (sum, count) = used.fold((0.0, 0u32), |(sum, count), bar| (sum + bar.rate, count + 1));
    sum / f64::from(count.max(1))
}

/// The busiest server's rate over that mean: 1 is even. One alone is no more even than uneven.
fn imbalance(bars: &[Bar]) -> Option<f64> {
    if bars.len() < 2 {
        return None;
    }
    let most = bars
        .iter()
        .filter(|bar| bar.used)
        .map(|bar| bar.rate)
        .fold(0.0, f64::max);
    (most > 0.0).then(|| most / mean(bars))
}

fn column(bar: &Bar, axis: Axis, busiest: bool) -> Element {
    let title = format!("{}: {} attempts a second", bar.name, text::rate(bar.rate));
    if !bar.up {
        return el("div")
            .class("chart-dead")
            .attr("title", format!("{}: down", bar.name))
            .with("×");
    }
    let height = format!("height:{:.1}%", axis.share(bar.rate) * 100.0);
    el("div").attr("title", title).with(
        el("div")
            .class("chart-bar")
            .class_if(busiest, "chart-uneven")
            .attr("style", height),
    )
}

fn label(bars: &[Bar]) -> String {
    let each = bars.iter().map(|bar| {
        if bar.up {
            format!("{} {}", bar.name, text::rate(bar.rate))
        } else {
            format!("{} down", bar.name)
        }
    });
    format!(
        "Load per server in attempts a second: {}.",
        each.collect::<Vec<_>>().join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(rate: f64, up: bool) -> Bar {
        Bar {
            name: "server-1".to_owned(),
            short: "1".to_owned(),
            rate,
            up,
            used: up,
        }
    }

    #[test]
    fn a_death_leaves_an_even_load_even() {
        let bars = [
            bar(31.0, true),
            bar(0.0, false),
            bar(31.0, true),
            bar(31.0, true),
            bar(31.0, true),
        ];
        assert!(bars.iter().all(|bar| bar.rate <= UNEVEN * mean(&bars)));
        assert_eq!(imbalance(&bars), Some(1.0));
        assert_eq!((mean(&[]), imbalance(&[])), (0.0, None));
    }

    #[test]
    fn who_is_drained_leaves_an_even_load_even() {
        let mut bars = [bar(31.0, true), bar(2.0, true), bar(31.0, true)];
        assert!(imbalance(&bars) > Some(1.4));
        bars[1].used = false;
        assert_eq!(imbalance(&bars), Some(1.0));
    }
}

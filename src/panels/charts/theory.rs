//! Theory through the measurement: what a formula expects of the run, or why there is none.

use super::figure::{Line, key};
use super::scale::Axis;
use super::text::duration;
use crate::markup::{Element, el, group, list};
use crate::panels::format::{number, plural};
use simulation::World;
use simulation::steady::Estimate;
use simulation::theory::{Description, Objection, present};
use simulation::time::seconds;

/// What theory says of the world, until something is done to it.
pub(super) struct Theory {
    /// What it was found for: the page's changes, and the world's own.
    key: (u64, u64),
    found: Result<Description, Objection>,
    /// Expected mean, p50, p95 and p99 in milliseconds, where the model has them.
    expected: [Option<f64>; 4],
}

const NAMES: [&str; 4] = ["mean", "p50", "p95", "p99"];

/// Finds it anew if anything was done since.
pub(super) fn renew(kept: &mut Option<Theory>, world: &World, version: u64) {
    let key = (version, world.metrics().steady().regime());
    if kept.as_ref().is_some_and(|it| it.key == key) {
        return;
    }
    let found = present(world);
    let expected = found.as_ref().map_or([None; 4], |it| {
        let percentile = |share| it.percentile(share);
        let all = [
            it.quick_mean(),
            percentile(0.5),
            percentile(0.95),
            percentile(0.99),
        ];
        all.map(|value| value.map(|value| value * 1e3))
    });
    *kept = Some(Theory {
        key,
        found,
        expected,
    });
}

impl Theory {
    /// The highest line, in milliseconds.
    pub(super) fn highest(&self) -> f64 {
        self.expected.iter().flatten().fold(0.0, |a, b| a.max(*b))
    }

    /// The dashed lines of the latency chart.
    pub(super) fn lines(&self, axis: Axis) -> impl Iterator<Item = Line> {
        let values = self.expected.iter().flatten();
        values.map(move |value| Line {
            class: "chart-theory",
            path: format!("M0 {:.2}H100", 100.0 - axis.share(*value) * 100.0),
        })
    }

    /// Their names, by turns at the right and at the left so that none covers another.
    pub(super) fn names(&self, axis: Axis) -> Element {
        let named = self.expected.iter().zip(NAMES).enumerate();
        list(named.filter_map(|(place, (value, name))| {
            let side = if place % 2 == 0 { "left" } else { "right" };
            let style = format!("bottom:{:.1}%;{side}:0", axis.share((*value)?) * 100.0);
            Some(el("span").attr("style", style).with(name))
        }))
    }

    /// Name, expectation and measurement in a line; conditions and parameters when it is opened.
    pub(super) fn line(&self, world: &World) -> Element {
        let steady = world.metrics().steady();
        let calls = plural(steady.calls(), "call");
        let measured = match steady.estimate() {
            Estimate::None => "measured: no call yet".to_owned(),
            Estimate::Few(mean) => format!(
                "measured {} over {calls}, too few for an interval",
                duration(mean * 1e3)
            ),
            Estimate::Alike(mean) => format!(
                "measured {} over {calls}, of which neighbours are too alike for an interval yet",
                duration(mean * 1e3)
            ),
            Estimate::Known(known) => format!(
                "measured {} ± {} (95 %) over {calls}",
                duration(known.mean * 1e3),
                duration(known.half_width_95() * 1e3)
            ),
        };
        let named = |found: &Description| el("b").with(found.model.name());
        let (name, expects, more) = match (&self.found, self.expected[0]) {
            (Ok(found), Some(mean)) => (
                named(found),
                format!(" expects a mean latency of {}; ", duration(mean)),
                told(found),
            ),
            (Ok(found), None) => (
                named(found),
                " takes too long to solve here; ".to_owned(),
                told(found),
            ),
            (Err(objection), _) => (
                group().with("No theory"),
                format!(": {} Mean latency ", objection.sentence()),
                "A formula is drawn only where its conditions hold for the system as it stands now."
                    .to_owned(),
            ),
        };
        let summary = el("summary")
            .with(key("chart-theory").attr("aria-hidden", "true"))
            .with(name)
            .with(expects)
            .with(measured)
            .with(match steady.since() {
                0 => ", since the start.".to_owned(),
                since => format!(", since the last change at {:.1} s.", seconds(since)),
            });
        el("details")
            .class("theory")
            .with(summary)
            .with(el("p").with(more))
    }
}

/// A model's conditions, and its parameters in this run.
fn told(found: &Description) -> String {
    let milliseconds = |value: f64| number(value * 1e3);
    let rate = found.rate.map_or(String::new(), |rate| {
        [&number(rate), " calls a second, "].concat()
    });
    let limit = if found.model.exact() {
        ""
    } else {
        " It is what a large system tends to."
    };
    format!(
        "{}{limit} Here: {rate}{} ms of work each, {} ms on the way there and back. What comes before the last change is left out, and so is the first tenth after it; the interval is by batch means.",
        found.model.conditions(),
        milliseconds(found.work),
        milliseconds(found.network),
    )
}

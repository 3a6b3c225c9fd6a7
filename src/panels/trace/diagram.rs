//! The sequence diagram: a lifeline for each node, time downwards.

use super::layout::{Bar, Layout, Look, Message, Scale, Stay, WIDTH, met, spacing};
use super::words;
use crate::markup::{Element, el, group};
use crate::svg;
use simulation::record::CallRecord;
use simulation::{Nanos, World};
use yew::Html;

/// About the width of a letter of a lifeline's name.
const LETTER: f64 = 5.3;
/// A message as high as this has room for how long it takes.
const ROOM: f64 = 22.0;
/// So has a bar, which has its words beside it.
const BAR_ROOM: f64 = 14.0;
/// About half the width of how long something takes.
const HALF_WORDS: f64 = 18.0;

/// How the names of the lifelines find room.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    Row,
    TwoRows,
    Slanted,
}

impl Names {
    fn fit(longest: usize, spacing: f64) -> Self {
        let width = longest as f64 * LETTER;
        match spacing {
            wide if width + 4.0 <= wide => Self::Row,
            half if width + 4.0 <= 2.0 * half => Self::TwoRows,
            _ => Self::Slanted,
        }
    }

    fn height(self, longest: usize) -> f64 {
        match self {
            Self::Row => 30.0,
            Self::TwoRows => 43.0,
            Self::Slanted => 28.0 + longest.min(14) as f64 * LETTER * 0.64,
        }
    }
}

/// Draws a call as far as it has gone.
pub(super) fn diagram(world: &World, call: &CallRecord, now: Nanos, scale: Scale) -> Html {
    let names: Vec<String> = met(call)
        .into_iter()
        .map(|node| words::name(world, call, node))
        .collect();
    let longest = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let fit = Names::fit(longest, spacing(names.len()));
    let head = fit.height(longest);
    let layout = Layout::of(call, now, head, scale);
    let took = words::span(call.ended.unwrap_or(now).saturating_sub(call.began));
    let left = layout.lifelines.first().map_or(0.0, |line| line.x);
    let hatch = el("pattern")
        .attr("id", "trace-hatch")
        .attr("width", "4")
        .attr("height", "4")
        .attr("patternUnits", "userSpaceOnUse")
        .attr("patternTransform", "rotate(45)")
        .with(svg::mark("trace-hatch", "M0 0V4"));
    let lifelines = layout.lifelines.iter().zip(&names).enumerate();
    let lifelines = lifelines.map(|(place, (line, name))| {
        let d = format!(
            "M{:.1} {:.1}V{:.1}",
            line.x,
            layout.span.0 - 14.0,
            layout.span.1 + 4.0
        );
        group()
            .with(label(fit, place, line.x, head, name))
            .with(svg::path("trace-lifeline", d.into()))
    });
    let bars = layout.bars.iter().map(|bar| {
        let class = bar_class(bar);
        let hatched = (class == "trace-queued").then_some("url(#trace-hatch)");
        let height = (bar.foot - bar.top).max(1.5);
        svg::rect(class, [bar.x - 4.0, bar.top, 8.0, height]).attr("fill", hatched)
    });
    let dropped = layout
        .bars
        .iter()
        .filter(|bar| matches!(bar.stay, Stay::Dropped { .. }));
    el("svg")
        .class("trace-diagram")
        .attr("viewBox", format!("0 0 {WIDTH} {:.1}", layout.height))
        .attr("role", "img")
        .attr("aria-label", told(call, &names, &took))
        .with(el("defs").with(hatch))
        .each(lifelines)
        .each(bars)
        .each(dropped.map(|bar| cross(bar.x, bar.foot)))
        .each(layout.messages.iter().map(message))
        .each(layout.breaks.iter().map(|y| cut(*y)))
        .each(layout.bars.iter().filter_map(in_vain))
        .each(layout.bars.iter().filter_map(lasts))
        .each(layout.messages.iter().filter_map(takes))
        .with(svg::text(
            "trace-time",
            left + 5.0,
            layout.ends.0 - 3.0,
            "0 ms",
        ))
        .with(svg::text(
            "trace-time",
            left - 4.0,
            layout.ends.1 + 13.0,
            took,
        ))
        .html()
}

fn told(call: &CallRecord, names: &[String], took: &str) -> String {
    format!(
        "Sequence diagram through {}: {}, {} of time. Every step stands in the list below.",
        names.join(", "),
        words::outcome(call),
        took
    )
}

fn label(fit: Names, place: usize, x: f64, head: f64, name: &String) -> Element {
    match fit {
        Names::Slanted => {
            let y = head - 17.0;
            let transform = format!("translate({:.1} {y:.1}) rotate(-40)", x - 2.0);
            el("text")
                .class("trace-name trace-slanted")
                .attr("transform", transform)
                .with(name)
        }
        _ => {
            let y = if fit == Names::TwoRows && place.is_multiple_of(2) {
                10.0
            } else {
                head - 20.0
            };
            // The first and the last may not stand out over the edge.
            let half = name.chars().count() as f64 * LETTER / 2.0;
            let x = x.max(half).min(WIDTH - half);
            svg::text("trace-name", x, y, name)
        }
    }
}

const fn bar_class(bar: &Bar) -> &'static str {
    match bar.stay {
        Stay::Queued | Stay::Dropped { queued: true } => "trace-queued",
        Stay::Served | Stay::Dropped { queued: false } => "trace-served",
        Stay::InVain(_) => "trace-in-vain",
    }
}

fn message(message: &Message) -> Element {
    let class = match message.look {
        Look::Quiet => "trace-message trace-quiet",
        Look::Request => "trace-message trace-request",
        Look::Retry => "trace-message trace-retry",
        Look::Reply => "trace-message trace-reply",
        Look::Error => "trace-message trace-error",
        Look::Failure => "trace-message trace-failure",
    };
    let ((x1, y1), (x2, y2)) = (message.from, message.to);
    let line = svg::path(class, format!("M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}").into());
    let end = if message.lost {
        Some(cross(x2, y2))
    } else if message.look != Look::Quiet {
        arrow(message)
    } else {
        None
    };
    group().with(line).with(end)
}

/// Where something comes to nothing.
fn cross(x: f64, y: f64) -> Element {
    let strokes = format!("M{:.1} {:.1}l7 7m0 -7l-7 7", x - 3.5, y - 3.5);
    svg::path("trace-cross", strokes.into())
}

/// The head of an arrow, along its line.
fn arrow(message: &Message) -> Option<Element> {
    let class = match message.look {
        Look::Request => "trace-arrow trace-fill-request",
        Look::Retry => "trace-arrow trace-fill-retry",
        Look::Reply => "trace-arrow trace-fill-reply",
        _ => "trace-arrow trace-fill-failure",
    };
    let ((x1, y1), (x2, y2)) = (message.from, message.to);
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = libm::hypot(dx, dy);
    if length < 6.0 {
        return None;
    }
    let (ux, uy) = (dx / length, dy / length);
    let (bx, by) = (x2 - ux * 6.0, y2 - uy * 6.0);
    let d = format!(
        "M{x2:.1} {y2:.1}L{:.1} {:.1}L{:.1} {:.1}z",
        bx - uy * 2.6,
        by + ux * 2.6,
        bx + uy * 2.6,
        by - ux * 2.6
    );
    Some(svg::path(class, d.into()))
}

fn takes(message: &Message) -> Option<Element> {
    let ((x1, y1), (x2, y2)) = (message.from, message.to);
    (y2 - y1 >= ROOM && message.look != Look::Quiet && !message.lost).then(|| {
        // Above the line, however steep it is.
        let rise = (y2 - y1) / (x2 - x1).abs().max(1.0) * HALF_WORDS.min((x2 - x1).abs() / 2.0);
        let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0 - 3.0 - rise);
        svg::text("trace-takes", x, y, words::span(message.takes))
    })
}

/// The break mark of a wait that is cut short: two slanted strokes across the diagram.
fn cut(y: f64) -> Element {
    let right = WIDTH - 6.0;
    let (left, right) = (y + 1.5, right - 24.0);
    let strokes = format!("M6 {left:.1}l6 -3 6 3 6 -3 6 3M{right:.1} {left:.1}l6 -3 6 3 6 -3 6 3");
    group()
        .with(svg::rect("trace-gap", [6.0, y - 2.0, WIDTH - 12.0, 4.0]))
        .with(svg::path("trace-break", strokes.into()))
}

/// How long it waits in a queue, and how long it is served, beside the bar.
fn lasts(bar: &Bar) -> Option<Element> {
    let what = match bar.stay {
        Stay::Queued => "waits",
        Stay::Served => "served",
        Stay::Dropped { .. } | Stay::InVain(_) => return None,
    };
    let words = format!("{what} {}", words::span(bar.lasts));
    (bar.foot - bar.top >= BAR_ROOM).then(|| beside(bar, "trace-lasts", 0.0, words))
}

/// Words beside a bar, on the side that has room for them.
fn beside(bar: &Bar, class: &'static str, lower: f64, words: String) -> Element {
    let y = (bar.top + bar.foot) / 2.0 + 3.5 + lower;
    let (x, side) = if bar.x > WIDTH / 2.0 {
        (bar.x - 9.0, "trace-end")
    } else {
        (bar.x + 9.0, "")
    };
    svg::text(class, x, y, words).class(side)
}

fn in_vain(bar: &Bar) -> Option<Element> {
    let Stay::InVain(words) = &bar.stay else {
        return None;
    };
    // Clear of a break in its middle.
    let lower = if bar.foot - bar.top > 40.0 { 14.0 } else { 0.0 };
    Some(beside(bar, "trace-why", lower, words.clone()))
}

//! What the four charts have in common: title, present numbers, grid, axes, marks.

use super::scale::{Axis, Window};
use crate::markup::{Element, el};
use crate::panels::format::instant;
use simulation::metrics::Tone;

/// A line of a chart, or the area under it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its CSS class, which gives colour and dashes.
    pub(super) class: &'static str,
    /// Its path in a square of 100 × 100.
    pub(super) path: String,
}

/// A present number in the chart's head, with the look of its line as a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// The class of the line that it belongs to.
    pub(super) class: &'static str,
    /// The number.
    pub(super) number: String,
    /// What it counts.
    pub(super) name: &'static str,
}

/// Something that was done, on the time axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flag {
    /// Share of the width.
    pub(super) x: f64,
    /// Words.
    pub(super) label: String,
    /// Its tone.
    pub(super) tone: Tone,
}

const fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Harm => "chart-mark chart-harm",
        Tone::Change => "chart-mark chart-change",
        Tone::Recovery => "chart-mark chart-recovery",
    }
}

/// A chart's head: what it shows, and the present numbers.
pub(super) fn head(title: &'static str, readings: &[Reading]) -> Element {
    let readings = readings.iter().map(|reading| {
        el("span")
            .class("chart-reading")
            .with((!reading.class.is_empty()).then(|| key(reading.class)))
            .with(el("b").with(&reading.number))
            .with(" ")
            .with(reading.name)
    });
    el("div")
        .class("chart-head")
        .with(el("h3").with(title))
        .with(el("p").attr("aria-hidden", "true").each(readings))
}

/// A stretch of a line, as the key to it.
pub(super) fn key(class: &'static str) -> Element {
    el("svg")
        .class("chart-key")
        .attr("viewBox", "0 0 14 6")
        .attr("width", "14")
        .attr("height", "6")
        .with(el("path").class(class).attr("d", "M0 3H14"))
}

/// The numbers beside the foot, the half and the top.
pub(super) fn value_axis(axis: Axis, text: &dyn Fn(f64) -> String) -> Element {
    el("div")
        .class("chart-values")
        .each(axis.ticks().into_iter().map(|tick| {
            let style = format!("bottom:{:.1}%", axis.share(tick) * 100.0);
            el("span").attr("style", style).with(text(tick))
        }))
}

/// The plot of a chart over time.
pub(super) fn plot(window: Window, lines: &[Line], flags: &[Flag]) -> Element {
    let flags = flags.iter().map(|flag| {
        el("path")
            .class(tone_class(flag.tone))
            .attr("d", format!("M{:.2} 0V100", flag.x * 100.0))
            .with(el("title").with(&flag.label))
    });
    let lines = lines
        .iter()
        .map(|line| el("path").class(line.class).attr("d", &line.path));
    square()
        .class("chart-plot")
        .with(grid())
        .each(flags)
        .each(lines)
        .with(foot().attr("data-from", format!("{:.0}", window.from)))
}

/// A square of 100 × 100, drawn out to whatever room there is.
pub(super) fn square() -> Element {
    el("svg")
        .attr("viewBox", "0 0 100 100")
        .attr("preserveAspectRatio", "none")
}

/// The grid: half and top.
pub(super) fn grid() -> Element {
    el("path")
        .class("chart-grid")
        .attr("d", "M0 50H100M0 0H100")
}

/// The line on which a chart stands.
pub(super) fn foot() -> Element {
    el("path").class("chart-foot").attr("d", "M0 100H100")
}

/// The instants under a plot.
pub(super) fn time_axis(window: Window) -> Element {
    el("div")
        .class("chart-times")
        .each(window.ticks().into_iter().map(|tick| {
            let label = instant(tick, window.from + window.length);
            // A label may not stand out over the edge of its chart.
            let (share, half) = (window.share(tick) * 100.0, label.len() as f64 / 2.0);
            let style = format!("left:clamp({half}ch,{share:.2}%,calc(100% - {half}ch))");
            el("span").attr("style", style).with(label)
        }))
}

//! What the four charts have in common: title, present numbers, grid, axes, marks.

use super::scale::{Axis, Window};
use crate::panels::format::instant;
use simulation::metrics::Tone;
use yew::prelude::*;

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
pub(super) fn head(title: &str, readings: &[Reading]) -> Html {
    html! {
        <div class="chart-head">
            <h3>{ title }</h3>
            <p aria-hidden="true">
                { for readings.iter().map(|reading| html! {
                    <span class="chart-reading">
                        if !reading.class.is_empty() {
                            <svg class="chart-key" viewBox="0 0 14 6" width="14" height="6">
                                <path class={reading.class} d="M0 3H14" />
                            </svg>
                        }
                        <b>{ &reading.number }</b>{ " " }{ reading.name }
                    </span>
                }) }
            </p>
        </div>
    }
}

/// The numbers beside the foot, the half and the top.
pub(super) fn value_axis(axis: Axis, text: impl Fn(f64) -> String) -> Html {
    html! {
        <div class="chart-values">
            { for axis.ticks().into_iter().map(|tick| html! {
                <span style={format!("bottom:{:.1}%", axis.share(tick) * 100.0)}>{ text(tick) }</span>
            }) }
        </div>
    }
}

/// The plot of a chart over time.
pub(super) fn plot(window: Window, lines: &[Line], flags: &[Flag]) -> Html {
    html! {
        <svg class="chart-plot" viewBox="0 0 100 100" preserveAspectRatio="none">
            { grid() }
            { for flags.iter().map(|flag| html! {
                <path class={tone_class(flag.tone)} d={format!("M{:.2} 0V100", flag.x * 100.0)}>
                    <title>{ &flag.label }</title>
                </path>
            }) }
            { for lines.iter().map(|line| html! { <path class={line.class} d={line.path.clone()} /> }) }
            <path class="chart-foot" d="M0 100H100" data-from={format!("{:.0}", window.from)} />
        </svg>
    }
}

/// The grid: half and top.
pub(super) fn grid() -> Html {
    html! { <path class="chart-grid" d="M0 50H100M0 0H100" /> }
}

/// The instants under a plot.
pub(super) fn time_axis(window: Window) -> Html {
    html! {
        <div class="chart-times">
            { for window.ticks().into_iter().map(|tick| {
                let label = instant(tick, window.from + window.length);
                // A label may not stand out over the edge of its chart.
                let (share, half) = (window.share(tick) * 100.0, label.len() as f64 / 2.0);
                let style = format!("left:clamp({half}ch,{share:.2}%,calc(100% - {half}ch))");
                html! { <span {style}>{ label }</span> }
            }) }
        </div>
    }
}

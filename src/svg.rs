//! SVG elements.

use crate::markup::{Child, Element, el};
use yew::AttrValue;

/// A coordinate as it is written.
pub(crate) fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// A path.
#[inline(never)]
pub(crate) fn path(class: &'static str, d: AttrValue) -> Element {
    el("path").class(class).attr("d", d)
}

/// A path whose description is written here.
#[inline(never)]
pub(crate) fn mark(class: &'static str, d: &'static str) -> Element {
    el("path").class(class).attr("d", d)
}

/// A circle around the origin.
#[inline(never)]
pub(crate) fn circle(class: &'static str, r: &'static str) -> Element {
    el("circle").class(class).attr("r", r)
}

/// A rectangle.
#[inline(never)]
pub(crate) fn rect(class: &'static str, [x, y, width, height]: [f64; 4]) -> Element {
    el("rect")
        .class(class)
        .attr("x", px(x))
        .attr("y", px(y))
        .attr("width", px(width))
        .attr("height", px(height))
}

/// A square around the origin, stood on its corner.
#[inline(never)]
pub(crate) fn diamond(half: f64, round: &'static str) -> Element {
    rect("stage-shape", [-half, -half, 2.0 * half, 2.0 * half])
        .attr("rx", round)
        .attr("transform", "rotate(45)")
}

/// Words at a place.
#[inline(never)]
pub(crate) fn text(class: &'static str, x: f64, y: f64, words: impl Child) -> Element {
    el("text")
        .class(class)
        .attr("x", px(x))
        .attr("y", px(y))
        .with(words)
}

/// Begins some elements that are moved together.
#[inline(never)]
pub(crate) fn moved(x: f64, y: f64) -> Element {
    el("g").attr("transform", format!("translate({x:.1} {y:.1})"))
}

//! Icons of the controls, in the line width of the stage's shapes.

use crate::markup::{Element, el, group};

fn picture(class: &'static str, view_box: &'static str, width: &'static str) -> Element {
    el("svg")
        .class(class)
        .attr("viewBox", view_box)
        .attr("aria-hidden", "true")
        .attr("fill", "none")
        .attr("stroke-width", width)
}

fn icon(inner: Element) -> Element {
    picture("icon", "0 0 24 24", "1.8")
        .attr("stroke", "currentColor")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .with(inner)
}

fn path(d: &'static str) -> Element {
    el("path").attr("d", d)
}

fn dot(x: &'static str, y: &'static str, r: &'static str, fill: &'static str) -> Element {
    el("circle")
        .attr("cx", x)
        .attr("cy", y)
        .attr("r", r)
        .attr("fill", fill)
}

/// Play.
pub(super) fn play() -> Element {
    icon(path("M8 5.5v13l10.5-6.5z").attr("fill", "currentColor"))
}

/// Pause.
pub(super) fn pause() -> Element {
    icon(path("M8.5 6v12M15.5 6v12").attr("stroke-width", "3.4"))
}

/// To the next event.
pub(super) fn step() -> Element {
    icon(path("M7 6v12l8-6zM18 6v12"))
}

/// From the start.
pub(super) fn restart() -> Element {
    icon(path("M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4h4"))
}

/// Another seed.
pub(super) fn dice() -> Element {
    let cube = el("rect")
        .attr("x", "4.5")
        .attr("y", "4.5")
        .attr("width", "15")
        .attr("height", "15")
        .attr("rx", "3.5");
    let eyes = path("M9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01").attr("stroke-width", "2.6");
    icon(group().with(cube).with(eyes))
}

/// Take back.
pub(super) fn undo() -> Element {
    icon(
        path("M8.5 6L4.5 10l4 4M4.5 10h9a5.5 5.5 0 0 1 0 11H10")
            .attr("transform", "translate(0 -1.5)"),
    )
}

/// Make again.
pub(super) fn redo() -> Element {
    icon(
        path("M15.5 6l4 4-4 4M19.5 10h-9a5.5 5.5 0 0 0 0 11H14")
            .attr("transform", "translate(0 -1.5)"),
    )
}

/// A link between two nodes.
pub(super) fn link() -> Element {
    picture("part-icon", "-34 -34 68 68", "2")
        .attr("stroke", "currentColor")
        .with(path("M-17 12C-8-12 8 12 17-12"))
        .with(dot("-20", "15", "5", "var(--panel)"))
        .with(dot("20", "-15", "5", "var(--panel)"))
}

/// Reroute's own sign: a call that finds another way.
pub(super) fn logo() -> Element {
    picture("logo", "0 0 40 26", "2.6")
        .attr("stroke-linecap", "round")
        .with(
            path("M6 12C9 2 20 2 26 6")
                .attr("stroke", "var(--failure)")
                .attr("stroke-dasharray", "4 4.5"),
        )
        .with(path("M6 12c3 12 18 12 27 7").attr("stroke", "var(--reply)"))
        .with(dot("6", "12", "4.4", "var(--request)"))
        .with(dot("34", "18", "3.6", "var(--reply)"))
}

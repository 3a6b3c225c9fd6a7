//! The shapes of nodes as SVG, drawn at their design size around the origin. They are the palette's
//! icons too.

use super::angle::sincos;
use super::figures::{Kind, Server};
use super::geometry::{Point, point};
use crate::markup::{Element, el, group, list};
use crate::svg::{circle, diamond, mark, moved, path};
use std::fmt::Write as _;

/// Clients: a small screen on its foot at each place. Two paths for all of them, since a stage may
/// show a hundred and fifty.
pub(crate) fn screens(places: &[Point]) -> Element {
    let (mut cases, mut feet) = (String::new(), String::new());
    for at in places {
        // Writing to a string cannot fail.
        let _ = write!(cases, "M{:.1} {:.1}{CASE}", at.x - 7.0, at.y - 7.5);
        let _ = write!(feet, "M{:.1} {:.1}h9m-4.5 0v-3.5", at.x - 4.5, at.y + 8.5);
    }
    group()
        .with(path("stage-screen", cases.into()))
        .with(path("stage-foot", feet.into()))
}

/// A rounded rectangle of 18 × 12.5, from the left end of its upper side.
const CASE: &str = "h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-8.5a2 2 0 0 1 2 -2z";

/// A router: a diamond with arrows to all sides.
pub(crate) fn router() -> Element {
    group().with(diamond(12.5, "4")).with(mark(
        "stage-mark",
        "M-9 0H9M0 -9V9M-6.2 -2.8L-9 0L-6.2 2.8M6.2 -2.8L9 0L6.2 2.8M-2.8 -6.2L0 -9L2.8 -6.2M-2.8 6.2L0 9L2.8 6.2",
    ))
}

/// An internet service provider: a larger diamond, and the net in it.
pub(crate) fn isp() -> Element {
    group()
        .with(diamond(18.0, "6"))
        .with(circle("stage-mark", "10"))
        .with(mark(
            "stage-mark",
            "M-10 0H10M0 -10C5.4 -5 5.4 5 0 10M0 -10C-5.4 -5 -5.4 5 0 10",
        ))
}

/// A balancer: a hexagon in which one line becomes three.
pub(crate) fn balancer() -> Element {
    group()
        .with(mark(
            "stage-shape stage-balancer",
            "M0 -30L26 -15V15L0 30L-26 15V-15Z",
        ))
        .with(mark(
            "stage-balancer-mark",
            "M-12 0H12M-5 0C1 0 3 -10 11 -10M-5 0C1 0 3 10 11 10",
        ))
}

/// A server that runs: a disc, a ring as long as its cores are busy, a stack of what waits.
pub(crate) fn server(state: Server) -> Element {
    let busy = state.utilisation.clamp(0.0, 1.0);
    let ring = if busy >= 0.85 {
        "stage-ring stage-hot"
    } else {
        "stage-ring"
    };
    let track = if state.draining {
        "stage-track stage-draining"
    } else {
        "stage-track"
    };
    group()
        .with(circle("stage-disc", "26"))
        .with(circle(track, "23.5"))
        .with((busy > 0.004).then(|| path(ring, arc(23.5, busy).into())))
        .with(stack(state.queued))
}

/// A server that does not run.
pub(crate) fn dead() -> Element {
    group()
        .with(circle("stage-disc stage-dead", "25"))
        .with(mark("stage-cross", "M-8.5 -8.5L8.5 8.5M8.5 -8.5L-8.5 8.5"))
}

/// A cross over anything else that does not run.
pub(crate) fn cross(at: Point) -> Element {
    moved(at.x, at.y)
        .with(circle("stage-badge stage-dead", "9"))
        .with(mark("stage-cross", "M-3.6 -3.6L3.6 3.6M3.6 -3.6L-3.6 3.6"))
}

/// A crossed shield: a balancer keeps the server out.
pub(crate) fn shield(at: Point) -> Element {
    moved(at.x, at.y)
        .class("stage-shield")
        .with(mark(
            "stage-badge",
            "M0 -10L8.5 -7V0.5C8.5 5.5 4.5 8.8 0 10.6C-4.5 8.8 -8.5 5.5 -8.5 0.5V-7Z",
        ))
        .with(mark("stage-badge-mark", "M-4.4 4.6L4.6 -4.6"))
}

/// A question mark: the server is dead, and a balancer does not know it yet.
pub(crate) fn unknown(at: Point) -> Element {
    moved(at.x, at.y)
        .with(circle("stage-badge stage-unknown", "8.5"))
        .with(figure("stage-question", "4.3").with("?"))
}

/// A number or a sign in the middle of a shape.
fn figure(class: &'static str, y: &'static str) -> Element {
    el("text").class(class).attr("y", y)
}

/// What waits: a bar for each of up to five calls, a number beyond.
fn stack(queued: u32) -> Element {
    if queued > 5 {
        let words = if queued > 999 {
            "999+".to_owned()
        } else {
            queued.to_string()
        };
        return figure("stage-count", "5.5").with(words);
    }
    let top = -(f64::from(queued) - 1.0) * 2.75;
    list((0..queued).map(|bar| {
        let y = top + f64::from(bar) * 5.5 - 1.6;
        el("rect")
            .class("stage-bar")
            .attr("x", "-8.5")
            .attr("y", format!("{y:.2}"))
            .attr("width", "17")
            .attr("height", "3.2")
            .attr("rx", "1")
    }))
}

/// An arc clockwise from the top, as long as a share of the whole ring.
fn arc(radius: f64, share: f64) -> String {
    if share > 0.995 {
        return format!(
            "M0 -{radius}A{radius} {radius} 0 1 1 0 {radius}A{radius} {radius} 0 1 1 0 -{radius}"
        );
    }
    let end = ring_point(radius, share);
    let large = u8::from(share > 0.5);
    format!(
        "M0 -{radius}A{radius} {radius} 0 {large} 1 {:.2} {:.2}",
        end.x, end.y
    )
}

fn ring_point(radius: f64, share: f64) -> Point {
    let (sin, cos) = sincos(share * std::f64::consts::TAU);
    point(sin * radius, -cos * radius)
}

/// The shape of a kind at rest, for the palette and for what a hand carries; 64 units wide.
pub(crate) fn icon(kind: Kind) -> Element {
    match kind {
        Kind::Lan => group()
            .with(
                el("ellipse")
                    .class("stage-lan")
                    .attr("rx", "31")
                    .attr("ry", "20"),
            )
            .with(screens(&[point(-13.0, 0.0), point(13.0, 0.0)])),
        Kind::Router => router(),
        Kind::Isp => isp(),
        Kind::Balancer => balancer(),
        Kind::Server => group()
            .with(circle("stage-disc", "26"))
            .with(circle("stage-track", "23.5"))
            .with(path("stage-ring", arc(23.5, 0.3).into()))
            .with(stack(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_starts_at_the_top_and_runs_clockwise() {
        let quarter = ring_point(10.0, 0.25);
        assert!((quarter.x - 10.0).abs() < 1e-9 && quarter.y.abs() < 1e-9);
        assert!(arc(10.0, 0.25).contains(" 0 0 1 "));
        assert!(arc(10.0, 0.75).contains(" 0 1 1 "));
        // A whole ring has no single end, so it is two halves.
        assert_eq!(arc(10.0, 1.0).matches('A').count(), 2);
    }
}

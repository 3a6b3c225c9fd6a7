//! Which way a link bends.
//!
//! Links that cross the flow bow outward, away from the middle of the stage, as the ribs of a fan
//! do. One that would pass over a node that it does not serve bends around it.

use super::geometry::{Curve, Point, Rect, point};
use super::viewport::Viewport;

/// How far a link bows, relative to how far it goes across the flow.
const BOW: f64 = 0.24;

/// Other bends that a link tries when its own leads over a node, relative to its length.
const DETOURS: [f64; 7] = [0.0, 0.2, -0.2, 0.4, -0.4, 0.65, -0.65];

/// The curve between the centres of two nodes, given by their indices.
pub(crate) fn curve(
    ends: [usize; 2],
    places: &[Point],
    halves: &[Point],
    view: &Viewport,
) -> Curve {
    let (from, to) = (places[ends[0]], places[ends[1]]);
    let middle = from.toward(to, 0.5);
    let natural = middle + bow(from, to, middle, view);
    let way = to - from;
    let mut best: Option<(f64, Curve)> = None;
    for detour in DETOURS {
        let bend = natural + way.across() * detour;
        let curve = Curve { from, bend, to };
        let cost = trespass(&curve, ends, places, halves) + detour.abs() * 60.0;
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, curve));
        }
        if cost <= 0.0 {
            break;
        }
    }
    best.map_or(
        Curve {
            from,
            bend: natural,
            to,
        },
        |(_, curve)| curve,
    )
}

/// Away from the middle of the stage, across the flow.
fn bow(from: Point, to: Point, middle: Point, view: &Viewport) -> Point {
    let centre = view.inner.centre();
    let way = to - from;
    let (across, off, room) = if view.transposed {
        (way.x.abs(), middle.x - centre.x, view.inner.width())
    } else {
        (way.y.abs(), middle.y - centre.y, view.inner.height())
    };
    // Grows smoothly from none in the middle, so that a dragged node's links never jump.
    let side = (off / (room * 0.12).max(1.0)).clamp(-1.0, 1.0);
    let by = across * BOW * side;
    if view.transposed {
        point(by, 0.0)
    } else {
        point(0.0, by)
    }
}

/// How much of a curve lies over nodes that are not its ends.
fn trespass(curve: &Curve, ends: [usize; 2], places: &[Point], halves: &[Point]) -> f64 {
    const STEPS: u32 = 14;
    let reach = Rect::around(curve.from, 0.0, 0.0)
        .union(&Rect::around(curve.bend, 0.0, 0.0))
        .union(&Rect::around(curve.to, 0.0, 0.0));
    let mut over = 0.0;
    for (index, (&at, &half)) in places.iter().zip(halves).enumerate() {
        if ends.contains(&index) || !reach.grown(half.x.max(half.y) + 4.0).contains(at) {
            continue;
        }
        for step in 1..STEPS {
            let way = curve.at(f64::from(step) / f64::from(STEPS)) - at;
            let (x, y) = (way.x / (half.x + 4.0), way.y / (half.y + 4.0));
            let depth = 1.0 - (x * x + y * y);
            if depth > 0.0 {
                over += 30.0 + 60.0 * depth;
            }
        }
    }
    over
}

#[cfg(test)]
mod tests {
    use super::super::viewport::PLANE;
    use super::*;

    fn view() -> Viewport {
        Viewport::fit(1010.0, 600.0, PLANE, 12)
    }

    #[test]
    fn a_link_along_the_middle_is_straight() {
        let y = view().inner.centre().y;
        let places = [point(300.0, y), point(700.0, y)];
        let halves = [point(20.0, 20.0); 2];
        assert_eq!(
            curve([0, 1], &places, &halves, &view()).at(0.5),
            point(500.0, y)
        );
    }

    #[test]
    fn links_bow_away_from_the_middle() {
        let places = [
            point(500.0, 300.0),
            point(800.0, 100.0),
            point(800.0, 500.0),
        ];
        let halves = [point(20.0, 20.0); 3];
        let up = curve([0, 1], &places, &halves, &view()).at(0.5);
        let down = curve([0, 2], &places, &halves, &view()).at(0.5);
        assert!(up.y < 200.0 && down.y > 400.0);
    }

    #[test]
    fn a_link_bends_around_a_node_in_its_way() {
        let y = view().inner.centre().y;
        let places = [point(200.0, y), point(800.0, y), point(500.0, y)];
        let halves = [point(20.0, 20.0); 3];
        let curve = curve([0, 1], &places, &halves, &view());
        assert!(curve.nearest(places[2]).1 > 24.0);
    }
}

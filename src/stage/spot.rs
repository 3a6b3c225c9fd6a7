//! Where there is room, and which node lies in a direction.

use super::angle::sincos;
use super::geometry::{Point, Rect, point};

/// The nearest place to the one wished for at which a shape, given by half its width and half its
/// height, touches none of the taken areas. Looks along a widening spiral of fixed steps, so that
/// the same stage gives the same place; none on a stage without room.
pub(crate) fn free_spot(wish: Point, half: Point, taken: &[Rect], bounds: &Rect) -> Option<Point> {
    let wish = bounds.clamp(wish);
    let free = |at: Point| {
        let area = Rect::around(at, half.x, half.y);
        taken.iter().all(|other| area.overlap(other) <= 0.0)
    };
    if free(wish) {
        return Some(wish);
    }
    let step = (half.x.min(half.y) * 0.4).max(4.0);
    let farthest = bounds.width().max(bounds.height());
    let mut out = step;
    while out <= farthest {
        let turns = ((std::f64::consts::TAU * out / step) as u32).clamp(8, 96);
        for turn in 0..turns {
            // Below comes first: a column of servers grows downward.
            let angle = std::f64::consts::FRAC_PI_2
                + f64::from(turn) * std::f64::consts::TAU / f64::from(turns);
            let (sin, cos) = sincos(angle);
            let at = wish + point(cos, sin) * out;
            if bounds.contains(at) && free(at) {
                return Some(at);
            }
        }
        out += step;
    }
    None
}

/// The index of the place that an arrow key means: the nearest one within 60° of its direction,
/// where being off the line counts double.
pub(crate) fn toward(from: Point, direction: Point, places: &[Point]) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (index, &place) in places.iter().enumerate() {
        let way = place - from;
        let ahead = way.x * direction.x + way.y * direction.y;
        let aside = (way.x * direction.y - way.y * direction.x).abs();
        if ahead <= 1.0 || aside > ahead * 1.74 {
            continue;
        }
        let cost = ahead + 2.0 * aside;
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, index));
        }
    }
    best.map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_free_spot_touches_nothing(
            x in 0.0..800.0_f64, y in 0.0..500.0_f64,
            others in prop::collection::vec((0.0..800.0_f64, 0.0..500.0_f64), 0..12),
        ) {
            let taken: Vec<Rect> =
                others.iter().map(|&(x, y)| Rect::around(point(x, y), 40.0, 40.0)).collect();
            let bounds = Rect::sized(800.0, 500.0);
            let spot = free_spot(point(x, y), point(40.0, 30.0), &taken, &bounds).unwrap();
            prop_assert!(bounds.contains(spot));
            let area = Rect::around(spot, 40.0, 30.0);
            prop_assert!(taken.iter().all(|other| area.overlap(other) <= 0.0));
        }
    }

    #[test]
    fn a_free_wish_is_granted() {
        let bounds = Rect::sized(100.0, 100.0);
        assert_eq!(
            free_spot(point(30.0, 40.0), point(9.0, 9.0), &[], &bounds),
            Some(point(30.0, 40.0))
        );
    }

    #[test]
    fn arrows_go_to_the_nearest_in_their_direction() {
        let places = [
            point(100.0, 0.0),
            point(50.0, 40.0),
            point(-20.0, 0.0),
            point(0.0, 90.0),
        ];
        let from = point(0.0, 0.0);
        assert_eq!(toward(from, point(1.0, 0.0), &places), Some(0));
        assert_eq!(toward(from, point(-1.0, 0.0), &places), Some(2));
        assert_eq!(toward(from, point(0.0, 1.0), &places), Some(3));
        assert_eq!(toward(from, point(0.0, -1.0), &places), None);
    }
}

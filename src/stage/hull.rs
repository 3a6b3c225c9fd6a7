//! Soft closed outlines: around the clients of a LAN, and around the servers of the cluster.
//!
//! An outline is a ring of points at equal distances, so that one can be eased into another point
//! by point however their corners differ.

use super::angle::sincos;
use super::geometry::{Point, Rect, point};
use crate::order::insertion_sort;
use std::fmt::Write as _;

/// How many points an outline has.
pub(crate) const POINTS: usize = 64;

/// Over what length corners are rounded, in CSS pixels.
const SOFT: f64 = 34.0;

/// How far a side bulges, relative to the distance from what it goes around.
const BULGE: f64 = 0.16;

/// A closed outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outline(pub(crate) [Point; POINTS]);

impl Outline {
    /// A soft outline around points, at least so far from each. None around fewer than three
    /// points, or points in one line.
    pub(crate) fn around(points: &[Point], bounds: &Rect) -> Option<Self> {
        let ring = resample(&convex_hull(points))?;
        // Long sides bulge a little, as the skin of something soft does.
        let mut soft = ring;
        for (index, at) in soft.iter_mut().enumerate() {
            let gap = points
                .iter()
                .map(|point| point.distance(ring[index]))
                .fold(f64::INFINITY, f64::min);
            let along = ring[(index + 1) % POINTS] - ring[(index + POINTS - 1) % POINTS];
            // The ring runs clockwise on a screen, so that outside is on its left.
            *at = *at - along.unit().across() * (gap * BULGE).min(30.0);
        }
        let ring = soft;
        // A few rounds of averaging make corners round; what they take off is given back so that
        // nothing inside comes to lie outside.
        let length: f64 = (0..POINTS)
            .map(|index| ring[index].distance(ring[(index + 1) % POINTS]))
            .sum();
        let step = (length / POINTS as f64).max(1.0);
        // One round spreads a point by a standard deviation of its distance to the next over √2.
        let rounds = (2.0 * (SOFT / step) * (SOFT / step)).ceil().min(40.0) as u32;
        for _ in 0..rounds {
            let before = soft;
            for (index, at) in soft.iter_mut().enumerate() {
                let left = before[(index + POINTS - 1) % POINTS];
                let right = before[(index + 1) % POINTS];
                *at = left * 0.25 + before[index] * 0.5 + right * 0.25;
            }
        }
        let centre = ring.iter().fold(point(0.0, 0.0), |sum, &at| sum + at) * (1.0 / POINTS as f64);
        for (at, &corner) in soft.iter_mut().zip(&ring) {
            let lost = corner.distance(centre) - at.distance(centre);
            *at = bounds.clamp(*at + (*at - centre).unit() * (lost.max(0.0) * 0.85));
        }
        Some(Self(soft))
    }

    /// Between this (0) and another (1).
    pub(crate) fn toward(&self, other: &Self, share: f64) -> Self {
        let mut between = self.0;
        for (at, &end) in between.iter_mut().zip(&other.0) {
            *at = at.toward(end, share);
        }
        Self(between)
    }

    /// The farthest that any of its points is from the same point of another.
    pub(crate) fn difference(&self, other: &Self) -> f64 {
        self.0
            .iter()
            .zip(&other.0)
            .map(|(one, two)| one.distance(*two))
            .fold(0.0, f64::max)
    }

    /// The rectangle it fills.
    pub(crate) fn extent(&self) -> Rect {
        let first = Rect::around(self.0[0], 0.0, 0.0);
        self.0
            .iter()
            .fold(first, |area, &at| area.union(&Rect::around(at, 0.0, 0.0)))
    }

    /// As the `d` of an SVG path.
    pub(crate) fn path(&self) -> String {
        smooth(&self.0)
    }
}

/// The `d` of an SVG path: a smooth closed curve through the middles of a ring's sides.
fn smooth(ring: &[Point]) -> String {
    let mut path = String::with_capacity(ring.len() * 26 + 20);
    let (Some(first), Some(last)) = (ring.first(), ring.last()) else {
        return path;
    };
    let start = last.toward(*first, 0.5);
    let _ = write!(path, "M{:.1} {:.1}", start.x, start.y);
    for (index, at) in ring.iter().enumerate() {
        let middle = at.toward(ring[(index + 1) % ring.len()], 0.5);
        let _ = write!(
            path,
            "Q{:.1} {:.1} {:.1} {:.1}",
            at.x, at.y, middle.x, middle.y
        );
    }
    path.push('Z');
    path
}

/// Points on a circle, to put around a round shape.
pub(crate) fn circle(centre: Point, radius: f64) -> impl Iterator<Item = Point> {
    (0..12).map(move |step| {
        let (sin, cos) = sincos(f64::from(step) * std::f64::consts::TAU / 12.0);
        centre + point(cos, sin) * radius
    })
}

/// A sand-coloured island as the `d` of an SVG path: an ellipse that is a little uneven, each seed
/// in its own way.
pub(crate) fn island(half_width: f64, half_height: f64, seed: u32) -> String {
    const CORNERS: usize = 12;
    // The curve runs inside of its corners, between their sides' middles.
    const OUT: f64 = 1.017;
    let turn = f64::from(seed % 7) * 0.9;
    let mut ring = [Point::default(); CORNERS];
    for (index, at) in ring.iter_mut().enumerate() {
        let angle = index as f64 * std::f64::consts::TAU / CORNERS as f64;
        let (sin, cos) = sincos(angle);
        let uneven =
            OUT + 0.022 * sincos(2.0 * angle + turn).0 + 0.018 * sincos(3.0 * angle + 2.0 * turn).0;
        *at = point(cos * half_width * uneven, sin * half_height * uneven);
    }
    smooth(&ring)
}

/// The convex hull (Andrew's monotone chain), clockwise on a screen.
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    insertion_sort(&mut sorted, |one, two| {
        one.x
            .total_cmp(&two.x)
            .then(one.y.total_cmp(&two.y))
            .is_lt()
    });
    sorted.dedup();
    let turns_left =
        |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) <= 0.0;
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for at in points {
            while chain.len() > 1 && turns_left(chain[chain.len() - 2], chain[chain.len() - 1], at)
            {
                chain.pop();
            }
            chain.push(at);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut sorted.iter().copied());
    hull.extend(half(&mut sorted.iter().rev().copied()));
    hull
}

/// Points at equal distances along a closed polygon, from its topmost point on.
fn resample(polygon: &[Point]) -> Option<[Point; POINTS]> {
    if polygon.len() < 3 {
        return None;
    }
    let top = (0..polygon.len()).min_by(|&one, &two| polygon[one].y.total_cmp(&polygon[two].y))?;
    let corner = |index: usize| polygon[(top + index) % polygon.len()];
    let total: f64 = (0..polygon.len())
        .map(|index| corner(index).distance(corner(index + 1)))
        .sum();
    let step = total / POINTS as f64;
    let mut ring = [Point::default(); POINTS];
    let (mut side, mut passed) = (0, 0.0);
    for (index, at) in ring.iter_mut().enumerate() {
        let goal = step * index as f64;
        loop {
            let length = corner(side).distance(corner(side + 1));
            if passed + length >= goal || side + 1 >= polygon.len() {
                let share = if length > 0.0 {
                    (goal - passed) / length
                } else {
                    0.0
                };
                *at = corner(side).toward(corner(side + 1), share.clamp(0.0, 1.0));
                break;
            }
            passed += length;
            side += 1;
        }
    }
    Some(ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inside(outline: &Outline, at: Point) -> bool {
        let mut odd = false;
        for index in 0..POINTS {
            let (a, b) = (outline.0[index], outline.0[(index + 1) % POINTS]);
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
            {
                odd = !odd;
            }
        }
        odd
    }

    proptest! {
        #[test]
        fn a_hull_holds_its_servers(
            servers in prop::collection::vec((50.0..950.0_f64, 50.0..550.0_f64), 1..14),
        ) {
            let points: Vec<Point> = servers
                .iter()
                .flat_map(|&(x, y)| circle(point(x, y), 30.0))
                .collect();
            let hull = Outline::around(&points, &Rect::sized(1000.0, 600.0)).unwrap();
            for &(x, y) in &servers {
                prop_assert!(inside(&hull, point(x, y)), "{x} {y}");
            }
            prop_assert!(hull.0.iter().all(|&at| Rect::sized(1000.0, 600.0).contains(at)));
        }
    }

    #[test]
    fn a_convex_hull_drops_what_is_inside() {
        let mut points = Rect::sized(10.0, 10.0).corners().to_vec();
        points.push(point(5.0, 5.0));
        points.push(point(0.0, 5.0));
        assert_eq!(convex_hull(&points).len(), 4);
    }

    #[test]
    fn too_little_has_no_outline() {
        let line = [point(0.0, 0.0), point(1.0, 1.0), point(2.0, 2.0)];
        assert_eq!(Outline::around(&line, &Rect::sized(9.0, 9.0)), None);
    }

    #[test]
    fn an_outline_eases_into_another() {
        let around = |radius| {
            let ring: Vec<Point> = circle(point(50.0, 50.0), radius).collect();
            Outline::around(&ring, &Rect::sized(100.0, 100.0)).unwrap()
        };
        let (small, large) = (around(10.0), around(20.0));
        assert_eq!(small.toward(&large, 0.0), small);
        assert!(small.toward(&large, 1.0).difference(&large) < 1e-9);
        assert!(small.path().starts_with('M') && small.path().ends_with('Z'));
    }

    #[test]
    fn islands_differ_and_are_closed() {
        assert_ne!(island(80.0, 50.0, 1), island(80.0, 50.0, 2));
        assert!(island(80.0, 50.0, 3).ends_with('Z'));
    }
}

//! Points, rectangles and quadratic curves in CSS pixels.

use std::ops::{Add, Mul, Sub};

/// A point, or the way from one to another, in CSS pixels of the stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Short for a [`Point`].
pub(crate) const fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        point(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        point(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f64> for Point {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        point(self.x * factor, self.y * factor)
    }
}

impl Point {
    /// Its distance from the origin.
    pub(crate) fn length(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// The distance to another.
    pub(crate) fn distance(self, other: Self) -> f64 {
        (self - other).length()
    }

    /// The same direction with length 1; the x axis for a point without direction.
    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length > 1e-9 {
            self * (1.0 / length)
        } else {
            point(1.0, 0.0)
        }
    }

    /// Turned a quarter.
    pub(crate) fn across(self) -> Self {
        point(-self.y, self.x)
    }

    /// Between this (0) and another (1).
    pub(crate) fn toward(self, other: Self, share: f64) -> Self {
        self + (other - self) * share
    }
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    /// Around a centre, by half its width and half its height.
    pub(crate) fn around(centre: Point, half_width: f64, half_height: f64) -> Self {
        Self {
            left: centre.x - half_width,
            top: centre.y - half_height,
            right: centre.x + half_width,
            bottom: centre.y + half_height,
        }
    }

    /// From the origin to the far corner.
    pub(crate) const fn sized(width: f64, height: f64) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            right: width,
            bottom: height,
        }
    }

    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn centre(&self) -> Point {
        point(
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    /// Larger by so much on every side.
    pub(crate) fn grown(&self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// The smallest that holds both.
    pub(crate) fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(crate) fn contains(&self, at: Point) -> bool {
        at.x >= self.left && at.x <= self.right && at.y >= self.top && at.y <= self.bottom
    }

    /// The area that two share.
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        if width > 0.0 && height > 0.0 {
            width * height
        } else {
            0.0
        }
    }

    /// The nearest point inside.
    pub(crate) fn clamp(&self, at: Point) -> Point {
        point(
            at.x.min(self.right).max(self.left),
            at.y.min(self.bottom).max(self.top),
        )
    }

    /// The same rectangle moved by as little as needed to lie inside another.
    pub(crate) fn pushed_inside(&self, bounds: &Self) -> Self {
        let dx = (bounds.left - self.left).max(0.0) - (self.right - bounds.right).max(0.0);
        let dy = (bounds.top - self.top).max(0.0) - (self.bottom - bounds.bottom).max(0.0);
        Self {
            left: self.left + dx,
            top: self.top + dy,
            right: self.right + dx,
            bottom: self.bottom + dy,
        }
    }

    pub(crate) fn corners(&self) -> [Point; 4] {
        [
            point(self.left, self.top),
            point(self.right, self.top),
            point(self.right, self.bottom),
            point(self.left, self.bottom),
        ]
    }
}

/// A quadratic Bézier curve.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Curve {
    pub(crate) from: Point,
    pub(crate) bend: Point,
    pub(crate) to: Point,
}

impl Curve {
    /// The point at a share of the way, 0.0..=1.0.
    pub(crate) fn at(&self, t: f64) -> Point {
        let s = 1.0 - t;
        self.from * (s * s) + self.bend * (2.0 * s * t) + self.to * (t * t)
    }

    /// The direction of travel there, of length 1.
    pub(crate) fn heading(&self, t: f64) -> Point {
        let along = (self.bend - self.from) * (1.0 - t) + (self.to - self.bend) * t;
        if along.length() > 1e-9 {
            along.unit()
        } else {
            (self.to - self.from).unit()
        }
    }

    /// The piece from one share to another (de Casteljau, by its blossom).
    pub(crate) fn piece(&self, start: f64, end: f64) -> Self {
        let blossom = |u: f64, v: f64| {
            self.from * ((1.0 - u) * (1.0 - v))
                + self.bend * ((1.0 - u) * v + u * (1.0 - v))
                + self.to * (u * v)
        };
        Self {
            from: self.at(start),
            bend: blossom(start, end),
            to: self.at(end),
        }
    }

    /// The share of the way nearest to a point, and the distance there.
    pub(crate) fn nearest(&self, to: Point) -> (f64, f64) {
        const STEPS: u32 = 32;
        let mut best = (0.0, f64::INFINITY);
        for step in 0..=STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            let distance = self.at(t).distance(to);
            if distance < best.1 {
                best = (t, distance);
            }
        }
        best
    }

    /// Without what lies inside the ellipses at its two ends, given by their half axes. Shapes so
    /// near that nothing is left give a point between them.
    pub(crate) fn outside(&self, from: Point, to: Point) -> Self {
        let inside = |t: f64, centre: Point, half: Point| {
            let way = self.at(t) - centre;
            let (x, y) = (way.x / half.x.max(1.0), way.y / half.y.max(1.0));
            x * x + y * y < 1.0
        };
        // Both searches are for the border between inside (near the end) and outside (near the
        // middle); 12 halvings of half a curve are less than a pixel.
        let (mut low, mut high) = (0.0, 0.5);
        for _ in 0..12 {
            let middle = (low + high) / 2.0;
            if inside(middle, self.from, from) {
                low = middle
            } else {
                high = middle
            }
        }
        let start = high;
        let (mut low, mut high) = (0.5, 1.0);
        for _ in 0..12 {
            let middle = (low + high) / 2.0;
            if inside(middle, self.to, to) {
                high = middle
            } else {
                low = middle
            }
        }
        self.piece(start, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: Point, b: Point) -> bool {
        a.distance(b) < 1e-6
    }

    proptest! {
        #[test]
        fn a_piece_of_a_curve_lies_on_it(
            ax in -500.0..500.0_f64, ay in -500.0..500.0_f64,
            cx in -500.0..500.0_f64, cy in -500.0..500.0_f64,
            bx in -500.0..500.0_f64, by in -500.0..500.0_f64,
            start in 0.0..1.0_f64, end in 0.0..1.0_f64, t in 0.0..1.0_f64,
        ) {
            let curve = Curve { from: point(ax, ay), bend: point(cx, cy), to: point(bx, by) };
            let piece = curve.piece(start, end);
            prop_assert!(near(piece.at(t), curve.at(start + (end - start) * t)));
        }

        #[test]
        fn a_trimmed_curve_starts_and_ends_on_the_borders(
            bx in 150.0..500.0_f64, by in -300.0..300.0_f64, bow in -60.0..60.0_f64,
        ) {
            let to = point(bx, by);
            let middle = point(0.0, 0.0).toward(to, 0.5) + to.unit().across() * bow;
            let curve = Curve { from: point(0.0, 0.0), bend: middle, to };
            let trimmed = curve.outside(point(30.0, 30.0), point(20.0, 20.0));
            prop_assert!((trimmed.from.length() - 30.0).abs() < 1.0);
            prop_assert!((trimmed.to.distance(to) - 20.0).abs() < 1.0);
        }

        #[test]
        fn a_rectangle_that_fits_can_be_pushed_inside(
            x in -900.0..900.0_f64, y in -900.0..900.0_f64, w in 1.0..90.0_f64, h in 1.0..90.0_f64,
        ) {
            let bounds = Rect::sized(200.0, 200.0);
            let moved = Rect::around(point(x, y), w, h).pushed_inside(&bounds);
            prop_assert!(moved.corners().iter().all(|&corner| bounds.grown(1e-9).contains(corner)));
            prop_assert!((moved.width() - 2.0 * w).abs() < 1e-9);
        }
    }

    #[test]
    fn the_nearest_place_on_a_straight_link_is_its_foot() {
        let curve = Curve {
            from: point(0.0, 0.0),
            bend: point(50.0, 0.0),
            to: point(100.0, 0.0),
        };
        let (t, distance) = curve.nearest(point(50.0, 7.0));
        assert!((t - 0.5).abs() < 0.02 && (distance - 7.0).abs() < 0.1);
    }

    #[test]
    fn overlap_is_the_shared_area() {
        let a = Rect::sized(10.0, 10.0);
        assert_eq!(a.overlap(&Rect::around(point(10.0, 10.0), 2.0, 3.0)), 6.0);
        assert_eq!(a.overlap(&Rect::around(point(20.0, 5.0), 2.0, 3.0)), 0.0);
    }
}

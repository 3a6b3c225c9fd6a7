//! From the plane of a scenario (1000 × 600) to the pixels of the stage, and back.
//!
//! The part of the plane in use is stretched over the stage, less a margin for shapes and labels.
//! On a stage taller than wide the plane is transposed: what flows from left to right then flows
//! from top to bottom.

use super::geometry::{Point, Rect, point};
use simulation::scenario::Position;

/// The plane that positions lie in.
pub(crate) const PLANE: Rect = Rect::sized(1000.0, 600.0);

/// The smallest part of the plane that is shown, so that two nodes side by side are not torn apart.
const LEAST: (f64, f64) = (420.0, 250.0);

/// How the plane lies on the stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Viewport {
    /// The stage.
    pub(crate) stage: Rect,
    /// Where nodes' centres may lie.
    pub(crate) inner: Rect,
    /// The part of the plane that is shown there.
    pub(crate) frame: Rect,
    /// Whether the plane's x runs down the stage.
    pub(crate) transposed: bool,
    /// The size of shapes relative to their design, about 0.45..=1.2.
    pub(crate) scale: f64,
    /// Where the sentence stands over the stage, which labels keep clear of; empty where it stands
    /// beside it.
    pub(crate) card: Rect,
}

impl Viewport {
    /// Fits a frame of the plane that holds so many nodes to a stage.
    pub(crate) fn fit(width: f64, height: f64, frame: Rect, nodes: usize) -> Self {
        let (width, height) = (width.max(120.0), height.max(120.0));
        // The design shows twelve nodes on 1010 × 600: a square of 225 pixels for each.
        let room = (width * height / (nodes.max(8) as f64)).sqrt();
        let scale = (room / 222.0).clamp(0.45, 1.2);
        let transposed = height > width;
        let stage = Rect::sized(width, height);
        let side = 84.0 * scale + 8.0;
        let inner = Rect {
            left: side,
            top: 56.0 * scale + 22.0,
            right: width - side,
            bottom: height - (52.0 * scale + if transposed { 42.0 } else { 30.0 }),
        };
        Self {
            stage,
            inner,
            frame,
            transposed,
            scale,
            card: Rect::default(),
        }
    }

    /// With the sentence over it.
    pub(crate) const fn under(mut self, card: Rect) -> Self {
        self.card = card;
        self
    }

    /// The frame for a set of positions: what they need, and what was shown before.
    pub(crate) fn frame_of(
        positions: impl Iterator<Item = Position>,
        before: Option<Rect>,
    ) -> Rect {
        let mut frame = before;
        for position in positions {
            let at = PLANE.clamp(point(position.x, position.y));
            let spot = Rect::around(at, 0.0, 0.0);
            frame = Some(frame.map_or(spot, |frame| frame.union(&spot)));
        }
        let Some(frame) = frame else { return PLANE };
        let centre = frame.centre();
        let least = Rect::around(centre, LEAST.0 / 2.0, LEAST.1 / 2.0).pushed_inside(&PLANE);
        frame.union(&least)
    }

    /// Where a position is on the stage.
    pub(crate) fn to_stage(self, position: Position) -> Point {
        let at = PLANE.clamp(point(position.x, position.y));
        let along = (at.x - self.frame.left) / self.frame.width();
        let across = (at.y - self.frame.top) / self.frame.height();
        let (x, y) = if self.transposed {
            (across, along)
        } else {
            (along, across)
        };
        point(
            self.inner.left + x * self.inner.width(),
            self.inner.top + y * self.inner.height(),
        )
    }

    /// The position at a place on the stage; the nearest one in view for a place in the margin.
    pub(crate) fn to_plane(self, at: Point) -> Position {
        let at = self.inner.clamp(at);
        let x = (at.x - self.inner.left) / self.inner.width().max(1.0);
        let y = (at.y - self.inner.top) / self.inner.height().max(1.0);
        let (along, across) = if self.transposed { (y, x) } else { (x, y) };
        let plane = PLANE.clamp(point(
            self.frame.left + along * self.frame.width(),
            self.frame.top + across * self.frame.height(),
        ));
        Position {
            x: plane.x,
            y: plane.y,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(
            width in 300.0..2000.0_f64, height in 280.0..1300.0_f64,
            x in 0.0..1000.0_f64, y in 0.0..600.0_f64, nodes in 1_usize..60,
        ) {
            let view = Viewport::fit(width, height, PLANE, nodes);
            let there = view.to_stage(Position { x, y });
            let back = view.to_plane(there);
            prop_assert!((back.x - x).abs() < 1e-6 && (back.y - y).abs() < 1e-6);
            prop_assert!(view.stage.contains(there));
        }

        #[test]
        fn a_frame_holds_its_positions(
            places in prop::collection::vec((0.0..1000.0_f64, 0.0..600.0_f64), 1..9),
        ) {
            let frame = Viewport::frame_of(places.iter().map(|&(x, y)| Position { x, y }), None);
            for &(x, y) in &places {
                prop_assert!(frame.contains(point(x, y)));
            }
            prop_assert!(frame.width() >= LEAST.0 - 1e-9 && frame.height() >= LEAST.1 - 1e-9);
        }
    }

    #[test]
    fn a_tall_stage_lets_traffic_flow_down() {
        let view = Viewport::fit(390.0, 420.0, PLANE, 12);
        let (client, server) = (Position { x: 0.0, y: 0.0 }, Position { x: 1000.0, y: 0.0 });
        assert!(view.to_stage(client).y < view.to_stage(server).y);
        assert_eq!(view.to_stage(client).x, view.to_stage(server).x);
    }
}

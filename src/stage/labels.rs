//! On which of its sides a node has its label.
//!
//! Each label has four sides to choose from. It takes the cheapest, where covering a shape, another
//! label or the edge costs much and crossing a link a little; ties go to the side asked for first.
//! A label that finds no room gives up its details, then shows its name at the least bad side.

use super::figures::Kind;
use super::geometry::{Point, Rect, point};
use super::text::{Line, Measure, Type};
/// Where a label stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) lines: Vec<Line>,
    pub(crate) area: Rect,
    /// Where its lines are aligned: -1 at its left edge, 0 in the middle, 1 at its right edge.
    pub(crate) align: i8,
}

/// What labels keep clear of.
pub(crate) struct Ground<'a> {
    /// Where labels may be.
    pub(crate) bounds: Rect,
    /// The shapes.
    pub(crate) shapes: &'a [Rect],
    /// Points along the links.
    pub(crate) links: &'a [Point],
    /// Labels that stand already.
    pub(crate) labels: Vec<Rect>,
}

/// What a label that touches another costs, however little they share.
const TOUCHED: f64 = 40.0;

impl Ground<'_> {
    pub(crate) fn cost(&self, area: Rect, own: usize) -> f64 {
        let padded = area.grown(1.0);
        let outside = area.width() * area.height() - area.overlap(&self.bounds);
        let mut cost = outside * 8.0;
        for (index, shape) in self.shapes.iter().enumerate() {
            let shared = padded.overlap(shape);
            if index == own {
                cost += shared;
            } else if shared > 0.0 {
                // The corner of the box around a round shape is empty.
                cost += shared * 4.0 + TOUCHED * (shared / 40.0).min(1.0);
            }
        }
        for label in &self.labels {
            let shared = padded.overlap(label);
            // Even a sliver is worse than another side.
            cost += shared * 6.0 + if shared > 0.0 { TOUCHED } else { 0.0 };
        }
        let crossed = self.links.iter().filter(|&&at| area.contains(at)).count();
        cost + crossed as f64 * 9.0
    }
}

/// The sides of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Right,
    Left,
    Above,
}

impl Side {
    /// The side that a kind's label asks for first: where the fewest links are.
    pub(crate) const fn of(kind: Kind, flows_down: bool) -> Self {
        match (kind, flows_down) {
            (Kind::Lan, true) => Self::Above,
            (Kind::Router | Kind::Isp | Kind::Balancer, true) => Self::Right,
            _ => Self::Below,
        }
    }
}

/// Finds room for a label beside a shape, and marks it taken.
pub(crate) fn settle(
    ground: &mut Ground<'_>,
    own: usize,
    first: Side,
    lines: Vec<Line>,
    ty: Type,
    measure: &dyn Measure,
) -> Label {
    let urgent: Vec<Line> = lines.iter().filter(|line| line.urgent).cloned().collect();
    let name: Vec<Line> = lines.iter().take(1).cloned().collect();
    let tries = if ty.details {
        vec![lines, urgent, name]
    } else {
        vec![urgent, name]
    };
    let mut best: Option<(f64, Label)> = None;
    for lines in tries {
        let (cost, label) = cheapest(ground, own, first, lines, ty, measure);
        // What covers nothing is taken at once: crossing a link or two is no reason to say less.
        let good = cost < 80.0;
        if best.as_ref().is_none_or(|(least, _)| cost + 40.0 < *least) {
            best = Some((cost, label));
        }
        if good {
            break;
        }
    }
    let label = best.map_or_else(
        || Label {
            lines: Vec::new(),
            area: Rect::default(),
            align: 0,
        },
        |(_, label)| label,
    );
    ground.labels.push(label.area);
    label
}

fn cheapest(
    ground: &Ground<'_>,
    own: usize,
    first: Side,
    lines: Vec<Line>,
    ty: Type,
    measure: &dyn Measure,
) -> (f64, Label) {
    let width = lines
        .iter()
        .map(|line| {
            let size = ty.size(line.tone);
            let now = measure.width(&line.text, size, line.tone.bold());
            let most = line
                .widest
                .map_or(0.0, |text| measure.width(text, size, line.tone.bold()));
            now.max(most)
        })
        .fold(0.0, f64::max)
        + 2.0;
    let height: f64 = lines.iter().map(|line| ty.line(line.tone)).sum();
    let shape = ground.shapes[own];
    let centre = shape.centre();
    let gap = 4.0;
    let below = Rect::around(
        point(centre.x, shape.bottom + gap + height / 2.0),
        width / 2.0,
        height / 2.0,
    );
    let above = Rect::around(
        point(centre.x, shape.top - gap - height / 2.0),
        width / 2.0,
        height / 2.0,
    );
    let right = Rect::around(
        point(shape.right + gap + 2.0 + width / 2.0, centre.y),
        width / 2.0,
        height / 2.0,
    );
    let left = Rect::around(
        point(shape.left - gap - 2.0 - width / 2.0, centre.y),
        width / 2.0,
        height / 2.0,
    );
    // Beside a link that leaves the shape there, a label steps aside rather than to another side.
    let aside = |area: Rect, by: f64| Rect {
        left: area.left + by,
        right: area.right + by,
        ..area
    };
    let step = width * 0.36;
    // Where a link arrives at its side it stands on the link or hangs from it.
    let on = |area: Rect, by: f64| Rect {
        top: area.top + by,
        bottom: area.bottom + by,
        ..area
    };
    let rise = height / 2.0 + 3.0;
    let sides = [
        (Side::Below, below, 0, 0.0),
        (Side::Below, aside(below, -step), 0, 11.0),
        (Side::Below, aside(below, step), 0, 11.0),
        (Side::Right, right, -1, 0.0),
        (Side::Left, left, 1, 2.0),
        (Side::Right, on(right, -rise), -1, 9.0),
        (Side::Right, on(right, rise), -1, 9.0),
        (Side::Left, on(left, -rise), 1, 9.0),
        (Side::Left, on(left, rise), 1, 9.0),
        (Side::Above, above, 0, 4.0),
        (Side::Above, aside(above, -step), 0, 15.0),
        (Side::Above, aside(above, step), 0, 15.0),
    ];
    let mut best = (f64::INFINITY, below, 0_i8);
    for (side, area, align, dislike) in sides {
        let dislike = dislike + if side == first { 0.0 } else { 14.0 };
        // Near an edge a label moves along its side rather than to another one.
        let area = area.pushed_inside(&ground.bounds);
        let cost = ground.cost(area, own) + dislike;
        if cost < best.0 {
            best = (cost, area, align);
        }
    }
    (
        best.0,
        Label {
            lines,
            area: best.1,
            align: best.2,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::text::{Estimate, Tone};
    use super::*;

    fn name(text: &str) -> Vec<Line> {
        vec![Line {
            text: text.to_owned(),
            tone: Tone::Name,
            widest: None,
            urgent: true,
        }]
    }

    /// The label of the first shape on a stage so large.
    fn label(
        shapes: &[Rect],
        links: &[Point],
        (width, height): (f64, f64),
        lines: Vec<Line>,
    ) -> Label {
        let mut ground = Ground {
            bounds: Rect::sized(width, height),
            shapes,
            links,
            labels: vec![],
        };
        settle(&mut ground, 0, Side::Below, lines, Type::at(1.0), &Estimate)
    }

    fn square(x: f64, y: f64, half: f64) -> Rect {
        Rect::around(point(x, y), half, half)
    }

    #[test]
    fn a_label_goes_below_when_there_is_room() {
        let shapes = [square(100.0, 100.0, 20.0)];
        let label = label(&shapes, &[], (200.0, 200.0), name("server-1"));
        assert!(label.area.top > 120.0);
        assert_eq!(label.align, 0);
    }

    #[test]
    fn a_label_goes_beside_when_another_shape_is_below() {
        let shapes = [100.0, 140.0].map(|y| square(100.0, y, 20.0));
        let label = label(&shapes, &[], (300.0, 300.0), name("server-1"));
        assert_eq!(label.area.overlap(&shapes[1]), 0.0);
        assert_eq!(label.align, -1);
    }

    #[test]
    fn a_label_is_not_struck_through_by_the_link_at_its_side() {
        let shapes = [100.0, 150.0, 50.0].map(|y| square(200.0, y, 20.0));
        let link: Vec<Point> = (0..23)
            .map(|step| point(f64::from(step) * 8.0, 100.0))
            .collect();
        // No room at the right.
        let area = label(&shapes, &link, (225.0, 200.0), name("server-1")).area;
        assert!(area.right < 180.0, "{area:?}");
        assert!(area.bottom < 100.0 || area.top > 100.0, "{area:?}");
    }

    #[test]
    fn a_label_is_never_cut_off_at_the_edge() {
        let shapes = [square(12.0, 100.0, 10.0)];
        let label = label(&shapes, &[], (200.0, 200.0), name("a-long-name-indeed"));
        assert!(label.area.left >= 0.0 && label.area.right <= 200.0);
    }

    #[test]
    fn numbers_that_grow_do_not_move_a_label() {
        let shapes = [square(100.0, 100.0, 20.0)];
        let place = |text: &str| {
            let line = Line {
                text: text.to_owned(),
                tone: Tone::Detail,
                widest: Some("00 queued · 100 %"),
                urgent: true,
            };
            label(&shapes, &[], (400.0, 400.0), vec![line]).area
        };
        assert_eq!(place("0 queued · 3 %"), place("12 queued · 97 %"));
    }
}

//! The cluster: a soft outline around all servers, and what is written over it.

use super::figures::{Figure, Kind};
use super::geometry::{Point, Rect, point};
use super::hull::{Outline, circle};
use super::labels::{Ground, Label};
use super::text::{Line, Measure, Tone, Type};

/// The cluster: an outline around all servers, and what is written over it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) outline: Outline,
    pub(crate) label: Label,
}

/// Puts an outline around the servers, and its label where it covers least.
#[expect(
    clippy::too_many_arguments,
    reason = "each is one thing of the picture, and they go together nowhere else"
)]
pub(crate) fn cluster(
    nodes: &[Figure],
    places: &[Point],
    halves: &[Point],
    labels: &[Option<Label>],
    ground: &mut Ground<'_>,
    service: &str,
    (servers, up): (usize, usize),
    ty: Type,
    measure: &dyn Measure,
) -> Option<Cluster> {
    let mut points = Vec::new();
    let mut top = f64::INFINITY;
    for (index, _) in nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.kind == Kind::Server)
    {
        let room = halves[index].x * 0.6 + 8.0;
        points.extend(circle(places[index], halves[index].x + room));
        top = top.min(places[index].y - halves[index].y);
        if let Some(label) = &labels[index] {
            points.extend(label.area.grown(5.0).corners());
        }
    }
    let outline = Outline::around(&points, &ground.bounds.grown(2.0))?;
    let what = if servers == 1 { "server" } else { "servers" };
    let long = format!("{service} — {servers} {what}, {up} up");
    let short = format!("{up} of {servers} up");
    let extent = outline.extent();
    let height = ty.line(Tone::Name);
    let choices = [long, short];
    let mut best: Option<(f64, Label)> = None;
    for (rank, text) in choices.into_iter().enumerate() {
        let width = measure.width(&text, ty.name, true) + 4.0;
        let middle = extent.centre().x;
        // Over the outline, inside of its top, or under it.
        let (over, under) = (
            extent.top - height / 2.0 - 3.0,
            extent.bottom + height / 2.0 + 3.0,
        );
        let far = (extent.width() - width) / 2.0;
        for (place, aside, y) in [
            (0.0, 0.0, over),
            (12.0, 0.0, (extent.top + top) / 2.0),
            (16.0, 0.0, under),
            (24.0, far, over),
            (24.0, -far, over),
            (26.0, far, under),
            (26.0, -far, under),
        ] {
            let area = Rect::around(point(middle + aside, y), width / 2.0, height / 2.0)
                .pushed_inside(&ground.bounds);
            let cost = ground.cost(area, usize::MAX) + place + 120.0 * rank as f64;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                let line = Line {
                    text: text.clone(),
                    tone: Tone::Name,
                    widest: None,
                    urgent: true,
                };
                best = Some((
                    cost,
                    Label {
                        lines: vec![line],
                        area,
                        align: 0,
                    },
                ));
            }
        }
    }
    let (_, label) = best?;
    ground.labels.push(label.area);
    Some(Cluster { outline, label })
}

//! Where everything is: the figures laid out on a stage of a size.
//!
//! A scene is a pure function of a snapshot, a viewport and the fonts. The SVG, the canvas and the
//! hit test all read the same one, so that what is seen is what is hit.

use super::figures::{Body, Figure, Kind, LinkFigure, Snapshot};
use super::geometry::{Curve, Point, Rect, point};
use super::hull::{Outline, circle};
use super::labels::{Ground, Label, Line, Measure, Side, Tone, Type, lines, settle};
use super::routes;
use super::viewport::Viewport;
use simulation::{LinkId, NodeId};

/// The most screens that are drawn on a LAN.
const MOST_SCREENS: usize = 12;

/// A node in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) figure: Figure,
    pub(crate) at: Point,
    /// Half its width and half its height.
    pub(crate) half: Point,
    pub(crate) label: Label,
    /// Of a LAN: where its screens are, from its centre, and where how many more there are.
    pub(crate) screens: Vec<Point>,
    pub(crate) beyond: Option<Point>,
}

/// A link in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wire {
    pub(crate) figure: LinkFigure,
    /// From the border of its `a` to the border of its `b`.
    pub(crate) curve: Curve,
    /// The nodes at its ends, as indices of [`Scene::nodes`].
    pub(crate) ends: [usize; 2],
}

/// The cluster: an outline around all servers, and what is written over it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) outline: Outline,
    pub(crate) label: Label,
}

/// Everything in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    pub(crate) view: Viewport,
    pub(crate) ty: Type,
    pub(crate) nodes: Vec<Placed>,
    /// In order of their ids.
    pub(crate) wires: Vec<Wire>,
    pub(crate) cluster: Option<Cluster>,
}

/// Half the width and half the height of a kind's shape.
pub(crate) fn half_size(kind: Kind, clients: usize, scale: f64) -> Point {
    let (x, y) = match kind {
        Kind::Lan => {
            let (columns, rows) = grid(clients.min(most_screens(scale)));
            let more = if clients > MOST_SCREENS && most_screens(scale) == MOST_SCREENS {
                5.0
            } else {
                0.0
            };
            (
                26.0 + 0.5 * pitch(scale) * columns as f64 - columns as f64,
                22.0 + 10.5 * rows as f64 + more,
            )
        }
        Kind::Router => (19.0, 19.0),
        Kind::Isp => (27.0, 27.0),
        Kind::Balancer => (28.0, 31.0),
        Kind::Server => (27.0, 27.0),
    };
    // Small shapes keep what makes them legible.
    let scale = if kind == Kind::Lan {
        scale
    } else {
        scale.max(0.52)
    };
    point(x * scale, y * scale)
}

fn most_screens(scale: f64) -> usize {
    if scale < 0.72 { 6 } else { MOST_SCREENS }
}

/// From one screen of a LAN to the next.
fn pitch(scale: f64) -> f64 {
    if scale < 0.72 { 34.0 } else { 29.0 }
}

/// Columns and rows of a LAN's screens.
fn grid(screens: usize) -> (usize, usize) {
    match screens {
        0..=3 => (screens.max(1), 1),
        4..=6 => (screens.div_ceil(2), 2),
        7..=8 => (4, 2),
        9 => (3, 3),
        _ => (4, 3),
    }
}

/// Where a LAN's screens are, from its centre: rows from the top, the shorter ones centred. With
/// them, where the number of clients beyond is written.
pub(crate) fn screens(clients: u32, scale: f64) -> (Vec<Point>, Option<Point>) {
    let (clients, most) = (clients as usize, most_screens(scale));
    let shown = clients.min(most).max(1);
    // Where many are drawn, the number stands under them; where few are, in place of the last.
    let under = clients > most && most == MOST_SCREENS;
    let lift = if under { -7.0 * scale } else { 0.0 };
    let (_, rows) = grid(shown);
    let mut places = Vec::with_capacity(shown);
    for row in 0..rows {
        // The first rows take what does not divide evenly.
        let count = shown / rows + usize::from(row < shown % rows);
        for column in 0..count {
            places.push(point(
                (column as f64 - (count as f64 - 1.0) / 2.0) * pitch(scale) * scale,
                (row as f64 - (rows as f64 - 1.0) / 2.0) * 23.0 * scale + lift,
            ));
        }
    }
    let beyond = if under {
        Some(point(
            0.0,
            (rows as f64 - 1.0) * 11.5 * scale + lift + 20.0 * scale,
        ))
    } else if clients > most {
        places.pop()
    } else {
        None
    };
    (places, beyond)
}

impl Scene {
    /// Lays a snapshot out. A dragged node is drawn where the hand holds it.
    pub(crate) fn lay_out(
        snapshot: Snapshot,
        view: Viewport,
        dragged: Option<(NodeId, Point)>,
        measure: &dyn Measure,
    ) -> Self {
        let ty = Type::at(view.scale);
        let counts = snapshot.servers();
        let Snapshot {
            service,
            nodes,
            links,
        } = snapshot;
        let places: Vec<Point> = nodes
            .iter()
            .map(|node| match dragged {
                Some((id, at)) if id == node.id => view.inner.clamp(at),
                _ => view.to_stage(node.position),
            })
            .collect();
        let halves: Vec<Point> = nodes
            .iter()
            .map(|node| half_size(node.kind, clients(node), view.scale))
            .collect();
        let shapes: Vec<Rect> = places
            .iter()
            .zip(&halves)
            .map(|(&at, half)| Rect::around(at, half.x, half.y))
            .collect();
        let wires = wires(&nodes, &links, &places, &halves, &view);
        let on_links: Vec<Point> = wires
            .iter()
            .flat_map(|wire| (1..16).map(|step| wire.curve.at(f64::from(step) / 16.0)))
            .collect();

        let mut ground = Ground {
            bounds: view.stage.grown(-4.0),
            shapes: &shapes,
            links: &on_links,
            labels: Vec::new(),
        };
        // The label of the cluster stands above everything in it, so it is placed when the labels
        // of the servers are, and before those that can go elsewhere.
        let mut labels: Vec<Option<Label>> = vec![None; nodes.len()];
        let settle_kind =
            |ground: &mut Ground<'_>, labels: &mut Vec<Option<Label>>, server: bool| {
                for (index, node) in nodes.iter().enumerate() {
                    if (node.kind == Kind::Server) == server {
                        labels[index] = Some({
                            let side = Side::of(node.kind, view.transposed);
                            settle(ground, index, side, lines(node), ty, measure)
                        });
                    }
                }
            };
        settle_kind(&mut ground, &mut labels, true);
        let cluster = cluster(
            &nodes,
            &places,
            &halves,
            &labels,
            &mut ground,
            &service,
            counts,
            ty,
            measure,
        );
        settle_kind(&mut ground, &mut labels, false);

        let nodes = nodes
            .into_iter()
            .enumerate()
            .map(|(index, figure)| {
                let (screens, beyond) = match figure.body {
                    Body::Lan { clients, .. } => screens(clients, view.scale),
                    _ => (Vec::new(), None),
                };
                Placed {
                    at: places[index],
                    half: halves[index],
                    screens,
                    beyond,
                    label: labels[index].take().unwrap_or(Label {
                        lines: Vec::new(),
                        area: Rect::default(),
                        align: 0,
                    }),
                    figure,
                }
            })
            .collect();
        Self {
            view,
            ty,
            nodes,
            wires,
            cluster,
        }
    }

    /// A node by its id.
    pub(crate) fn node(&self, id: NodeId) -> Option<&Placed> {
        self.nodes.iter().find(|node| node.figure.id == id)
    }

    /// A link by its id.
    pub(crate) fn wire(&self, id: LinkId) -> Option<&Wire> {
        let index = self
            .wires
            .binary_search_by_key(&id, |wire| wire.figure.id)
            .ok()?;
        self.wires.get(index)
    }
}

fn clients(figure: &Figure) -> usize {
    match figure.body {
        Body::Lan { clients, .. } => clients as usize,
        _ => 0,
    }
}

fn wires(
    nodes: &[Figure],
    links: &[LinkFigure],
    places: &[Point],
    halves: &[Point],
    view: &Viewport,
) -> Vec<Wire> {
    let index_of = |id: NodeId| nodes.iter().position(|node| node.id == id);
    let ends: Vec<Option<[usize; 2]>> = links
        .iter()
        .map(|link| Some([index_of(link.a)?, index_of(link.b)?]))
        .collect();
    links
        .iter()
        .zip(ends)
        .filter_map(|(&figure, ends)| {
            let ends = ends?;
            let whole = routes::curve(ends, places, halves, view);
            // Links end a little inside of shapes that are not ellipses.
            let reach = |end: usize| {
                let share = match nodes[end].kind {
                    Kind::Router | Kind::Isp => 0.86,
                    Kind::Lan => 0.98,
                    _ => 1.0,
                };
                halves[end] * share
            };
            let curve = whole.outside(reach(ends[0]), reach(ends[1]));
            Some(Wire {
                figure,
                curve,
                ends,
            })
        })
        .collect()
}

#[allow(clippy::too_many_arguments)]
fn cluster(
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
            points.extend(label.area.grown(2.0).corners());
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
        for (place, y) in [
            (0.0, extent.top - height / 2.0 - 3.0),
            (6.0, (extent.top + top) / 2.0),
            (30.0, extent.bottom + height / 2.0 + 3.0),
        ] {
            let area = Rect::around(point(middle, y), width / 2.0, height / 2.0)
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

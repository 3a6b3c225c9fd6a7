//! Where everything is: the figures laid out on a stage of a size.
//!
//! A scene is a pure function of a snapshot, a viewport and the fonts. The SVG, the canvas and the
//! hit test all read the same one, so that what is seen is what is hit.

use super::cluster::{Cluster, cluster};
use super::figures::{Body, Figure, Kind, LinkFigure, Snapshot};
use super::geometry::{Curve, Point, Rect};
use super::labels::{Ground, Label, Side, settle};
use super::routes;
use super::sizes::{half_size, screens};
use super::text::{Measure, Type, lines};
use super::viewport::Viewport;
use simulation::{LinkId, NodeId};
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
            labels: vec![view.card],
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

#[cfg(test)]
mod tests {
    use super::super::geometry::point;
    use super::super::text::Estimate;
    use super::*;
    use simulation::action::{Action, Death};
    use simulation::placement::{self, Part};
    use simulation::scenario::Position;
    use simulation::time::MILLISECOND;
    use simulation::{World, presets};

    /// The stage at the sizes of the design, as the page leaves room for it.
    const SIZES: [(f64, f64); 8] = [
        (390.0, 380.0),
        (390.0, 430.0),
        (820.0, 560.0),
        (900.0, 480.0),
        (860.0, 360.0),
        (1400.0, 720.0),
        (640.0, 340.0),
        (320.0, 330.0),
    ];

    fn laid_out(world: &World, (width, height): (f64, f64)) -> Scene {
        let snapshot = Snapshot::of(world, world.scenario().service);
        let frame = Viewport::frame_of(snapshot.nodes.iter().map(|node| node.position), None);
        let view = Viewport::fit(width, height, frame, snapshot.nodes.len());
        Scene::lay_out(snapshot, view.under(card(width)), None, &Estimate)
    }

    /// The sentence over a stage of this width, as the style sheet places it.
    fn card(width: f64) -> Rect {
        if width < 768.0 {
            return Rect::default();
        }
        let half = (width * 0.18).min(152.0);
        Rect::around(point(width / 2.0, 85.0), half, 73.0)
    }

    fn assert_clear(scene: &Scene, what: &str) {
        let mut labels: Vec<(&str, Rect)> = scene
            .nodes
            .iter()
            .map(|node| (node.figure.name.as_str(), node.label.area))
            .collect();
        if let Some(cluster) = &scene.cluster {
            labels.push(("cluster", cluster.label.area));
        }
        for (index, (name, area)) in labels.iter().enumerate() {
            let covered = area.overlap(&scene.view.card);
            assert!(
                covered == 0.0,
                "{what}: the sentence covers {covered} of the label of {name}"
            );
            assert!(
                area.left >= 0.0
                    && area.top >= 0.0
                    && area.right <= scene.view.stage.right
                    && area.bottom <= scene.view.stage.bottom,
                "{what}: the label of {name} is cut off: {area:?}"
            );
            for (other, second) in &labels[index + 1..] {
                let shared = area.overlap(second);
                assert!(
                    shared == 0.0,
                    "{what}: the labels of {name} and {other} overlap by {shared}"
                );
            }
            for node in scene.nodes.iter().filter(|node| node.figure.name != *name) {
                let shape = Rect::around(node.at, node.half.x, node.half.y);
                let shared = area.overlap(&shape);
                // A corner of the box around a round shape is empty.
                assert!(
                    shared < 0.06 * area.width() * area.height(),
                    "{what}: the label of {name} covers {}",
                    node.figure.name
                );
            }
        }
        for (index, one) in scene.nodes.iter().enumerate() {
            let shape = Rect::around(one.at, one.half.x, one.half.y);
            assert!(scene.view.stage.contains(point(shape.left, shape.top)));
            assert!(scene.view.stage.contains(point(shape.right, shape.bottom)));
            for two in &scene.nodes[index + 1..] {
                let (x, y) = (one.half.x + two.half.x, one.half.y + two.half.y);
                let way = one.at - two.at;
                let apart = (way.x / x) * (way.x / x) + (way.y / y) * (way.y / y);
                assert!(
                    apart >= 0.98,
                    "{what}: {} touches {}",
                    one.figure.name,
                    two.figure.name
                );
            }
        }
    }

    #[test]
    fn nothing_overlaps_and_nothing_is_cut_off_in_any_preset_at_any_size() {
        for scenario in presets::all() {
            let mut world = World::new(&scenario).unwrap();
            world.advance(300 * MILLISECOND);
            for size in SIZES {
                assert_clear(
                    &laid_out(&world, size),
                    &format!("{} at {size:?}", scenario.slug),
                );
            }
        }
    }

    #[test]
    fn nothing_overlaps_when_servers_die_slow_down_and_drain() {
        let mut world = World::new(&presets::find("five-servers").unwrap()).unwrap();
        world.advance(300 * MILLISECOND);
        for action in [
            Action::Kill("server-2".to_owned(), Death::Silence),
            Action::SetSpeed("server-3".to_owned(), 0.2),
            Action::Drain("server-4".to_owned(), true),
        ] {
            world.apply(&action).unwrap();
        }
        world.advance(1900 * MILLISECOND);
        for size in SIZES {
            assert_clear(&laid_out(&world, size), &format!("{size:?}"));
        }
    }

    #[test]
    fn a_new_server_is_within_the_clusters_outline_and_count() {
        let mut world = World::new(&presets::find("five-servers").unwrap()).unwrap();
        let add = placement::add(&world, Part::Server, Position { x: 700.0, y: 420.0 });
        world.apply(&add).unwrap();
        let scene = laid_out(&world, (900.0, 480.0));
        let cluster = scene.cluster.as_ref().unwrap();
        assert!(cluster.label.lines[0].text.ends_with("6 servers, 6 up"));
        let newest = scene
            .nodes
            .iter()
            .find(|node| node.figure.name == "server-6")
            .unwrap();
        assert!(cluster.outline.extent().contains(newest.at));
    }
}

//! What is under a pointer.

use super::geometry::Point;
use super::scene::{Placed, Scene};
use simulation::{LinkId, NodeId};

/// The least half width of what can be hit, for fingers.
const FINGER: f64 = 22.0;
/// How near to a link a click means it.
const LINK_REACH: f64 = 10.0;

/// Whether a point is on the shape of a node.
pub(crate) fn on_shape(node: &Placed, at: Point) -> bool {
    relative(node, at, 0.0) <= 1.0
}

/// The node at a point: the one whose shape, made large enough for a finger, holds it most deeply.
pub(crate) fn node_at(scene: &Scene, at: Point) -> Option<NodeId> {
    scene
        .nodes
        .iter()
        .map(|node| (relative(node, at, FINGER), node.figure.id))
        .filter(|(depth, _)| *depth <= 1.0)
        .min_by(|one, two| one.0.total_cmp(&two.0))
        .map(|(_, id)| id)
}

/// The link at a point.
pub(crate) fn link_at(scene: &Scene, at: Point) -> Option<LinkId> {
    scene
        .wires
        .iter()
        .map(|wire| (wire.curve.nearest(at).1, wire.figure.id))
        .filter(|(distance, _)| *distance <= LINK_REACH)
        .min_by(|one, two| one.0.total_cmp(&two.0))
        .map(|(_, id)| id)
}

fn relative(node: &Placed, at: Point, least: f64) -> f64 {
    let way = at - node.at;
    let (x, y) = (
        way.x / node.half.x.max(least),
        way.y / node.half.y.max(least),
    );
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Body, Figure, Kind, LinkFigure, Snapshot};
    use super::super::geometry::point;
    use super::super::text::Estimate;
    use super::super::viewport::{PLANE, Viewport};
    use super::*;
    use simulation::scenario::Position;
    use simulation::view::LinkState;

    #[test]
    fn nodes_links_and_nothing_are_told_apart() {
        let node = |id, x| Figure {
            id: NodeId(id),
            name: String::new(),
            kind: Kind::Router,
            position: Position { x, y: 300.0 },
            dead: None,
            body: Body::Plain,
        };
        let link = LinkFigure {
            id: LinkId(5),
            a: NodeId(1),
            b: NodeId(2),
            state: LinkState::Up,
            traffic: [0, 0],
        };
        let snapshot = Snapshot {
            service: String::new(),
            nodes: vec![node(1, 100.0), node(2, 900.0)],
            links: vec![link],
        };
        let scene = Scene::lay_out(
            snapshot,
            Viewport::fit(1010.0, 600.0, PLANE, 2),
            None,
            &Estimate,
        );
        let (one, two) = (scene.nodes[0].at, scene.nodes[1].at);
        assert_eq!(node_at(&scene, one + point(20.0, 0.0)), Some(NodeId(1)));
        let middle = one.toward(two, 0.5);
        assert_eq!(node_at(&scene, middle), None);
        assert_eq!(link_at(&scene, middle + point(0.0, 8.0)), Some(LinkId(5)));
        assert_eq!(link_at(&scene, middle + point(0.0, 80.0)), None);
    }
}

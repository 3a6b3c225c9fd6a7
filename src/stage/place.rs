//! Putting a part on the stage: where it has room, what it is linked to.

use super::core::{Core, Target};
use super::figures::Kind;
use super::geometry::{Point, Rect, point};
use super::scene::Placed;
use super::spot::free_spot;
use crate::lab::{Selection, Tool};
use simulation::NodeId;
use simulation::action::Action;
use simulation::placement::{self, Part};
use simulation::scenario::NodeSpec;

impl Core {
    /// The nearest place to a point on the stage at which a shape has room: with its label and
    /// outside of other things' ground where no hand chose the place, as long as there is such a
    /// place; else beside the other shapes; on a full stage, closer and closer to them.
    pub(crate) fn room(&self, wish: Point, kind: Kind, but: Option<NodeId>, label: bool) -> Point {
        let scene = self.scene();
        let half = super::sizes::half_size(kind, 5, scene.view.scale);
        let others = || {
            scene
                .nodes
                .iter()
                .filter(|node| Some(node.figure.id) != but)
        };
        let bounds = &scene.view.inner;
        if label {
            let labelled = others().map(|node| shape(node, 3.0).union(&node.label.area));
            let mut taken: Vec<Rect> = labelled.collect();
            if kind != Kind::Server {
                // The cluster is for servers.
                taken.extend(
                    scene
                        .cluster
                        .as_ref()
                        .map(|cluster| cluster.outline.extent()),
                );
            }
            if let Some(spot) = free_spot(wish, half + point(8.0, 22.0), &taken, bounds) {
                return spot;
            }
        }
        let taken: Vec<Rect> = others().map(|node| shape(node, 3.0)).collect();
        [1.0, 0.75, 0.5, 0.25]
            .into_iter()
            .find_map(|share| free_spot(wish, half * share, &taken, bounds))
            .unwrap_or(wish)
    }

    /// Puts a part on the stage, at the nearest free place, and selects it.
    pub(crate) fn place(&self, part: Part, wish: Point, label: bool) {
        let at = self.room(wish, super::part_kind(part), None, label);
        let position = self.scene().view.to_plane(at);
        let action = self.lab.read(|world| placement::add(world, part, position));
        let added = added(&action).map(|node| node.name.clone());
        self.lab.set_tool(Tool::Select);
        if !self.lab.act(action) {
            return;
        }
        let id = added.and_then(|name| {
            self.lab
                .read(|world| world.node_named(&name).map(|node| node.id))
        });
        if let Some(id) = id {
            self.lab.select(Selection::Node(id));
            let mut state = self.state.borrow_mut();
            state.focus_on(Some(Target::Node(id)));
        }
        self.touch();
    }

    /// Puts a part near others of its kind.
    pub(crate) fn place_near_similar(&self, part: Part) {
        let scene = self.scene();
        let kind = super::part_kind(part);
        let similar: Vec<Point> = scene
            .nodes
            .iter()
            .filter(|node| node.figure.kind == kind)
            .map(|node| node.at)
            .collect();
        // The last of a kind in reading order: the next one continues the column.
        let wish = similar
            .last()
            .copied()
            .unwrap_or_else(|| scene.view.inner.centre());
        self.place(part, wish, true);
        let mut state = self.state.borrow_mut();
        state.focus_next = state.focus;
    }

    /// Where a part would land and what it would be linked to.
    pub(crate) fn landing(&self, part: Part, wish: Point) -> (Point, Vec<Point>) {
        let at = self.room(wish, super::part_kind(part), None, false);
        let scene = self.scene();
        let position = scene.view.to_plane(at);
        let action = self.lab.read(|world| placement::add(world, part, position));
        let mut names = Vec::new();
        neighbours(&action, &mut names);
        let places = scene
            .nodes
            .iter()
            .filter(|node| names.contains(&node.figure.name))
            .map(|node| node.at)
            .collect();
        (at, places)
    }
}

/// The area of a node's shape, and so much around it.
fn shape(node: &Placed, around: f64) -> Rect {
    Rect::around(node.at, node.half.x + around, node.half.y + around)
}

/// The node that an action adds.
fn added(action: &Action) -> Option<&NodeSpec> {
    match action {
        Action::AddNode { node, .. } => Some(node),
        Action::All(actions) => actions.iter().find_map(added),
        _ => None,
    }
}

/// The ends of the links that an action adds.
fn neighbours(action: &Action, names: &mut Vec<String>) {
    match action {
        Action::AddNode { links, .. } => {
            for link in links {
                names.extend([link.a.clone(), link.b.clone()]);
            }
        }
        Action::Connect(link) => names.extend([link.a.clone(), link.b.clone()]),
        Action::All(actions) => actions.iter().for_each(|action| neighbours(action, names)),
        _ => {}
    }
}

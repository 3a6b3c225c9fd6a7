//! The keyboard on the stage. Single letters act only here, while the stage has the focus.

use super::core::{Core, Target};
use super::geometry::{Point, point};
use super::spot;
use crate::lab::{Selection, Tool};
use simulation::action::{Action, Death, Ends};
use simulation::view::LinkState;
use simulation::{LinkId, NodeId};
use web_sys::KeyboardEvent;

/// How far an arrow key moves a node, and how far with Shift.
const STEP: (f64, f64) = (12.0, 48.0);

/// The keys of the stage and what they do, for the help.
pub(crate) const KEYS: [(&str, &str); 13] = [
    ("Arrow keys", "go to the nearest node in that direction"),
    (
        "Enter",
        "select; with a part chosen: place it; while moving: drop",
    ),
    ("K", "kill with a crash"),
    ("Shift + K", "kill silently"),
    ("R", "revive"),
    ("D", "drain, or end draining"),
    ("M", "move with the arrow keys"),
    ("C", "cut or repair the link"),
    ("H", "hold or release the link"),
    ("Delete", "remove"),
    ("P", "play or pause"),
    (".", "step to the next event"),
    ("?", "this help"),
];

impl Core {
    /// Handles a key, and tells whether it meant something.
    pub(crate) fn key(&self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let key = event.key();
        let by_keys = self.state.borrow().by_keys;
        if by_keys {
            return self.key_while_moving(&key, event.shift_key());
        }
        if let Some(direction) = direction(&key) {
            return self.walk(direction);
        }
        match (key.as_str(), self.lab.tool()) {
            ("Escape", tool) => {
                let idle = tool == Tool::Select && self.lab.selection() == Selection::None;
                self.lab.set_tool(Tool::Select);
                self.lab.select(Selection::None);
                return !idle;
            }
            ("Enter", Tool::Place(part)) => {
                self.place_near_similar(part);
                return true;
            }
            ("p" | "P", _) => {
                self.lab.set_playing(!self.lab.playing());
                return true;
            }
            (".", _) => {
                self.lab.step();
                return true;
            }
            _ => {}
        }
        let focus = self.state.borrow().focus;
        match focus {
            Some(Target::Node(id)) => self.node_key(&key, event.shift_key(), id),
            Some(Target::Link(id)) => self.link_key(&key, id),
            None => false,
        }
    }

    /// A click that came from the keyboard or a screen reader.
    pub(crate) fn activate(&self, target: Target) {
        match (self.lab.tool(), target) {
            (Tool::Place(part), _) => self.place_near_similar(part),
            (Tool::Connect(first), Target::Node(node)) => self.connect(first, Some(node)),
            (_, Target::Node(node)) => self.lab.select(Selection::Node(node)),
            (_, Target::Link(link)) => self.lab.select(Selection::Link(link)),
        }
    }

    fn node_key(&self, key: &str, shift: bool, id: NodeId) -> bool {
        let scene = self.scene();
        let Some(node) = scene.node(id) else {
            return false;
        };
        let name = node.figure.name.clone();
        let action = match key {
            "Delete" | "Backspace" => {
                // The neighbour in reading order takes the focus.
                let index = scene
                    .nodes
                    .iter()
                    .position(|node| node.figure.id == id)
                    .unwrap_or(0);
                let next = scene
                    .nodes
                    .get(index + 1)
                    .or_else(|| scene.nodes.get(index.wrapping_sub(1)));
                let mut state = self.state.borrow_mut();
                state.focus_on(next.map(|node| Target::Node(node.figure.id)));
                state.focus_next = state.focus;
                Action::RemoveNode(name)
            }
            "k" | "K" => {
                let death = if shift { Death::Silence } else { Death::Crash };
                Action::Kill(name, death)
            }
            "r" | "R" => Action::Revive(name),
            "d" | "D" => {
                let draining = matches!(
                    node.figure.body,
                    super::figures::Body::Server(server) if server.draining
                );
                Action::Drain(name, !draining)
            }
            "m" | "M" => {
                let mut state = self.state.borrow_mut();
                state.by_keys = true;
                state.held = Some((id, node.at));
                state.spoken =
                    format!("Moving {name}. Arrow keys move it, Enter drops it, Escape cancels.");
                drop(state);
                self.touch();
                return true;
            }
            _ => return false,
        };
        self.lab.act(action);
        self.touch();
        true
    }

    fn link_key(&self, key: &str, id: LinkId) -> bool {
        let scene = self.scene();
        let Some(wire) = scene.wire(id) else {
            return false;
        };
        let [a, b] = wire.ends.map(|end| scene.nodes[end].figure.name.clone());
        let ends = Ends(a, b);
        let action = match (key, wire.figure.state) {
            ("c" | "C", LinkState::Cut) => Action::Repair(ends),
            ("c" | "C", _) => Action::Cut(ends),
            ("h" | "H", LinkState::Held) => Action::Release(ends),
            ("h" | "H", _) => Action::Hold(ends),
            ("Delete" | "Backspace", _) => {
                let first = scene.nodes[wire.ends[0]].figure.id;
                let mut state = self.state.borrow_mut();
                state.focus_on(Some(Target::Node(first)));
                state.focus_next = state.focus;
                Action::Disconnect(ends)
            }
            _ => return false,
        };
        self.lab.act(action);
        self.touch();
        true
    }

    fn key_while_moving(&self, key: &str, far: bool) -> bool {
        if let Some(direction) = direction(key) {
            let held = self.state.borrow().held;
            if let Some((id, at)) = held {
                self.hold(id, at + direction * if far { STEP.1 } else { STEP.0 });
            }
            return true;
        }
        match key {
            "Enter" | " " | "m" | "M" => {
                self.state.borrow_mut().spoken = "Dropped.".to_owned();
                self.drop_held(true);
                true
            }
            "Escape" => {
                self.state.borrow_mut().spoken = "Back where it was.".to_owned();
                self.drop_held(false);
                true
            }
            // Leaving the node ends the move.
            "Tab" => {
                self.drop_held(true);
                false
            }
            _ => true,
        }
    }

    /// Goes to the nearest node, or among links the nearest link, in a direction.
    fn walk(&self, direction: Point) -> bool {
        let scene = self.scene();
        let focus = self.state.borrow().focus;
        let places: Vec<(Target, Point)> = match focus {
            Some(Target::Link(_)) => scene
                .wires
                .iter()
                .map(|wire| (Target::Link(wire.figure.id), wire.curve.at(0.5)))
                .collect(),
            _ => scene
                .nodes
                .iter()
                .map(|node| (Target::Node(node.figure.id), node.at))
                .collect(),
        };
        let from = places
            .iter()
            .find(|(target, _)| Some(*target) == focus)
            .map(|&(_, at)| at);
        let Some(from) = from else {
            let mut state = self.state.borrow_mut();
            state.focus_next = places.first().map(|&(target, _)| target);
            drop(state);
            self.focus_pending();
            self.touch();
            return true;
        };
        let points: Vec<Point> = places.iter().map(|&(_, at)| at).collect();
        if let Some(index) = spot::toward(from, direction, &points) {
            self.state.borrow_mut().focus_next = Some(places[index].0);
            // At once, not after the next render: the key that follows acts where this one went.
            self.focus_pending();
            self.touch();
        }
        true
    }
}

fn direction(key: &str) -> Option<Point> {
    match key {
        "ArrowLeft" => Some(point(-1.0, 0.0)),
        "ArrowRight" => Some(point(1.0, 0.0)),
        "ArrowUp" => Some(point(0.0, -1.0)),
        "ArrowDown" => Some(point(0.0, 1.0)),
        _ => None,
    }
}

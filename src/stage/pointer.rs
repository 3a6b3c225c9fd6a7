//! The pointer on the stage: select, drag, place, link.

use super::core::{Core, Gesture, Ghost, Press};
use super::geometry::{Point, point};
use super::hit;
use super::motion;
use crate::lab::{Selection, Tool};
use simulation::NodeId;
use simulation::action::Action;
use simulation::scenario::{Carriage, LinkSpec};
use web_sys::{Element, PointerEvent};

/// How near to a message a click means it.
const MESSAGE_REACH: f64 = 14.0;
/// The same over a LAN, whose messages crowd.
const CROWDED_REACH: f64 = 7.0;

impl Core {
    /// A point of the page's viewport on the stage.
    pub(crate) fn local(&self, x: f64, y: f64) -> Option<Point> {
        let area = self.root.cast::<Element>()?.get_bounding_client_rect();
        Some(point(x - area.left(), y - area.top()))
    }

    fn local_of(&self, event: &PointerEvent) -> Option<Point> {
        self.local(f64::from(event.client_x()), f64::from(event.client_y()))
    }

    pub(crate) fn pointer_down(&self, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let Some(at) = self.local_of(event) else {
            return;
        };
        let scene = self.scene();
        let node = hit::node_at(&scene, at);
        let on_shape = node
            .and_then(|id| scene.node(id))
            .is_some_and(|node| hit::on_shape(node, at));
        let reach = if on_shape {
            CROWDED_REACH
        } else {
            MESSAGE_REACH
        };
        let call = if self.lab.reduced_motion() {
            None
        } else {
            self.lab
                .read(|world| motion::call_near(&scene, world.messages(), world.now(), at, reach))
        };
        let slack = if event.pointer_type() == "touch" {
            9.0
        } else {
            4.0
        };
        let mut state = self.state.borrow_mut();
        if state.by_keys {
            drop(state);
            self.drop_held(false);
            state = self.state.borrow_mut();
        }
        state.gesture = Gesture::Pressed(Press {
            at,
            node,
            call,
            slack,
        });
        drop(state);
        if node.is_some()
            && let Some(root) = self.root.cast::<Element>()
        {
            // Refused only for a pointer that is gone, and then there is nothing to follow.
            let _ = root.set_pointer_capture(event.pointer_id());
        }
    }

    pub(crate) fn pointer_move(&self, event: &PointerEvent) {
        let Some(at) = self.local_of(event) else {
            return;
        };
        let gesture = self.state.borrow().gesture;
        match gesture {
            Gesture::Idle => self.hover(at, event),
            Gesture::Pressed(press) => {
                if press.at.distance(at) < press.slack {
                    return;
                }
                let scene = self.scene();
                let held = press.node.and_then(|id| scene.node(id));
                if let (Tool::Select, Some(node)) = (self.lab.tool(), held) {
                    let id = node.figure.id;
                    let grip = node.at - press.at;
                    self.state.borrow_mut().gesture = Gesture::Dragging { node: id, grip };
                    self.hold(id, at + grip);
                }
            }
            Gesture::Dragging { node, grip } => self.hold(node, at + grip),
        }
    }

    pub(crate) fn pointer_up(&self, event: &PointerEvent) {
        let Some(at) = self.local_of(event) else {
            return;
        };
        let gesture = std::mem::replace(&mut self.state.borrow_mut().gesture, Gesture::Idle);
        match gesture {
            Gesture::Idle => {}
            Gesture::Dragging { .. } => self.drop_held(true),
            Gesture::Pressed(press) => {
                if press.at.distance(at) < press.slack.max(12.0) {
                    self.click(&press);
                }
            }
        }
    }

    /// The pointer was taken away, as by a scroll.
    pub(crate) fn pointer_cancel(&self) {
        self.drop_held(false);
        self.pointer_leave();
    }

    pub(crate) fn pointer_leave(&self) {
        let mut state = self.state.borrow_mut();
        state.pointer = None;
        let hinted = state.ghost.take_if(|ghost| !ghost.carried).is_some();
        drop(state);
        if hinted {
            self.touch();
        }
    }

    fn hover(&self, at: Point, event: &PointerEvent) {
        let tool = self.lab.tool();
        self.state.borrow_mut().pointer = Some(at);
        self.show_clickable(tool == Tool::Select && self.is_clickable(at));
        match tool {
            Tool::Place(part) if event.pointer_type() != "touch" => {
                let landing = Some(self.landing(part, at));
                let client = point(f64::from(event.client_x()), f64::from(event.client_y()));
                self.state.borrow_mut().ghost = Some(Ghost {
                    part,
                    at: client,
                    landing,
                    carried: false,
                });
                self.touch();
            }
            _ => {
                let hinted = self
                    .state
                    .borrow_mut()
                    .ghost
                    .take_if(|ghost| !ghost.carried)
                    .is_some();
                if hinted {
                    self.touch();
                }
            }
        }
    }

    /// Whether there is a link or a message at a point; nodes have their own cursor.
    fn is_clickable(&self, at: Point) -> bool {
        let scene = self.scene();
        hit::link_at(&scene, at).is_some()
            || self.lab.read(|world| {
                motion::call_near(&scene, world.messages(), world.now(), at, MESSAGE_REACH)
                    .is_some()
            })
    }

    /// Tells by the cursor that a click means something, without a render.
    fn show_clickable(&self, clickable: bool) {
        let Some(root) = self.root.cast::<Element>() else {
            return;
        };
        if root.has_attribute("data-clickable") == clickable {
            return;
        }
        // Refused only for a name that is no attribute's.
        let _ = if clickable {
            root.set_attribute("data-clickable", "")
        } else {
            root.remove_attribute("data-clickable")
        };
    }

    fn click(&self, press: &Press) {
        match self.lab.tool() {
            Tool::Place(part) => {
                self.state.borrow_mut().ghost = None;
                self.place(part, press.at, false);
            }
            Tool::Connect(first) => self.connect(first, press.node),
            Tool::Select => {
                let scene = self.scene();
                let selection = match (press.call, press.node) {
                    (Some(call), _) => Selection::Call(call),
                    (None, Some(node)) => Selection::Node(node),
                    (None, None) => {
                        hit::link_at(&scene, press.at).map_or(Selection::None, Selection::Link)
                    }
                };
                self.lab.select(selection);
            }
        }
    }

    /// One of the two clicks that link two nodes.
    pub(crate) fn connect(&self, first: Option<NodeId>, node: Option<NodeId>) {
        let Some(node) = node else {
            self.lab.set_tool(Tool::Select);
            return;
        };
        match first {
            None => self.lab.set_tool(Tool::Connect(Some(node))),
            Some(first) if first == node => self.lab.set_tool(Tool::Connect(None)),
            Some(first) => {
                self.lab.set_tool(Tool::Select);
                if let (Some(a), Some(b)) = (self.name(first), self.name(node)) {
                    self.lab.act(Action::Connect(LinkSpec {
                        a,
                        b,
                        carriage: Carriage::default(),
                    }));
                }
            }
        }
    }
}

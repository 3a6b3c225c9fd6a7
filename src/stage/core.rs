//! What the stage holds between renders: its size, its scene, and what a hand is doing on it.

use super::figures::Snapshot;
use super::fonts::Fonts;
use super::geometry::{Point, Rect};
use super::hull::Outline;
use super::legs::Afterglow;
use super::motion::Swarm;
use super::paint::Palette;
use super::scene::Scene;
use super::text::Estimate;
use super::viewport::Viewport;
use crate::lab::Lab;
use simulation::action::Action;
use simulation::placement::Part;
use simulation::scenario::Position;
use simulation::view::LinkState;
use simulation::{LinkId, NodeId};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use web_sys::CanvasRenderingContext2d;
use yew::NodeRef;

/// What can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Node(NodeId),
    Link(LinkId),
}

/// What a pointer is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Gesture {
    Idle,
    /// It is down and has not moved far.
    Pressed(Press),
    /// It holds a node.
    Dragging {
        node: NodeId,
        grip: Point,
    },
}

/// Where and on what a pointer went down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Press {
    pub(crate) at: Point,
    pub(crate) node: Option<NodeId>,
    /// The call of the message that was there: it will have moved on when the pointer is lifted.
    pub(crate) call: Option<u64>,
    /// How far the pointer may stray before it drags.
    pub(crate) slack: f64,
}

/// A part that is on its way to a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ghost {
    pub(crate) part: Part,
    /// Where the pointer is, in the page's viewport.
    pub(crate) at: Point,
    /// Where it would land on the stage, and the places of the nodes it would be linked to.
    pub(crate) landing: Option<(Point, Vec<Point>)>,
    /// Whether a hand carries it, rather than pointing at a place for it.
    pub(crate) carried: bool,
}

/// The stage's own state.
pub(crate) struct State {
    pub(crate) size: (f64, f64),
    /// Where the sentence stands over it.
    pub(crate) card: Rect,
    /// The scenario in view, and the version of the laboratory at which it was read.
    scenario: (u64, String, String),
    frame: Option<Rect>,
    pub(crate) scene: Rc<Scene>,
    /// How many scenes there were.
    pub(crate) laid_out: u64,
    pub(crate) swarm: Swarm,
    pub(crate) glow: Afterglow,
    /// The outline of the cluster as it is drawn, on its way to the scene's.
    pub(crate) outline: Option<Outline>,
    pub(crate) palette: Palette,
    pub(crate) context: Option<CanvasRenderingContext2d>,
    pub(crate) back: Option<CanvasRenderingContext2d>,
    /// What the canvas under the other shows, to paint it only when that changes.
    pub(crate) legs_shown: u64,
    pub(crate) fonts: Fonts,
    pub(crate) visible: bool,
    /// Whether the visitor asks for less motion, as of the last render.
    pub(crate) still: bool,
    /// The virtual time of the last frame.
    pub(crate) now: simulation::Nanos,
    /// The browser's time of the last frame in milliseconds.
    pub(crate) real: f64,
    /// What is on each link, as it is shown, and since when.
    traffic: (f64, Vec<(LinkId, [u32; 2])>),
    pub(crate) gesture: Gesture,
    /// The node that a hand or the arrow keys hold, and where.
    pub(crate) held: Option<(NodeId, Point)>,
    /// Whether the arrow keys hold it.
    pub(crate) by_keys: bool,
    /// Where a pointer rests.
    pub(crate) pointer: Option<Point>,
    pub(crate) focus: Option<Target>,
    /// The node and the link that Tab comes to.
    pub(crate) stops: (Option<NodeId>, Option<LinkId>),
    /// What takes the focus after the next render.
    pub(crate) focus_next: Option<Target>,
    pub(crate) ghost: Option<Ghost>,
    /// What a screen reader is told about a move under way.
    pub(crate) spoken: String,
}

impl State {
    /// Remembers what has the focus.
    pub(crate) fn focus_on(&mut self, target: Option<Target>) {
        self.focus = target;
        match target {
            Some(Target::Node(id)) => self.stops.0 = Some(id),
            Some(Target::Link(id)) => self.stops.1 = Some(id),
            None => {}
        }
    }
}

/// The stage.
pub(crate) struct Core {
    pub(crate) lab: Lab,
    pub(crate) root: NodeRef,
    /// What moves.
    pub(crate) canvas: NodeRef,
    /// What lingers, under it.
    pub(crate) back: NodeRef,
    pub(crate) outline: NodeRef,
    pub(crate) state: RefCell<State>,
    /// Whether something changed that a frame must show by a render.
    pub(crate) dirty: Cell<bool>,
    pub(crate) redraw: RefCell<Option<Box<dyn Fn()>>>,
}

thread_local! {
    // A part dragged from the palette must find the stage, whose owner the palette does not know.
    static CURRENT: RefCell<Weak<Core>> = const { RefCell::new(Weak::new()) };
}

impl Core {
    pub(crate) fn new(lab: &Lab) -> Rc<Self> {
        let scene = Scene::lay_out(
            Snapshot::default(),
            Viewport::fit(0.0, 0.0, super::viewport::PLANE, 0),
            None,
            &Estimate,
        );
        let core = Rc::new(Self {
            lab: lab.clone(),
            root: NodeRef::default(),
            canvas: NodeRef::default(),
            back: NodeRef::default(),
            outline: NodeRef::default(),
            state: RefCell::new(State {
                size: (0.0, 0.0),
                card: Rect::default(),
                scenario: (u64::MAX, String::new(), String::new()),
                frame: None,
                scene: Rc::new(scene),
                laid_out: 0,
                swarm: Swarm::default(),
                glow: Afterglow::default(),
                outline: None,
                palette: Palette::default(),
                context: None,
                back: None,
                legs_shown: 0,
                fonts: Fonts::default(),
                visible: true,
                still: false,
                now: 0,
                real: 0.0,
                traffic: (f64::NEG_INFINITY, Vec::new()),
                gesture: Gesture::Idle,
                held: None,
                by_keys: false,
                pointer: None,
                focus: None,
                stops: (None, None),
                focus_next: None,
                ghost: None,
                spoken: String::new(),
            }),
            dirty: Cell::new(true),
            redraw: RefCell::new(None),
        });
        CURRENT.with(|current| *current.borrow_mut() = Rc::downgrade(&core));
        core
    }

    /// The stage on the page, if there is one.
    pub(crate) fn current() -> Option<Rc<Self>> {
        CURRENT.with(|current| current.borrow().upgrade())
    }

    pub(crate) fn scene(&self) -> Rc<Scene> {
        self.state.borrow().scene.clone()
    }

    /// Asks for a render at the next frame.
    pub(crate) fn touch(&self) {
        self.dirty.set(true);
    }

    /// Reads the world and lays it out.
    pub(crate) fn lay_out(&self) -> (Rc<Scene>, String) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        state.still = self.lab.reduced_motion();
        let version = self.lab.version();
        if state.scenario.0 != version {
            let (slug, service) = self.lab.read(|world| {
                let scenario = world.scenario();
                (scenario.slug, scenario.service)
            });
            if state.scenario.1 != slug {
                state.frame = None;
                state.glow = Afterglow::default();
                state.outline = None;
                state.held = None;
                state.gesture = Gesture::Idle;
            }
            state.scenario = (version, slug, service);
        }
        let mut snapshot = self
            .lab
            .read(|world| Snapshot::of(world, state.scenario.2.clone()));
        // Numbers and widths of links stand still for a second; those of a world at rest are exact.
        if !self.lab.playing() || state.real - state.traffic.0 >= 1000.0 {
            state.traffic = (
                state.real,
                snapshot
                    .links
                    .iter()
                    .map(|link| (link.id, link.traffic))
                    .collect(),
            );
        }
        for link in &mut snapshot.links {
            let known = state
                .traffic
                .1
                .binary_search_by_key(&link.id, |&(id, _)| id);
            link.traffic = known.map_or([0, 0], |index| state.traffic.1[index].1);
        }
        for link in snapshot
            .links
            .iter()
            .filter(|link| link.state == LinkState::Cut)
        {
            let whole = |wire: &super::scene::Wire| wire.figure.state != LinkState::Cut;
            if state.scene.wire(link.id).is_some_and(whole) {
                for &(_, at) in state.swarm.on.iter().filter(|(id, _)| *id == link.id) {
                    state.glow.wreck(at);
                }
            }
        }
        let summary = super::words::summary(&snapshot);
        let frame =
            Viewport::frame_of(snapshot.nodes.iter().map(|node| node.position), state.frame);
        state.frame = Some(frame);
        let view = Viewport::fit(state.size.0, state.size.1, frame, snapshot.nodes.len())
            .under(state.card);
        if view != state.scene.view {
            // Another size is no change of the cluster: its outline is there at once.
            state.outline = None;
        }
        let held = state.held;
        let scene = Scene::lay_out(snapshot, view, held, &state.fonts);
        state.scene = Rc::new(scene);
        state.laid_out += 1;
        (state.scene.clone(), summary)
    }

    /// The name of a node of the scene.
    pub(crate) fn name(&self, id: NodeId) -> Option<String> {
        self.state
            .borrow()
            .scene
            .node(id)
            .map(|node| node.figure.name.clone())
    }

    /// Lets go of what is held, at its place or where it came from.
    pub(crate) fn drop_held(&self, keep: bool) {
        let held = {
            let mut state = self.state.borrow_mut();
            state.by_keys = false;
            state.gesture = Gesture::Idle;
            state.held.take()
        };
        self.touch();
        let Some((id, at)) = held.filter(|_| keep) else {
            return;
        };
        let scene = self.scene();
        let Some(node) = scene.node(id) else { return };
        let at = self.room(at, node.figure.kind, Some(id), false);
        let position: Position = scene.view.to_plane(at);
        self.lab
            .act(Action::Move(node.figure.name.clone(), position));
    }

    /// Moves a held node.
    pub(crate) fn hold(&self, id: NodeId, at: Point) {
        let mut state = self.state.borrow_mut();
        let at = state.scene.view.inner.clamp(at);
        state.held = Some((id, at));
        drop(state);
        self.touch();
    }
}

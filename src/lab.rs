//! The laboratory's state, shared by all views: the world, its pace, what is selected, what was
//! done.
//!
//! One frame loop runs outside Yew: it advances the world and lets the stage paint. Yew's
//! components are woken six times a second, and at once when something was done.

mod audience;
mod frame_times;
mod history;
mod hooks;
mod sentence;

pub(crate) use audience::{FrameHandle, FrameInfo};
pub(crate) use frame_times::FRAME_EDGES;
pub(crate) use hooks::{use_changes, use_lab, use_pulse, use_pulses};
pub(crate) use sentence::capitalised;

use crate::clock::Clock;
use audience::Audience;
use frame_times::FrameTimes;
use gloo::render::{AnimationFrame, request_animation_frame};
use history::{History, Way};
use simulation::placement::Part;
use simulation::record::CallId;
use simulation::{Action, LinkId, Nanos, NodeId, Scenario, World};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Milliseconds of one frame that may go into running the world.
const WORK_A_FRAME: f64 = 6.0;
/// Events run between two looks at the clock.
const EVENTS_A_LOOK: u32 = 400;
/// Milliseconds between two pulses.
const PULSE: f64 = 160.0;
/// Listeners that hear of a pulse in the same frame: a frame carries a part of the page's work.
const HEARD_A_FRAME: usize = 2;

/// What is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Nothing.
    None,
    /// A node.
    Node(NodeId),
    /// A link.
    Link(LinkId),
    /// A call.
    Call(CallId),
}

/// What a click on the stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Selects.
    Select,
    /// Places a part.
    Place(Part),
    /// Links two nodes; the first, once it is chosen.
    Connect(Option<NodeId>),
}

struct Inner {
    world: RefCell<World>,
    history: RefCell<History>,
    selection: Cell<Selection>,
    tool: Cell<Tool>,
    playing: Cell<bool>,
    in_view: Cell<bool>,
    speed: Cell<f64>,
    version: Cell<u64>,
    last_pulse: Cell<f64>,
    last_frame: Cell<Option<f64>>,
    clock: RefCell<Clock>,
    audience: Rc<Audience>,
    frame: RefCell<Option<AnimationFrame>>,
    frame_times: RefCell<FrameTimes>,
    notice: RefCell<Option<String>>,
    /// The incident that the sentence on the stage tells.
    spotlight: Cell<Option<u64>>,
    /// The version that a step led to, and what it was.
    stepped: RefCell<Option<(u64, String)>>,
    embedded: bool,
}

/// The laboratory. Cloning shares.
#[derive(Clone)]
pub(crate) struct Lab(Rc<Inner>);

impl PartialEq for Lab {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Lab {
    /// A laboratory around a world. The frame loop starts with [`run`](Self::run).
    pub(crate) fn new(world: World, playing: bool, embedded: bool) -> Self {
        let speed = world.scenario().speed;
        Self(Rc::new(Inner {
            world: RefCell::new(world),
            history: RefCell::default(),
            selection: Cell::new(Selection::None),
            tool: Cell::new(Tool::Select),
            playing: Cell::new(playing),
            in_view: Cell::new(true),
            speed: Cell::new(speed),
            version: Cell::new(0),
            last_pulse: Cell::new(0.0),
            last_frame: Cell::new(None),
            clock: RefCell::default(),
            audience: Rc::default(),
            frame: RefCell::default(),
            frame_times: RefCell::default(),
            notice: RefCell::default(),
            spotlight: Cell::default(),
            stepped: RefCell::default(),
            embedded,
        }))
    }

    /// Reads the world.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&World) -> R) -> R {
        read(&self.0.world.borrow())
    }

    /// Makes a change now, to be undone later; whether it was accepted. A refusal is told.
    pub(crate) fn act(&self, action: Action) -> bool {
        let applied = self.0.world.borrow_mut().apply(&action);
        match applied {
            Ok(inverse) => {
                self.0.history.borrow_mut().did(inverse);
                // What was refused before has been put right, or is past.
                self.0.notice.take();
                self.changed();
                true
            }
            Err(refusal) => {
                self.notice(capitalised(&refusal.to_string()));
                false
            }
        }
    }

    /// Takes the last change back.
    pub(crate) fn undo(&self) {
        self.swing(Way::Undo);
    }

    /// Makes the last change that was taken back again.
    pub(crate) fn redo(&self) {
        self.swing(Way::Redo);
    }

    fn swing(&self, way: Way) {
        let next = self.0.history.borrow_mut().next(way);
        let Some(action) = next else {
            return;
        };
        let applied = self.0.world.borrow_mut().apply(&action);
        match applied {
            Ok(inverse) => {
                self.0.history.borrow_mut().keep(way.back(), inverse);
                self.changed();
            }
            Err(refusal) => self.notice(capitalised(&refusal.to_string())),
        }
    }

    /// Whether there is a change to take back.
    pub(crate) fn can_undo(&self) -> bool {
        self.0.history.borrow().goes_on(Way::Undo)
    }

    /// Whether there is a change to make again.
    pub(crate) fn can_redo(&self) -> bool {
        self.0.history.borrow().goes_on(Way::Redo)
    }

    /// The number of the incident that the sentence on the stage tells, if it tells one.
    pub(crate) fn spotlight(&self) -> Option<u64> {
        self.0.spotlight.get()
    }

    /// The sentence on the stage tells of this now.
    pub(crate) fn set_spotlight(&self, incident: Option<u64>) {
        self.0.spotlight.set(incident);
    }

    /// What is selected; nothing, once it is gone.
    pub(crate) fn selection(&self) -> Selection {
        let selection = self.0.selection.get();
        let gone = self.read(|world| match selection {
            Selection::Node(id) => world.node(id).is_none(),
            Selection::Link(id) => world.link(id).is_none(),
            Selection::None | Selection::Call(_) => false,
        });
        if gone { Selection::None } else { selection }
    }

    /// Selects.
    pub(crate) fn select(&self, selection: Selection) {
        if self.0.selection.replace(selection) != selection {
            self.changed();
        }
    }

    /// The tool in hand.
    pub(crate) fn tool(&self) -> Tool {
        self.0.tool.get()
    }

    /// Takes a tool in hand.
    pub(crate) fn set_tool(&self, tool: Tool) {
        if self.0.tool.replace(tool) != tool {
            self.changed();
        }
    }

    /// Whether time passes.
    pub(crate) fn playing(&self) -> bool {
        self.0.playing.get()
    }

    /// Lets time pass or stand.
    pub(crate) fn set_playing(&self, playing: bool) {
        if self.0.playing.replace(playing) != playing {
            self.changed();
        }
    }

    /// Whether the page is in view, for one in somebody else's page.
    pub(crate) fn set_in_view(&self, in_view: bool) {
        self.0.in_view.set(in_view);
    }

    /// Virtual seconds a second.
    pub(crate) fn speed(&self) -> f64 {
        self.0.speed.get()
    }

    /// Sets the virtual seconds a second, 0.001 to 100.
    pub(crate) fn set_speed(&self, speed: f64) {
        self.0.speed.set(speed.clamp(0.001, 100.0));
        *self.0.clock.borrow_mut() = Clock::default();
        self.changed();
    }

    /// Share of the speed that this machine reaches, if not all of it.
    pub(crate) fn shortfall(&self) -> Option<f64> {
        if self.playing() {
            self.0.clock.borrow().shortfall()
        } else {
            None
        }
    }

    /// Runs to the next event and through it, and stands there.
    pub(crate) fn step(&self) {
        self.0.playing.set(false);
        let told = self.0.world.borrow_mut().step_told();
        let told = told.unwrap_or_else(|| "Nothing is to come.".to_owned());
        self.changed();
        self.0.stepped.replace(Some((self.version(), told)));
    }

    /// What the last step was, until something else is done.
    pub(crate) fn stepped(&self) -> Option<String> {
        let stepped = self.0.stepped.borrow();
        let (version, told) = stepped.as_ref()?;
        (*version == self.version() && !self.playing()).then(|| told.clone())
    }

    /// Runs on by virtual time, for tests.
    pub(crate) fn advance(&self, by: Nanos) {
        let mut world = self.0.world.borrow_mut();
        let until = world.now().saturating_add(by);
        world.advance(until);
        drop(world);
        self.changed();
    }

    /// Starts again from time zero with the scenario as it stands, with the same seed or another.
    pub(crate) fn restart(&self, seed: Option<u64>) {
        let mut scenario = self.read(World::scenario);
        scenario.seed = seed.unwrap_or(scenario.seed);
        let speed = self.speed();
        self.load(&scenario);
        self.set_speed(speed);
    }

    /// Opens a scenario.
    pub(crate) fn load(&self, scenario: &Scenario) {
        match World::new(scenario) {
            Ok(world) => {
                *self.0.world.borrow_mut() = world;
                self.0.history.take();
                self.0.selection.set(Selection::None);
                self.0.tool.set(Tool::Select);
                self.0.speed.set(scenario.speed);
                *self.0.clock.borrow_mut() = Clock::default();
                self.changed();
            }
            Err(error) => self.notice(capitalised(&error.to_string())),
        }
    }

    /// Now, in virtual time.
    pub(crate) fn now(&self) -> Nanos {
        self.0.world.borrow().now()
    }

    /// Grows whenever something was done; not by time passing.
    pub(crate) fn version(&self) -> u64 {
        self.0.version.get()
    }

    /// What reads the version without keeping the laboratory.
    fn versions(&self) -> impl Fn() -> u64 + 'static {
        let weak = Rc::downgrade(&self.0);
        move || weak.upgrade().map_or(0, |inner| inner.version.get())
    }

    /// Whether this is in somebody else's page.
    pub(crate) fn embedded(&self) -> bool {
        self.0.embedded
    }

    /// Whether the visitor asks for less motion.
    pub(crate) fn reduced_motion(&self) -> bool {
        web_sys::window()
            .and_then(|window| {
                window
                    .match_media("(prefers-reduced-motion: reduce)")
                    .ok()
                    .flatten()
            })
            .is_some_and(|query| query.matches())
    }

    /// Tells the visitor something: a refusal, a value that cannot be used.
    pub(crate) fn notice(&self, sentence: String) {
        *self.0.notice.borrow_mut() = Some(sentence);
        self.changed();
    }

    /// What the visitor is being told.
    pub(crate) fn told(&self) -> Option<String> {
        self.0.notice.borrow().clone()
    }

    /// The visitor has read it.
    pub(crate) fn dismiss(&self) {
        self.0.notice.borrow_mut().take();
        self.changed();
    }

    /// Calls a painter on each frame, after the world has been advanced, until the handle goes.
    pub(crate) fn on_frame(&self, paint: Box<dyn Fn(FrameInfo)>) -> FrameHandle {
        self.0.audience.paint_with(Rc::from(paint))
    }

    /// Calls a listener at each pulse until the handle goes.
    pub(crate) fn on_pulse(&self, listen: impl Fn(u64) + 'static) -> FrameHandle {
        self.0.audience.listen_with(Rc::new(listen))
    }

    /// Counts of frame times by [`FRAME_EDGES`].
    pub(crate) fn frame_times(&self) -> [u64; FRAME_EDGES.len()] {
        self.0.frame_times.borrow().counts()
    }

    /// The last frames' times in milliseconds, oldest first, at most 600.
    pub(crate) fn recent_frames(&self) -> Vec<f64> {
        self.0.frame_times.borrow().recent()
    }

    fn changed(&self) {
        self.0.version.set(self.0.version.get() + 1);
        self.0.audience.begin_pulse();
        self.0.audience.wake(usize::MAX);
    }

    /// Starts the frame loop.
    pub(crate) fn run(&self) {
        let weak = Rc::downgrade(&self.0);
        let frame = request_animation_frame(move |real_ms| {
            if let Some(inner) = weak.upgrade() {
                let lab = Self(inner);
                lab.on_animation_frame(real_ms);
                lab.run();
            }
        });
        *self.0.frame.borrow_mut() = Some(frame);
    }

    fn on_animation_frame(&self, real_ms: f64) {
        let gap = self
            .0
            .last_frame
            .replace(Some(real_ms))
            .map(|last| real_ms - last);
        if let Some(gap) = gap {
            self.0.frame_times.borrow_mut().count(gap);
            if self.playing() && self.0.in_view.get() {
                self.play(gap);
            }
        }
        self.0.audience.paint(FrameInfo { real_ms });
        let due = self.playing() && real_ms - self.0.last_pulse.get() >= PULSE;
        if due {
            self.0.last_pulse.set(real_ms);
            self.0.audience.begin_pulse();
        }
        self.0.audience.wake(HEARD_A_FRAME);
    }

    fn play(&self, gap: f64) {
        let mut clock = self.0.clock.borrow_mut();
        let mut world = self.0.world.borrow_mut();
        let start = world.now();
        let span = clock.span(gap, self.speed());
        let until = start.saturating_add(span);
        let began = real_now();
        while !world.advance_some(until, EVENTS_A_LOOK) {
            if real_now() - began > WORK_A_FRAME {
                break;
            }
        }
        let reached = world.now() - start;
        clock.came_to(span, reached);
    }
}

fn real_now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |it| it.now())
}

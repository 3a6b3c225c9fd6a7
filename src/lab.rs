//! The laboratory's state, shared by all views: the world, its pace, what is selected, what was
//! done.
//!
//! One frame loop runs outside Yew: it advances the world and lets the stage paint. Yew's
//! components are woken six times a second, and at once when something was done.

use crate::clock::Clock;
use gloo::render::{AnimationFrame, request_animation_frame};
use simulation::placement::Part;
use simulation::record::CallId;
use simulation::{Action, LinkId, Nanos, NodeId, Scenario, World};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use yew::prelude::*;

/// Milliseconds of one frame that may go into running the world.
const WORK_A_FRAME: f64 = 6.0;
/// Events run between two looks at the clock.
const EVENTS_A_LOOK: u32 = 400;
/// Milliseconds between two pulses.
const PULSE: f64 = 160.0;
/// Listeners that hear of a pulse in the same frame: a frame carries a part of the page's work.
const HEARD_A_FRAME: usize = 2;
const UNDO_KEPT: usize = 200;
/// Upper edges of the frame-time histogram's buckets in milliseconds.
pub(crate) const FRAME_EDGES: [f64; 9] = [8.0, 12.0, 17.0, 20.0, 25.0, 34.0, 50.0, 100.0, f64::MAX];

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

/// A frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameInfo {
    /// The browser's time of the frame, in milliseconds.
    pub(crate) real_ms: f64,
}

type Painter = Rc<dyn Fn(FrameInfo)>;
type Listener = Rc<dyn Fn(u64)>;

struct Inner {
    world: RefCell<World>,
    undo: RefCell<Vec<Action>>,
    redo: RefCell<Vec<Action>>,
    selection: Cell<Selection>,
    tool: Cell<Tool>,
    playing: Cell<bool>,
    in_view: Cell<bool>,
    speed: Cell<f64>,
    version: Cell<u64>,
    pulse: Cell<u64>,
    last_pulse: Cell<f64>,
    /// Listeners that have yet to hear of the last pulse.
    unheard: RefCell<Vec<u64>>,
    last_frame: Cell<Option<f64>>,
    clock: RefCell<Clock>,
    painters: RefCell<Vec<(u64, Painter)>>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    next_handle: Cell<u64>,
    frame: RefCell<Option<AnimationFrame>>,
    frame_times: RefCell<[u64; FRAME_EDGES.len()]>,
    recent_frames: RefCell<VecDeque<f64>>,
    notice: RefCell<Option<String>>,
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

/// Keeps a painter or a listener until it is dropped.
pub(crate) struct FrameHandle {
    lab: Weak<Inner>,
    id: u64,
}

impl Drop for FrameHandle {
    fn drop(&mut self) {
        if let Some(inner) = self.lab.upgrade() {
            inner.painters.borrow_mut().retain(|(id, _)| *id != self.id);
            inner
                .listeners
                .borrow_mut()
                .retain(|(id, _)| *id != self.id);
        }
    }
}

impl Lab {
    /// A laboratory around a world. The frame loop starts with [`run`](Self::run).
    pub(crate) fn new(world: World, playing: bool, embedded: bool) -> Self {
        let speed = world.scenario().speed;
        Self(Rc::new(Inner {
            world: RefCell::new(world),
            undo: RefCell::default(),
            redo: RefCell::default(),
            selection: Cell::new(Selection::None),
            tool: Cell::new(Tool::Select),
            playing: Cell::new(playing),
            in_view: Cell::new(true),
            speed: Cell::new(speed),
            version: Cell::new(0),
            pulse: Cell::new(0),
            last_pulse: Cell::new(0.0),
            unheard: RefCell::default(),
            last_frame: Cell::new(None),
            clock: RefCell::default(),
            painters: RefCell::default(),
            listeners: RefCell::default(),
            next_handle: Cell::new(0),
            frame: RefCell::default(),
            frame_times: RefCell::default(),
            recent_frames: RefCell::default(),
            notice: RefCell::default(),
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
                let mut undo = self.0.undo.borrow_mut();
                if undo.len() == UNDO_KEPT {
                    undo.remove(0);
                }
                undo.push(inverse);
                drop(undo);
                self.0.redo.borrow_mut().clear();
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
        self.swing(&self.0.undo, &self.0.redo);
    }

    /// Makes the last change that was taken back again.
    pub(crate) fn redo(&self) {
        self.swing(&self.0.redo, &self.0.undo);
    }

    fn swing(&self, from: &RefCell<Vec<Action>>, to: &RefCell<Vec<Action>>) {
        let Some(action) = from.borrow_mut().pop() else {
            return;
        };
        let applied = self.0.world.borrow_mut().apply(&action);
        match applied {
            Ok(inverse) => {
                to.borrow_mut().push(inverse);
                self.changed();
            }
            Err(refusal) => self.notice(capitalised(&refusal.to_string())),
        }
    }

    /// Whether there is a change to take back.
    pub(crate) fn can_undo(&self) -> bool {
        !self.0.undo.borrow().is_empty()
    }

    /// Whether there is a change to make again.
    pub(crate) fn can_redo(&self) -> bool {
        !self.0.redo.borrow().is_empty()
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
        self.0.world.borrow_mut().step();
        self.changed();
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
                self.0.undo.borrow_mut().clear();
                self.0.redo.borrow_mut().clear();
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
        let id = self.handle();
        self.0.painters.borrow_mut().push((id, Rc::from(paint)));
        FrameHandle {
            lab: Rc::downgrade(&self.0),
            id,
        }
    }

    /// Calls a listener at each pulse until the handle goes.
    pub(crate) fn on_pulse(&self, listen: impl Fn(u64) + 'static) -> FrameHandle {
        let id = self.handle();
        self.0.listeners.borrow_mut().push((id, Rc::new(listen)));
        FrameHandle {
            lab: Rc::downgrade(&self.0),
            id,
        }
    }

    /// Counts of frame times by [`FRAME_EDGES`].
    pub(crate) fn frame_times(&self) -> [u64; FRAME_EDGES.len()] {
        *self.0.frame_times.borrow()
    }

    fn handle(&self) -> u64 {
        let id = self.0.next_handle.get();
        self.0.next_handle.set(id + 1);
        id
    }

    fn changed(&self) {
        self.0.version.set(self.0.version.get() + 1);
        self.beat();
    }

    /// Wakes all listeners now.
    fn beat(&self) {
        self.wake(usize::MAX, true);
    }

    /// Wakes the next few listeners of the last pulse, or of a new one.
    fn wake(&self, many: usize, anew: bool) {
        if anew {
            self.0.pulse.set(self.0.pulse.get() + 1);
            let listeners = self.0.listeners.borrow();
            // From the back: a listener is woken in the order of its coming.
            *self.0.unheard.borrow_mut() = listeners.iter().rev().map(|(id, _)| *id).collect();
        }
        for _ in 0..many {
            let Some(next) = self.0.unheard.borrow_mut().pop() else {
                break;
            };
            // One that has gone since then is not missed.
            let listener = self
                .0
                .listeners
                .borrow()
                .iter()
                .find(|(id, _)| *id == next)
                .map(|(_, listener)| Rc::clone(listener));
            if let Some(listener) = listener {
                listener(self.0.pulse.get());
            }
        }
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
            self.count_frame(gap);
            if self.playing() && self.0.in_view.get() {
                self.play(gap);
            }
        }
        let painters: Vec<Painter> = self
            .0
            .painters
            .borrow()
            .iter()
            .map(|(_, painter)| Rc::clone(painter))
            .collect();
        for painter in painters {
            painter(FrameInfo { real_ms });
        }
        let due = self.playing() && real_ms - self.0.last_pulse.get() >= PULSE;
        if due {
            self.0.last_pulse.set(real_ms);
        }
        self.wake(HEARD_A_FRAME, due);
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

    fn count_frame(&self, gap: f64) {
        let mut counts = self.0.frame_times.borrow_mut();
        for (count, edge) in counts.iter_mut().zip(FRAME_EDGES) {
            if gap <= edge {
                *count += 1;
                break;
            }
        }
        let mut recent = self.0.recent_frames.borrow_mut();
        if recent.len() == 600 {
            recent.pop_front();
        }
        recent.push_back(gap);
    }

    /// The last frames' times in milliseconds, oldest first, at most 600.
    pub(crate) fn recent_frames(&self) -> Vec<f64> {
        self.0.recent_frames.borrow().iter().copied().collect()
    }
}

fn real_now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |it| it.now())
}

/// A sentence of an error type, as it begins a sentence on the page.
pub(crate) fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_ascii_uppercase().to_string())
        .unwrap_or_default();
    let stop = if sentence.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}

/// The laboratory that [`App`](crate::app::App) hands down.
#[hook]
#[expect(
    clippy::expect_used,
    reason = "App wraps every component in the provider"
)]
pub(crate) fn use_lab() -> Lab {
    use_context::<Lab>().expect("App provides the laboratory")
}

/// Renders the component again at each pulse: six times a second while time passes, and at once
/// when something was done.
#[hook]
pub(crate) fn use_pulse() -> u64 {
    use_pulses(1)
}

/// Renders the component again when something was done, and not as time passes.
#[hook]
pub(crate) fn use_changes() {
    use_pulses(u64::MAX);
}

/// Renders the component again at every so many pulses, and at once when something was done.
#[hook]
pub(crate) fn use_pulses(every: u64) -> u64 {
    let lab = use_lab();
    let pulse = use_state_eq(|| (0u64, 0u64));
    let setter = pulse.setter();
    use_effect_with(lab, move |lab| {
        let weak = Rc::downgrade(&lab.0);
        let handle = lab.on_pulse(move |number| {
            let version = weak.upgrade().map_or(0, |inner| inner.version.get());
            setter.set((number / every, version));
        });
        move || drop(handle)
    });
    pulse.0
}

#[cfg(test)]
mod tests {
    use super::capitalised;

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(capitalised("there is no node"), "There is no node.");
        assert_eq!(capitalised("“a” is down already."), "“a” is down already.");
    }
}

//! A part carried from the palette to the stage.

use super::core::{Core, Ghost};
use super::geometry::{Point, Rect, point};
use super::shapes;
use crate::lab::{Lab, Tool};
use crate::markup::{Element, el};
use gloo::events::EventListener;
use simulation::placement::Part;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, PointerEvent};

/// How far a pointer goes before it carries.
const SLACK: f64 = 6.0;

/// Begins to carry a part from the palette: a ghost follows the pointer, and a drop on the stage
/// places it there. A drop elsewhere, Escape, or a pointer that is taken away cancels. A press that
/// does not move is left to be a click. Give the palette's buttons `touch-action: none` (or `pan-x`
/// in a row), or else the browser scrolls instead.
pub(crate) fn begin_palette_drag(lab: &Lab, part: Part, event: &PointerEvent) {
    if event.button() != 0 || !event.is_primary() {
        return;
    }
    let (Some(core), Some(window)) = (Core::current(), web_sys::window()) else {
        return;
    };
    if core.lab != *lab {
        return;
    }
    // A touch holds on to the element it began on; the window must hear of it all the same.
    if let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    {
        let _ = target.release_pointer_capture(event.pointer_id());
    }
    let start = point(f64::from(event.client_x()), f64::from(event.client_y()));
    let pointer = event.pointer_id();
    let listeners: Rc<RefCell<Vec<EventListener>>> = Rc::default();
    let carrying = Rc::new(std::cell::Cell::new(false));

    let on_move = {
        let (core, carrying) = (core.clone(), carrying.clone());
        EventListener::new(&window, "pointermove", move |event| {
            let Some(event) = event
                .dyn_ref::<PointerEvent>()
                .filter(|event| event.pointer_id() == pointer)
            else {
                return;
            };
            let at = point(f64::from(event.client_x()), f64::from(event.client_y()));
            if !carrying.get() && at.distance(start) < SLACK {
                return;
            }
            carrying.set(true);
            core.carry(part, at);
        })
    };
    let on_up = {
        let (core, carrying, listeners) = (core.clone(), carrying.clone(), listeners.clone());
        EventListener::once(&window, "pointerup", move |event| {
            if let Some(event) = event.dyn_ref::<PointerEvent>()
                && carrying.get()
            {
                let at = point(f64::from(event.client_x()), f64::from(event.client_y()));
                core.let_go(part, at);
            }
            core.forget_ghost();
            end(&listeners);
        })
    };
    let cancel = |kind: &'static str| {
        let (core, listeners) = (core.clone(), listeners.clone());
        EventListener::new(&window, kind, move |event| {
            let other_key = event
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|event| event.key() != "Escape");
            if !other_key {
                core.forget_ghost();
                end(&listeners);
            }
        })
    };
    listeners.borrow_mut().extend([
        on_move,
        on_up,
        cancel("pointercancel"),
        cancel("keydown"),
        cancel("blur"),
    ]);
}

/// Drops the listeners once the one that runs has returned.
fn end(listeners: &Rc<RefCell<Vec<EventListener>>>) {
    let listeners = listeners.clone();
    gloo::timers::callback::Timeout::new(0, move || listeners.borrow_mut().clear()).forget();
}

impl Core {
    fn over_stage(&self, at: Point) -> Option<Point> {
        let local = self.local(at.x, at.y)?;
        let (width, height) = self.state.borrow().size;
        Rect::sized(width, height).contains(local).then_some(local)
    }

    fn carry(&self, part: Part, at: Point) {
        let landing = self.over_stage(at).map(|local| self.landing(part, local));
        self.state.borrow_mut().ghost = Some(Ghost {
            part,
            at,
            landing,
            carried: true,
        });
        self.touch();
    }

    fn let_go(&self, part: Part, at: Point) {
        if let Some(local) = self.over_stage(at) {
            self.place(part, local, false);
        } else {
            self.lab.set_tool(Tool::Select);
        }
    }

    fn forget_ghost(&self) {
        if self.state.borrow_mut().ghost.take().is_some() {
            self.touch();
        }
    }
}

/// The ghost under a hand that is not over the stage yet.
pub(crate) fn ghost(ghost: &Ghost) -> Option<Element> {
    if !ghost.carried || ghost.landing.is_some() {
        return None;
    }
    let style = format!(
        "transform:translate({:.1}px,{:.1}px)",
        ghost.at.x - 32.0,
        ghost.at.y - 32.0
    );
    let picture = el("svg")
        .class("stage-ghost")
        .attr("style", style)
        .attr("viewBox", "-32 -32 64 64")
        .attr("width", "64")
        .attr("height", "64")
        .attr("aria-hidden", "true")
        .with(shapes::icon(super::part_kind(ghost.part)));
    Some(picture)
}

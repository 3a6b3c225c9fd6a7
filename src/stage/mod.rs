//! The stage: the picture of the world, and the hands on it.
//!
//! The DOM holds what can be focused, dragged, labelled and read aloud; one canvas over it holds
//! what moves. Both read the world and never own it.

mod angle;
mod cluster;
mod core;
mod drag;
mod figures;
mod fonts;
mod frame;
mod geometry;
mod hit;
mod hull;
mod keyboard;
mod labels;
mod legs;
mod motion;
mod observe;
mod paint;
mod place;
mod pointer;
mod routes;
mod scene;
mod shapes;
mod sizes;
mod spot;
mod text;
mod view;
mod viewport;
mod words;

pub(crate) use drag::begin_palette_drag;
pub(crate) use keyboard::KEYS;

use self::core::{Core, Target};
use self::figures::Kind;
use self::view::Sketch;
use crate::lab::{Lab, Selection, Tool, use_lab};
use crate::markup;
use crate::markup::el;
use simulation::placement::Part;
use simulation::{LinkId, NodeId};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FocusEvent, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};
use yew::virtual_dom::ListenerKind;
use yew::{
    Callback, Html, TargetCast, component, use_effect, use_effect_with, use_force_update, use_memo,
};

/// The kind of node that a part of the palette becomes.
pub(crate) const fn part_kind(part: Part) -> Kind {
    match part {
        Part::Lan => Kind::Lan,
        Part::Server => Kind::Server,
        Part::Balancer => Kind::Balancer,
        Part::Router => Kind::Router,
    }
}

/// A part as a picture of 64 × 64, for the palette: the same shapes as on the stage.
pub(crate) fn part_icon(part: Part) -> markup::Element {
    el("svg")
        .class("part-icon")
        .attr("viewBox", "-34 -34 68 68")
        .attr("aria-hidden", "true")
        .with(shapes::icon(part_kind(part)))
}

/// Places a part on the stage at a free spot near others of its kind, and gives it the focus: what
/// Enter on the stage does, for a palette that is used by keyboard.
pub(crate) fn place_near_similar(lab: &Lab, part: Part) {
    if let Some(core) = Core::current().filter(|core| core.lab == *lab) {
        core.place_near_similar(part);
    }
}

/// The stage. Fills its parent.
#[component]
pub(crate) fn Stage() -> Html {
    let lab = use_lab();
    let update = use_force_update();
    let core: Rc<Rc<Core>> = use_memo(lab.clone(), Core::new);
    let core: Rc<Core> = (*core).clone();
    *core.redraw.borrow_mut() = Some(Box::new(move || update.force_update()));

    {
        let core = core.clone();
        use_effect_with(lab.clone(), move |_| {
            let watch = observe::watch(&core);
            move || drop(watch)
        });
    }
    let (scene, summary) = core.lay_out();
    let (held, by_keys, stops, ghost, spoken) = {
        let state = core.state.borrow();
        (
            state.held.map(|(id, _)| id),
            state.by_keys,
            state.stops,
            state.ghost.clone(),
            state.spoken.clone(),
        )
    };
    {
        let core = core.clone();
        use_effect(move || core.focus_pending());
    }

    let chosen = match lab.selection() {
        Selection::Node(id) => Some(Target::Node(id)),
        Selection::Link(id) => Some(Target::Link(id)),
        _ => None,
    };
    let pointer = |handle: fn(&Core, &PointerEvent)| {
        let core = core.clone();
        Callback::from(move |event: PointerEvent| handle(&core, &event))
    };
    let onkeydown = {
        let core = core.clone();
        Callback::from(move |event: KeyboardEvent| {
            if core.key(&event) {
                event.prevent_default();
                event.stop_propagation();
            }
        })
    };
    let onclick = {
        let core = core.clone();
        Callback::from(move |event: MouseEvent| {
            // Clicks of a pointer were understood when it was lifted.
            if event.detail() == 0
                && let Some(target) = target_of(&event)
            {
                core.activate(target);
            }
        })
    };
    let onfocusin = {
        let core = core.clone();
        Callback::from(move |event: FocusEvent| {
            if let Some(target) = target_of(&event) {
                let mut state = core.state.borrow_mut();
                if state.focus != Some(target) {
                    state.focus_on(Some(target));
                    drop(state);
                    core.touch();
                }
            }
        })
    };
    let tool = match lab.tool() {
        Tool::Select => "",
        Tool::Place(_) => "stage-placing",
        Tool::Connect(_) => "stage-linking",
    };
    let picture = view::picture(&Sketch {
        scene: &scene,
        chosen,
        held,
        counts: lab.reduced_motion(),
        outline: core.outline.clone(),
        ghost: ghost.as_ref(),
    });
    let canvas = |node| {
        el("canvas")
            .class("stage-canvas")
            .bind(node)
            .attr("aria-hidden", "true")
    };
    let spoken = el("div")
        .class("stage-spoken")
        .attr("role", "status")
        .with(spoken);
    el("div")
        .class("stage")
        .class(tool)
        .class_if(held.is_some() && !by_keys, "stage-holding")
        .bind(&core.root)
        .attr("role", "application")
        .attr("aria-roledescription", "stage")
        .attr("aria-label", summary)
        .attr("tabindex", if scene.nodes.is_empty() { "0" } else { "-1" })
        .on(|| ListenerKind::onpointerdown, pointer(Core::pointer_down))
        .on(|| ListenerKind::onpointermove, pointer(Core::pointer_move))
        .on(|| ListenerKind::onpointerup, pointer(Core::pointer_up))
        .on(
            || ListenerKind::onpointercancel,
            pointer(|core, _| core.pointer_cancel()),
        )
        .on(
            || ListenerKind::onpointerleave,
            pointer(|core, _| core.pointer_leave()),
        )
        .on_key(onkeydown)
        .on_click(onclick)
        .on(|| ListenerKind::onfocusin, onfocusin)
        .with(picture)
        .with(canvas(&core.back))
        .with(canvas(&core.canvas))
        .with(view::buttons(&scene, stops, chosen))
        .with(spoken)
        .with(ghost.as_ref().and_then(drag::ghost))
        .html()
}

/// The node or link whose button an event happened on.
fn target_of(event: &Event) -> Option<Target> {
    let element: Element = event.target_dyn_into()?;
    let button = element.closest("[data-target]").ok().flatten()?;
    let id = button.get_attribute("data-id")?.parse().ok()?;
    match button.get_attribute("data-target")?.as_str() {
        "node" => Some(Target::Node(NodeId(id))),
        "link" => Some(Target::Link(LinkId(id))),
        _ => None,
    }
}

impl Core {
    /// Gives the focus to what is to have it, once it is on the page.
    pub(super) fn focus_pending(&self) {
        let Some(target) = self.state.borrow_mut().focus_next.take() else {
            return;
        };
        let (kind, id) = match target {
            Target::Node(id) => ("node", id.0),
            Target::Link(id) => ("link", id.0),
        };
        let query = format!("[data-target={kind}][data-id='{id}']");
        let button = self
            .root
            .cast::<Element>()
            .and_then(|root| root.query_selector(&query).ok().flatten())
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(button) = button {
            // Refused only for what cannot have the focus, and buttons can.
            let _ = button.focus();
        }
    }
}

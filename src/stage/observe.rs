//! What the stage watches of the page: its size, whether it is in view, the theme, the frames.

use super::core::Core;
use super::frame::Shown;
use super::geometry::Rect;
use crate::lab::FrameHandle;
use gloo::events::EventListener;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, ResizeObserver};

type Heard = Closure<dyn FnMut(Array)>;

/// Keeps watching until it is dropped.
pub(crate) struct Watch {
    _frames: FrameHandle,
    _pulse: FrameHandle,
    _theme: Option<EventListener>,
    size: Option<(ResizeObserver, Heard)>,
    view: Option<(IntersectionObserver, Heard)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((observer, _)) = &self.size {
            observer.disconnect();
        }
        if let Some((observer, _)) = &self.view {
            observer.disconnect();
        }
    }
}

/// Begins to watch.
pub(crate) fn watch(core: &Rc<Core>) -> Watch {
    core.read_palette();
    core.measure();
    let root = core.root.cast::<Element>();
    let size = root.as_ref().and_then(|root| {
        let core = core.clone();
        let heard = Heard::new(move |_| core.measure());
        let observer = ResizeObserver::new(heard.as_ref().unchecked_ref()).ok()?;
        observer.observe(root);
        Some((observer, heard))
    });
    let view = root.as_ref().and_then(|root| {
        let core = core.clone();
        let heard = Heard::new(move |entries: Array| {
            let entry: Option<IntersectionObserverEntry> = entries.pop().dyn_into().ok();
            if let Some(entry) = entry {
                core.state.borrow_mut().visible = entry.is_intersecting();
            }
        });
        let observer = IntersectionObserver::new(heard.as_ref().unchecked_ref()).ok()?;
        observer.observe(root);
        Some((observer, heard))
    });
    let theme = web_sys::window()
        .and_then(|window| {
            window
                .match_media("(prefers-color-scheme: dark)")
                .ok()
                .flatten()
        })
        .map(|query| {
            let core = core.clone();
            EventListener::new(&query, "change", move |_| core.read_palette())
        });
    let frames = {
        let core = core.clone();
        let shown = RefCell::new(Shown::default());
        core.lab.clone().on_frame(Box::new(move |info| {
            core.frame(info.real_ms, &mut shown.borrow_mut());
        }))
    };
    // What was done is shown at once. What time does is shown a frame after the panels have shown
    // it, so that no one frame carries the work of both.
    let pulse = {
        let core = core.clone();
        let seen = Cell::new(core.lab.version());
        core.lab.clone().on_pulse(move |_| {
            let version = core.lab.version();
            if seen.replace(version) == version {
                core.touch();
            } else if let Some(redraw) = core.redraw.borrow().as_ref() {
                redraw();
            }
        })
    };
    Watch {
        _frames: frames,
        _pulse: pulse,
        _theme: theme,
        size,
        view,
    }
}

impl Core {
    /// Reads the size of the stage, and where the sentence stands over it.
    fn measure(&self) {
        let Some(root) = self.root.cast::<Element>() else {
            return;
        };
        let size = (
            f64::from(root.client_width()),
            f64::from(root.client_height()),
        );
        let card = card(&root).unwrap_or_default();
        let mut state = self.state.borrow_mut();
        if state.size != size || state.card != card {
            state.size = size;
            state.card = card;
            drop(state);
            self.touch();
        }
    }
}

/// Room for the longest sentence, from the top of the stage: it must not move labels when it changes.
const CARD_HEIGHT: f64 = 158.0;

/// Where the sentence stands over a stage, if it does not stand beside it.
fn card(stage: &Element) -> Option<Rect> {
    let story = stage.parent_element()?.query_selector(".story").ok()??;
    let (stage, story) = (
        stage.get_bounding_client_rect(),
        story.get_bounding_client_rect(),
    );
    (story.top() < stage.bottom()).then(|| Rect {
        left: story.left() - stage.left(),
        top: story.top() - stage.top(),
        right: story.right() - stage.left(),
        bottom: CARD_HEIGHT,
    })
}

//! One frame: what moves is painted, outside of Yew.

use super::core::{Core, State};
use super::legs::{Afterglow, PULSE_LASTS};
use super::paint::{Brush, Palette, Thread};
use crate::lab::{Selection, Tool};
use simulation::Nanos;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::NodeRef;

/// How fast the outline of the cluster follows its members: two thirds of the way in this many
/// milliseconds, nearly all of it in three times that.
const BREATH: f64 = 95.0;

/// How many real milliseconds of its way a message trails behind it.
const TRAIL: f64 = 45.0;

/// What the last frame showed, to paint nothing when nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Shown {
    now: Nanos,
    version: u64,
    /// The browser's time of the last frame.
    real: Option<f64>,
    lively: bool,
    size: (f64, f64),
}

impl Core {
    /// Shows the world as it is now, at the browser's time of the frame.
    pub(crate) fn frame(&self, real: f64, shown: &mut Shown) {
        // After a pause of the page what lingers goes on where it was.
        let real_ms = shown
            .real
            .replace(real)
            .map_or(0.0, |last| (real - last).clamp(0.0, 100.0));
        self.state.borrow_mut().real = real;
        if !self.state.borrow().visible {
            return;
        }
        let rendered = self.dirty.replace(false);
        if rendered && let Some(redraw) = self.redraw.borrow().as_ref() {
            redraw();
        }
        let now = self.lab.now();
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        self.remember(state, real_ms);
        self.breathe(state, real_ms);
        let linking = matches!(self.lab.tool(), Tool::Connect(Some(_)));
        let next = Shown {
            now,
            version: self.lab.version(),
            real: Some(real),
            lively: linking || !state.glow.is_empty(),
            size: state.size,
        };
        if next
            == (Shown {
                lively: next.lively,
                ..*shown
            })
            && !next.lively
            && !rendered
        {
            return;
        }
        *shown = next;
        self.paint(state, now);
    }

    /// Takes in what happened since the last frame.
    fn remember(&self, state: &mut State, real_ms: f64) {
        let scene = state.scene.clone();
        let now = self.lab.now();
        if now < state.now {
            // Another run: its incidents are numbered from the start.
            state.glow = Afterglow::default();
        }
        state.now = now;
        let glow = &mut state.glow;
        self.lab.read(|world| {
            for incident in world.incidents_since(glow.seen) {
                glow.note(incident, &scene);
            }
            let told = self.lab.spotlight().and_then(|number| {
                let mut from = world.incidents_since(number.saturating_sub(1));
                from.next().filter(|incident| incident.number == number)
            });
            glow.tell(told, &scene);
        });
        // While the world stands, so does what lingers of it; a pulse always ends.
        if self.lab.playing() {
            glow.age(real_ms);
        } else {
            glow.age(0.0);
            glow.pulses
                .retain_mut(|pulse| pulse.spread(real_ms) < PULSE_LASTS);
        }
    }

    /// Lets the outline of the cluster follow its members.
    fn breathe(&self, state: &mut State, real_ms: f64) {
        let goal = state.scene.cluster.as_ref().map(|cluster| cluster.outline);
        let still = state.still || state.held.is_some();
        let next = match (state.outline, goal) {
            (Some(outline), Some(goal)) if !still => {
                if outline.difference(&goal) < 0.2 {
                    goal
                } else {
                    outline.toward(&goal, 1.0 - libm::exp(-real_ms / BREATH))
                }
            }
            (_, Some(goal)) => goal,
            (_, None) => {
                state.outline = None;
                return;
            }
        };
        let element = self.outline.cast::<Element>();
        if let Some(element) = element
            && (state.outline != Some(next) || !element.has_attribute("d"))
        {
            // Refused only for a name that is no attribute's.
            let _ = element.set_attribute("d", &next.path());
            state.outline = Some(next);
        }
    }

    fn paint(&self, state: &mut State, now: Nanos) {
        let Some(context) = self.context(state) else {
            return;
        };
        self.paint_legs(state);
        let scene = state.scene.clone();
        let (width, height) = state.size;
        context.clear_rect(0.0, 0.0, width, height);
        let brush = Brush {
            on: &context,
            palette: &state.palette,
            scale: scene.view.scale,
        };
        let still = state.still;
        brush.pulses(&state.glow, &scene, still);
        if let (Tool::Connect(Some(first)), Some(to)) = (self.lab.tool(), state.pointer)
            && let Some(node) = scene.node(first)
        {
            brush.thread(&Thread { from: node.at, to });
        }
        if still {
            return;
        }
        let chosen = match self.lab.selection() {
            Selection::Call(call) => Some(call),
            _ => None,
        };
        // At a given pace a trail is as long as the way of a few frames: it tells direction and
        // speed, and keeps a message that crosses its link within a blink in view.
        let trail = (TRAIL * 1e6 * self.lab.speed()) as Nanos;
        let swarm = &mut state.swarm;
        swarm.clear();
        self.lab.read(|world| {
            for message in world.messages() {
                swarm.add(&scene, &message, now, trail, chosen);
            }
        });
        if Brush::floods(swarm.len()) {
            brush.density(&scene);
        } else {
            brush.swarm(swarm);
        }
    }

    /// Paints the legs on a canvas of their own: long dashed strokes are by far the dearest thing
    /// on the stage, and they change a few times a second.
    fn paint_legs(&self, state: &mut State) {
        let shown = state.glow.look(state.still, state.laid_out);
        if state.legs_shown == shown {
            return;
        }
        let Some(context) = fit(&self.back, &mut state.back, state.size) else {
            return;
        };
        state.legs_shown = shown;
        context.clear_rect(0.0, 0.0, state.size.0, state.size.1);
        Brush {
            on: &context,
            palette: &state.palette,
            scale: state.scene.view.scale,
        }
        .legs(&state.glow, &state.scene, state.still);
    }

    /// The canvas of what moves.
    fn context(&self, state: &mut State) -> Option<CanvasRenderingContext2d> {
        let first = state.context.is_none();
        let context = fit(&self.canvas, &mut state.context, state.size)?;
        if first {
            state.fonts.measure_on(context.clone());
            // The scene was laid out without fonts to measure.
            self.touch();
        }
        Some(context)
    }

    /// Reads the colours of the theme again.
    pub(crate) fn read_palette(&self) {
        if let Some(root) = self.root.cast::<Element>() {
            self.state.borrow_mut().palette = Palette::of(&root);
            self.touch();
        }
    }
}

/// A canvas's context, as large as the stage in pixels of the device.
fn fit(
    canvas: &NodeRef,
    kept: &mut Option<CanvasRenderingContext2d>,
    (width, height): (f64, f64),
) -> Option<CanvasRenderingContext2d> {
    let canvas = canvas.cast::<HtmlCanvasElement>()?;
    if width < 1.0 || height < 1.0 {
        return None;
    }
    // Beyond 2 no eye sees more, and a phone would paint twice the pixels.
    let density = web_sys::window()
        .map_or(1.0, |window| window.device_pixel_ratio())
        .clamp(1.0, 2.0);
    let pixels = (
        (width * density).round() as u32,
        (height * density).round() as u32,
    );
    if kept.is_none() {
        *kept = canvas
            .get_context("2d")
            .ok()
            .flatten()
            .and_then(|context| context.dyn_into().ok());
    }
    let context = kept.clone()?;
    if (canvas.width(), canvas.height()) != pixels {
        canvas.set_width(pixels.0);
        canvas.set_height(pixels.1);
        // Setting the size resets the transform. Refused only for what is no number.
        let _ = context.scale(density, density);
    }
    Some(context)
}

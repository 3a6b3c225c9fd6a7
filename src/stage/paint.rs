//! The canvas: messages and what lingers of an incident, painted once a frame.
//!
//! One path for each look, whatever the number of messages; past [`CROWD`] of them circles become
//! squares, past [`FLOOD`] links show how full they are.

use super::geometry::{Curve, Point};
use super::legs::{Afterglow, LegKind};
use super::motion::{Look, Swarm};
use super::scene::Scene;
use std::f64::consts::TAU;
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d as Context;

/// More messages than this are painted as squares, which cost half as much.
const CROWD: usize = 2_000;
/// More messages than this are painted as the density of their link.
const FLOOD: usize = 10_000;
/// More messages than this have no edge around each.
const EDGED: usize = 150;
/// More messages than this have no trail.
const TRAILED: usize = 500;
/// More failed messages than this have no dashed ring: the cross alone tells them.
const RINGED: usize = 12;

/// The colours of the page's theme.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Palette {
    pub(crate) ink: String,
    pub(crate) soft: String,
    pub(crate) paper: String,
    pub(crate) request: String,
    pub(crate) reply: String,
    pub(crate) reroute: String,
    pub(crate) failure: String,
}

impl Palette {
    /// Reads the theme from an element's computed style.
    pub(crate) fn of(element: &web_sys::Element) -> Self {
        let style =
            web_sys::window().and_then(|window| window.get_computed_style(element).ok().flatten());
        let colour = |name: &str, fallback: &str| {
            style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok())
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .unwrap_or_else(|| fallback.to_owned())
        };
        Self {
            ink: colour("--ink", "#1d2733"),
            soft: colour("--ink-soft", "#5b6877"),
            paper: colour("--paper", "#fbfaf7"),
            request: colour("--request", "#0072B2"),
            reply: colour("--reply", "#009E73"),
            reroute: colour("--reroute", "#E69F00"),
            failure: colour("--failure", "#D55E00"),
        }
    }

    fn colour(&self, look: Look) -> &str {
        match look {
            Look::Request | Look::Handshake => &self.request,
            Look::Reply => &self.reply,
            Look::Retry => &self.reroute,
            Look::Error | Look::FailedProbe => &self.failure,
            Look::Probe => &self.soft,
        }
    }
}

/// A line that a hand is drawing from a node.
pub(crate) struct Thread {
    pub(crate) from: Point,
    pub(crate) to: Point,
}

/// A brush on the stage's canvas.
pub(crate) struct Brush<'a> {
    pub(crate) on: &'a Context,
    pub(crate) palette: &'a Palette,
    /// The size of shapes relative to their design.
    pub(crate) scale: f64,
}

impl Brush<'_> {
    /// Legs: the ways that failed and those taken instead.
    pub(crate) fn legs(&self, glow: &Afterglow, scene: &Scene, still: bool) {
        for (leg, strength) in glow.shown(still) {
            self.on.set_global_alpha(strength);
            let failed = leg.kind == LegKind::Failed;
            let colour = if failed {
                &self.palette.failure
            } else {
                &self.palette.reroute
            };
            self.on.set_stroke_style_str(colour);
            self.on.set_fill_style_str(colour);
            self.on.set_line_width(if failed { 2.2 } else { 3.0 });
            self.on.set_line_cap("round");
            self.dash(if failed { &[5.0, 5.0] } else { &[] });
            for &(link, forward) in &leg.links {
                let Some(wire) = scene.wire(link) else {
                    continue;
                };
                self.on.begin_path();
                self.trace(&wire.curve);
                self.on.stroke();
                // The triangle tells a reroute from a colour alone; it points where the attempt goes.
                let t = if failed { 0.78 } else { 0.56 };
                let t = if forward { t } else { 1.0 - t };
                let heading = wire.curve.heading(t) * if forward { 1.0 } else { -1.0 };
                self.arrow(wire.curve.at(t), heading, 7.0 * self.scale.max(0.7));
            }
        }
        self.dash(&[]);
        self.on.set_global_alpha(1.0);
    }

    /// Deaths, revivals, and where messages were lost.
    pub(crate) fn pulses(&self, glow: &Afterglow, scene: &Scene, still: bool) {
        for pulse in &glow.pulses {
            let Some(node) = scene.node(pulse.node) else {
                continue;
            };
            let progress = if still { 0.3 } else { pulse.progress() };
            let gone = (1.0 - progress) * (1.0 - progress);
            self.on.set_global_alpha(0.75 * (1.0 - progress));
            let colour = if pulse.death {
                &self.palette.failure
            } else {
                &self.palette.reply
            };
            self.on.set_stroke_style_str(colour);
            self.on.set_line_width(1.0 + 4.0 * gone);
            self.on.begin_path();
            let radius = node.half.x.max(node.half.y) + 3.0 + (1.0 - gone) * 34.0 * self.scale;
            let _ = self.on.arc(node.at.x, node.at.y, radius, 0.0, TAU);
            self.on.stroke();
        }
        self.on.set_stroke_style_str(&self.palette.failure);
        self.on.set_line_width(2.0);
        for wreck in &glow.wrecks {
            self.on.set_global_alpha(wreck.strength());
            self.on.begin_path();
            self.crosses(&[wreck.at], 4.6 * self.scale.max(0.7));
            self.on.stroke();
        }
        self.on.set_global_alpha(1.0);
    }

    /// The messages.
    pub(crate) fn swarm(&self, swarm: &Swarm) {
        let count = swarm.len();
        let radius = (4.2 * self.scale).clamp(2.8, 4.6);
        if !swarm.chosen.is_empty() {
            self.on.set_stroke_style_str(&self.palette.ink);
            self.on.set_line_width(1.5);
            self.on.begin_path();
            for at in &swarm.chosen {
                self.on.move_to(at.x + radius + 5.0, at.y);
                let _ = self.on.arc(at.x, at.y, radius + 5.0, 0.0, TAU);
            }
            self.on.stroke();
        }
        if count <= TRAILED {
            self.trails(swarm, radius);
        }
        for look in Look::ALL {
            let places = swarm.of(look);
            if places.is_empty() {
                continue;
            }
            let colour = self.palette.colour(look);
            self.on.set_fill_style_str(colour);
            self.on.set_stroke_style_str(colour);
            if count > CROWD {
                for at in places {
                    self.on.fill_rect(at.x - 2.0, at.y - 2.0, 4.0, 4.0);
                }
                continue;
            }
            self.look(look, places, radius, count <= EDGED);
        }
        self.lost(swarm, radius);
    }

    fn trails(&self, swarm: &Swarm, radius: f64) {
        self.on.set_line_cap("butt");
        self.on.set_global_alpha(0.24);
        self.on.set_line_width(radius * 1.1);
        for look in [Look::Request, Look::Reply, Look::Retry] {
            self.on.set_stroke_style_str(self.palette.colour(look));
            // One by one and straight where they nearly are: a path of them all, curved and with
            // round ends, took three times as long.
            for [from, middle, to] in swarm.trails(look) {
                self.on.begin_path();
                self.on.move_to(from.x, from.y);
                let bend = *middle - from.toward(*to, 0.5);
                if bend.length() > 0.75 {
                    self.on.line_to(middle.x, middle.y);
                }
                self.on.line_to(to.x, to.y);
                self.on.stroke();
            }
        }
        self.on.set_global_alpha(1.0);
    }

    fn look(&self, look: Look, places: &[Point], radius: f64, edged: bool) {
        self.on.begin_path();
        match look {
            Look::Request => self.circles(places, radius),
            Look::Reply => {
                let half = radius * 0.92;
                for at in places {
                    self.on
                        .rect(at.x - half, at.y - half, 2.0 * half, 2.0 * half);
                }
            }
            Look::Retry => {
                for at in places {
                    let up = radius * 1.55;
                    self.on.move_to(at.x, at.y - up);
                    self.on.line_to(at.x + up * 0.95, at.y + up * 0.72);
                    self.on.line_to(at.x - up * 0.95, at.y + up * 0.72);
                    self.on.close_path();
                }
            }
            Look::Error => {
                self.on.set_line_width(2.2);
                self.crosses(places, radius * 0.95);
                self.on.stroke();
                if places.len() > RINGED {
                    return;
                }
                // A dashed ring: failure is told by form as well as by colour.
                self.on.set_line_width(1.2);
                self.dash(&[2.5, 2.0]);
                self.on.begin_path();
                self.circles(places, radius * 1.9);
                self.on.stroke();
                self.dash(&[]);
                return;
            }
            Look::Handshake => {
                self.on.set_line_width(1.2);
                self.on.set_global_alpha(0.75);
                self.circles(places, radius * 0.6);
                self.on.stroke();
                self.on.set_global_alpha(1.0);
                return;
            }
            Look::Probe | Look::FailedProbe => {
                self.circles(places, radius * 0.5);
                self.on.set_global_alpha(0.65);
                self.on.fill();
                self.on.set_global_alpha(0.25);
                self.on.begin_path();
                self.circles(places, radius * 1.15);
                self.on.fill();
                self.on.set_global_alpha(1.0);
                return;
            }
        }
        if edged {
            // An edge of paper keeps messages apart where they crowd.
            self.on.set_stroke_style_str(&self.palette.paper);
            self.on.set_line_width(1.6);
            self.on.stroke();
        }
        self.on.fill();
    }

    fn lost(&self, swarm: &Swarm, radius: f64) {
        if swarm.lost.is_empty() {
            return;
        }
        self.on.set_stroke_style_str(&self.palette.failure);
        self.on.set_line_width(2.0);
        for &(at, strength) in &swarm.lost {
            self.on.set_global_alpha(strength);
            self.on.begin_path();
            self.crosses(&[at], radius * 1.1);
            self.on.stroke();
        }
        self.on.set_global_alpha(1.0);
    }

    /// Tints each link by how many messages are on it.
    pub(crate) fn density(&self, scene: &Scene) {
        self.on.set_stroke_style_str(&self.palette.request);
        self.on.set_line_cap("round");
        for wire in &scene.wires {
            let [there, back] = wire.figure.traffic;
            let many = f64::from(there + back);
            self.on.set_global_alpha((many / 2_000.0).clamp(0.05, 0.7));
            self.on
                .set_line_width(2.0 + 6.0 * (many / 2_000.0).min(1.0));
            self.on.begin_path();
            self.trace(&wire.curve);
            self.on.stroke();
        }
        self.on.set_global_alpha(1.0);
    }

    /// Whether so many messages are shown as density.
    pub(crate) const fn floods(messages: usize) -> bool {
        messages > FLOOD
    }

    /// The line to a node that is about to be linked.
    pub(crate) fn thread(&self, thread: &Thread) {
        self.on.set_stroke_style_str(&self.palette.request);
        self.on.set_line_width(2.0);
        self.dash(&[6.0, 5.0]);
        self.on.begin_path();
        self.on.move_to(thread.from.x, thread.from.y);
        self.on.line_to(thread.to.x, thread.to.y);
        self.on.stroke();
        self.dash(&[]);
    }

    fn trace(&self, curve: &Curve) {
        self.on.move_to(curve.from.x, curve.from.y);
        self.on
            .quadratic_curve_to(curve.bend.x, curve.bend.y, curve.to.x, curve.to.y);
    }

    fn arrow(&self, at: Point, heading: Point, size: f64) {
        let side = heading.across() * (size * 0.85);
        let (tip, base) = (at + heading * size, at - heading * (size * 0.6));
        self.on.begin_path();
        self.on.move_to(tip.x, tip.y);
        self.on.line_to(base.x + side.x, base.y + side.y);
        self.on.line_to(base.x - side.x, base.y - side.y);
        self.on.close_path();
        self.on.fill();
    }

    fn circles(&self, places: &[Point], radius: f64) {
        for at in places {
            self.on.move_to(at.x + radius, at.y);
            // Refused only for a negative radius, and this one is a constant times a scale above 0.
            let _ = self.on.arc(at.x, at.y, radius, 0.0, TAU);
        }
    }

    fn crosses(&self, places: &[Point], half: f64) {
        for at in places {
            self.on.move_to(at.x - half, at.y - half);
            self.on.line_to(at.x + half, at.y + half);
            self.on.move_to(at.x + half, at.y - half);
            self.on.line_to(at.x - half, at.y + half);
        }
    }

    fn dash(&self, lengths: &[f64]) {
        let list: js_sys::Array = lengths
            .iter()
            .map(|&length| JsValue::from_f64(length))
            .collect();
        // Refused only for something that is not a list of numbers.
        let _ = self.on.set_line_dash(&list);
    }
}

//! Deaths that balancers have discovered, each in a sentence.

use crate::markup::{Element, el, group};
use crate::panels::format::{plural, span};
use simulation::World;
use simulation::incident::Detection;

/// Sentences shown.
const SHOWN: usize = 3;

fn sentence(world: &World, detection: &Detection) -> String {
    let gap = detection.detected.saturating_sub(detection.died);
    let sent = u64::from(detection.attempts_sent);
    format!(
        "{}: dead at {}, found {} later; {} went there in between.",
        world.name(detection.server),
        span(detection.died),
        span(gap),
        plural(sent, "attempt")
    )
}

/// The newest detections, newest first; nothing if there is none.
pub(super) fn list(world: &World, wanted: impl Fn(&Detection) -> bool) -> Option<Element> {
    let found: Vec<_> = world
        .detections()
        .iter()
        .rev()
        .filter(|it| wanted(it))
        .take(SHOWN)
        .collect();
    if found.is_empty() {
        return None;
    }
    let sentences = found
        .into_iter()
        .map(|it| el("li").with(sentence(world, it)));
    let list = group()
        .with(el("h3").with("Deaths discovered"))
        .with(el("ul").class("sentences").each(sentences));
    Some(list)
}

//! Deaths that balancers have discovered, each in a sentence.

use crate::panels::format::{plural, span};
use simulation::World;
use simulation::incident::Detection;
use yew::prelude::*;

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
pub(super) fn list(world: &World, wanted: impl Fn(&Detection) -> bool) -> Html {
    let found: Vec<_> = world
        .detections()
        .iter()
        .rev()
        .filter(|it| wanted(it))
        .take(SHOWN)
        .collect();
    if found.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3>{ "Deaths discovered" }</h3>
            <ul class="sentences">
                { for found.into_iter().map(|it| html! { <li>{ sentence(world, it) }</li> }) }
            </ul>
        </>
    }
}

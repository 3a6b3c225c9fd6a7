//! Killing a node in two ways, and starting it again.

use super::button::Do;
use simulation::Action;
use simulation::action::Death;
use simulation::view::Life;
use yew::prelude::*;

/// The buttons that a node's life allows.
pub(super) fn buttons(name: &str, life: Life) -> Html {
    match life {
        Life::Up => html! {
            <>
                <Do key="crash" label="Crash" tone="harm" action={Action::Kill(name.to_owned(), Death::Crash)}
                    title="The process dies and its host says so: connections are reset, new ones refused." />
                <Do key="silence" label="Silence" tone="harm" action={Action::Kill(name.to_owned(), Death::Silence)}
                    title="The host falls silent: nothing answers, and callers learn of it only by waiting." />
            </>
        },
        Life::Dead { .. } => html! {
            <Do key="revive" label="Revive" tone="recovery" action={Action::Revive(name.to_owned())}
                title="Starts the process again, empty." />
        },
    }
}

/// How it died, in a word.
pub(super) fn manner(death: Death) -> &'static str {
    match death {
        Death::Crash => "crashed",
        Death::Silence => "silent",
    }
}

/// What the buttons do, for those who are about to choose.
pub(super) fn explained(life: Life) -> &'static str {
    match life {
        Life::Up => {
            "Two ways to kill it. A crash is answered with a reset: callers know within a round trip. Silence answers nothing: they must wait."
        }
        Life::Dead { .. } => "Revived, it begins empty; whoever watches it must find it again.",
    }
}

//! Killing a node in two ways, and starting it again.

use super::button::{Do, Props};
use crate::markup::{group, keyed};
use simulation::Action;
use simulation::action::Death;
use simulation::view::Life;
use yew::prelude::*;

/// The buttons that a node's life allows.
pub(super) fn buttons(name: &str, life: Life) -> Html {
    let kill = |key: &'static str, label, death, title| {
        let props = Props {
            label,
            title: AttrValue::Static(title),
            action: Action::Kill(name.to_owned(), death),
            tone: "harm",
        };
        keyed::<Do>(key.into(), props)
    };
    match life {
        Life::Up => group()
            .with(kill(
                "crash",
                "Crash",
                Death::Crash,
                "The process dies and its host says so: connections are reset, new ones refused.",
            ))
            .with(kill(
                "silence",
                "Silence",
                Death::Silence,
                "The host falls silent: nothing answers, and callers learn of it only by waiting.",
            ))
            .html(),
        Life::Dead { .. } => {
            let props = Props {
                label: "Revive",
                title: AttrValue::Static("Starts the process again, empty."),
                action: Action::Revive(name.to_owned()),
                tone: "recovery",
            };
            keyed::<Do>("revive".into(), props)
        }
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

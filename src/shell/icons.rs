//! Icons of the controls, in the line width of the stage's shapes.

use yew::prelude::*;

fn icon(inner: Html) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor"
            stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{ inner }</svg>
    }
}

/// Play.
pub(super) fn play() -> Html {
    icon(html! { <path d="M8 5.5v13l10.5-6.5z" fill="currentColor" /> })
}

/// Pause.
pub(super) fn pause() -> Html {
    icon(html! { <path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" /> })
}

/// To the next event.
pub(super) fn step() -> Html {
    icon(html! { <path d="M7 6v12l8-6zM18 6v12" /> })
}

/// From the start.
pub(super) fn restart() -> Html {
    icon(html! { <path d="M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4h4" /> })
}

/// Another seed.
pub(super) fn dice() -> Html {
    icon(html! {
        <><rect x="4.5" y="4.5" width="15" height="15" rx="3.5" />
        <path d="M9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01" stroke-width="2.6" /></>
    })
}

/// Take back.
pub(super) fn undo() -> Html {
    icon(
        html! { <path d="M8.5 6L4.5 10l4 4M4.5 10h9a5.5 5.5 0 0 1 0 11H10" transform="translate(0 -1.5)" /> },
    )
}

/// Make again.
pub(super) fn redo() -> Html {
    icon(
        html! { <path d="M15.5 6l4 4-4 4M19.5 10h-9a5.5 5.5 0 0 0 0 11H14" transform="translate(0 -1.5)" /> },
    )
}

/// A link between two nodes.
pub(super) fn link() -> Html {
    html! {
        <svg class="part-icon" viewBox="-34 -34 68 68" aria-hidden="true" fill="none"
            stroke="currentColor" stroke-width="2">
            <path d="M-17 12C-8-12 8 12 17-12" />
            <circle cx="-20" cy="15" r="5" fill="var(--panel)" /><circle cx="20" cy="-15" r="5" fill="var(--panel)" />
        </svg>
    }
}

/// Reroute's own sign: a call that finds another way.
pub(super) fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 40 26" aria-hidden="true" fill="none" stroke-width="2.6" stroke-linecap="round">
            <path d="M6 12C9 2 20 2 26 6" stroke="var(--failure)" stroke-dasharray="4 4.5" />
            <path d="M6 12c3 12 18 12 27 7" stroke="var(--reply)" />
            <circle cx="6" cy="12" r="4.4" fill="var(--request)" /><circle cx="34" cy="18" r="3.6" fill="var(--reply)" />
        </svg>
    }
}

//! The inspector.
use yew::prelude::*;

/// What is selected, and what can be done with it.
#[component]
pub(crate) fn Inspector() -> Html {
    html! { <section class="inspector" aria-label="Inspector"></section> }
}

//! The charts.
use yew::prelude::*;

/// Four small multiples below the stage.
#[component]
pub(crate) fn Charts() -> Html {
    html! { <section class="charts" aria-labelledby="charts-title"><h2 id="charts-title" class="visually-hidden">{"Measurements"}</h2></section> }
}

//! The stage: the picture of the world, and the hands on it.
//!
//! The DOM holds what can be focused, dragged, labelled and read aloud; one canvas over it holds
//! what moves. Both read the world and never own it.

mod figures;
mod geometry;
mod hit;
mod hull;
mod labels;
mod legs;
mod motion;
mod paint;
mod routes;
mod scene;
mod shapes;
mod spot;
mod viewport;
mod words;

use yew::{Html, component, html};

/// The stage. Fills its parent.
#[component]
pub fn Stage() -> Html {
    html! { <div class="stage" /> }
}

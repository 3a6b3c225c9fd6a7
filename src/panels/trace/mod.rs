//! One call through every hop.
pub(super) mod words;

use simulation::record::CallId;
use yew::prelude::*;

/// What the trace shows.
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The call.
    pub(crate) call: CallId,
}

/// A call's sequence diagram, its bytes and its choices explained.
#[component]
pub(crate) fn Trace(props: &Props) -> Html {
    html! { <h2>{ format!("Call {}", props.call) }</h2> }
}

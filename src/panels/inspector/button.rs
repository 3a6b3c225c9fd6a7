//! A button that does one thing to the world.

use crate::lab::use_lab;
use simulation::Action;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Its words.
    pub(super) label: AttrValue,
    /// What it does, in a sentence.
    pub(super) title: AttrValue,
    /// What it does.
    pub(super) action: Action,
    /// How it looks: `harm`, `change`, `recovery`, or plain.
    #[prop_or_default]
    pub(super) tone: &'static str,
}

/// Does an action.
#[component]
pub(super) fn Do(props: &Props) -> Html {
    let lab = use_lab();
    let action = props.action.clone();
    let onclick = move |_| {
        lab.act(action.clone());
    };
    html! {
        <button type="button" class={classes!("do", props.tone)} title={props.title.clone()} {onclick}>
            { props.label.clone() }
        </button>
    }
}

/// Takes a part out, and leaves nothing selected.
#[component]
pub(super) fn Remove(props: &RemoveProps) -> Html {
    let lab = use_lab();
    let action = props.action.clone();
    let onclick = move |_| {
        if lab.act(action.clone()) {
            lab.select(crate::lab::Selection::None);
        }
    };
    html! {
        <p class="removal">
            <button type="button" class="do quiet" {onclick}>{ props.label.clone() }</button>
        </p>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct RemoveProps {
    /// Its words.
    pub(super) label: AttrValue,
    /// What takes the part out.
    pub(super) action: Action,
}

//! A button that does one thing to the world.

use crate::lab::use_lab;
use crate::markup::{self, el, part};
use gloo::timers::callback::Timeout;
use simulation::Action;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Its words.
    pub(super) label: &'static str,
    /// What it does, in a sentence.
    pub(super) title: AttrValue,
    /// What it does.
    pub(super) action: Action,
    /// How it looks: `harm`, `change`, `recovery`, or plain.
    pub(super) tone: &'static str,
}

/// A button that does an action.
pub(super) fn act(
    label: &'static str,
    tone: &'static str,
    action: Action,
    title: impl Into<AttrValue>,
) -> Html {
    part::<Do>(Props {
        label,
        title: title.into(),
        action,
        tone,
    })
}

/// A button that takes a part out.
pub(super) fn remove(label: impl Into<AttrValue>, action: Action) -> Html {
    part::<Remove>(RemoveProps {
        label: label.into(),
        action,
    })
}

/// Does an action.
#[component]
pub(super) fn Do(props: &Props) -> Html {
    let lab = use_lab();
    let action = props.action.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        lab.act(action.clone());
        keep_focus();
    });
    markup::button("do")
        .class(props.tone)
        .attr("title", &props.title)
        .on_click(onclick)
        .with(props.label)
        .html()
}

/// Takes a part out, and leaves nothing selected.
#[component]
pub(super) fn Remove(props: &RemoveProps) -> Html {
    let lab = use_lab();
    let action = props.action.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if lab.act(action.clone()) {
            lab.select(crate::lab::Selection::None);
        }
        keep_focus();
    });
    let button = markup::button("do quiet")
        .on_click(onclick)
        .with(&props.label);
    el("p").class("removal").with(button).html()
}

#[derive(Properties, PartialEq)]
pub(super) struct RemoveProps {
    /// Its words.
    pub(super) label: AttrValue,
    /// What takes the part out.
    pub(super) action: Action,
}

/// A button that does away with itself takes the focus along, and the keyboard would begin anew at
/// the top of the page: once the panel is drawn anew, its heading takes the focus then.
fn keep_focus() {
    Timeout::new(0, || {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else {
            return;
        };
        let lost = document
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY");
        let heading = document
            .query_selector(".inspector h2")
            .ok()
            .flatten()
            .and_then(|heading| heading.dyn_into::<HtmlElement>().ok());
        if let (true, Some(heading)) = (lost, heading) {
            heading.set_tab_index(-1);
            // Refused only for what cannot have the focus, and the tabindex was set.
            let _ = heading.focus();
        }
    })
    .forget();
}

//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape.

use crate::markup::{button, el};
use web_sys::{Event, HtmlDialogElement, MouseEvent};
use yew::virtual_dom::ListenerKind;
use yew::{Callback, Html, NodeRef, Properties, component, use_effect_with, use_node_ref};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) open: bool,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

/// A dialog with a title and a close button.
#[component]
pub(crate) fn Dialog(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.open, move |open| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                if *open && !dialog.open() {
                    // Refused only for a dialog that is open already or not on the page.
                    let _ = dialog.show_modal();
                } else if !*open && dialog.open() {
                    dialog.close();
                }
            }
        });
    }
    let onclose = props.on_close.reform(|_: Event| ());
    let close = props.on_close.reform(|_: MouseEvent| ());
    let outside = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            // A click on the backdrop is one on the dialog element itself.
            let target = event.target().map(|it| it.loose_eq_node(&node));
            if target == Some(true) {
                on_close.emit(());
            }
        })
    };
    let heading = [props.id, "-title"].concat();
    let head = el("div")
        .class("dialog-head")
        .with(el("h2").attr("id", &heading).with(props.title))
        .with(
            button("quiet")
                .on_click(close)
                .attr("aria-label", "Close")
                .with("×"),
        );
    el("dialog")
        .bind(&node)
        .attr("id", props.id)
        .attr("aria-labelledby", heading)
        .on(|| ListenerKind::onclose, onclose)
        .on_click(outside)
        .with(
            el("div")
                .class("dialog-body")
                .with(head)
                .with(props.open.then(|| props.children.clone())),
        )
        .html()
}

trait LooseEq {
    fn loose_eq_node(&self, node: &NodeRef) -> bool;
}

impl LooseEq for web_sys::EventTarget {
    fn loose_eq_node(&self, node: &NodeRef) -> bool {
        use wasm_bindgen::JsCast;
        let node: Option<web_sys::Node> = node.get();
        node.is_some_and(|node| {
            self.dyn_ref::<web_sys::Node>()
                .is_some_and(|own| own.is_same_node(Some(&node)))
        })
    }
}

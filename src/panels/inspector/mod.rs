//! The inspector: what is selected, its live numbers, and everything that can be done with it.

mod balancer;
mod balancer_settings;
mod button;
mod detections;
mod lan;
mod ledger;
mod link;
mod mortality;
mod router;
mod server;
mod sheet;

use super::trace::{self, Trace};
use crate::lab::{Selection, use_lab, use_pulse};
use crate::markup::{self, Child, el, keyed, part};
use balancer::Balancer;
use lan::Lan;
use ledger::Books;
use link::Link;
use router::Router;
use server::Server;
use simulation::NodeId;
use simulation::view::RoleView;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Lan,
    Router,
    Balancer,
    Server,
}

/// A node to be inspected.
#[derive(Properties, PartialEq)]
struct NodeProps {
    node: NodeId,
}

/// What is selected, and what can be done with it.
#[component]
pub(crate) fn Inspector() -> Html {
    let lab = use_lab();
    use_pulse();
    // The key makes a fresh panel, without drafts of another's numbers.
    let panel = match lab.selection() {
        Selection::None => part::<Books>(()),
        Selection::Call(call) => {
            keyed::<Trace>(format!("call-{call}").into(), trace::Props { call })
        }
        Selection::Link(link) => {
            keyed::<Link>(format!("link-{}", link.0).into(), link::Props { link })
        }
        Selection::Node(node) => {
            let kind = lab.read(|world| {
                world.node(node).map(|view| match view.role {
                    RoleView::Lan(_) => Kind::Lan,
                    RoleView::Router | RoleView::Isp => Kind::Router,
                    RoleView::Balancer(_) => Kind::Balancer,
                    RoleView::Server(_) => Kind::Server,
                })
            });
            let key = format!("node-{}", node.0).into();
            let props = NodeProps { node };
            match kind {
                Some(Kind::Lan) => keyed::<Lan>(key, props),
                Some(Kind::Router) => keyed::<Router>(key, props),
                Some(Kind::Balancer) => keyed::<Balancer>(key, props),
                Some(Kind::Server) => keyed::<Server>(key, props),
                None => part::<Books>(()),
            }
        }
    };
    let head = use_node_ref();
    {
        let head = head.clone();
        use_effect_with(lab.selection(), move |selection| show(&head, *selection));
    }
    let of_part = matches!(lab.selection(), Selection::Node(_) | Selection::Link(_));
    el("section")
        .class("inspector")
        .class_if(of_part, "inspector-of-part")
        .attr("aria-label", "Inspector")
        .with(
            el("span")
                .bind(&head)
                .class("inspector-head")
                .attr("aria-hidden", "true"),
        )
        .with(panel)
        .html()
}

/// Brings the beginning of a panel into view, which the one before may have left far behind. That
/// of a part stands by the stage: for it the page must not move away from under a finger.
fn show(head: &NodeRef, selection: Selection) {
    let Some(head) = head.cast::<Element>() else {
        return;
    };
    match selection {
        Selection::None => {}
        Selection::Call(_) => {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            head.scroll_into_view_with_scroll_into_view_options(&options);
        }
        Selection::Node(_) | Selection::Link(_) => {
            let column = head.closest("aside");
            if let Ok(Some(column)) = column {
                column.set_scroll_top(0);
            }
        }
    }
}

/// A heading with what stands under it in small.
fn title(name: impl Child, subtitle: impl Child) -> markup::Element {
    el("header")
        .class("inspector-title")
        .with(el("h2").with(name))
        .with(el("p").with(subtitle))
}

/// How something stands that is not well: a word in its own colour.
fn bad(words: impl Child) -> markup::Element {
    el("strong").class("bad").with(words)
}

/// What a part of the panel is about.
#[inline(never)]
fn heading(words: &'static str) -> markup::Element {
    el("h3").with(words)
}

/// What is good to know of what stands above.
fn explained(words: impl Child) -> markup::Element {
    el("p").class("explained").with(words)
}

/// A few numbers with their names.
#[inline(never)]
fn readings(pairs: &[(&'static str, String)]) -> markup::Element {
    el("dl")
        .class("readings")
        .each(pairs.iter().map(|(name, value)| {
            el("div")
                .with(el("dt").with(*name))
                .with(el("dd").with(value))
        }))
}

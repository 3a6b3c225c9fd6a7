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

use crate::lab::{Selection, use_lab, use_pulse};
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
        Selection::None => html! { <Books /> },
        Selection::Call(call) => {
            html! { <super::trace::Trace key={format!("call-{call}")} {call} /> }
        }
        Selection::Link(link) => html! { <Link key={format!("link-{}", link.0)} {link} /> },
        Selection::Node(node) => {
            let kind = lab.read(|world| {
                world.node(node).map(|view| match view.role {
                    RoleView::Lan(_) => Kind::Lan,
                    RoleView::Router | RoleView::Isp => Kind::Router,
                    RoleView::Balancer(_) => Kind::Balancer,
                    RoleView::Server(_) => Kind::Server,
                })
            });
            let key = format!("node-{}", node.0);
            match kind {
                Some(Kind::Lan) => html! { <Lan {key} {node} /> },
                Some(Kind::Router) => html! { <Router {key} {node} /> },
                Some(Kind::Balancer) => html! { <Balancer {key} {node} /> },
                Some(Kind::Server) => html! { <Server {key} {node} /> },
                None => html! { <Books /> },
            }
        }
    };
    let head = use_node_ref();
    {
        let head = head.clone();
        use_effect_with(lab.selection(), move |selection| show(&head, *selection));
    }
    let of_part = matches!(lab.selection(), Selection::Node(_) | Selection::Link(_));
    html! {
        <section class={classes!("inspector", of_part.then_some("inspector-of-part"))} aria-label="Inspector">
            <span ref={head} class="inspector-head" aria-hidden="true" />
            { panel }
        </section>
    }
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
fn title(name: &str, subtitle: Html) -> Html {
    html! {
        <header class="inspector-title">
            <h2>{ name }</h2>
            <p>{ subtitle }</p>
        </header>
    }
}

/// A few numbers with their names.
fn readings(pairs: &[(&str, String)]) -> Html {
    html! {
        <dl class="readings">
            { for pairs.iter().map(|(name, value)| html! { <div><dt>{ *name }</dt><dd>{ value }</dd></div> }) }
        </dl>
    }
}

//! A router or a provider.

use super::button::remove;
use super::{NodeProps, bad, explained, heading, mortality, readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::markup::{el, group};
use crate::panels::format::so_far;
use simulation::Action;
use simulation::view::{Life, RoleView};
use yew::prelude::*;

/// A router, or an internet service provider.
#[component]
pub(super) fn Router(props: &NodeProps) -> Html {
    let lab = use_lab();
    use_pulse();
    lab.read(|world| {
        let Some(node) = world.node(props.node) else {
            return Html::default();
        };
        let kind = match node.role {
            RoleView::Isp => "internet service provider",
            _ => "router",
        };
        let state = match node.life {
            Life::Up => group().with(format!("{kind} · up")),
            Life::Dead { death, since } => {
                let down = format!("down for {}", so_far(world.now().saturating_sub(since)));
                group()
                    .with(format!("{kind} · "))
                    .with(bad(down))
                    .with(format!(" · {}", mortality::manner(death)))
            }
        };
        let links = world
            .links()
            .filter(|link| link.a == node.id || link.b == node.id);
        let (count, on_them) = links.fold((0, 0), |(count, sum), link| {
            (count + 1, sum + link.in_flight)
        });
        let actions = el("div")
            .class("actions")
            .with(mortality::buttons(node.name, node.life));
        group()
            .with(title(node.name.to_owned(), state))
            .with(actions)
            .with(explained(
                "While it is down, messages through it are lost, and routes avoid it if they can.",
            ))
            .with(heading("Now"))
            .with(readings(&[
                ("Links", count.to_string()),
                ("Messages on them", on_them.to_string()),
                ("Address", node.address.to_string()),
            ]))
            .with(remove(
                format!("Remove {}", node.name),
                Action::RemoveNode(node.name.to_owned()),
            ))
            .html()
    })
}

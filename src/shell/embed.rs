//! The slim row of controls in somebody else's page.

use super::icons;
use super::transport::{Pace, button, play_button};
use crate::lab::{Lab, Selection, use_lab, use_pulse};
use crate::markup::{self, el, part};
use simulation::action::{Action, Death};
use simulation::view::{Life, RoleView};
use yew::prelude::*;

/// Play, restart, speed, kill or revive what is selected, and the whole laboratory in a new tab.
#[component]
pub(crate) fn EmbedBar() -> Html {
    let lab = use_lab();
    let _ = use_pulse();
    let target = target(&lab);
    let (slug, seed) = lab.read(|world| {
        let scenario = world.scenario();
        (scenario.slug, scenario.seed)
    });
    let href = format!("?preset={slug}&seed={seed}&speed={}", lab.speed());
    let act = |action: Action, label: String, class: &'static str| {
        let lab = lab.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            lab.act(action.clone());
        });
        markup::button(class).on_click(onclick).with(label)
    };
    let restart = button(
        &lab,
        "Restart with the same seed",
        icons::restart(),
        false,
        |lab| lab.restart(None),
    );
    let deed = target.map(|(name, alive)| {
        let (label, class) = if alive {
            (format!("Kill {name}"), "kill")
        } else {
            (format!("Revive {name}"), "revive")
        };
        let action = if alive {
            Action::Kill(name, Death::Silence)
        } else {
            Action::Revive(name)
        };
        act(action, label, class)
    });
    let link = el("a")
        .class("open-lab")
        .attr("href", href)
        .attr("target", "_blank")
        .attr("rel", "noopener")
        .with("Open the laboratory")
        .with(el("span").attr("aria-hidden", "true").with(" ↗"))
        .with(el("span").class("visually-hidden").with(" in a new tab"));
    el("section")
        .class("embed-bar")
        .attr("aria-label", "Controls")
        .with(play_button(&lab))
        .with(restart)
        .with(part::<Pace>(()))
        .with(el("span").class("spring"))
        .with(deed)
        .with(link)
        .html()
}

/// What the kill button is about: the selected node, or else the first server.
fn target(lab: &Lab) -> Option<(String, bool)> {
    let selection = lab.selection();
    lab.read(|world| {
        let selected = match selection {
            Selection::Node(id) => world
                .node(id)
                .filter(|node| !matches!(node.role, RoleView::Lan(_))),
            _ => None,
        };
        let node = selected.or_else(|| {
            world
                .nodes()
                .find(|node| matches!(node.role, RoleView::Server(_)))
        })?;
        Some((node.name.to_owned(), node.life == Life::Up))
    })
}

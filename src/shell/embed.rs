//! The slim row of controls in somebody else's page.

use super::icons;
use super::transport::{Pace, button, play_button};
use crate::lab::{Lab, Selection, use_lab, use_pulse};
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
        html! { <button type="button" {class} {onclick}>{ label }</button> }
    };
    html! {
        <section class="embed-bar" aria-label="Controls">
            { play_button(&lab) }
            { button(&lab, "Restart with the same seed", icons::restart(), false, |lab| lab.restart(None)) }
            <Pace />
            <span class="spring"></span>
            if let Some((name, alive)) = target {
                if alive {
                    { act(Action::Kill(name.clone(), Death::Silence), format!("Kill {name}"), "kill") }
                } else {
                    { act(Action::Revive(name.clone()), format!("Revive {name}"), "revive") }
                }
            }
            <a class="open-lab" {href} target="_blank" rel="noopener">{ "Open the laboratory" }<span aria-hidden="true">{ " ↗" }</span>
                <span class="visually-hidden">{ " in a new tab" }</span></a>
        </section>
    }
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

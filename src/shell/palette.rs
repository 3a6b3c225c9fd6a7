//! The palette: parts to drag onto the stage, or to choose and then place with a click or Enter.

use super::icons;
use crate::lab::{Tool, use_changes, use_lab};
use crate::stage;
use simulation::placement::Part;
use web_sys::{MouseEvent, PointerEvent};
use yew::prelude::*;

const PARTS: [(Part, &str); 4] = [
    (Part::Lan, "Client LAN"),
    (Part::Server, "Server"),
    (Part::Balancer, "Load balancer"),
    (Part::Router, "Router"),
];

/// The palette.
#[component]
pub(crate) fn Palette() -> Html {
    let lab = use_lab();
    use_changes();
    let tool = lab.tool();
    let toggle = |wanted: Tool| {
        let lab = lab.clone();
        Callback::from(move |_: MouseEvent| {
            let same = match (lab.tool(), wanted) {
                (Tool::Connect(_), Tool::Connect(_)) => true,
                (now, wanted) => now == wanted,
            };
            lab.set_tool(if same { Tool::Select } else { wanted });
        })
    };
    let part = |(part, name): (Part, &'static str)| {
        let onpointerdown = {
            let lab = lab.clone();
            Callback::from(move |event: PointerEvent| stage::begin_palette_drag(&lab, part, &event))
        };
        let onkeydown = {
            let lab = lab.clone();
            Callback::from(move |event: KeyboardEvent| {
                // Enter places at once; Space takes the part in hand, as a click does.
                if event.key() == "Enter" && lab.tool() == Tool::Place(part) {
                    event.prevent_default();
                    stage::place_near_similar(&lab, part);
                }
            })
        };
        let pressed = tool == Tool::Place(part);
        html! {
            <li><button type="button" class="part" aria-pressed={pressed.to_string()}
                onclick={toggle(Tool::Place(part))} {onpointerdown} {onkeydown}>
                { stage::part_icon(part) }<span>{ name }</span>
            </button></li>
        }
    };
    let linking = matches!(tool, Tool::Connect(_));
    html! {
        <section class="palette" aria-labelledby="palette-title">
            <h2 id="palette-title">{ "Add" }</h2>
            <ul>
                { for PARTS.into_iter().map(part) }
                <li><button type="button" class="part link-tool" aria-pressed={linking.to_string()}
                    onclick={toggle(Tool::Connect(None))}>{ icons::link() }<span>{ "Link" }</span></button></li>
            </ul>
        </section>
    }
}

/// What to do with the tool in hand.
pub(super) fn advice(tool: Tool) -> Option<&'static str> {
    match tool {
        Tool::Select => None,
        Tool::Place(_) => Some(
            "Click a place on the stage, or press Enter to let it find one. Escape puts it back.",
        ),
        Tool::Connect(None) => Some("Choose the first end of the link. Escape puts it back."),
        Tool::Connect(Some(_)) => Some("Choose the other end of the link."),
    }
}

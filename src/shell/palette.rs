//! The palette: parts to drag onto the stage, or to choose and then place with a click or Enter.

use super::icons;
use crate::lab::{Tool, use_changes, use_lab};
use crate::markup::{button, el, yes};
use crate::stage;
use simulation::placement::Part;
use web_sys::{MouseEvent, PointerEvent};
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

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
        el("li").with(
            button("part")
                .attr("aria-pressed", yes(pressed))
                .on_click(toggle(Tool::Place(part)))
                .on(|| ListenerKind::onpointerdown, onpointerdown)
                .on_key(onkeydown)
                .with(stage::part_icon(part))
                .with(el("span").with(name)),
        )
    };
    let linking = matches!(tool, Tool::Connect(_));
    let link = el("li").with(
        button("part link-tool")
            .attr("aria-pressed", yes(linking))
            .on_click(toggle(Tool::Connect(None)))
            .with(icons::link())
            .with(el("span").with("Link")),
    );
    el("section")
        .class("palette")
        .attr("aria-labelledby", "palette-title")
        .with(el("h2").attr("id", "palette-title").with("Add"))
        .with(el("ul").each(PARTS.into_iter().map(part)).with(link))
        .html()
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

//! The head of the page: what this is, the scenarios to start from, help.

use super::dialog::{Dialog, Props as DialogProps};
use super::{icons, keys};
use crate::files;
use crate::lab::{use_changes, use_lab};
use crate::markup::{Element, button, el, group, part};
use gloo::events::{EventListener, EventListenerOptions};
use simulation::file::Fault;
use simulation::{Scenario, presets};
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, UrlSearchParams};
use yew::prelude::*;

/// The head of the page.
#[component]
pub(crate) fn Head() -> Html {
    let lab = use_lab();
    use_changes();
    let scenarios = use_state(|| false);
    let help = use_state(|| false);
    let faults = use_state(Vec::<Fault>::new);
    let opened = {
        let (lab, scenarios, faults) = (lab.clone(), scenarios.clone(), faults.clone());
        Callback::from(move |opened: files::Opened| match opened {
            Ok(scenario) => {
                lab.load(&scenario);
                // The address names presets, and this is none.
                remember(None);
                faults.set(Vec::new());
                scenarios.set(false);
            }
            Err(found) => {
                faults.set(found);
                scenarios.set(true);
            }
        })
    };
    {
        let opened = opened.clone();
        use_effect_with((), move |()| {
            let drops = files::watch_drops(opened);
            move || drop(drops)
        });
    }
    {
        let (lab, help) = (lab.clone(), help.clone());
        use_effect_with((), move |()| {
            let options = EventListenerOptions::enable_prevent_default();
            let listener = web_sys::window().map(|window| {
                EventListener::new_with_options(&window, "keydown", options, move |event| {
                    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                        return;
                    };
                    let target = event
                        .target()
                        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                    let within = |selector: &str| {
                        let found = target.as_ref().and_then(|it| it.closest(selector).ok());
                        found.flatten().is_some()
                    };
                    if within("input, select, textarea, dialog") {
                        return;
                    }
                    let command = event.ctrl_key() || event.meta_key();
                    match (command, event.key().to_ascii_lowercase().as_str()) {
                        (true, "z") if event.shift_key() => lab.redo(),
                        (true, "z") => lab.undo(),
                        (true, "y") => lab.redo(),
                        // A single letter only with the focus on the stage: elsewhere it may be
                        // what a screen reader or a voice means (WCAG 2.1.4).
                        (false, "?") if within(".stage") => help.set(true),
                        _ => return,
                    }
                    event.prevent_default();
                })
            });
            move || drop(listener)
        });
    }
    let Scenario {
        slug: current,
        title,
        ..
    } = lab.read(simulation::World::scenario);
    let open = |state: &UseStateHandle<bool>, value: bool| {
        let state = state.clone();
        Callback::from(move |_: MouseEvent| state.set(value))
    };
    let closed = |state: &UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |()| state.set(false))
    };
    let close_scenarios = {
        let faults = faults.clone();
        closed(&scenarios).reform(move |()| faults.set(Vec::new()))
    };
    let choose = {
        let (lab, scenarios) = (lab.clone(), scenarios.clone());
        Callback::from(move |scenario: Scenario| {
            lab.load(&scenario);
            remember(Some(&scenario.slug));
            scenarios.set(false);
        })
    };
    let opener = |class, state| {
        button(class)
            .on_click(open(state, true))
            .attr("aria-haspopup", "dialog")
    };
    let files = part::<files::Files>(files::Props {
        opened,
        faults: (*faults).clone(),
    });
    let entries = presets::all()
        .into_iter()
        .map(|scenario| entry(scenario, &current, &choose));
    let choice = part::<Dialog>(DialogProps {
        id: "scenarios",
        title: "Scenarios",
        open: *scenarios,
        on_close: close_scenarios,
        children: group()
            .with(files)
            .with(el("ul").class("scenarios").each(entries))
            .html(),
    });
    let explained = part::<Dialog>(DialogProps {
        id: "help",
        title: "Help",
        open: *help,
        on_close: closed(&help),
        children: el("div")
            .class("help")
            .with(el("p").with(IDEA))
            .with(el("p").with(COLOURS))
            .with(el("p").with(SMALL))
            .with(keys::tables())
            .html(),
    });
    el("header")
        .class("head")
        .with(
            el("div")
                .class("brand")
                .with(icons::logo())
                .with(el("h1").with("Reroute")),
        )
        .with(
            opener("scenario-button", &scenarios)
                .with(el("span").class("soft").with("Scenario"))
                .with(el("strong").with(title)),
        )
        .with(opener("quiet help-button", &help).with("Help"))
        .with(choice)
        .with(explained)
        .html()
}

const IDEA: &str = "Clients on local networks call procedures on a cluster of servers. A real load \
    balancer and a real RPC engine run over simulated hosts in virtual time: what you see is their \
    state.";
const COLOURS: &str = "Blue circles are requests, green squares replies, amber triangles retries and \
    reroutes, dashed vermilion is failure. Select a node to change it or to kill it, a message or a \
    row of the list to see its call through every hop.";
const SMALL: &str = "Small hollow circles open or close a connection, small filled ones are health \
    checks. The ring of a server is how busy it is, the number in it how many calls wait there; a \
    question mark beside a dead one says that no balancer knows yet.";

fn entry(scenario: Scenario, current: &str, choose: &Callback<Scenario>) -> Element {
    let here = (scenario.slug == current).then_some("true");
    let (title, hint) = (scenario.title.clone(), scenario.hint.clone());
    let onclick = {
        let choose = choose.clone();
        Callback::from(move |_: MouseEvent| choose.emit(scenario.clone()))
    };
    el("li").with(
        button("")
            .on_click(onclick)
            .attr("aria-current", here)
            .with(el("strong").with(title))
            .with(el("span").with(hint)),
    )
}

/// Puts the scenario into the page's address, so that a reload or a copied link opens it. What else
/// the address says of the page stays.
fn remember(preset: Option<&str>) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let search = window.location().search().unwrap_or_default();
    let (Ok(parameters), Ok(history)) = (UrlSearchParams::new_with_str(&search), window.history())
    else {
        return;
    };
    for name in ["preset", "seed", "speed"] {
        parameters.delete(name);
    }
    if let Some(preset) = preset {
        parameters.set("preset", preset);
    }
    let address = format!("?{}", String::from(parameters.to_string()));
    // Refused in some embedding pages, which lose only the convenience.
    let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
}

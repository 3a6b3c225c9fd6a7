//! The page as a whole: where each part stands.

use crate::address::{self, Address};
use crate::bridge;
use crate::lab::Lab;
use crate::markup::{Element, el, part};
use crate::panels::{Calls, Charts, Inspector};
use crate::shell::{EmbedBar, Head, Notice, Palette, StoryCard, Strip, Summary, Transport};
use crate::stage::Stage;
use simulation::World;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{IntersectionObserver, IntersectionObserverEntry, UrlSearchParams};
use yew::context::ContextProviderProps;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn App() -> Html {
    let lab = use_memo((), |()| open());
    {
        let lab = (*lab).clone();
        use_effect_with((), move |()| {
            if let Ok(lab) = lab {
                bridge::install(&lab);
                lab.run();
                if lab.embedded() {
                    watch_view(&lab);
                }
            }
        });
    }
    match &*lab {
        Ok(lab) => part::<ContextProvider<Lab>>(ContextProviderProps {
            context: lab.clone(),
            children: if lab.embedded() {
                embed()
            } else {
                laboratory()
            }
            .html(),
        }),
        Err(sentence) => el("main")
            .class("broken")
            .with(el("h1").with("Reroute"))
            .with(el("p").attr("role", "alert").with(sentence))
            .html(),
    }
}

/// The whole laboratory.
fn laboratory() -> Element {
    let middle = el("main")
        .with(stage())
        .with(part::<Transport>(()))
        .with(part::<Strip>(()))
        .with(part::<Charts>(()))
        .with(part::<Summary>(()));
    let right = el("aside")
        .class("right")
        .attr("aria-label", "Inspector and calls")
        .with(part::<Inspector>(()))
        .with(part::<Calls>(()));
    el("div")
        .class("lab")
        .with(part::<Head>(()))
        .with(el("aside").class("left").with(part::<Palette>(())))
        .with(middle)
        .with(right)
        .with(part::<Notice>(()))
}

/// What stands in somebody else's page.
fn embed() -> Element {
    el("main")
        .class("embed")
        .with(el("h1").class("visually-hidden").with("Reroute"))
        .with(stage())
        .with(part::<EmbedBar>(()))
        .with(part::<Summary>(()))
        .with(part::<Notice>(()))
}

fn stage() -> Element {
    el("div")
        .class("stage-place")
        .with(part::<Stage>(()))
        .with(part::<StoryCard>(()))
}

/// Opens what the address asks for.
fn open() -> Result<Lab, String> {
    let address = address::read(&query()).ok_or("There is no scenario to open.")?;
    let Address {
        mut scenario,
        seeded,
        embed,
        paused,
        theme,
        complaints,
    } = address;
    if let Some(theme) = theme {
        wear(theme);
    }
    if !seeded && let Ok(seed) = getrandom::u64() {
        // The first seed is drawn once and then shown and kept.
        scenario.seed = seed % 1_000_000;
    }
    let world =
        World::new(&scenario).map_err(|error| crate::lab::capitalised(&error.to_string()))?;
    let lab = Lab::new(world, !paused, embed);
    if !complaints.is_empty() {
        lab.notice(complaints.join(" "));
    }
    Ok(lab)
}

/// Sets the theme for the style sheets, before anything reads a colour.
fn wear(theme: &str) {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|it| it.document_element());
    if let Some(root) = root {
        // Fails only for a malformed name, and this one is written here.
        let _ = root.set_attribute("data-theme", theme);
    }
}

fn query() -> Vec<(String, String)> {
    let search = web_sys::window().and_then(|window| window.location().search().ok());
    let Some(parameters) = search.and_then(|search| UrlSearchParams::new_with_str(&search).ok())
    else {
        return Vec::new();
    };
    js_sys::try_iter(&parameters)
        .ok()
        .flatten()
        .map(|pairs| {
            pairs
                .filter_map(Result::ok)
                .filter_map(|pair| {
                    let pair: js_sys::Array = pair.dyn_into().ok()?;
                    Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
                })
                .collect()
        })
        .unwrap_or_default()
}

/// Time passes in an embedded page only while it is in view.
fn watch_view(lab: &Lab) {
    lab.set_in_view(false);
    let Some(body) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|it| it.body())
    else {
        lab.set_in_view(true);
        return;
    };
    let seen = {
        let lab = lab.clone();
        Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last: Option<IntersectionObserverEntry> = entries.pop().dyn_into().ok();
            lab.set_in_view(last.is_none_or(|entry| entry.is_intersecting()));
        })
    };
    match IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
        Ok(observer) => {
            observer.observe(&body);
            // It watches for as long as the page is there.
            seen.forget();
        }
        Err(_) => lab.set_in_view(true),
    }
}

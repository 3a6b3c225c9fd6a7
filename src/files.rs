//! Scenario files: saved, opened by a dialog, opened by a drop.
//!
//! A file that does not hold changes nothing: the world in view goes on, and the faults are listed.

use crate::lab::use_lab;
use crate::markup::{button, el, group};
use gloo::events::{EventListener, EventListenerOptions};
use simulation::Scenario;
use simulation::file::{self, Fault};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// A file's scenario, or what is wrong with it.
pub(crate) type Opened = Result<Scenario, Vec<Fault>>;

/// The largest file that is read, in bytes: a world of the most nodes and links has a tenth of it.
const LARGEST: f64 = 8e6;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// Hears of every file that was opened.
    pub(crate) opened: Callback<Opened>,
    /// What was wrong with the last one.
    pub(crate) faults: Vec<Fault>,
}

/// The buttons, and the faults of the last file.
#[component]
pub(crate) fn Files(props: &Props) -> Html {
    let lab = use_lab();
    let input = use_node_ref();
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlElement>() {
                input.click();
            }
        })
    };
    let chosen = {
        let (input, opened) = (input.clone(), props.opened.clone());
        Callback::from(move |_: Event| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                read(input.files(), opened.clone());
                // The same file, mended, may be chosen again.
                input.set_value("");
            }
        })
    };
    let save = Callback::from(move |_: MouseEvent| {
        save(&lab.read(simulation::World::scenario_as_it_stands))
    });
    let input = el("input")
        .bind(&input)
        .attr("type", "file")
        .attr("accept", ".json,application/json")
        .flag("hidden", true)
        .on_change(chosen);
    let buttons = el("div")
        .class("files")
        .with(button("").on_click(choose).with("Open a file…"))
        .with(button("").on_click(save).with("Save as a file"))
        .with(input);
    let faults = (!props.faults.is_empty()).then(|| {
        let each = props.faults.iter().map(|fault| {
            el("li")
                .with(el("code").with(&fault.path))
                .with(" ")
                .with(&fault.sentence)
        });
        el("div")
            .class("faults")
            .attr("role", "alert")
            .with(el("p").with("The file was not opened:"))
            .with(el("ul").each(each))
    });
    group().with(buttons).with(faults).html()
}

/// Reads the first of some files.
fn read(files: Option<web_sys::FileList>, opened: Callback<Opened>) {
    let Some(file) = files.and_then(|files| files.get(0)) else {
        return;
    };
    let refused = |sentence: &str| {
        Err(vec![Fault {
            path: file.name(),
            sentence: sentence.to_owned(),
        }])
    };
    if file.size() > LARGEST {
        return opened.emit(refused("is too large for a scenario"));
    }
    let unread = refused("cannot be read");
    let failed = opened.clone();
    let done = Closure::once(move |text: JsValue| {
        opened.emit(text.as_string().map_or(unread, |text| file::read(&text)));
    });
    let refused = refused("cannot be read");
    let failed = Closure::once(move |_: JsValue| failed.emit(refused));
    let _ = file.text().then2(&done, &failed);
    // One of the two is called, once; both must live until then.
    done.forget();
    failed.forget();
}

/// Opens files that are dropped on the page, for as long as what is given back is kept.
pub(crate) fn watch_drops(opened: Callback<Opened>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let listeners = ["dragover", "drop"].map(|name| {
        let opened = opened.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window, name, options, move |event| {
            let Some(carried) = event
                .dyn_ref::<DragEvent>()
                .and_then(DragEvent::data_transfer)
            else {
                return;
            };
            // What the palette's parts carry is no file.
            if carried.types().includes(&"Files".into(), 0) {
                event.prevent_default();
                if name == "drop" {
                    read(carried.files(), opened.clone());
                }
            }
        })
    });
    listeners.into()
}

/// Offers a scenario as a download.
fn save(scenario: &Scenario) {
    let text = String::from(js_sys::encode_uri_component(&file::write(scenario)));
    let document = web_sys::window().and_then(|window| window.document());
    let Some(link) = document.and_then(|document| document.create_element("a").ok()) else {
        return;
    };
    let name = if scenario.slug.is_empty() {
        "scenario"
    } else {
        &scenario.slug
    };
    // Refused only for names that are none.
    let _ = link.set_attribute(
        "href",
        &["data:application/json;charset=utf-8,", &text].concat(),
    );
    let _ = link.set_attribute("download", &[name, ".json"].concat());
    if let Some(link) = link.dyn_ref::<HtmlElement>() {
        link.click();
    }
}

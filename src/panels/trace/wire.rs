//! On the wire: the bytes of one message, and what each of them says.

use super::hex::{Run, rows};
use super::{note, words};
use crate::markup::{button, el, group, list, yes};
use rpc::encoding::Encoding;
use simulation::record::Wire;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlSelectElement, MouseEvent};
use yew::{Callback, Html, Properties, component, use_state};

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The messages.
    pub(super) wires: Vec<Wire>,
    /// What each is called in the list.
    pub(super) titles: Vec<String>,
    /// Whether the call has ended.
    pub(super) over: bool,
    /// How they are written.
    pub(super) encoding: Encoding,
}

/// What a message is called in the list.
pub(super) fn title(wire: &Wire, from: &str, to: &str) -> String {
    format!(
        "{} · {from} → {to} · {} bytes · attempt {}",
        words::kind(wire.kind),
        wire.bytes.len(),
        wire.attempt.max(1)
    )
}

/// A choice of messages, their bytes and their fields.
#[component]
pub(super) fn OnTheWire(props: &Props) -> Html {
    let chosen = use_state(|| 0usize);
    let marked = use_state(|| None::<usize>);
    let Some(wire) = props.wires.get(*chosen).or(props.wires.first()) else {
        return note(if props.over {
            "No request left: no connection stood to send it on."
        } else {
            "Nothing was sent yet."
        })
        .html();
    };
    let choose = {
        let (chosen, marked) = (chosen.clone(), marked.clone());
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(place) = select.and_then(|select| select.value().parse().ok()) {
                marked.set(None);
                chosen.set(place);
            }
        })
    };
    let fields = props.encoding.annotate(&wire.bytes);
    let mark = |place: Option<usize>| {
        let marked = marked.clone();
        Callback::from(move |_: MouseEvent| {
            marked.set(if *marked == place { None } else { place });
        })
    };
    let class = |field: Option<usize>| match field {
        Some(_) if field == *marked => "trace-run trace-marked",
        Some(_) => "trace-run",
        None => "",
    };
    let run = |run: &Run, bytes: &String| {
        el("span")
            .class(class(run.field))
            .on_click(mark(run.field))
            .with(bytes)
    };
    let dump = rows(&wire.bytes, &fields)
        .into_iter()
        .map(|(offset, runs)| {
            let bytes = runs.iter().enumerate().map(|(place, it)| {
                group()
                    .with(if place > 0 { " " } else { "" })
                    .with(run(it, &it.hex))
            });
            let ascii = runs.iter().map(|it| run(it, &it.ascii));
            el("div")
                .class("trace-row")
                .with(
                    el("span")
                        .class("trace-offset")
                        .with(format!("{offset:04x}")),
                )
                .with(el("span").class("trace-bytes").each(bytes))
                .with(el("span").class("trace-ascii").each(ascii))
        });
    let options = props.titles.iter().enumerate().map(|(place, title)| {
        el("option")
            .attr("value", place.to_string())
            .flag("selected", place == *chosen)
            .with(title)
    });
    let named = fields.iter().enumerate().map(|(place, field)| {
        let cell = |class| el("span").class(class);
        let button = button("")
            .attr("aria-pressed", yes(*marked == Some(place)))
            .on_click(mark(Some(place)))
            .with(cell("trace-field-name").with(&field.name))
            .with(cell("trace-field-value").with(&field.value))
            .with(cell("trace-field-range").with(range(&field.range)));
        el("li").with(button)
    });
    group()
        .with(
            el("label")
                .class("trace-choose")
                .with(el("span").class("visually-hidden").with("Message"))
                .with(el("select").on_change(choose).each(options)),
        )
        .with(
            el("div")
                .class("trace-dump")
                .attr("role", "group")
                .attr("aria-label", "Bytes in hexadecimal and as text")
                .attr("tabindex", "0")
                .with(list(dump)),
        )
        .with(
            el("ul")
                .class("trace-fields")
                .attr("aria-label", "Fields of the message")
                .each(named),
        )
        .html()
}

fn range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        1 => format!("byte {}", range.start),
        _ => format!("{}–{}", range.start, range.end.saturating_sub(1)),
    }
}

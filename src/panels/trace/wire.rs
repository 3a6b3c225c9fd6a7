//! On the wire: the bytes of one message, and what each of them says.

use super::hex::rows;
use super::words;
use rpc::encoding::Encoding;
use simulation::record::Wire;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The messages.
    pub(super) wires: Vec<Wire>,
    /// What each is called in the list.
    pub(super) titles: Vec<String>,
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
        return html! { <p class="trace-note">{ "Nothing was sent yet." }</p> };
    };
    let choose = {
        let (chosen, marked) = (chosen.clone(), marked.clone());
        move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(place) = select.and_then(|select| select.value().parse().ok()) {
                marked.set(None);
                chosen.set(place);
            }
        }
    };
    let fields = props.encoding.annotate(&wire.bytes);
    let mark = |place: Option<usize>| {
        let marked = marked.clone();
        move |_: MouseEvent| marked.set(if *marked == place { None } else { place })
    };
    let class = |field: Option<usize>| match field {
        Some(_) if field == *marked => "trace-run trace-marked",
        Some(_) => "trace-run",
        None => "",
    };
    let dump = rows(&wire.bytes, &fields).into_iter().map(|(offset, runs)| html! {
        <div class="trace-row">
            <span class="trace-offset">{ format!("{offset:04x}") }</span>
            <span class="trace-bytes">{ for runs.iter().enumerate().map(|(place, run)| html! {
                <>{ if place > 0 { " " } else { "" } }<span class={class(run.field)} onclick={mark(run.field)}>{ &run.hex }</span></>
            }) }</span>
            <span class="trace-ascii">{ for runs.iter().map(|run| html! { <span class={class(run.field)} onclick={mark(run.field)}>{ &run.ascii }</span> }) }</span>
        </div>
    }).collect::<Html>();
    html! {
        <>
            <label class="trace-choose">
                <span class="visually-hidden">{ "Message" }</span>
                <select onchange={choose}>
                    { for props.titles.iter().enumerate().map(|(place, title)| html! {
                        <option value={place.to_string()} selected={place == *chosen}>{ title }</option>
                    }) }
                </select>
            </label>
            <div class="trace-dump" role="group" aria-label="Bytes in hexadecimal and as text" tabindex="0">{ dump }</div>
            <ul class="trace-fields" aria-label="Fields of the message">
                { for fields.iter().enumerate().map(|(place, field)| html! {
                    <li><button type="button" aria-pressed={(*marked == Some(place)).to_string()} onclick={mark(Some(place))}>
                        <span class="trace-field-name">{ &field.name }</span>
                        <span class="trace-field-value">{ &field.value }</span>
                        <span class="trace-field-range">{ range(&field.range) }</span>
                    </button></li>
                }) }
            </ul>
        </>
    }
}

fn range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        1 => format!("byte {}", range.start),
        _ => format!("{}–{}", range.start, range.end.saturating_sub(1)),
    }
}

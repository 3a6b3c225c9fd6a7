//! One call through every hop: its sequence diagram, its bytes, and why each server was chosen.

mod choice;
mod diagram;
mod hex;
mod layout;
mod wire;
pub(super) mod words;

use super::format::count;
use crate::lab::{Selection, use_lab, use_pulse};
use crate::order::insertion_sort;
use crate::shell::Dialog;
use simulation::World;
use simulation::record::{CallId, CallRecord};
use wire::OnTheWire;
use words::Ending;
use yew::prelude::*;

/// What the trace shows.
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The call.
    pub(crate) call: CallId,
}

/// A call's sequence diagram, its bytes and its choices explained.
#[component]
pub(crate) fn Trace(props: &Props) -> Html {
    let lab = use_lab();
    use_pulse();
    let back = {
        let lab = lab.clone();
        move |_| lab.select(Selection::None)
    };
    // The world keeps the latest calls alone; what is being read may not vanish under the reader.
    let kept = use_mut_ref(|| None::<CallRecord>);
    let remembered = lab.read(|world| world.call(props.call).cloned());
    let forgotten = remembered.is_none();
    let mut kept = kept.borrow_mut();
    if !forgotten {
        *kept = remembered;
    }
    let larger = use_state(|| false);
    let enlarge = {
        let larger = larger.clone();
        Callback::from(move |open: bool| larger.set(open))
    };
    let body = lab.read(|world| match kept.as_ref().filter(|call| call.id == props.call) {
        Some(call) => html! {
            <>
                { body(world, call, *larger, &enlarge) }
                if forgotten { <p class="trace-note">{ "The run no longer remembers this call; here it stands as it was last seen." }</p> }
            </>
        },
        None => html! {
            <>
                <h2>{ format!("Call {}", count(props.call)) }</h2>
                <p class="trace-note">{ "This call is no longer remembered: only the latest ones are kept." }</p>
            </>
        },
    });
    html! {
        <div class="trace">
            <button type="button" class="trace-back" onclick={back}>{ "← Back" }</button>
            { body }
        </div>
    }
}

fn body(world: &World, call: &CallRecord, larger: bool, enlarge: &Callback<bool>) -> Html {
    let now = world.now();
    let took = words::span(call.ended.unwrap_or(now).saturating_sub(call.began));
    let attempts = match call.attempts.len() {
        1 => "1 attempt".to_owned(),
        several => format!("{several} attempts"),
    };
    let name = |node| words::name(world, call, node);
    let titles: Vec<String> = call
        .wires
        .iter()
        .map(|wire| wire::title(wire, &name(wire.from), &name(wire.to)))
        .collect();
    // One node however many there are: what follows stays in its place, and open.
    let unsent: Html = words::unsent(call).map(|(attempt, server)| html! {
        <p class="trace-note">{ format!("Attempt {attempt}: the request to {} never left. The connection was not yet open.", name(server)) }</p>
    }).collect();
    html! {
        <>
            <h2>{ format!("Call {} · {}", count(call.id), call.arguments) }</h2>
            <p class="trace-outcome">{ Ending::of(call).icon() }{ format!(" {} · {took} · {attempts}", crate::lab::capitalised(&words::outcome(call)).trim_end_matches('.')) }</p>
            if let Some(why) = words::not_again(call) { <p class="trace-note">{ why }</p> }
            if let Some(value) = &call.value { <p class="trace-value">{ format!("= {value}") }</p> }
            <h3>{ "Through every hop" }</h3>
            { diagram::diagram(world, call, now) }
            <button type="button" class="do trace-larger" aria-haspopup="dialog" onclick={enlarge.reform(|_: MouseEvent| true)}>{ "Larger" }</button>
            <Dialog id="larger" title="Through every hop" open={larger} on_close={enlarge.reform(|()| false)}>
                if larger { { diagram::diagram(world, call, now) } }
            </Dialog>
            <details class="trace-steps">
                <summary>{ "As a list" }</summary>
                { steps(world, call) }
            </details>
            <h3>{ "On the wire" }</h3>
            { unsent }
            <OnTheWire key={call.id} wires={call.wires.clone()} {titles} encoding={world.scenario().encoding} />
            <h3>{ "Why this server" }</h3>
            { choice::choices(world, call) }
        </>
    }
}

fn steps(world: &World, call: &CallRecord) -> Html {
    let mut steps: Vec<_> = call
        .steps
        .iter()
        .filter(|step| step.at <= world.now())
        .collect();
    insertion_sort(&mut steps, |one, two| one.at < two.at);
    html! {
        <ol>
            { for steps.into_iter().map(|step| html! {
                <li><span class="trace-at">{ words::span(step.at.saturating_sub(call.began)) }</span>{ words::step(world, call, step) }</li>
            }) }
        </ol>
    }
}

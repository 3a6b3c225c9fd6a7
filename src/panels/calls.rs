//! The list of calls: the last thirty, newest first, to be held still and looked into.

use super::format::count;
use super::trace::words::{self, Ending};
use crate::lab::{Selection, use_lab, use_pulses};
use simulation::World;
use simulation::record::{CallId, CallRecord, Course};
use yew::prelude::*;

/// Rows shown.
const ROWS: usize = 30;
/// Pulses between two looks at the calls: a list that moves on more often cannot be read.
const READABLE: u64 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    Rerouted,
    Failed,
}

impl Filter {
    const EACH: [(Self, &'static str); 3] = [
        (Self::All, "All"),
        (Self::Rerouted, "Rerouted"),
        (Self::Failed, "Failed"),
    ];

    fn lets(self, call: &CallRecord) -> bool {
        match self {
            Self::All => true,
            Self::Rerouted => Course::of(&call.attempts) == Course::Rerouted,
            Self::Failed => Ending::of(call) == Ending::Failed,
        }
    }
}

#[derive(Clone, PartialEq)]
struct Row {
    id: CallId,
    asked: String,
    servers: String,
    ending: Ending,
    outcome: String,
    latency: String,
}

impl Row {
    fn of(world: &World, call: &CallRecord) -> Self {
        let mut names: Vec<&str> = call
            .attempts
            .iter()
            .filter_map(|attempt| attempt.server)
            .map(|server| world.name(server))
            .collect();
        names.dedup();
        Self {
            id: call.id,
            asked: call.arguments.to_string(),
            servers: if names.is_empty() {
                "–".to_owned()
            } else {
                names.join(" → ")
            },
            ending: Ending::of(call),
            outcome: words::outcome(call),
            latency: call.ended.map_or("…".to_owned(), |ended| {
                words::span(ended.saturating_sub(call.began))
            }),
        }
    }
}

/// The last calls, newest first.
#[component]
pub(crate) fn Calls() -> Html {
    let lab = use_lab();
    use_pulses(READABLE);
    let filter = use_state(|| Filter::All);
    let pointed = use_state(|| false);
    let focused = use_state(|| false);
    let held = use_mut_ref(Vec::<Row>::new);

    let holding = *pointed || *focused;
    if !holding || held.borrow().is_empty() {
        *held.borrow_mut() = lab.read(|world| {
            world
                .calls()
                .filter(|call| filter.lets(call))
                .take(ROWS)
                .map(|call| Row::of(world, call))
                .collect()
        });
    }
    let chosen = lab.selection();
    let set = |state: &UseStateHandle<bool>, value: bool| {
        let state = state.setter();
        move || state.set(value)
    };
    let (enter, leave) = (set(&pointed, true), set(&pointed, false));
    let (focus, blur) = (set(&focused, true), set(&focused, false));
    let filters = Filter::EACH.map(|(which, word)| {
        let choose = {
            let (filter, held) = (filter.clone(), held.clone());
            move |_| {
                held.borrow_mut().clear();
                filter.set(which);
            }
        };
        html! { <button type="button" aria-pressed={(*filter == which).to_string()} onclick={choose}>{ word }</button> }
    });
    // Without keys: the rows stay and their words change, which costs a tenth of new rows.
    // Laid out as a grid a table loses its roles in some browsers: they are said outright.
    let rows = held.borrow().iter().map(|row| {
        let (lab, id) = (lab.clone(), row.id);
        let pressed = chosen == Selection::Call(id);
        let toggle = move |_| lab.select(if pressed { Selection::None } else { Selection::Call(id) });
        html! {
            <tr role="row" class={classes!(pressed.then_some("calls-chosen"))} onclick={toggle}>
                <th role="rowheader" scope="row"><button type="button" aria-pressed={pressed.to_string()}><span class="visually-hidden">{ "Call " }</span>{ count(row.id) }</button></th>
                <td role="cell" class="calls-asked" title={row.asked.clone()}>{ &row.asked }</td>
                <td role="cell" class="calls-servers" title={row.servers.clone()}>{ &row.servers }</td>
                <td role="cell" class="calls-outcome">{ row.ending.icon() }{ " " }{ &row.outcome }</td>
                <td role="cell" class="calls-latency">{ &row.latency }</td>
            </tr>
        }
    }).collect::<Html>();
    let nothing = held.borrow().is_empty().then_some(match *filter {
        Filter::All => "No call yet.",
        Filter::Rerouted => {
            "No call that is remembered was tried at another server after one had failed."
        }
        Filter::Failed => "No call that is remembered failed.",
    });
    html! {
        <section class="calls" aria-labelledby="calls-title">
            <div class="calls-head">
                <h2 id="calls-title">{ "Calls" }</h2>
                <div class="calls-filters" role="group" aria-label="Which calls">{ for filters }</div>
            </div>
            <div class="calls-list" tabindex="0" role="region" aria-label="The last calls"
                onpointerenter={move |_| enter()} onpointerleave={move |_| leave()} onfocusin={move |_| focus()} onfocusout={move |_| blur()}>
                <table role="table">
                    <thead role="rowgroup"><tr role="row">
                        <th role="columnheader" scope="col">{ "Call" }</th><th role="columnheader" scope="col">{ "Procedure" }</th><th role="columnheader" scope="col">{ "Server" }</th>
                        <th role="columnheader" scope="col">{ "Outcome" }</th><th role="columnheader" scope="col" class="calls-latency">{ "Latency" }</th>
                    </tr></thead>
                    <tbody role="rowgroup">{ rows }</tbody>
                </table>
                if let Some(nothing) = nothing { <p class="calls-none">{ nothing }</p> }
            </div>
            <p class="calls-held">{ if holding { "held while you point at it" } else { "" } }</p>
        </section>
    }
}

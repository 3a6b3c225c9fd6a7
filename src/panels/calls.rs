//! The list of calls: the last thirty, newest first, to be held still and looked into.

use super::format::count;
use super::trace::words::{self, Ending};
use crate::lab::{Selection, use_lab, use_pulses};
use crate::markup::{button, column, el, list, yes};
use simulation::World;
use simulation::record::{CallId, CallRecord, Course};
use web_sys::{FocusEvent, MouseEvent, PointerEvent};
use yew::virtual_dom::ListenerKind;
use yew::{Callback, Html, UseStateHandle, component, use_mut_ref, use_state};

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
        (Self::Failed, "Failed, shed"),
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
        Callback::from(move |()| state.set(value))
    };
    let point = |value: bool| set(&pointed, value).reform(|_: PointerEvent| ());
    let focus = |value: bool| set(&focused, value).reform(|_: FocusEvent| ());
    let filters = Filter::EACH.map(|(which, word)| {
        let choose = {
            let (filter, held) = (filter.clone(), held.clone());
            Callback::from(move |_: MouseEvent| {
                held.borrow_mut().clear();
                filter.set(which);
            })
        };
        button("")
            .attr("aria-pressed", yes(*filter == which))
            .on_click(choose)
            .with(word)
    });
    // Without keys: the rows stay and their words change, which costs a tenth of new rows.
    // Laid out as a grid a table loses its roles in some browsers: they are said outright.
    let rows = list(held.borrow().iter().map(|row| {
        let (lab, id) = (lab.clone(), row.id);
        let pressed = chosen == Selection::Call(id);
        let toggle = Callback::from(move |_: MouseEvent| {
            lab.select(if pressed {
                Selection::None
            } else {
                Selection::Call(id)
            });
        });
        let button = button("")
            .attr("aria-pressed", yes(pressed))
            .with(el("span").class("visually-hidden").with("Call "))
            .with(count(row.id));
        let cell = |class| el("td").attr("role", "cell").class(class);
        el("tr")
            .attr("role", "row")
            .class_if(pressed, "calls-chosen")
            .on_click(toggle)
            .with(
                el("th")
                    .attr("role", "rowheader")
                    .attr("scope", "row")
                    .with(button),
            )
            .with(
                cell("calls-asked")
                    .attr("title", &row.asked)
                    .with(&row.asked),
            )
            .with(
                cell("calls-servers")
                    .attr("title", &row.servers)
                    .with(&row.servers),
            )
            .with(
                cell("calls-outcome")
                    .with(row.ending.icon())
                    .with(" ")
                    .with(&row.outcome),
            )
            .with(cell("calls-latency").with(&row.latency))
    }));
    let nothing = held.borrow().is_empty().then_some(match *filter {
        Filter::All => "No call yet.",
        Filter::Rerouted => {
            "No call that is remembered was tried at another server after one had failed."
        }
        Filter::Failed => "No call that is remembered failed or was shed.",
    });
    let head = el("div")
        .class("calls-head")
        .with(el("h2").attr("id", "calls-title").with("Calls"))
        .with(
            el("div")
                .class("calls-filters")
                .attr("role", "group")
                .attr("aria-label", "Which calls")
                .each(filters),
        );
    let head_of = |name| column(name).attr("role", "columnheader");
    let columns = el("tr")
        .attr("role", "row")
        .with(head_of("Call"))
        .with(head_of("Procedure"))
        .with(head_of("Server"))
        .with(head_of("Outcome"))
        .with(head_of("Latency").class("calls-latency"));
    let rowgroup = |tag| el(tag).attr("role", "rowgroup");
    let table = el("table")
        .attr("role", "table")
        .with(rowgroup("thead").with(columns))
        .with(rowgroup("tbody").with(rows));
    let list = el("div")
        .class("calls-list")
        .attr("tabindex", "0")
        .attr("role", "region")
        .attr("aria-label", "The last calls")
        .on(|| ListenerKind::onpointerenter, point(true))
        .on(|| ListenerKind::onpointerleave, point(false))
        .on(|| ListenerKind::onfocusin, focus(true))
        .on(|| ListenerKind::onfocusout, focus(false))
        .with(table)
        .with(nothing.map(|nothing| el("p").class("calls-none").with(nothing)));
    el("section")
        .class("calls")
        .attr("aria-labelledby", "calls-title")
        .with(head)
        .with(list)
        .with(el("p").class("calls-held").with(if holding {
            "held while you point at it"
        } else {
            ""
        }))
        .html()
}

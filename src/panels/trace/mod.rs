//! One call through every hop: its sequence diagram, its bytes, and why each server was chosen.

mod choice;
mod diagram;
mod hex;
mod layout;
mod wire;
pub(super) mod words;

use super::format::count;
use crate::lab::{Selection, use_lab, use_pulse};
use crate::markup::{Child, Element, button, el, group, keyed, part};
use crate::order::insertion_sort;
use crate::shell::{Dialog, DialogProps};
use layout::Scale;
use simulation::World;
use simulation::record::{CallId, CallRecord};
use web_sys::MouseEvent;
use wire::OnTheWire;
use words::Ending;
use yew::{Callback, Html, Properties, component, use_mut_ref, use_state};

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
        Callback::from(move |_: MouseEvent| lab.select(Selection::None))
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
    let body = lab.read(
        |world| match kept.as_ref().filter(|call| call.id == props.call) {
            Some(call) => group()
                .with(body(world, call, *larger, &enlarge))
                .with(forgotten.then(|| {
                note("The run no longer remembers this call; here it stands as it was last seen.")
            })),
            None => group()
                .with(el("h2").with(format!("Call {}", count(props.call))))
                .with(note(
                    "This call is no longer remembered: only the latest ones are kept.",
                )),
        },
    );
    el("div")
        .class("trace")
        .with(button("trace-back").on_click(back).with("← Back"))
        .with(body)
        .html()
}

/// A remark in small.
fn note(words: impl Child) -> Element {
    el("p").class("trace-note").with(words)
}

fn body(world: &World, call: &CallRecord, larger: bool, enlarge: &Callback<bool>) -> Element {
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
    let unsent = words::unsent(call).map(|(attempt, server)| {
        note(format!(
            "Attempt {attempt}: the request to {} never left. The connection was not yet open.",
            name(server)
        ))
    });
    let outcome = format!(
        " {} · {took} · {attempts}",
        crate::lab::capitalised(&words::outcome(call)).trim_end_matches('.')
    );
    let enlarged = part::<Dialog>(DialogProps {
        id: "larger",
        title: "Through every hop",
        open: larger,
        on_close: enlarge.reform(|()| false),
        children: if larger {
            diagram::diagram(world, call, now, Scale::ALONE)
        } else {
            Html::default()
        },
    });
    let on_the_wire = wire::Props {
        wires: call.wires.clone(),
        titles,
        over: call.ended.is_some(),
        encoding: world.scenario().encoding,
    };
    group()
        .with(el("h2").with(format!("Call {} · {}", count(call.id), call.arguments)))
        .with(
            el("p")
                .class("trace-outcome")
                .with(Ending::of(call).icon())
                .with(outcome),
        )
        .with(words::not_again(call).map(note))
        .with(
            call.value
                .as_ref()
                .map(|value| el("p").class("trace-value").with(format!("= {value}"))),
        )
        .with(el("h3").with("Through every hop"))
        .with(diagram::diagram(world, call, now, Scale::BESIDE))
        .with(
            button("do trace-larger")
                .attr("aria-haspopup", "dialog")
                .on_click(enlarge.reform(|_| true))
                .with("Larger"),
        )
        .with(enlarged)
        .with(
            el("details")
                .class("trace-steps")
                .with(el("summary").with("As a list"))
                .with(steps(world, call)),
        )
        .with(el("h3").with("On the wire"))
        .each(unsent)
        .with(keyed::<OnTheWire>(call.id.into(), on_the_wire))
        .with(el("h3").with("Why this server"))
        .with(choice::choices(world, call))
}

fn steps(world: &World, call: &CallRecord) -> Element {
    let mut steps: Vec<_> = call
        .steps
        .iter()
        .filter(|step| step.at <= world.now())
        .collect();
    insertion_sort(&mut steps, |one, two| one.at < two.at);
    el("ol").each(steps.into_iter().map(|step| {
        let at = words::span(step.at.saturating_sub(call.began));
        el("li")
            .with(el("span").class("trace-at").with(at))
            .with(words::step(world, call, step))
    }))
}

//! A link: how it carries, and cutting or holding it.

use super::button::{act, remove};
use super::{bad, explained, heading, readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::markup::{el, group, part};
use crate::panels::fields::{Field, FieldProps, Slider};
use crate::panels::format::{from_milliseconds, number};
use simulation::action::Ends;
use simulation::scenario::Carriage;
use simulation::time::milliseconds;
use simulation::view::LinkState;
use simulation::{Action, LinkId};
use yew::prelude::*;

const MEGABIT: f64 = 1e6;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Which.
    pub(super) link: LinkId,
}

/// A link.
#[component]
pub(super) fn Link(props: &Props) -> Html {
    let lab = use_lab();
    use_pulse();
    lab.read(|world| {
        let Some(link) = world.link(props.link) else { return Html::default() };
        let (a, b) = (world.name(link.a).to_owned(), world.name(link.b).to_owned());
        let ends = || Ends(a.clone(), b.clone());
        let state = match link.state {
            LinkState::Up => group().with("link · up"),
            LinkState::Cut => group().with("link · ").with(bad("cut")),
            LinkState::Held => {
                let held = el("strong").class("warn").with("held");
                group().with("link · ").with(held)
            }
        };
        let cut = || {
            let title = "What is on it is lost, and routes avoid it.";
            act("Cut", "harm", Action::Cut(ends()), title)
        };
        let hold = || {
            let title = "What is on it stays on it, and arrives when it is let go.";
            act("Hold", "change", Action::Hold(ends()), title)
        };
        let actions = match link.state {
            LinkState::Up => group().with(cut()).with(hold()).html(),
            LinkState::Cut => act(
                "Repair",
                "recovery",
                Action::Repair(ends()),
                "It carries again.",
            ),
            LinkState::Held => {
                let release = act(
                    "Release",
                    "recovery",
                    Action::Release(ends()),
                    "What it holds arrives.",
                );
                group().with(release).with(cut()).html()
            }
        };
        group()
            .with(title(format!("{a} – {b}"), state))
            .with(el("div").class("actions").with(actions))
            .with(explained(
                "A cut loses what is under way, and routes avoid it. Held, it keeps everything until it is released.",
            ))
            .with(heading("Now"))
            .with(readings(&[("Messages on it", link.in_flight.to_string())]))
            .with(heading("Settings, each way"))
            .with(part::<Settings>(SettingsProps {
                a: a.clone(),
                b: b.clone(),
                carriage: link.carriage,
            }))
            .with(remove("Disconnect", Action::Disconnect(ends())))
            .html()
    })
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    a: String,
    b: String,
    carriage: Carriage,
}

/// The numbers that a hand sets; drawn again only when they change.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    let lab = use_lab();
    let carriage = props.carriage;
    let set = |change: fn(&mut Carriage, f64)| {
        let (lab, ends) = (lab.clone(), Ends(props.a.clone(), props.b.clone()));
        Callback::from(move |value| {
            let mut carriage = carriage;
            change(&mut carriage, value);
            lab.act(Action::SetCarriage(ends.clone(), carriage));
        })
    };
    let of = AttrValue::from(format!("{} – {}", props.a, props.b));
    let theory = format!(
        "A request of 100 bytes takes {} ms to be put on it.",
        number(800.0 / carriage.bandwidth.max(1) as f64 * 1e3)
    );
    let latency = part::<Field>(FieldProps {
        id: "link-latency",
        label: "Latency",
        of: of.clone(),
        unit: "ms",
        value: milliseconds(carriage.latency),
        min: 0.0,
        max: 60_000.0,
        whole: false,
        slider: Some(Slider::Even(0.0, 200.0, 1.0)),
        set: set(|it, value| it.latency = from_milliseconds(value)),
    });
    let jitter = part::<Field>(FieldProps {
        id: "link-jitter",
        label: "Jitter, at most",
        of: of.clone(),
        unit: "ms",
        value: milliseconds(carriage.jitter),
        min: 0.0,
        max: 60_000.0,
        whole: false,
        slider: Some(Slider::Even(0.0, 100.0, 1.0)),
        set: set(|it, value| it.jitter = from_milliseconds(value)),
    });
    let loss = part::<Field>(FieldProps {
        id: "link-loss",
        label: "Loss",
        of: of.clone(),
        unit: "%",
        value: carriage.loss * 100.0,
        min: 0.0,
        max: 100.0,
        whole: false,
        slider: Some(Slider::Even(0.0, 50.0, 0.5)),
        set: set(|it, value| it.loss = value / 100.0),
    });
    let bandwidth = part::<Field>(FieldProps {
        id: "link-bandwidth",
        label: "Bandwidth",
        of,
        unit: "Mbit/s",
        value: carriage.bandwidth as f64 / MEGABIT,
        min: 0.001,
        max: 1e6,
        whole: false,
        slider: Some(Slider::Log(0.1, 10_000.0)),
        set: set(|it, value| it.bandwidth = libm::round(value * MEGABIT) as u64),
    });
    el("div")
        .class("fields")
        .with(latency)
        .with(jitter)
        .with(loss)
        .with(bandwidth)
        .with(explained(theory))
        .html()
}

//! A link: how it carries, and cutting or holding it.

use super::button::{Do, Remove};
use super::{readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::panels::fields::{Field, Slider};
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
            LinkState::Up => html! { "link · up" },
            LinkState::Cut => html! { <>{ "link · " }<strong class="bad">{ "cut" }</strong></> },
            LinkState::Held => html! { <>{ "link · " }<strong class="warn">{ "held" }</strong></> },
        };
        let cut = html! { <Do label="Cut" tone="harm" action={Action::Cut(ends())} title="What is on it is lost, and routes avoid it." /> };
        let repair = html! { <Do label="Repair" tone="recovery" action={Action::Repair(ends())} title="It carries again." /> };
        let hold = html! { <Do label="Hold" tone="change" action={Action::Hold(ends())} title="What is on it stays on it, and arrives when it is let go." /> };
        let release = html! { <Do label="Release" tone="recovery" action={Action::Release(ends())} title="What it holds arrives." /> };
        html! {
            <>
                { title(&format!("{a} – {b}"), state) }
                <div class="actions">
                    { match link.state {
                        LinkState::Up => html! { <>{ cut }{ hold }</> },
                        LinkState::Cut => repair,
                        LinkState::Held => html! { <>{ release }{ cut }</> },
                    } }
                </div>
                <p class="explained">{ "A cut loses what is under way, and routes avoid it. Held, it keeps everything until it is released." }</p>
                <h3>{ "Now" }</h3>
                { readings(&[("Messages on it", link.in_flight.to_string())]) }
                <h3>{ "Settings, each way" }</h3>
                <Settings a={a.clone()} b={b.clone()} carriage={link.carriage} />
                <Remove label="Disconnect" action={Action::Disconnect(ends())} />
            </>
        }
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
    html! {
        <div class="fields">
            <Field id="link-latency" label="Latency" unit="ms" of={of.clone()} value={milliseconds(carriage.latency)} min={0.0} max={60_000.0}
                slider={Slider::Even(0.0, 200.0, 1.0)} set={set(|it, value| it.latency = from_milliseconds(value))} />
            <Field id="link-jitter" label="Jitter, at most" unit="ms" of={of.clone()} value={milliseconds(carriage.jitter)} min={0.0} max={60_000.0}
                slider={Slider::Even(0.0, 100.0, 1.0)} set={set(|it, value| it.jitter = from_milliseconds(value))} />
            <Field id="link-loss" label="Loss" unit="%" of={of.clone()} value={carriage.loss * 100.0} min={0.0} max={100.0}
                slider={Slider::Even(0.0, 50.0, 0.5)} set={set(|it, value| it.loss = value / 100.0)} />
            <Field id="link-bandwidth" label="Bandwidth" unit="Mbit/s" {of} value={carriage.bandwidth as f64 / MEGABIT} min={0.001} max={1e6}
                slider={Slider::Log(0.1, 10_000.0)} set={set(|it, value| it.bandwidth = libm::round(value * MEGABIT) as u64)} />
            <p class="explained">{ theory }</p>
        </div>
    }
}

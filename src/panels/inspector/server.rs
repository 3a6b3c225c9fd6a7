//! A server: kill it, slow it, drain it, size it.

use super::button::{Do, Remove};
use super::sheet::Sheet;
use super::{NodeProps, mortality, readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::panels::fields::{Field, Slider};
use crate::panels::format::{count, number, percent, so_far};
use simulation::file::sheet::Subject;
use simulation::scenario::ServerSpec;
use simulation::view::{Belief, Life, RoleView, ServerView};
use simulation::{Action, Nanos};
use yew::prelude::*;

/// The speed of a slowed server.
const SLOW: f64 = 0.2;

/// A server.
#[component]
pub(super) fn Server(props: &NodeProps) -> Html {
    let lab = use_lab();
    use_pulse();
    lab.read(|world| {
        let Some(node) = world.node(props.node) else { return Html::default() };
        let RoleView::Server(server) = &node.role else { return Html::default() };
        let (name, now) = (node.name.to_owned(), world.now());
        html! {
            <>
                { title(&name, subtitle(server, node.life, now)) }
                <div class="actions">
                    { mortality::buttons(&name, node.life) }
                    { slow(&name, server.spec.speed) }
                    { drain(&name, server.draining) }
                </div>
                <p class="explained">{ mortality::explained(node.life) }</p>
                <h3>{ "Now" }</h3>
                { readings(&[
                    ("Cores busy", format!("{} of {}", server.busy, server.spec.cores)),
                    ("Waiting", format!("{} of {}", count(server.queued.into()), count(server.spec.queue_limit.into()))),
                    ("Answered", count(server.answered)),
                    ("Shed", count(server.shed)),
                    ("Balancers believe", belief(server.believed, now)),
                    ("Address", node.address.to_string()),
                ]) }
                <h3>{ "Settings" }</h3>
                <Settings name={name.clone()} spec={server.spec.clone()} />
                <Remove label="Remove server" action={Action::RemoveNode(name)} />
            </>
        }
    })
}

fn subtitle(server: &ServerView<'_>, life: Life, now: Nanos) -> Html {
    let Life::Dead { death, since } = life else {
        let state = match (server.draining, server.believed) {
            (true, _) => "draining",
            (_, Belief::Down { .. }) => "up, but taken for down",
            (_, Belief::Ejected { .. }) => "up, but ejected",
            _ if server.spec.speed < 1.0 => "up, slow",
            _ => "up",
        };
        return html! { { format!("application server · {state} · {} busy", percent(server.utilisation)) } };
    };
    let known = match server.believed {
        Belief::Up if !server.watched => "nobody checks, so the balancer will not find out",
        Belief::Up => "the balancer does not know yet",
        Belief::Down { .. } => "the balancer knows",
        Belief::Ejected { .. } => "the balancer has ejected it",
        Belief::Unwatched => "no balancer watches it",
    };
    let down = format!("down for {}", so_far(now.saturating_sub(since)));
    html! { <><strong class="bad">{ down }</strong>{ format!(" · {} · {known}", mortality::manner(death)) }</> }
}

fn belief(belief: Belief, now: Nanos) -> String {
    match belief {
        Belief::Unwatched => "nothing".to_owned(),
        Belief::Up => "up".to_owned(),
        Belief::Down { since } => format!("down for {}", so_far(now.saturating_sub(since))),
        Belief::Ejected { until } => {
            format!("ejected, {} to go", so_far(until.saturating_sub(now)))
        }
    }
}

fn slow(name: &str, speed: f64) -> Html {
    if speed < 1.0 {
        html! { <Do label="Full speed" tone="recovery" action={Action::SetSpeed(name.to_owned(), 1.0)} title="Sets its speed to 1 again." /> }
    } else {
        let title = format!(
            "Sets its speed to {}: all its work takes five times as long.",
            number(SLOW)
        );
        html! { <Do label="Slow" tone="change" action={Action::SetSpeed(name.to_owned(), SLOW)} {title} /> }
    }
}

fn drain(name: &str, draining: bool) -> Html {
    if draining {
        html! { <Do label="Undrain" action={Action::Drain(name.to_owned(), false)} title="Balancers send it new calls again." /> }
    } else {
        html! { <Do label="Drain" action={Action::Drain(name.to_owned(), true)} title="Balancers send it nothing new; what it has, it finishes." /> }
    }
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    name: String,
    spec: ServerSpec,
}

/// The numbers that a hand sets; drawn again only when they change.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    let lab = use_lab();
    let set = |change: fn(&mut ServerSpec, f64)| {
        let (lab, name, spec) = (lab.clone(), props.name.clone(), props.spec.clone());
        Callback::from(move |value| {
            let mut spec = spec.clone();
            change(&mut spec, value);
            lab.act(Action::SetServer(name.clone(), spec));
        })
    };
    let (of, spec) = (AttrValue::from(props.name.clone()), &props.spec);
    // The fields take whole numbers within u32.
    html! {
        <>
        <div class="fields">
            <Field id="server-cores" label="Cores" of={of.clone()} value={f64::from(spec.cores)} min={1.0} max={64.0} whole=true
                slider={Slider::Even(1.0, 16.0, 1.0)} set={set(|spec, value| spec.cores = value as u32)} />
            <Field id="server-speed" label="Speed" unit="×" of={of.clone()} value={spec.speed} min={0.001} max={1000.0}
                slider={Slider::Log(0.05, 4.0)} set={set(|spec, value| spec.speed = value)} />
            <Field id="server-queue" label="Queue limit" unit="calls" {of} value={f64::from(spec.queue_limit)} min={0.0} max={100_000.0} whole=true
                slider={Slider::Even(0.0, 200.0, 1.0)} set={set(|spec, value| spec.queue_limit = value as u32)} />
        </div>
        <Sheet title="Weight, queue, protection…" subject={Subject::Server(props.name.clone(), spec.clone())}
            only="weight priority discipline criticality concurrency drops_expired" />
        </>
    }
}

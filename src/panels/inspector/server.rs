//! A server: kill it, slow it, drain it, size it.

use super::button::{act, remove};
use super::sheet::sheet;
use super::{NodeProps, bad, explained, heading, mortality, readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::markup::{Element, el, group, part};
use crate::panels::fields::{Field, FieldProps, Slider};
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
        let Some(node) = world.node(props.node) else {
            return Html::default();
        };
        let RoleView::Server(server) = &node.role else {
            return Html::default();
        };
        let (name, now) = (node.name.to_owned(), world.now());
        let actions = el("div")
            .class("actions")
            .with(mortality::buttons(&name, node.life))
            .with(slow(&name, server.spec.speed))
            .with(drain(&name, server.draining));
        let (queued, limit) = (server.queued.into(), server.spec.queue_limit.into());
        group()
            .with(title(&name, subtitle(server, node.life, now)))
            .with(actions)
            .with(explained(mortality::explained(node.life)))
            .with(heading("Now"))
            .with(readings(&[
                (
                    "Cores busy",
                    format!("{} of {}", server.busy, server.spec.cores),
                ),
                ("Waiting", format!("{} of {}", count(queued), count(limit))),
                ("Answered", count(server.answered)),
                ("Shed", count(server.shed)),
                ("Balancers believe", belief(server.believed, now)),
                ("Address", node.address.to_string()),
            ]))
            .with(heading("Settings"))
            .with(part::<Settings>(SettingsProps {
                name: name.clone(),
                spec: server.spec.clone(),
            }))
            .with(remove("Remove server", Action::RemoveNode(name)))
            .html()
    })
}

fn subtitle(server: &ServerView<'_>, life: Life, now: Nanos) -> Element {
    let Life::Dead { death, since } = life else {
        let state = match (server.draining, server.believed) {
            (true, _) => "draining",
            (_, Belief::Down { .. }) => "up, but taken for down",
            (_, Belief::Ejected { .. }) => "up, but ejected",
            _ if server.spec.speed < 1.0 => "up, slow",
            _ => "up",
        };
        let busy = percent(server.utilisation);
        return group().with(format!("application server · {state} · {busy} busy"));
    };
    let known = match server.believed {
        Belief::Up if !server.watched => "nobody checks, so the balancer will not find out",
        Belief::Up => "the balancer does not know yet",
        Belief::Down { .. } => "the balancer knows",
        Belief::Ejected { .. } => "the balancer has ejected it",
        Belief::Unwatched => "no balancer watches it",
    };
    let down = format!("down for {}", so_far(now.saturating_sub(since)));
    group()
        .with(bad(down))
        .with(format!(" · {} · {known}", mortality::manner(death)))
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
        let action = Action::SetSpeed(name.to_owned(), 1.0);
        let title = "Sets its speed to 1 again.";
        act("Full speed", "recovery", action, title)
    } else {
        let title = format!(
            "Sets its speed to {}: all its work takes five times as long.",
            number(SLOW)
        );
        let action = Action::SetSpeed(name.to_owned(), SLOW);
        act("Slow", "change", action, title)
    }
}

fn drain(name: &str, draining: bool) -> Html {
    let (label, title) = if draining {
        ("Undrain", "Balancers send it new calls again.")
    } else {
        (
            "Drain",
            "Balancers send it nothing new; what it has, it finishes.",
        )
    };
    act(label, "", Action::Drain(name.to_owned(), !draining), title)
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
    let cores = part::<Field>(FieldProps {
        id: "server-cores",
        label: "Cores",
        of: of.clone(),
        unit: "",
        value: f64::from(spec.cores),
        min: 1.0,
        max: 64.0,
        whole: true,
        slider: Some(Slider::Even(1.0, 16.0, 1.0)),
        set: set(|spec, value| spec.cores = value as u32),
    });
    let speed = part::<Field>(FieldProps {
        id: "server-speed",
        label: "Speed",
        of: of.clone(),
        unit: "×",
        value: spec.speed,
        min: 0.001,
        max: 1000.0,
        whole: false,
        slider: Some(Slider::Log(0.05, 4.0)),
        set: set(|spec, value| spec.speed = value),
    });
    let queue = part::<Field>(FieldProps {
        id: "server-queue",
        label: "Queue limit",
        of,
        unit: "calls",
        value: f64::from(spec.queue_limit),
        min: 0.0,
        max: 100_000.0,
        whole: true,
        slider: Some(Slider::Even(0.0, 200.0, 1.0)),
        set: set(|spec, value| spec.queue_limit = value as u32),
    });
    group()
        .with(
            el("div")
                .class("fields")
                .with(cores)
                .with(speed)
                .with(queue),
        )
        .with(sheet(
            Subject::Server(props.name.clone(), spec.clone()),
            "weight priority discipline criticality concurrency drops_expired",
            "Weight, queue, protection…",
        ))
        .html()
}

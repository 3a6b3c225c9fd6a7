//! A balancer: what it believes of its backends.

use super::balancer_settings::{self, Settings};
use super::button::remove;
use super::{NodeProps, bad, detections, explained, heading, mortality, readings, title};
use crate::lab::{Selection, use_lab, use_pulse};
use crate::markup::{Element, button, column, el, group, part};
use crate::panels::format::{count, so_far};
use ::balancer::{Backend, Health};
use simulation::view::{Life, RoleView};
use simulation::{Action, Nanos, NodeId};
use yew::prelude::*;

/// A balancer.
#[component]
pub(super) fn Balancer(props: &NodeProps) -> Html {
    let lab = use_lab();
    use_pulse();
    let select = {
        let lab = lab.clone();
        Callback::from(move |node| lab.select(Selection::Node(node)))
    };
    lab.read(|world| {
        let Some(node) = world.node(props.node) else {
            return Html::default();
        };
        let RoleView::Balancer(view) = &node.role else {
            return Html::default();
        };
        let (name, now, settings) = (node.name.to_owned(), world.now(), view.balancer.settings());
        let state = match node.life {
            Life::Up => group().with(format!("load balancer · up · {}", settings.policy.name())),
            Life::Dead { death, since } => {
                let down = format!("down for {}", so_far(now.saturating_sub(since)));
                group()
                    .with("load balancer · ")
                    .with(bad(down))
                    .with(format!(" · {}", mortality::manner(death)))
            }
        };
        let backends: Vec<Row> = view
            .balancer
            .backends()
            .map(|it| {
                let id = world.node_named(&it.name).map(|server| server.id);
                Row {
                    id,
                    cells: cells(it, now),
                    state: state_of(it),
                }
            })
            .collect();
        let actions = el("div")
            .class("actions")
            .with(mortality::buttons(&name, node.life));
        group()
            .with(title(&name, state))
            .with(actions)
            .with(explained(mortality::explained(node.life)))
            .with(heading("Now"))
            .with(readings(&[
                ("Attempts under way", count(view.in_flight.into())),
                ("Address", node.address.to_string()),
            ]))
            .with(heading("Backends, as it believes"))
            .with(table(&backends, &select))
            .with(detections::list(world, |it| it.balancer == props.node))
            .with(part::<Settings>(balancer_settings::Props {
                name: name.clone(),
                settings: settings.clone(),
            }))
            .with(remove("Remove balancer", Action::RemoveNode(name)))
            .html()
    })
}

struct Row {
    id: Option<NodeId>,
    /// Name, belief, active, picked, failed checks in a row.
    cells: [String; 5],
    state: &'static str,
}

fn state_of(backend: &Backend) -> &'static str {
    match backend.health {
        Health::Up if backend.draining => "change",
        Health::Up => "good",
        Health::Down { .. } => "bad",
        Health::Ejected { .. } => "warn",
    }
}

fn cells(backend: &Backend, now: Nanos) -> [String; 5] {
    let health = match backend.health {
        Health::Up if backend.draining => "draining".to_owned(),
        Health::Up => "up".to_owned(),
        Health::Down { .. } => "down".to_owned(),
        Health::Ejected { until } => format!("out {}", so_far(until.saturating_sub(now))),
    };
    [
        backend.name.to_string(),
        health,
        backend.active.to_string(),
        count(backend.picked),
        backend.checks_failed_in_a_row().to_string(),
    ]
}

fn table(rows: &[Row], select: &Callback<NodeId>) -> Element {
    if rows.is_empty() {
        return explained("It has none. Link a server to it.");
    }
    let columns = ["Server", "State", "Active", "Picked", "Fails"].map(column);
    let table = el("table")
        .class("backends")
        .with(el("thead").with(el("tr").each(columns)))
        .with(el("tbody").each(rows.iter().map(|it| row(it, select))));
    group().with(table).with(explained(
        "Active: attempts given to it and not finished. Fails: health checks failed in a row.",
    ))
}

fn row(row: &Row, select: &Callback<NodeId>) -> Element {
    let [name, health, active, picked, failed] = &row.cells;
    let mut button = button("name").attr("title", name).with(name);
    if let Some(id) = row.id {
        button = button.on_click(select.reform(move |_: MouseEvent| id));
    }
    el("tr")
        .with(el("th").attr("scope", "row").with(button))
        .with(el("td").class(row.state).with(health))
        .with(el("td").with(active))
        .with(el("td").with(picked))
        .with(el("td").with(failed))
}

//! A balancer: what it believes of its backends.

use super::balancer_settings::Settings;
use super::button::Remove;
use super::{NodeProps, detections, mortality, readings, title};
use crate::lab::{Selection, use_lab, use_pulse};
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
        let Some(node) = world.node(props.node) else { return Html::default() };
        let RoleView::Balancer(view) = &node.role else { return Html::default() };
        let (name, now, settings) = (node.name.to_owned(), world.now(), view.balancer.settings());
        let state = match node.life {
            Life::Up => html! { { format!("load balancer · up · {}", settings.policy.name()) } },
            Life::Dead { death, since } => {
                let down = format!("down for {}", so_far(now.saturating_sub(since)));
                html! { <>{ "load balancer · " }<strong class="bad">{ down }</strong>{ format!(" · {}", mortality::manner(death)) }</> }
            }
        };
        let backends: Vec<Row> = view.balancer.backends().map(|it| {
            let id = world.node_named(&it.name).map(|server| server.id);
            Row { id, cells: cells(it, now), state: state_of(it) }
        }).collect();
        html! {
            <>
                { title(&name, state) }
                <div class="actions">{ mortality::buttons(&name, node.life) }</div>
                <p class="explained">{ mortality::explained(node.life) }</p>
                <h3>{ "Now" }</h3>
                { readings(&[
                    ("Attempts under way", count(view.in_flight.into())),
                    ("Address", node.address.to_string()),
                ]) }
                <h3>{ "Backends, as it believes" }</h3>
                { table(&backends, &select) }
                { detections::list(world, |it| it.balancer == props.node) }
                <Settings name={name.clone()} settings={settings.clone()} />
                <Remove label="Remove balancer" action={Action::RemoveNode(name)} />
            </>
        }
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

fn table(rows: &[Row], select: &Callback<NodeId>) -> Html {
    if rows.is_empty() {
        return html! { <p class="explained">{ "It has none. Link a server to it." }</p> };
    }
    html! {
        <>
        <table class="backends">
            <thead><tr>
                <th scope="col">{ "Server" }</th>
                <th scope="col">{ "State" }</th>
                <th scope="col">{ "Active" }</th>
                <th scope="col">{ "Picked" }</th>
                <th scope="col">{ "Fails" }</th>
            </tr></thead>
            <tbody>
                { for rows.iter().map(|Row { id, cells: [name, health, active, picked, failed], state }| {
                    let onclick = id.map(|id| select.reform(move |_: MouseEvent| id));
                    html! {
                        <tr>
                            <th scope="row"><button type="button" class="name" title={name.clone()} {onclick}>{ name }</button></th>
                            <td class={*state}>{ health }</td><td>{ active }</td><td>{ picked }</td><td>{ failed }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
        <p class="explained">{ "Active: attempts given to it and not finished. Fails: health checks failed in a row." }</p>
        </>
    }
}

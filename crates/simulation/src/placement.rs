//! Where a new part is linked: what a hand means when it puts one on the stage.

use crate::action::Action;
use crate::scenario::{Carriage, LanSpec, LinkSpec, Load, NodeSpec, Position, Role, ServerSpec};
use crate::time::MILLISECOND;
use crate::view::{NodeView, RoleView};
use crate::world::World;

/// A part of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A LAN of clients, behind the nearest router.
    Lan,
    /// A server, behind every balancer, or else the nearest router.
    Server,
    /// A balancer, at the nearest router, before every server.
    Balancer,
    /// A router, linked to the nearest provider or router.
    Router,
}

/// The calls a second of a new LAN.
pub const NEW_LAN_RATE: f64 = 25.0;

/// The action that adds a part at a place, named and linked as a hand would mean it.
#[must_use]
pub fn add(world: &World, part: Part, position: Position) -> Action {
    let position = Position {
        x: position.x.clamp(0.0, 1000.0),
        y: position.y.clamp(0.0, 600.0),
    };
    let (name, role) = match part {
        Part::Lan => {
            let spec = LanSpec {
                clients: 8,
                load: Load::Poisson { rate: NEW_LAN_RATE },
            };
            (free_name(world, "LAN ", letters), Role::Lan(spec))
        }
        Part::Server => (
            free_name(world, "server-", |n| n.to_string()),
            Role::Server(ServerSpec::default()),
        ),
        Part::Balancer => (
            free_name(world, "balancer-", |n| n.to_string()),
            Role::Balancer(new_balancer(world)),
        ),
        Part::Router => (free_name(world, "router-", |n| n.to_string()), Role::Router),
    };
    let near = Carriage {
        latency: 2 * MILLISECOND,
        ..Carriage::default()
    };
    let edge = Carriage {
        latency: 4 * MILLISECOND,
        ..Carriage::default()
    };
    let far = Carriage {
        latency: 10 * MILLISECOND,
        ..Carriage::default()
    };
    let mut links: Vec<(String, Carriage)> = Vec::new();
    let router = || nearest(world, position, is_router).map(|node| node.name.to_owned());
    match part {
        Part::Lan => links.extend(router().map(|name| (name, edge))),
        Part::Router => {
            let isp = nearest(world, position, |node| matches!(node.role, RoleView::Isp));
            let up = isp.map(|node| node.name.to_owned()).or_else(router);
            links.extend(up.map(|name| (name, far)));
        }
        Part::Balancer => {
            links.extend(gateway(world, position).map(|name| (name, far)));
            let servers = world
                .nodes()
                .filter(|node| matches!(node.role, RoleView::Server(_)));
            links.extend(servers.map(|node| (node.name.to_owned(), near)));
        }
        Part::Server => {
            let balancers = world
                .nodes()
                .filter(|node| matches!(node.role, RoleView::Balancer(_)));
            links.extend(balancers.map(|node| (node.name.to_owned(), near)));
            if links.is_empty() {
                links.extend(gateway(world, position).map(|name| (name, far)));
            }
        }
    }
    let links = links
        .into_iter()
        .map(|(other, carriage)| LinkSpec {
            a: other,
            b: name.clone(),
            carriage,
        })
        .collect();
    Action::AddNode {
        node: NodeSpec {
            name,
            position,
            role,
        },
        links,
    }
}

/// A new balancer is set as the ones that stand, so that adding one changes one thing.
fn new_balancer(world: &World) -> balancer::Settings {
    world
        .nodes()
        .find_map(|node| match node.role {
            RoleView::Balancer(view) => Some(view.balancer.settings().clone()),
            _ => None,
        })
        .unwrap_or_else(crate::presets::balancer)
}

fn is_router(node: &NodeView<'_>) -> bool {
    matches!(node.role, RoleView::Router | RoleView::Isp)
}

/// Where a service is connected to the world: a provider, or else a router.
fn gateway(world: &World, position: Position) -> Option<String> {
    nearest(world, position, |node| matches!(node.role, RoleView::Isp))
        .or_else(|| nearest(world, position, is_router))
        .map(|node| node.name.to_owned())
}

fn nearest(
    world: &World,
    to: Position,
    wanted: impl Fn(&NodeView<'_>) -> bool,
) -> Option<NodeView<'_>> {
    let distance = |node: &NodeView<'_>| {
        let (x, y) = (node.position.x - to.x, node.position.y - to.y);
        x * x + y * y
    };
    let candidates = world.nodes().filter(|node| wanted(node));
    candidates.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn free_name(world: &World, prefix: &str, suffix: impl Fn(u32) -> String) -> String {
    // Among one more numbers than there are nodes, one is free.
    let numbers = 1..=world.nodes().count() as u32 + 1;
    let mut names = numbers.map(|number| format!("{prefix}{}", suffix(number)));
    names
        .find(|name| world.node_named(name).is_none())
        .unwrap_or_else(|| prefix.to_owned())
}

/// 1 → A, 26 → Z, 27 → AA.
fn letters(number: u32) -> String {
    let mut rest = number;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_like_columns() {
        assert_eq!(
            [1, 2, 26, 27, 52, 53].map(letters),
            ["A", "B", "Z", "AA", "AZ", "BA"]
        );
    }
}

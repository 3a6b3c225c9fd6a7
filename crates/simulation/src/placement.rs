//! Where a new part is linked: what a hand means when it puts one on the stage.

use crate::action::Action;
use crate::scenario::{Carriage, LanSpec, LinkSpec, Load, NodeSpec, Position, Role, ServerSpec};
use crate::time::MILLISECOND;
use crate::view::{NodeView, RoleView};
use crate::world::World;

/// A part of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A LAN of clients, behind the nearest router, or else straight at the service.
    Lan,
    /// A server, behind every balancer, or else the nearest router, or else at every LAN.
    Server,
    /// A balancer, at the nearest router, or else at every LAN; before every server.
    Balancer,
    /// A router, linked to the nearest provider or router and to every LAN that has no link. The
    /// first of all joins every LAN with the service.
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
    let links = match part {
        Part::Lan => way_out(world, position, edge),
        Part::Router => way_in(world, position, [edge, far]),
        Part::Balancer => {
            let mut links = to_the_world(world, position, [far, edge]);
            links.extend(all(world, is_server, near));
            links
        }
        Part::Server => {
            let behind = all(world, is_balancer, near);
            if behind.is_empty() {
                to_the_world(world, position, [far, edge])
            } else {
                behind
            }
        }
    };
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

fn is_balancer(node: &NodeView<'_>) -> bool {
    matches!(node.role, RoleView::Balancer(_))
}

fn is_server(node: &NodeView<'_>) -> bool {
    matches!(node.role, RoleView::Server(_))
}

fn is_lan(node: &NodeView<'_>) -> bool {
    matches!(node.role, RoleView::Lan(_))
}

/// Whom a new part is linked to, and how.
type Links = Vec<(String, Carriage)>;

fn all(world: &World, wanted: impl Fn(&NodeView<'_>) -> bool, carriage: Carriage) -> Links {
    let found = world.nodes().filter(|node| wanted(node));
    found.map(|node| (node.name.to_owned(), carriage)).collect()
}

/// Where a network sends its calls: a router, or else the service itself.
fn way_out(world: &World, position: Position, carriage: Carriage) -> Links {
    let found = nearest(world, position, is_router)
        .or_else(|| nearest(world, position, is_balancer))
        .or_else(|| nearest(world, position, is_server));
    found
        .map(|node| (node.name.to_owned(), carriage))
        .into_iter()
        .collect()
}

/// Where a service meets its callers: a provider, or else a router, or else every network.
fn to_the_world(world: &World, position: Position, [far, edge]: [Carriage; 2]) -> Links {
    let found = nearest(world, position, |node| matches!(node.role, RoleView::Isp))
        .or_else(|| nearest(world, position, is_router));
    match found {
        Some(node) => vec![(node.name.to_owned(), far)],
        None => all(world, is_lan, edge),
    }
}

/// What a router joins: the networks without a link and the rest of the world; all the networks
/// and the service, if it is the first.
fn way_in(world: &World, position: Position, [edge, far]: [Carriage; 2]) -> Links {
    let linked = |node: &NodeView<'_>| {
        let mut links = world.links();
        links.any(|link| link.a == node.id || link.b == node.id)
    };
    if nearest(world, position, is_router).is_some() {
        let mut links = to_the_world(world, position, [far, edge]);
        links.extend(all(world, |node| is_lan(node) && !linked(node), edge));
        return links;
    }
    let mut service = all(world, is_balancer, far);
    if service.is_empty() {
        service = all(world, is_server, far);
    }
    service.extend(all(world, is_lan, edge));
    service
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

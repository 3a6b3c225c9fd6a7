//! Which model describes a world as it stands now, whatever was done to it since its start.
//!
//! Idea: what is dead, drained, cut or held takes no part, so the rest is a scenario of its own;
//! it is described once everybody acts on it.

use super::{Description, Objection, describe};
use crate::scenario::Role;
use crate::view::{Belief, Life, LinkState, RoleView};
use crate::world::World;

/// The model that describes a world if nothing more is done to it.
///
/// # Errors
/// What speaks against every model: the first that was found.
pub fn present(world: &World) -> Result<Description, Objection> {
    let now = world.now();
    let mut scenario = world.scenario();
    scenario.timeline.retain(|timed| timed.at > now);
    let (mut servers, mut well) = (0_u32, 0_u32);
    for node in world.nodes() {
        let up = node.life == Life::Up;
        let mut takes_part = up;
        if let RoleView::Server(server) = &node.role {
            servers += 1;
            takes_part &= !server.draining;
            well += u32::from(takes_part);
            let known = match server.believed {
                Belief::Unwatched => up || server.draining,
                Belief::Up => up,
                Belief::Down { .. } => !up,
                Belief::Ejected { .. } => false,
            };
            if !known {
                let never_learnt = !up && !server.watched;
                return Err(if never_learnt {
                    Objection::Unwatched
                } else {
                    Objection::Mistaken
                });
            }
        }
        if matches!(node.role, RoleView::Balancer(_)) && !up {
            return Err(Objection::BalancerDown);
        }
        if !takes_part {
            scenario.nodes.retain(|spec| spec.name != node.name);
        }
    }
    let panics = scenario.nodes.iter().any(|node| match &node.role {
        Role::Balancer(settings) => 100 * well < settings.standing.panic_percent * servers,
        _ => false,
    });
    if panics {
        return Err(Objection::Panic);
    }
    let carries = |a: &str, b: &str| {
        world.links().any(|link| {
            let name = |id| world.node(id).map(|node| node.name);
            let ends = (name(link.a), name(link.b));
            link.state == LinkState::Up && (ends == (Some(a), Some(b)))
        })
    };
    let named = |name: &str| scenario.nodes.iter().any(|node| node.name == name);
    let all = std::mem::take(&mut scenario.links);
    let left = all
        .into_iter()
        .filter(|link| named(&link.a) && named(&link.b) && carries(&link.a, &link.b));
    scenario.links = left.collect();
    describe(&scenario)
}

//! What a visitor can do next, as things stand.

use simulation::World;
use simulation::view::{Life, RoleView};

/// What the state asks for, before anything that a scenario proposes; none if it asks for nothing.
pub(crate) fn wanted(world: &World) -> Option<String> {
    let any = |wanted: fn(&RoleView<'_>) -> bool| world.nodes().any(|node| wanted(&node.role));
    let clients = any(|role| matches!(role, RoleView::Lan(_)));
    let servers = any(|role| matches!(role, RoleView::Server(_)));
    let sentence = match (clients, servers) {
        (false, false) => {
            "The stage is empty. Add a client LAN and a server, and the clients call it."
        }
        (false, true) => "Nobody calls: add a client LAN.",
        (true, false) => "Nobody serves: add a server, and see the calls answered.",
        (true, true) => {
            let dead = world.nodes().find(|node| {
                matches!(
                    (&node.role, node.life),
                    (
                        RoleView::Server(_) | RoleView::Balancer(_),
                        Life::Dead { .. }
                    )
                )
            })?;
            return Some(format!(
                "{} is down. Select it to revive it, or watch who notices.",
                dead.name
            ));
        }
    };
    Some(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::action::{Action, Death};
    use simulation::presets;

    #[test]
    fn an_emptied_stage_is_not_told_of_what_was_there() {
        let mut world = World::new(&presets::find("one-server").unwrap()).unwrap();
        assert_eq!(wanted(&world), None);
        let kill = Action::Kill("server-1".to_owned(), Death::Crash);
        world.apply(&kill).unwrap();
        assert!(wanted(&world).unwrap().starts_with("server-1 is down"));
        let mut gone = |name: &str| world.apply(&Action::RemoveNode(name.to_owned())).unwrap();
        gone("server-1");
        let told = ["LAN A", "LAN B", "LAN C"].map(|name| {
            gone(name);
            name
        });
        assert_eq!(told.len(), 3);
        assert!(wanted(&world).unwrap().contains("empty"));
    }

    #[test]
    fn who_calls_nobody_is_told_to_add_a_server() {
        let mut world = World::new(&presets::find("one-server").unwrap()).unwrap();
        world
            .apply(&Action::RemoveNode("server-1".to_owned()))
            .unwrap();
        assert!(wanted(&world).unwrap().starts_with("Nobody serves"));
    }
}

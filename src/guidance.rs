//! What a visitor can do next, as things stand.

use simulation::scenario::Role;
use simulation::view::{Belief, Life, RoleView};
use simulation::{Scenario, World, presets};

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
            return what_is_down(world);
        }
    };
    Some(sentence.to_owned())
}

/// What to try: what the state asks for, or what the scenario proposes as long as its parts are there.
pub(crate) fn hint(world: &World) -> String {
    wanted(world).unwrap_or_else(|| {
        let scenario = world.scenario();
        let began = presets::find(&scenario.slug).filter(|it| it.title == scenario.title);
        if began.is_none_or(|began| parts(&began) == parts(&scenario)) {
            scenario.hint
        } else {
            "Select a part to see what it does and to change it; kill a server, and see where its calls go."
                .to_owned()
        }
    })
}

/// How many there are of each kind of node.
fn parts(scenario: &Scenario) -> [usize; 5] {
    let mut parts = [0; 5];
    for node in &scenario.nodes {
        let kind = match node.role {
            Role::Lan(_) => 0,
            Role::Router => 1,
            Role::Isp => 2,
            Role::Balancer(_) => 3,
            Role::Server(_) => 4,
        };
        parts[kind] += 1;
    }
    parts
}

/// Who is down, and what can be done.
fn what_is_down(world: &World) -> Option<String> {
    let mut dead = world.nodes().filter(|node| {
        let answers = matches!(node.role, RoleView::Server(_) | RoleView::Balancer(_));
        answers && node.life != Life::Up
    });
    let first = dead.next()?;
    let others = dead.count();
    if others > 0 {
        let all = others + 1;
        return Some(format!(
            "{} and {others} more are down. Select one of the {all} to revive it.",
            first.name
        ));
    }
    let unnoticed = match first.role {
        RoleView::Server(server) => server.watched && server.believed == Belief::Up,
        _ => false,
    };
    let name = first.name;
    Some(if unnoticed {
        format!(
            "{name} is down, and no balancer knows it yet. Watch who notices, or select it to revive it."
        )
    } else {
        format!("{name} is down. Select it to revive it.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::action::{Action, Death};

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
    fn a_scenario_proposes_nothing_of_what_is_no_longer_there() {
        let mut world = World::new(&presets::find("five-servers").unwrap()).unwrap();
        assert_eq!(hint(&world), world.scenario().hint);
        let place = simulation::scenario::Position { x: 500.0, y: 300.0 };
        let part = simulation::placement::Part::Server;
        let add = simulation::placement::add(&world, part, place);
        let undo = world.apply(&add).unwrap();
        assert!(hint(&world).starts_with("Select a part"));
        world.apply(&undo).unwrap();
        assert_eq!(hint(&world), world.scenario().hint);
    }

    #[test]
    fn who_is_to_notice_a_death_is_waited_for_only_while_somebody_may() {
        let mut world = World::new(&presets::find("five-servers").unwrap()).unwrap();
        let kill = |world: &mut World, name: &str| {
            let kill = Action::Kill(name.to_owned(), Death::Silence);
            world.apply(&kill).unwrap();
        };
        kill(&mut world, "server-2");
        assert!(wanted(&world).unwrap().contains("Watch who notices"));
        world.advance(10_000_000_000);
        let told = wanted(&world).unwrap();
        assert_eq!(told, "server-2 is down. Select it to revive it.");
        kill(&mut world, "server-5");
        assert!(
            wanted(&world)
                .unwrap()
                .starts_with("server-2 and 1 more are down")
        );
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

//! What is taken away and put back, and what is kept in a file, is as it was.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use common::{preset, start};
use simulation::action::{Death, Ends};
use simulation::view::{Life, LinkState, RoleView};
use simulation::{Action, World};

fn five_servers() -> World {
    start(&preset("five-servers"))
}

fn do_all(world: &mut World, actions: &[Action]) {
    for action in actions {
        world.apply(action).expect("it can be done");
    }
}

/// All that a spectator sees of nodes and links.
fn seen(world: &World) -> Vec<String> {
    let nodes = world.nodes().map(|node| {
        let draining = matches!(&node.role, RoleView::Server(server) if server.draining);
        let death = match node.life {
            Life::Up => None,
            Life::Dead { death, .. } => Some(death),
        };
        format!("{} {death:?} {draining}", node.name)
    });
    let links = world.links().map(|link| {
        let (a, b) = (world.name(link.a), world.name(link.b));
        format!("{a}–{b} {:?}", link.state)
    });
    let mut seen: Vec<String> = nodes.chain(links).collect();
    seen.sort();
    seen
}

fn befallen() -> [Action; 4] {
    let ends = |server: &str| Ends("balancer".to_owned(), server.to_owned());
    [
        Action::Kill("server-3".to_owned(), Death::Silence),
        Action::Drain("server-2".to_owned(), true),
        Action::Cut(ends("server-2")),
        Action::Hold(ends("server-3")),
    ]
}

#[test]
fn who_is_put_back_is_as_dead_and_drained_as_before_and_so_are_its_links() {
    for name in ["server-3", "server-2", "balancer"] {
        let mut world = five_servers();
        do_all(&mut world, &befallen());
        let before = seen(&world);
        let undo = world.apply(&Action::RemoveNode(name.to_owned())).unwrap();
        assert_ne!(seen(&world), before);
        let redo = world.apply(&undo).expect("it can be taken back");
        assert_eq!(seen(&world), before, "{name}");
        assert_eq!(redo, Action::RemoveNode(name.to_owned()));
        let again = world.apply(&redo).expect("it can be done again");
        world.apply(&again).expect("and taken back again");
        assert_eq!(seen(&world), before, "{name}, twice");
    }
}

#[test]
fn who_is_put_back_dead_is_told_to_be_back_not_to_be_killed() {
    let mut world = five_servers();
    do_all(&mut world, &befallen());
    for (name, told) in [
        ("server-3", "server-3 was put back, and is down as before."),
        (
            "server-2",
            "server-2 was put back, and is drained as before.",
        ),
    ] {
        let undo = world.apply(&Action::RemoveNode(name.to_owned())).unwrap();
        let before = world.incidents_since(0).last().map_or(0, |it| it.number);
        world.apply(&undo).unwrap();
        let since = world.incidents_since(before);
        let sentences: Vec<String> = since.map(|it| world.sentence(it)).collect();
        assert_eq!(sentences, [told]);
    }
}

#[test]
fn a_link_that_is_put_back_is_as_cut_or_held_as_before() {
    let ends = Ends("server-3".to_owned(), "balancer".to_owned());
    for state in [Action::Cut(ends.clone()), Action::Hold(ends.clone())] {
        let mut world = five_servers();
        world.apply(&state).unwrap();
        let before = seen(&world);
        let undo = world.apply(&Action::Disconnect(ends.clone())).unwrap();
        let redo = world.apply(&undo).unwrap();
        assert_eq!(seen(&world), before);
        assert!(matches!(redo, Action::Disconnect(_)), "{redo:?}");
    }
}

#[test]
fn a_kill_is_still_to_be_taken_back_after_a_removal_was() {
    let mut world = five_servers();
    let kill = Action::Kill("server-3".to_owned(), Death::Crash);
    let revive = world.apply(&kill).unwrap();
    let back = world
        .apply(&Action::RemoveNode("server-3".to_owned()))
        .unwrap();
    world.apply(&back).unwrap();
    world
        .apply(&revive)
        .expect("the server that was put back is dead");
    let life = world.node_named("server-3").expect("it is there").life;
    assert_eq!(life, Life::Up);
}

#[test]
fn what_has_befallen_the_stage_is_kept_with_it() {
    let mut world = five_servers();
    do_all(&mut world, &befallen());
    world.advance(2_000_000_000);
    let kept = world.scenario_as_it_stands();
    let mut again = World::new(&kept).expect("it holds");
    assert_eq!(
        again.links().filter(|it| it.state != LinkState::Up).count(),
        0
    );
    again.advance(0);
    assert_eq!(seen(&again), seen(&world));
    assert!(
        again
            .metrics()
            .marks()
            .all(|mark| !mark.label.contains("already"))
    );
}

#[test]
fn what_the_timeline_does_is_left_to_it() {
    let mut world = start(&preset("a-server-dies"));
    world.advance(3_000_000_000);
    let kept = world.scenario_as_it_stands();
    assert_eq!(kept, world.scenario());
    let drain = Action::Drain("server-4".to_owned(), true);
    world.apply(&drain).unwrap();
    let kept = world.scenario_as_it_stands();
    assert_eq!(kept.timeline.len(), world.scenario().timeline.len() + 1);
    assert_eq!((kept.timeline[0].at, &kept.timeline[0].action), (0, &drain));
}

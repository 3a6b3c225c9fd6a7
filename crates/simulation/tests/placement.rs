//! Parts put on an empty stage, in whatever order, make a system that answers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

mod common;

use common::{preset, start};
use simulation::World;
use simulation::action::Action;
use simulation::placement::{self, Part};
use simulation::scenario::Position;
use simulation::time::SECOND;

fn empty() -> World {
    let mut scenario = preset("one-server");
    scenario.nodes.clear();
    scenario.links.clear();
    start(&scenario)
}

fn put(world: &mut World, part: Part, x: f64) {
    let add = placement::add(world, part, Position { x, y: 300.0 });
    world.apply(&add).expect("it can be added");
}

/// Every order of some parts.
fn orders(parts: &[Part]) -> Vec<Vec<Part>> {
    let Some((first, rest)) = parts.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in orders(rest) {
        for place in 0..=shorter.len() {
            let mut order = shorter.clone();
            order.insert(place, *first);
            all.push(order);
        }
    }
    all
}

#[test]
fn parts_in_any_order_make_a_system_that_answers() {
    use Part::{Balancer, Lan, Router, Server};
    let systems: [&[Part]; 5] = [
        &[Lan, Server],
        &[Lan, Balancer, Server],
        &[Lan, Router, Server],
        &[Lan, Router, Balancer, Server],
        &[Lan, Router, Balancer, Server, Server],
    ];
    for order in systems.iter().flat_map(|system| orders(system)) {
        let mut world = empty();
        for (place, part) in order.iter().enumerate() {
            put(&mut world, *part, 150.0 * place as f64);
        }
        let lans = order.iter().filter(|part| **part == Lan).count() as f64;
        world.advance(10 * SECOND);
        let answered = world.ledger().calls.answered as f64;
        let offered = 10.0 * lans * placement::NEW_LAN_RATE;
        assert!(answered > 0.7 * offered, "{order:?}: {answered}");
    }
}

#[test]
fn a_new_router_takes_in_a_network_that_lost_its_own() {
    let mut world = start(&preset("five-servers"));
    let gone = Action::RemoveNode("router-2".to_owned());
    world.apply(&gone).expect("it is there");
    put(&mut world, Part::Router, 300.0);
    let router = world.node_named("router-2").expect("it was added").id;
    let mut linked: Vec<&str> = world
        .links()
        .filter(|link| link.a == router || link.b == router)
        .map(|link| world.name(if link.a == router { link.b } else { link.a }))
        .collect();
    linked.sort_unstable();
    assert_eq!(linked, ["ISP", "LAN C"]);
}

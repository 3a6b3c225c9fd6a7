//! What the tests of whole runs share: scenarios made of presets, worlds, and a look at one node.
#![allow(
    dead_code,
    reason = "each test file is compiled with all of it and uses a part"
)]

use simulation::action::Action;
use simulation::scenario::{Role, ServerSpec};
use simulation::view::{Belief, RoleView, ServerView};
use simulation::{Scenario, World, presets};

pub(crate) fn preset(slug: &str) -> Scenario {
    presets::find(slug).expect("the preset exists")
}

/// A preset with its balancers and its servers changed as wanted; servers are numbered from 1.
pub(crate) fn changed(
    slug: &str,
    change: impl Fn(&mut balancer::Settings),
    server: impl Fn(usize, &mut ServerSpec),
) -> Scenario {
    let mut scenario = preset(slug);
    let mut number = 0;
    for node in &mut scenario.nodes {
        match &mut node.role {
            Role::Balancer(settings) => change(settings),
            Role::Server(spec) => {
                number += 1;
                server(number, spec);
            }
            _ => {}
        }
    }
    scenario
}

pub(crate) fn start(scenario: &Scenario) -> World {
    World::new(scenario).expect("the scenario holds")
}

pub(crate) fn act(world: &mut World, action: Action) {
    world.apply(&action).expect("the action holds");
}

pub(crate) fn server<'w>(world: &'w World, name: &str) -> ServerView<'w> {
    match world.node_named(name).expect("the server exists").role {
        RoleView::Server(server) => server,
        _ => panic!("{name} is not a server"),
    }
}

pub(crate) fn believed(world: &World, name: &str) -> Belief {
    server(world, name).believed
}

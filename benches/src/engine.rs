//! The whole engine: hosts, links, encoded bytes both ways, a balancer, deadlines, ledger and
//! measurements; traces off.

use crate::workload::{HOP, RHO};
use balancer::Policy;
use rpc::encoding::Encoding;
use rpc::procedure::Procedure;
use simulation::distribution::Distribution;
use simulation::scenario::{
    Carriage, LanSpec, LinkSpec, Load, NodeSpec, Operation, Position, Role, Scenario, ServerSpec,
};
use simulation::{Nanos, World};

/// Calls a second, whatever the number of servers: as many more of them are as much slower.
pub const RATE: f64 = 9_000.0;

/// A cluster of so many servers behind one balancer, in the binary encoding.
#[must_use]
pub fn scenario(servers: usize) -> Scenario {
    scenario_with_hop(servers, HOP)
}

/// The same with servers that are so far from the balancer.
#[must_use]
pub fn scenario_with_hop(servers: usize, hop: Nanos) -> Scenario {
    let node = |name: String, role| NodeSpec {
        name,
        position: Position::default(),
        role,
    };
    let link = |a: &str, b: String, latency| LinkSpec {
        a: a.to_owned(),
        b,
        carriage: Carriage {
            latency,
            bandwidth: 100_000_000_000,
            ..Carriage::default()
        },
    };
    let balancer = balancer::Settings {
        policy: Policy::PowerOfTwoChoices,
        health_check: None,
        max_attempts: 1,
        attempt_timeout: 1_000_000_000,
        ..balancer::Settings::default()
    };
    let lan = LanSpec {
        clients: 50,
        load: Load::Poisson { rate: RATE },
    };
    let mut nodes = vec![
        node("lan".to_owned(), Role::Lan(lan)),
        node("balancer".to_owned(), Role::Balancer(balancer)),
    ];
    let mut links = vec![link("lan", "balancer".to_owned(), 1_000)];
    for number in 1..=servers {
        let name = format!("server-{number}");
        nodes.push(node(
            name.clone(),
            Role::Server(ServerSpec {
                queue_limit: 1_000,
                ..ServerSpec::default()
            }),
        ));
        links.push(link("balancer", name, hop));
    }
    Scenario {
        encoding: Encoding::OncRpc,
        workload: vec![Operation {
            procedure: Procedure::Add,
            weight: 1,
            demand: Distribution::Exponential((RHO * servers as f64 / RATE * 1e9) as Nanos),
        }],
        nodes,
        links,
        timeline: Vec::new(),
        ..simulation::presets::all().swap_remove(0)
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    /// Events fired; cancelled timers are not counted.
    pub events: u64,
    /// Calls answered.
    pub answered: u64,
}

/// Runs a world for so much virtual time.
pub fn run(world: &mut World, span: Nanos) -> Ran {
    let (before, answered) = (world.events(), world.ledger().calls.answered);
    world.advance(world.now() + span);
    Ran {
        events: world.events() - before,
        answered: world.ledger().calls.answered - answered,
    }
}

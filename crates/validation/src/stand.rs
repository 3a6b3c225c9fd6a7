//! The stand on which everything is measured: clients, a balancer or none, servers.
//!
//! ONC RPC, because its callers keep one connection: no call pays for opening one after the
//! warm-up. Nobody gives up, nothing is tried again and nothing is checked, unless a row says so.

use balancer::Policy;
use rpc::encoding::Encoding;
use rpc::procedure::Procedure;
use rpc::retry::CallPolicy;
use simulation::Scenario;
use simulation::distribution::Distribution;
use simulation::scenario::{
    Carriage, LanSpec, LinkSpec, Load, NodeSpec, Operation, Position, Role, ServerSpec,
};
use simulation::theory::network::way;
use simulation::time::{MILLISECOND, Nanos, SECOND, seconds};

/// The mean service time of every row, and the unit of its times.
pub const SERVICE: Nanos = MILLISECOND;
/// Longer than any call takes.
const FOR_EVER: Nanos = 3_600 * SECOND;
/// So that transmission takes two or three nanoseconds a link: it is not subtracted.
const BANDWIDTH: u64 = 1_000_000_000_000;

/// Calls a second, from calls in a mean service time.
#[must_use]
pub fn per_second(calls: f64) -> f64 {
    calls / seconds(SERVICE)
}

/// A server with room for all.
#[must_use]
pub fn server() -> ServerSpec {
    ServerSpec {
        cores: 1,
        speed: 1.0,
        queue_limit: 100_000,
        weight: 1,
        ..ServerSpec::default()
    }
}

/// A balancer that only chooses.
#[must_use]
pub fn balancer(policy: Policy) -> balancer::Settings {
    balancer::Settings {
        policy,
        health_check: None,
        ejection: None,
        max_attempts: 1,
        attempt_timeout: FOR_EVER,
        ..balancer::Settings::default()
    }
}

/// Clients, servers, a balancer between them if there is one; every link with this latency.
#[must_use]
pub fn stand(
    loads: &[(u32, Load)],
    demand: Distribution,
    policy: Option<Policy>,
    servers: &[ServerSpec],
    latency: Nanos,
) -> Scenario {
    let carriage = Carriage {
        latency,
        jitter: 0,
        bandwidth: BANDWIDTH,
        loss: 0.0,
    };
    let front = if policy.is_some() {
        "balancer"
    } else {
        "server-1"
    };
    let (mut nodes, mut links) = (Vec::new(), Vec::new());
    let mut place = |name: String, role| {
        nodes.push(NodeSpec {
            name,
            position: Position::default(),
            role,
        });
    };
    let mut join = |a: String, b: String| links.push(LinkSpec { a, b, carriage });
    for (index, &(clients, load)) in loads.iter().enumerate() {
        let name = format!("lan-{}", index + 1);
        place(name.clone(), Role::Lan(LanSpec { clients, load }));
        join(name, front.to_owned());
    }
    if let Some(policy) = policy {
        place(front.to_owned(), Role::Balancer(balancer(policy)));
    }
    for (index, server) in servers.iter().enumerate() {
        let name = format!("server-{}", index + 1);
        place(name.clone(), Role::Server(server.clone()));
        if name != front {
            join(front.to_owned(), name);
        }
    }
    // A link names nodes that stand already.
    Scenario {
        slug: "stand".to_owned(),
        title: String::new(),
        hint: String::new(),
        seed: 0,
        service: "service".to_owned(),
        encoding: Encoding::OncRpc,
        workload: vec![operation(demand, 1)],
        call_policy: CallPolicy {
            deadline: FOR_EVER,
            attempt_timeout: FOR_EVER,
            max_attempts: 1,
            ..CallPolicy::default()
        },
        nodes,
        links,
        timeline: Vec::new(),
        speed: 1.0,
    }
}

/// One kind of call; its arguments have the same length in every call.
#[must_use]
pub fn operation(demand: Distribution, weight: u32) -> Operation {
    Operation {
        procedure: Procedure::Add,
        weight,
        demand,
    }
}

/// What the way of a call takes there and back; on a stand it is the same for all.
#[must_use]
pub fn network(scenario: &Scenario) -> Nanos {
    let balanced = scenario
        .nodes
        .iter()
        .any(|node| matches!(node.role, Role::Balancer(_)));
    let ways = if balanced {
        [
            way(scenario, "lan-1", "balancer"),
            way(scenario, "balancer", "server-1"),
        ]
    } else {
        [way(scenario, "lan-1", "server-1"), None]
    };
    ways.into_iter().flatten().map(|way| 2 * way.latency).sum()
}

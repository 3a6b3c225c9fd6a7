//! Scenarios to start from.

use crate::action::{Action, Death};
use crate::distribution::Distribution;
use crate::scenario::{
    Carriage, LanSpec, LinkSpec, Load, NodeSpec, Operation, Position, Role, Scenario, ServerSpec,
    Timed,
};
use crate::time::{MILLISECOND, SECOND};
use balancer::{HealthCheck, Policy};
use rpc::encoding::Encoding;
use rpc::procedure::Procedure;
use rpc::retry::{Backoff, BudgetTerms, CallPolicy, Semantics};

/// The preset that opens first.
pub const FIRST: &str = "five-servers";

/// All presets, in the order of a list to choose from.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        five_servers(),
        one_server(),
        overload(),
        unequal_servers(),
        slow_server(),
        a_server_dies(),
        binary(),
        spike(
            "metastable",
            "A spike that sticks",
            None,
            "After five seconds the load is four times as high, for five seconds. Then it is what the server \
             carries with ease, and still nothing is answered: it works on calls whose callers have given \
             up and try again. Take the load down until it recovers.",
        ),
        spike(
            "metastable-budget",
            "A spike that passes",
            Some(BudgetTerms {
                percent: 10,
                min_per_second: 0,
            }),
            "The same spike, but of ten calls at most one may be a retry: a retry budget. The server falls \
             behind as before, and when the load goes down it catches up.",
        ),
    ]
}

/// The preset of that slug.
#[must_use]
pub fn find(slug: &str) -> Option<Scenario> {
    all().into_iter().find(|scenario| scenario.slug == slug)
}

/// The balancer of the presets: least request, HAProxy's thresholds at a quicker pace, three tries.
#[must_use]
pub fn balancer() -> balancer::Settings {
    balancer::Settings {
        policy: Policy::LeastRequest,
        health_check: Some(HealthCheck {
            interval: SECOND,
            timeout: SECOND,
            ..HealthCheck::default()
        }),
        max_attempts: 3,
        attempt_timeout: 300 * MILLISECOND,
        ..balancer::Settings::default()
    }
}

fn five_servers() -> Scenario {
    cluster(
        "five-servers",
        "Five equal servers",
        "Three networks share five servers through one load balancer. Select a server and kill it: \
         watch the calls find another way, and how long the balancer takes to notice.",
        &vec![ServerSpec::default(); 5],
        [40.0, 25.0, 60.0],
        24 * MILLISECOND,
    )
}

fn overload() -> Scenario {
    let mut scenario = cluster(
        "overload",
        "Overload",
        "More calls come than three servers can answer: queues fill, and then turn calls away. Add a \
         server, give one more cores, or shorten the queues: which helps most?",
        &vec![
            ServerSpec {
                queue_limit: 20,
                ..ServerSpec::default()
            };
            3
        ],
        [40.0, 25.0, 60.0],
        30 * MILLISECOND,
    );
    scenario.call_policy.max_attempts = 1;
    scenario
}

fn unequal_servers() -> Scenario {
    let fast = ServerSpec {
        speed: 2.0,
        weight: 2,
        ..ServerSpec::default()
    };
    let normal = ServerSpec::default();
    let slow = ServerSpec {
        speed: 0.5,
        weight: 1,
        ..ServerSpec::default()
    };
    let mut scenario = cluster(
        "unequal-servers",
        "Unequal servers",
        "Two fast servers, two ordinary ones, one slow. Round robin gives each the same and the slow \
         one drowns. Select the balancer and try its other policies: which of them adapts?",
        &[fast.clone(), normal.clone(), slow, normal, fast],
        [40.0, 25.0, 60.0],
        24 * MILLISECOND,
    );
    set_policy(&mut scenario, Policy::RoundRobin);
    scenario
}

fn slow_server() -> Scenario {
    let mut scenario = cluster(
        "slow-server",
        "A slow server",
        "At four seconds server-3 slows to a fifth of its speed. No health check finds it, yet it holds \
         up every fifth call. Compare round robin with least request and Peak EWMA.",
        &vec![ServerSpec::default(); 5],
        [32.0, 20.0, 48.0],
        24 * MILLISECOND,
    );
    set_policy(&mut scenario, Policy::RoundRobin);
    scenario.timeline = vec![Timed {
        at: 4 * SECOND,
        action: Action::SetSpeed("server-3".to_owned(), 0.2),
    }];
    scenario
}

fn a_server_dies() -> Scenario {
    let mut scenario = cluster(
        "a-server-dies",
        "A server dies",
        "At two seconds server-2 falls silent. Until three health checks in a row have failed, calls \
         still go there. Change the checks and see the gap move; at twelve seconds it is back.",
        &vec![ServerSpec::default(); 5],
        [40.0, 25.0, 60.0],
        24 * MILLISECOND,
    );
    let name = "server-2".to_owned();
    scenario.timeline = vec![
        Timed {
            at: 2 * SECOND,
            action: Action::Kill(name.clone(), Death::Silence),
        },
        Timed {
            at: 12 * SECOND,
            action: Action::Revive(name),
        },
    ];
    scenario.speed = 0.2;
    scenario
}

fn binary() -> Scenario {
    let mut scenario = cluster(
        "binary-rpc",
        "The same in binary",
        "The five servers again, but calls travel as ONC RPC: small records of binary fields on one \
         shared connection instead of text in HTTP. Click a message and compare its bytes.",
        &vec![ServerSpec::default(); 5],
        [40.0, 25.0, 60.0],
        24 * MILLISECOND,
    );
    scenario.encoding = Encoding::OncRpc;
    scenario
}

fn one_server() -> Scenario {
    let mut scenario = cluster(
        "one-server",
        "One server",
        "The smallest service there is: clients call one server directly. Raise the load and watch the \
         queue; kill it and nothing is left. Then add a load balancer and a second server.",
        &[],
        [8.0, 4.0, 12.0],
        24 * MILLISECOND,
    );
    scenario
        .nodes
        .retain(|node| !matches!(node.role, Role::Balancer(_)));
    scenario.links.retain(|link| link.b != "balancer");
    scenario.nodes.push(node(
        "server-1",
        860.0,
        290.0,
        Role::Server(ServerSpec::default()),
    ));
    scenario.links.push(link("ISP", "server-1", 8));
    scenario
}

/// A metastable failure (Bronson et al., HotOS 2021): what keeps the server busy after its trigger has
/// gone is the retries. In ONC RPC, where a caller cannot tell the server that it has given up.
fn spike(slug: &str, title: &str, retry_budget: Option<BudgetTerms>, hint: &str) -> Scenario {
    let load = |rate| Action::SetLoad("LAN C".to_owned(), Load::Poisson { rate });
    let mut scenario = one_server();
    slug.clone_into(&mut scenario.slug);
    title.clone_into(&mut scenario.title);
    hint.clone_into(&mut scenario.hint);
    scenario.encoding = Encoding::OncRpc;
    for operation in &mut scenario.workload {
        operation.demand = Distribution::Exponential(10 * MILLISECOND);
    }
    let rates = [14.0, 10.0, 16.0];
    let mut rates = rates.into_iter();
    for node in &mut scenario.nodes {
        match &mut node.role {
            Role::Lan(lan) => {
                let rate = rates.next().unwrap_or_default();
                lan.load = Load::Poisson { rate };
            }
            Role::Server(server) => server.queue_limit = 1_000,
            _ => {}
        }
    }
    scenario.call_policy = CallPolicy {
        attempt_timeout: 150 * MILLISECOND,
        max_attempts: 4,
        semantics: Semantics::AtLeastOnce,
        backoff: Backoff {
            initial: MILLISECOND,
            multiplier: 1.0,
            ..Backoff::default()
        },
        retry_budget,
        ..scenario.call_policy
    };
    scenario.timeline = vec![
        Timed {
            at: 5 * SECOND,
            action: load(136.0),
        },
        Timed {
            at: 10 * SECOND,
            action: load(16.0),
        },
    ];
    scenario.speed = 1.0;
    scenario
}

/// Three LANs behind two routers and a provider, a balancer, and servers.
fn cluster(
    slug: &str,
    title: &str,
    hint: &str,
    servers: &[ServerSpec],
    rates: [f64; 3],
    service_time: u64,
) -> Scenario {
    let lan = |clients, rate| {
        Role::Lan(LanSpec {
            clients,
            load: Load::Poisson { rate },
        })
    };
    let mut nodes = vec![
        node("LAN A", 115.0, 110.0, lan(12, rates[0])),
        node("LAN B", 95.0, 300.0, lan(8, rates[1])),
        node("LAN C", 115.0, 490.0, lan(20, rates[2])),
        node("router-1", 285.0, 165.0, Role::Router),
        node("router-2", 285.0, 435.0, Role::Router),
        node("ISP", 420.0, 300.0, Role::Isp),
        node("balancer", 590.0, 300.0, Role::Balancer(balancer())),
    ];
    let mut links = vec![
        link("LAN A", "router-1", 4),
        link("LAN B", "router-1", 5),
        link("LAN C", "router-2", 4),
        link("router-1", "ISP", 8),
        link("router-2", "ISP", 8),
        link("ISP", "balancer", 10),
    ];
    for (index, spec) in servers.iter().enumerate() {
        let name = format!("server-{}", index + 1);
        let place = server_place(index, servers.len());
        nodes.push(NodeSpec {
            name: name.clone(),
            position: place,
            role: Role::Server(spec.clone()),
        });
        links.push(link("balancer", &name, 3));
    }
    Scenario {
        slug: slug.to_owned(),
        title: title.to_owned(),
        hint: hint.to_owned(),
        seed: 7,
        service: "shop.example".to_owned(),
        encoding: Encoding::JsonHttp,
        workload: workload(service_time),
        call_policy: CallPolicy {
            deadline: 2 * SECOND,
            attempt_timeout: SECOND,
            max_attempts: 2,
            semantics: Semantics::AtMostOnce,
            ..CallPolicy::default()
        },
        nodes,
        links,
        timeline: Vec::new(),
        speed: 0.1,
    }
}

/// A mix of idempotent procedures and one that is not, all with the same exponential demand.
fn workload(service_time: u64) -> Vec<Operation> {
    let demand = Distribution::Exponential(service_time);
    let operation = |procedure, weight| Operation {
        procedure,
        weight,
        demand,
    };
    vec![
        operation(Procedure::Add, 4),
        operation(Procedure::WordCount, 3),
        operation(Procedure::Fibonacci, 3),
        operation(Procedure::Sha256, 2),
        operation(Procedure::KvPut, 2),
        operation(Procedure::KvIncrement, 1),
    ]
}

/// Servers stand in an arc to the right of the balancer.
fn server_place(index: usize, count: usize) -> Position {
    let share = if count < 2 {
        0.5
    } else {
        index as f64 / (count - 1) as f64
    };
    let off_centre = 2.0 * share - 1.0;
    Position {
        x: 890.0 - 130.0 * off_centre * off_centre,
        y: 300.0 + 225.0 * off_centre,
    }
}

fn set_policy(scenario: &mut Scenario, policy: Policy) {
    for node in &mut scenario.nodes {
        if let Role::Balancer(settings) = &mut node.role {
            settings.policy = policy.clone();
        }
    }
}

fn node(name: &str, x: f64, y: f64, role: Role) -> NodeSpec {
    NodeSpec {
        name: name.to_owned(),
        position: Position { x, y },
        role,
    }
}

fn link(a: &str, b: &str, milliseconds: u64) -> LinkSpec {
    let carriage = Carriage {
        latency: milliseconds * MILLISECOND,
        ..Carriage::default()
    };
    LinkSpec {
        a: a.to_owned(),
        b: b.to_owned(),
        carriage,
    }
}

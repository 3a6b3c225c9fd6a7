//! From a scenario to a world, and back.

use super::checks::{check_carriage, check_lan, check_name, check_position, check_server};
use super::entities::{Client, Lan, Link, Node, Proxy, RoleState, Server};
use super::guards::Guards;
use super::proxies::backend_of;
use super::{Settings, World};
use crate::action::{ActionError, CallsError};
use crate::bytes::{Buffers, Spare};
use crate::ids::{LinkId, NodeId};
use crate::ledger::Tally;
use crate::metrics::Metrics;
use crate::queue::EventQueue;
use crate::scenario::{LinkSpec, NodeSpec, Operation, Role, Scenario, ServerSpec};
use crate::streams::stream;
use crate::view::{Life, LinkState};
use balancer::protection::{Limiter, WaitingLine};
use rpc::service::Service;
use slotmap::SlotMap;
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use thiserror::Error;

/// The most nodes a world holds.
pub(crate) const MOST_NODES: usize = 2_000;
/// The most links a world holds.
pub(super) const MOST_LINKS: usize = 4_000;

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ScenarioError {
    /// A node or a link does not hold.
    #[error(transparent)]
    Part(#[from] ActionError),
    /// The calls do not hold.
    #[error(transparent)]
    Calls(#[from] CallsError),
    /// The speed is out of range.
    #[error("the speed must be 0.001 to 100; {0} is not")]
    Speed(f64),
}

pub(super) fn build(scenario: &Scenario) -> Result<World, ScenarioError> {
    check(scenario)?;
    let mut world = World {
        settings: Settings {
            slug: scenario.slug.clone(),
            title: scenario.title.clone(),
            hint: scenario.hint.clone(),
            seed: scenario.seed,
            service: scenario.service.clone(),
            encoding: scenario.encoding,
            workload: scenario.workload.clone(),
            call_policy: scenario.call_policy,
            timeline: scenario.timeline.clone(),
            speed: scenario.speed,
        },
        now: 0,
        queue: EventQueue::default(),
        nodes: Vec::new(),
        names: Vec::new(),
        links: Vec::new(),
        routes: super::topology::Routes::default(),
        endpoints: Vec::new(),
        cut_off: Default::default(),
        calls: Default::default(),
        exchanges: Default::default(),
        connections: Default::default(),
        messages: Default::default(),
        calls_made: 0,
        finished: VecDeque::new(),
        calls_kept: super::books::CALLS_KEPT,
        incidents: VecDeque::new(),
        incidents_told: 0,
        detections: Vec::new(),
        call_tally: Tally::default(),
        attempt_tally: Tally::default(),
        rerouted: 0,
        metrics: Metrics::default(),
        trace_hash: scenario.seed,
        recording: true,
        buffers: Buffers::default(),
        spare_records: Spare::default(),
        events: 0,
    };
    for node in &scenario.nodes {
        world.insert_node(node)?;
    }
    for link in &scenario.links {
        world.insert_link(link)?;
    }
    for (index, timed) in scenario.timeline.iter().enumerate() {
        world
            .queue
            .schedule(timed.at, super::entities::Event::Timeline(index as u32));
    }
    world.tell_of_ways();
    Ok(world)
}

/// What clients call.
pub(super) fn check_workload(workload: &[Operation]) -> Result<(), CallsError> {
    if workload.iter().all(|operation| operation.weight == 0) {
        return Err(CallsError::EmptyWorkload);
    }
    let bad = |operation: &&Operation| !operation.demand.is_valid();
    match workload.iter().find(bad) {
        Some(operation) => Err(CallsError::Demand(operation.procedure.name())),
        None => Ok(()),
    }
}

/// How clients treat a call.
pub(super) fn check_calls(policy: &rpc::retry::CallPolicy) -> Result<(), CallsError> {
    let parts = [
        ("deadline", policy.deadline == 0),
        ("attempt timeout", policy.attempt_timeout == 0),
        ("number of attempts", policy.max_attempts == 0),
    ];
    if let Some((what, _)) = parts.into_iter().find(|(_, bad)| *bad) {
        return Err(CallsError::CallPolicy(what));
    }
    if let Some(terms) = policy.retry_budget
        && super::guards::client_budget(terms).validate().is_err()
    {
        return Err(CallsError::RetryBudget);
    }
    Ok(())
}

fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    check_workload(&scenario.workload)?;
    check_calls(&scenario.call_policy)?;
    if !(0.001..=100.0).contains(&scenario.speed) {
        return Err(ScenarioError::Speed(scenario.speed));
    }
    Ok(())
}

impl World {
    /// The scenario as it stands now, with what actions have changed: to restart from, or to keep.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        let settings = &self.settings;
        Scenario {
            slug: settings.slug.clone(),
            title: settings.title.clone(),
            hint: settings.hint.clone(),
            seed: settings.seed,
            service: settings.service.clone(),
            encoding: settings.encoding,
            workload: settings.workload.clone(),
            call_policy: settings.call_policy,
            nodes: self.nodes.iter().flatten().map(Node::spec).collect(),
            links: self
                .links
                .iter()
                .flatten()
                .map(|link| self.link_spec(link))
                .collect(),
            timeline: settings.timeline.clone(),
            speed: settings.speed,
        }
    }

    pub(super) fn link_spec(&self, link: &Link) -> LinkSpec {
        LinkSpec {
            a: self.name(link.a).to_owned(),
            b: self.name(link.b).to_owned(),
            carriage: link.carriage,
        }
    }

    /// Adds a node that is known to hold, or says what does not.
    pub(super) fn insert_node(&mut self, spec: &NodeSpec) -> Result<NodeId, ActionError> {
        check_name(&spec.name)?;
        if self.id_of(&spec.name).is_some() {
            return Err(ActionError::DuplicateName(spec.name.clone()));
        }
        check_position(&spec.name, spec.position)?;
        if self.nodes.iter().flatten().count() >= MOST_NODES {
            return Err(ActionError::Full {
                what: "nodes",
                limit: MOST_NODES,
            });
        }
        let (now, seed) = (self.now, self.settings.seed);
        let role = match &spec.role {
            Role::Lan(lan) => {
                check_lan(&spec.name, lan)?;
                let clients = (0..lan.clients).map(|index| Client::new(seed, &spec.name, index));
                RoleState::Lan(Box::new(Lan {
                    spec: lan.clone(),
                    clients: clients.collect(),
                    in_flight: 0,
                    sent: 0,
                    answered: 0,
                    failed: 0,
                }))
            }
            Role::Router => RoleState::Router,
            Role::Isp => RoleState::Isp,
            Role::Balancer(settings) => {
                RoleState::Balancer(Box::new(self.new_proxy(&spec.name, settings.clone())?))
            }
            Role::Server(server) => {
                check_server(&spec.name, server)?;
                RoleState::Server(Box::new(Server::new(server.clone(), now)))
            }
        };
        let id = NodeId(self.nodes.len() as u32);
        let address = address(id, &role);
        self.names.push(spec.name.clone());
        self.nodes.push(Some(Node {
            name: spec.name.clone(),
            position: spec.position,
            address,
            life: Life::Up,
            incarnation: 0,
            role,
        }));
        self.graph_changed();
        match &spec.role {
            Role::Lan(_) => self.start_clients(id),
            Role::Balancer(_) => self.after_balancer(id),
            Role::Server(server) => {
                for balancer in self.balancers() {
                    if let Some(proxy) = self.proxy_mut(balancer) {
                        // The id and the name are new, and the weight was checked above.
                        let added = proxy.balancer.add(
                            now,
                            backend_of(id),
                            &spec.name,
                            server.weight,
                            &mut proxy.choices,
                        );
                        debug_assert!(added.is_ok());
                        if server.priority != 0 {
                            proxy.balancer.set_priority(backend_of(id), server.priority);
                        }
                    }
                    self.after_balancer(balancer);
                }
            }
            Role::Router | Role::Isp => {}
        }
        Ok(id)
    }

    /// A balancer's process as it starts: it knows its configuration and nothing else.
    pub(super) fn new_proxy(
        &self,
        name: &str,
        settings: balancer::Settings,
    ) -> Result<Proxy, ActionError> {
        let refused = |error| ActionError::Balancer(name.to_owned(), error);
        let mut balancer = balancer::Balancer::new(settings).map_err(refused)?;
        let mut choices = stream(self.settings.seed, name, "choices");
        for (index, node) in self.nodes.iter().enumerate() {
            let Some(node) = node else { continue };
            let RoleState::Server(server) = &node.role else {
                continue;
            };
            let backend = backend_of(NodeId(index as u32));
            // Names and numbers of nodes are unique, and weights were checked.
            let added = balancer.add(
                self.now,
                backend,
                &node.name,
                server.spec.weight,
                &mut choices,
            );
            debug_assert!(added.is_ok());
            if server.spec.priority != 0 {
                balancer.set_priority(backend, server.spec.priority);
            }
            if server.draining {
                balancer.drain(backend);
            }
        }
        Ok(Proxy {
            guards: Guards::new(&balancer.settings().protection),
            waiting: VecDeque::new(),
            balancer,
            choices,
            timer: None,
            pools: Vec::new(),
            inbound: SlotMap::with_key(),
            taken_in: 0,
            spare_inbound: Spare::default(),
            next_id: 1,
        })
    }

    pub(super) fn insert_link(&mut self, spec: &LinkSpec) -> Result<LinkId, ActionError> {
        let a = self
            .id_of(&spec.a)
            .ok_or_else(|| ActionError::UnknownNode(spec.a.clone()))?;
        let b = self
            .id_of(&spec.b)
            .ok_or_else(|| ActionError::UnknownNode(spec.b.clone()))?;
        if a == b {
            return Err(ActionError::SelfLink(spec.a.clone()));
        }
        if self.link_between(a, b).is_some() {
            return Err(ActionError::DuplicateLink(spec.a.clone(), spec.b.clone()));
        }
        let subject = format!("{}–{}", spec.a, spec.b);
        check_carriage(&subject, &spec.carriage)?;
        if self.links.iter().flatten().count() >= MOST_LINKS {
            return Err(ActionError::Full {
                what: "links",
                limit: MOST_LINKS,
            });
        }
        let id = LinkId(self.links.len() as u32);
        self.links.push(Some(Link {
            id,
            a,
            b,
            carriage: spec.carriage,
            state: LinkState::Up,
            noise: stream(self.settings.seed, &subject, "noise"),
            free: [0; 2],
            last_arrival: [0; 2],
            on: 0,
            held: Vec::new(),
        }));
        self.routes.forget();
        Ok(id)
    }

    /// Routes and the service's addresses are found anew.
    pub(super) fn graph_changed(&mut self) {
        self.routes.forget();
        let balancers = self.balancers();
        self.endpoints = if balancers.is_empty() {
            self.nodes_of(|role| matches!(role, RoleState::Server(_)))
        } else {
            balancers
        };
    }

    /// The nodes of a role, in the order in which they were added.
    pub(super) fn nodes_of(&self, wanted: fn(&RoleState) -> bool) -> Vec<NodeId> {
        let nodes = self.nodes.iter().enumerate();
        nodes
            .filter(|(_, node)| node.as_ref().is_some_and(|node| wanted(&node.role)))
            .map(|(index, _)| NodeId(index as u32))
            .collect()
    }

    pub(super) fn id_of(&self, name: &str) -> Option<NodeId> {
        let found = self
            .nodes
            .iter()
            .position(|node| node.as_ref().is_some_and(|it| it.name == name));
        found.map(|index| NodeId(index as u32))
    }

    pub(super) fn link_between(&self, a: NodeId, b: NodeId) -> Option<LinkId> {
        let joins = |link: &&Link| (link.a, link.b) == (a, b) || (link.a, link.b) == (b, a);
        self.links.iter().flatten().find(joins).map(|link| link.id)
    }
}

impl Node {
    pub(super) fn spec(&self) -> NodeSpec {
        NodeSpec {
            name: self.name.clone(),
            position: self.position,
            role: match &self.role {
                RoleState::Lan(lan) => Role::Lan(lan.spec.clone()),
                RoleState::Router => Role::Router,
                RoleState::Isp => Role::Isp,
                RoleState::Balancer(proxy) => Role::Balancer(proxy.balancer.settings().clone()),
                RoleState::Server(server) => Role::Server(server.spec.clone()),
            },
        }
    }
}

impl Server {
    fn new(spec: ServerSpec, now: crate::time::Nanos) -> Self {
        Self {
            limiter: spec.concurrency.map(Limiter::new),
            pace: spec.speed,
            spec,
            service: Service::default(),
            draining: false,
            queue: WaitingLine::default(),
            sojourns: Vec::new(),
            running: Vec::new(),
            answered: 0,
            shed: 0,
            arrived: 0,
            busy: 0,
            busy_at: now,
            history: VecDeque::new(),
            sent_while_dead: 0,
            revived: None,
        }
    }
}

/// LANs in 10.0.0.0/8, what faces the world in the blocks for documentation (RFC 5737).
fn address(id: NodeId, role: &RoleState) -> Ipv4Addr {
    let [_, _, high, low] = id.0.to_be_bytes();
    match role {
        RoleState::Lan(_) => Ipv4Addr::new(10, high.wrapping_add(1), low, 0),
        RoleState::Router | RoleState::Isp => Ipv4Addr::new(198, 51, 100u8.wrapping_add(high), low),
        RoleState::Balancer(_) => Ipv4Addr::new(203, 0, 113u8.wrapping_add(high), low),
        RoleState::Server(_) => Ipv4Addr::new(192, 0, 2u8.wrapping_add(high), low),
    }
}

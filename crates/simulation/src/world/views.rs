//! What a renderer reads.

use super::World;
use super::entities::{Link, Message, MessageKey, Node, Party, RoleState, Server};
use super::network::HEADERS;
use super::proxies::backend_of;
use crate::ids::{LinkId, NodeId};
use crate::incident::{Detection, Incident};
use crate::metrics::SLICE;
use crate::record::{CallId, CallRecord};
use crate::time::seconds;
use crate::view::{
    BalancerView, Belief, LanView, Life, LinkView, MessageView, NodeView, RoleView, ServerView,
};
use balancer::Health;
use slotmap::Key;
use std::net::Ipv4Addr;

/// Slices over which a server's utilisation is shown: one second.
const SHOWN: usize = 10;

impl World {
    /// How clients treat their calls.
    #[must_use]
    pub fn call_policy(&self) -> rpc::retry::CallPolicy {
        self.settings.call_policy
    }

    /// What clients call.
    #[must_use]
    pub fn workload(&self) -> &[crate::scenario::Operation] {
        &self.settings.workload
    }

    /// The nodes, in the order in which they were added.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter_map(|(index, node)| Some(self.node_view(NodeId(index as u32), node.as_ref()?)))
    }

    /// One node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<NodeView<'_>> {
        self.node_ref(id).map(|node| self.node_view(id, node))
    }

    /// A node by its name.
    #[must_use]
    pub fn node_named(&self, name: &str) -> Option<NodeView<'_>> {
        self.id_of(name).and_then(|id| self.node(id))
    }

    /// The name of a node, be it gone; empty for a number that was never given.
    #[must_use]
    pub fn name(&self, id: NodeId) -> &str {
        self.names.get(id.0 as usize).map_or("", String::as_str)
    }

    fn node_view<'w>(&'w self, id: NodeId, node: &'w Node) -> NodeView<'w> {
        let role = match &node.role {
            RoleState::Lan(lan) => RoleView::Lan(LanView {
                spec: &lan.spec,
                in_flight: lan.in_flight,
                sent: lan.sent,
                answered: lan.answered,
                failed: lan.failed,
            }),
            RoleState::Router => RoleView::Router,
            RoleState::Isp => RoleView::Isp,
            RoleState::Balancer(proxy) => RoleView::Balancer(BalancerView {
                balancer: &proxy.balancer,
                in_flight: proxy.inbound.len() as u32,
            }),
            RoleState::Server(server) => RoleView::Server(ServerView {
                spec: &server.spec,
                busy: server.cores_at_work() as u32,
                queued: (server.queue.len() + server.running.len()) as u32
                    - server.cores_at_work() as u32,
                utilisation: server.utilisation(),
                answered: server.answered,
                shed: server.shed,
                draining: server.draining,
                believed: self.believed(id),
                watched: self.watched(id),
            }),
        };
        NodeView {
            id,
            name: &node.name,
            position: node.position,
            address: node.address,
            life: node.life,
            role,
        }
    }

    /// The balancers that live.
    fn balancing(&self) -> impl Iterator<Item = &balancer::Balancer> {
        let living = self.nodes.iter().flatten();
        living.filter_map(|node| match &node.role {
            RoleState::Balancer(proxy) if node.life == Life::Up => Some(&proxy.balancer),
            _ => None,
        })
    }

    fn watched(&self, server: NodeId) -> bool {
        self.balancing().any(|balancer| {
            let settings = balancer.settings();
            let watches = settings.health_check.is_some() || settings.ejection.is_some();
            watches && balancer.backend(backend_of(server)).is_some()
        })
    }

    /// The worst that a living balancer believes of a server.
    fn believed(&self, server: NodeId) -> Belief {
        self.balancing()
            .filter_map(|balancer| balancer.backend(backend_of(server)))
            .map(|backend| match backend.health {
                Health::Up => Belief::Up,
                Health::Down { since } => Belief::Down { since },
                Health::Ejected { until } => Belief::Ejected { until },
            })
            .max()
            .unwrap_or(Belief::Unwatched)
    }

    /// The links, in the order in which they were added.
    pub fn links(&self) -> impl Iterator<Item = LinkView> {
        self.links.iter().flatten().map(Link::view)
    }

    /// One link.
    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<LinkView> {
        self.links.get(id.0 as usize)?.as_ref().map(Link::view)
    }

    /// The messages that are on links now.
    pub fn messages(&self) -> impl Iterator<Item = MessageView> {
        self.messages
            .iter()
            .filter_map(|(key, message)| message.view(key))
    }

    /// Calls remembered, newest first: those under way and the last that ended.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        let calls: Vec<&CallRecord> = self
            .calls
            .values()
            .map(|call| &*call.record)
            .chain(self.finished.iter().map(|record| &**record))
            .collect();
        // In the form that a hash ring sorts: the page carries that code already.
        let mut order: Vec<(u64, u32)> = (0u32..)
            .zip(&calls)
            .map(|(index, call)| (call.id, index))
            .collect();
        order.sort_unstable();
        order
            .into_iter()
            .rev()
            .map(move |(_, index)| calls[index as usize])
    }

    /// One call, while it is remembered.
    #[must_use]
    pub fn call(&self, id: CallId) -> Option<&CallRecord> {
        let live = self.calls.values().map(|call| &*call.record);
        live.chain(self.finished.iter().map(|record| &**record))
            .find(|record| record.id == id)
    }

    /// Incidents after the one of that number, oldest first; 0 asks for all that are remembered.
    pub fn incidents_since(&self, number: u64) -> impl Iterator<Item = &Incident> {
        let first = self
            .incidents
            .partition_point(|incident| incident.number <= number);
        self.incidents.range(first..)
    }

    /// Deaths that balancers have discovered, oldest first.
    #[must_use]
    pub fn detections(&self) -> &[Detection] {
        &self.detections
    }

    /// A host's address: of a LAN's client, its own.
    pub(super) fn address_of(&self, party: Party) -> Ipv4Addr {
        let Some(node) = self.node_ref(party.node) else {
            return Ipv4Addr::UNSPECIFIED;
        };
        match node.role {
            RoleState::Lan(_) => Ipv4Addr::from_bits(node.address.to_bits() + party.client + 1),
            _ => node.address,
        }
    }
}

impl Server {
    fn utilisation(&self) -> f64 {
        let Some(&(_, newest)) = self.history.back() else {
            return 0.0;
        };
        let back = self.history.len().saturating_sub(SHOWN + 1);
        let oldest = self.history.get(back).map_or(0, |&(_, busy)| busy);
        let span = seconds(SLICE) * (self.history.len() - 1 - back) as f64;
        if span == 0.0 {
            return 0.0;
        }
        (seconds(newest - oldest) / span / f64::from(self.spec.cores)).min(1.0)
    }
}

impl Link {
    fn view(&self) -> LinkView {
        LinkView {
            id: self.id,
            a: self.a,
            b: self.b,
            carriage: self.carriage,
            state: self.state,
            in_flight: self.on,
        }
    }
}

impl Message {
    fn view(&self, key: MessageKey) -> Option<MessageView> {
        let leg = self.leg?;
        Some(MessageView {
            key: key.data().as_ffi(),
            kind: self.about.kind,
            call: (self.about.call_id > 0).then_some(self.about.call_id),
            attempt: self.about.attempt,
            error: self.about.error,
            link: leg.link,
            forward: leg.forward,
            client: self.from.client.max(self.to.client),
            departs: leg.departs,
            arrives: leg.arrives,
            lost: leg.lost,
            bytes: self.bytes.len() as u32 + HEADERS,
        })
    }
}

//! What a renderer reads: the state of nodes and links, and what is in flight and how far.
//!
//! A message's place is a pure function of time: from [`MessageView::departs`] to
//! [`MessageView::arrives`] it moves evenly along its link.

use crate::action::Death;
use crate::ids::{LinkId, NodeId};
use crate::record::{CallId, MessageKind};
use crate::scenario::{Carriage, LanSpec, Position, ServerSpec};
use crate::time::Nanos;
use std::net::Ipv4Addr;

/// Whether a node's process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Up,
    /// It does not.
    Dead {
        /// How it died.
        death: Death,
        /// When.
        since: Nanos,
    },
}

/// A node as it stands.
#[derive(Debug, Clone)]
pub struct NodeView<'w> {
    /// Its number.
    pub id: NodeId,
    /// Its name.
    pub name: &'w str,
    /// Where it is drawn.
    pub position: Position,
    /// Its address (of a LAN: the network's).
    pub address: Ipv4Addr,
    /// Whether it runs.
    pub life: Life,
    /// What it is.
    pub role: RoleView<'w>,
}

/// What a node is, with what it is doing.
#[derive(Debug, Clone)]
pub enum RoleView<'w> {
    /// A LAN of clients.
    Lan(LanView<'w>),
    /// A router.
    Router,
    /// An internet service provider.
    Isp,
    /// A balancer.
    Balancer(BalancerView<'w>),
    /// A server.
    Server(ServerView<'w>),
}

/// A LAN as it stands.
#[derive(Debug, Clone)]
pub struct LanView<'w> {
    /// Its settings.
    pub spec: &'w LanSpec,
    /// Calls of its clients under way.
    pub in_flight: u32,
    /// Calls made so far.
    pub sent: u64,
    /// Calls answered.
    pub answered: u64,
    /// Calls failed or shed.
    pub failed: u64,
}

/// A balancer as it stands.
#[derive(Debug, Clone)]
pub struct BalancerView<'w> {
    /// The balancer itself: settings, backends, health.
    pub balancer: &'w balancer::Balancer,
    /// Attempts under way through it.
    pub in_flight: u32,
}

/// A server as it stands.
#[derive(Debug, Clone)]
pub struct ServerView<'w> {
    /// Its settings.
    pub spec: &'w ServerSpec,
    /// Cores at work.
    pub busy: u32,
    /// Calls waiting; where all share the cores, those beyond one for each core.
    pub queued: u32,
    /// Share of core time at work over about the last second, 0.0..=1.0.
    pub utilisation: f64,
    /// Calls it answered.
    pub answered: u64,
    /// Calls it turned away.
    pub shed: u64,
    /// Whether balancers were told to send it nothing new.
    pub draining: bool,
    /// The worst that any living balancer believes of it.
    pub believed: Belief,
    /// Whether any living balancer that has it checks its health or ejects for failures.
    pub watched: bool,
}

/// What balancers believe of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belief {
    /// Nobody watches it.
    Unwatched,
    /// In use.
    Up,
    /// Out for a time after failures.
    Ejected {
        /// Until when.
        until: Nanos,
    },
    /// Taken for down by health checks.
    Down {
        /// Since when.
        since: Nanos,
    },
}

/// Whether a link carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It carries.
    Up,
    /// It is cut.
    Cut,
    /// It holds what is on it.
    Held,
}

/// A link as it stands.
#[derive(Debug, Clone, Copy)]
pub struct LinkView {
    /// Its number.
    pub id: LinkId,
    /// One end; messages go forward from here…
    pub a: NodeId,
    /// …to here.
    pub b: NodeId,
    /// How it carries.
    pub carriage: Carriage,
    /// Whether it carries.
    pub state: LinkState,
    /// Messages on it.
    pub in_flight: u32,
}

/// A message on a link.
#[derive(Debug, Clone, Copy)]
pub struct MessageView {
    /// Names it for as long as it is on this link.
    pub key: u64,
    /// What it is.
    pub kind: MessageKind,
    /// The call it belongs to; none for a health check.
    pub call: Option<CallId>,
    /// The attempt it belongs to, from 1; more than 1 is a retry or reroute.
    pub attempt: u32,
    /// Whether it carries an error: a reset, a shed call, a status that is not OK.
    pub error: bool,
    /// On which link.
    pub link: LinkId,
    /// From the link's `a` to its `b`, or back.
    pub forward: bool,
    /// Which client of a LAN it leaves from or goes to at this link's LAN end.
    pub client: u32,
    /// When its first bit left.
    pub departs: Nanos,
    /// When its last bit arrives.
    pub arrives: Nanos,
    /// Lost on the way: it will not arrive.
    pub lost: bool,
    /// Bytes on the wire, headers included.
    pub bytes: u32,
}

impl MessageView {
    /// How far along its link it is at an instant, 0.0..=1.0.
    #[must_use]
    pub fn progress(&self, now: Nanos) -> f64 {
        if now <= self.departs {
            return 0.0;
        }
        if now >= self.arrives {
            return 1.0;
        }
        (now - self.departs) as f64 / (self.arrives - self.departs) as f64
    }
}

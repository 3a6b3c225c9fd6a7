//! Incidents: what a spectator should be told, with the numbers of this run.

use crate::action::Death;
use crate::ids::NodeId;
use crate::record::{CallId, Reason};
use crate::time::Nanos;
use crate::view::LinkState;
use rpc::status::Status;

/// Something worth a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// 1, 2, 3…: to ask for all since the last one seen.
    pub number: u64,
    /// When.
    pub at: Nanos,
    /// What.
    pub kind: IncidentKind,
}

/// The kinds of incident.
#[derive(Debug, Clone, PartialEq)]
pub enum IncidentKind {
    /// A node was killed.
    Killed {
        /// Which.
        node: NodeId,
        /// How.
        death: Death,
        /// Attempts that were queued or running there.
        lost: u32,
    },
    /// A node was started again.
    Revived {
        /// Which.
        node: NodeId,
    },
    /// A server is drained, or takes new calls again.
    Drained {
        /// Which.
        node: NodeId,
        /// Whether it is drained now.
        draining: bool,
    },
    /// A server works faster or slower than before.
    Paced {
        /// Which.
        node: NodeId,
        /// Its speed before.
        before: f64,
        /// Its speed now.
        speed: f64,
    },
    /// A link was cut, repaired, held or let go.
    Link {
        /// One end.
        a: NodeId,
        /// The other.
        b: NodeId,
        /// How it was.
        before: LinkState,
        /// How it is.
        state: LinkState,
    },
    /// A part was put on the stage.
    Added {
        /// Which.
        node: NodeId,
    },
    /// A part was taken off the stage.
    Removed {
        /// Which.
        node: NodeId,
    },
    /// A balancer sent a failed attempt on to another backend.
    Rerouted {
        /// The call.
        call: CallId,
        /// The balancer.
        balancer: NodeId,
        /// The server that failed it.
        failed: NodeId,
        /// Why.
        reason: Reason,
        /// The server tried next.
        next: NodeId,
        /// The number of the new attempt.
        attempt: u32,
        /// Time lost on the failed attempt.
        cost: Nanos,
    },
    /// A client sends a call again after a failure.
    Retried {
        /// The call.
        call: CallId,
        /// The LAN of the client.
        lan: NodeId,
        /// Why.
        reason: Reason,
        /// The number of the new attempt.
        attempt: u32,
        /// How long it waits before.
        backoff: Nanos,
    },
    /// A call ended without an answer, or was shed.
    CallFailed {
        /// The call.
        call: CallId,
        /// The LAN of the client.
        lan: NodeId,
        /// The server of the last attempt.
        server: Option<NodeId>,
        /// The status its client saw.
        status: Status,
        /// Why the last attempt failed.
        reason: Reason,
        /// How long it took.
        after: Nanos,
        /// How many attempts it had.
        attempts: u32,
        /// Whether it was turned away for want of room.
        shed: bool,
    },
    /// The last way from these callers is gone: from networks to the service, or from balancers to
    /// any server.
    CutOff {
        /// Either networks or balancers; at least one.
        callers: Vec<NodeId>,
    },
    /// There is a way from them again.
    Joined {
        /// Either networks or balancers; at least one.
        callers: Vec<NodeId>,
    },
    /// A balancer takes a server for down, or for up again.
    Health {
        /// The balancer.
        balancer: NodeId,
        /// The server.
        server: NodeId,
        /// What changed, and why.
        transition: balancer::Transition,
        /// For a server that really died (or was revived) before: how long the balancer took to
        /// see it.
        gap: Option<Nanos>,
    },
}

/// The time between a death and its discovery by a balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detection {
    /// The balancer.
    pub balancer: NodeId,
    /// The server.
    pub server: NodeId,
    /// When the server died.
    pub died: Nanos,
    /// When the balancer took it out.
    pub detected: Nanos,
    /// Attempts that were sent to it in between.
    pub attempts_sent: u32,
}

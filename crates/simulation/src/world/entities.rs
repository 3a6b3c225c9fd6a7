//! What a world is made of.

use super::guards::Guards;
use crate::bytes::{Bytes, Spare};
use crate::ids::{LinkId, NodeId};
use crate::queue::Timer;
use crate::record::{CallRecord, MessageKind, Reason};
use crate::scenario::{Carriage, LanSpec, Position, ServerSpec};
use crate::streams::Stream;
use crate::time::Nanos;
use crate::view::{Life, LinkState};
use balancer::protection::{Budget, Limiter, WaitingLine};
use rpc::channel::{Channel, ConnectionKey};
use rpc::service::Service;
use slotmap::{Key, SlotMap, new_key_type};
use std::collections::VecDeque;
use std::net::Ipv4Addr;

new_key_type! {
    /// A call under way.
    pub(super) struct CallKey;
    /// A request and what becomes of it, between two hosts.
    pub(super) struct ExchangeKey;
    /// A connection.
    pub(super) struct ConnectionId;
    /// A message on its way.
    pub(super) struct MessageKey;
    /// A request that a balancer has taken in.
    pub(super) struct InboundKey;
}

/// What is to come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    /// A client makes a call.
    Arrival { lan: NodeId, client: u32 },
    /// A message reaches the end of its link.
    Deliver(MessageKey),
    /// TCP sends a lost message again.
    Resend(MessageKey),
    /// A core has finished.
    ServiceDone {
        server: NodeId,
        exchange: ExchangeKey,
    },
    /// Nobody answered in time.
    ExchangeTimeout(ExchangeKey),
    /// A call's deadline.
    CallDeadline(CallKey),
    /// A call is tried again.
    Backoff(CallKey),
    /// A balancer's own timer: checks due, ejections over.
    ProxyTimer(NodeId),
    /// The scenario's timeline.
    Timeline(u32),
    /// A balancer may try a second backend beside the first.
    Hedge { node: NodeId, inbound: InboundKey },
    /// A rate limit has delayed a request long enough.
    LetIn { node: NodeId, inbound: InboundKey },
}

impl Event {
    /// A number that tells events apart, for the trace hash.
    pub(super) fn digest(self) -> u64 {
        let (kind, rest) = match self {
            Self::Arrival { lan, client } => (1, u64::from(lan.0) << 32 | u64::from(client)),
            Self::Deliver(message) => (2, message.data().as_ffi()),
            Self::Resend(message) => (3, message.data().as_ffi()),
            Self::ServiceDone { server, exchange } => {
                (4, exchange.data().as_ffi() ^ u64::from(server.0) << 48)
            }
            Self::ExchangeTimeout(exchange) => (5, exchange.data().as_ffi()),
            Self::CallDeadline(call) => (6, call.data().as_ffi()),
            Self::Backoff(call) => (7, call.data().as_ffi()),
            Self::ProxyTimer(node) => (8, u64::from(node.0)),
            Self::Timeline(index) => (9, u64::from(index)),
            Self::Hedge { inbound, .. } => (10, inbound.data().as_ffi()),
            Self::LetIn { inbound, .. } => (11, inbound.data().as_ffi()),
        };
        rest.rotate_left(8) ^ kind
    }
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) position: Position,
    pub(super) address: Ipv4Addr,
    pub(super) life: Life,
    /// How often its process was started: a connection to an earlier one is unknown here.
    pub(super) incarnation: u32,
    pub(super) role: RoleState,
}

#[derive(Debug, Clone)]
pub(super) enum RoleState {
    Lan(Box<Lan>),
    Router,
    Isp,
    Balancer(Box<Proxy>),
    Server(Box<Server>),
}

#[derive(Debug, Clone)]
pub(super) struct Lan {
    pub(super) spec: LanSpec,
    pub(super) clients: Vec<Client>,
    pub(super) in_flight: u32,
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) failed: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Client {
    /// When it calls.
    pub(super) arrivals: Stream,
    /// What it asks, and how much work that is.
    pub(super) work: Stream,
    /// Backoff jitter.
    pub(super) retries: Stream,
    /// Its pool of connections to each address it has called, in the order of the addresses.
    pub(super) pools: Vec<Pool>,
    /// What its retries are paid from, once it has called under such terms.
    pub(super) budget: Option<Budget>,
    /// Which of the service's addresses comes next.
    pub(super) turn: u32,
    pub(super) due: Option<(Timer, Nanos)>,
    /// The evenly spaced schedule: an origin and how many periods have gone by since.
    pub(super) origin: f64,
    pub(super) periods: u64,
}

/// A caller's connections to one address.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pub(super) peer: NodeId,
    pub(super) channel: Channel,
    pub(super) ids: Vec<(ConnectionKey, ConnectionId)>,
}

#[derive(Debug, Clone)]
pub(super) struct Proxy {
    pub(super) balancer: balancer::Balancer,
    pub(super) choices: Stream,
    pub(super) timer: Option<(Timer, Nanos)>,
    /// In the order of the addresses.
    pub(super) pools: Vec<Pool>,
    /// Requests it has taken in and not answered.
    pub(super) inbound: SlotMap<InboundKey, Inbound>,
    /// How many it has taken in.
    pub(super) taken_in: u64,
    /// Lists of requests that are over.
    pub(super) spare_inbound: Spare<(Vec<balancer::BackendId>, Vec<Out>)>,
    /// Those of them that wait for a connection to be free, oldest first.
    pub(super) waiting: VecDeque<InboundKey>,
    pub(super) guards: Guards,
    pub(super) next_id: u32,
}

/// A request that a balancer has taken in.
#[derive(Debug, Clone)]
pub(super) struct Inbound {
    /// How many were taken in before it.
    pub(super) number: u64,
    /// The number by which its caller knows the reply.
    pub(super) id: u32,
    /// As its message was, but for the attempt.
    pub(super) about: About,
    /// Who asked.
    pub(super) caller: Party,
    /// As it was last sent on; until then as it came.
    pub(super) request: rpc::message::Call,
    pub(super) deadline: Option<Nanos>,
    pub(super) tried: Vec<balancer::BackendId>,
    /// The number of the client's own attempt, until a backend is chosen for it.
    pub(super) attempt: Option<u32>,
    /// What is out for it: one exchange, or two with a hedge.
    pub(super) outs: Vec<Out>,
    /// When a second one is sent beside the first.
    pub(super) hedge: Option<Timer>,
    pub(super) hedged: bool,
}

/// An attempt that is out for a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    pub(super) exchange: ExchangeKey,
    /// Whether it is a retry or a hedge.
    pub(super) extra: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) spec: ServerSpec,
    pub(super) service: Service,
    pub(super) draining: bool,
    pub(super) queue: WaitingLine<Job>,
    pub(super) limiter: Option<Limiter>,
    /// How long calls were here of late, waiting and service, by how many were here before them: moving
    /// averages by eighths, 0 where nothing is known. Prequal's latency at a number in flight.
    pub(super) sojourns: Vec<Nanos>,
    pub(super) running: Vec<Running>,
    /// How fast each of those is served now, in work a second.
    pub(super) pace: f64,
    pub(super) answered: u64,
    pub(super) shed: u64,
    /// Requests that reached it.
    pub(super) arrived: u64,
    /// Core time at work, up to `busy_at`.
    pub(super) busy: Nanos,
    pub(super) busy_at: Nanos,
    /// (arrived, busy) at the end of each of the last slices, oldest first.
    pub(super) history: VecDeque<(u64, Nanos)>,
    /// Attempts that were sent to it since it died.
    pub(super) sent_while_dead: u32,
    pub(super) revived: Option<Nanos>,
}

/// Numbers in flight beyond this are all alike.
const MOST_TOLD_APART: usize = 64;

impl Server {
    /// A call that found so many before it was here so long.
    pub(super) fn took(&mut self, behind: u32, took: Nanos) {
        let class = (behind as usize).min(MOST_TOLD_APART - 1);
        if self.sojourns.len() <= class {
            self.sojourns.resize(class + 1, 0);
        }
        let average = &mut self.sojourns[class];
        *average = match *average {
            0 => took,
            known => known - known / 8 + took / 8,
        };
    }

    /// How long a call takes that comes now, as far as is known from those that came to about as many; 0
    /// if nothing is.
    pub(super) fn expected(&self) -> Nanos {
        let here = self.queue.len() + self.running.len();
        let known = self
            .sojourns
            .iter()
            .enumerate()
            .filter(|&(_, &took)| took > 0);
        let nearest = known.min_by_key(|&(class, _)| class.abs_diff(here));
        nearest.map_or(0, |(_, &took)| took)
    }

    /// Brings the busy integral up to an instant.
    pub(super) fn account(&mut self, now: Nanos) {
        self.busy += (now - self.busy_at) * self.cores_at_work();
        self.busy_at = now;
    }
}

/// A request at a server.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// As its message was; the work is that of a core of speed 1.
    pub(super) about: About,
    pub(super) caller: Party,
    pub(super) request: rpc::message::Call,
    pub(super) arrived: Nanos,
    /// How many were here when it came.
    pub(super) behind: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) job: Job,
    pub(super) timer: Timer,
    pub(super) done: Nanos,
}

#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) a: NodeId,
    pub(super) b: NodeId,
    pub(super) carriage: Carriage,
    pub(super) state: LinkState,
    pub(super) noise: Stream,
    /// For each direction, when its transmitter is free, and the last arrival at its far end.
    pub(super) free: [Nanos; 2],
    pub(super) last_arrival: [Nanos; 2],
    pub(super) on: u32,
    /// What has come to the end of a held link.
    pub(super) held: Vec<MessageKey>,
}

/// A host, and which client of a LAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) node: NodeId,
    pub(super) client: u32,
}

impl Party {
    pub(super) fn host(node: NodeId) -> Self {
        Self { node, client: 0 }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) caller: Party,
    pub(super) callee: NodeId,
    /// Its name in the caller's pool; none for a health check's own connection.
    pub(super) key: Option<ConnectionKey>,
    /// The one exchange of a health check.
    pub(super) probe: Option<ExchangeKey>,
    pub(super) open: bool,
    /// The callee's process that accepted it.
    pub(super) incarnation: u32,
}

/// Why an exchange was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A client asks the service.
    Client,
    /// A balancer asks a backend for a client.
    Upstream {
        inbound: InboundKey,
        backend: balancer::BackendId,
    },
    /// A balancer asks a backend for its load.
    LoadProbe { backend: balancer::BackendId },
    /// A balancer checks a backend's health.
    Probe { check: balancer::CheckId },
}

/// A request and what becomes of it, as its caller sees it.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) purpose: Purpose,
    /// As its request is; a connection once there is one.
    pub(super) about: About,
    pub(super) caller: Party,
    pub(super) callee: NodeId,
    pub(super) began: Nanos,
    /// When its caller gives up; set as soon as it has begun.
    pub(super) timer: Option<Timer>,
    /// The number by which the reply is known.
    pub(super) id: u32,
    pub(super) bytes: Bytes,
    pub(super) sent: bool,
    /// What a server has said of its load in answer to a probe: requests in flight, and how long one
    /// takes. It travels beside the bytes of the answer, not in them.
    pub(super) report: Option<(u32, Nanos)>,
    /// An attempt for a call that has ended already, which the balancer cannot know yet.
    pub(super) orphan: bool,
}

/// What a message is about, besides its ends and its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) kind: MessageKind,
    pub(super) connection: ConnectionId,
    pub(super) exchange: ExchangeKey,
    pub(super) call: CallKey,
    pub(super) call_id: u64,
    pub(super) attempt: u32,
    pub(super) work: Nanos,
    pub(super) error: bool,
}

impl About {
    /// A request for an attempt of a call.
    pub(super) fn request(call: CallKey, call_id: u64, attempt: u32, work: Nanos) -> Self {
        Self {
            kind: MessageKind::Request,
            connection: ConnectionId::null(),
            exchange: ExchangeKey::null(),
            call,
            call_id,
            attempt,
            work,
            error: false,
        }
    }

    /// A question that is about no call.
    pub(super) fn probe() -> Self {
        Self {
            kind: MessageKind::Probe,
            ..Self::request(CallKey::null(), 0, 0, 0)
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) about: About,
    pub(super) from: Party,
    pub(super) to: Party,
    /// The process that sent it; if that has gone, nobody sends it again.
    pub(super) incarnation: u32,
    pub(super) bytes: Bytes,
    pub(super) resends: u8,
    /// Where it stands, or from where it left.
    pub(super) at: NodeId,
    pub(super) leg: Option<Leg>,
}

/// A message's way over one link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) link: LinkId,
    pub(super) forward: bool,
    pub(super) departs: Nanos,
    pub(super) arrives: Nanos,
    pub(super) lost: bool,
    pub(super) timer: Timer,
}

/// A call under way.
#[derive(Debug, Clone)]
pub(super) struct LiveCall {
    pub(super) record: Box<CallRecord>,
    pub(super) deadline: Nanos,
    /// Set as soon as it is under way.
    pub(super) deadline_timer: Option<Timer>,
    pub(super) backoff: Option<Timer>,
    pub(super) exchange: Option<ExchangeKey>,
    pub(super) key: Option<u64>,
    pub(super) work: Nanos,
    /// Tries that the client itself made.
    pub(super) client_attempts: u32,
    pub(super) last_reason: Option<Reason>,
}

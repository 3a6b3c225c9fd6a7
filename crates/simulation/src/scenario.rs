//! A scenario: everything that a run starts from but its seed's draws.
//!
//! Plain data. A preset, a file or a link makes one; [`World::new`](crate::World::new) checks it
//! and runs it; [`World::scenario`](crate::World::scenario) gives back the one that stands now.

use crate::action::Action;
use crate::distribution::Distribution;
use crate::time::{MILLISECOND, Nanos};
use balancer::protection::{ConcurrencyLimit, Criticality, Discipline};
use rpc::encoding::Encoding;
use rpc::procedure::Procedure;
use rpc::retry::CallPolicy;

/// Where a node stands on the stage: a plane of 1000 × 600, the origin at the top left.
///
/// It changes the picture and nothing of the run.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// From the left, 0..=1000.
    pub x: f64,
    /// From the top, 0..=600.
    pub y: f64,
}

/// The run as its author describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Short name, as in `?preset=five-servers`.
    pub slug: String,
    /// Title shown in the list of scenarios.
    pub title: String,
    /// One or two sentences: what to try, and what to look for.
    pub hint: String,
    /// Where every random stream of the run comes from.
    pub seed: u64,
    /// The name that clients look up; it stands over the cluster on the stage.
    pub service: String,
    /// How calls are written on the wire.
    pub encoding: Encoding,
    /// What the clients call, and how long the work takes.
    pub workload: Vec<Operation>,
    /// How clients treat a call: deadline, attempts, backoff, semantics.
    pub call_policy: CallPolicy,
    /// The nodes, in the order in which they were added.
    pub nodes: Vec<NodeSpec>,
    /// The links between them.
    pub links: Vec<LinkSpec>,
    /// What happens by itself, and when.
    pub timeline: Vec<Timed>,
    /// Virtual seconds shown in a second: 0.1 shows a virtual second in ten.
    pub speed: f64,
}

/// An action at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// When.
    pub at: Nanos,
    /// What.
    pub action: Action,
}

/// One kind of call in the mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The procedure called.
    pub procedure: Procedure,
    /// Its share of the calls, relative to the other weights; at least 1.
    pub weight: u32,
    /// Service demand: processor time on a core of speed 1.
    pub demand: Distribution,
}

/// A node: a host, or the LAN that a group of hosts share.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeSpec {
    /// Unique name, as in `server-2`; 1 to 40 characters.
    pub name: String,
    /// Where it is drawn.
    pub position: Position,
    /// What it is, with its settings.
    pub role: Role,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a scenario has few nodes, and is read more often than it is moved"
)]
pub enum Role {
    /// A local area network of clients.
    Lan(LanSpec),
    /// A router at the edge of a LAN.
    Router,
    /// An internet service provider: a router in the middle.
    Isp,
    /// A reverse proxy that chooses a backend for each attempt.
    Balancer(balancer::Settings),
    /// A server of the cluster.
    Server(ServerSpec),
}

/// Clients on one local area network.
#[derive(Debug, Clone, PartialEq)]
pub struct LanSpec {
    /// How many clients, 1..=250: each has an address and random streams of its own.
    pub clients: u32,
    /// What they ask for together.
    pub load: Load,
}

/// How calls come about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// Open, memoryless: calls a second of the whole LAN, whatever the answers do. 0..=100,000.
    Poisson {
        /// Calls a second.
        rate: f64,
    },
    /// Open, evenly spaced: calls a second of the whole LAN. 0..=100,000.
    Constant {
        /// Calls a second.
        rate: f64,
    },
    /// Closed: each client thinks, calls, waits for the outcome, and thinks again.
    Closed {
        /// Mean think time (exponential).
        think: Nanos,
    },
}

impl Load {
    /// Calls a second that are offered, where that does not depend on the answers.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        match self {
            Self::Poisson { rate } | Self::Constant { rate } => Some(rate),
            Self::Closed { .. } => None,
        }
    }
}

/// A server's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerSpec {
    /// Calls served at once, 1..=64.
    pub cores: u32,
    /// How fast a core works: 1 is as the demand is written, 0.1 ten times slower. 0.001..=1000.
    pub speed: f64,
    /// Calls that may wait; one more is shed with RESOURCE_EXHAUSTED. 0..=100,000.
    pub queue_limit: u32,
    /// The weight that balancers give it, 1..=256.
    pub weight: u32,
    /// Its priority at balancers: 0 is served first, others are backups.
    pub priority: u8,
    /// Which of those that wait is served next.
    pub discipline: Discipline,
    /// What matters more or less than the ordinary, and is shed from a full queue later or first.
    pub criticality: Vec<(Procedure, Criticality)>,
    /// How many calls it has at once, waiting ones with them, before it sheds; or no bound but the
    /// queue's.
    pub concurrency: Option<ConcurrencyLimit>,
    /// Whether it drops a call whose deadline has passed when its turn comes, rather than work in vain.
    pub drops_expired: bool,
}

impl Default for ServerSpec {
    fn default() -> Self {
        Self {
            cores: 1,
            speed: 1.0,
            queue_limit: 64,
            weight: 1,
            priority: 0,
            discipline: Discipline::Fifo,
            criticality: Vec::new(),
            concurrency: None,
            drops_expired: false,
        }
    }
}

/// A link between two nodes, the same in both directions.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkSpec {
    /// Name of one end.
    pub a: String,
    /// Name of the other.
    pub b: String,
    /// How it carries.
    pub carriage: Carriage,
}

/// How a link carries messages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carriage {
    /// Propagation delay one way.
    pub latency: Nanos,
    /// Largest extra delay, uniform in 0..=jitter; messages never overtake each other.
    pub jitter: Nanos,
    /// Bits a second in each direction; messages wait for those before them.
    pub bandwidth: u64,
    /// Share of messages lost on the way, 0.0..=1.0; the sender's TCP sends them again.
    pub loss: f64,
}

impl Default for Carriage {
    fn default() -> Self {
        Self {
            latency: 2 * MILLISECOND,
            jitter: 0,
            bandwidth: 100_000_000,
            loss: 0.0,
        }
    }
}

impl Scenario {
    /// Calls a second that all open LANs offer together.
    #[must_use]
    pub fn offered_load(&self) -> f64 {
        self.nodes
            .iter()
            .filter_map(|node| match &node.role {
                Role::Lan(lan) => lan.load.rate(),
                _ => None,
            })
            .sum()
    }
}

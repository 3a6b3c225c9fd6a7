//! What a hand, a lesson, a timeline or a host page can do to a running world.
//!
//! One vocabulary for all of them, so that whatever a hand can do a file can replay. Nodes are
//! named, not numbered: an action means the same in every run of its scenario.

use crate::scenario::{
    Carriage, LanSpec, LinkSpec, Load, NodeSpec, Operation, Position, ServerSpec,
};
use balancer::{Ejection, HealthCheck, Policy, Protection, SlowStart, Standing};
use rpc::retry::CallPolicy;
use thiserror::Error;

/// How a host dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The process crashes and the host answers for it: open connections are reset, new ones
    /// refused. Callers know within a round trip.
    Crash,
    /// The host falls silent (power, kernel, cable): nothing answers, and callers learn of it by
    /// waiting.
    Silence,
}

/// A link by the names of its ends, in either order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends(pub String, pub String);

/// A change to the world, applied at an instant of virtual time.
#[allow(
    clippy::large_enum_variant,
    reason = "actions are few, and a node's whole settings are what some of them say"
)]
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Adds a node, with the links it comes with.
    AddNode {
        /// The node.
        node: NodeSpec,
        /// Its links to nodes that exist.
        links: Vec<LinkSpec>,
    },
    /// Takes a node out, its links too. What was there is lost as in a crash.
    RemoveNode(String),
    /// Puts a node elsewhere on the stage.
    Move(String, Position),
    /// Kills a node.
    Kill(String, Death),
    /// Starts a dead node's process again, empty.
    Revive(String),
    /// Tells every balancer to send a server nothing new, or to send to it again.
    Drain(String, bool),
    /// Changes a server's speed factor.
    SetSpeed(String, f64),
    /// Changes a server's settings.
    SetServer(String, ServerSpec),
    /// Changes what a LAN asks for.
    SetLoad(String, Load),
    /// Changes a LAN's clients and load.
    SetLan(String, LanSpec),
    /// Changes a balancer's policy.
    SetPolicy(String, Policy),
    /// Changes or stops a balancer's active health checks.
    SetHealthCheck(String, Option<HealthCheck>),
    /// Changes or stops a balancer's passive ejection.
    SetEjection(String, Option<Ejection>),
    /// Changes a balancer's rules of backups, priorities and panic.
    SetStanding(String, Standing),
    /// Changes or stops a balancer's slow start.
    SetSlowStart(String, Option<SlowStart>),
    /// Changes what a balancer protects its backends by: budgets, hedging, breakers, rate limit.
    SetProtection(String, Protection),
    /// Changes how many backends a balancer tries for one call, 1..=10.
    SetMaxAttempts(String, u32),
    /// Changes any of a balancer's settings; those that stay as they were are left alone.
    SetBalancer(String, balancer::Settings),
    /// Changes how clients treat their calls: deadline, attempts, backoff, semantics.
    SetCalls(CallPolicy),
    /// Changes what clients call, and how long the work takes.
    SetWorkload(Vec<Operation>),
    /// Adds a link.
    Connect(LinkSpec),
    /// Takes a link away.
    Disconnect(Ends),
    /// Cuts a link: what is on it is lost, and routes avoid it.
    Cut(Ends),
    /// Repairs a cut link.
    Repair(Ends),
    /// Holds a link: what is on it stays on it, and arrives when it is let go.
    Hold(Ends),
    /// Lets a held link go.
    Release(Ends),
    /// Changes how a link carries.
    SetCarriage(Ends, Carriage),
    /// Several changes as one: all are made, or none.
    All(Vec<Action>),
}

/// Why an action was refused. The world is as it was.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ActionError {
    /// No such node.
    #[error("there is no node named “{0}”")]
    UnknownNode(String),
    /// A node of that name exists.
    #[error("there is a node named “{0}” already")]
    DuplicateName(String),
    /// The name is empty or too long.
    #[error("a name has 1 to 40 characters; “{0}” has {len}", len = .0.chars().count())]
    BadName(String),
    /// The node is of another kind.
    #[error("“{node}” is not a {wanted}")]
    WrongKind {
        /// The node's name.
        node: String,
        /// The kind that the action needs.
        wanted: &'static str,
    },
    /// No such link.
    #[error("there is no link between “{0}” and “{1}”")]
    UnknownLink(String, String),
    /// The two are linked already.
    #[error("“{0}” and “{1}” are linked already")]
    DuplicateLink(String, String),
    /// A link from a node to itself.
    #[error("“{0}” cannot be linked to itself")]
    SelfLink(String),
    /// It is dead already, or alive already, cut already, and so on.
    #[error("“{subject}” is {state} already")]
    Already {
        /// The node, or the link's ends.
        subject: String,
        /// The state.
        state: &'static str,
    },
    /// A number is out of its range.
    #[error("{what} of “{subject}” must be {range}; {value} is not")]
    OutOfRange {
        /// What is set.
        what: &'static str,
        /// Where.
        subject: String,
        /// The allowed range in words.
        range: &'static str,
        /// What was asked for.
        value: String,
    },
    /// The balancer refused its settings.
    #[error("the settings of “{0}” do not hold: {1}")]
    Balancer(String, balancer::SettingsError),
    /// The calls cannot be made so.
    #[error(transparent)]
    Calls(#[from] CallsError),
    /// The world is as large as it may be.
    #[error("a world holds at most {limit} {what}")]
    Full {
        /// Nodes or links.
        what: &'static str,
        /// How many.
        limit: usize,
    },
}

/// Why calls cannot be made as they are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallsError {
    /// There is nothing to call.
    #[error("the workload is empty: it needs at least one procedure with a weight above 0")]
    EmptyWorkload,
    /// A demand is out of range.
    #[error("the demand of “{0}” is out of range")]
    Demand(&'static str),
    /// A call policy out of range.
    #[error("the call policy's {0} must be above 0")]
    CallPolicy(&'static str),
    /// The clients' retry budget is out of range.
    #[error("the retry budget is 0 to 1000 % of the calls, with 0 to 10,000 free retries a second")]
    RetryBudget,
}

//! Virtual time, links, nodes and proxies: the world in which a real balancer and a real RPC
//! engine run.
//!
//! A run is a function of its scenario, its seed, and its actions with their virtual times: the
//! same three give the same run, bit for bit, natively and in WebAssembly. Nothing here knows a
//! screen, a clock or a browser.

pub mod action;
mod bytes;
pub mod distribution;
pub mod file;
pub mod ids;
pub mod incident;
pub mod ledger;
pub mod metrics;
pub mod narration;
pub mod placement;
pub mod presets;
mod queue;
pub mod record;
pub mod scenario;
pub mod statistics;
pub mod steady;
mod streams;
pub mod theory;
pub mod time;
pub mod view;
mod workload;
mod world;

/// The parts under the world that are measured alone.
pub mod kernel {
    pub use crate::queue::{EventQueue, Timer};
}

pub use action::{Action, ActionError};
pub use bytes::Bytes;
pub use ids::{LinkId, NodeId};
pub use scenario::Scenario;
pub use time::Nanos;
pub use world::{ScenarioError, World};

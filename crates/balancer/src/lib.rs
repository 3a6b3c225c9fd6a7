//! Which backend gets the next attempt.
//!
//! Deterministic balancing logic with no networking code, no clock and no randomness of its own:
//! the host tells it what happened and when ([`Balancer::finished`], [`Balancer::probe_result`]),
//! calls [`Balancer::handle_timer`] when [`Balancer::next_timer`] says so, sends the probes it is
//! handed, and asks it for a backend ([`Balancer::pick`]) with a generator it passes in. It could
//! stand behind real sockets unchanged.
//!
//! It knows only what messages told it. A backend that died a moment ago is still picked until
//! health checks or failed attempts say otherwise: that gap is the point, not a defect.

#![forbid(unsafe_code)]

mod backend;
mod balancer;
mod choosing;
mod error;
mod explain;
mod field;
mod health;
mod members;
mod policy;
pub mod protection;
mod sentence;
mod settings;
mod timers;
mod transition;
mod uniform;

pub use backend::{Backend, BackendId, Health};
pub use balancer::{Balancer, Outcome, Request};
pub use error::{BackendError, NoBackend, SettingsError};
pub use explain::{Candidate, Explanation, PassedOver, TieBreak};
pub use health::{
    CheckId, Ejection, FailurePercentage, HealthCheck, MaxFails, Probe, SlowStart, Spill, Standing,
    SuccessRate,
};
pub use policy::Policy;
pub use protection::Protection;
pub use settings::Settings;
pub use transition::{Because, Change, Transition};

/// An instant or a duration, in nanoseconds of whatever clock the host keeps.
pub type Nanos = u64;

/// One second.
pub(crate) const SECOND: Nanos = 1_000_000_000;

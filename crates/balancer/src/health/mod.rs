//! How the balancer learns who is well: by asking (active checks) and by noticing (ejection).

mod check;
mod ejection;

pub(crate) use check::CheckState;
pub use check::{CheckId, HealthCheck, Probe};
pub use ejection::Ejection;
pub(crate) use ejection::EjectionState;

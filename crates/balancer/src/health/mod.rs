//! How the balancer learns who is well, by asking (active checks) and by noticing (ejection), and what
//! it does with that: who stands, and with what weight.

mod check;
mod ejection;
mod max_fails;
mod outliers;
mod slow_start;
mod standing;

pub(crate) use check::CheckState;
pub use check::{CheckId, HealthCheck, Probe};
pub use ejection::Ejection;
pub(crate) use ejection::EjectionState;
pub use max_fails::MaxFails;
pub(crate) use outliers::Tally;
pub use outliers::{FailurePercentage, SuccessRate};
pub use slow_start::SlowStart;
pub(crate) use standing::{Load, priority_loads};
pub use standing::{Spill, Standing};

//! What keeps retries and overload in bounds: budgets, hedging, breakers, limits and queues.
//!
//! Each is a state machine of its own that the host asks before it acts; the balancer needs none of
//! them to choose. [`Protection`] says which of them a proxy uses.

mod breakers;
mod concurrency;
mod hedging;
mod rate_limit;
mod retry_budget;
mod waiting_line;

pub use breakers::{Admission, Breakers, Underway};
pub use concurrency::{ConcurrencyLimit, Limiter};
pub use hedging::{Hedger, Hedging};
pub use rate_limit::{Bucket, Passage, RateLimit};
pub use retry_budget::{Budget, RetryBudget};
pub use waiting_line::{Criticality, Discipline, WaitingLine};

use crate::SettingsError;

/// What a proxy protects its backends by.
///
/// # Default values
/// Nothing: no budget, no hedging, no limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// What retries may add to the load, or no bound but the attempts of a call.
    pub retry_budget: Option<RetryBudget>,
    /// A second attempt while the first is still under way, or none.
    pub hedging: Option<Hedging>,
    /// How much may be under way at once.
    pub breakers: Breakers,
    /// How many calls are let in over time, or any number.
    pub rate_limit: Option<RateLimit>,
}

impl Protection {
    /// Checks every part.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if let Some(budget) = &self.retry_budget {
            budget.validate()?;
        }
        if let Some(hedging) = &self.hedging {
            hedging.validate()?;
        }
        if let Some(limit) = &self.rate_limit {
            limit.validate()?;
        }
        self.breakers.validate()
    }
}

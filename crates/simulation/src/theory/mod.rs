//! What theory says: closed forms and exact chains to set beside what a run measures.
//!
//! One file a model; each opens with its name, its idea, its source, its formula, and where it
//! stops holding. Pure functions over `f64`: times in seconds (or in whatever unit the rates are
//! the inverse of), rates in their inverse, shares and utilisations 0.0..=1.0. Outside a model's
//! domain a function gives a [`TheoryError`], never a number that means nothing.
//!
//! [`describe()`] reads a scenario and says which of them describes it, or why none does.

pub mod amdahl;
pub mod choices;
pub mod closed;
pub mod describe;
pub mod erlang_b;
pub mod fan_out;
pub mod gi_m_1;
pub mod hedging;
pub mod md1;
pub mod mg1;
pub mod mm1;
pub mod mmc;
pub mod mmck;
pub mod network;
pub mod pooling;
pub mod processor_sharing;
pub mod retries;
pub mod round_robin;
pub mod shortest_queue;
pub mod universal_scalability;

pub use describe::{Description, Model, Objection, describe, present};
use thiserror::Error;

/// Why a formula gives no number.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum TheoryError {
    /// A parameter is outside the formula's domain.
    #[error("{what} must be {range}; {value} is not")]
    Domain {
        /// Which parameter.
        what: &'static str,
        /// Where it must lie.
        range: &'static str,
        /// Where it lies.
        value: f64,
    },
    /// More comes than can be served: the queue grows for ever and has no mean.
    #[error("at utilisation {0} the queue grows without end")]
    Unstable(f64),
}

/// A parameter that must be above zero and finite.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    let range = "above 0";
    (value > 0.0 && value.is_finite())
        .then_some(value)
        .ok_or(TheoryError::Domain { what, range, value })
}

/// A parameter that must be zero or more, and finite.
pub(crate) fn not_negative(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    let range = "0 or more";
    (value >= 0.0 && value.is_finite())
        .then_some(value)
        .ok_or(TheoryError::Domain { what, range, value })
}

/// A share, 0.0..=1.0.
pub(crate) fn share(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    let range = "0 to 1";
    (0.0..=1.0)
        .contains(&value)
        .then_some(value)
        .ok_or(TheoryError::Domain { what, range, value })
}

/// A share of which neither nothing nor all will do, as a percentile is.
pub(crate) fn open_share(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    let range = "between 0 and 1";
    (value > 0.0 && value < 1.0)
        .then_some(value)
        .ok_or(TheoryError::Domain { what, range, value })
}

/// A count of at least one.
pub(crate) fn count(what: &'static str, value: u32) -> Result<f64, TheoryError> {
    let range = "at least 1";
    let value = f64::from(value);
    (value >= 1.0)
        .then_some(value)
        .ok_or(TheoryError::Domain { what, range, value })
}

/// The utilisation of `servers` servers, if their queue has a mean.
pub(crate) fn utilisation(arrivals: f64, service: f64, servers: f64) -> Result<f64, TheoryError> {
    let load = not_negative("the arrival rate", arrivals)?
        / (positive("the service rate", service)? * servers);
    if load < 1.0 {
        Ok(load)
    } else {
        Err(TheoryError::Unstable(load))
    }
}

/// Whether two numbers agree to the digits that a table prints.
#[cfg(test)]
pub(crate) fn printed(ours: f64, table: f64, digits: i32) -> bool {
    // Half a unit in the last place printed.
    (ours - table).abs() <= 0.5 * libm::pow(10.0, f64::from(-digits)) * 1.000_001
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_a_domain_is_named() {
        let error = positive("the service rate", 0.0).expect_err("zero is outside");
        assert_eq!(
            error.to_string(),
            "the service rate must be above 0; 0 is not"
        );
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(positive("it", value).is_err());
            assert!(not_negative("it", value).is_err());
            assert!(share("it", value).is_err());
        }
        assert_eq!(utilisation(2.0, 1.0, 2.0), Err(TheoryError::Unstable(1.0)));
    }
}

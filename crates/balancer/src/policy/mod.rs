//! The rules that pick a backend, one file each, and what a student should know of them.

mod catalogue;
pub(crate) mod least_request;
pub(crate) mod peak_ewma;
pub(crate) mod random;
pub(crate) mod ring_hash;
pub(crate) mod round_robin;
pub(crate) mod smooth_weighted;
pub(crate) mod two_choices;

use crate::{Nanos, SettingsError, TieBreak};

/// The rule that picks a backend for an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Each in turn.
    RoundRobin,
    /// Each in turn, in proportion to weights, evenly spread: nginx's.
    SmoothWeightedRoundRobin,
    /// Any, all equally likely.
    Random,
    /// The one with the fewest active attempts for its weight: nginx's `least_conn`.
    LeastRequest,
    /// Two at random, and the less busy of the two.
    PowerOfTwoChoices,
    /// Two at random, and the one with the lower latency estimate times load: Finagle's.
    PeakEwma {
        /// The time constant of the estimate, in nanoseconds, more than 0; Finagle's default is 10 s.
        decay: Nanos,
    },
    /// The same backend for the same client: consistent hashing on a ring, Envoy's.
    RingHash {
        /// Points on the ring per unit of weight, 1 to 1024; ketama's and nginx's 160 by default.
        points_per_weight: u32,
    },
}

impl Policy {
    /// Checks the ranges of its parameters.
    ///
    /// # Errors
    /// The parameter that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        match *self {
            Self::PeakEwma { decay: 0 } => Err(SettingsError::ZeroDecay),
            Self::RingHash { points_per_weight } if !(1..=1024).contains(&points_per_weight) => {
                Err(SettingsError::PointsOutOfRange(points_per_weight))
            }
            _ => Ok(()),
        }
    }
}

/// Who was looked at in a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Every candidate.
    All,
    /// The chosen one alone.
    One,
    /// These two places, in the order they were drawn.
    Two(usize, usize),
}

/// A choice made: enough to explain it afterwards without having paid for the explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The place of the chosen backend in the list.
    pub(crate) place: usize,
    pub(crate) looked: Looked,
    /// What decided, if scores did not.
    pub(crate) tie: Option<TieBreak>,
}

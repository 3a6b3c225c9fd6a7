//! Random.
//!
//! Idea: any candidate, all equally likely.
//! Source: Envoy's `random` policy.
//! Formula: the probability of each of n candidates is 1/n.
//! Known failure: throwing n balls into n bins leaves one with about ln n / ln ln n of them: queues are
//! far longer than with turns.

use rand_core::Rng;

use super::{Choice, Looked};
use crate::field::Field;
use crate::uniform::below;

/// Picks with one draw.
pub(crate) fn choose(field: &Field<'_>, rng: &mut impl Rng) -> Choice {
    Choice {
        place: field.nth(below(rng, field.len())),
        looked: Looked::One,
        tie: None,
    }
}

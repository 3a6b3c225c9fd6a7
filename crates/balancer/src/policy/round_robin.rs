//! Round robin.
//!
//! Idea: every backend gets the next attempt in turn.
//! Source: as old as time sharing; as a queue, whose head serves and goes to the back
//! (L. Kleinrock, "Analysis of a time-shared processor", 1964).
//! Formula: the candidate whose last turn was longest ago; among those that never had one, the
//! first listed.
//! Known failure: a slow backend gets as much as a fast one.
//!
//! Why a queue and not an index modulo the number of healthy backends: with an index, every backend
//! that goes or comes shifts all the others, and some are skipped while others get two in a row. In
//! the queue a backend that is passed over (down, or tried by this call) keeps its place, takes one
//! turn when it is back, not all those it missed, and a new one joins at the back.

use super::{Choice, Looked};
use crate::TieBreak;
use crate::field::Field;

/// Picks, and moves the chosen one to the back of the queue: `turn` is this choice's number.
pub(crate) fn choose(field: &mut Field<'_>, turn: u64) -> Choice {
    let mut best = field.nth(0);
    let mut tied = false;
    for place in field.places().skip(1) {
        let (this, first) = (field.backend(place).turn, field.backend(best).turn);
        if this < first {
            best = place;
            tied = false;
        } else if this == first {
            tied = true;
        }
    }
    field.backend_mut(best).turn = turn;
    Choice {
        place: best,
        looked: Looked::All,
        tie: tied.then_some(TieBreak::FirstListed),
    }
}

//! Least connections.
//!
//! Idea: the fewest connections for its weight, but an idle server first whatever its weight.
//! Source: HAProxy, `balance leastconn`, `src/lb_fwlc.c`.
//! Formula: the least key, `(active + 1) * 4096 / effective weight` in whole numbers, 0 when nothing is
//! active (effective weight: 16 for each unit). Equal keys go by when each got its key: whoever has had
//! it longest is first, so that equals take turns. Idle with 3, 2, 1: `abc`, where nginx gives `abacba`.
//! Known failure: a server that fails fast has nothing active and attracts everything.

use super::Choice;
use super::fast_weighted::{MOST, effective_weight};
use crate::field::Field;
use crate::{Backend, TieBreak};

/// HAProxy's sorting key.
pub(crate) fn key(backend: &Backend) -> u64 {
    match backend.active {
        0 => 0,
        active => (u64::from(active) + 1) * MOST as u64 / effective_weight(backend) as u64,
    }
}

/// Picks by a scan of all candidates.
pub(crate) fn choose(field: &Field<'_>) -> Choice {
    let rank = |place: usize| {
        let backend = field.backend(place);
        (key(backend), backend.moved, place)
    };
    let best = field.places().map(rank).min();
    let (least, _, place) = best.unwrap_or((0, 0, field.nth(0)));
    let tied = field
        .places()
        .any(|other| other != place && key(field.backend(other)) == least);
    Choice {
        tie: tied.then_some(TieBreak::WaitedLongest),
        ..Choice::of_all(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    /// Recorded from HAProxy 2.6.12: idle servers of weights 3, 2, 1, each answer before the next request.
    #[test]
    fn haproxys_idle_sequence() {
        let mut members = members(&[3, 2, 1]);
        let mut picks = String::new();
        for serial in 1..=6 {
            let place = choose(&Field::new(&mut members, &[]).unwrap()).place;
            members.list[place].moved = serial;
            picks.push(char::from(b'a' + place as u8));
        }
        assert_eq!(picks, "abcabc");
    }

    #[test]
    fn busy_ones_are_compared_by_weight_and_idle_ones_come_first() {
        let mut members = members(&[3, 1, 1]);
        (
            members.list[0].active,
            members.list[1].active,
            members.list[2].active,
        ) = (3, 1, 9);
        // 4/3 against 2/1: the heavier.
        assert_eq!(choose(&Field::new(&mut members, &[]).unwrap()).place, 0);
        members.list[2].active = 0;
        assert_eq!(choose(&Field::new(&mut members, &[]).unwrap()).place, 2);
    }
}

//! Static round robin.
//!
//! Idea: one round of turns is worked out beforehand as a map, and read again and again.
//! Source: HAProxy, `balance static-rr`, `src/lb_map.c` (`recalc_server_map`, `map_get_server_rr`).
//! Formula: weights divided by their greatest common divisor, their sum is `tot`. For each of `tot`
//! slots, each `score += weight` and `v = (score + tot) / tot` in whole numbers; the first listed with
//! the strictly greatest `v` takes the slot and pays `tot`. With 5, 1, 1: `aaabaac`.
//! Known failure: the map knows no load, and changing a weight or losing a server makes all of it anew,
//! so that the turns in progress are forgotten.
//!
//! A candidate that this call has tried is stepped over, as a saturated server is in HAProxy.

use super::Choice;
use crate::field::Field;
use crate::members::Members;

/// The map, and where the next look at it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaticMap {
    slots: Vec<u32>,
    next: usize,
}

impl StaticMap {
    /// The map of those who stand; the place in the round is kept if it still exists.
    pub(crate) fn build(&mut self, members: &Members) {
        let standing: Vec<u32> = members.standing().collect();
        let weight = |place: u32| i64::from(members.list[place as usize].weight);
        let divisor = standing.iter().fold(0, |a, &b| gcd(a, weight(b))).max(1);
        let total: i64 = standing.iter().map(|&place| weight(place) / divisor).sum();
        let mut scores = vec![0; standing.len()];
        self.slots.clear();
        for _ in 0..total {
            let mut best = (0, 0);
            for (i, &place) in standing.iter().enumerate() {
                scores[i] += weight(place) / divisor;
                let value = (scores[i] + total) / total;
                if value > best.1 {
                    best = (i, value);
                }
            }
            scores[best.0] -= total;
            self.slots.push(standing[best.0]);
        }
        if self.next >= self.slots.len() {
            self.next = 0;
        }
    }

    pub(crate) fn choose(&mut self, field: &Field<'_>) -> Choice {
        for step in 0..self.slots.len() {
            let at = (self.next + step) % self.slots.len();
            let place = self.slots[at] as usize;
            if field.has(place) {
                self.next = (at + 1) % self.slots.len();
                return Choice::of_all(place);
            }
        }
        // Every standing backend has a slot; only a retry that has come to the backups meets none.
        Choice::of_all(field.nth(0))
    }

    /// The places in the slots from a hash on, taken round the map.
    pub(crate) fn from(&self, hash: u32) -> impl Iterator<Item = usize> + '_ {
        let len = self.slots.len();
        let first = hash as usize % len.max(1);
        (first..first + len).map(move |at| self.slots[at % len] as usize)
    }

    /// How many slots of the map come before the next one of a place.
    pub(crate) fn wait(&self, place: usize) -> Option<f64> {
        let round = self.slots.iter().cycle().skip(self.next);
        let mut round = round.take(self.slots.len());
        round
            .position(|&slot| slot as usize == place)
            .map(|at| at as f64)
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::{letters, members};

    fn picks(weights: &[u32], n: usize) -> String {
        let mut members = members(weights);
        let mut map = StaticMap::default();
        map.build(&members);
        letters(n, || map.choose(&Field::new(&mut members, &[]).unwrap()))
    }

    /// Recorded from HAProxy 2.6.12.
    #[test]
    fn haproxys_sequence() {
        assert_eq!(picks(&[5, 1, 1], 14), "aaabaacaaabaac");
        assert_eq!(picks(&[10, 2, 2], 7), "aaabaac");
    }

    #[test]
    fn a_tried_one_is_stepped_over() {
        let mut members = members(&[1, 1, 1]);
        let mut map = StaticMap::default();
        map.build(&members);
        let tried = [crate::BackendId(0)];
        let choice = map.choose(&Field::new(&mut members, &tried).unwrap());
        assert_eq!(
            (choice.place, map.wait(2), map.wait(0)),
            (1, Some(0.0), Some(1.0))
        );
    }
}

//! Static stride.
//!
//! Idea: turns by weight without a heap or a lock: a counter says whose slot it is, and a slot is
//! taken by as many of its generations as the weight deserves.
//! Source: gRPC proposal A58 (weighted_round_robin), grpc-go `balancer/weightedroundrobin/scheduler.go`.
//! Formula: weights scaled so that the largest is 65,535; counter `s` of n backends is backend
//! `i = s mod n` in generation `g = s div n`; taken if `(w * g + i * 32767) mod 65535 >= 65535 - w`.
//! With 5, 1, 1 from 0: `acaabaa`.
//! Known failure: turns know no load. (In gRPC the weights are qps / utilisation as backends report
//! them; here they are the ones set by hand.)

use super::Choice;
use crate::field::Field;
use crate::members::Members;

const MOST: u64 = 65_535;
const OFFSET: u64 = MOST / 2;

/// The scaled weights of those who stand, and the counter.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaticStride {
    /// Places and weights.
    strides: Vec<(u32, u64)>,
    counter: u64,
}

impl StaticStride {
    /// Scales the weights anew; the counter goes on.
    pub(crate) fn build(&mut self, members: &Members) {
        let weight = |place: u32| f64::from(members.list[place as usize].weight_now);
        let most = members.standing().map(weight).fold(1.0, f64::max);
        let scaled = |place| libm::round(weight(place) * MOST as f64 / most) as u64;
        self.strides = members
            .standing()
            .map(|place| (place, scaled(place).max(1)))
            .collect();
    }

    /// Whose slot a counter is, if it is taken.
    fn slot(&self, counter: u64) -> Option<usize> {
        let index = counter % self.strides.len().max(1) as u64;
        let generation = counter / self.strides.len().max(1) as u64;
        let &(place, weight) = self.strides.get(index as usize)?;
        let at = (weight * (generation % MOST) + index * OFFSET) % MOST;
        (at >= MOST - weight).then_some(place as usize)
    }

    pub(crate) fn choose(&mut self, field: &Field<'_>) -> Choice {
        if !self
            .strides
            .iter()
            .any(|&(place, _)| field.has(place as usize))
        {
            // A retry has come to the backups, which take no turns.
            return Choice::of_all(field.nth(0));
        }
        // The largest weight takes every slot of its own, the smallest every 65,535th.
        for _ in 0..(self.strides.len() as u64 + 1) * (MOST + 1) {
            let slot = self.slot(self.counter);
            self.counter = self.counter.wrapping_add(1);
            if let Some(place) = slot.filter(|&place| field.has(place)) {
                return Choice::of_all(place);
            }
        }
        Choice::of_all(field.nth(0))
    }

    /// How many picks come before a place's next one, if that is within some rounds.
    pub(crate) fn wait(&self, place: usize) -> Option<f64> {
        let ahead =
            (0..self.strides.len() as u64 * 300).map(|step| self.counter.wrapping_add(step));
        let mut turns = ahead.filter_map(|counter| self.slot(counter));
        turns.position(|taker| taker == place).map(|at| at as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::{letters, members};

    fn picks(weights: &[u32], n: usize) -> String {
        let mut members = members(weights);
        let mut stride = StaticStride::default();
        stride.build(&members);
        letters(n, || stride.choose(&Field::new(&mut members, &[]).unwrap()))
    }

    fn counts(weights: &[u32], n: usize) -> Vec<usize> {
        let picks = picks(weights, n);
        let letter = |i: usize| char::from(b'a' + i as u8);
        (0..weights.len())
            .map(|i| picks.matches(letter(i)).count())
            .collect()
    }

    /// Computed from grpc-go's rule, from counter 0.
    #[test]
    fn grpcs_sequence() {
        assert_eq!(picks(&[5, 1, 1], 7), "acaabaa");
    }

    /// grpc/grpc `static_stride_scheduler_test.cc`.
    #[test]
    fn grpcs_counts() {
        assert_eq!(counts(&[1, 2, 3], 6), [1, 2, 3]);
        let mut weights = vec![1; 20];
        weights[0] = 81;
        assert_eq!(counts(&weights, 69)[0], 50);
    }
}

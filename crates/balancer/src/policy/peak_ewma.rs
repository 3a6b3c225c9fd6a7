//! Peak-EWMA.
//!
//! Idea: an average of each backend's latency that jumps up at once and comes down slowly, times its
//! load; of two drawn, take the cheaper.
//! Source: Finagle, `finagle-core/.../loadbalancer/PeakEwma.scala` (decay 10 s).
//! Formula: on each answer with latency r, dt after the last look: `ewma = r` if r > ewma, else
//! `ewma * w + r * (1 - w)` with `w = exp(-dt / decay)`; on each look, `ewma * w` (as if r were 0);
//! `cost = ewma * (active + 1)`. While nothing is known and something is active, `cost` is a penalty
//! of 2^47 - 1 plus active, so that a new backend gets one attempt first and no herd.
//! Two distinct draws, a tie goes to the first drawn.
//! Known failure: a backend that fails fast has the lowest latency of all. (As in Finagle, the latency
//! of every attempt counts, failed and cancelled ones too.)
//!
//! A look changes the estimate in Finagle, and it does so here when a *choice* looks at the two it drew.
//! Anyone else reads [`PeakEwma::get_at`], which changes nothing.

use rand_core::Rng;

use super::{Choice, Looked, two_choices};
use crate::field::Field;
use crate::{Backend, Nanos, SECOND, TieBreak};

/// Finagle's default time constant.
pub(crate) const DEFAULT_DECAY: Nanos = 10 * SECOND;

/// Finagle's `Long.MaxValue >> 16`, the cost of the unknown under load: some 39 hours of latency.
pub(crate) const PENALTY: f64 = (i64::MAX >> 16) as f64;

/// A backend's latency estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PeakEwma {
    decay: f64,
    /// The estimate when last looked at, in nanoseconds; 0 while nothing is known.
    ewma: f64,
    looked_at: Nanos,
}

impl PeakEwma {
    pub(crate) fn new(decay: Nanos, now: Nanos) -> Self {
        Self {
            decay: decay as f64,
            ewma: 0.0,
            looked_at: now,
        }
    }

    /// How much of the estimate is left at `now`.
    fn weight(&self, now: Nanos) -> f64 {
        match now.saturating_sub(self.looked_at) {
            0 => 1.0,
            elapsed => libm::exp(-(elapsed as f64) / self.decay),
        }
    }

    /// The estimate at `now`, in nanoseconds. Changes nothing.
    pub(crate) fn get_at(&self, now: Nanos) -> f64 {
        if self.ewma == 0.0 {
            0.0
        } else {
            self.ewma * self.weight(now)
        }
    }

    /// The cost at `now` of a backend with that many active attempts. Changes nothing.
    pub(crate) fn cost_at(&self, now: Nanos, active: u32) -> f64 {
        cost(self.get_at(now), active)
    }

    /// A latency was measured.
    pub(crate) fn observe(&mut self, now: Nanos, latency: Nanos) {
        let latency = latency as f64;
        if latency > self.ewma {
            self.ewma = latency;
        } else {
            let weight = self.weight(now);
            self.ewma = self.ewma * weight + latency * (1.0 - weight);
        }
        self.looked_at = self.looked_at.max(now);
    }

    /// Finagle's look: the same value as [`get_at`](Self::get_at), from which the next step starts.
    fn look(&mut self, now: Nanos) {
        self.ewma = self.get_at(now);
        self.looked_at = self.looked_at.max(now);
    }
}

/// Finagle's cost of giving one more attempt to a backend.
fn cost(ewma: f64, active: u32) -> f64 {
    if ewma == 0.0 && active != 0 {
        PENALTY + f64::from(active)
    } else {
        ewma * (f64::from(active) + 1.0)
    }
}

/// Picks with two draws, or none when there is no choice.
pub(crate) fn choose(field: &mut Field<'_>, now: Nanos, rng: &mut impl Rng) -> Choice {
    let Some((first, second)) = two_choices::draw_two(field, rng) else {
        return Choice {
            place: field.nth(0),
            looked: Looked::All,
            tie: None,
        };
    };
    let a = look_at(field.backend_mut(first), now);
    let b = look_at(field.backend_mut(second), now);
    Choice {
        place: if b < a { second } else { first },
        looked: Looked::Two(first, second),
        tie: (a == b).then_some(TieBreak::FirstDrawn),
    }
}

fn look_at(backend: &mut Backend, now: Nanos) -> f64 {
    let active = backend.active;
    backend.latency.as_mut().map_or(0.0, |latency| {
        latency.look(now);
        cost(latency.ewma, active)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = SECOND / 1_000;

    /// The arithmetic of the cost tests of Envoy's `peak_ewma`, with Finagle's penalty.
    #[test]
    fn costs() {
        assert_eq!(cost(20.0, 5), 120.0);
        assert_eq!(cost(30.0, 0), 30.0);
        assert_eq!(cost(0.0, 3), 140_737_488_355_327.0 + 3.0);
        assert_eq!(cost(0.0, 0), 0.0);
    }

    /// tower's `peak_ewma.rs` test: 10 ms with a decay of 1 s is 9.048 ms after 100 ms, 8.187 after 200.
    #[test]
    fn decays_on_reading_without_being_disturbed() {
        let mut latency = PeakEwma::new(SECOND, 0);
        latency.observe(0, 10 * MS);
        let before = latency;
        assert!((latency.get_at(100 * MS) / 1e6 - 9.048).abs() < 5e-4);
        assert!((latency.get_at(200 * MS) / 1e6 - 8.187).abs() < 5e-4);
        assert_eq!(latency, before);
    }

    #[test]
    fn looking_in_steps_is_reading_at_once() {
        let mut looked = PeakEwma::new(SECOND, 0);
        looked.observe(0, 10 * MS);
        let untouched = looked;
        for step in 1..=10 {
            looked.look(step * 20 * MS);
        }
        let difference = looked.get_at(200 * MS) - untouched.get_at(200 * MS);
        assert!(difference.abs() < 1e-6 * untouched.get_at(200 * MS));
    }

    #[test]
    fn a_peak_counts_in_full_and_a_dip_by_the_time_passed() {
        let mut latency = PeakEwma::new(SECOND, 0);
        latency.observe(0, 10 * MS);
        latency.observe(0, 50 * MS);
        assert_eq!(latency.get_at(0), 50e6);
        // After one decay time: 50/e + 10 (1 - 1/e) = 24.715 ms.
        latency.observe(SECOND, 10 * MS);
        assert!((latency.get_at(SECOND) / 1e6 - 24.715_178).abs() < 1e-5);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_does_no_harm() {
        let mut latency = PeakEwma::new(SECOND, 5 * SECOND);
        latency.observe(SECOND, 10 * MS);
        latency.observe(SECOND, 4 * MS);
        assert_eq!(latency.get_at(5 * SECOND), 10e6);
    }
}

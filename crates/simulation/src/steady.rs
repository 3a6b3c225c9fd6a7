//! The mean latency since the last change, and how far off it may be.
//!
//! Idea: batch means over all calls that began and were answered since something was last done,
//! in room that does not grow: once there are 400 batches each two become one.
//! Source: A. Law & J. Carson, "A sequential procedure for determining the length of a steady-state
//! simulation", Operations Research 27 (1979): the means of up to 400 batches tell whether their
//! neighbours are alike (a lag-1 correlation of 0.4 or more); if not, the means of ten of them
//! together are as good as independent.
//! Left out: the first tenth, while the system still forgets what it was.
//! Known failure: a system that slowly leaves what looks like rest is taken to be at rest.

use crate::statistics::{Interval, batch_means};
use crate::time::{Nanos, seconds};

/// The most batches; half as many are the fewest that are judged.
const MOST: usize = 400;
/// The correlation from which on neighbours are too much alike.
const ALIKE: f64 = 0.4;
/// Batches that are taken together.
const TOGETHER: usize = 10;

/// What is known of the mean latency, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Estimate {
    /// Nothing: no call was answered.
    None,
    /// The mean of calls that are too few for an interval.
    Few(f64),
    /// The mean of enough calls, but what follows each other is so alike that they tell too little.
    Alike(f64),
    /// The mean with its interval.
    Known(Interval),
}

/// Latencies of answered calls since the last change.
#[derive(Debug, Clone)]
pub struct Steady {
    since: Nanos,
    regime: u64,
    /// Sums of the batches in nanoseconds.
    sums: Vec<u64>,
    /// Calls of a whole batch.
    length: u32,
    /// The batch that is being filled: its sum and its calls.
    open: (u64, u32),
}

impl Default for Steady {
    fn default() -> Self {
        Self {
            since: 0,
            regime: 0,
            sums: Vec::with_capacity(MOST),
            length: 1,
            open: (0, 0),
        }
    }
}

impl Steady {
    /// When something was last done.
    #[must_use]
    pub fn since(&self) -> Nanos {
        self.since
    }

    /// How often something was done.
    #[must_use]
    pub fn regime(&self) -> u64 {
        self.regime
    }

    /// Calls answered since then that began since then.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.sums.len() as u64 * u64::from(self.length) + u64::from(self.open.1)
    }

    /// The mean latency, with its interval as soon as there is one.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let rest = self.sums.get(self.sums.len().div_ceil(10)..);
        let rest = rest.filter(|rest| !rest.is_empty()).unwrap_or(&self.sums);
        let calls = f64::from(self.length);
        let means: Vec<f64> = rest.iter().map(|sum| seconds(*sum) / calls).collect();
        if means.is_empty() {
            return Estimate::None;
        }
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        if self.sums.len() < MOST / 2 {
            return Estimate::Few(mean);
        }
        if correlation(&means) >= ALIKE {
            return Estimate::Alike(mean);
        }
        let together = batch_means(&means, means.len() / TOGETHER);
        Interval::from_batches(&together).map_or(Estimate::Few(mean), Estimate::Known)
    }

    /// Something was done: all begins anew.
    pub(crate) fn changed(&mut self, now: Nanos) {
        self.since = now;
        self.regime += 1;
        self.sums.clear();
        self.length = 1;
        self.open = (0, 0);
    }

    /// A call was answered.
    pub(crate) fn answered(&mut self, began: Nanos, latency: Nanos) {
        if began < self.since {
            return;
        }
        self.open.0 = self.open.0.saturating_add(latency);
        self.open.1 += 1;
        if self.open.1 < self.length {
            return;
        }
        if self.sums.len() == MOST {
            for place in 0..MOST / 2 {
                self.sums[place] = self.sums[2 * place].saturating_add(self.sums[2 * place + 1]);
            }
            self.sums.truncate(MOST / 2);
            self.length = self.length.saturating_mul(2);
            // What is open is half a batch now.
            return;
        }
        self.sums.push(self.open.0);
        self.open = (0, 0);
    }
}

/// The correlation of each with its next; 0 where nothing varies.
fn correlation(means: &[f64]) -> f64 {
    let mean = means.iter().sum::<f64>() / means.len().max(1) as f64;
    let square: f64 = means.iter().map(|x| (x - mean) * (x - mean)).sum();
    let pairs = means.windows(2);
    let product: f64 = pairs.map(|two| (two[0] - mean) * (two[1] - mean)).sum();
    // Below that it is rounding.
    if square > 1e-18 * mean * mean * means.len() as f64 {
        product / square
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::exponential;
    use crate::time::{MILLISECOND, from_seconds};
    use rand_pcg::Pcg64Mcg;

    #[test]
    fn every_call_since_the_change_counts_and_none_before_it() {
        let mut steady = Steady::default();
        steady.changed(5);
        assert_eq!(steady.regime(), 1);
        steady.answered(4, 1_000);
        assert_eq!(steady.calls(), 0);
        for call in 0..10_000 {
            steady.answered(5 + call, 7 * MILLISECOND);
            assert_eq!(steady.calls(), call + 1);
            let known = matches!(steady.estimate(), Estimate::Known(_));
            assert_eq!(known, call + 1 >= 200);
            assert!(known || matches!(steady.estimate(), Estimate::Few(mean) if mean > 0.006));
        }
        let Estimate::Known(found) = steady.estimate() else {
            panic!("there are many")
        };
        assert!((found.mean - 0.007).abs() < 1e-12);
        assert!(found.half_width(0.95) < 1e-12);
    }

    /// Of 400 intervals from independent calls 95 % hold the mean; their share has a standard error
    /// of 1.1 %, and three of those to either side are let pass.
    #[test]
    fn intervals_of_independent_calls_hold_as_often_as_they_say() {
        let mut rng = Pcg64Mcg::new(0x5eed);
        let mut held = 0;
        for _ in 0..400 {
            let mut steady = Steady::default();
            for call in 0..3_000 {
                steady.answered(call, from_seconds(exponential(&mut rng)));
            }
            let holds = |it: &Interval| it.holds(1.0, 0.95);
            held += u32::from(matches!(steady.estimate(), Estimate::Known(it) if holds(&it)));
        }
        let share = f64::from(held) / 400.0;
        assert!((share - 0.95).abs() < 3.0 * 0.011, "{share}");
    }

    /// Long stretches of like calls, as of a queue under high load, are too few however many.
    #[test]
    fn calls_that_are_alike_are_too_few() {
        let mut rng = Pcg64Mcg::new(0x5eed);
        let mut steady = Steady::default();
        for stretch in 0..40 {
            let latency = from_seconds(exponential(&mut rng));
            for call in 0..50 {
                steady.answered(stretch * 50 + call, latency);
            }
        }
        assert!(matches!(steady.estimate(), Estimate::Alike(mean) if mean > 0.5));
        assert_eq!(Steady::default().estimate(), Estimate::None);
    }
}

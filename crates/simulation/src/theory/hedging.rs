//! Hedging: ask a second replica when the first has not answered after a delay.
//!
//! Idea: two slow answers at once are rare, and few calls need the second question.
//! Source: Dean and Barroso, "The Tail at Scale", 2013; the exponential case from its own law.
//! Formula: for exponential answers of mean 1 and a hedge at `d`: `P(T > t)` is `e^{−t}` before `d`
//! and `e^{−t}·e^{−(t−d)}` after; mean `1 − e^{−d}/2`; extra load `e^{−d}`. For any law with the tail
//! `B`: `P(T > t) = B(t)·B(t − d)`, extra load `B(d)`, and the mean is the integral of the tail.
//! Holds for: replicas whose answers are independent, and no queues (the extra load costs nothing). In
//! a loaded system the second question makes the queues longer; and where a call is slow because its
//! own work is long, its second attempt is as slow as its first.

use super::{TheoryError, not_negative, open_share, positive};

/// The share of calls that take longer than `t` when a second question follows the first after
/// `delay`; `beyond` is the share of answers that take longer than a time, 1 below zero. Times are in
/// any one unit.
#[must_use]
pub fn beyond(beyond: &dyn Fn(f64) -> f64, delay: f64, t: f64) -> f64 {
    let second = if t > delay { beyond(t - delay) } else { 1.0 };
    beyond(t) * second
}

/// Mean time to the first answer, where no answer takes longer than `longest`: the tail's integral by
/// Simpson's rule, which wants `delay` on one of its points, and gets it.
///
/// # Errors
/// A delay below 0 or beyond `longest`, or a `longest` not above 0.
pub fn mean(tail: &dyn Fn(f64) -> f64, delay: f64, longest: f64) -> Result<f64, TheoryError> {
    const STEPS: u32 = 2_000;
    let longest = positive("the longest answer time", longest)?;
    let delay = not_negative("the delay", delay)?;
    not_negative("the time after the delay", longest - delay)?;
    let integral = |from: f64, to: f64| {
        let step = (to - from) / f64::from(STEPS);
        let sum: f64 = (0..=STEPS)
            .map(|i| {
                let weight = match i {
                    0 | STEPS => 1.0,
                    odd if odd % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                weight * beyond(tail, delay, from + step * f64::from(i))
            })
            .sum();
        sum * step / 3.0
    };
    Ok(integral(0.0, delay) + integral(delay, longest))
}

/// A hedge after a delay, for exponential answers of mean 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hedge {
    delay: f64,
}

impl Hedge {
    /// After `delay`, in mean answer times.
    ///
    /// # Errors
    /// A negative delay.
    pub fn after(delay: f64) -> Result<Self, TheoryError> {
        Ok(Self {
            delay: not_negative("the delay", delay)?,
        })
    }

    /// At the answer time that a share `q` stays below.
    ///
    /// # Errors
    /// `q` is not between 0 and 1.
    pub fn at_percentile(q: f64) -> Result<Self, TheoryError> {
        Self::after(-libm::log(1.0 - open_share("the percentile", q)?))
    }

    /// Second questions, as a share of the calls.
    #[must_use]
    pub fn extra_load(&self) -> f64 {
        libm::exp(-self.delay)
    }

    /// Mean time to the first answer.
    #[must_use]
    pub fn mean(&self) -> f64 {
        1.0 - 0.5 * libm::exp(-self.delay)
    }

    /// The time that a share `q` stays below.
    ///
    /// # Errors
    /// `q` is not between 0 and 1.
    pub fn percentile(&self, q: f64) -> Result<f64, TheoryError> {
        let alone = -libm::log(1.0 - open_share("the percentile", q)?);
        Ok(if alone <= self.delay {
            alone
        } else {
            0.5 * (alone + self.delay)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    #[test]
    fn the_general_law_gives_the_exponential_one() {
        let tail = |t: f64| libm::exp(-t.max(0.0));
        for delay in [0.0, 0.5, 2.5] {
            let hedge = Hedge::after(delay).expect("it is a delay");
            let ours = mean(&tail, delay, 40.0).expect("it is in the domain");
            assert!(printed(ours, hedge.mean(), 6), "{delay}: {ours}");
            let q = hedge.percentile(0.99).expect("it is a percentile");
            assert!(printed(beyond(&tail, delay, q), 0.01, 9), "{delay}");
        }
    }

    /// Computed from the formula: hedge at, extra load, mean, p95, p99, p99.9.
    #[test]
    fn the_table() {
        for (at, [extra, mean, p95, p99, p999]) in [
            (0.5, [0.5, 0.75, 1.8444, 2.6492, 3.8005]),
            (0.9, [0.1, 0.95, 2.6492, 3.4539, 4.6052]),
            (0.95, [0.05, 0.975, 2.9957, 3.8005, 4.9517]),
            (0.99, [0.01, 0.995, 2.9957, 4.6052, 5.7565]),
        ] {
            let hedge = Hedge::at_percentile(at).expect("it is a percentile");
            let q = |q| hedge.percentile(q).expect("it is a percentile");
            let ours = [hedge.extra_load(), hedge.mean(), q(0.95), q(0.99), q(0.999)];
            for (ours, table) in ours.into_iter().zip([extra, mean, p95, p99, p999]) {
                assert!(printed(ours, table, 4), "{at}: {ours} is not {table}");
            }
        }
        assert!(Hedge::after(-1.0).is_err());
        assert!(mean(&|_| 0.0, 2.0, 1.0).is_err());
        assert!(Hedge::at_percentile(1.0).is_err());
    }
}

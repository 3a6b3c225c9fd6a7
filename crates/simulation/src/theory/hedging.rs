//! Hedging: ask a second replica when the first has not answered after a delay.
//!
//! Idea: two slow answers at once are rare, and few calls need the second question.
//! Source: Dean and Barroso, "The Tail at Scale", 2013; the exponential case from its own law.
//! Formula: for exponential answers of mean 1 and a hedge at `d`: `P(T > t)` is `e^{−t}` before `d`
//! and `e^{−t}·e^{−(t−d)}` after; mean `1 − e^{−d}/2`; extra load `e^{−d}`.
//! Holds for: replicas whose answers are independent, no queues (the extra load costs nothing), and
//! exponential answers. In a loaded system the second question makes the queues longer.

use super::{TheoryError, not_negative, open_share};

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
        assert!(Hedge::at_percentile(1.0).is_err());
    }
}

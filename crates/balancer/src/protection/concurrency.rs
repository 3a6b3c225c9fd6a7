//! Concurrency limits: how many calls a server takes at once, set by hand or found by trying.
//!
//! Idea: beyond some number at once, more calls make all of them slower and none of them sooner; that
//! number can be felt for, as TCP feels for a link's capacity.
//! Source: Netflix, `concurrency-limits`, `AIMDLimit.java` (timeout 5 s, ratio 0.9, at first 10 or 20 by
//! version; a ratio of at least 0.5, where any is allowed here); D. Chiu, R. Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance", 1989.
//! Formula: after each call, `limit * ratio` if it took longer than the timeout or was dropped, else
//! `limit + 1` if at least half of the limit was in use; within least and most.
//! Known failure: what is slow by nature looks like overload, and the limit sinks for everyone.

use crate::{Nanos, SettingsError};

/// How many calls at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcurrencyLimit {
    /// Always so many, at least 1.
    Fixed(u32),
    /// Additive increase, multiplicative decrease.
    Adaptive {
        /// Never fewer, at least 1; at first.
        least: u32,
        /// Never more, at least `least`.
        most: u32,
        /// A call that takes longer lowers the limit, in nanoseconds, more than 0.
        slow: Nanos,
        /// What it is lowered to, in percent, 1 to 99; Netflix's 90.
        ratio: u32,
    },
}

impl ConcurrencyLimit {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let within = SettingsError::within;
        match *self {
            Self::Fixed(limit) => within("the concurrency limit", limit.into(), 1, 1_000_000),
            Self::Adaptive {
                least,
                most,
                slow,
                ratio,
            } => {
                within("the least concurrency limit", least.into(), 1, 1_000_000)?;
                within("the most", most.into(), least.into(), 1_000_000)?;
                within("the time that is slow", slow, 1, Nanos::MAX)?;
                within("the ratio in percent", ratio.into(), 1, 99)
            }
        }
    }
}

/// A limit as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Limiter {
    rule: ConcurrencyLimit,
    limit: u32,
}

impl Limiter {
    /// A limit as it is at first.
    #[must_use]
    pub fn new(rule: ConcurrencyLimit) -> Self {
        let (ConcurrencyLimit::Fixed(limit) | ConcurrencyLimit::Adaptive { least: limit, .. }) =
            rule;
        Self { rule, limit }
    }

    /// The limit now.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether one more may come when so many are there.
    #[must_use]
    pub fn admits(&self, in_flight: u32) -> bool {
        in_flight < self.limit
    }

    /// A call has ended after so long, or was dropped; so many were there with it.
    pub fn finished(&mut self, took: Nanos, dropped: bool, in_flight: u32) {
        let ConcurrencyLimit::Adaptive {
            least,
            most,
            slow,
            ratio,
        } = self.rule
        else {
            return;
        };
        let limit = u64::from(self.limit);
        let limit = if dropped || took > slow {
            limit * u64::from(ratio) / 100
        } else if u64::from(in_flight) * 2 >= limit {
            limit + 1
        } else {
            limit
        };
        self.limit = (limit.min(u64::from(most)) as u32).max(least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adaptive() -> Limiter {
        Limiter::new(ConcurrencyLimit::Adaptive {
            least: 10,
            most: 30,
            slow: 5,
            ratio: 90,
        })
    }

    /// Netflix's `AIMDLimitTest`: from 10 to 9 on a drop.
    #[test]
    fn netflixs_drop() {
        let rule = ConcurrencyLimit::Adaptive {
            least: 1,
            most: 30,
            slow: 5,
            ratio: 90,
        };
        let mut limiter = Limiter { rule, limit: 10 };
        limiter.finished(1, true, 0);
        assert_eq!(limiter.limit(), 9);
        // `max(1, min(limit - 1, (int) (limit * ratio)))` in the code: always one less, down to one.
        let steps: Vec<_> = (0..9)
            .map(|_| {
                limiter.finished(1, true, 0);
                limiter.limit()
            })
            .collect();
        assert_eq!(steps, [8, 7, 6, 5, 4, 3, 2, 1, 1]);
    }

    /// One more on success in use, as in its `increaseOnSuccess`; nine tenths on a drop or a timeout.
    #[test]
    fn netflixs_steps() {
        let mut limiter = adaptive();
        limiter.finished(1, false, 10);
        assert_eq!(limiter.limit(), 11);
        limiter.finished(1, false, 5);
        assert_eq!(limiter.limit(), 11, "half unused");
        for _ in 0..50 {
            limiter.finished(5, false, 30);
        }
        assert_eq!(limiter.limit(), 30);
        limiter.finished(6, false, 30);
        assert_eq!(limiter.limit(), 27);
        limiter.finished(0, true, 30);
        assert_eq!(limiter.limit(), 24);
        for _ in 0..50 {
            limiter.finished(6, false, 30);
        }
        assert_eq!(limiter.limit(), 10);
        assert!(limiter.admits(9) && !limiter.admits(10));
    }

    #[test]
    fn a_fixed_limit_stays() {
        let mut limiter = Limiter::new(ConcurrencyLimit::Fixed(4));
        limiter.finished(Nanos::MAX, true, 4);
        assert_eq!(limiter.limit(), 4);
    }
}

//! Retry budgets: retries may add so much to the load and no more.
//!
//! Idea: when everything fails, every call is tried again and the load multiplies just then; so retries
//! are paid from a purse that ordinary calls fill.
//! Source: Finagle, `RetryBudget` (10 s, 10 a second, 20 %); gRPC proposal A6, retry throttling; Envoy's
//! `retry_budget` (20 % of what is under way, at least 3).
//! Formula: Finagle's purse: every call puts in 1, a retry takes `100 / percent` out, all of it is
//! forgotten after `ttl`, and `min_per_second * ttl` retries are free. gRPC's: full at `max` tokens, a
//! failure takes 1, a success brings `ratio`, and there is no retry at or below half of `max`. Envoy's:
//! `retries < max(min, percent of calls under way)`.
//! Known failure: a purse filled in good times lets a burst of retries through when things go bad.

use super::Underway;
use crate::{Nanos, SECOND, SettingsError};

/// How retries are paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryBudget {
    /// Finagle's.
    Deposits {
        /// How long a deposit counts, in nanoseconds, 1 s to 60 s; 10 s by default.
        ttl: Nanos,
        /// Retries a second that are free, for callers that call seldom; 0 to 10,000; 10 by default.
        min_per_second: u32,
        /// Retries that calls pay for, in percent of the calls, 0 to 1000; 20 by default.
        percent: u32,
    },
    /// gRPC's throttle.
    Throttle {
        /// Tokens when full, in thousandths, 1 to 1,000,000.
        max_tokens: u32,
        /// What a success brings, in thousandths of a token, 1 to 1,000,000.
        token_ratio: u32,
    },
    /// Envoy's.
    Share {
        /// Retries under way, in percent of the calls under way, 0 to 100; 20 by default.
        percent: u32,
        /// Retries that may always be under way; 3 by default.
        min_concurrency: u32,
    },
}

impl RetryBudget {
    /// Finagle's default.
    pub const FINAGLE: Self = Self::Deposits {
        ttl: 10 * SECOND,
        min_per_second: 10,
        percent: 20,
    };
    /// Envoy's default.
    pub const ENVOY: Self = Self::Share {
        percent: 20,
        min_concurrency: 3,
    };

    /// Checks the ranges.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let within = SettingsError::within;
        match *self {
            Self::Deposits {
                ttl,
                min_per_second,
                percent,
            } => {
                within("the life of a deposit, in ns,", ttl, SECOND, 60 * SECOND)?;
                within(
                    "the free retries a second",
                    min_per_second.into(),
                    0,
                    10_000,
                )?;
                within("the retries in percent", percent.into(), 0, 1_000)
            }
            Self::Throttle {
                max_tokens,
                token_ratio,
            } => {
                within(
                    "the most tokens, in thousandths,",
                    max_tokens.into(),
                    1,
                    1_000_000,
                )?;
                within(
                    "the token ratio, in thousandths,",
                    token_ratio.into(),
                    1,
                    1_000_000,
                )
            }
            Self::Share { percent, .. } => within("the retries in percent", percent.into(), 0, 100),
        }
    }
}

/// Finagle's windowed adder has ten slices.
const SLICES: usize = 10;
/// What a call puts in.
const DEPOSIT: i64 = 1_000;

/// A purse.
#[derive(Clone, Debug)]
pub struct Budget {
    rule: RetryBudget,
    /// What came in less what went out, by slices of the time that a deposit counts.
    slices: [i64; SLICES],
    /// The number of the slice that is being filled.
    current: u64,
    /// gRPC's tokens, in thousandths.
    tokens: u32,
}

impl Budget {
    /// A purse as it is at first.
    #[must_use]
    pub fn new(rule: RetryBudget) -> Self {
        let tokens = match rule {
            RetryBudget::Throttle { max_tokens, .. } => max_tokens,
            _ => 0,
        };
        Self {
            rule,
            slices: [0; SLICES],
            current: 0,
            tokens,
        }
    }

    /// The rule it follows.
    #[must_use]
    pub fn rule(&self) -> RetryBudget {
        self.rule
    }

    /// A call has come in, which is not a retry.
    pub fn called(&mut self, now: Nanos) {
        if let RetryBudget::Deposits { ttl, percent, .. } = self.rule
            && percent > 0
        {
            self.slide(now, ttl);
            self.slices[self.current as usize % SLICES] += DEPOSIT;
        }
    }

    /// An attempt has succeeded.
    pub fn succeeded(&mut self) {
        if let RetryBudget::Throttle {
            max_tokens,
            token_ratio,
        } = self.rule
        {
            self.tokens = self.tokens.saturating_add(token_ratio).min(max_tokens);
        }
    }

    /// An attempt has failed in a way that a retry might mend.
    pub fn failed(&mut self) {
        self.tokens = self.tokens.saturating_sub(1_000);
    }

    /// Whether there may be a retry now; if so it is paid for.
    pub fn try_retry(&mut self, now: Nanos, underway: Underway) -> bool {
        match self.rule {
            RetryBudget::Deposits { ttl, percent, .. } => {
                self.slide(now, ttl);
                let price = price(percent);
                if self.balance(now) < price {
                    return false;
                }
                self.slices[self.current as usize % SLICES] -= price;
                true
            }
            RetryBudget::Throttle { max_tokens, .. } => self.tokens * 2 > max_tokens,
            RetryBudget::Share {
                percent,
                min_concurrency,
            } => {
                let calls = u64::from(underway.requests) + u64::from(underway.pending);
                let share = calls * u64::from(percent) / 100;
                u64::from(underway.retries) < share.max(u64::from(min_concurrency))
            }
        }
    }

    /// How many retries it would pay for now; none if that depends on what is under way.
    #[must_use]
    pub fn retries_left(&self, now: Nanos) -> Option<u32> {
        match self.rule {
            RetryBudget::Deposits { percent, .. } => {
                Some((self.balance(now).max(0) / price(percent)) as u32)
            }
            RetryBudget::Throttle { max_tokens, .. } => {
                Some(self.tokens.saturating_sub(max_tokens / 2).div_ceil(1_000))
            }
            RetryBudget::Share { .. } => None,
        }
    }

    fn balance(&self, now: Nanos) -> i64 {
        let RetryBudget::Deposits {
            ttl,
            min_per_second,
            percent,
        } = self.rule
        else {
            return 0;
        };
        let reserve = i64::from(min_per_second) * (ttl / SECOND) as i64 * price(percent);
        // Without those that `slide` would clear.
        let passed = slice(now, ttl).saturating_sub(self.current);
        let live = passed.saturating_add(1)..=SLICES as u64;
        let in_slice = |step| self.slices[(self.current + step) as usize % SLICES];
        reserve + live.map(in_slice).sum::<i64>()
    }

    /// Forgets what is older than `ttl`.
    fn slide(&mut self, now: Nanos, ttl: Nanos) {
        let slice = slice(now, ttl);
        let passed = slice.saturating_sub(self.current);
        for step in 1..=passed.min(SLICES as u64) {
            self.slices[(self.current + step) as usize % SLICES] = 0;
        }
        self.current = self.current.max(slice);
    }
}

/// The number of the slice that is filled at a time.
fn slice(now: Nanos, ttl: Nanos) -> u64 {
    now / (ttl / SLICES as Nanos).max(1)
}

/// What a retry takes out.
fn price(percent: u32) -> i64 {
    match percent {
        0 => 1,
        _ => DEPOSIT * 100 / i64::from(percent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deposits(min_per_second: u32, percent: u32) -> Budget {
        Budget::new(RetryBudget::Deposits {
            ttl: 10 * SECOND,
            min_per_second,
            percent,
        })
    }

    fn withdraw(budget: &mut Budget, now: Nanos) -> u32 {
        let mut retries = 0;
        while budget.try_retry(now, Underway::default()) {
            retries += 1;
        }
        retries
    }

    /// Finagle's `RetryBudgetTest.testBudget`: 10,000 calls, each tries for a retry at once; what is free
    /// is there at first, and where no retry is had the balance is nothing. (Shares below one percent are
    /// left out: here they are whole.)
    #[test]
    fn finagles_budget_call_by_call() {
        for (seconds, min_per_second, percent) in [
            (60, 0, 10),
            (60, 0, 50),
            (60, 0, 25),
            (60, 0, 75),
            (60, 0, 99),
            (60, 0, 1),
            (1, 10, 0),
            (2, 5, 0),
            (1, 10, 10),
            (2, 5, 50),
        ] {
            let mut budget = Budget::new(RetryBudget::Deposits {
                ttl: seconds * SECOND,
                min_per_second,
                percent,
            });
            let free = seconds as u32 * min_per_second;
            assert_eq!(budget.retries_left(0), Some(free));
            let mut retries = 0_u32;
            for _ in 0..10_000 {
                budget.called(0);
                if budget.try_retry(0, Underway::default()) {
                    retries += 1;
                } else {
                    assert_eq!(budget.retries_left(0), Some(0));
                }
            }
            let expected = 100 * percent + free;
            assert!(retries.abs_diff(expected) <= 1, "{percent} %: {retries}");
        }
    }

    /// The same test's calls that all come first: 10,000 at x percent pay for x percent of 10,000 retries.
    #[test]
    fn finagles_percentages() {
        for percent in [1, 5, 10, 20, 50, 100, 200] {
            let mut budget = deposits(0, percent);
            (0..10_000).for_each(|_| budget.called(0));
            let retries = withdraw(&mut budget, 0);
            assert!(
                retries.abs_diff(percent * 100) <= 1,
                "{percent} %: {retries}"
            );
        }
    }

    #[test]
    fn some_are_free_and_deposits_are_forgotten() {
        let mut budget = deposits(10, 20);
        assert_eq!(budget.retries_left(0), Some(100));
        assert_eq!(withdraw(&mut budget, 0), 100);
        assert_eq!(withdraw(&mut budget, 9 * SECOND), 0);
        assert_eq!(withdraw(&mut budget, 20 * SECOND), 100);
        let mut paid = deposits(0, 100);
        (0..50).for_each(|_| paid.called(0));
        (0..50).for_each(|_| paid.called(6 * SECOND));
        // Whoever only looks sees it too.
        let left = [6, 9, 10, 15, 16, 90].map(|second| paid.retries_left(second * SECOND));
        assert_eq!(left, [100, 100, 50, 50, 0, 0].map(Some));
        assert_eq!(withdraw(&mut paid, 12 * SECOND), 50);
        assert_eq!(withdraw(&mut deposits(1, 0), 0), 10);
    }

    /// grpc-go's `TestRetryThrottling`: 10 tokens, ratio 0.5, up to 4 attempts a call; the server answers
    /// its n-th request well where n is 0, 3, 6, 10 to 14, 16.
    #[test]
    fn grpcs_throttle() {
        let mut budget = Budget::new(RetryBudget::Throttle {
            max_tokens: 10_000,
            token_ratio: 500,
        });
        let well = [0, 3, 6, 10, 11, 12, 13, 14, 16];
        let (mut request, mut ends, mut tokens) = (0, Vec::new(), Vec::new());
        while request < 18 {
            for attempt in 1..=4 {
                let answered = well.contains(&request);
                request += 1;
                if answered {
                    budget.succeeded();
                } else {
                    budget.failed();
                }
                let again = !answered && attempt < 4;
                if !(again && budget.try_retry(0, Underway::default())) {
                    ends.push((request - 1, answered));
                    break;
                }
            }
            tokens.push(budget.tokens);
        }
        let failed: Vec<_> = ends.iter().filter(|end| !end.1).map(|end| end.0).collect();
        assert_eq!(failed, [8, 9, 17]);
        assert_eq!(
            tokens,
            [
                10_000, 8_500, 7_000, 5_000, 4_000, 4_500, 5_000, 5_500, 6_000, 6_500, 6_000, 5_000
            ]
        );
    }

    #[test]
    fn envoys_share() {
        let mut budget = Budget::new(RetryBudget::ENVOY);
        let mut at = |requests, pending, retries| {
            let underway = Underway {
                requests,
                pending,
                retries,
            };
            budget.try_retry(0, underway)
        };
        assert!(at(1, 0, 2) && !at(1, 0, 3));
        assert!(at(80, 20, 19) && !at(80, 20, 20));
    }
}

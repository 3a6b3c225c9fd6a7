//! Rate limits: how many calls are let in over time.
//!
//! Idea: a bucket. The leaky one drains at the rate, and what would overflow is refused, what is in it
//! waits; the token bucket fills at the rate, and each call takes a token.
//! Source: nginx, `ngx_http_limit_req_module` (leaky); J. Turner, "New Directions in Communications",
//! IEEE Communications Magazine 24(10), 1986, and RFC 2697 (token).
//! Formula (leaky): `excess = max(0, excess - rate * time + 1)` from 0 with the first call; refused if
//! it exceeds `burst`, delayed by `(excess - free) / rate` if it exceeds the calls that go undelayed.
//! Known failure: the rate is set by hand and knows nothing of what the backends can do now.

use crate::{Nanos, SECOND, SettingsError};

/// How calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// nginx's `limit_req`.
    Leaky {
        /// Calls a second, in thousandths, 1 to 1,000,000,000.
        rate: u64,
        /// Calls above the rate that are not refused, 0 to 1,000,000; nginx's default is 0.
        burst: u32,
        /// Those of the burst that are not delayed; `burst` is nginx's `nodelay`.
        undelayed: u32,
    },
    /// A token bucket.
    Token {
        /// Tokens a second, in thousandths, 1 to 1,000,000,000.
        rate: u64,
        /// Tokens when full, as at first, 1 to 1,000,000.
        burst: u32,
    },
}

/// What becomes of a call at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It goes in.
    Now,
    /// It goes in after so many nanoseconds.
    After(Nanos),
    /// It is refused.
    Refused,
}

impl RateLimit {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let (Self::Leaky { rate, burst, .. } | Self::Token { rate, burst }) = *self;
        let least = u64::from(matches!(self, Self::Token { .. }));
        SettingsError::within("the rate, in thousandths,", rate, 1, 1_000_000_000)?;
        SettingsError::within("the burst", burst.into(), least, 1_000_000)
    }
}

/// A thousandth of a call a nanosecond: the unit in which a bucket is kept.
const CALL: u128 = 1_000 * SECOND as u128;

/// A bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    limit: RateLimit,
    /// nginx's excess, or what is missing to a full bucket of tokens; in `1 / CALL` of a call.
    excess: u128,
    /// When that was; none before the first call.
    at: Option<Nanos>,
}

impl Bucket {
    /// A bucket as it is at first.
    #[must_use]
    pub fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            excess: 0,
            at: None,
        }
    }

    /// A call comes; what becomes of it. One that is refused leaves no trace.
    pub fn ask(&mut self, now: Nanos) -> Passage {
        let (RateLimit::Leaky { rate, burst, .. } | RateLimit::Token { rate, burst }) = self.limit;
        let elapsed = self.at.map_or(0, |at| now.saturating_sub(at));
        let drained = u128::from(rate) * u128::from(elapsed);
        let rate = u128::from(rate.max(1));
        let room = u128::from(burst) * CALL;
        let (excess, free) = match self.limit {
            RateLimit::Leaky { undelayed, .. } => {
                // The first call of all is within the rate.
                let this = if self.at.is_some() { CALL } else { 0 };
                let excess = (self.excess + this).saturating_sub(drained);
                (excess, u128::from(undelayed) * CALL)
            }
            RateLimit::Token { .. } => (self.excess.saturating_sub(drained) + CALL, room),
        };
        if excess > room {
            return Passage::Refused;
        }
        self.excess = excess;
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
        match excess.saturating_sub(free) {
            0 => Passage::Now,
            late => Passage::After((late / rate) as Nanos),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = SECOND / 1_000;

    fn leaky(rate: u64, burst: u32, undelayed: u32) -> Bucket {
        Bucket::new(RateLimit::Leaky {
            rate: rate * 1_000,
            burst,
            undelayed,
        })
    }

    /// Recorded from nginx 1.22.1: 1 a second, burst 5, nodelay, eight at once: six pass.
    #[test]
    fn nginxs_nodelay() {
        let mut bucket = leaky(1, 5, 5);
        let passed = (0..8).filter(|_| bucket.ask(0) == Passage::Now).count();
        assert_eq!(passed, 6);
        assert_eq!(bucket.ask(SECOND), Passage::Now);
        assert_eq!(bucket.ask(SECOND), Passage::Refused);
    }

    /// The same: 10 a second, burst 2, five at once: at once, after 100 and 200 ms, and two refused.
    #[test]
    fn nginxs_delays() {
        let mut bucket = leaky(10, 2, 0);
        let five = [0; 5].map(|now| bucket.ask(now));
        use Passage::{After, Now, Refused};
        assert_eq!(
            five,
            [Now, After(100 * MS), After(200 * MS), Refused, Refused]
        );
    }

    #[test]
    fn tokens_are_saved_up_to_the_burst() {
        let mut bucket = Bucket::new(RateLimit::Token {
            rate: 10_000,
            burst: 3,
        });
        let mut passed = |now| (0..9).filter(|_| bucket.ask(now) == Passage::Now).count();
        assert_eq!(
            [0, 50, 100, 350, 9_000].map(|ms| passed(ms * MS)),
            [3, 0, 1, 2, 3]
        );
    }

    /// Over any time no more than the burst and what the rate allows.
    #[test]
    fn the_rate_holds_in_the_long_run() {
        for mut bucket in [
            leaky(100, 5, 5),
            Bucket::new(RateLimit::Token {
                rate: 100_000,
                burst: 5,
            }),
        ] {
            let calls = (0..10_000).map(|i| i * MS);
            let passed = calls.filter(|&now| bucket.ask(now) == Passage::Now).count();
            assert!((1_000..=1_006).contains(&passed), "{passed}");
        }
    }
}

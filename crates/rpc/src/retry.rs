//! Whether a failed attempt is tried again, and when.
//!
//! Exponential back-off with jitter, after gRFC A6 (gRPC's retry design) and gRPC's connection
//! back-off: retry n (from 0) waits
//!
//! ```text
//! min(initial · multiplierⁿ, max) · (1 + jitter · (2u − 1)),   u uniform on [0, 1)
//! ```
//!
//! The jitter keeps callers that failed together from returning together. With `jitter` = 1 the
//! wait is uniform on [0, 2·d): the "full jitter" of Amazon's "Exponential Backoff And Jitter"
//! (2015), which spreads over [0, d), with twice its cap.
//!
//! Known failure: back-off slows a caller down, it does not cap the load that retries add when
//! everything fails. That takes a retry budget.

use crate::Nanos;
use crate::status::Status;

/// Exponential back-off with jitter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The mean wait before the first retry. Default 100 ms.
    pub initial: Nanos,
    /// What each further wait is multiplied by, at least 1. Default 2.
    pub multiplier: f64,
    /// The mean wait grows no further than this. Default 1 s.
    pub max: Nanos,
    /// How far a wait may be off its mean, as a share of it, from 0 to 1. Default 0.2.
    pub jitter: f64,
}

/// The values of A6's example, with its jitter of ±20 %.
impl Default for Backoff {
    fn default() -> Self {
        Self {
            initial: 100_000_000,
            multiplier: 2.0,
            max: 1_000_000_000,
            jitter: 0.2,
        }
    }
}

impl Backoff {
    /// gRPC's back-off between attempts to connect: 1 s, ×1.6, ±20 %, at most 120 s.
    pub const GRPC_CONNECTION: Self = Self {
        initial: 1_000_000_000,
        multiplier: 1.6,
        max: 120_000_000_000,
        jitter: 0.2,
    };

    /// The wait before a retry, counted from 0; `uniform` is drawn from [0, 1).
    ///
    /// Values out of range are brought into it, so that no setting panics or waits for ever.
    #[must_use]
    pub fn delay(&self, retry: u32, uniform: f64) -> Nanos {
        let multiplier = if self.multiplier >= 1.0 {
            self.multiplier
        } else {
            1.0
        };
        let grown = self.initial as f64 * libm::pow(multiplier, f64::from(retry));
        let mean = grown.min(self.max as f64);
        let jitter = self.jitter.clamp(0.0, 1.0);
        let uniform = uniform.clamp(0.0, 1.0);
        // The cast saturates, and takes NaN to 0.
        (mean * (1.0 + jitter * (2.0 * uniform - 1.0))) as Nanos
    }
}

/// What the caller promises itself about a call whose attempt ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Semantics {
    /// Executed once or not at all: what may have been executed is not sent again, unless that
    /// is harmless.
    AtMostOnce,
    /// Sent until answered: it may be executed more than once.
    AtLeastOnce,
}

/// How a client calls: how long it waits, how often it tries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallPolicy {
    /// From the call to its end, all attempts and waits included. Default 2 s.
    pub deadline: Nanos,
    /// How long one attempt may take. Default 500 ms.
    pub attempt_timeout: Nanos,
    /// The first attempt counts. Default 4, as in A6's example; 1 is no retries.
    pub max_attempts: u32,
    /// The waits between attempts.
    pub backoff: Backoff,
    /// Default at-most-once.
    pub semantics: Semantics,
    /// Whether calls carry a key by which a server knows a repeated one. Default no.
    pub idempotency_keys: bool,
    /// What a client's retries may add to its load. Default no bound but `max_attempts`.
    pub retry_budget: Option<BudgetTerms>,
}

/// The terms of a client's retry budget, as Finagle's `RetryBudget` has them over 10 s: what calls pay
/// for, and what is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetTerms {
    /// Retries that calls pay for, in percent of the calls, 0 to 1000. Finagle's default is 20.
    pub percent: u32,
    /// Retries a second that are free, 0 to 10,000. Finagle's default is 10.
    pub min_per_second: u32,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            deadline: 2_000_000_000,
            attempt_timeout: 500_000_000,
            max_attempts: 4,
            backoff: Backoff::default(),
            semantics: Semantics::AtMostOnce,
            idempotency_keys: false,
            retry_budget: None,
        }
    }
}

/// How an attempt ended without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptFailure {
    /// It never left: the connection was refused, or there is no route. It was not executed.
    Refused,
    /// The connection was reset after the call was sent. It may have been executed.
    Reset,
    /// No answer came in time. It may have been executed.
    TimedOut,
    /// It was answered with this status.
    Status(Status),
}

impl AttemptFailure {
    /// What the call ends with if this was its last attempt.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Refused | Self::Reset => Status::Unavailable,
            Self::TimedOut => Status::DeadlineExceeded,
            Self::Status(status) => status,
        }
    }

    /// Whether another attempt might fare better.
    const fn transient(self) -> bool {
        match self {
            Self::Refused | Self::Reset | Self::TimedOut => true,
            Self::Status(status) => {
                matches!(status, Status::Unavailable | Status::ResourceExhausted)
            }
        }
    }

    /// Whether the procedure may have been executed.
    ///
    /// RESOURCE_EXHAUSTED is said by a queue that did not take the call. UNAVAILABLE may come from
    /// a proxy whose own connection broke after the call had left; gRPC warns of it: "it is not
    /// always safe to retry non-idempotent operations".
    const fn maybe_executed(self) -> bool {
        !matches!(
            self,
            Self::Refused | Self::Status(Status::ResourceExhausted)
        )
    }
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again.
    Retry {
        /// After this wait.
        after: Nanos,
    },
    /// The call has failed with this status.
    GiveUp(Status, Obstacle),
}

/// Why a failed attempt is not followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The deadline has passed, or would before another attempt began.
    Deadline,
    /// What failed it would fail another attempt as well, or says that it was tried again already.
    Final,
    /// It may have been executed, and executing it twice is not harmless.
    Harm,
    /// As many attempts were made as may be.
    Attempts,
    /// Every backend that could take it was asked.
    Nobody,
    /// The budget of retries is used up.
    Budget,
}

impl CallPolicy {
    /// Judges a failed attempt.
    ///
    /// `attempts_made` counts this one; `idempotent` says that the procedure is, or that the call
    /// carries an idempotency key; `time_left` is what remains until the deadline; `uniform` is
    /// drawn from [0, 1) for the jitter.
    #[must_use]
    pub fn after_failure(
        &self,
        failure: AttemptFailure,
        attempts_made: u32,
        idempotent: bool,
        time_left: Nanos,
        uniform: f64,
    ) -> Verdict {
        if time_left == 0 {
            return Verdict::GiveUp(Status::DeadlineExceeded, Obstacle::Deadline);
        }
        let safe =
            idempotent || self.semantics == Semantics::AtLeastOnce || !failure.maybe_executed();
        let after = self.backoff.delay(attempts_made.saturating_sub(1), uniform);
        let obstacle = if !failure.transient() {
            Obstacle::Final
        } else if !safe {
            Obstacle::Harm
        } else if attempts_made >= self.max_attempts {
            Obstacle::Attempts
        } else if after >= time_left {
            Obstacle::Deadline
        } else {
            return Verdict::Retry { after };
        };
        Verdict::GiveUp(failure.status(), obstacle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    /// The sequence of gRPC's `backoff.go`: 1 s, 1.6, 2.56 … capped at 120 s.
    #[test]
    fn connection_backoff_is_grpcs() {
        let milliseconds: Vec<u64> = (0..13)
            .map(|retry| (Backoff::GRPC_CONNECTION.delay(retry, 0.5) + 500_000) / 1_000_000)
            .collect();
        assert_eq!(
            milliseconds,
            [
                1000, 1600, 2560, 4096, 6554, 10486, 16777, 26844, 42950, 68719, 109_951, 120_000,
                120_000
            ]
        );
        assert_eq!(Backoff::GRPC_CONNECTION.delay(40, 0.0), 96 * SECOND);
    }

    #[test]
    fn at_most_once_repeats_only_what_cannot_harm() {
        let policy = CallPolicy::default();
        let judge = |failure, idempotent| policy.after_failure(failure, 1, idempotent, SECOND, 0.5);
        let again = Verdict::Retry { after: 100_000_000 };
        assert_eq!(judge(AttemptFailure::Refused, false), again);
        assert_eq!(
            judge(AttemptFailure::Status(Status::ResourceExhausted), false),
            again
        );
        assert_eq!(
            judge(AttemptFailure::Reset, false),
            Verdict::GiveUp(Status::Unavailable, Obstacle::Harm)
        );
        assert_eq!(
            judge(AttemptFailure::TimedOut, false),
            Verdict::GiveUp(Status::DeadlineExceeded, Obstacle::Harm)
        );
        assert_eq!(
            judge(AttemptFailure::Status(Status::Unavailable), false),
            Verdict::GiveUp(Status::Unavailable, Obstacle::Harm)
        );
        assert_eq!(judge(AttemptFailure::Reset, true), again);
        assert_eq!(judge(AttemptFailure::TimedOut, true), again);
        assert_eq!(
            judge(AttemptFailure::Status(Status::NotFound), true),
            Verdict::GiveUp(Status::NotFound, Obstacle::Final)
        );
    }

    #[test]
    fn at_least_once_sends_again() {
        let policy = CallPolicy {
            semantics: Semantics::AtLeastOnce,
            ..CallPolicy::default()
        };
        let verdict = policy.after_failure(AttemptFailure::TimedOut, 2, false, SECOND, 0.5);
        assert_eq!(verdict, Verdict::Retry { after: 200_000_000 });
        let last = policy.after_failure(AttemptFailure::TimedOut, 4, false, SECOND, 0.5);
        let used_up = Verdict::GiveUp(Status::DeadlineExceeded, Obstacle::Attempts);
        assert_eq!(last, used_up);
    }

    #[test]
    fn no_retry_starts_at_or_after_the_deadline() {
        let policy = CallPolicy::default();
        let judge = |left| policy.after_failure(AttemptFailure::Refused, 1, true, left, 0.5);
        assert_eq!(judge(100_000_001), Verdict::Retry { after: 100_000_000 });
        let late = |status| Verdict::GiveUp(status, Obstacle::Deadline);
        assert_eq!(judge(100_000_000), late(Status::Unavailable));
        assert_eq!(judge(0), late(Status::DeadlineExceeded));
    }

    proptest! {
        #[test]
        fn delays_stay_in_their_band(retry: u32, uniform in 0.0..1.0f64) {
            let backoff = Backoff::default();
            let delay = backoff.delay(retry, uniform);
            prop_assert!(delay >= 80_000_000);
            prop_assert!(delay <= 1_200_000_000);
            prop_assert!(backoff.delay(retry, 0.5) <= backoff.delay(retry.saturating_add(1), 0.5));
        }

        #[test]
        fn any_setting_gives_a_delay(initial: u64, max: u64, multiplier: f64, jitter: f64, retry: u32, uniform: f64) {
            let delay = Backoff { initial, multiplier, max, jitter }.delay(retry, uniform);
            prop_assert!(delay as f64 <= 2.0 * max as f64 + 1.0);
        }
    }
}

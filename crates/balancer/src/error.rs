//! What can be wrong with a setting, a backend or a request, each as a type.

use crate::{BackendId, Nanos};

/// Settings that the balancer refuses; nothing has changed when one is returned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// [`HealthCheck::interval`](crate::HealthCheck::interval) is zero.
    #[error("the interval between health checks must be longer than zero")]
    ZeroInterval,
    /// [`HealthCheck::timeout`](crate::HealthCheck::timeout) is zero.
    #[error("the timeout of a health check must be longer than zero")]
    ZeroTimeout,
    /// A check that outlives its interval would overlap the next one.
    #[error("a health check's timeout ({timeout} ns) must not exceed its interval ({interval} ns)")]
    TimeoutBeyondInterval {
        /// The timeout asked for.
        timeout: Nanos,
        /// The interval asked for.
        interval: Nanos,
    },
    /// [`HealthCheck::rise`](crate::HealthCheck::rise) is zero.
    #[error("rise, the passed checks that bring a backend up, must be at least 1")]
    ZeroRise,
    /// [`HealthCheck::fall`](crate::HealthCheck::fall) is zero.
    #[error("fall, the failed checks that take a backend down, must be at least 1")]
    ZeroFall,
    /// [`Ejection::consecutive_failures`](crate::Ejection::consecutive_failures) is zero.
    #[error("ejection needs at least 1 consecutive failure")]
    ZeroConsecutiveFailures,
    /// [`Ejection::base_time`](crate::Ejection::base_time) is zero.
    #[error("the base ejection time must be longer than zero")]
    ZeroBaseTime,
    /// [`Ejection::max_time`](crate::Ejection::max_time) is shorter than the base time.
    #[error(
        "the longest ejection ({max_time} ns) must not be shorter than the first ({base_time} ns)"
    )]
    MaxTimeBelowBase {
        /// The longest ejection asked for.
        max_time: Nanos,
        /// The first ejection's length asked for.
        base_time: Nanos,
    },
    /// [`Ejection::max_percent`](crate::Ejection::max_percent) is above 100.
    #[error("the share that may be ejected is a percentage, 0 to 100, not {0}")]
    PercentAbove100(u32),
    /// [`Settings::max_attempts`](crate::Settings::max_attempts) is zero.
    #[error("a call needs at least 1 attempt")]
    ZeroAttempts,
    /// [`Settings::attempt_timeout`](crate::Settings::attempt_timeout) is zero.
    #[error("the timeout of an attempt must be longer than zero")]
    ZeroAttemptTimeout,
    /// Peak-EWMA's decay is zero.
    #[error("the decay of Peak-EWMA must be longer than zero")]
    ZeroDecay,
    /// The ring's points per unit of weight are outside 1 to 1024.
    #[error("a ring has 1 to 1024 points per unit of weight, not {0}")]
    PointsOutOfRange(u32),
    /// The size of a Maglev table is not a prime.
    #[error("the size of a Maglev table is a prime, not {0}")]
    NotPrime(u32),
    /// Some other number is out of its range.
    #[error("{what} must be {least} to {most}, not {value}")]
    OutOfRange {
        /// What it is, in words.
        what: &'static str,
        /// The value asked for.
        value: u64,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
}

impl SettingsError {
    /// Nothing if a value is in its range.
    pub(crate) fn within(
        what: &'static str,
        value: u64,
        least: u64,
        most: u64,
    ) -> Result<(), Self> {
        if (least..=most).contains(&value) {
            Ok(())
        } else {
            Err(Self::OutOfRange {
                what,
                value,
                least,
                most,
            })
        }
    }
}

/// A backend that cannot be added, or is not there to be changed; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The identifier is taken.
    #[error("backend {} is already in the list", .0.0)]
    DuplicateId(BackendId),
    /// The name is taken. Names place backends on the hash ring, so two must not share one.
    #[error("a backend named {0:?} is already in the list")]
    DuplicateName(String),
    /// The weight is outside 1 to 256 (HAProxy's range; to send nothing, drain).
    #[error("a weight is 1 to 256, not {0}")]
    WeightOutOfRange(u32),
    /// No backend has that identifier.
    #[error("backend {} is not in the list", .0.0)]
    Unknown(BackendId),
}

/// Why no backend could be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBackend {
    /// The list is empty.
    #[error("the balancer has no backends")]
    Empty,
    /// Some backends are eligible, but this call has tried every one of them.
    #[error("this call has tried every eligible backend")]
    AllTried,
    /// Every backend is down, ejected or draining.
    #[error("no backend is healthy: all are down, ejected or draining")]
    NoneHealthy,
}

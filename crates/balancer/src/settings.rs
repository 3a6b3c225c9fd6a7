//! Everything about a balancer that a hand may set.

use crate::{
    Ejection, HealthCheck, Nanos, Policy, Protection, SECOND, SettingsError, SlowStart, Standing,
};

/// The settings of a balancer.
///
/// # Default values
/// Round robin; HAProxy's health checks (2 s, rise 2, fall 3); no ejection, panic, slow start or
/// protection; 3 attempts of at most 1 s each. Real proxies differ widely in the last two (Envoy tries once unless told to retry and
/// waits 15 s over all; nginx tries every backend and waits 60 s each): these suit calls that
/// take milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The rule that picks a backend.
    pub policy: Policy,
    /// Active health checks, or none.
    pub health_check: Option<HealthCheck>,
    /// Passive ejection of backends whose attempts fail, or none.
    pub ejection: Option<Ejection>,
    /// How many backends one call may try, at least 1. For the host to obey: the balancer counts
    /// no calls.
    pub max_attempts: u32,
    /// How long the host waits for an attempt before it fails it, in nanoseconds, more than 0.
    pub attempt_timeout: Nanos,
    /// Backups, priorities and panic.
    pub standing: Standing,
    /// Slow start of those who come back, or none.
    pub slow_start: Option<SlowStart>,
    /// What keeps retries and overload in bounds.
    pub protection: Protection,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::RoundRobin,
            health_check: Some(HealthCheck::default()),
            ejection: None,
            max_attempts: 3,
            attempt_timeout: SECOND,
            standing: Standing::default(),
            slow_start: None,
            protection: Protection::default(),
        }
    }
}

impl Settings {
    /// Checks every part.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.policy.validate()?;
        if let Some(check) = &self.health_check {
            check.validate()?;
        }
        if let Some(ejection) = &self.ejection {
            ejection.validate()?;
        }
        if self.max_attempts == 0 {
            return Err(SettingsError::ZeroAttempts);
        }
        if self.attempt_timeout == 0 {
            return Err(SettingsError::ZeroAttemptTimeout);
        }
        self.standing.validate()?;
        if let Some(slow_start) = &self.slow_start {
            slow_start.validate()?;
        }
        self.protection.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Settings::default().validate(), Ok(()));
        for policy in Policy::all() {
            assert_eq!(policy.validate(), Ok(()));
        }
    }

    #[test]
    fn each_part_is_checked() {
        let base = Settings::default;
        let cases = [
            (
                Settings {
                    max_attempts: 0,
                    ..base()
                },
                SettingsError::ZeroAttempts,
            ),
            (
                Settings {
                    attempt_timeout: 0,
                    ..base()
                },
                SettingsError::ZeroAttemptTimeout,
            ),
            (
                Settings {
                    policy: Policy::PeakEwma { decay: 0 },
                    ..base()
                },
                SettingsError::ZeroDecay,
            ),
            (
                Settings {
                    policy: Policy::RingHash {
                        points_per_weight: 1025,
                    },
                    ..base()
                },
                SettingsError::PointsOutOfRange(1025),
            ),
            (
                Settings {
                    health_check: Some(HealthCheck {
                        fall: 0,
                        ..HealthCheck::default()
                    }),
                    ..base()
                },
                SettingsError::ZeroFall,
            ),
            (
                Settings {
                    ejection: Some(Ejection {
                        max_percent: 101,
                        ..Ejection::default()
                    }),
                    ..base()
                },
                SettingsError::PercentAbove100(101),
            ),
        ];
        for (settings, error) in cases {
            assert_eq!(settings.validate(), Err(error));
        }
    }
}

//! Passive ejection: leave out, for a while, a backend whose attempts keep failing.
//!
//! Idea: enough failed attempts in a row say what a health check would, sooner and for free.
//! Source: Envoy's outlier detection, consecutive failures (defaults 5; 30 s; 300 s; 10 %), and
//! gRPC's of the same shape (proposal A50).
//! Formula: out for `min(base_time * k, max_time)`, where k is 1 for a first ejection, grows by one
//! with each further one while `base_time * k` is not above `max_time`, and is forgiven one for every
//! `interval` spent in service. Ejections with the defaults last 30, 60, 90, ... 300, 300 s.
//! Known failure: with few calls it notices nothing, and when the cause is common to all (a
//! database behind them) it shrinks the cluster just when every backend is needed; hence
//! `max_percent`.
//!
//! Those who were ejected together come back together unless `max_jitter` spreads them: an ejection is
//! longer by up to so much, uniformly (Envoy's `max_ejection_time_jitter`). And of the offences only
//! `enforced_percent` eject (Envoy's `enforcing_consecutive_5xx`), so that a rule can be tried out. Both
//! are drawn by a hash of the backend's name and the time rather than from a generator: finding out who
//! is well takes none.
//!
//! How one of few may be ejected: 10 % of five backends is half a backend. Envoy then ejects none
//! unless `always_eject_one_host` is set; gRPC ejects as long as the share *before* the ejection is
//! below the maximum. Here, as with Envoy's `always_eject_one_host`, the first may always go (unless
//! `max_percent` is 0 or it is the only backend: nginx, too, never takes a lone server out); each
//! further one only if the share with it stays within `max_percent`.
//!
//! Where this differs: ejections end on time rather than at the next sweep of a timer that ticks once
//! each `interval`, what is forgiven is counted from the end of the last one rather than by ticks, and a
//! passed health check does not end one early (Envoy's
//! `successful_active_health_check_uneject_host: false`; gRPC has no such rule).

use super::max_fails::{Fails, MaxFails};
use super::outliers::enforceable;
use super::{FailurePercentage, SuccessRate, Tally};
use crate::{Nanos, SECOND, SettingsError};

/// How passive ejection is done.
///
/// # Default values
/// Envoy's: 5 failures in a row, 30 s times the ejections so far, at most 300 s, at most 10 % of
/// the backends (but always one of several); and a look at all of them every 10 s, once there is
/// something to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ejection {
    /// Failed attempts in a row that eject, at least 1.
    pub consecutive_failures: u32,
    /// nginx's rule in place of failures in a row, with a time out of its own; or none.
    pub max_fails: Option<MaxFails>,
    /// The length of a first ejection, in nanoseconds, more than 0.
    pub base_time: Nanos,
    /// The length no ejection exceeds, in nanoseconds, at least `base_time`.
    pub max_time: Nanos,
    /// The most by which chance makes an ejection longer, in nanoseconds; may exceed `max_time`.
    pub max_jitter: Nanos,
    /// Failures in a row that eject, 0 to 100 percent of the times when there were enough.
    pub enforced_percent: u32,
    /// The share of all backends that may be ejected at once, 0 to 100 percent. One of several may
    /// always be; 0 switches ejection off.
    pub max_percent: u32,
    /// How long answers and failures are counted before the backends are compared, and how long a
    /// backend serves to be forgiven one ejection, in nanoseconds, more than 0.
    pub interval: Nanos,
    /// Ejection of those far below the mean, or none.
    pub success_rate: Option<SuccessRate>,
    /// Ejection of those of whose attempts too many fail, or none.
    pub failure_percentage: Option<FailurePercentage>,
}

impl Default for Ejection {
    fn default() -> Self {
        Self {
            consecutive_failures: 5,
            max_fails: None,
            base_time: 30 * SECOND,
            max_time: 300 * SECOND,
            max_jitter: 0,
            enforced_percent: 100,
            max_percent: 10,
            interval: 10 * SECOND,
            success_rate: None,
            failure_percentage: None,
        }
    }
}

impl Ejection {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if self.consecutive_failures == 0 {
            return Err(SettingsError::ZeroConsecutiveFailures);
        }
        if self.base_time == 0 {
            return Err(SettingsError::ZeroBaseTime);
        }
        if self.max_time < self.base_time {
            return Err(SettingsError::MaxTimeBelowBase {
                max_time: self.max_time,
                base_time: self.base_time,
            });
        }
        if self.max_percent > 100 {
            return Err(SettingsError::PercentAbove100(self.max_percent));
        }
        if let Some(rule) = &self.max_fails {
            rule.validate()?;
        }
        enforceable(self.enforced_percent)?;
        SettingsError::within("the interval of comparison", self.interval, 1, Nanos::MAX)?;
        if let Some(rule) = &self.success_rate {
            rule.validate()?;
        }
        if let Some(rule) = &self.failure_percentage {
            rule.validate()?;
        }
        Ok(())
    }

    /// Whether the backends are compared with each other.
    pub(crate) fn compares(&self) -> bool {
        self.success_rate.is_some() || self.failure_percentage.is_some()
    }

    /// Whether one more of `backends` may go when `ejected` of them are out already.
    #[must_use]
    pub fn allows_another(&self, ejected: usize, backends: usize) -> bool {
        if self.max_percent == 0 || backends < 2 {
            return false;
        }
        ejected == 0 || (ejected as u64 + 1) * 100 <= u64::from(self.max_percent) * backends as u64
    }

    /// How long an ejection lasts that is the `times_base`th, in nanoseconds.
    #[must_use]
    pub fn duration(&self, times_base: u32) -> Nanos {
        self.base_time
            .saturating_mul(Nanos::from(times_base))
            .min(self.max_time)
    }
}

/// Where one backend stands with ejection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EjectionState {
    pub(crate) failures_in_a_row: u32,
    /// What nginx's rule holds against it.
    pub(crate) fails: Fails,
    /// Since the last comparison.
    pub(crate) tally: Tally,
    pub(crate) until: Option<Nanos>,
    /// The multiple of the base time of the last ejection.
    times_base: u32,
    /// When that one ended.
    restored_at: Nanos,
}

impl EjectionState {
    /// Starts an ejection and returns its end and the multiple of the base time it lasts. `drawn` is
    /// uniform, for the jitter.
    pub(crate) fn eject(&mut self, now: Nanos, settings: &Ejection, drawn: u64) -> (Nanos, u32) {
        let forgiven = now.saturating_sub(self.restored_at) / settings.interval.max(1);
        let held_against = u64::from(self.times_base).saturating_sub(forgiven) as u32;
        // Envoy's bound: else a long bad time would take as long again to be forgiven.
        let before = settings.base_time.saturating_mul(held_against.into());
        let grows = before < settings.max_time.saturating_add(settings.base_time);
        self.times_base = held_against + u32::from(grows);
        self.failures_in_a_row = 0;
        let length = match settings.max_fails {
            Some(rule) => rule.fail_timeout,
            None => settings.duration(self.times_base),
        };
        // Envoy's: the rest of a division, both ends included.
        let jitter = drawn % settings.max_jitter.saturating_add(1);
        let until = now.saturating_add(length).saturating_add(jitter);
        self.until = Some(until);
        (until, self.times_base)
    }

    pub(crate) fn restore(&mut self, now: Nanos) {
        self.until = None;
        self.restored_at = now;
        self.failures_in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_grow_as_envoys_do() {
        let settings = Ejection::default();
        let mut state = EjectionState::default();
        let mut now = 0;
        let mut lengths = Vec::new();
        for _ in 0..12 {
            let (until, _) = state.eject(now, &settings, 0);
            lengths.push((until - now) / SECOND);
            now = until;
            state.restore(now);
        }
        assert_eq!(
            lengths,
            [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]
        );
    }

    /// Envoy adds the jitter after the longest time was applied.
    #[test]
    fn jitter_comes_on_top() {
        let settings = Ejection {
            base_time: SECOND,
            max_time: SECOND,
            max_jitter: 9,
            ..Ejection::default()
        };
        let end = |drawn| EjectionState::default().eject(0, &settings, drawn).0;
        assert_eq!([0, 9, 10, 27].map(end), [0, 9, 0, 7].map(|it| SECOND + it));
        let none = Ejection {
            max_jitter: 0,
            ..settings
        };
        assert_eq!(EjectionState::default().eject(0, &none, u64::MAX).0, SECOND);
    }

    #[test]
    fn time_in_service_is_forgiving() {
        let settings = Ejection::default();
        let mut state = EjectionState::default();
        for _ in 0..3 {
            state.eject(0, &settings, 0);
            state.restore(0);
        }
        // Three held against it; two tens of seconds forgive two.
        assert_eq!(state.eject(29 * SECOND, &settings, 0).1, 2);
        state.restore(100 * SECOND);
        assert_eq!(state.eject(1_000 * SECOND, &settings, 0).1, 1);
        // Envoy forgives once for each interval, whatever that is.
        let slow = Ejection {
            interval: 100 * SECOND,
            ..settings
        };
        state.restore(1_000 * SECOND);
        assert_eq!(state.eject(1_099 * SECOND, &slow, 0).1, 2);
    }

    /// Envoy's `(backoff * base) < (max + base)`: 11 times 30 s is the last.
    #[test]
    fn a_long_bad_time_is_held_against_it_only_so_far() {
        let settings = Ejection::default();
        let mut state = EjectionState::default();
        for _ in 0..1_000 {
            state.eject(0, &settings, 0);
            state.restore(0);
        }
        assert_eq!(state.eject(0, &settings, 0).1, 11);
    }

    #[test]
    fn the_first_of_several_may_always_go_and_others_within_the_share() {
        let ten_percent = Ejection::default();
        assert!(!ten_percent.allows_another(0, 1));
        assert!(ten_percent.allows_another(0, 5));
        assert!(!ten_percent.allows_another(1, 5));
        assert!(!ten_percent.allows_another(1, 19));
        assert!(ten_percent.allows_another(1, 20));
        let none = Ejection {
            max_percent: 0,
            ..ten_percent
        };
        assert!(!none.allows_another(0, 5));
        let all = Ejection {
            max_percent: 100,
            ..ten_percent
        };
        assert!(all.allows_another(4, 5));
    }

    #[test]
    fn each_range_is_checked() {
        let base = Ejection::default;
        let cases = [
            (
                Ejection {
                    consecutive_failures: 0,
                    ..base()
                },
                SettingsError::ZeroConsecutiveFailures,
            ),
            (
                Ejection {
                    base_time: 0,
                    ..base()
                },
                SettingsError::ZeroBaseTime,
            ),
            (
                Ejection {
                    base_time: 2,
                    max_time: 1,
                    ..base()
                },
                SettingsError::MaxTimeBelowBase {
                    max_time: 1,
                    base_time: 2,
                },
            ),
            (
                Ejection {
                    max_percent: 101,
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

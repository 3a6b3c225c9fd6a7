//! Active health checks: ask every backend every so often, and believe it after enough answers.
//!
//! Idea: a request of the balancer's own, every `interval`; `fall` failures in a row take a backend
//! down, `rise` passes in a row bring it back.
//! Source: HAProxy, `doc/configuration.txt`: `inter 2s`, `rise 2`, `fall 3`.
//! Formula: a backend that dies silently is noticed when `fall` checks in a row have timed out:
//! [`HealthCheck::detection_gap`] after its death. One that refuses connections needs no timeout.
//! Known failure: it notices nothing in between, and a backend that answers checks while it fails
//! calls passes (see [`Ejection`](crate::Ejection)).
//!
//! Where this differs: HAProxy starts a server one failed check away from going down
//! (`init-state up`); here it starts with all of `fall` (`init-state fully-up`), so that the
//! detection gap is the same for an old backend and a new one.

use crate::{BackendId, Nanos, SECOND, SettingsError};

/// How active health checks are done.
///
/// # Default values
/// HAProxy's: every 2 s, given up after 2 s, rise 2, fall 3; no other pace while in doubt or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// From one check of a backend to its next, in nanoseconds, more than 0.
    pub interval: Nanos,
    /// How long a check may go unanswered, in nanoseconds, more than 0 and at most `interval`,
    /// so that two checks of a backend never overlap.
    pub timeout: Nanos,
    /// Passes in a row that bring a backend up, at least 1.
    pub rise: u32,
    /// Failures in a row that take a backend down, at least 1.
    pub fall: u32,
    /// From one check to the next while in doubt: up with a failed check behind it, or down with a
    /// passed one. HAProxy's `fastinter`; more than 0; none is `interval`.
    pub fast_interval: Option<Nanos>,
    /// From one check to the next while down without a doubt. HAProxy's `downinter`; more than 0; none
    /// is `interval`.
    pub down_interval: Option<Nanos>,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            interval: 2 * SECOND,
            timeout: 2 * SECOND,
            rise: 2,
            fall: 3,
            fast_interval: None,
            down_interval: None,
        }
    }
}

impl HealthCheck {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if self.interval == 0 || self.fast_interval == Some(0) || self.down_interval == Some(0) {
            return Err(SettingsError::ZeroInterval);
        }
        if self.timeout == 0 {
            return Err(SettingsError::ZeroTimeout);
        }
        if self.timeout > self.interval {
            return Err(SettingsError::TimeoutBeyondInterval {
                timeout: self.timeout,
                interval: self.interval,
            });
        }
        if self.rise == 0 {
            return Err(SettingsError::ZeroRise);
        }
        if self.fall == 0 {
            return Err(SettingsError::ZeroFall);
        }
        Ok(())
    }
}

impl HealthCheck {
    /// The soonest and the latest that a silent death is noticed after it:
    /// `(fall - 1) * max(fast interval, timeout) + timeout`, and one interval more; sooner by less than a
    /// round trip if a check was under way. In doubt, from the first failed check on, the fast interval
    /// counts, but no check begins before the last one has ended.
    #[must_use]
    pub fn detection_gap(&self) -> (Nanos, Nanos) {
        let doubtful = self.fast_interval.unwrap_or(self.interval);
        let between = doubtful.max(self.timeout);
        let others = u64::from(self.fall).saturating_sub(1);
        let soonest = between.saturating_mul(others).saturating_add(self.timeout);
        (soonest, soonest.saturating_add(self.interval))
    }
}

/// Names one health check, for its result to be told by. Never reused by a balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId {
    /// Who is checked.
    pub backend: BackendId,
    /// The number of the check among all of this balancer's.
    pub serial: u64,
}

/// A health check to be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Whom to ask.
    pub backend: BackendId,
    /// What to tell [`Balancer::probe_result`](crate::Balancer::probe_result) with the answer.
    pub check: CheckId,
}

/// Where one backend stands with its checks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CheckState {
    /// When the next check is due.
    pub(crate) next: Option<Nanos>,
    /// The check under way, and when it counts as failed.
    pub(crate) under_way: Option<(CheckId, Nanos)>,
    /// When the last one was due.
    pub(crate) due: Nanos,
    pub(crate) passed_in_a_row: u32,
    pub(crate) failed_in_a_row: u32,
    pub(crate) down_since: Option<Nanos>,
}

impl CheckState {
    /// From the last check to the next, as it stands now.
    pub(crate) fn pace(&self, settings: &HealthCheck) -> Nanos {
        let other = match (self.down_since, self.passed_in_a_row, self.failed_in_a_row) {
            (None, _, 1..) | (Some(_), 1.., _) => settings.fast_interval,
            (Some(_), 0, _) => settings.down_interval,
            (None, _, 0) => None,
        };
        other.unwrap_or(settings.interval)
    }

    /// Takes a result; true if it changed up to down or down to up.
    pub(crate) fn take(&mut self, now: Nanos, passed: bool, settings: &HealthCheck) -> bool {
        if passed {
            self.failed_in_a_row = 0;
            self.passed_in_a_row = self.passed_in_a_row.saturating_add(1);
            let up = self.down_since.is_some() && self.passed_in_a_row >= settings.rise;
            if up {
                self.down_since = None;
            }
            up
        } else {
            self.passed_in_a_row = 0;
            self.failed_in_a_row = self.failed_in_a_row.saturating_add(1);
            let down = self.down_since.is_none() && self.failed_in_a_row >= settings.fall;
            if down {
                self.down_since = Some(now);
            }
            down
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs checks through a backend that starts up; `u` and `d` after each, `x` failed, `.` passed.
    fn run(settings: HealthCheck, checks: &str) -> String {
        let mut state = CheckState::default();
        checks
            .bytes()
            .map(|check| {
                state.take(0, check == b'.', &settings);
                if state.down_since.is_some() { 'd' } else { 'u' }
            })
            .collect()
    }

    #[test]
    fn three_in_a_row_take_it_down_and_two_bring_it_back() {
        let haproxy = HealthCheck::default();
        assert_eq!(run(haproxy, "xxx.x..x"), "uudddduu");
        assert_eq!(run(haproxy, "xx.xx.xx."), "uuuuuuuuu");
    }

    #[test]
    fn each_range_is_checked() {
        let base = HealthCheck::default;
        let cases = [
            (
                HealthCheck {
                    interval: 0,
                    ..base()
                },
                SettingsError::ZeroInterval,
            ),
            (
                HealthCheck {
                    timeout: 0,
                    ..base()
                },
                SettingsError::ZeroTimeout,
            ),
            (
                HealthCheck {
                    timeout: 3,
                    interval: 2,
                    ..base()
                },
                SettingsError::TimeoutBeyondInterval {
                    timeout: 3,
                    interval: 2,
                },
            ),
            (HealthCheck { rise: 0, ..base() }, SettingsError::ZeroRise),
            (HealthCheck { fall: 0, ..base() }, SettingsError::ZeroFall),
        ];
        for (settings, error) in cases {
            assert_eq!(settings.validate(), Err(error));
        }
    }
}

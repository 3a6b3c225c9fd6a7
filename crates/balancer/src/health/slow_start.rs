//! Slow start: a backend that is back gets its weight little by little.
//!
//! Idea: caches are cold and connections closed; a full share at once would knock it over again.
//! Source: Envoy, `slow_start_config` (`load_balancer_impl.cc`, `applySlowStartFactor`).
//! Formula: `weight * max(min_percent, t^(1 / aggression))`, t the share of the window that has passed,
//! at least 1 ms of it (Envoy's documentation says 1 s; its code says 1 ms, which holds here).
//! Known failure: with few calls the window is over before its share was; and where everyone starts at
//! once nobody is spared.
//!
//! Policies that look at no weights know no slow start either, as in Envoy, HAProxy and nginx. It applies
//! to whoever comes back, and to whoever is added after the first choice, but not at the start of all
//! (as in HAProxy). Weights are kept in hundredths.

use crate::{Nanos, SECOND, SettingsError};

/// How slow start is done.
///
/// # Default values
/// Envoy's aggression of 1 and minimum of 10 %, over 30 s (Envoy has no default window).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowStart {
    /// How long it takes to have all of the weight, in nanoseconds, more than 0.
    pub window: Nanos,
    /// In hundredths, 10 to 1000: 100 is linear, more is quicker at first.
    pub aggression: u32,
    /// The share of the weight that it has at least, in percent, 1 to 100.
    pub min_percent: u32,
}

impl Default for SlowStart {
    fn default() -> Self {
        Self {
            window: 30 * SECOND,
            aggression: 100,
            min_percent: 10,
        }
    }
}

impl SlowStart {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        SettingsError::within("the slow-start window", self.window, 1, Nanos::MAX)?;
        SettingsError::within("the aggression", self.aggression.into(), 10, 1000)?;
        SettingsError::within("the least share", self.min_percent.into(), 1, 100)
    }

    /// The share of its weight that a backend has so long after its return, 0 to 1.
    #[must_use]
    pub fn factor(&self, elapsed: Nanos) -> f64 {
        let least = f64::from(self.min_percent) / 100.0;
        let passed = elapsed.max(SECOND / 1_000) as f64 / self.window as f64;
        let grown = match self.aggression {
            100 => passed,
            aggression => libm::pow(passed, 100.0 / f64::from(aggression)),
        };
        grown.clamp(least, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Envoy's formula with a window of 60 s and a minimum of 10 %.
    #[test]
    #[allow(clippy::approx_constant, reason = "the table's own figures")]
    fn envoys_factors() {
        let at = [1, 5, 10, 20, 30, 45, 59];
        let cases = [
            (50, [0.1, 0.1, 0.1, 0.1111, 0.25, 0.5625, 0.9669]),
            (100, [0.1, 0.1, 0.1667, 0.3333, 0.5, 0.75, 0.9833]),
            (150, [0.1, 0.1908, 0.3029, 0.4807, 0.63, 0.8255, 0.9889]),
            (200, [0.1291, 0.2887, 0.4082, 0.5774, 0.7071, 0.866, 0.9916]),
        ];
        for (aggression, expected) in cases {
            let slow = SlowStart {
                window: 60 * SECOND,
                aggression,
                min_percent: 10,
            };
            for (seconds, expected) in at.into_iter().zip(expected) {
                let factor = slow.factor(seconds * SECOND);
                assert!(
                    (factor - expected).abs() < 5.1e-5,
                    "{aggression} {seconds}: {factor}"
                );
            }
            assert_eq!(slow.factor(61 * SECOND), 1.0);
        }
    }
}

//! Outliers: who answers so much worse than the others, or so badly, that it is left out.
//!
//! Idea: count answers and failures over an interval and compare the backends with each other.
//! Source: Envoy's outlier detection (`outlier_detection_impl.cc`), and gRPC's (proposal A50).
//! Formula: among at least `minimum_hosts` backends with at least `request_volume` attempts each in the
//! interval, out goes whose success rate is below `mean - factor * standard deviation` (of the whole
//! population, not a sample); or whose share of failures is `threshold` or more.
//! Known failure: where all fail alike nobody stands out; and with few attempts chance does.
//!
//! The share of failures is compared by "at least", as in Envoy; gRPC compares by "more than". Each rule
//! says of how many offences it makes ejections: all of them here, as in gRPC; of Envoy's
//! `enforcing_failure_percentage` the default is none, so that the rule only counts.

use crate::SettingsError;

/// Ejection of those whose success rate is far below the mean.
///
/// # Default values
/// Envoy's: 5 hosts, 100 attempts, 1.9 standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessRate {
    /// Standard deviations below the mean, in thousandths, 0 to 10,000.
    pub stdev_factor: u32,
    /// Fewer backends than that with enough attempts prove nothing; at least 2.
    pub minimum_hosts: u32,
    /// Fewer attempts of a backend than that in the interval prove nothing; at least 1.
    pub request_volume: u32,
    /// Offences that eject, 0 to 100 percent: Envoy's `enforcing_success_rate`.
    pub enforced_percent: u32,
}

impl Default for SuccessRate {
    fn default() -> Self {
        Self {
            stdev_factor: 1_900,
            minimum_hosts: 5,
            request_volume: 100,
            enforced_percent: 100,
        }
    }
}

/// Ejection of those of whose attempts too many fail.
///
/// # Default values
/// Envoy's: 85 %, 5 hosts, 50 attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailurePercentage {
    /// Failed attempts in percent, from which on it is out, 1 to 100.
    pub threshold: u32,
    /// Fewer backends than that with enough attempts prove nothing; at least 1.
    pub minimum_hosts: u32,
    /// Fewer attempts of a backend than that in the interval prove nothing; at least 1.
    pub request_volume: u32,
    /// Offences that eject, 0 to 100 percent: Envoy's `enforcing_failure_percentage`.
    pub enforced_percent: u32,
}

impl Default for FailurePercentage {
    fn default() -> Self {
        Self {
            threshold: 85,
            minimum_hosts: 5,
            request_volume: 50,
            enforced_percent: 100,
        }
    }
}

impl SuccessRate {
    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
        SettingsError::within("the deviation factor", self.stdev_factor.into(), 0, 10_000)?;
        SettingsError::within("the least hosts", self.minimum_hosts.into(), 2, 100_000)?;
        enforceable(self.enforced_percent)?;
        SettingsError::within(
            "the request volume",
            self.request_volume.into(),
            1,
            1_000_000,
        )
    }

    /// The success rate in percent below which a backend is out; none if there is too little to compare.
    pub(crate) fn threshold(&self, tallies: impl Iterator<Item = Tally> + Clone) -> Option<f64> {
        let rates = tallies
            .filter(|tally| tally.volume() >= self.request_volume)
            .map(|tally| tally.success_rate());
        let n = rates.clone().count();
        if n < self.minimum_hosts as usize {
            return None;
        }
        let mean = rates.clone().sum::<f64>() / n as f64;
        let variance = rates.map(|rate| (rate - mean) * (rate - mean)).sum::<f64>() / n as f64;
        Some(mean - f64::from(self.stdev_factor) / 1_000.0 * libm::sqrt(variance))
    }
}

impl FailurePercentage {
    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
        SettingsError::within("the failure threshold", self.threshold.into(), 1, 100)?;
        SettingsError::within("the least hosts", self.minimum_hosts.into(), 1, 100_000)?;
        enforceable(self.enforced_percent)?;
        SettingsError::within(
            "the request volume",
            self.request_volume.into(),
            1,
            1_000_000,
        )
    }

    /// Whether there are enough backends with enough attempts.
    pub(crate) fn applies(&self, tallies: impl Iterator<Item = Tally>) -> bool {
        let enough = tallies.filter(|tally| tally.volume() >= self.request_volume);
        enough.count() >= self.minimum_hosts as usize
    }

    /// Whether a backend is out.
    pub(crate) fn condemns(&self, tally: Tally) -> bool {
        tally.volume() >= self.request_volume
            && u64::from(tally.failed) * 100
                >= u64::from(self.threshold) * u64::from(tally.volume())
    }
}

/// Checks a share of offences that eject.
pub(crate) fn enforceable(percent: u32) -> Result<(), SettingsError> {
    SettingsError::within("the offences that eject", percent.into(), 0, 100)
}

/// How a backend's attempts ended in the interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) answered: u32,
    pub(crate) failed: u32,
}

impl Tally {
    pub(crate) fn volume(self) -> u32 {
        self.answered.saturating_add(self.failed)
    }

    /// In percent; 100 where nothing was tried.
    pub(crate) fn success_rate(self) -> f64 {
        match self.volume() {
            0 => 100.0,
            volume => 100.0 * f64::from(self.answered) / f64::from(volume),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(answered: u32, failed: u32) -> Tally {
        Tally { answered, failed }
    }

    /// Envoy's `outlier_detection_impl_test.cc`: rates of 50 and four times 100 have a mean of 90, and
    /// 1.9 deviations below it is 52.
    #[test]
    fn envoys_threshold() {
        let tallies = [
            tally(50, 50),
            tally(100, 0),
            tally(200, 0),
            tally(100, 0),
            tally(100, 0),
        ];
        let threshold = SuccessRate::default()
            .threshold(tallies.into_iter())
            .unwrap();
        assert!((threshold - 52.0).abs() < 1e-9, "{threshold}");
        assert!(tallies[0].success_rate() < threshold);
        assert_eq!(
            SuccessRate::default().threshold(tallies[1..].iter().copied()),
            None
        );
        let few = tallies.map(|t| tally(t.answered / 2, t.failed / 2));
        assert_eq!(SuccessRate::default().threshold(few.into_iter()), None);
    }

    #[test]
    fn the_failure_threshold_itself_condemns() {
        let rule = FailurePercentage::default();
        assert!(rule.condemns(tally(15, 85)) && !rule.condemns(tally(16, 84)));
        assert!(!rule.condemns(tally(0, 49)) && rule.condemns(tally(0, 50)));
        assert!(rule.applies([tally(50, 0); 5].into_iter()));
        assert!(!rule.applies([tally(50, 0); 4].into_iter()));
    }
}

//! What changed in the health of a backend, and why, for marks on a chart and sentences on a stage.

use crate::{BackendId, Nanos};

/// A change of a backend's health, as the balancer came to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// When the balancer changed its mind (not when the backend died: it cannot know that).
    pub at: Nanos,
    /// Whose health changed.
    pub backend: BackendId,
    /// What it changed to.
    pub change: Change,
    /// What changed it.
    pub because: Because,
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Active checks took it down.
    Down,
    /// Active checks brought it back up.
    Up,
    /// Failed attempts ejected it.
    Ejected {
        /// When the ejection ends.
        until: Nanos,
    },
    /// Its ejection ended.
    Restored,
}

/// The reason for a [`Change`], with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// So many health checks failed in a row.
    ChecksFailed {
        /// The failures in a row, which is the `fall` of the settings at that time.
        fall: u32,
        /// True if the last of them was not answered in time, false if it was refused, or answered badly.
        timed_out: bool,
    },
    /// So many health checks passed in a row.
    ChecksPassed {
        /// The passes in a row, which is the `rise` of the settings at that time.
        rise: u32,
    },
    /// So many attempts failed in a row.
    ConsecutiveFailures {
        /// The failures in a row.
        n: u32,
        /// The multiple of the base time it stays out: 1 for a first ejection.
        times_base: u32,
    },
    /// So many attempts failed, with no success long enough after one of them.
    Failures {
        /// The failures.
        n: u32,
    },
    /// Its time out is over, one attempt tries it, and the others wait for how that ends.
    OnTrial,
    /// The attempt that tried it was answered.
    TrialPassed,
    /// So small a share of its attempts was answered, where the others had more.
    SuccessRate {
        /// Its share, in percent.
        rate: u32,
        /// The share below which it is out, in percent.
        threshold: u32,
    },
    /// So great a share of its attempts failed.
    FailurePercentage {
        /// Its share, in percent.
        percent: u32,
    },
    /// The ejection time is over.
    EjectionEnded,
    /// Health checks were switched off, so nothing speaks against it any more.
    ChecksSwitchedOff,
    /// Ejection was switched off.
    EjectionSwitchedOff,
}

impl std::fmt::Display for Because {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |n: u32| if n == 1 { "" } else { "s" };
        match *self {
            Self::ChecksFailed { fall, timed_out } => {
                let how = if timed_out {
                    "the last not answered in time"
                } else {
                    "the last refused"
                };
                write!(
                    f,
                    "{fall} health check{} failed in a row, {how}",
                    plural(fall)
                )
            }
            Self::ChecksPassed { rise } => {
                write!(f, "{rise} health check{} passed in a row", plural(rise))
            }
            Self::ConsecutiveFailures { n, .. } => {
                write!(f, "{n} attempt{} failed in a row", plural(n))
            }
            Self::Failures { n } => {
                write!(f, "{n} attempt{} failed in short order", plural(n))
            }
            Self::SuccessRate { rate, threshold } => {
                write!(
                    f,
                    "{rate} % of its attempts were answered, below {threshold} %"
                )
            }
            Self::FailurePercentage { percent } => {
                write!(f, "{percent} % of its attempts failed")
            }
            Self::OnTrial => {
                f.write_str("one attempt tries it, and the others wait for how that ends")
            }
            Self::TrialPassed => f.write_str("the attempt that tried it was answered"),
            Self::EjectionEnded => f.write_str("its ejection time is over"),
            Self::ChecksSwitchedOff => f.write_str("health checks were switched off"),
            Self::EjectionSwitchedOff => f.write_str("ejection was switched off"),
        }
    }
}

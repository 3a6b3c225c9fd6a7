//! Names, and one sentence each on what a policy does and how it fails.

use super::{Policy, peak_ewma, ring_hash};

impl Policy {
    /// Every policy with its default parameters, from the simplest on.
    #[must_use]
    pub const fn all() -> [Self; 7] {
        [
            Self::RoundRobin,
            Self::SmoothWeightedRoundRobin,
            Self::Random,
            Self::LeastRequest,
            Self::PowerOfTwoChoices,
            Self::PeakEwma {
                decay: peak_ewma::DEFAULT_DECAY,
            },
            Self::RingHash {
                points_per_weight: ring_hash::DEFAULT_POINTS_PER_WEIGHT,
            },
        ]
    }

    /// Its name in running text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RoundRobin => "round robin",
            Self::SmoothWeightedRoundRobin => "smooth weighted round robin",
            Self::Random => "random",
            Self::LeastRequest => "least request",
            Self::PowerOfTwoChoices => "power of two choices",
            Self::PeakEwma { .. } => "Peak-EWMA",
            Self::RingHash { .. } => "ring hash",
        }
    }

    /// Its name in files and links.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::SmoothWeightedRoundRobin => "smooth-weighted-round-robin",
            Self::Random => "random",
            Self::LeastRequest => "least-request",
            Self::PowerOfTwoChoices => "power-of-two-choices",
            Self::PeakEwma { .. } => "peak-ewma",
            Self::RingHash { .. } => "ring-hash",
        }
    }

    /// The policy of that slug with its default parameters.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::all().into_iter().find(|policy| policy.slug() == slug)
    }

    /// Whether backends' weights make a difference to it.
    #[must_use]
    pub const fn uses_weights(&self) -> bool {
        matches!(
            self,
            Self::SmoothWeightedRoundRobin | Self::LeastRequest | Self::RingHash { .. }
        )
    }

    /// What it does, in one sentence for a student.
    #[must_use]
    pub const fn idea(&self) -> &'static str {
        match self {
            Self::RoundRobin => "Every server gets the next call in turn, whoever is busy.",
            Self::SmoothWeightedRoundRobin => {
                "Servers take turns in proportion to their weights, spread out so that a heavy server is not hit by a burst."
            }
            Self::Random => "Each call goes to a server drawn at random, all equally likely.",
            Self::LeastRequest => {
                "Each call goes to the server with the fewest calls under way for its weight."
            }
            Self::PowerOfTwoChoices => {
                "Draw two servers at random and give the call to the less busy of the two."
            }
            Self::PeakEwma { .. } => {
                "Draw two servers and give the call to the one whose recent latency, times the calls it has, is lower."
            }
            Self::RingHash { .. } => {
                "Servers own arcs of a circle; a client's address is hashed to a point on it, so the same client reaches the same server."
            }
        }
    }

    /// How it fails, in one sentence.
    #[must_use]
    pub const fn known_failure(&self) -> &'static str {
        match self {
            Self::RoundRobin => {
                "A slow server gets as many calls as a fast one, and its queue grows without end."
            }
            Self::SmoothWeightedRoundRobin => {
                "Weights are set by hand: when a server slows down, its share does not."
            }
            Self::Random => {
                "Chance is uneven: some server is always busier than the rest, and long queues are far commoner than with turns."
            }
            Self::LeastRequest => {
                "A server that fails fast looks idle and attracts the calls; and several balancers that count apart all choose the same one."
            }
            Self::PowerOfTwoChoices => {
                "It counts calls, not their cost: a server that fails fast looks idle, and one slow server still gets a share."
            }
            Self::PeakEwma { .. } => {
                "A server that fails fast has the lowest latency of all and attracts the calls."
            }
            Self::RingHash { .. } => {
                "It does not look at load: one busy client overloads its server, and the arcs are never quite equal."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_lead_back_to_their_policies() {
        for policy in Policy::all() {
            assert_eq!(Policy::from_slug(policy.slug()), Some(policy));
        }
        assert_eq!(Policy::from_slug("weighted"), None);
    }

    #[test]
    fn ideas_and_failures_are_single_sentences() {
        for policy in Policy::all() {
            for text in [policy.idea(), policy.known_failure()] {
                assert!(
                    text.ends_with('.') && text.matches('.').count() == 1,
                    "{text}"
                );
            }
        }
    }
}

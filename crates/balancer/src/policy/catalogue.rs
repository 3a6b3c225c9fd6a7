//! Names, and one sentence each on what a policy does and how it fails.

use super::{Policy, bounded_load, maglev, peak_ewma, ring_hash};

/// What there is to say of a policy.
struct Entry {
    name: &'static str,
    slug: &'static str,
    idea: &'static str,
    known_failure: &'static str,
    score_label: &'static str,
    rule: &'static str,
}

/// In the order of [`Policy::all`].
static ENTRIES: [Entry; COUNT] = [
    Entry {
        name: "round robin",
        slug: "round-robin",
        idea: "Every server gets the next call in turn, whoever is busy.",
        known_failure: "A slow server gets as many calls as a fast one, and its queue grows without end.",
        score_label: "choices since its last turn",
        rule: "whose last turn was longest ago",
    },
    Entry {
        name: "smooth weighted round robin",
        slug: "smooth-weighted-round-robin",
        idea: "Servers take turns in proportion to their weights, spread out so that a heavy server is not hit by a burst.",
        known_failure: "Weights are set by hand: when a server slows down, its share does not.",
        score_label: "current weight",
        rule: "the greatest current weight",
    },
    Entry {
        name: "static round robin",
        slug: "static-round-robin",
        idea: "Turns in proportion to weights are worked out once as a list, and the list is read again and again.",
        known_failure: "A heavy server gets its calls in bursts, and every change of a weight starts the list anew.",
        score_label: "slots until its next turn",
        rule: "the next slot of the list",
    },
    Entry {
        name: "fast weighted round robin",
        slug: "fast-weighted-round-robin",
        idea: "Each server has a position on a line of turns; whoever is due is next and moves on, the less the heavier it is.",
        known_failure: "Weights are set by hand, and a heavy server gets its calls in bursts.",
        score_label: "turns until its position",
        rule: "whose position on the line is due",
    },
    Entry {
        name: "earliest deadline first",
        slug: "earliest-deadline-first",
        idea: "Each server has a deadline; the earliest gets the call, and its next deadline is the nearer the greater its weight.",
        known_failure: "Every change of the set starts the schedule anew, and weights know nothing of load.",
        score_label: "deadline, in rounds of weight 1",
        rule: "the earliest deadline",
    },
    Entry {
        name: "static stride",
        slug: "static-stride",
        idea: "A counter walks round the servers, and each takes as many of its turns as its weight deserves.",
        known_failure: "Weights know nothing of load, and a light server may wait for many rounds.",
        score_label: "picks until its next turn",
        rule: "the next slot that its weight takes",
    },
    Entry {
        name: "random",
        slug: "random",
        idea: "Each call goes to a server drawn at random, all equally likely.",
        known_failure: "Chance is uneven: some server is always busier than the rest, and long queues are far commoner than with turns.",
        score_label: "",
        rule: "one drawn at random",
    },
    Entry {
        name: "weighted random",
        slug: "weighted-random",
        idea: "Each call goes to a server drawn at random, in proportion to weights.",
        known_failure: "Chance is uneven, and weights know nothing of load.",
        score_label: "weight",
        rule: "one drawn at random by weight",
    },
    Entry {
        name: "least request",
        slug: "least-request",
        idea: "Each call goes to the server with the fewest calls under way for its weight.",
        known_failure: "A server that fails fast looks idle and attracts the calls; and several balancers that count apart all choose the same one.",
        score_label: "active attempts per unit of weight",
        rule: "the fewest active attempts for its weight",
    },
    Entry {
        name: "least connections",
        slug: "least-connections",
        idea: "Each call goes to an idle server, or if there is none to the one with the fewest connections for its weight.",
        known_failure: "A server that fails fast looks idle and attracts the calls; idle servers are all alike, whatever their weight.",
        score_label: "key: 256 × (active + 1) / weight, 0 if idle",
        rule: "the lowest key",
    },
    Entry {
        name: "weighted least request",
        slug: "weighted-least-request",
        idea: "Servers of different weights take turns by weight, and a weight shrinks with the calls that its server has; of equal ones two are drawn, and the less busy is taken.",
        known_failure: "What changed since a server's last turn is not seen until its next one.",
        score_label: "deadline, or active attempts if all weigh the same",
        rule: "the earliest deadline by weight and load, or the less busy of two drawn",
    },
    Entry {
        name: "least response time",
        slug: "least-response-time",
        idea: "Each call goes to the server whose average response time, times the calls it has, is least.",
        known_failure: "It clings to whoever was quick once, and several balancers cling to the same one.",
        score_label: "estimated ms per unit of weight",
        rule: "the least response time × (active + 1)",
    },
    Entry {
        name: "join-idle-queue",
        slug: "join-idle-queue",
        idea: "Servers with nothing to do stand in a queue and its head gets the call; if nobody is idle, chance decides.",
        known_failure: "Near saturation nobody is idle, and it is as bad as random.",
        score_label: "active attempts",
        rule: "who has been idle longest, or anyone",
    },
    Entry {
        name: "power of two choices",
        slug: "power-of-two-choices",
        idea: "Draw two servers at random and give the call to the less busy of the two.",
        known_failure: "It counts calls, not their cost: a server that fails fast looks idle, and one slow server still gets a share.",
        score_label: "active attempts",
        rule: "the fewer active attempts of two drawn",
    },
    Entry {
        name: "power of d choices",
        slug: "power-of-d-choices",
        idea: "Draw some servers at random, perhaps one of them twice, and give the call to the least busy.",
        known_failure: "When the same server is drawn twice there was no choice: of two servers the busier still gets a quarter.",
        score_label: "active attempts",
        rule: "the fewest active attempts of those drawn",
    },
    Entry {
        name: "random two by weight",
        slug: "random-two",
        idea: "Draw two servers by weight and give the call to the less busy for its weight.",
        known_failure: "It counts calls, not their cost: a server that fails fast looks idle.",
        score_label: "active attempts per unit of weight",
        rule: "the fewer active attempts for its weight of two drawn",
    },
    Entry {
        name: "Peak-EWMA",
        slug: "peak-ewma",
        idea: "Draw two servers and give the call to the one whose recent latency, times the calls it has, is lower.",
        known_failure: "A server that fails fast has the lowest latency of all and attracts the calls.",
        score_label: "cost: latency in ms × (active + 1)",
        rule: "the lower cost of two drawn",
    },
    Entry {
        name: "Prequal",
        slug: "prequal",
        idea: "Ask a few servers for their load all the time; of those with few calls in flight the one that answers quickest gets the call.",
        known_failure: "Probes cost messages, and a server that fails fast is quick and attracts the calls.",
        score_label: "probed latency in ms, of those that are not hot",
        rule: "the quickest of those that probes found cold",
    },
    Entry {
        name: "ring hash",
        slug: "ring-hash",
        idea: "Servers own arcs of a circle; a client's address is hashed to a point on it, so the same client reaches the same server.",
        known_failure: "It does not look at load: one busy client overloads its server, and the arcs are never quite equal.",
        score_label: "way round the ring, % of it",
        rule: "the next point on the ring from the client's hash",
    },
    Entry {
        name: "nearest hash",
        slug: "nearest-hash",
        idea: "Servers have points on a circle, and a client belongs to the closest point on either side of its hash.",
        known_failure: "It does not look at load, and with few points the shares differ much.",
        score_label: "way to its closest point, % of the circle",
        rule: "the closest point to the client's hash",
    },
    Entry {
        name: "bounded-load hash",
        slug: "bounded-load-hash",
        idea: "A client belongs to the closest server on a circle, but one with more than its share of the calls passes them on.",
        known_failure: "When load rises clients leave their own server just when its cache would help.",
        score_label: "way to its closest point, % of the circle",
        rule: "the closest point whose server is below its bound",
    },
    Entry {
        name: "Maglev",
        slug: "maglev",
        idea: "Servers fill a large table by turns, each in an order of its own; a client's hash is looked up in it.",
        known_failure: "It does not look at load, and when a server goes some clients of the others move too.",
        score_label: "share of the table, %",
        rule: "the server in the table at the client's hash",
    },
    Entry {
        name: "rendezvous hash",
        slug: "rendezvous-hash",
        idea: "The client's address is hashed with each server's name, and the highest hash wins.",
        known_failure: "Every choice looks at every server, and load is not looked at.",
        score_label: "score: -weight / ln(hash)",
        rule: "the highest score",
    },
    Entry {
        name: "source-address hash",
        slug: "source-address-hash",
        idea: "The first three numbers of the client's address decide, so that a network comes back to its server.",
        known_failure: "A whole network has one server, and a change of the list moves nearly every network.",
        score_label: "",
        rule: "what the client's network hashes to",
    },
    Entry {
        name: "key hash",
        slug: "key-hash",
        idea: "The client's address is hashed to a number, and the number modulo the weights names the server.",
        known_failure: "A change of the list moves nearly every client, and load is not looked at.",
        score_label: "",
        rule: "what the client's address hashes to",
    },
    Entry {
        name: "ketama",
        slug: "ketama",
        idea: "As on the hash ring, with each server's points a chain of checksums that begins with its name.",
        known_failure: "It does not look at load, and checksums of like names are not spread as evenly as hashes.",
        score_label: "way round the ring, % of it",
        rule: "the next point on the ring from the client's checksum",
    },
    Entry {
        name: "map hash",
        slug: "map-hash",
        idea: "The list of turns by weight is looked up at the client's address instead of being read in turn.",
        known_failure: "When anyone goes or comes nearly every client moves, and load is not looked at.",
        score_label: "",
        rule: "the slot of the client's address",
    },
];

const COUNT: usize = 27;

impl Policy {
    /// Every policy with its default parameters: turns first, then chance, load, latency, and hashes.
    #[must_use]
    pub const fn all() -> [Self; COUNT] {
        [
            Self::RoundRobin,
            Self::SmoothWeightedRoundRobin,
            Self::StaticRoundRobin,
            Self::FastWeightedRoundRobin,
            Self::EarliestDeadline,
            Self::StaticStride,
            Self::Random,
            Self::WeightedRandom,
            Self::LeastRequest,
            Self::LeastConnections,
            Self::WeightedLeastRequest { bias: 100 },
            Self::LeastTime,
            Self::JoinIdleQueue,
            Self::PowerOfTwoChoices,
            Self::PowerOfChoices {
                choices: 2,
                replacement: true,
            },
            Self::RandomTwo,
            Self::PeakEwma {
                decay: peak_ewma::DEFAULT_DECAY,
            },
            Self::Prequal {
                probes: 3,
                hot_percent: 84,
            },
            Self::RingHash {
                points_per_weight: ring_hash::DEFAULT_POINTS_PER_WEIGHT,
            },
            Self::NearestHash,
            Self::BoundedLoad {
                factor: bounded_load::DEFAULT_FACTOR,
            },
            Self::Maglev {
                table_size: maglev::DEFAULT_TABLE_SIZE,
            },
            Self::Rendezvous,
            Self::SourceHash,
            Self::KeyHash,
            Self::Ketama,
            Self::MapHash { avalanche: false },
        ]
    }

    fn entry(&self) -> &'static Entry {
        let index = match self {
            Self::RoundRobin => 0,
            Self::SmoothWeightedRoundRobin => 1,
            Self::StaticRoundRobin => 2,
            Self::FastWeightedRoundRobin => 3,
            Self::EarliestDeadline => 4,
            Self::StaticStride => 5,
            Self::Random => 6,
            Self::WeightedRandom => 7,
            Self::LeastRequest => 8,
            Self::LeastConnections => 9,
            Self::WeightedLeastRequest { .. } => 10,
            Self::LeastTime => 11,
            Self::JoinIdleQueue => 12,
            Self::PowerOfTwoChoices => 13,
            Self::PowerOfChoices { .. } => 14,
            Self::RandomTwo => 15,
            Self::PeakEwma { .. } => 16,
            Self::Prequal { .. } => 17,
            Self::RingHash { .. } => 18,
            Self::NearestHash => 19,
            Self::BoundedLoad { .. } => 20,
            Self::Maglev { .. } => 21,
            Self::Rendezvous => 22,
            Self::SourceHash => 23,
            Self::KeyHash => 24,
            Self::Ketama => 25,
            Self::MapHash { .. } => 26,
        };
        &ENTRIES[index]
    }

    /// Its name in running text.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// Its name in files and links.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        self.entry().slug
    }

    /// The policy of that slug with its default parameters.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::all().into_iter().find(|policy| policy.slug() == slug)
    }

    /// Whether backends' weights make a difference to it.
    #[must_use]
    pub const fn uses_weights(&self) -> bool {
        !matches!(
            self,
            Self::RoundRobin
                | Self::Random
                | Self::PowerOfTwoChoices
                | Self::PowerOfChoices { .. }
                | Self::PeakEwma { .. }
                | Self::JoinIdleQueue
                | Self::Prequal { .. }
        )
    }

    /// What it does, in one sentence for a student.
    #[must_use]
    pub fn idea(&self) -> &'static str {
        self.entry().idea
    }

    /// How it fails, in one sentence.
    #[must_use]
    pub fn known_failure(&self) -> &'static str {
        self.entry().known_failure
    }

    /// What it compares of backends, with its unit; empty if nothing.
    #[must_use]
    pub fn score_label(&self) -> &'static str {
        self.entry().score_label
    }

    /// How it decides, in one phrase.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.entry().rule
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

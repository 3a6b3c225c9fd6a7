//! The rules that pick a backend, one file each, and what a student should know of them.

pub(crate) mod bounded_load;
mod catalogue;
pub(crate) mod choices;
pub(crate) mod crc32;
pub(crate) mod earliest_deadline;
pub(crate) mod fast_weighted;
pub(crate) mod idle_queue;
pub(crate) mod ketama;
pub(crate) mod key_hash;
pub(crate) mod least_connections;
pub(crate) mod least_request;
pub(crate) mod least_time;
pub(crate) mod maglev;
pub(crate) mod map_hash;
pub(crate) mod memory;
pub(crate) mod nearest_hash;
pub(crate) mod peak_ewma;
pub(crate) mod prequal;
pub(crate) mod random;
pub(crate) mod random_two;
pub(crate) mod rendezvous;
pub(crate) mod ring_hash;
pub(crate) mod round_robin;
pub(crate) mod smooth_weighted;
pub(crate) mod source_hash;
pub(crate) mod static_map;
pub(crate) mod static_stride;
pub(crate) mod two_choices;
pub(crate) mod weighted_least_request;
pub(crate) mod weighted_random;

use crate::{Nanos, SettingsError, TieBreak};

/// The rule that picks a backend for an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Each in turn.
    RoundRobin,
    /// Each in turn, in proportion to weights, evenly spread: nginx's.
    SmoothWeightedRoundRobin,
    /// Any, all equally likely.
    Random,
    /// The one with the fewest active attempts for its weight: nginx's `least_conn`.
    LeastRequest,
    /// Two at random, and the less busy of the two.
    PowerOfTwoChoices,
    /// Two at random, and the one with the lower latency estimate times load: Finagle's.
    PeakEwma {
        /// The time constant of the estimate, in nanoseconds, more than 0; Finagle's default is 10 s.
        decay: Nanos,
    },
    /// The same backend for the same client: consistent hashing on a ring, Envoy's.
    RingHash {
        /// Points on the ring per unit of weight, 1 to 1024; ketama's and nginx's 160 by default.
        points_per_weight: u32,
    },
    /// Turns by weight from a map that is worked out beforehand: HAProxy's `static-rr`.
    StaticRoundRobin,
    /// Turns by weight, by each one's next position: HAProxy's `roundrobin` (FWRR).
    FastWeightedRoundRobin,
    /// Turns by weight, by earliest deadline: Envoy's `round_robin`.
    EarliestDeadline,
    /// Turns by weight, computed from a counter: gRPC's static stride.
    StaticStride,
    /// Any, in proportion to weights: nginx's `random`.
    WeightedRandom,
    /// Two distinct ones drawn by weight, the less busy for its weight: nginx's `random two least_conn`.
    RandomTwo,
    /// So many at random, the least busy of them: Envoy's and gRPC's least request with replacement.
    PowerOfChoices {
        /// How many are drawn, 2 to 10 (gRPC's range); 2 by default.
        choices: u32,
        /// Whether the same one may be drawn again, as in Envoy and gRPC.
        replacement: bool,
    },
    /// Turns by weight divided by load: Envoy's `least_request` where weights differ; where they are
    /// equal, two choices with replacement, as there.
    WeightedLeastRequest {
        /// Envoy's `active_request_bias` in hundredths, 0 to 1000; 100 by default.
        bias: u32,
    },
    /// The one with the fewest connections, idle ones first whatever their weight: HAProxy's `leastconn`.
    LeastConnections,
    /// The one that has been idle longest; if none is idle, any: join-idle-queue.
    JoinIdleQueue,
    /// The one with the least average response time times load: nginx's `least_time`.
    LeastTime,
    /// The same backend for the same client: the closest point on a ring, HAProxy's `hash-type consistent`.
    NearestHash,
    /// As `NearestHash`, but nobody gets more than so much of the mean load: HAProxy's
    /// `hash-balance-factor`.
    BoundedLoad {
        /// The most that one may have, in percent of the mean, 101 to 1000; 125 by default.
        factor: u32,
    },
    /// The same backend for the same client, by a table that each fills in its own order: Maglev.
    Maglev {
        /// Entries of the table: a prime, 7 to 5,000,011; Envoy's 65,537 by default.
        table_size: u32,
    },
    /// The same backend for the same client: the highest of all hashes of client and backend.
    Rendezvous,
    /// The same backend for the same network: nginx's `ip_hash`.
    SourceHash,
    /// The same backend for the same client, by a hash of its address modulo the weights: nginx's `hash`.
    KeyHash,
    /// The same backend for the same client, on ketama's ring: nginx's `hash ... consistent`.
    Ketama,
    /// The same backend for the same client, by its address modulo the map of turns: HAProxy's
    /// `balance source`.
    MapHash {
        /// Whether the address is hashed first, as `hash-type map-based ... avalanche` has it.
        avalanche: bool,
    },
    /// Backends that probes found cold and quick: Prequal's.
    Prequal {
        /// Probes for each choice, 1 to 10; 3 by default.
        probes: u32,
        /// The quantile of requests in flight above which a backend is hot, in percent, 0 to 100;
        /// 84 by default.
        hot_percent: u32,
    },
}

impl Policy {
    /// Checks the ranges of its parameters.
    ///
    /// # Errors
    /// The parameter that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let within = |what, value: u32, least: u32, most: u32| {
            SettingsError::within(what, value.into(), least.into(), most.into())
        };
        match *self {
            Self::PeakEwma { decay: 0 } => Err(SettingsError::ZeroDecay),
            Self::RingHash { points_per_weight } if !(1..=1024).contains(&points_per_weight) => {
                Err(SettingsError::PointsOutOfRange(points_per_weight))
            }
            Self::PowerOfChoices { choices, .. } => {
                within("the number of choices", choices, 2, choices::MOST)
            }
            Self::WeightedLeastRequest { bias } => within("the bias", bias, 0, 1000),
            Self::BoundedLoad { factor } => within("the balance factor", factor, 101, 1000),
            Self::Maglev { table_size } if !maglev::is_prime(table_size) => {
                Err(SettingsError::NotPrime(table_size))
            }
            Self::Maglev { table_size } => within("the table size", table_size, 7, 5_000_011),
            Self::Prequal {
                probes,
                hot_percent,
            } => {
                within("the probes for each choice", probes, 1, 10)?;
                within("the hot quantile", hot_percent, 0, 100)
            }
            _ => Ok(()),
        }
    }
}

impl Policy {
    /// Whether it is the client's key that decides.
    pub(crate) const fn goes_by_key(&self) -> bool {
        matches!(
            self,
            Self::RingHash { .. }
                | Self::NearestHash
                | Self::BoundedLoad { .. }
                | Self::Maglev { .. }
                | Self::Rendezvous
                | Self::SourceHash
                | Self::KeyHash
                | Self::Ketama
                | Self::MapHash { .. }
        )
    }

    /// Whether the first of two scores is why its backend is chosen rather than the second's.
    pub(crate) fn prefers(&self, winning: f64, losing: f64) -> bool {
        match self {
            Self::RoundRobin | Self::SmoothWeightedRoundRobin | Self::Rendezvous => {
                winning > losing
            }
            // Shares of its table are shown, and decide nothing.
            Self::Maglev { .. } => false,
            _ => winning < losing,
        }
    }

    /// Where a request's key lies on the ring, for those that have one.
    pub(crate) fn on_ring(&self, key: u64) -> u64 {
        match self {
            Self::Ketama => ketama::hash_key(key),
            _ => ring_hash::hash_key(key),
        }
    }

    /// How many entries its table has over backends of so much weight in all; 0 if it keeps none that
    /// grows with weights or parameters.
    #[must_use]
    pub fn table_entries(&self, weight: u64) -> u64 {
        match *self {
            Self::RingHash { points_per_weight } => {
                weight * ring_hash::points_each(weight, points_per_weight)
            }
            Self::NearestHash | Self::BoundedLoad { .. } => {
                weight * u64::from(nearest_hash::POINTS)
            }
            Self::Ketama => weight * u64::from(ring_hash::DEFAULT_POINTS_PER_WEIGHT),
            Self::StaticRoundRobin | Self::MapHash { .. } => weight,
            Self::Maglev { table_size } => table_size.into(),
            _ => 0,
        }
    }
}

/// Who was looked at in a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Every candidate.
    All,
    /// The chosen one alone.
    One,
    /// Whose turn it is, after draws or hashes that came to nothing: nginx's way out.
    Turns,
    /// These two places, in the order they were drawn.
    Two(usize, usize),
    /// The first so many of these places, in the order they were drawn.
    Drawn([u32; choices::MOST as usize], u8),
}

/// A choice made: enough to explain it afterwards without having paid for the explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The place of the chosen backend in the list.
    pub(crate) place: usize,
    pub(crate) looked: Looked,
    /// What decided, if scores did not.
    pub(crate) tie: Option<TieBreak>,
}

impl Choice {
    /// Chosen after a look at all candidates.
    pub(crate) const fn of_all(place: usize) -> Self {
        Self {
            place,
            looked: Looked::All,
            tie: None,
        }
    }

    /// Chosen unseen.
    pub(crate) const fn blind(place: usize) -> Self {
        Self {
            place,
            looked: Looked::One,
            tie: None,
        }
    }
}

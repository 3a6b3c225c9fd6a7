//! One backend as the balancer sees it: what it was told, and what it concludes from that.

use std::sync::Arc;

use crate::Nanos;
use crate::health::{CheckState, EjectionState};
use crate::members::UNRANKED;
use crate::policy::least_time::ResponseTime;
use crate::policy::peak_ewma::PeakEwma;

/// A backend's identifier, chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendId(pub u32);

/// What the balancer believes about a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing speaks against it. New backends start here, as HAProxy's do.
    Up,
    /// Active checks took it down. Shown rather than `Ejected` when it is both.
    Down {
        /// When the deciding check failed.
        since: Nanos,
    },
    /// Failed attempts ejected it.
    Ejected {
        /// When it is let back.
        until: Nanos,
    },
}

/// A backend of a [`Balancer`](crate::Balancer), to be read.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Its identifier.
    pub id: BackendId,
    /// Its name, unique in the list; the hash ring places it by this.
    pub name: Arc<str>,
    /// Its weight, 1 to 256. Only the policies of [`Policy::uses_weights`](crate::Policy::uses_weights) look at it.
    pub weight: u32,
    /// Its priority: 0 is served first, higher ones are backups. See [`Spill`](crate::Spill).
    pub priority: u8,
    /// Attempts that were given to it and have not finished: counted on choice, not on arrival.
    pub active: u32,
    /// How often it has been picked.
    pub picked: u64,
    /// What is believed about it.
    pub health: Health,
    /// Whether it finishes what it has and is given nothing new.
    pub draining: bool,
    /// Health checks it has passed in all.
    pub checks_passed: u64,
    /// Health checks it has failed in all, the unanswered ones among them.
    pub checks_failed: u64,

    /// Its place among those who stand, kept by `Members`.
    pub(crate) rank: u32,
    /// Its weight in hundredths as it counts now: less during slow start.
    pub(crate) weight_now: u32,
    /// When its slow start began, while that lasts.
    pub(crate) warming_since: Option<Nanos>,
    /// The number of the last change of `active`, among all of the balancer's.
    pub(crate) moved: u64,
    /// Round robin: the number of the choice that last fell on it.
    pub(crate) turn: u64,
    /// Smooth weighted round robin: nginx's `current_weight`.
    pub(crate) current_weight: i64,
    /// Peak-EWMA's estimate, kept while that is the policy.
    pub(crate) latency: Option<PeakEwma>,
    /// Least response time's average, kept while that is the policy.
    pub(crate) response_time: Option<ResponseTime>,
    pub(crate) check: CheckState,
    pub(crate) ejection: EjectionState,
}

impl Backend {
    pub(crate) fn new(id: BackendId, name: &str, weight: u32, turn: u64) -> Self {
        Self {
            id,
            name: name.into(),
            weight,
            priority: 0,
            active: 0,
            picked: 0,
            health: Health::Up,
            draining: false,
            checks_passed: 0,
            checks_failed: 0,
            rank: UNRANKED,
            weight_now: weight * 100,
            warming_since: None,
            moved: 0,
            turn,
            current_weight: 0,
            latency: None,
            response_time: None,
            check: CheckState::default(),
            ejection: EjectionState::default(),
        }
    }

    /// Whether it is believed well: up and not draining. Such a one may be picked, unless a backup is not
    /// needed; in panic others may be picked too.
    #[must_use]
    pub fn eligible(&self) -> bool {
        self.health == Health::Up && !self.draining
    }

    /// Health checks it has passed in a row.
    #[must_use]
    pub fn checks_passed_in_a_row(&self) -> u32 {
        self.check.passed_in_a_row
    }

    /// Health checks it has failed in a row.
    #[must_use]
    pub fn checks_failed_in_a_row(&self) -> u32 {
        self.check.failed_in_a_row
    }

    /// When its next health check is due, if it is checked.
    #[must_use]
    pub fn next_check(&self) -> Option<Nanos> {
        self.check.next
    }

    /// Attempts that have failed in a row since the last answer (or since an ejection).
    #[must_use]
    pub fn failures_in_a_row(&self) -> u32 {
        self.ejection.failures_in_a_row
    }

    /// Peak-EWMA's latency estimate at `now`, in nanoseconds, 0 when none is known.
    /// `None` unless the policy is Peak-EWMA. Reading it disturbs nothing.
    #[must_use]
    pub fn latency_at(&self, now: Nanos) -> Option<f64> {
        self.latency.map(|latency| latency.get_at(now))
    }

    /// Peak-EWMA's cost at `now`: the estimate in nanoseconds times (active + 1), or the penalty.
    /// `None` unless the policy is Peak-EWMA. Reading it disturbs nothing.
    #[must_use]
    pub fn cost_at(&self, now: Nanos) -> Option<f64> {
        self.latency
            .map(|latency| latency.cost_at(now, self.active))
    }

    /// Its share of its weight during slow start, 0 to 1; 1 otherwise.
    #[must_use]
    pub fn warmth(&self) -> f64 {
        self.weight_f64() / f64::from(self.weight.max(1))
    }

    /// Whether it may be picked as things stand.
    pub(crate) fn stands(&self) -> bool {
        self.rank != UNRANKED
    }

    pub(crate) fn set_weight(&mut self, weight: u32) {
        self.weight = weight;
        self.weight_now = weight * 100;
    }

    /// Its weight as it counts now.
    pub(crate) fn weight_f64(&self) -> f64 {
        f64::from(self.weight_now) / 100.0
    }

    /// Draws the conclusion from what checks and attempts said.
    pub(crate) fn conclude(&mut self) {
        self.health = match (self.check.down_since, self.ejection.until) {
            (Some(since), _) => Health::Down { since },
            (None, Some(until)) => Health::Ejected { until },
            (None, None) => Health::Up,
        };
    }
}

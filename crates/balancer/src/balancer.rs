//! The balancer: its settings, its backends, the choice, and what becomes of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rand_core::Rng;

use crate::field::Field;
use crate::members::Members;
use crate::policy::peak_ewma::PeakEwma;
use crate::policy::ring_hash::Ring;
use crate::policy::{
    Choice, least_request, peak_ewma, random, ring_hash, round_robin, smooth_weighted, two_choices,
};
use crate::{
    Backend, BackendError, BackendId, Because, Change, Explanation, Nanos, NoBackend, Policy,
    Settings, SettingsError, Transition,
};

/// What a backend is wanted for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// Whose it is, for the policies that send the same client to the same backend: the client's address.
    pub key: u64,
    /// The backends that this call has tried; none of them is picked again.
    pub tried: &'a [BackendId],
}

/// How an attempt ended, with the time from the choice to the end, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The backend answered.
    Answered {
        /// From the choice to the answer.
        latency: Nanos,
    },
    /// It was refused, reset, timed out, or answered with a failure that is the backend's.
    Failed {
        /// From the choice to the failure.
        latency: Nanos,
    },
    /// Nobody waited for it any more; says nothing about the backend's health.
    Cancelled {
        /// From the choice to the cancellation.
        latency: Nanos,
    },
}

/// Picks a backend for each attempt, and finds out who is well.
///
/// A plain state machine. Times passed in must not go backwards (if they do, nothing breaks, but
/// estimates stand still). Cloning copies a few words for each backend and shares the rest.
#[derive(Clone, Debug)]
pub struct Balancer {
    pub(crate) settings: Settings,
    pub(crate) members: Members,
    /// How many choices there have been: round robin's clock.
    choices: u64,
    /// The hash ring; none when it is to be built anew or the policy needs none.
    ring: Option<Arc<Ring>>,
    /// When to look at which backend again. Entries may be stale: looking finds nothing to do.
    pub(crate) timers: BinaryHeap<Reverse<(Nanos, BackendId)>>,
    pub(crate) next_serial: u64,
    pub(crate) transitions: Vec<Transition>,
}

impl Balancer {
    /// A balancer without backends.
    ///
    /// # Errors
    /// A setting that is out of its range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.validate()?;
        Ok(Self {
            settings,
            members: Members::default(),
            choices: 0,
            ring: None,
            timers: BinaryHeap::new(),
            next_serial: 0,
            transitions: Vec::new(),
        })
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes the policy. Counts of active attempts stay; what a policy remembers starts afresh.
    ///
    /// # Errors
    /// A parameter that is out of its range; nothing has changed then.
    pub fn set_policy(&mut self, policy: Policy) -> Result<(), SettingsError> {
        policy.validate()?;
        if policy == self.settings.policy {
            return Ok(());
        }
        self.settings.policy = policy;
        self.ring = None;
        for backend in &mut self.members.list {
            backend.current_weight = 0;
            backend.latency = fresh_estimate(&self.settings.policy);
        }
        Ok(())
    }

    /// Changes how many backends one call may try.
    ///
    /// # Errors
    /// Zero; nothing has changed then.
    pub fn set_max_attempts(&mut self, max_attempts: u32) -> Result<(), SettingsError> {
        if max_attempts == 0 {
            return Err(SettingsError::ZeroAttempts);
        }
        self.settings.max_attempts = max_attempts;
        Ok(())
    }

    /// Changes how long an attempt may take, in nanoseconds.
    ///
    /// # Errors
    /// Zero; nothing has changed then.
    pub fn set_attempt_timeout(&mut self, attempt_timeout: Nanos) -> Result<(), SettingsError> {
        if attempt_timeout == 0 {
            return Err(SettingsError::ZeroAttemptTimeout);
        }
        self.settings.attempt_timeout = attempt_timeout;
        Ok(())
    }

    /// Adds a backend at the end of the list, up, as HAProxy does. Its first health check comes at a
    /// random phase within the interval, so that the checks of many do not come in step.
    ///
    /// # Errors
    /// The identifier or the name is taken, or the weight is outside 1 to 256.
    pub fn add(
        &mut self,
        now: Nanos,
        id: BackendId,
        name: &str,
        weight: u32,
        rng: &mut impl Rng,
    ) -> Result<(), BackendError> {
        check_weight(weight)?;
        if self.members.place(id).is_some() {
            return Err(BackendError::DuplicateId(id));
        }
        if self.members.has_name(name) {
            return Err(BackendError::DuplicateName(name.to_owned()));
        }
        let mut backend = Backend::new(id, name, weight, self.choices);
        backend.latency = fresh_estimate(&self.settings.policy);
        self.members.push(backend);
        self.ring = None;
        self.schedule_first_check(now, id, rng);
        Ok(())
    }

    /// Removes a backend and returns it as it was last. Attempts that it still has may finish and are then
    /// ignored; so give a later backend another identifier, or it will be credited with them.
    pub fn remove(&mut self, id: BackendId) -> Option<Backend> {
        let removed = self.members.remove(id)?;
        self.ring = None;
        Some(removed)
    }

    /// Changes a backend's weight; what smooth weighted round robin owes it stays.
    ///
    /// # Errors
    /// The backend is unknown, or the weight is outside 1 to 256.
    pub fn set_weight(&mut self, id: BackendId, weight: u32) -> Result<(), BackendError> {
        check_weight(weight)?;
        let place = self.members.place(id).ok_or(BackendError::Unknown(id))?;
        self.members.list[place].weight = weight;
        self.ring = None;
        Ok(())
    }

    /// Gives a backend nothing new; it finishes what it has, and is still checked. False if there is no
    /// such backend.
    pub fn drain(&mut self, id: BackendId) -> bool {
        self.set_draining(id, true)
    }

    /// Ends draining. False if there is no such backend.
    pub fn undrain(&mut self, id: BackendId) -> bool {
        self.set_draining(id, false)
    }

    fn set_draining(&mut self, id: BackendId, draining: bool) -> bool {
        let Some(place) = self.members.place(id) else {
            return false;
        };
        self.members.list[place].draining = draining;
        self.members.rerank();
        true
    }

    /// Picks a backend and counts an attempt on it from now on; tell its end to
    /// [`finished`](Self::finished).
    ///
    /// # Errors
    /// No backend is eligible and untried.
    pub fn pick(
        &mut self,
        now: Nanos,
        request: &Request<'_>,
        rng: &mut impl Rng,
    ) -> Result<BackendId, NoBackend> {
        let choice = self.choose(now, request, rng)?;
        Ok(self.count(choice))
    }

    /// The very choice that [`pick`](Self::pick) would make with the same generator, and why.
    pub fn pick_explained(
        &mut self,
        now: Nanos,
        request: &Request<'_>,
        rng: &mut impl Rng,
    ) -> (Result<BackendId, NoBackend>, Explanation) {
        self.prepare_ring();
        // The scores as the choice finds them, before it changes them.
        let scores = self.scores(now, request);
        let choice = self.choose(now, request, rng);
        let explanation = Explanation::new(self, now, request, &scores, choice);
        (choice.map(|choice| self.count(choice)), explanation)
    }

    fn choose(
        &mut self,
        now: Nanos,
        request: &Request<'_>,
        rng: &mut impl Rng,
    ) -> Result<Choice, NoBackend> {
        self.prepare_ring();
        let mut field = Field::new(&mut self.members, request.tried)?;
        Ok(match self.settings.policy {
            Policy::RoundRobin => round_robin::choose(&mut field, self.choices + 1),
            Policy::SmoothWeightedRoundRobin => smooth_weighted::choose(&mut field),
            Policy::Random => random::choose(&field, rng),
            Policy::LeastRequest => least_request::choose(&mut field),
            Policy::PowerOfTwoChoices => two_choices::choose(&field, rng),
            Policy::PeakEwma { .. } => peak_ewma::choose(&mut field, now, rng),
            Policy::RingHash { .. } => match &self.ring {
                Some(ring) => ring_hash::choose(&field, ring, request.key),
                // `prepare_ring` has just built it.
                None => random::choose(&field, rng),
            },
        })
    }

    fn count(&mut self, choice: Choice) -> BackendId {
        self.choices += 1;
        let backend = &mut self.members.list[choice.place];
        backend.active += 1;
        backend.picked += 1;
        backend.id
    }

    fn prepare_ring(&mut self) {
        if let Policy::RingHash { points_per_weight } = self.settings.policy
            && self.ring.is_none()
        {
            self.ring = Some(Arc::new(Ring::new(&self.members.list, points_per_weight)));
        }
    }

    /// What the policy would compare of each backend in the list at `now`; nothing is disturbed.
    fn scores(&self, now: Nanos, request: &Request<'_>) -> Vec<Option<f64>> {
        let list = &self.members.list;
        let of = |score: &dyn Fn(&Backend) -> Option<f64>| list.iter().map(score).collect();
        match (&self.settings.policy, &self.ring) {
            (Policy::RoundRobin, _) => of(&|b| Some((self.choices - b.turn) as f64)),
            (Policy::SmoothWeightedRoundRobin, _) => {
                of(&|b| Some((b.current_weight + i64::from(b.weight)) as f64))
            }
            (Policy::LeastRequest, _) => of(&|b| Some(f64::from(b.active) / f64::from(b.weight))),
            (Policy::PowerOfTwoChoices, _) => of(&|b| Some(f64::from(b.active))),
            (Policy::PeakEwma { .. }, _) => of(&|b| b.cost_at(now).map(|cost| cost / 1e6)),
            (Policy::RingHash { .. }, Some(ring)) => ring
                .distances(ring_hash::hash_key(request.key), list.len())
                .into_iter()
                .map(|distance| distance.map(|share| share * 100.0))
                .collect(),
            (Policy::Random | Policy::RingHash { .. }, _) => vec![None; list.len()],
        }
    }

    /// An attempt has ended. One of a backend that is no longer listed is ignored.
    pub fn finished(&mut self, now: Nanos, id: BackendId, outcome: Outcome) {
        let Some(place) = self.members.place(id) else {
            return;
        };
        let backend = &mut self.members.list[place];
        backend.active = backend.active.saturating_sub(1);
        let (Outcome::Answered { latency }
        | Outcome::Failed { latency }
        | Outcome::Cancelled { latency }) = outcome;
        if let Some(estimate) = &mut backend.latency {
            estimate.observe(now, latency);
        }
        match outcome {
            Outcome::Answered { .. } => backend.ejection.failures_in_a_row = 0,
            Outcome::Failed { .. } => self.attempt_failed(now, place),
            Outcome::Cancelled { .. } => {}
        }
    }

    /// What has changed in backends' health since the last call, oldest first. They pile up until taken.
    pub fn take_transitions(&mut self) -> Vec<Transition> {
        std::mem::take(&mut self.transitions)
    }

    /// The backends in the order they were added.
    pub fn backends(&self) -> impl Iterator<Item = &Backend> {
        self.members.list.iter()
    }

    /// The backend of that identifier.
    #[must_use]
    pub fn backend(&self, id: BackendId) -> Option<&Backend> {
        self.members.get(id)
    }

    /// Draws the conclusions for a backend and records the change.
    pub(crate) fn record(&mut self, at: Nanos, place: usize, change: Change, because: Because) {
        let backend = &mut self.members.list[place];
        backend.conclude();
        self.transitions.push(Transition {
            at,
            backend: backend.id,
            change,
            because,
        });
        self.members.rerank();
    }
}

fn check_weight(weight: u32) -> Result<(), BackendError> {
    if (1..=256).contains(&weight) {
        Ok(())
    } else {
        Err(BackendError::WeightOutOfRange(weight))
    }
}

/// An estimate for a backend about which nothing is known, if the policy keeps one.
fn fresh_estimate(policy: &Policy) -> Option<PeakEwma> {
    match *policy {
        Policy::PeakEwma { decay } => Some(PeakEwma::new(decay, 0)),
        _ => None,
    }
}

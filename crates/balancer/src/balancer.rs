//! The balancer: its settings, its backends, the choice, and what becomes of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_core::Rng;

use crate::members::Members;
use crate::policy::least_time::ResponseTime;
use crate::policy::memory::{Memory, Seen};
use crate::policy::peak_ewma::PeakEwma;
use crate::{
    Backend, BackendError, BackendId, Because, Change, Explanation, Nanos, NoBackend, Policy,
    Protection, Settings, SettingsError, SlowStart, Standing, Transition,
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
    pub(crate) choices: u64,
    /// How often a count of active attempts has changed.
    pub(crate) moves: u64,
    /// What the policy remembers, and which changes of the list it has heard of.
    pub(crate) memory: Memory,
    pub(crate) seen: Seen,
    /// How many are in slow start.
    pub(crate) warming: u32,
    /// When to look at which backend again. Entries may be stale: looking finds nothing to do.
    pub(crate) timers: BinaryHeap<Reverse<(Nanos, BackendId)>>,
    /// When the backends are compared with each other, if they are.
    pub(crate) next_comparison: Option<Nanos>,
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
        let mut members = Members::default();
        members.rules = settings.standing;
        let mut balancer = Self {
            memory: Memory::of(&settings.policy),
            settings,
            members,
            choices: 0,
            moves: 0,
            seen: Seen::default(),
            warming: 0,
            next_comparison: None,
            timers: BinaryHeap::new(),
            next_serial: 0,
            transitions: Vec::new(),
        };
        balancer.schedule_comparison(0);
        Ok(balancer)
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
        self.memory = Memory::of(&self.settings.policy);
        self.seen = Seen::default();
        for backend in &mut self.members.list {
            backend.current_weight = 0;
            (backend.latency, backend.response_time) = fresh_estimates(&self.settings.policy);
        }
        Ok(())
    }

    /// Changes the rules of backups, priorities and panic.
    ///
    /// # Errors
    /// A setting that is out of its range; nothing has changed then.
    pub fn set_standing(&mut self, standing: Standing) -> Result<(), SettingsError> {
        standing.validate()?;
        self.settings.standing = standing;
        self.members.rules = standing;
        self.members.rerank();
        Ok(())
    }

    /// Changes slow start, or switches it off: who is in it has its whole weight at once.
    ///
    /// # Errors
    /// A setting that is out of its range; nothing has changed then.
    pub fn set_slow_start(&mut self, slow_start: Option<SlowStart>) -> Result<(), SettingsError> {
        if let Some(slow_start) = &slow_start {
            slow_start.validate()?;
        }
        self.settings.slow_start = slow_start;
        if slow_start.is_none() {
            self.warming = 0;
            for backend in &mut self.members.list {
                backend.warming_since = None;
                backend.set_weight(backend.weight);
            }
            self.members.weighed += 1;
        }
        Ok(())
    }

    /// Changes what protects the backends. It is for the host to obey.
    ///
    /// # Errors
    /// A setting that is out of its range; nothing has changed then.
    pub fn set_protection(&mut self, protection: Protection) -> Result<(), SettingsError> {
        protection.validate()?;
        self.settings.protection = protection;
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
        (backend.latency, backend.response_time) = fresh_estimates(&self.settings.policy);
        backend.moved = self.moves;
        self.members.push(backend);
        if self.choices > 0 {
            self.warm_up(now, self.members.list.len() - 1);
        }
        self.schedule_first_check(now, id, rng);
        Ok(())
    }

    /// Removes a backend and returns it as it was last. Attempts that it still has may finish and are then
    /// ignored; so give a later backend another identifier, or it will be credited with them.
    pub fn remove(&mut self, id: BackendId) -> Option<Backend> {
        let removed = self.members.remove(id)?;
        self.warming -= u32::from(removed.warming_since.is_some());
        Some(removed)
    }

    /// Changes a backend's weight; what smooth weighted round robin owes it stays.
    ///
    /// # Errors
    /// The backend is unknown, or the weight is outside 1 to 256.
    pub fn set_weight(&mut self, id: BackendId, weight: u32) -> Result<(), BackendError> {
        check_weight(weight)?;
        let place = self.members.place(id).ok_or(BackendError::Unknown(id))?;
        self.members.list[place].set_weight(weight);
        self.members.listed += 1;
        Ok(())
    }

    /// Changes a backend's priority: 0, as all have it at first, is served first. False if there is no
    /// such backend.
    pub fn set_priority(&mut self, id: BackendId, priority: u8) -> bool {
        let Some(place) = self.members.place(id) else {
            return false;
        };
        self.members.list[place].priority = priority;
        self.members.rerank();
        true
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
        Ok(self.count(now, choice))
    }

    /// The very choice that [`pick`](Self::pick) would make with the same generator, and why.
    pub fn pick_explained(
        &mut self,
        now: Nanos,
        request: &Request<'_>,
        rng: &mut impl Rng,
    ) -> (Result<BackendId, NoBackend>, Explanation) {
        self.prepare(now, rng);
        // The scores as the choice finds them, before it changes them.
        let scores = self.scores(now, request);
        let choice = self.choose(now, request, rng);
        let explanation = Explanation::new(self, now, request, &scores, choice);
        (choice.map(|choice| self.count(now, choice)), explanation)
    }

    /// Whether there is anyone to pick beside those tried.
    #[must_use]
    pub fn has_candidate(&self, tried: &[BackendId]) -> bool {
        let stands = |it: &Backend| it.stands() && !tried.contains(&it.id);
        self.members.list.iter().any(stands)
    }

    /// What a choice at `now` would be and why, with every candidate's score, without making it: the
    /// balancer and whoever asks for its choices are not disturbed. Chance is drawn from the generator
    /// given; of a policy without chance it is the very choice that would be made.
    #[must_use]
    pub fn explain(&self, now: Nanos, request: &Request<'_>, rng: &mut impl Rng) -> Explanation {
        self.clone().pick_explained(now, request, rng).1
    }

    /// Whom to ask for their load now, for the policies that probe. Tell the answers to
    /// [`load_report`](Self::load_report).
    pub fn take_load_probes(&mut self) -> Vec<BackendId> {
        match &mut self.memory {
            Memory::Probes(pool) => std::mem::take(&mut pool.wanted),
            _ => Vec::new(),
        }
    }

    /// A backend has said how many requests it has in flight, and about how long one takes that begins
    /// now, in nanoseconds. Ignored by policies that do not probe.
    pub fn load_report(&mut self, now: Nanos, id: BackendId, in_flight: u32, latency: Nanos) {
        if let Memory::Probes(pool) = &mut self.memory
            && self.members.place(id).is_some()
        {
            pool.answered(now, id, in_flight, latency);
        }
    }

    /// An attempt has ended. One of a backend that is no longer listed is ignored.
    pub fn finished(&mut self, now: Nanos, id: BackendId, outcome: Outcome) {
        let Some(place) = self.members.place(id) else {
            return;
        };
        self.moves += 1;
        let backend = &mut self.members.list[place];
        backend.active = backend.active.saturating_sub(1);
        backend.moved = self.moves;
        let (Outcome::Answered { latency }
        | Outcome::Failed { latency }
        | Outcome::Cancelled { latency }) = outcome;
        if let Some(estimate) = &mut backend.latency {
            estimate.observe(now, latency);
        }
        let tally = &mut backend.ejection.tally;
        match outcome {
            Outcome::Answered { .. } => {
                tally.answered = tally.answered.saturating_add(1);
                backend.ejection.failures_in_a_row = 0;
                if let Some(time) = &mut backend.response_time {
                    time.observe(latency);
                }
                if let Some(rule) = self.settings.ejection.and_then(|it| it.max_fails)
                    && backend.ejection.fails.succeeded(&rule)
                    && backend.ejection.until.is_some()
                {
                    backend.ejection.restore(now);
                    self.record(now, place, Change::Restored, Because::TrialPassed);
                }
            }
            Outcome::Failed { .. } => {
                tally.failed = tally.failed.saturating_add(1);
                if let Some(time) = &mut backend.response_time {
                    time.failed(now);
                }
                self.attempt_failed(now, place);
            }
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
        if matches!(change, Change::Up | Change::Restored) {
            self.warm_up(at, place);
        }
    }
}

fn check_weight(weight: u32) -> Result<(), BackendError> {
    if (1..=256).contains(&weight) {
        Ok(())
    } else {
        Err(BackendError::WeightOutOfRange(weight))
    }
}

/// Estimates for a backend about which nothing is known, if the policy keeps any.
fn fresh_estimates(policy: &Policy) -> (Option<PeakEwma>, Option<ResponseTime>) {
    match *policy {
        Policy::PeakEwma { decay } => (Some(PeakEwma::new(decay, 0)), None),
        Policy::LeastTime => (None, Some(ResponseTime::default())),
        _ => (None, None),
    }
}

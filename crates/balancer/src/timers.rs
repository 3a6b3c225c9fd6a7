//! The balancer in time: health checks sent, answered and given up, ejections begun and ended.

use std::cmp::Reverse;

use rand_core::Rng;
use xxhash_rust::xxh64::xxh64;

use crate::health::Tally;
use crate::uniform::phase;
use crate::{
    Backend, BackendId, Balancer, Because, Change, CheckId, Ejection, Health, HealthCheck, Nanos,
    Probe, SettingsError,
};

impl Balancer {
    /// When [`handle_timer`](Self::handle_timer) wants to be called. It may change with every call of
    /// any other method that takes `&mut self`; calling early, late or needlessly does no harm.
    #[must_use]
    pub fn next_timer(&self) -> Option<Nanos> {
        let first = self.timers.peek().map(|&Reverse((at, _))| at);
        first.into_iter().chain(self.next_comparison).min()
    }

    /// Gives up checks that were not answered in time, ends ejections that are over, and returns the
    /// health checks to be sent now.
    pub fn handle_timer(&mut self, now: Nanos) -> Vec<Probe> {
        let mut probes = Vec::new();
        while let Some(&Reverse((at, id))) = self.timers.peek()
            && at <= now
        {
            self.timers.pop();
            if let Some(place) = self.members.place(id) {
                self.look_after(now, place, &mut probes);
            }
        }
        if self.next_comparison.is_some_and(|at| at <= now) {
            self.compare(now);
        }
        probes
    }

    /// Does whatever is due for one backend.
    fn look_after(&mut self, now: Nanos, place: usize, probes: &mut Vec<Probe>) {
        if let Some((_, deadline)) = self.members.list[place].check.under_way
            && deadline <= now
        {
            self.check_done(now, place, false, true);
        }
        if self.members.list[place]
            .ejection
            .until
            .is_some_and(|until| until <= now)
        {
            self.members.list[place].ejection.restore(now);
            self.record(now, place, Change::Restored, Because::EjectionEnded);
        }
        let Some(settings) = self.settings.health_check else {
            return;
        };
        let backend = &mut self.members.list[place];
        let Some(due) = backend.check.next else {
            return;
        };
        if due > now || backend.check.under_way.is_some() {
            return;
        }
        let check = CheckId {
            backend: backend.id,
            serial: self.next_serial,
        };
        self.next_serial += 1;
        let deadline = now.saturating_add(settings.timeout);
        backend.check.under_way = Some((check, deadline));
        // Keeps its phase, and skips what a late call has missed rather than catching up in a burst.
        let missed = (now - due) / settings.interval;
        let next = due.saturating_add(settings.interval.saturating_mul(missed + 1));
        // A check that was sent late must not be overtaken by the next one.
        let next = next.max(deadline);
        backend.check.next = Some(next);
        backend.check.due = due;
        self.timers.push(Reverse((deadline, check.backend)));
        self.timers.push(Reverse((next, check.backend)));
        probes.push(Probe {
            backend: check.backend,
            check,
        });
    }

    /// The answer to a health check: whether it says that the backend is well. One that is unknown, was
    /// answered before, or comes at or after its timeout is ignored.
    pub fn probe_result(&mut self, now: Nanos, check: CheckId, passed: bool) {
        let Some(place) = self.members.place(check.backend) else {
            return;
        };
        match self.members.list[place].check.under_way {
            Some((under_way, deadline)) if under_way == check && now < deadline => {
                self.check_done(now, place, passed, false);
            }
            _ => {}
        }
    }

    fn check_done(&mut self, now: Nanos, place: usize, passed: bool, timed_out: bool) {
        let Some(settings) = self.settings.health_check else {
            return;
        };
        let backend = &mut self.members.list[place];
        let check_of = backend.id;
        backend.check.under_way = None;
        if passed {
            backend.checks_passed += 1;
        } else {
            backend.checks_failed += 1;
        }
        let changed = backend.check.take(now, passed, &settings);
        let pace = backend.check.pace(&settings);
        if pace != settings.interval {
            let next = backend.check.due.saturating_add(pace).max(now);
            backend.check.next = Some(next);
            self.timers.push(Reverse((next, check_of)));
        }
        if !changed {
            return;
        }
        let backend = &mut self.members.list[place];
        if passed {
            // What failed before it went down says nothing about the one that came back.
            backend.ejection.failures_in_a_row = 0;
            let because = Because::ChecksPassed {
                rise: settings.rise,
            };
            self.record(now, place, Change::Up, because);
        } else {
            let because = Because::ChecksFailed {
                fall: settings.fall,
                timed_out,
            };
            self.record(now, place, Change::Down, because);
        }
    }

    /// Counts a failed attempt, and ejects when there have been enough.
    pub(crate) fn attempt_failed(&mut self, now: Nanos, place: usize) {
        let Some(settings) = self.settings.ejection else {
            return;
        };
        let backend = &mut self.members.list[place];
        if let (Some(rule), Some(until)) = (settings.max_fails, &mut backend.ejection.until)
            && backend.ejection.fails.failed(now) >= rule.max_fails
        {
            *until = now.saturating_add(rule.fail_timeout).max(*until);
            self.timers.push(Reverse((*until, backend.id)));
            backend.conclude();
            return;
        }
        if backend.health != Health::Up {
            // Attempts given to it before it was taken out say nothing new.
            return;
        }
        backend.ejection.failures_in_a_row += 1;
        let (n, most) = match settings.max_fails {
            Some(rule) => (backend.ejection.fails.failed(now), rule.max_fails),
            None => (
                backend.ejection.failures_in_a_row,
                settings.consecutive_failures,
            ),
        };
        if n < most {
            return;
        }
        let enforced = settings.enforced_percent;
        if !self.eject(now, place, enforced, |times_base| {
            match settings.max_fails {
                Some(_) => Because::Failures { n },
                None => Because::ConsecutiveFailures { n, times_base },
            }
        }) {
            // Envoy, too, starts counting anew when the share that may be ejected is used up.
            self.members.list[place].ejection.failures_in_a_row = 0;
        }
    }

    /// Ejects a backend if the share that may be ejected allows it, and in so many percent of the cases.
    pub(crate) fn eject(
        &mut self,
        now: Nanos,
        place: usize,
        enforced_percent: u32,
        because: impl FnOnce(u32) -> Because,
    ) -> bool {
        let Some(settings) = self.settings.ejection else {
            return false;
        };
        let out = |it: &&Backend| it.ejection.until.is_some();
        let ejected = self.members.list.iter().filter(out).count();
        if !settings.allows_another(ejected, self.members.list.len()) {
            return false;
        }
        let backend = &mut self.members.list[place];
        let drawn = xxh64(backend.name.as_bytes(), now);
        // The high half decides whether, the low one how long.
        if drawn >> 32 >= (u64::from(enforced_percent) << 32) / 100 {
            return false;
        }
        let (until, times_base) = backend.ejection.eject(now, &settings, drawn);
        self.timers.push(Reverse((until, backend.id)));
        self.record(now, place, Change::Ejected { until }, because(times_base));
        true
    }

    /// Compares the backends with each other and starts counting anew.
    fn compare(&mut self, now: Nanos) {
        let Some(settings) = self.settings.ejection.filter(Ejection::compares) else {
            self.next_comparison = None;
            return;
        };
        self.next_comparison = Some(now.saturating_add(settings.interval));
        let tallies: Vec<Tally> = self
            .members
            .list
            .iter_mut()
            .map(|backend| {
                let tally = std::mem::take(&mut backend.ejection.tally);
                // As in Envoy: who is out already neither counts as a host nor moves the mean.
                let out = backend.ejection.until.is_some();
                if out { Tally::default() } else { tally }
            })
            .collect();
        let rule = settings.success_rate;
        let least = rule.and_then(|rule| rule.threshold(tallies.iter().copied()));
        let (volume, enforced) = rule.map_or((0, 0), |it| (it.request_volume, it.enforced_percent));
        let rule = settings.failure_percentage;
        let rule = rule.filter(|rule| rule.applies(tallies.iter().copied()));
        for (place, tally) in tallies.into_iter().enumerate() {
            if self.members.list[place].health != Health::Up {
                continue;
            }
            let rate = tally.success_rate();
            let ejected = least.is_some_and(|threshold| {
                // Rounded apart: nothing is below itself.
                let because = Because::SuccessRate {
                    rate: rate as u32,
                    threshold: libm::ceil(threshold) as u32,
                };
                let below = tally.volume() >= volume && rate < threshold;
                below && self.eject(now, place, enforced, |_| because)
            });
            // In Envoy each rule looks for itself: one that ejects nobody hides nobody.
            if ejected {
                continue;
            }
            if let Some(rule) = rule.filter(|rule| rule.condemns(tally)) {
                let percent = (100.0 - rate) as u32;
                self.eject(now, place, rule.enforced_percent, |_| {
                    Because::FailurePercentage { percent }
                });
            }
        }
    }

    /// Starts or stops the clock of comparisons, as the settings say.
    pub(crate) fn schedule_comparison(&mut self, now: Nanos) {
        let compares = self.settings.ejection.filter(Ejection::compares);
        self.next_comparison = match (compares, self.next_comparison) {
            (None, _) => None,
            (Some(settings), None) => Some(now.saturating_add(settings.interval)),
            (Some(settings), Some(at)) => Some(at.min(now.saturating_add(settings.interval))),
        };
    }

    pub(crate) fn schedule_first_check(&mut self, now: Nanos, id: BackendId, rng: &mut impl Rng) {
        let (Some(settings), Some(place)) = (self.settings.health_check, self.members.place(id))
        else {
            return;
        };
        let first = now.saturating_add(phase(rng, settings.interval));
        self.members.list[place].check.next = Some(first);
        self.timers.push(Reverse((first, id)));
    }

    /// Changes the health checks, or switches them off. Each backend's checks start again at a random
    /// phase; who is down stays down until it passes, or comes up at once if checks are switched off.
    ///
    /// # Errors
    /// A setting that is out of its range; nothing has changed then.
    pub fn set_health_check(
        &mut self,
        now: Nanos,
        health_check: Option<HealthCheck>,
        rng: &mut impl Rng,
    ) -> Result<(), SettingsError> {
        if let Some(settings) = &health_check {
            settings.validate()?;
        }
        if health_check == self.settings.health_check {
            return Ok(());
        }
        self.settings.health_check = health_check;
        for place in 0..self.members.list.len() {
            let backend = &mut self.members.list[place];
            let id = backend.id;
            backend.check.under_way = None;
            backend.check.next = None;
            backend.check.passed_in_a_row = 0;
            backend.check.failed_in_a_row = 0;
            if health_check.is_none() && backend.check.down_since.take().is_some() {
                self.record(now, place, Change::Up, Because::ChecksSwitchedOff);
            }
            self.schedule_first_check(now, id, rng);
        }
        Ok(())
    }

    /// Changes passive ejection, or switches it off. Who is ejected serves its time, or comes back at
    /// once if ejection is switched off.
    ///
    /// # Errors
    /// A setting that is out of its range; nothing has changed then.
    pub fn set_ejection(
        &mut self,
        now: Nanos,
        ejection: Option<Ejection>,
    ) -> Result<(), SettingsError> {
        if let Some(settings) = &ejection {
            settings.validate()?;
        }
        self.settings.ejection = ejection;
        self.schedule_comparison(now);
        if ejection.is_some() {
            return Ok(());
        }
        for place in 0..self.members.list.len() {
            let state = &mut self.members.list[place].ejection;
            state.failures_in_a_row = 0;
            state.tally = Tally::default();
            if state.until.is_some() {
                state.restore(now);
                self.record(now, place, Change::Restored, Because::EjectionSwitchedOff);
            }
        }
        Ok(())
    }
}

//! The books: ledger, traces, incidents, marks and measurements.

use super::World;
use super::entities::{CallKey, Exchange, LiveCall, RoleState};
use super::proxies::server_of;
use crate::ids::NodeId;
use crate::incident::{Detection, Incident, IncidentKind};
use crate::ledger::Ledger;
use crate::metrics::{Census, SLICE, ServerLoad, Tone, WINDOW};
use crate::record::{Attempt, CallId, CallRecord, Course, Outcome, Reason, Step, What};
use crate::time::{Nanos, seconds};
use crate::view::Life;
use balancer::{Change, Transition};
use rpc::procedure::Arguments;
use rpc::status::Status;

pub(super) const CALLS_KEPT: usize = 400;
const INCIDENTS_KEPT: usize = 500;
const DETECTIONS_KEPT: usize = 200;
const HISTORY: usize = (WINDOW / SLICE) as usize + 1;

impl World {
    /// Counts what is there, and sets it beside what was booked.
    pub(super) fn take_stock(&self) -> Ledger {
        let live = self.calls.values().map(|call| {
            call.record
                .attempts
                .iter()
                .filter(|it| it.outcome == Outcome::InFlight)
                .count()
        });
        let orphans = self
            .exchanges
            .values()
            .filter(|exchange| exchange.orphan)
            .count();
        Ledger {
            calls: self.call_tally,
            attempts: self.attempt_tally,
            calls_in_flight: self.calls.len() as u64,
            attempts_in_flight: (live.sum::<usize>() + orphans) as u64,
            rerouted: self.rerouted,
        }
    }

    /// The record of a call, while it is under way.
    pub(super) fn record_mut(&mut self, key: CallKey, id: u64) -> Option<&mut CallRecord> {
        self.calls
            .get_mut(key)
            .map(|call| &mut *call.record)
            .filter(|record| record.id == id)
    }

    pub(super) fn is_live(&self, key: CallKey, id: u64) -> bool {
        self.calls.get(key).is_some_and(|call| call.record.id == id)
    }

    /// The record of a call that begins now, in the place and with the lists of one that is kept no
    /// longer.
    pub(super) fn begin_record(
        &mut self,
        id: CallId,
        lan: NodeId,
        client: u32,
        arguments: Arguments,
    ) -> Box<CallRecord> {
        let began = self.now;
        match self.spare_records.take() {
            Some(mut record) => {
                record.id = id;
                record.lan = lan;
                record.client = client;
                record.arguments = arguments;
                record.began = began;
                record.ended = None;
                record.outcome = Outcome::InFlight;
                record.value = None;
                record
            }
            None => Box::new(CallRecord {
                id,
                lan,
                client,
                arguments,
                began,
                ended: None,
                outcome: Outcome::InFlight,
                value: None,
                attempts: Vec::new(),
                steps: Vec::new(),
                wires: Vec::new(),
            }),
        }
    }

    /// Writes a step down in its call's trace.
    #[inline]
    pub(super) fn note(&mut self, key: CallKey, id: u64, step: Step) {
        if self.recording {
            self.write_down(key, id, step);
        }
    }

    #[cold]
    fn write_down(&mut self, key: CallKey, id: u64, step: Step) {
        if let Some(record) = self.record_mut(key, id) {
            record.steps.push(step);
        }
    }

    /// Begins an attempt of a call; its number.
    pub(super) fn begin_attempt(&mut self, key: CallKey) -> u32 {
        let now = self.now;
        let Some(call) = self.calls.get_mut(key) else {
            return 0;
        };
        let number = call.record.attempts.len() as u32 + 1;
        call.record.attempts.push(Attempt {
            number,
            began: now,
            ended: None,
            server: None,
            outcome: Outcome::InFlight,
            reason: None,
        });
        self.attempt_tally.sent += 1;
        if number > 1 {
            self.metrics.running().extra_attempts += 1;
        }
        number
    }

    /// A server was chosen for an attempt.
    pub(super) fn attempt_sent_to(&mut self, key: CallKey, id: u64, number: u32, server: NodeId) {
        let mut rerouted = false;
        if let Some(record) = self.record_mut(key, id)
            && let Some(place) = record.attempts.iter().position(|it| it.number == number)
        {
            let already = place > 0 && Course::of(&record.attempts) == Course::Rerouted;
            record.attempts[place].server = Some(server);
            rerouted = place > 0 && !already && Course::of(&record.attempts) == Course::Rerouted;
        }
        self.rerouted += u64::from(rerouted);
        if !self.alive(server)
            && let Some(server) = self.server_mut(server)
        {
            server.sent_while_dead += 1;
        }
    }

    /// Ends what is under way of a call's attempts, as its client sees it. (A late request and its
    /// repetition can both be under way behind a balancer.)
    pub(super) fn end_attempts(&mut self, key: CallKey, outcome: Outcome, reason: Option<Reason>) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let attempts = call.record.attempts.iter_mut();
        for attempt in attempts.filter(|it| it.outcome == Outcome::InFlight) {
            attempt.end(now, outcome, reason);
            self.attempt_tally.book(outcome);
        }
    }

    /// Ends one attempt of a call, if it is under way.
    pub(super) fn end_attempt(
        &mut self,
        key: CallKey,
        id: u64,
        number: u32,
        outcome: Outcome,
        reason: Option<Reason>,
    ) {
        let now = self.now;
        let Some(record) = self.record_mut(key, id) else {
            return;
        };
        let mut attempts = record.attempts.iter_mut();
        let found = attempts.find(|it| it.number == number && it.outcome == Outcome::InFlight);
        let Some(attempt) = found else { return };
        attempt.end(now, outcome, reason);
        self.attempt_tally.book(outcome);
    }

    /// Ends the attempt that an upstream exchange was.
    pub(super) fn close_attempt(
        &mut self,
        exchange: &Exchange,
        outcome: Outcome,
        reason: Option<Reason>,
    ) {
        if exchange.orphan {
            self.orphan_ended(exchange, Some(outcome));
            return;
        }
        let (call, id) = (exchange.about.call, exchange.about.call_id);
        self.end_attempt(call, id, exchange.about.attempt, outcome, reason);
    }

    /// Books the end of an attempt whose call had ended before it began.
    pub(super) fn orphan_ended(&mut self, exchange: &Exchange, outcome: Option<Outcome>) {
        if exchange.orphan {
            self.attempt_tally
                .book(outcome.unwrap_or(Outcome::Failed(Status::Unavailable)));
        }
    }

    /// Books the end of a call.
    pub(super) fn book_call(&mut self, call: LiveCall, outcome: Outcome) {
        let now = self.now;
        let mut record = call.record;
        record.ended = Some(now);
        record.outcome = outcome;
        let number = record.attempts.len() as u32;
        if self.recording {
            let what = What::Finished { outcome };
            record.steps.push(Step {
                at: now,
                attempt: number,
                what,
            });
        }
        self.call_tally.book(outcome);
        let latency = now - record.began;
        let slice = self.metrics.running();
        match outcome {
            Outcome::Answered(Status::Ok) => slice.good += 1,
            Outcome::Answered(_) => slice.errors += 1,
            Outcome::Shed => slice.shed += 1,
            Outcome::Failed(_) | Outcome::InFlight => slice.failed += 1,
        }
        if let Outcome::Answered(_) = outcome {
            self.metrics.answered(record.began, latency);
        } else {
            let last = record.attempts.last();
            let reason = last.and_then(|attempt| attempt.reason).or(call.last_reason);
            let status = match outcome {
                Outcome::Failed(status) => status,
                _ => Status::ResourceExhausted,
            };
            self.tell(IncidentKind::CallFailed {
                call: record.id,
                lan: record.lan,
                server: last.and_then(|attempt| attempt.server),
                status,
                reason: reason.unwrap_or(Reason::Deadline),
                after: latency,
                attempts: number,
                shed: outcome == Outcome::Shed,
            });
        }
        self.hash(record.id ^ u64::from(number) << 48);
        if self.finished.len() >= self.calls_kept
            && let Some(mut oldest) = self.finished.pop_front()
        {
            oldest.attempts.clear();
            oldest.steps.clear();
            for wire in oldest.wires.drain(..) {
                self.buffers.give_back(wire.bytes);
            }
            self.spare_records.put(oldest);
        }
        self.finished.push_back(record);
    }

    /// Tells of something that a spectator should know.
    #[cold]
    pub(super) fn tell(&mut self, kind: IncidentKind) {
        self.incidents_told += 1;
        if self.incidents.len() == INCIDENTS_KEPT {
            self.incidents.pop_front();
        }
        self.incidents.push_back(Incident {
            number: self.incidents_told,
            at: self.now,
            kind,
        });
    }

    /// A balancer has changed its mind about a server.
    #[cold]
    pub(super) fn on_transition(&mut self, node: NodeId, transition: Transition) {
        let now = self.now;
        let server = server_of(transition.backend);
        let life = self.node_ref(server).map(|it| it.life);
        let out = matches!(transition.change, Change::Down | Change::Ejected { .. });
        let gap = match life {
            Some(Life::Dead { since, .. }) if out => {
                let attempts_sent = self.server_ref(server).map_or(0, |it| it.sent_while_dead);
                let known = self
                    .detections
                    .iter()
                    .any(|it| it.balancer == node && it.server == server && it.died == since);
                if !known {
                    if self.detections.len() == DETECTIONS_KEPT {
                        self.detections.remove(0);
                    }
                    self.detections.push(Detection {
                        balancer: node,
                        server,
                        died: since,
                        detected: now,
                        attempts_sent,
                    });
                }
                Some(now - since)
            }
            Some(Life::Up) if !out => self
                .server_ref(server)
                .and_then(|it| it.revived)
                .map(|revived| now - revived),
            _ => None,
        };
        let name = self.name(server);
        let (label, tone) = match transition.change {
            Change::Down => (format!("{name} found down"), Tone::Harm),
            Change::Ejected { .. } => (format!("{name} ejected"), Tone::Harm),
            Change::Up => (format!("{name} found up"), Tone::Recovery),
            Change::Restored => (format!("{name} back in"), Tone::Recovery),
        };
        self.metrics.mark(now, label, tone);
        self.metrics.changed(now);
        self.tell(IncidentKind::Health {
            balancer: node,
            server,
            transition,
            gap,
        });
    }

    /// Ends a slice of the series.
    #[cold]
    pub(super) fn end_slice(&mut self) {
        let end = self.metrics.slice_end();
        let mut loads = Vec::new();
        let mut servers_up = 0;
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let Some(node) = node else { continue };
            let RoleState::Server(server) = &mut node.role else {
                continue;
            };
            servers_up += u32::from(node.life == Life::Up);
            server.account(end);
            if server.history.len() == HISTORY {
                server.history.pop_front();
            }
            server.history.push_back((server.arrived, server.busy));
            let (arrived, busy) = server.history.front().copied().unwrap_or_default();
            let span = SLICE * (server.history.len() as Nanos - 1);
            let cores = u64::from(server.spec.cores);
            let share = if span == 0 { 0.0 } else { 1.0 / seconds(span) };
            loads.push(ServerLoad {
                server: NodeId(index as u32),
                rate: (server.arrived - arrived) as f64 * share,
                utilisation: (seconds(server.busy - busy) * share / cores as f64).min(1.0),
            });
        }
        self.metrics.roll(Census { servers_up, loads });
    }
}

impl Attempt {
    fn end(&mut self, now: Nanos, outcome: Outcome, reason: Option<Reason>) {
        self.outcome = outcome;
        self.reason = reason;
        self.ended = Some(now);
    }
}

impl crate::ledger::Tally {
    fn book(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered(_) => self.answered += 1,
            Outcome::Shed => self.shed += 1,
            Outcome::Failed(status) => {
                self.failed += 1;
                self.given_up += u64::from(status == Status::Cancelled);
            }
            Outcome::InFlight => self.failed += 1,
        }
    }
}

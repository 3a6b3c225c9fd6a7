//! Clients: when they call, what they ask, and what they make of the outcome.

use super::World;
use super::entities::{
    About, CallKey, Client, Event, Exchange, Lan, LiveCall, Node, Party, Purpose, RoleState,
};
use super::exchanges::Begin;
use crate::distribution::{exponential, uniform};
use crate::ids::NodeId;
use crate::incident::IncidentKind;
use crate::record::{Outcome, Reason, Step, What};
use crate::scenario::{Load, Operation};
use crate::streams::stream;
use crate::time::{MILLISECOND, Nanos, from_seconds, seconds};
use crate::workload;
use balancer::protection::{Budget, Underway};
use rand_core::Rng;
use rpc::message::{Call, Reply};
use rpc::retry::{AttemptFailure, Obstacle, Verdict};
use rpc::status::Status;

/// How long it takes a user to notice that a call has failed as soon as it was made.
const NOTICING: Nanos = MILLISECOND;

impl Client {
    pub(super) fn new(seed: u64, lan: &str, index: u32) -> Self {
        let name = format!("{lan}/{index}");
        Self {
            arrivals: stream(seed, &name, "arrivals"),
            work: stream(seed, &name, "work"),
            retries: stream(seed, &name, "retries"),
            pools: Vec::new(),
            budget: None,
            turn: index,
            due: None,
            origin: 0.0,
            periods: 0,
        }
    }
}

/// A LAN's state, where more than that of the world is at hand.
fn lan_in(nodes: &mut [Option<Node>], id: NodeId) -> Option<&mut Lan> {
    match &mut nodes.get_mut(id.0 as usize)?.as_mut()?.role {
        RoleState::Lan(lan) => Some(lan),
        _ => None,
    }
}

impl World {
    /// Sets every client of a LAN going, from now. Evenly spaced clients are offset against each
    /// other, so that the LAN as a whole is evenly spaced too.
    pub(super) fn start_clients(&mut self, lan: NodeId) {
        let now = self.now;
        let Some(RoleState::Lan(state)) = self.node_mut(lan).map(|node| &mut node.role) else {
            return;
        };
        let load = state.spec.load;
        let count = state.clients.len();
        let period = period(load, count);
        for (index, client) in state.clients.iter_mut().enumerate() {
            let offset = period.unwrap_or(0.0) * (index + 1) as f64 / count as f64;
            client.origin = now as f64 + offset;
            client.periods = 0;
        }
        for index in 0..count {
            self.schedule_arrival(lan, index as u32);
        }
    }

    /// Goes over to another load. The share of an evenly spaced client's period that has gone by
    /// is kept, so that changing the rate again and again neither delays nor hastens it.
    pub(super) fn change_load(&mut self, lan: NodeId, load: Load) {
        let now = self.now;
        let Some(RoleState::Lan(state)) = self.node_mut(lan).map(|node| &mut node.role) else {
            return;
        };
        let count = state.clients.len();
        let (before, after) = (period(state.spec.load, count), period(load, count));
        state.spec.load = load;
        let mut timers = Vec::with_capacity(count);
        for (index, client) in state.clients.iter_mut().enumerate() {
            if let (Some(before), Some(after)) = (before, after) {
                let rest = client
                    .due
                    .map_or((index + 1) as f64 / count as f64, |(_, due)| {
                        (due - now) as f64 / before
                    });
                client.origin = now as f64 + rest * after;
            } else if let Some(after) = after {
                client.origin = now as f64 + after * (index + 1) as f64 / count as f64;
            }
            client.periods = 0;
            timers.extend(client.due.take());
        }
        for (timer, _) in timers {
            self.queue.cancel(timer);
        }
        for index in 0..count as u32 {
            // A closed client with a call out thinks when that has ended.
            if !matches!(load, Load::Closed { .. }) || !self.has_call_out(lan, index) {
                self.schedule_arrival(lan, index);
            }
        }
    }

    fn has_call_out(&self, lan: NodeId, client: u32) -> bool {
        self.calls
            .values()
            .any(|call| call.record.lan == lan && call.record.client == client)
    }

    fn schedule_arrival(&mut self, lan: NodeId, index: u32) {
        self.schedule_arrival_after(lan, index, 0);
    }

    /// As [`schedule_arrival`](Self::schedule_arrival); a closed client pauses at least so long.
    fn schedule_arrival_after(&mut self, lan: NodeId, index: u32, least_pause: Nanos) {
        let now = self.now;
        let Some(state) = lan_in(&mut self.nodes, lan) else {
            return;
        };
        let (load, count) = (state.spec.load, state.clients.len());
        let Some(client) = state.clients.get_mut(index as usize) else {
            return;
        };
        let at = match load {
            Load::Poisson { rate } if rate > 0.0 => {
                let mean = count as f64 / rate;
                now.saturating_add(from_seconds(mean * exponential(&mut client.arrivals)))
            }
            Load::Constant { rate } if rate > 0.0 => {
                let period = count as f64 / rate * 1e9;
                let at = client.origin + client.periods as f64 * period;
                client.periods += 1;
                (libm::round(at) as Nanos).max(now)
            }
            Load::Poisson { .. } | Load::Constant { .. } => return,
            Load::Closed { think } => {
                let pause = from_seconds(seconds(think) * exponential(&mut client.arrivals));
                now.saturating_add(pause.max(least_pause))
            }
        };
        let timer = self
            .queue
            .schedule(at, Event::Arrival { lan, client: index });
        client.due = Some((timer, at));
    }

    pub(super) fn on_arrival(&mut self, lan: NodeId, index: u32) {
        let Some(state) = lan_in(&mut self.nodes, lan) else {
            return;
        };
        let closed = matches!(state.spec.load, Load::Closed { .. });
        if let Some(client) = state.clients.get_mut(index as usize) {
            client.due = None;
        }
        if !closed {
            self.schedule_arrival(lan, index);
        }
        self.make_call(lan, index);
    }

    fn make_call(&mut self, lan: NodeId, index: u32) {
        let now = self.now;
        let Some(state) = lan_in(&mut self.nodes, lan) else {
            return;
        };
        let Some(client) = state.clients.get_mut(index as usize) else {
            return;
        };
        let Some(operation) = choose(&self.settings.workload, &mut client.work) else {
            return;
        };
        let arguments = workload::arguments(operation.procedure, &mut client.work);
        let work = operation.demand.sample(&mut client.work);
        // Drawn whether it is used or not: the draws that follow are the same.
        let key = client.work.next_u64();
        let key = self.settings.call_policy.idempotency_keys.then_some(key);
        if let Some(terms) = self.settings.call_policy.retry_budget {
            let budget = client
                .budget
                .get_or_insert_with(|| Budget::new(super::guards::client_budget(terms)));
            budget.called(now);
        }
        state.sent += 1;
        state.in_flight += 1;
        self.calls_made += 1;
        self.call_tally.sent += 1;
        self.metrics.running().sent += 1;
        let id = self.calls_made;
        let deadline = now.saturating_add(self.settings.call_policy.deadline);
        let record = self.begin_record(id, lan, index, arguments);
        let call = self.calls.insert(LiveCall {
            record,
            deadline,
            deadline_timer: None,
            backoff: None,
            exchange: None,
            key,
            work,
            client_attempts: 0,
            last_reason: None,
        });
        let timer = self
            .queue
            .schedule_in_line(deadline, Event::CallDeadline(call));
        if let Some(live) = self.calls.get_mut(call) {
            live.deadline_timer = Some(timer);
        }
        self.note(
            call,
            id,
            Step {
                at: now,
                attempt: 1,
                what: What::Called { lan, client: index },
            },
        );
        self.start_attempt(call);
    }

    /// Tries a call, for the first time or again.
    pub(super) fn start_attempt(&mut self, key: CallKey) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        call.backoff = None;
        call.client_attempts += 1;
        let (lan, client, id) = (call.record.lan, call.record.client, call.record.id);
        let left = call.deadline.saturating_sub(now);
        let request = Call {
            id: id as u32,
            arguments: call.record.arguments.clone(),
            timeout: Some(left),
            idempotency_key: call.key,
            forwarded_for: None,
        };
        let work = call.work;
        let attempt = self.begin_attempt(key);
        let Some(target) = self.next_endpoint(lan, client) else {
            self.client_attempt_over(key, Reason::Refused, false);
            return;
        };
        if self.server_ref(target).is_some() {
            self.attempt_sent_to(key, id, attempt, target);
        }
        let bytes = self.written(|settings, out| {
            settings
                .encoding
                .encode_call(&request, &settings.service, out);
        });
        let exchange = self.begin_exchange(Begin {
            purpose: Purpose::Client,
            about: About::request(key, id, attempt, work),
            caller: Party { node: lan, client },
            callee: target,
            id: request.id,
            bytes,
            timeout: self.settings.call_policy.attempt_timeout.min(left),
            orphan: false,
        });
        if let Some(call) = self.calls.get_mut(key) {
            call.exchange = Some(exchange);
        }
    }

    /// The next of the service's addresses, in turn: what a client makes of several A records.
    fn next_endpoint(&mut self, lan: NodeId, index: u32) -> Option<NodeId> {
        let state = lan_in(&mut self.nodes, lan)?;
        let client = state.clients.get_mut(index as usize)?;
        let count = self.endpoints.len() as u32;
        let turn = client.turn.checked_rem(count)?;
        client.turn = client.turn.wrapping_add(1);
        self.endpoints.get(turn as usize).copied()
    }

    pub(super) fn on_client_reply(&mut self, exchange: &Exchange, reply: Reply) {
        let Some(call) = self.calls.get_mut(exchange.about.call) else {
            return;
        };
        call.exchange = None;
        match reply.result {
            Ok(value) => {
                self.end_attempts(exchange.about.call, Outcome::Answered(Status::Ok), None);
                if let Some(call) = self.calls.get_mut(exchange.about.call) {
                    call.record.value = Some(value);
                }
                self.finish_call(exchange.about.call, Outcome::Answered(Status::Ok));
            }
            Err(failure) if is_of_transport(failure.status) => {
                let reason = reason_of(failure.status);
                self.client_attempt_over(exchange.about.call, reason, true);
            }
            Err(failure) => {
                let outcome = Outcome::Answered(failure.status);
                self.end_attempts(exchange.about.call, outcome, None);
                self.finish_call(exchange.about.call, outcome);
            }
        }
    }

    #[cold]
    pub(super) fn on_client_failure(&mut self, exchange: &Exchange, reason: Reason) {
        if let Some(call) = self.calls.get_mut(exchange.about.call) {
            call.exchange = None;
            self.client_attempt_over(exchange.about.call, reason, exchange.sent);
        }
    }

    /// A try of the client's has failed: again, or give up.
    #[cold]
    fn client_attempt_over(&mut self, key: CallKey, reason: Reason, sent: bool) {
        let now = self.now;
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let lan = call.record.lan;
        let outcome = failed_outcome(reason);
        self.end_attempts(key, outcome, Some(reason));
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let idempotent = call.record.arguments.procedure().idempotent() || call.key.is_some();
        let left = call.deadline.saturating_sub(now);
        let (client, made) = (call.record.client, call.client_attempts);
        call.last_reason = Some(reason);
        let failure = match reason {
            _ if !sent => AttemptFailure::Refused,
            Reason::Refused | Reason::NoBackend => AttemptFailure::Refused,
            Reason::Reset => AttemptFailure::Reset,
            Reason::TimedOut | Reason::Deadline => AttemptFailure::TimedOut,
            Reason::QueueFull => AttemptFailure::Status(Status::ResourceExhausted),
            Reason::Abandoned | Reason::Overtaken => AttemptFailure::Status(Status::Cancelled),
            Reason::Status(status) => AttemptFailure::Status(status),
        };
        let jitter = match self.node_mut(lan).map(|node| &mut node.role) {
            Some(RoleState::Lan(state)) => state
                .clients
                .get_mut(client as usize)
                .map_or(0.5, |it| uniform(&mut it.retries)),
            _ => 0.5,
        };
        let mut verdict = self
            .settings
            .call_policy
            .after_failure(failure, made, idempotent, left, jitter);
        if let Verdict::Retry { .. } = verdict
            && let Some(RoleState::Lan(state)) = self.node_mut(lan).map(|node| &mut node.role)
            && let Some(it) = state.clients.get_mut(client as usize)
            && let Some(budget) = &mut it.budget
            && !budget.try_retry(now, Underway::default())
        {
            verdict = Verdict::GiveUp(failure.status(), Obstacle::Budget);
        }
        match verdict {
            Verdict::Retry { after } => {
                let timer = self
                    .queue
                    .schedule(now.saturating_add(after), Event::Backoff(key));
                let Some(call) = self.calls.get_mut(key) else {
                    return;
                };
                call.backoff = Some(timer);
                let attempt = call.record.attempts.len() as u32 + 1;
                let call = call.record.id;
                self.tell(IncidentKind::Retried {
                    call,
                    lan,
                    reason,
                    attempt,
                    backoff: after,
                });
            }
            Verdict::GiveUp(status, why) => {
                self.note_not_retried(key, lan, why);
                let outcome = match reason {
                    Reason::QueueFull => Outcome::Shed,
                    // It was time that ran out, though it ran out before the connection stood.
                    Reason::TimedOut if !sent => Outcome::Failed(Status::DeadlineExceeded),
                    _ => Outcome::Failed(status),
                };
                self.finish_call(key, outcome);
            }
        }
    }

    /// Writes down why a call is not sent again.
    #[cold]
    pub(super) fn note_not_retried(&mut self, key: CallKey, at_node: NodeId, why: Obstacle) {
        let Some(record) = self.calls.get(key).map(|call| &call.record) else {
            return;
        };
        let step = Step {
            at: self.now,
            attempt: record.attempts.len() as u32,
            what: What::NotRetried { at_node, why },
        };
        self.note(key, record.id, step);
    }

    #[cold]
    pub(super) fn on_call_deadline(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        if call.exchange.is_some() {
            call.last_reason = Some(Reason::Deadline);
        }
        let lan = call.record.lan;
        self.note_not_retried(key, lan, Obstacle::Deadline);
        self.end_call_now(key, Status::DeadlineExceeded, Reason::Deadline);
    }

    /// Ends a call from its client's side, whatever is out for it.
    #[cold]
    pub(super) fn end_call_now(&mut self, key: CallKey, status: Status, reason: Reason) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        if let Some(exchange) = call.exchange.take() {
            self.cancel_exchange(exchange);
        }
        self.end_attempts(key, Outcome::Failed(status), Some(reason));
        self.finish_call(key, Outcome::Failed(status));
    }

    /// The client has the outcome.
    fn finish_call(&mut self, key: CallKey, outcome: Outcome) {
        let Some(call) = self.calls.remove(key) else {
            return;
        };
        for timer in [call.deadline_timer, call.backoff].into_iter().flatten() {
            self.queue.cancel(timer);
        }
        let (lan, client) = (call.record.lan, call.record.client);
        let at_once = call.record.began == self.now;
        self.book_call(call, outcome);
        let Some(state) = lan_in(&mut self.nodes, lan) else {
            return;
        };
        state.in_flight = state.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Answered(_) => state.answered += 1,
            _ => state.failed += 1,
        }
        if matches!(state.spec.load, Load::Closed { .. })
            && let Some(Client { due: None, .. }) = state.clients.get(client as usize)
        {
            // Else a user who never thinks, told at once that there is nobody to call, would call
            // for ever at the same instant.
            let least_pause = if at_once { NOTICING } else { 0 };
            self.schedule_arrival_after(lan, client, least_pause);
        }
    }
}

/// The time between two calls of an evenly spaced client, in nanoseconds.
fn period(load: Load, clients: usize) -> Option<f64> {
    match load {
        Load::Constant { rate } if rate > 0.0 => Some(clients as f64 / rate * 1e9),
        _ => None,
    }
}

fn choose<'w>(workload: &'w [Operation], rng: &mut impl Rng) -> Option<&'w Operation> {
    let total: u64 = workload
        .iter()
        .map(|operation| u64::from(operation.weight))
        .sum();
    let mut rest = (uniform(rng) * total as f64) as u64;
    workload.iter().find(|operation| {
        let weight = u64::from(operation.weight);
        let chosen = rest < weight;
        rest = rest.saturating_sub(weight);
        chosen
    })
}

/// Whether a status means that the procedure did not answer, rather than that it said no.
pub(super) fn is_of_transport(status: Status) -> bool {
    matches!(
        status,
        Status::Unavailable
            | Status::ResourceExhausted
            | Status::DeadlineExceeded
            | Status::Cancelled
            | Status::Internal
            | Status::Unknown
    )
}

pub(super) fn reason_of(status: Status) -> Reason {
    match status {
        Status::ResourceExhausted => Reason::QueueFull,
        other => Reason::Status(other),
    }
}

pub(super) fn failed_outcome(reason: Reason) -> Outcome {
    match reason {
        Reason::QueueFull => Outcome::Shed,
        Reason::Refused | Reason::Reset | Reason::NoBackend => Outcome::Failed(Status::Unavailable),
        Reason::TimedOut | Reason::Deadline => Outcome::Failed(Status::DeadlineExceeded),
        Reason::Abandoned | Reason::Overtaken => Outcome::Failed(Status::Cancelled),
        Reason::Status(status) => Outcome::Failed(status),
    }
}

//! The world: one run, from its scenario to now.
//!
//! This file holds what a world is made of and how time passes in it. What happens is beside it:
//! [`clients`] make calls, [`network`] carries messages, [`connections`] opens and
//! breaks connections, [`exchanges`] asks and hears on them, [`proxies`] balance, [`servers`] serve, [`apply`] makes changes, [`books`] writes
//! down, [`views`] shows.
//!
//! What most calls never meet (failures, connections that open, traces) is marked cold: the way that
//! all of them go is longer than a processor's first cache, and a tenth faster without the rest in it.

mod apply;
mod books;
mod build;
mod checks;
mod clients;
mod connections;
mod entities;
mod exchanges;
mod guards;
mod network;
mod observe;
mod probes;
mod proxies;
mod reach;
mod reconfigure;
mod servers;
mod sharing;
mod states;
mod told;
mod topology;
mod trial;
mod tune;
mod views;

use crate::action::Action;
use crate::bytes::{Buffers, Bytes, Spare};
use crate::ids::NodeId;
use crate::incident::{Detection, Incident};
use crate::ledger::{Ledger, Tally};
use crate::metrics::Metrics;
use crate::queue::EventQueue;
use crate::record::CallRecord;
use crate::scenario::{Scenario, Timed};
use crate::time::Nanos;
pub(crate) use build::MOST_NODES;
pub use build::ScenarioError;
use entities::{
    CallKey, Connection, ConnectionId, Event, Exchange, ExchangeKey, Link, LiveCall, Message,
    MessageKey, Node,
};
use slotmap::SlotMap;
use std::collections::VecDeque;
use topology::Routes;

/// One run. Cheap to clone: time travel, forks and comparison rest on that.
#[derive(Debug, Clone)]
pub struct World {
    /// What does not change while the run goes on: names, workload, policy, seed.
    settings: Settings,
    now: Nanos,
    queue: EventQueue<Event>,
    /// By number; a node that was removed leaves its place empty and its name in `names`.
    nodes: Vec<Option<Node>>,
    names: Vec<String>,
    links: Vec<Option<Link>>,
    routes: Routes,
    /// The addresses that the service's name stands for: the balancers, or else the servers.
    endpoints: Vec<NodeId>,
    /// Networks without a way to one of them, balancers without a way to a server.
    cut_off: Vec<NodeId>,
    calls: SlotMap<CallKey, LiveCall>,
    exchanges: SlotMap<ExchangeKey, Exchange>,
    connections: SlotMap<ConnectionId, Connection>,
    messages: SlotMap<MessageKey, Message>,
    calls_made: u64,
    finished: VecDeque<Box<CallRecord>>,
    /// How many of them are kept.
    calls_kept: usize,
    incidents: VecDeque<Incident>,
    incidents_told: u64,
    detections: Vec<Detection>,
    call_tally: Tally,
    attempt_tally: Tally,
    rerouted: u64,
    metrics: Metrics,
    trace_hash: u64,
    recording: bool,
    buffers: Buffers,
    /// Records that are kept no longer.
    spare_records: Spare<Box<CallRecord>>,
    events: u64,
}

/// The parts of a scenario that a run keeps as they are.
#[derive(Debug, Clone)]
struct Settings {
    slug: String,
    title: String,
    hint: String,
    seed: u64,
    service: String,
    encoding: rpc::encoding::Encoding,
    workload: Vec<crate::scenario::Operation>,
    call_policy: rpc::retry::CallPolicy,
    timeline: Vec<Timed>,
    speed: f64,
}

impl World {
    /// Checks a scenario and starts its run at time zero.
    ///
    /// # Errors
    /// The first thing that does not hold, in a sentence that names it.
    pub fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        build::build(scenario)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_event(&self) -> Option<Nanos> {
        self.queue.peek_time()
    }

    /// Runs to an instant, and stands there. An instant in the past does nothing.
    pub fn advance(&mut self, until: Nanos) {
        while !self.advance_some(until, u32::MAX) {}
    }

    /// As [`advance`](Self::advance), but stops after so many events. Whether it arrived: if not,
    /// the clock stands at the last event, and calling again goes on from there.
    pub fn advance_some(&mut self, until: Nanos, max_events: u32) -> bool {
        for _ in 0..max_events {
            if !self.fire_next(until) {
                if until > self.now {
                    self.pass_time(until);
                }
                return true;
            }
        }
        false
    }

    /// Runs to the next event and through it; its time. None when nothing is to come.
    pub fn step(&mut self) -> Option<Nanos> {
        self.fire_next(Nanos::MAX).then_some(self.now)
    }

    /// How many events were fired, cancelled timers not among them.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A hash over every event of the run so far and its time: two runs with the same hash went
    /// the same way.
    #[must_use]
    pub fn trace_hash(&self) -> u64 {
        self.trace_hash
    }

    /// The books.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.take_stock()
    }

    /// What was measured.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether calls leave traces, bytes and explained choices (they do from the start). A sweep
    /// that only wants numbers turns it off; the run itself is the same.
    pub fn set_recording(&mut self, recording: bool) {
        self.recording = recording;
    }

    /// Bytes as the settings have them written.
    fn written(&mut self, write: impl FnOnce(&Settings, &mut Vec<u8>)) -> Bytes {
        let settings = &self.settings;
        self.buffers.write(|out| write(settings, out))
    }

    /// Fires the next event, if it comes no later than this; whether there was one.
    fn fire_next(&mut self, until: Nanos) -> bool {
        let Some((at, event)) = self.queue.pop_until(until) else {
            return false;
        };
        self.fire(at, event);
        true
    }

    #[inline(always)]
    fn fire(&mut self, at: Nanos, event: Event) {
        self.events += 1;
        self.pass_time(at);
        self.hash(event.digest());
        self.handle(event);
        debug_assert!(
            self.take_stock().balances(),
            "the ledger does not balance at {at} ns"
        );
    }

    #[inline]
    fn pass_time(&mut self, to: Nanos) {
        while self.metrics.slice_end() <= to {
            self.end_slice();
        }
        self.now = to;
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Arrival { lan, client } => self.on_arrival(lan, client),
            Event::Deliver(message) => self.on_deliver(message),
            Event::Resend(message) => self.on_resend(message),
            Event::ServiceDone { server, exchange } => self.on_service_done(server, exchange),
            Event::ExchangeTimeout(exchange) => self.on_exchange_timeout(exchange),
            Event::CallDeadline(call) => self.on_call_deadline(call),
            Event::Backoff(call) => self.start_attempt(call),
            Event::ProxyTimer(node) => self.on_proxy_timer(node),
            Event::Timeline(index) => self.on_timeline(index),
            Event::Hedge { node, inbound } => self.on_hedge(node, inbound),
            Event::LetIn { node, inbound } => self.admit(node, inbound),
        }
    }

    #[cold]
    fn on_timeline(&mut self, index: u32) {
        let Some(timed) = self.settings.timeline.get(index as usize) else {
            return;
        };
        let action: Action = timed.action.clone();
        if let Err(refusal) = self.apply(&action) {
            self.metrics
                .mark(self.now, refusal.to_string(), crate::metrics::Tone::Change);
        }
    }

    /// Mixes a number into the trace hash, with the time.
    fn hash(&mut self, value: u64) {
        let mixed = (self.trace_hash ^ self.now).rotate_left(23) ^ value;
        self.trace_hash = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.trace_hash ^= self.trace_hash >> 29;
    }

    fn node_ref(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)?.as_ref()
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)?.as_mut()
    }
}

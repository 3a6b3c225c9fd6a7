//! Balancers at work: requests in, a backend chosen for each attempt, replies out.
//!
//! The balancer crate decides; this file carries its decisions over the network and tells it what
//! came back. Nothing tells it what has not come by message.

use super::World;
use super::clients::{failed_outcome, is_of_transport, reason_of};
use super::entities::{
    About, ConnectionId, Exchange, Inbound, InboundKey, Message, Node, Out, Party, Proxy, Purpose,
    RoleState,
};
use super::exchanges::Begin;
use crate::ids::NodeId;
use crate::incident::IncidentKind;
use crate::record::{MessageKind, Outcome, Reason, Step, What};
use crate::time::Nanos;
use balancer::BackendId;
use rpc::message::{Call, Reply};
use rpc::procedure::Failure;
use rpc::retry::{Obstacle, Semantics};
use rpc::status::Status;
use std::rc::Rc;

/// The backend that stands for a server.
pub(super) fn backend_of(server: NodeId) -> BackendId {
    BackendId(server.0)
}

/// The server that a backend stands for.
pub(super) fn server_of(backend: BackendId) -> NodeId {
    NodeId(backend.0)
}

/// A balancer's state, where more than that of the world is at hand.
pub(super) fn proxy_in(nodes: &mut [Option<Node>], id: NodeId) -> Option<&mut Proxy> {
    match &mut nodes.get_mut(id.0 as usize)?.as_mut()?.role {
        RoleState::Balancer(proxy) => Some(proxy),
        _ => None,
    }
}

impl World {
    pub(super) fn proxy_mut(&mut self, node: NodeId) -> Option<&mut Proxy> {
        proxy_in(&mut self.nodes, node)
    }

    /// The balancers, in the order in which they were added.
    pub(super) fn balancers(&self) -> Vec<NodeId> {
        self.nodes_of(|role| matches!(role, RoleState::Balancer(_)))
    }

    /// A client's request has come in.
    pub(super) fn take_in(&mut self, message: &Message, request: Call) {
        let now = self.now;
        let node = message.to.node;
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let (tried, outs) = proxy.spare_inbound.take().unwrap_or_default();
        let number = proxy.taken_in;
        proxy.taken_in += 1;
        let key = proxy.inbound.insert(Inbound {
            number,
            id: request.id,
            about: message.about,
            caller: message.from,
            deadline: request.timeout.map(|left| now.saturating_add(left)),
            request,
            tried,
            attempt: Some(message.about.attempt),
            outs,
            hedge: None,
            hedged: false,
        });
        self.at_the_door(node, key);
    }

    /// Chooses a backend for a request and sends it on. `attempt` is the number of the client's
    /// own attempt, for the first backend; later ones begin attempts of their own.
    /// Gives the server and the attempt's number, or nothing if the request was answered here.
    pub(super) fn forward(
        &mut self,
        node: NodeId,
        from: InboundKey,
        attempt: Option<u32>,
    ) -> Option<(NodeId, u32)> {
        let (now, recording) = (self.now, self.recording);
        let caller = self.proxy_mut(node)?.inbound.get(from)?.caller;
        let address = self.address_of(caller);
        let proxy = proxy_in(&mut self.nodes, node)?;
        let inbound = proxy.inbound.get_mut(from)?;
        let request = balancer::Request {
            key: u64::from(address.to_bits()),
            tried: &inbound.tried,
        };
        let (choice, explanation) = if recording {
            let (choice, explanation) =
                proxy
                    .balancer
                    .pick_explained(now, &request, &mut proxy.choices);
            (choice, Some(explanation))
        } else {
            (proxy.balancer.pick(now, &request, &mut proxy.choices), None)
        };
        let (call, call_id) = (inbound.about.call, inbound.about.call_id);
        let Ok(backend) = choice else {
            let number = attempt.unwrap_or(0);
            let nobody = explanation.map(|explanation| What::NobodyChosen {
                at_node: node,
                explanation: Rc::new(explanation),
            });
            let failed = What::AttemptFailed {
                at_node: node,
                server: None,
                reason: Reason::NoBackend,
            };
            for what in nobody.into_iter().chain([failed]) {
                let step = Step {
                    at: now,
                    attempt: number,
                    what,
                };
                self.note(call, call_id, step);
            }
            let reason = Reason::NoBackend;
            self.end_attempt(call, call_id, number, failed_outcome(reason), Some(reason));
            self.refuse(node, from, Status::Unavailable, "no backend can take it");
            return None;
        };
        inbound.tried.push(backend);
        let id = proxy.next_id;
        proxy.next_id = proxy.next_id.wrapping_add(1);
        let left = inbound
            .deadline
            .map(|deadline| deadline.saturating_sub(now));
        let request = &mut inbound.request;
        request.id = id;
        request.timeout = left;
        request.forwarded_for = Some(address);
        let bytes = self.buffers.write(|out| {
            let settings = &self.settings;
            settings
                .encoding
                .encode_call(request, &settings.service, out);
        });
        let work = inbound.about.work;
        let timeout = proxy
            .balancer
            .settings()
            .attempt_timeout
            .min(left.unwrap_or(Nanos::MAX));
        let server = server_of(backend);
        let live = self.is_live(call, call_id);
        let (number, orphan) = match attempt {
            Some(number) => (number, false),
            None if live => (self.begin_attempt(call), false),
            None => {
                // The client has given up, and the balancer has not heard of it yet.
                self.attempt_tally.sent += 1;
                (0, true)
            }
        };
        self.attempt_sent_to(call, call_id, number, server);
        if let Some(explanation) = explanation {
            let explanation = Rc::new(explanation);
            let what = What::Chosen {
                at_node: node,
                server,
                explanation,
            };
            self.note(
                call,
                call_id,
                Step {
                    at: now,
                    attempt: number,
                    what,
                },
            );
        }
        let out = self.begin_exchange(Begin {
            purpose: Purpose::Upstream {
                inbound: from,
                backend,
            },
            about: About::request(call, call_id, number, work),
            caller: Party::host(node),
            callee: server,
            id,
            bytes,
            timeout: timeout.max(1),
            orphan,
        });
        if let Some(inbound) = self.inbound_mut(node, from) {
            inbound.outs.push(Out {
                exchange: out,
                extra: attempt.is_none(),
            });
        }
        self.plan_hedge(node, from);
        self.send_load_probes(node);
        self.after_balancer(node);
        Some((server, number))
    }

    pub(super) fn inbound_mut(&mut self, node: NodeId, from: InboundKey) -> Option<&mut Inbound> {
        self.proxy_mut(node)?.inbound.get_mut(from)
    }

    /// A backend has replied.
    pub(super) fn on_upstream_reply(&mut self, exchange: &Exchange, reply: Reply) {
        match &reply.result {
            Err(failure) if is_of_transport(failure.status) => {
                self.on_upstream_failure(exchange, reason_of(failure.status));
            }
            result => {
                let status = result
                    .as_ref()
                    .map_or_else(|failure| failure.status, |_| Status::Ok);
                let node = exchange.caller.node;
                let Purpose::Upstream { inbound, backend } = exchange.purpose else {
                    return;
                };
                let now = self.now;
                let latency = now - exchange.began;
                if let Some(proxy) = self.proxy_mut(node) {
                    let outcome = balancer::Outcome::Answered { latency };
                    proxy.balancer.finished(now, backend, outcome);
                    // An application's error is an answer, but no success (gRFC A6).
                    if let (Status::Ok, Some(budget)) = (status, &mut proxy.guards.budget) {
                        budget.succeeded();
                    }
                    if let Some(hedger) = &mut proxy.guards.hedger {
                        hedger.answered(now, latency);
                    }
                }
                self.after_balancer(node);
                self.close_attempt(exchange, Outcome::Answered(status), None);
                if self.no_longer_out(node, inbound, exchange) > 0 {
                    let outs = self.inbound_mut(node, inbound);
                    let losers = outs.map(|it| std::mem::take(&mut it.outs));
                    self.cancel_outs(node, losers.unwrap_or_default(), Reason::Overtaken);
                }
                self.answer(node, inbound, exchange.about.attempt, reply.result);
                self.let_in_waiting(node);
            }
        }
    }

    /// A try at a backend has failed: another backend, or the bad news to the client.
    #[cold]
    pub(super) fn on_upstream_failure(&mut self, exchange: &Exchange, reason: Reason) {
        let now = self.now;
        let node = exchange.caller.node;
        let Purpose::Upstream {
            inbound: from,
            backend,
        } = exchange.purpose
        else {
            return;
        };
        let latency = now - exchange.began;
        if let Some(proxy) = self.proxy_mut(node) {
            proxy
                .balancer
                .finished(now, backend, balancer::Outcome::Failed { latency });
            if let Some(budget) = &mut proxy.guards.budget {
                budget.failed();
            }
        }
        self.after_balancer(node);
        let failed = server_of(backend);
        let what = What::AttemptFailed {
            at_node: node,
            server: Some(failed),
            reason,
        };
        let step = Step {
            at: now,
            attempt: exchange.about.attempt,
            what,
        };
        self.note(exchange.about.call, exchange.about.call_id, step);
        self.close_attempt(exchange, failed_outcome(reason), Some(reason));

        if self.no_longer_out(node, from, exchange) > 0 {
            // The other attempt may still be answered.
            self.let_in_waiting(node);
            return;
        }
        let at_least_once = self.settings.call_policy.semantics == Semantics::AtLeastOnce;
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let tries = proxy.balancer.settings().max_attempts as usize;
        let Some(inbound) = proxy.inbound.get_mut(from) else {
            return;
        };
        let harmless = !exchange.sent
            || reason == Reason::QueueFull
            || inbound.request.idempotency_key.is_some()
            || inbound.request.arguments.procedure().idempotent();
        let in_time = inbound.deadline.is_none_or(|deadline| deadline > now);
        let call = exchange.about.call_id;
        // The clock of a hedge was set for the attempt that has failed.
        let stale = inbound.hedge.take();
        let obstacle = if !(harmless || at_least_once) {
            Some(Obstacle::Harm)
        } else if !in_time {
            Some(Obstacle::Deadline)
        } else if inbound.tried.len() >= tries {
            Some(Obstacle::Attempts)
        } else if !proxy.balancer.has_candidate(&inbound.tried) {
            // Nobody pays for it then, and the client hears what was said last.
            Some(Obstacle::Nobody)
        } else {
            // Asked last: what may be done is paid for.
            (!proxy.may_try_again(now)).then_some(Obstacle::Budget)
        };
        if let Some(timer) = stale {
            self.queue.cancel(timer);
        }
        let Some(why) = obstacle else {
            if let Some((next, attempt)) = self.forward(node, from, None) {
                let kind = IncidentKind::Rerouted {
                    call,
                    balancer: node,
                    failed,
                    reason,
                    next,
                    attempt,
                    cost: latency,
                };
                self.tell(kind);
            }
            self.let_in_waiting(node);
            return;
        };
        let what = What::NotRetried { at_node: node, why };
        let attempt = exchange.about.attempt;
        self.note(
            exchange.about.call,
            call,
            Step {
                at: now,
                attempt,
                what,
            },
        );
        match reason {
            Reason::QueueFull => {
                self.refuse(
                    node,
                    from,
                    Status::ResourceExhausted,
                    "the backend's queue is full",
                );
            }
            Reason::TimedOut | Reason::Deadline => {
                self.refuse(
                    node,
                    from,
                    Status::DeadlineExceeded,
                    "the backend did not reply in time",
                );
            }
            _ => self.refuse(node, from, Status::Unavailable, "the backend failed"),
        }
        self.let_in_waiting(node);
    }

    #[cold]
    pub(super) fn refuse(&mut self, node: NodeId, from: InboundKey, status: Status, message: &str) {
        let failure = Failure {
            status,
            message: message.to_owned(),
        };
        // What is said is what came of the last attempt.
        let of = self.inbound_mut(node, from).map(|it| it.about);
        let record = of.and_then(|about| self.record_mut(about.call, about.call_id));
        let attempt = record.map_or(0, |record| record.attempts.len() as u32);
        self.answer(node, from, attempt, Err(failure));
    }

    /// Answers a request that was taken in, with what came of an attempt.
    fn answer(
        &mut self,
        node: NodeId,
        from: InboundKey,
        attempt: u32,
        result: Result<rpc::procedure::ReturnValue, Failure>,
    ) {
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let Some(mut inbound) = proxy.inbound.remove(from) else {
            return;
        };
        inbound.tried.clear();
        inbound.outs.clear();
        proxy.spare_inbound.put((inbound.tried, inbound.outs));
        if let Some(timer) = inbound.hedge {
            self.queue.cancel(timer);
        }
        let error = result.is_err();
        let reply = Reply {
            id: inbound.id,
            result,
        };
        let bytes = self.written(|settings, out| settings.encoding.encode_reply(&reply, out));
        let about = About {
            kind: MessageKind::Reply,
            attempt,
            work: 0,
            error,
            ..inbound.about
        };
        self.send(Party::host(node), inbound.caller, about, bytes);
    }

    /// A client has closed or broken its connection: what it asked on it is wanted no more.
    pub(super) fn abandon_inbound(&mut self, node: NodeId, connection: ConnectionId) {
        let Some(proxy) = self.proxy_mut(node) else {
            return;
        };
        let Proxy {
            inbound, waiting, ..
        } = proxy;
        waiting.retain(|from| {
            let waits = inbound.get(*from);
            waits.is_some_and(|it| it.about.connection != connection)
        });
        // In the order in which they came.
        while let Some(proxy) = self.proxy_mut(node) {
            let on_it = proxy.inbound.iter();
            let on_it = on_it.filter(|(_, it)| it.about.connection == connection);
            let first = on_it.min_by_key(|(_, it)| it.number);
            let first = first.map(|(key, _)| key);
            let Some(inbound) = first.and_then(|key| proxy.inbound.remove(key)) else {
                break;
            };
            if let Some(timer) = inbound.hedge {
                self.queue.cancel(timer);
            }
            self.cancel_outs(node, inbound.outs, Reason::Abandoned);
        }
        self.let_in_waiting(node);
    }
}

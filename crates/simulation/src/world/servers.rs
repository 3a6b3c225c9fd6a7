//! Servers: a bounded queue before a number of cores, and procedures that really run.
//!
//! First come, first served, unless the scenario has another discipline. A health check is answered at once by the process, past the queue,
//! as a web server's own health endpoint does.

use super::World;
use super::entities::{
    About, ConnectionId, Event, ExchangeKey, Job, Message, Node, Party, RoleState, Running, Server,
};
use crate::bytes::Bytes;
use crate::ids::NodeId;
use crate::record::{MessageKind, Step, What};
use crate::time::{Nanos, from_seconds, seconds};
use balancer::protection::Criticality;
use rpc::message::{Call, Reply, Request};
use rpc::procedure::Failure;
use rpc::status::Status;

/// A server's state, where more than that of the world is at hand.
pub(super) fn server_in(nodes: &mut [Option<Node>], id: NodeId) -> Option<&mut Server> {
    match &mut nodes.get_mut(id.0 as usize)?.as_mut()?.role {
        RoleState::Server(server) => Some(server),
        _ => None,
    }
}

impl World {
    pub(super) fn server_ref(&self, node: NodeId) -> Option<&Server> {
        match &self.node_ref(node)?.role {
            RoleState::Server(server) => Some(server),
            _ => None,
        }
    }

    pub(super) fn server_mut(&mut self, node: NodeId) -> Option<&mut Server> {
        server_in(&mut self.nodes, node)
    }

    /// A request or a health check has reached a living server or balancer.
    pub(super) fn on_request(&mut self, message: &Message) {
        let encoding = self.settings.encoding;
        match encoding.decode_request(&message.bytes) {
            Ok(Request::Probe { id }) => {
                let report = self.server_ref(message.to.node).map(|server| {
                    let in_flight = server.queue.len() + server.running.len();
                    (in_flight as u32, server.expected())
                });
                if let Some(exchange) = self.exchanges.get_mut(message.about.exchange) {
                    exchange.report = report;
                }
                let bytes = self.written(|_, out| encoding.encode_probe_answer(id, true, out));
                self.reply_to(message, MessageKind::ProbeReply, false, bytes);
            }
            Ok(Request::Call(request)) if self.server_ref(message.to.node).is_some() => {
                self.serve(message, request);
            }
            Ok(Request::Call(request)) => self.take_in(message, request),
            Err(rejection) => {
                if let Some(bytes) = rejection.answer {
                    self.reply_to(message, MessageKind::Reply, true, bytes.into());
                }
            }
        }
    }

    fn reply_to(&mut self, message: &Message, kind: MessageKind, error: bool, bytes: Bytes) {
        let about = About {
            kind,
            work: 0,
            error,
            ..message.about
        };
        self.send(message.to, message.from, about, bytes);
    }

    fn serve(&mut self, message: &Message, request: Call) {
        let node = message.to.node;
        let now = self.now;
        let Some(server) = self.server_mut(node) else {
            return;
        };
        server.arrived += 1;
        let here = (server.queue.len() + server.running.len()) as u32;
        let job = Job {
            about: message.about,
            caller: message.from,
            request,
            arrived: now,
            behind: here,
        };
        if server.limiter.is_some_and(|limiter| !limiter.admits(here)) {
            self.shed(node, &job, "too many calls at once");
        } else if server.running.len() < server.places() {
            self.start_job(node, job);
        } else if server.shares() {
            self.shed(node, &job, "the server is full");
        } else {
            self.wait_in_line(node, job);
        }
    }

    /// Lets a call wait; it or another one is turned away if the line is full.
    fn wait_in_line(&mut self, node: NodeId, job: Job) {
        let now = self.now;
        let Some(server) = self.server_mut(node) else {
            return;
        };
        let procedure = job.request.arguments.procedure();
        let listed = &server.spec.criticality;
        let criticality = listed
            .iter()
            .find(|(listed, _)| *listed == procedure)
            .map_or(Criticality::default(), |&(_, criticality)| criticality);
        let limit = server.spec.queue_limit as usize;
        let (call, call_id, attempt) = (job.about.call, job.about.call_id, job.about.attempt);
        let exchange = job.about.exchange;
        let turned_away = server.queue.arrive(now, limit, criticality, job);
        let length = server.queue.len() as u32;
        let stays = turned_away
            .as_ref()
            .is_none_or(|it| it.about.exchange != exchange);
        if stays {
            let what = What::Queued {
                server: node,
                length,
            };
            self.note(
                call,
                call_id,
                Step {
                    at: now,
                    attempt,
                    what,
                },
            );
        }
        if let Some(job) = turned_away {
            self.shed(node, &job, "the queue is full");
        }
    }

    /// Turns a call away.
    #[cold]
    fn shed(&mut self, node: NodeId, job: &Job, why: &str) {
        let now = self.now;
        if let Some(server) = self.server_mut(node) {
            server.shed += 1;
            let here = (server.queue.len() + server.running.len()) as u32;
            if let Some(limiter) = &mut server.limiter {
                // What the limit itself turned away says nothing about it.
                if here < limiter.limit() {
                    limiter.finished(now - job.arrived, true, here);
                }
            }
        }
        self.refuse_job(node, job, Status::ResourceExhausted, why);
    }

    fn refuse_job(&mut self, node: NodeId, job: &Job, status: Status, why: &str) {
        let failure = Failure {
            status,
            message: why.to_owned(),
        };
        let reply = Reply {
            id: job.request.id,
            result: Err(failure),
        };
        self.send_reply(node, job, &reply);
    }

    fn start_job(&mut self, node: NodeId, job: Job) {
        let now = self.now;
        let (call, call_id, attempt) = (job.about.call, job.about.call_id, job.about.attempt);
        let exchange = job.about.exchange;
        let Some(server) = server_in(&mut self.nodes, node) else {
            return;
        };
        server.deal(&mut self.queue, now, node, 1);
        server.account(now);
        let done = now.saturating_add(at_speed(job.about.work, server.pace));
        let timer = self.queue.schedule(
            done,
            Event::ServiceDone {
                server: node,
                exchange,
            },
        );
        server.running.push(Running { job, timer, done });
        self.note(
            call,
            call_id,
            Step {
                at: now,
                attempt,
                what: What::Started { server: node },
            },
        );
    }

    pub(super) fn on_service_done(&mut self, node: NodeId, exchange: ExchangeKey) {
        let now = self.now;
        let Some(server) = self.server_mut(node) else {
            return;
        };
        let Some(index) = server
            .running
            .iter()
            .position(|it| it.job.about.exchange == exchange)
        else {
            return;
        };
        server.account(now);
        let job = server.running.remove(index).job;
        let took = now - job.arrived;
        server.took(job.behind, took);
        let here = (server.queue.len() + server.running.len()) as u32 + 1;
        if let Some(limiter) = &mut server.limiter {
            limiter.finished(took, false, here);
        }
        let before = server.service.executions();
        let reply = server.service.execute(&job.request);
        let computed = server.service.executions() != before;
        server.answered += 1;
        let what = What::Executed {
            server: node,
            computed,
        };
        self.note(
            job.about.call,
            job.about.call_id,
            Step {
                at: now,
                attempt: job.about.attempt,
                what,
            },
        );
        self.send_reply(node, &job, &reply);
        self.start_queued(node);
    }

    fn send_reply(&mut self, node: NodeId, job: &Job, reply: &Reply) {
        let bytes = self.written(|settings, out| settings.encoding.encode_reply(reply, out));
        let about = About {
            kind: MessageKind::Reply,
            work: 0,
            error: reply.result.is_err(),
            ..job.about
        };
        self.send(Party::host(node), job.caller, about, bytes);
    }

    /// Gives what has become free to those in service, if they share it, and to what waits.
    pub(super) fn start_queued(&mut self, node: NodeId) {
        let now = self.now;
        let Some(server) = server_in(&mut self.nodes, node) else {
            return;
        };
        server.deal(&mut self.queue, now, node, 0);
        if server.queue.is_empty() {
            return;
        }
        let mut dropped = Vec::new();
        while let Some(server) = self.server_mut(node)
            && server.running.len() < server.places()
        {
            let (discipline, drops) = (server.spec.discipline, server.spec.drops_expired);
            let Some(job) = server.queue.next(now, discipline, &mut dropped) else {
                break;
            };
            let left = job.request.timeout.unwrap_or(Nanos::MAX);
            if drops && job.arrived.saturating_add(left) <= now {
                let why = "its deadline passed while it waited";
                self.refuse_job(node, &job, Status::DeadlineExceeded, why);
            } else {
                self.start_job(node, job);
            }
        }
        for job in dropped {
            self.shed(node, &job, "it waited too long");
        }
    }

    /// The caller of a connection wants no more of what it asked there.
    #[cold]
    pub(super) fn abandon(&mut self, node: NodeId, connection: ConnectionId) {
        let now = self.now;
        self.note_dropped(node, Some(connection));
        let Some(server) = self.server_mut(node) else {
            self.abandon_inbound(node, connection);
            return;
        };
        server
            .queue
            .retain(now, |job| job.about.connection != connection);
        server.account(now);
        let running = std::mem::take(&mut server.running);
        let (stopped, kept): (Vec<Running>, Vec<Running>) = running
            .into_iter()
            .partition(|it| it.job.about.connection == connection);
        server.running = kept;
        for running in stopped {
            self.queue.cancel(running.timer);
        }
        self.start_queued(node);
    }

    /// Writes down what a server is about to forget: all that came on a connection, or all as it dies.
    #[cold]
    fn note_dropped(&mut self, node: NodeId, connection: Option<ConnectionId>) {
        let (at, recording) = (self.now, self.recording);
        let Some(server) = self.server_ref(node).filter(|_| recording) else {
            return;
        };
        let running = server.running.iter().map(|it| &it.job);
        let forgotten: Vec<_> = (server.queue.iter().chain(running))
            .filter(|job| connection.is_none_or(|it| it == job.about.connection))
            .map(|job| (job.about.call, job.about.call_id, job.about.attempt))
            .collect();
        let died = connection.is_none();
        for (call, call_id, attempt) in forgotten {
            let what = What::Dropped { server: node, died };
            self.note(call, call_id, Step { at, attempt, what });
        }
    }

    /// Forgets all that is queued or running, as a process does that stops. How many were lost.
    pub(super) fn lose_jobs(&mut self, node: NodeId) -> u32 {
        let now = self.now;
        self.note_dropped(node, None);
        let Some(server) = server_in(&mut self.nodes, node) else {
            return 0;
        };
        server.account(now);
        let lost = server.queue.len() + server.running.len();
        server.queue.clear();
        for running in server.running.drain(..) {
            self.queue.cancel(running.timer);
        }
        lost as u32
    }
}

pub(super) fn at_speed(work: Nanos, speed: f64) -> Nanos {
    if speed == 1.0 {
        work
    } else {
        from_seconds(seconds(work) / speed)
    }
}

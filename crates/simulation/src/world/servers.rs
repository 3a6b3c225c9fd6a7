//! Servers: a bounded queue before a number of cores, and procedures that really run.
//!
//! First come, first served. A health check is answered at once by the process, past the queue,
//! as a web server's own health endpoint does.

use super::World;
use super::entities::{
    ConnectionId, Event, ExchangeKey, Job, Message, Party, RoleState, Running, Server,
};
use super::network::About;
use crate::ids::NodeId;
use crate::record::{MessageKind, Step, What};
use crate::time::{Nanos, from_seconds, seconds};
use rpc::message::{Call, Reply, Request};
use rpc::procedure::Failure;
use rpc::status::Status;
use std::rc::Rc;

impl World {
    pub(super) fn server_ref(&self, node: NodeId) -> Option<&Server> {
        match &self.node_ref(node)?.role {
            RoleState::Server(server) => Some(server),
            _ => None,
        }
    }

    pub(super) fn server_mut(&mut self, node: NodeId) -> Option<&mut Server> {
        match &mut self.node_mut(node)?.role {
            RoleState::Server(server) => Some(server),
            _ => None,
        }
    }

    /// A request or a health check has reached a living server or balancer.
    pub(super) fn on_request(&mut self, message: Message) {
        let encoding = self.settings.encoding;
        match encoding.decode_request(&message.bytes) {
            Ok(Request::Probe { id }) => {
                let bytes = self.written(|_, out| encoding.encode_probe_answer(id, true, out));
                self.reply_to(&message, MessageKind::ProbeReply, false, bytes);
            }
            Ok(Request::Call(request)) if self.server_ref(message.to.node).is_some() => {
                self.serve(message, request);
            }
            Ok(Request::Call(request)) => self.take_in(&message, request),
            Err(rejection) => {
                if let Some(bytes) = rejection.answer {
                    self.reply_to(&message, MessageKind::Reply, true, bytes.into());
                }
            }
        }
    }

    fn reply_to(&mut self, message: &Message, kind: MessageKind, error: bool, bytes: Rc<[u8]>) {
        let about = About {
            kind,
            connection: message.connection,
            exchange: message.exchange,
            call: message.call,
            call_id: message.call_id,
            attempt: message.attempt,
            work: 0,
            error,
        };
        self.send(message.to, message.from, about, bytes);
    }

    fn serve(&mut self, message: Message, request: Call) {
        let node = message.to.node;
        let now = self.now;
        let Some(server) = self.server_mut(node) else {
            return;
        };
        server.arrived += 1;
        let job = Job {
            exchange: message.exchange,
            connection: message.connection,
            caller: message.from,
            call: message.call,
            attempt: message.attempt,
            call_id: message.call_id,
            request,
            work: message.work,
        };
        if server.running.len() < server.spec.cores as usize {
            self.start_job(node, job);
        } else if server.queue.len() < server.spec.queue_limit as usize {
            let length = server.queue.len() as u32 + 1;
            let (call, call_id, attempt) = (job.call, job.call_id, job.attempt);
            server.queue.push_back(job);
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
        } else {
            server.shed += 1;
            let failure = Failure {
                status: Status::ResourceExhausted,
                message: "the queue is full".to_owned(),
            };
            let reply = Reply {
                id: job.request.id,
                result: Err(failure),
            };
            self.send_reply(node, &job, &reply);
        }
    }

    fn start_job(&mut self, node: NodeId, job: Job) {
        let now = self.now;
        let (call, call_id, attempt) = (job.call, job.call_id, job.attempt);
        let exchange = job.exchange;
        let Some(RoleState::Server(server)) = self
            .nodes
            .get_mut(node.0 as usize)
            .and_then(Option::as_mut)
            .map(|it| &mut it.role)
        else {
            return;
        };
        server.account(now);
        let done = now + at_speed(job.work, server.spec.speed);
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
            .position(|it| it.job.exchange == exchange)
        else {
            return;
        };
        server.account(now);
        let job = server.running.remove(index).job;
        let before = server.service.executions();
        let reply = server.service.execute(&job.request);
        let computed = server.service.executions() != before;
        server.answered += 1;
        let what = What::Executed {
            server: node,
            computed,
        };
        self.note(
            job.call,
            job.call_id,
            Step {
                at: now,
                attempt: job.attempt,
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
            connection: job.connection,
            exchange: job.exchange,
            call: job.call,
            call_id: job.call_id,
            attempt: job.attempt,
            work: 0,
            error: reply.result.is_err(),
        };
        self.send(Party::host(node), job.caller, about, bytes);
    }

    /// Gives free cores what waits.
    pub(super) fn start_queued(&mut self, node: NodeId) {
        while let Some(server) = self.server_mut(node)
            && server.running.len() < server.spec.cores as usize
            && let Some(job) = server.queue.pop_front()
        {
            self.start_job(node, job);
        }
    }

    /// The caller of a connection wants no more of what it asked there.
    pub(super) fn abandon(&mut self, node: NodeId, connection: ConnectionId) {
        let now = self.now;
        let Some(server) = self.server_mut(node) else {
            self.abandon_inbound(node, connection);
            return;
        };
        server.queue.retain(|job| job.connection != connection);
        server.account(now);
        let running = std::mem::take(&mut server.running);
        let (stopped, kept): (Vec<Running>, Vec<Running>) = running
            .into_iter()
            .partition(|it| it.job.connection == connection);
        server.running = kept;
        for running in stopped {
            self.queue.cancel(running.timer);
        }
        self.start_queued(node);
    }

    /// Works at another speed from now on: what is running keeps the work it has left.
    pub(super) fn change_speed(&mut self, node: NodeId, speed: f64) {
        let now = self.now;
        let Some(RoleState::Server(server)) = self
            .nodes
            .get_mut(node.0 as usize)
            .and_then(Option::as_mut)
            .map(|it| &mut it.role)
        else {
            return;
        };
        let before = server.spec.speed;
        server.spec.speed = speed;
        for running in &mut server.running {
            self.queue.cancel(running.timer);
            let work_left = seconds(running.done - now) * before;
            running.done = now + at_speed(from_seconds(work_left), speed);
            let event = Event::ServiceDone {
                server: node,
                exchange: running.job.exchange,
            };
            running.timer = self.queue.schedule(running.done, event);
        }
    }

    /// Forgets all that is queued or running, as a process does that stops. How many were lost.
    pub(super) fn lose_jobs(&mut self, node: NodeId) -> u32 {
        let now = self.now;
        let Some(RoleState::Server(server)) = self
            .nodes
            .get_mut(node.0 as usize)
            .and_then(Option::as_mut)
            .map(|it| &mut it.role)
        else {
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

fn at_speed(work: Nanos, speed: f64) -> Nanos {
    if speed == 1.0 {
        work
    } else {
        from_seconds(seconds(work) / speed)
    }
}

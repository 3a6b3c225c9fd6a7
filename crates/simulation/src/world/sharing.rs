//! How fast a server serves each of those that it has in service.
//!
//! A core each, and so at the server's own speed; or, where the discipline is
//! [`Discipline::Shared`], at an equal share of all cores, at most one core each. The shares are
//! dealt anew when anyone comes or goes or the server changes, which costs a timer for each that is
//! there; `queue_limit` bounds how many that are.

use super::World;
use super::entities::{Event, RoleState, Server};
use super::servers::at_speed;
use crate::ids::NodeId;
use crate::time::{from_seconds, seconds};
use balancer::protection::Discipline;

impl Server {
    /// Whether all who are there share the cores.
    pub(super) fn shares(&self) -> bool {
        self.spec.discipline == Discipline::Shared
    }

    /// How many may be in service at once.
    pub(super) fn places(&self) -> usize {
        let waiting = if self.shares() {
            self.spec.queue_limit
        } else {
            0
        };
        self.spec.cores as usize + waiting as usize
    }

    /// Cores that have something to do. Those of a server that lost cores work on until they are done.
    pub(super) fn cores_at_work(&self) -> u64 {
        let running = self.running.len() as u64;
        if self.shares() {
            running.min(self.spec.cores.into())
        } else {
            running
        }
    }

    /// How fast each is served when so many are in service, in work a second.
    fn due_pace(&self, running: usize) -> f64 {
        let cores = self.spec.cores as usize;
        if self.shares() && running > cores {
            self.spec.speed * cores as f64 / running as f64
        } else {
            self.spec.speed
        }
    }
}

impl World {
    /// Deals the shares anew, for those in service and so many that are about to be: each keeps the
    /// work it has left.
    pub(super) fn deal(&mut self, node: NodeId, coming: usize) {
        let now = self.now;
        let Some(RoleState::Server(server)) = self
            .nodes
            .get_mut(node.0 as usize)
            .and_then(Option::as_mut)
            .map(|it| &mut it.role)
        else {
            return;
        };
        let (before, pace) = (server.pace, server.due_pace(server.running.len() + coming));
        if pace == before {
            return;
        }
        server.pace = pace;
        for running in &mut server.running {
            self.queue.cancel(running.timer);
            let work_left = seconds(running.done - now) * before;
            running.done = now + at_speed(from_seconds(work_left), pace);
            let event = Event::ServiceDone {
                server: node,
                exchange: running.job.exchange,
            };
            running.timer = self.queue.schedule(running.done, event);
        }
    }
}

//! How fast a server serves each of those that it has in service.
//!
//! A core each, and so at the server's own speed; or, where the discipline is
//! [`Discipline::Shared`], at an equal share of all cores, at most one core each. The shares are
//! dealt anew when anyone comes or goes or the server changes, which costs a timer for each that is
//! there; `queue_limit` bounds how many that are.

use super::entities::{Event, Server};
use super::servers::at_speed;
use crate::ids::NodeId;
use crate::queue::EventQueue;
use crate::time::{Nanos, from_seconds, seconds};
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

    /// Deals the shares anew, for those in service and so many that are about to be: each keeps the
    /// work it has left.
    #[inline]
    pub(super) fn deal(
        &mut self,
        queue: &mut EventQueue<Event>,
        now: Nanos,
        node: NodeId,
        coming: usize,
    ) {
        let pace = self.due_pace(self.running.len() + coming);
        if pace != self.pace {
            self.change_pace(queue, now, node, pace);
        }
    }

    #[inline(never)]
    fn change_pace(
        &mut self,
        queue: &mut EventQueue<Event>,
        now: Nanos,
        server: NodeId,
        pace: f64,
    ) {
        let before = std::mem::replace(&mut self.pace, pace);
        for running in &mut self.running {
            queue.cancel(running.timer);
            let work_left = seconds(running.done - now) * before;
            running.done = now.saturating_add(at_speed(from_seconds(work_left), pace));
            let exchange = running.job.about.exchange;
            running.timer = queue.schedule(running.done, Event::ServiceDone { server, exchange });
        }
    }
}

//! The kernel alone: the engine's event queue, timers and draws, with this workload on it.

use crate::workload::{Contender, DEADLINE, Draws, HOP, Nanos, Tally};
use simulation::kernel::{EventQueue, Timer};
use std::collections::VecDeque;

#[derive(Debug, Clone, Copy)]
enum Event {
    Call,
    AtServer(u32),
    Done(u32),
    Back(u32),
    Deadline,
}

#[derive(Debug)]
struct Call {
    server: u32,
    began: Nanos,
    deadline: Option<Timer>,
}

#[derive(Debug, Default)]
struct Server {
    /// The call in service, then those that wait.
    calls: VecDeque<u32>,
    load: u32,
}

/// The workload on the engine's queue.
#[derive(Debug)]
pub struct Kernel {
    draws: Draws,
    queue: EventQueue<Event>,
    cluster: Vec<Server>,
    slab: Vec<Call>,
    free: Vec<u32>,
    tally: Tally,
}

impl Kernel {
    /// Over so many servers.
    #[must_use]
    pub fn new(servers: usize, mut draws: Draws) -> Self {
        let mut queue = EventQueue::default();
        queue.schedule(draws.gap(), Event::Call);
        Self {
            draws,
            queue,
            cluster: (0..servers).map(|_| Server::default()).collect(),
            slab: Vec::new(),
            free: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Calls in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.slab.len() - self.free.len()
    }

    /// Events to come: the next call, and of each call in flight its deadline and, unless it waits
    /// in a queue, its next step.
    #[must_use]
    pub fn pending(&self) -> usize {
        let waits = |server: &Server| server.calls.len().saturating_sub(1);
        1 + 2 * self.in_flight() - self.cluster.iter().map(waits).sum::<usize>()
    }
}

impl Contender for Kernel {
    fn run(&mut self, answered: u64) -> Tally {
        let Self {
            draws,
            queue,
            cluster,
            slab,
            free,
            tally,
        } = self;
        let servers = cluster.len();
        while tally.answered < answered {
            let Some((now, event)) = queue.pop() else {
                break;
            };
            tally.now = now;
            match event {
                Event::Call => {
                    let (a, b) = draws.two(servers);
                    let server = if cluster[b].load < cluster[a].load {
                        b
                    } else {
                        a
                    };
                    cluster[server].load += 1;
                    let index = free.pop().unwrap_or_else(|| {
                        slab.push(Call {
                            server: 0,
                            began: 0,
                            deadline: None,
                        });
                        slab.len() as u32 - 1
                    });
                    queue.schedule_after(now, HOP, Event::AtServer(index));
                    slab[index as usize] = Call {
                        server: server as u32,
                        began: now,
                        deadline: Some(queue.schedule_after(now, DEADLINE, Event::Deadline)),
                    };
                    queue.schedule(now + draws.gap(), Event::Call);
                }
                Event::AtServer(index) => {
                    let number = slab[index as usize].server;
                    let server = &mut cluster[number as usize];
                    if server.calls.is_empty() {
                        queue.schedule(now + draws.service(), Event::Done(number));
                    }
                    server.calls.push_back(index);
                }
                Event::Done(number) => {
                    let server = &mut cluster[number as usize];
                    if let Some(index) = server.calls.pop_front() {
                        queue.schedule_after(now, HOP, Event::Back(index));
                    }
                    if !server.calls.is_empty() {
                        queue.schedule(now + draws.service(), Event::Done(number));
                    }
                }
                Event::Back(index) => {
                    let call = &mut slab[index as usize];
                    if let Some(timer) = call.deadline.take() {
                        queue.cancel(timer);
                    }
                    cluster[call.server as usize].load -= 1;
                    tally.answered += 1;
                    tally.waited += now - call.began;
                    free.push(index);
                }
                Event::Deadline => {}
            }
        }
        *tally
    }
}

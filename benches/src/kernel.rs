//! The kernel alone: the engine's event queue, timers and draws, with this workload on it.

use crate::workload::{Contender, DEADLINE, Draws, HOP, Nanos, Tally};
use simulation::kernel::{EventQueue, Timer};

const NONE: u32 = u32::MAX;

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
    next: u32,
    began: Nanos,
    deadline: Option<Timer>,
}

/// As in the hand-written loop: what differs is the queue and its timers alone.
#[derive(Debug, Clone, Copy)]
struct Server {
    /// The call in service, then those that wait.
    head: u32,
    tail: u32,
    /// Calls chosen for it and not answered.
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
        let idle = Server {
            head: NONE,
            tail: NONE,
            load: 0,
        };
        let mut queue = EventQueue::default();
        queue.schedule(draws.gap(), Event::Call);
        Self {
            draws,
            queue,
            cluster: vec![idle; servers],
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
        let next = |&call: &u32| self.slab.get(call as usize).map(|it| it.next);
        let waits = |server: &Server| {
            let calls = std::iter::successors(Some(server.head), next);
            calls.take_while(|&call| call != NONE).skip(1).count()
        };
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
                            next: NONE,
                            began: 0,
                            deadline: None,
                        });
                        slab.len() as u32 - 1
                    });
                    queue.schedule_in_line(now + HOP, Event::AtServer(index));
                    slab[index as usize] = Call {
                        server: server as u32,
                        next: NONE,
                        began: now,
                        deadline: Some(queue.schedule_in_line(now + DEADLINE, Event::Deadline)),
                    };
                    queue.schedule(now + draws.gap(), Event::Call);
                }
                Event::AtServer(index) => {
                    let number = slab[index as usize].server;
                    let server = &mut cluster[number as usize];
                    if server.tail == NONE {
                        server.head = index;
                        queue.schedule(now + draws.service(), Event::Done(number));
                    } else {
                        slab[server.tail as usize].next = index;
                    }
                    server.tail = index;
                }
                Event::Done(number) => {
                    let server = &mut cluster[number as usize];
                    let done = server.head;
                    server.head = slab[done as usize].next;
                    queue.schedule_in_line(now + HOP, Event::Back(done));
                    if server.head == NONE {
                        server.tail = NONE;
                    } else {
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

//! The cluster of the workload, without a queue of events: what it wants scheduled it says.

use crate::workload::{DEADLINE, Draws, HOP, Nanos, Tally};
use serde::{Deserialize, Serialize};

const NONE: u32 = u32::MAX;

/// What comes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Event {
    Call,
    AtServer(u32),
    Done(u32),
    Back(u32),
    /// Of a call, and its generation.
    Deadline(u32, u32),
}

/// A library's means: to schedule after a delay, and to cancel a deadline.
pub trait Schedule {
    /// By which a deadline is cancelled.
    type Timer;
    fn after(&mut self, delay: Nanos, event: Event);
    fn deadline(&mut self, delay: Nanos, event: Event) -> Self::Timer;
    fn cancel(&mut self, timer: Self::Timer);
}

#[derive(Debug)]
struct Call<T> {
    server: u32,
    next: u32,
    generation: u32,
    began: Nanos,
    deadline: Option<T>,
}

#[derive(Debug, Clone, Copy)]
struct Server {
    head: u32,
    tail: u32,
    load: u32,
}

/// The cluster; `T` is a library's timer.
#[derive(Debug)]
pub struct Model<T> {
    draws: Draws,
    cluster: Vec<Server>,
    slab: Vec<Call<T>>,
    free: Vec<u32>,
    pub tally: Tally,
}

impl<T> Model<T> {
    pub fn new(servers: usize) -> Self {
        let idle = Server {
            head: NONE,
            tail: NONE,
            load: 0,
        };
        Self {
            draws: Draws::new(servers),
            cluster: vec![idle; servers],
            slab: Vec::new(),
            free: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// The time to the first call.
    pub fn first(&mut self) -> Nanos {
        self.draws.gap()
    }

    /// Takes an event at its time.
    pub fn take(&mut self, now: Nanos, event: Event, schedule: &mut impl Schedule<Timer = T>) {
        match event {
            Event::Call => self.call(now, schedule),
            Event::AtServer(index) => {
                let number = self.slab[index as usize].server;
                let server = &mut self.cluster[number as usize];
                if server.tail == NONE {
                    server.head = index;
                    schedule.after(self.draws.service(), Event::Done(number));
                } else {
                    self.slab[server.tail as usize].next = index;
                }
                server.tail = index;
            }
            Event::Done(number) => {
                let server = &mut self.cluster[number as usize];
                let done = server.head;
                server.head = self.slab[done as usize].next;
                schedule.after(HOP, Event::Back(done));
                if server.head == NONE {
                    server.tail = NONE;
                } else {
                    schedule.after(self.draws.service(), Event::Done(number));
                }
            }
            Event::Back(index) => {
                let call = &mut self.slab[index as usize];
                call.generation = call.generation.wrapping_add(1);
                if let Some(timer) = call.deadline.take() {
                    schedule.cancel(timer);
                }
                self.cluster[call.server as usize].load -= 1;
                self.tally.answered += 1;
                self.tally.waited += now - call.began;
                self.free.push(index);
            }
            Event::Deadline(index, generation) => {
                // None is ever late.
                if self.slab[index as usize].generation != generation {
                    return;
                }
            }
        }
        self.tally.now = now;
    }

    fn call(&mut self, now: Nanos, schedule: &mut impl Schedule<Timer = T>) {
        let (a, b) = self.draws.two(self.cluster.len());
        let shorter = self.cluster[b].load < self.cluster[a].load;
        let server = if shorter { b } else { a };
        self.cluster[server].load += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            self.slab.push(Call {
                server: 0,
                next: NONE,
                generation: 0,
                began: 0,
                deadline: None,
            });
            self.slab.len() as u32 - 1
        });
        let call = &mut self.slab[index as usize];
        call.server = server as u32;
        call.next = NONE;
        call.began = now;
        schedule.after(HOP, Event::AtServer(index));
        let event = Event::Deadline(index, call.generation);
        call.deadline = Some(schedule.deadline(DEADLINE, event));
        schedule.after(self.draws.gap(), Event::Call);
    }
}

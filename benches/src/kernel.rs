//! The kernel alone: the engine's event queue, timers and draws, with this workload on it.

use crate::workload::{DEADLINE, Draws, HOP, Nanos, Tally};
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

struct Call {
    server: u32,
    began: Nanos,
    deadline: Option<Timer>,
}

#[derive(Default)]
struct Server {
    /// The call in service, then those that wait.
    calls: VecDeque<u32>,
    load: u32,
}

/// Runs so many calls over so many servers.
#[must_use]
pub(crate) fn run(servers: usize, calls: u64) -> Tally {
    let mut draws = Draws::new(servers);
    let mut queue = EventQueue::default();
    let mut cluster: Vec<Server> = (0..servers).map(|_| Server::default()).collect();
    let mut slab: Vec<Call> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut tally = Tally::default();
    queue.schedule(draws.gap(), Event::Call);
    while tally.answered < calls {
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
                tally.waited += u128::from(now - call.began);
                free.push(index);
            }
            Event::Deadline => {}
        }
    }
    tally
}

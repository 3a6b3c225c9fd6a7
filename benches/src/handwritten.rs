//! The limit: this workload and nothing else, written out by hand.
//!
//! A 4-ary heap on packed keys for what has random times, a first-in-first-out lane for each delay
//! that is always the same, calls in a slab, queues as lists through the slab.

use crate::workload::{DEADLINE, Draws, HOP, Nanos, Tally};
use std::collections::VecDeque;

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Call {
    server: u32,
    next: u32,
    generation: u32,
    began: Nanos,
}

#[derive(Debug, Clone, Copy)]
struct Server {
    /// The call in service, then those that wait.
    head: u32,
    tail: u32,
    /// Calls chosen for it and not answered.
    load: u32,
}

/// An entry of a lane: when, in which order, what.
type Due = (u128, u32, u32);

/// What has random times: a call (`NONE`) or the end of a server's service.
#[derive(Debug, Default)]
struct Heap(Vec<(u128, u32)>);

impl Heap {
    fn push(&mut self, entry: (u128, u32)) {
        let heap = &mut self.0;
        heap.push(entry);
        let mut hole = heap.len() - 1;
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if heap[parent].0 <= entry.0 {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = entry;
    }

    fn pop(&mut self) -> Option<(u128, u32)> {
        let heap = &mut self.0;
        let last = heap.pop()?;
        let Some(&root) = heap.first() else {
            return Some(last);
        };
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            if first >= heap.len() {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + 4).min(heap.len()) {
                if heap[child].0 < heap[least].0 {
                    least = child;
                }
            }
            if last.0 <= heap[least].0 {
                break;
            }
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = last;
        Some(root)
    }
}

/// Runs so many calls over so many servers.
#[must_use]
pub(crate) fn run(servers: usize, calls: u64) -> Tally {
    let mut draws = Draws::new(servers);
    let mut heap = Heap::default();
    let mut there: VecDeque<Due> = VecDeque::new();
    let mut back: VecDeque<Due> = VecDeque::new();
    let mut deadlines: VecDeque<Due> = VecDeque::new();
    let mut cluster = vec![
        Server {
            head: NONE,
            tail: NONE,
            load: 0,
        };
        servers
    ];
    let mut slab: Vec<Call> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut sequence = 0u64;
    let mut key = |at: Nanos| {
        sequence += 1;
        u128::from(at) << 64 | u128::from(sequence)
    };
    let mut tally = Tally::default();
    let far = u128::MAX;
    heap.push((key(draws.gap()), NONE));
    while tally.answered < calls {
        let next = heap.0.first().map_or(far, |it| it.0);
        let lanes = [&there, &back, &deadlines].map(|lane| lane.front().map_or(far, |it| it.0));
        if next < lanes[0] && next < lanes[1] && next < lanes[2] {
            let Some((at, what)) = heap.pop() else { break };
            let now = (at >> 64) as Nanos;
            tally.now = now;
            if what == NONE {
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
                        generation: 0,
                        began: 0,
                    });
                    slab.len() as u32 - 1
                });
                let call = &mut slab[index as usize];
                call.server = server as u32;
                call.next = NONE;
                call.began = now;
                let generation = call.generation;
                there.push_back((key(now + HOP), index, generation));
                deadlines.push_back((key(now + DEADLINE), index, generation));
                heap.push((key(now + draws.gap()), NONE));
            } else {
                let server = &mut cluster[what as usize];
                let done = server.head;
                server.head = slab[done as usize].next;
                if server.head == NONE {
                    server.tail = NONE;
                } else {
                    heap.push((key(now + draws.service()), what));
                }
                back.push_back((key(now + HOP), done, 0));
            }
        } else if lanes[0] < lanes[1] && lanes[0] < lanes[2] {
            let Some((at, index, _)) = there.pop_front() else {
                break;
            };
            let now = (at >> 64) as Nanos;
            tally.now = now;
            let number = slab[index as usize].server;
            let server = &mut cluster[number as usize];
            if server.tail == NONE {
                server.head = index;
                heap.push((key(now + draws.service()), number));
            } else {
                slab[server.tail as usize].next = index;
            }
            server.tail = index;
        } else if lanes[1] < lanes[2] {
            let Some((at, index, _)) = back.pop_front() else {
                break;
            };
            tally.now = (at >> 64) as Nanos;
            let call = &mut slab[index as usize];
            call.generation = call.generation.wrapping_add(1);
            cluster[call.server as usize].load -= 1;
            tally.answered += 1;
            tally.waited += u128::from(tally.now - call.began);
            free.push(index);
        } else {
            let Some((at, index, generation)) = deadlines.pop_front() else {
                break;
            };
            if slab[index as usize].generation == generation {
                // None is ever late: the run is stable and its deadline far.
                tally.now = (at >> 64) as Nanos;
            }
        }
    }
    tally
}

//! The limit: this workload and nothing else, written out by hand.
//!
//! What has random times is kept as packed keys of 16 bytes, in a heap or in a ladder; a first-in-
//! first-out lane for each delay that is always the same, calls in a slab, queues as lists through
//! the slab.

mod heap;
mod ladder;

pub use heap::Heap;
pub use ladder::Ladder;

use crate::workload::{Contender, DEADLINE, Draws, HOP, Nanos, Tally};
use std::collections::VecDeque;

const NONE: u32 = u32::MAX;

/// What keeps keys in order: the time, the order of scheduling and the payload, packed.
pub trait Pending: Default {
    /// Puts a key in.
    fn push(&mut self, key: u128);
    /// The least key; above all others if there is none.
    fn least(&mut self) -> u128;
    /// Takes the least key away, after `least`.
    fn take(&mut self);
}

#[derive(Debug, Clone, Copy, Default)]
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

/// A deadline: the halves of its key, of which the lower holds the call, and the call's generation.
type Deadline = (u64, u64, u32);

/// Bits of a key that say what it is for: a call, a server, or a new call.
const PAYLOAD: u32 = 24;
const NEW_CALL: u32 = (1 << PAYLOAD) - 1;

#[derive(Debug, Default)]
struct Sequence(u64);

impl Sequence {
    /// Sixteen million things at once and 2^40 in all are enough for a bench.
    #[inline]
    fn key(&mut self, at: Nanos, what: u32) -> u128 {
        self.0 += 1;
        u128::from(at) << 64 | u128::from(self.0) << PAYLOAD | u128::from(what)
    }
}

fn payload(key: u128) -> u32 {
    key as u32 & NEW_CALL
}

/// The loop.
#[derive(Debug)]
pub struct Loop<P> {
    draws: Draws,
    pending: P,
    there: VecDeque<u128>,
    back: VecDeque<u128>,
    deadlines: VecDeque<Deadline>,
    cluster: Vec<Server>,
    slab: Vec<Call>,
    free: Vec<u32>,
    sequence: Sequence,
    tally: Tally,
}

impl<P: Pending> Loop<P> {
    /// Over so many servers.
    #[must_use]
    pub fn new(servers: usize, mut draws: Draws) -> Self {
        let idle = Server {
            head: NONE,
            tail: NONE,
            load: 0,
        };
        let (mut pending, mut sequence) = (P::default(), Sequence::default());
        pending.push(sequence.key(draws.gap(), NEW_CALL));
        Self {
            draws,
            pending,
            there: VecDeque::new(),
            back: VecDeque::new(),
            deadlines: VecDeque::new(),
            cluster: vec![idle; servers],
            slab: Vec::new(),
            free: Vec::new(),
            sequence,
            tally: Tally::default(),
        }
    }
}

impl<P: Pending> Contender for Loop<P> {
    fn run(&mut self, answered: u64) -> Tally {
        let Self {
            draws,
            pending,
            there,
            back,
            deadlines,
            cluster,
            slab,
            free,
            sequence,
            tally,
        } = self;
        let far = u128::MAX;
        let servers = cluster.len();
        while tally.answered < answered {
            let next = pending.least();
            let first = there.front().copied().unwrap_or(far);
            let second = back.front().copied().unwrap_or(far);
            let third = deadlines.front().map_or(far, |&(high, low, _)| {
                u128::from(high) << 64 | u128::from(low)
            });
            if next < first && next < second && next < third {
                pending.take();
                let now = (next >> 64) as Nanos;
                tally.now = now;
                let what = payload(next);
                if what == NEW_CALL {
                    let (a, b) = draws.two(servers);
                    let server = if cluster[b].load < cluster[a].load {
                        b
                    } else {
                        a
                    };
                    cluster[server].load += 1;
                    let index = free.pop().unwrap_or_else(|| {
                        slab.push(Call::default());
                        slab.len() as u32 - 1
                    });
                    let call = &mut slab[index as usize];
                    call.server = server as u32;
                    call.next = NONE;
                    call.began = now;
                    there.push_back(sequence.key(now + HOP, index));
                    let key = sequence.key(now + DEADLINE, index);
                    deadlines.push_back(((key >> 64) as u64, key as u64, call.generation));
                    pending.push(sequence.key(now + draws.gap(), NEW_CALL));
                } else {
                    let server = &mut cluster[what as usize];
                    let done = server.head;
                    server.head = slab[done as usize].next;
                    back.push_back(sequence.key(now + HOP, done));
                    if server.head == NONE {
                        server.tail = NONE;
                    } else {
                        pending.push(sequence.key(now + draws.service(), what));
                    }
                }
            } else if first < second && first < third {
                there.pop_front();
                let index = payload(first);
                let now = (first >> 64) as Nanos;
                tally.now = now;
                let number = slab[index as usize].server;
                let server = &mut cluster[number as usize];
                if server.tail == NONE {
                    server.head = index;
                    pending.push(sequence.key(now + draws.service(), number));
                } else {
                    slab[server.tail as usize].next = index;
                }
                server.tail = index;
            } else if second < third {
                back.pop_front();
                let index = payload(second);
                tally.now = (second >> 64) as Nanos;
                let call = &mut slab[index as usize];
                call.generation = call.generation.wrapping_add(1);
                cluster[call.server as usize].load -= 1;
                tally.answered += 1;
                tally.waited += tally.now - call.began;
                free.push(index);
            } else if let Some((at, _, generation)) = deadlines.pop_front()
                && slab[payload(third) as usize].generation == generation
            {
                // None is ever late: the run is stable and its deadline far.
                tally.now = at;
            }
        }
        *tally
    }
}

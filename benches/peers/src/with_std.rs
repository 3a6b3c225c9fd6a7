//! What one writes at first: the standard library's ordered collections.

use crate::model::{Event, Model, Schedule};
use crate::workload::{Contender, Nanos, Tally};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

#[derive(Debug)]
struct Entry {
    at: Nanos,
    sequence: u64,
    event: Event,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Entry {}

#[derive(Debug, Default)]
struct HeapQueue {
    now: Nanos,
    sequence: u64,
    heap: BinaryHeap<Reverse<Entry>>,
}

impl Schedule for HeapQueue {
    type Timer = ();
    fn after(&mut self, delay: Nanos, event: Event) {
        self.sequence += 1;
        let (at, sequence) = (self.now + delay, self.sequence);
        self.heap.push(Reverse(Entry {
            at,
            sequence,
            event,
        }));
    }
    fn deadline(&mut self, delay: Nanos, event: Event) {
        self.after(delay, event);
    }
    fn cancel(&mut self, (): ()) {}
}

/// A binary heap, cancelled events skipped.
pub struct Heap {
    queue: HeapQueue,
    model: Model<()>,
}

impl Heap {
    pub fn new(servers: usize) -> Self {
        let (mut queue, mut model) = (HeapQueue::default(), Model::new(servers));
        queue.after(model.first(), Event::Call);
        Self { queue, model }
    }
}

impl Contender for Heap {
    fn run(&mut self, answered: u64) -> Tally {
        while self.model.tally.answered < answered
            && let Some(Reverse(entry)) = self.queue.heap.pop()
        {
            self.queue.now = entry.at;
            self.model.take(entry.at, entry.event, &mut self.queue);
        }
        self.model.tally
    }
}

#[derive(Debug, Default)]
struct MapQueue {
    now: Nanos,
    sequence: u64,
    map: BTreeMap<(Nanos, u64), Event>,
}

impl Schedule for MapQueue {
    type Timer = (Nanos, u64);
    fn after(&mut self, delay: Nanos, event: Event) {
        self.deadline(delay, event);
    }
    fn deadline(&mut self, delay: Nanos, event: Event) -> Self::Timer {
        self.sequence += 1;
        let key = (self.now + delay, self.sequence);
        self.map.insert(key, event);
        key
    }
    fn cancel(&mut self, key: Self::Timer) {
        self.map.remove(&key);
    }
}

/// A sorted map, cancelled events removed.
pub struct Map {
    queue: MapQueue,
    model: Model<(Nanos, u64)>,
}

impl Map {
    pub fn new(servers: usize) -> Self {
        let (mut queue, mut model) = (MapQueue::default(), Model::new(servers));
        queue.after(model.first(), Event::Call);
        Self { queue, model }
    }
}

impl Contender for Map {
    fn run(&mut self, answered: u64) -> Tally {
        while self.model.tally.answered < answered
            && let Some(((at, _), event)) = self.queue.map.pop_first()
        {
            self.queue.now = at;
            self.model.take(at, event, &mut self.queue);
        }
        self.model.tally
    }
}

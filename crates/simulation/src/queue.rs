//! The event queue: earliest first, first in first out among equal times, timers that can be
//! cancelled.
//!
//! A 4-ary heap on keys of (time, sequence) packed into 128 bits, which compare in one step and
//! give the FIFO order. A cancelled timer frees its slot at once, in O(1); what it leaves in the
//! heap is known by its generation, skipped when it surfaces, and swept out when it outnumbers
//! what lives.

use crate::time::Nanos;

/// A scheduled event, to cancel it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timer {
    slot: u32,
    generation: u32,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u128,
    timer: Timer,
}

#[derive(Debug, Clone)]
struct Slot<E> {
    generation: u32,
    event: Option<E>,
}

/// Events to come.
#[derive(Debug, Clone)]
pub(crate) struct EventQueue<E> {
    heap: Vec<Entry>,
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
    sequence: u64,
    cancelled: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            heap: Vec::new(),
            slots: Vec::new(),
            free: Vec::new(),
            sequence: 0,
            cancelled: 0,
        }
    }
}

const ARITY: usize = 4;

impl<E> EventQueue<E> {
    /// Schedules an event.
    pub(crate) fn schedule(&mut self, at: Nanos, event: E) -> Timer {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 0,
                event: None,
            });
            (self.slots.len() - 1) as u32
        });
        let entry = &mut self.slots[slot as usize];
        entry.event = Some(event);
        let timer = Timer {
            slot,
            generation: entry.generation,
        };
        let key = u128::from(at) << 64 | u128::from(self.sequence);
        self.sequence += 1;
        self.heap.push(Entry { key, timer });
        self.sift_up(self.heap.len() - 1);
        timer
    }

    /// Cancels an event that has not come yet, and gives it back.
    pub(crate) fn cancel(&mut self, timer: Timer) -> Option<E> {
        let event = self.release(timer)?;
        self.cancelled += 1;
        if self.cancelled > 64 && self.cancelled > self.heap.len() / 2 {
            self.sweep();
        }
        Some(event)
    }

    /// When the next event comes.
    pub(crate) fn next_time(&mut self) -> Option<Nanos> {
        loop {
            let first = self.heap.first()?;
            if self.is_live(first.timer) {
                return Some((first.key >> 64) as Nanos);
            }
            self.pop_root();
            self.cancelled -= 1;
        }
    }

    /// When the next event comes, without tidying up.
    #[must_use]
    pub(crate) fn peek_time(&self) -> Option<Nanos> {
        match self.heap.first() {
            Some(first) if self.is_live(first.timer) => Some((first.key >> 64) as Nanos),
            _ => {
                let live = self.heap.iter().filter(|entry| self.is_live(entry.timer));
                live.map(|entry| (entry.key >> 64) as Nanos).min()
            }
        }
    }

    /// Takes the next event.
    pub(crate) fn pop(&mut self) -> Option<(Nanos, E)> {
        loop {
            let entry = self.pop_root()?;
            match self.release(entry.timer) {
                Some(event) => return Some(((entry.key >> 64) as Nanos, event)),
                None => self.cancelled -= 1,
            }
        }
    }

    fn is_live(&self, timer: Timer) -> bool {
        self.slots[timer.slot as usize].generation == timer.generation
    }

    fn release(&mut self, timer: Timer) -> Option<E> {
        let slot = self.slots.get_mut(timer.slot as usize)?;
        if slot.generation != timer.generation {
            return None;
        }
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(timer.slot);
        slot.event.take()
    }

    fn sweep(&mut self) {
        let slots = &self.slots;
        self.heap
            .retain(|entry| slots[entry.timer.slot as usize].generation == entry.timer.generation);
        self.cancelled = 0;
        for index in (0..self.heap.len().div_ceil(ARITY)).rev() {
            self.sift_down(index);
        }
    }

    fn pop_root(&mut self) -> Option<Entry> {
        let last = self.heap.pop()?;
        let Some(root) = self.heap.first_mut() else {
            return Some(last);
        };
        let first = std::mem::replace(root, last);
        self.sift_down(0);
        Some(first)
    }

    fn sift_up(&mut self, mut index: usize) {
        let entry = self.heap[index];
        while index > 0 {
            let parent = (index - 1) / ARITY;
            if self.heap[parent].key <= entry.key {
                break;
            }
            self.heap[index] = self.heap[parent];
            index = parent;
        }
        self.heap[index] = entry;
    }

    fn sift_down(&mut self, mut index: usize) {
        let entry = self.heap[index];
        loop {
            let first = index * ARITY + 1;
            if first >= self.heap.len() {
                break;
            }
            let last = (first + ARITY).min(self.heap.len());
            let mut least = first;
            for child in first + 1..last {
                if self.heap[child].key < self.heap[least].key {
                    least = child;
                }
            }
            if self.heap[least].key >= entry.key {
                break;
            }
            self.heap[index] = self.heap[least];
            index = least;
        }
        self.heap[index] = entry;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_times_come_in_the_order_of_scheduling() {
        let mut queue = EventQueue::default();
        for event in 0..100 {
            queue.schedule(7, event);
        }
        let order: Vec<i32> = std::iter::from_fn(|| queue.pop())
            .map(|(_, event)| event)
            .collect();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_timer_is_cancelled_once_and_never_comes() {
        let mut queue = EventQueue::default();
        let timer = queue.schedule(1, "cancelled");
        queue.schedule(2, "kept");
        assert_eq!(queue.cancel(timer), Some("cancelled"));
        assert_eq!(queue.cancel(timer), None);
        assert_eq!(queue.pop(), Some((2, "kept")));
        let again = queue.schedule(3, "slot used again");
        assert_eq!(
            queue.cancel(timer),
            None,
            "an old timer must not cancel its successor"
        );
        assert_eq!(queue.cancel(again), Some("slot used again"));
        assert!(queue.pop().is_none() && queue.peek_time().is_none());
    }

    proptest! {
        /// Against a sorted list: any mixture of scheduling, cancelling and popping.
        #[test]
        fn behaves_as_a_sorted_list(ops in prop::collection::vec((0u8..4, 0u64..50), 1..600)) {
            let mut queue = EventQueue::default();
            let mut model: Vec<(u64, usize, Timer)> = Vec::new();
            for (count, (op, value)) in ops.into_iter().enumerate() {
                match op {
                    0 | 1 => model.push((value, count, queue.schedule(value, count))),
                    2 if !model.is_empty() => {
                        let (_, event, timer) = model.remove(value as usize % model.len());
                        prop_assert_eq!(queue.cancel(timer), Some(event));
                    }
                    _ => {
                        model.sort_by_key(|&(time, sequence, _)| (time, sequence));
                        let expected = (!model.is_empty()).then(|| model.remove(0));
                        prop_assert_eq!(queue.peek_time(), expected.map(|(time, ..)| time));
                        prop_assert_eq!(queue.next_time(), expected.map(|(time, ..)| time));
                        prop_assert_eq!(queue.pop(), expected.map(|(time, event, _)| (time, event)));
                    }
                }
                prop_assert_eq!(queue.heap.len() - queue.cancelled, model.len());
            }
        }
    }
}

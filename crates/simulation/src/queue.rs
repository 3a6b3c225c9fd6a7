//! The event queue: earliest first, first in first out among equal times, timers that can be
//! cancelled.
//!
//! A 4-ary heap on keys of (time, sequence) packed into 128 bits, which compare in one step and
//! give the FIFO order. Beside it stand a few lanes: what comes after one and the same delay, as
//! timeouts do, is in order by itself, and a lane keeps it without a heap's work. Which of the two
//! an event is kept in changes nothing of the order in which they come.
//!
//! A cancelled timer frees its slot at once, in O(1); what it leaves behind is known by its
//! generation and skipped when it surfaces. In the heap it is swept out when it outnumbers what
//! lives, and in a lane, where the oldest timers are the first to be cancelled, as soon as nothing
//! that lives stands before it.

use crate::time::Nanos;
use std::collections::VecDeque;

/// A scheduled event, to cancel it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
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
    /// The lane that its entry is in, or [`HEAP`].
    place: u32,
    event: Option<E>,
}

/// Events that come after the same delay, in order.
#[derive(Debug, Clone, Default)]
struct Lane {
    delay: Nanos,
    entries: VecDeque<Entry>,
}

/// Events to come.
#[derive(Debug, Clone)]
pub struct EventQueue<E> {
    heap: Vec<Entry>,
    lanes: [Lane; LANES],
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
    sequence: u64,
    /// Cancelled entries in the heap.
    cancelled: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            heap: Vec::new(),
            lanes: Default::default(),
            slots: Vec::new(),
            free: Vec::new(),
            sequence: 0,
            cancelled: 0,
        }
    }
}

const ARITY: usize = 4;
/// A scenario has a deadline, an attempt timeout for clients and one for each balancer's setting.
const LANES: usize = 4;
const HEAP: u32 = LANES as u32;

impl<E> EventQueue<E> {
    /// Schedules an event.
    pub fn schedule(&mut self, at: Nanos, event: E) -> Timer {
        let entry = self.enter(at, HEAP, event);
        self.heap.push(entry);
        self.sift_up(self.heap.len() - 1);
        entry.timer
    }

    /// Schedules an event after a delay that others have too, such as a timeout. `now` must not go
    /// back from one call to the next; where it does the event is kept in the heap.
    pub fn schedule_after(&mut self, now: Nanos, delay: Nanos, event: E) -> Timer {
        let at = now + delay;
        let lane = self
            .lanes
            .iter()
            .position(|lane| lane.delay == delay)
            .or_else(|| self.lanes.iter().position(|lane| lane.entries.is_empty()));
        let fits = |lane: &Lane| match lane.entries.back() {
            Some(last) => last.key >> 64 <= u128::from(at),
            None => true,
        };
        let Some(index) = lane.filter(|&index| fits(&self.lanes[index])) else {
            return self.schedule(at, event);
        };
        let entry = self.enter(at, index as u32, event);
        let lane = &mut self.lanes[index];
        lane.delay = delay;
        lane.entries.push_back(entry);
        entry.timer
    }

    fn enter(&mut self, at: Nanos, place: u32, event: E) -> Entry {
        let key = u128::from(at) << 64 | u128::from(self.sequence);
        self.sequence += 1;
        let slot = match self.free.pop() {
            Some(slot) => {
                let kept = &mut self.slots[slot as usize];
                kept.place = place;
                kept.event = Some(event);
                slot
            }
            None => {
                self.slots.push(Slot {
                    generation: 0,
                    place,
                    event: Some(event),
                });
                (self.slots.len() - 1) as u32
            }
        };
        let generation = self.slots[slot as usize].generation;
        Entry {
            key,
            timer: Timer { slot, generation },
        }
    }

    /// Cancels an event that has not come yet, and gives it back.
    pub fn cancel(&mut self, timer: Timer) -> Option<E> {
        let event = self.release(timer)?;
        let place = self.slots[timer.slot as usize].place;
        if let Some(lane) = self.lanes.get_mut(place as usize) {
            while let Some(first) = lane.entries.front() {
                if self.slots[first.timer.slot as usize].generation == first.timer.generation {
                    break;
                }
                lane.entries.pop_front();
            }
            return Some(event);
        }
        self.cancelled += 1;
        if self.cancelled > 64 && self.cancelled > self.heap.len() / 2 {
            self.sweep();
        }
        Some(event)
    }

    /// When the next event comes, without tidying up.
    #[must_use]
    pub fn peek_time(&self) -> Option<Nanos> {
        let heap = match self.heap.first() {
            Some(first) if self.is_live(first.timer) => Some(first.key),
            _ => {
                let live = self.heap.iter().filter(|entry| self.is_live(entry.timer));
                live.map(|entry| entry.key).min()
            }
        };
        // The first of a lane lives: `cancel` and `pop` see to it.
        let lanes = self.lanes.iter().filter_map(|lane| lane.entries.front());
        let first = lanes.map(|entry| entry.key).chain(heap).min()?;
        Some((first >> 64) as Nanos)
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Nanos, E)> {
        self.pop_until(Nanos::MAX)
    }

    /// Takes the next event, if it comes no later than this.
    pub fn pop_until(&mut self, until: Nanos) -> Option<(Nanos, E)> {
        loop {
            let mut least = self.heap.first().map_or(u128::MAX, |entry| entry.key);
            let mut from = LANES;
            for (index, lane) in self.lanes.iter().enumerate() {
                if let Some(first) = lane.entries.front()
                    && first.key < least
                {
                    least = first.key;
                    from = index;
                }
            }
            let at = (least >> 64) as Nanos;
            if least == u128::MAX || at > until {
                return None;
            }
            let entry = match self.lanes.get_mut(from) {
                Some(lane) => lane.entries.pop_front()?,
                None => self.pop_root()?,
            };
            let event = self.release(entry.timer);
            if let Some(lane) = self.lanes.get_mut(from) {
                // What stands first in a lane lives.
                while let Some(first) = lane.entries.front() {
                    if self.slots[first.timer.slot as usize].generation == first.timer.generation {
                        break;
                    }
                    lane.entries.pop_front();
                }
            }
            match event {
                Some(event) => return Some((at, event)),
                None => self.cancelled -= usize::from(from == LANES),
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
        /// Against a sorted list: any mixture of scheduling, in the heap and in lanes, cancelling
        /// and popping.
        #[test]
        fn behaves_as_a_sorted_list(ops in prop::collection::vec((0u8..6, 0u64..50), 1..600)) {
            let mut queue = EventQueue::default();
            let mut model: Vec<(u64, usize, Timer)> = Vec::new();
            let mut now = 0;
            for (count, (op, value)) in ops.into_iter().enumerate() {
                match op {
                    0 | 1 => model.push((value, count, queue.schedule(value, count))),
                    // More delays than lanes, and a clock that goes on.
                    4 | 5 => {
                        now += value % 5;
                        let delay = value % 7 * 10;
                        let timer = queue.schedule_after(now, delay, count);
                        model.push((now + delay, count, timer));
                    }
                    2 if !model.is_empty() => {
                        let (_, event, timer) = model.remove(value as usize % model.len());
                        prop_assert_eq!(queue.cancel(timer), Some(event));
                    }
                    _ => {
                        model.sort_by_key(|&(time, sequence, _)| (time, sequence));
                        let expected = (!model.is_empty()).then(|| model.remove(0));
                        prop_assert_eq!(queue.peek_time(), expected.map(|(time, ..)| time));
                        let before = expected.and_then(|(time, ..)| time.checked_sub(1));
                        if let Some(before) = before {
                            prop_assert_eq!(queue.pop_until(before), None);
                        }
                        prop_assert_eq!(queue.pop(), expected.map(|(time, event, _)| (time, event)));
                    }
                }
                let laned = queue.lanes.iter().flat_map(|lane| &lane.entries);
                let laned = laned.filter(|entry| queue.is_live(entry.timer)).count();
                prop_assert_eq!(queue.heap.len() - queue.cancelled + laned, model.len());
            }
        }
    }
}

//! The event queue: earliest first, first in first out among equal times, timers that can be
//! cancelled.
//!
//! Keys of time, sequence and slot packed into 128 bits, which compare in one step and give the FIFO
//! order, stand in a heap, and those that are further off in a calendar; the slot says where what the
//! key stands for is kept. Beside them stand a few lanes: what comes after much the same delay, as
//! timeouts and hops do, is in order by itself, and a lane keeps it, with all that it carries, without
//! a heap's work. In which of them an event is kept changes nothing of the order in which they come.
//!
//! A timer is cancelled in O(1). What it leaves behind is swept out of the keys when it outnumbers
//! what lives, and out of a lane, where the oldest timers are the first to be cancelled, as soon as
//! nothing that lives stands before it.

mod calendar;
mod heap;
mod lane;

use crate::time::Nanos;
use calendar::Calendar;
use heap::{EMPTY, Heap};
use lane::Lane;
use std::num::NonZeroU32;

/// A scheduled event, to cancel it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// One more than the lane, or than [`LANES`] and the slot: so that an `Option` costs nothing.
    place: NonZeroU32,
    /// The event's number in its lane, or the slot's generation.
    stamp: u32,
}

impl Timer {
    fn new(place: u32, stamp: u32) -> Self {
        let place = NonZeroU32::MIN.saturating_add(place);
        Self { place, stamp }
    }
}

/// What a key stands for.
#[derive(Debug, Clone)]
struct Slot<E> {
    generation: u32,
    /// None once cancelled; the slot stays taken until its key is gone.
    event: Option<E>,
}

/// Events to come.
#[derive(Debug, Clone)]
pub struct EventQueue<E> {
    keys: Calendar,
    /// The key of what stands first in each lane, with the lane for its slot, or [`EMPTY`].
    fronts: [u128; LANES],
    /// The least of them.
    first: u128,
    /// When what stands last in each lane comes; 0 in an empty one.
    lasts: [Nanos; LANES],
    lanes: [Lane<E>; LANES],
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
    sequence: u32,
    /// Cancelled entries among the keys.
    cancelled: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            keys: Calendar::default(),
            fronts: [EMPTY; LANES],
            first: EMPTY,
            lasts: [0; LANES],
            lanes: Default::default(),
            slots: Vec::new(),
            free: Vec::new(),
            sequence: 0,
            cancelled: 0,
        }
    }
}

/// Deadlines, attempt timeouts and the commonest hops; what finds no lane is kept by its key. Each
/// further lane would cost every event a little.
const LANES: usize = 4;

fn key(at: Nanos, sequence: u32, slot: u32) -> u128 {
    u128::from(at) << 64 | u128::from(sequence) << 32 | u128::from(slot)
}

impl<E> EventQueue<E> {
    /// Schedules an event.
    pub fn schedule(&mut self, at: Nanos, event: E) -> Timer {
        let sequence = self.next_sequence();
        let event = Some(event);
        let (slot, generation) = match self.free.pop() {
            Some(slot) => {
                let kept = &mut self.slots[slot as usize];
                kept.event = event;
                (slot, kept.generation)
            }
            None => {
                let generation = 0;
                self.slots.push(Slot { generation, event });
                ((self.slots.len() - 1) as u32, generation)
            }
        };
        self.keys.push(key(at, sequence, slot));
        Timer::new(LANES as u32 + slot, generation)
    }

    /// Schedules an event that comes after what was scheduled before it with the same delay, as
    /// timeouts and hops do: it waits in line behind those. Where it cannot, it is kept by its key.
    #[inline(always)]
    pub fn schedule_in_line(&mut self, at: Nanos, event: E) -> Timer {
        // Behind the last of those that come no later: that leaves the others the most room.
        let [first, others @ ..] = &self.lasts;
        // Of those that come later it wraps, to more than any that come no later can have.
        let (mut index, mut least) = (0, at.wrapping_sub(*first));
        for (other, &last) in others.iter().enumerate() {
            let gap = at.wrapping_sub(last);
            if gap < least {
                (index, least) = (other + 1, gap);
            }
        }
        if least > at {
            return self.schedule(at, event);
        }
        let sequence = self.next_sequence();
        self.lasts[index] = at;
        let was_empty = self.lanes[index].is_empty();
        let stamp = self.lanes[index].push(at, sequence, event);
        if was_empty {
            let front = key(at, sequence, index as u32);
            self.fronts[index] = front;
            self.first = self.first.min(front);
        }
        Timer::new(index as u32, stamp)
    }

    /// Cancels an event, if it has not come yet nor been cancelled; says whether it did.
    pub fn cancel(&mut self, timer: Timer) -> bool {
        let place = timer.place.get() as usize - 1;
        if let Some(lane) = self.lanes.get_mut(place) {
            let (cancelled, first) = lane.cancel(timer.stamp);
            if first {
                self.set_front(place);
            }
            return cancelled;
        }
        let Some(slot) = self.slots.get_mut(place - LANES) else {
            return false;
        };
        if slot.generation != timer.stamp || slot.event.take().is_none() {
            return false;
        }
        self.cancelled += 1;
        if self.cancelled > 64 && self.cancelled > self.keys.len() / 2 {
            self.sweep();
        }
        true
    }

    /// When the next event comes, without tidying up.
    #[must_use]
    pub fn peek_time(&self) -> Option<Nanos> {
        let lives = |key: &u128| self.slots[*key as u32 as usize].event.is_some();
        let first = match self.keys.peek() {
            EMPTY => EMPTY,
            first if lives(&first) => first,
            _ => self.keys.keys().filter(lives).min().unwrap_or(EMPTY),
        };
        // The first of a lane lives: `Lane` sees to it.
        let first = first.min(self.first);
        (first != EMPTY).then_some((first >> 64) as Nanos)
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Nanos, E)> {
        self.pop_until(Nanos::MAX)
    }

    /// Takes the next event, if it comes no later than this.
    pub fn pop_until(&mut self, until: Nanos) -> Option<(Nanos, E)> {
        loop {
            let least = self.keys.least();
            let in_line = self.first < least;
            let next = if in_line { self.first } else { least };
            let at = (next >> 64) as Nanos;
            if at >= until && (at > until || next == EMPTY) {
                return None;
            }
            if in_line {
                let lane = self.first as u32 as usize;
                let event = self.lanes[lane].pop();
                self.set_front(lane);
                return event.map(|event| (at, event));
            }
            self.keys.take_least();
            match self.free_slot(least as u32) {
                Some(event) => return Some((at, event)),
                None => self.cancelled -= 1,
            }
        }
    }

    /// A lane's first has gone.
    #[inline]
    fn set_front(&mut self, lane: usize) {
        self.fronts[lane] = self.lanes[lane].key() | lane as u128;
        if self.lanes[lane].is_empty() {
            self.lasts[lane] = 0;
        }
        self.find_first();
    }

    fn find_first(&mut self) {
        let [a, b, c, d] = self.fronts;
        self.first = a.min(b).min(c.min(d));
    }

    fn free_slot(&mut self, slot: u32) -> Option<E> {
        let kept = &mut self.slots[slot as usize];
        kept.generation = kept.generation.wrapping_add(1);
        self.free.push(slot);
        kept.event.take()
    }

    fn sweep(&mut self) {
        let mut dead = Vec::with_capacity(self.cancelled);
        self.keys.retain(|key| {
            let slot = key as u32;
            let lives = self.slots[slot as usize].event.is_some();
            if !lives {
                dead.push(slot);
            }
            lives
        });
        for slot in dead {
            self.free_slot(slot);
        }
        self.cancelled = 0;
    }

    fn next_sequence(&mut self) -> u32 {
        if self.sequence == u32::MAX {
            self.renumber();
        }
        self.sequence += 1;
        self.sequence - 1
    }

    /// Counts what is kept anew, in the same order: once in four thousand million events.
    #[cold]
    fn renumber(&mut self) {
        let lanes = self.lanes.iter().flat_map(Lane::keys);
        let mut left = Heap::default();
        for key in self.keys.keys().chain(lanes) {
            left.push(key >> 32);
        }
        let mut order = Vec::with_capacity(left.len());
        while left.len() > 0 {
            order.push(left.least());
            left.take_root();
        }
        let new = |key: u128| order.partition_point(|&other| other < key >> 32) as u32;
        self.keys
            .renumber(|old| old >> 64 << 64 | key(0, new(old), old as u32));
        let lanes = self.lanes.iter_mut().zip(&mut self.fronts);
        for (index, (lane, front)) in lanes.enumerate() {
            lane.renumber(new);
            *front = lane.key() | index as u128;
        }
        self.find_first();
        self.sequence = order.len() as u32;
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
        assert!(queue.cancel(timer));
        assert!(!queue.cancel(timer));
        assert_eq!(queue.pop(), Some((2, "kept")));
        let again = queue.schedule(3, "slot used again");
        assert!(
            !queue.cancel(timer),
            "an old timer must not cancel its successor"
        );
        assert!(queue.cancel(again));
        assert!(queue.pop().is_none() && queue.peek_time().is_none());
    }

    proptest! {
        /// Against a sorted list: any mixture of scheduling, in the heap and in lanes, cancelling
        /// and popping, with the sequence numbers running out on the way or not.
        #[test]
        fn behaves_as_a_sorted_list(
            ops in prop::collection::vec((0u8..6, 0u64..50), 1..600),
            left in 0u32..1_000,
        ) {
            let mut queue = EventQueue { sequence: u32::MAX - left, ..EventQueue::default() };
            let mut model: Vec<(u64, usize, Timer)> = Vec::new();
            let mut now = 0;
            for (count, (op, value)) in ops.into_iter().enumerate() {
                match op {
                    0 | 1 => model.push((value, count, queue.schedule(value, count))),
                    // More delays than lanes, and a clock that goes on.
                    4 | 5 => {
                        now += value % 5;
                        let delay = value % 7 * 10;
                        let timer = queue.schedule_in_line(now + delay, count);
                        model.push((now + delay, count, timer));
                    }
                    2 if !model.is_empty() => {
                        let (_, _, timer) = model.remove(value as usize % model.len());
                        prop_assert!(queue.cancel(timer) && !queue.cancel(timer));
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
                let laned: usize = queue.lanes.iter().map(Lane::live).sum();
                prop_assert_eq!(queue.keys.len() - queue.cancelled + laned, model.len());
            }
        }
    }
}

//! Keys by the time to come: what is next in a heap, what is further off in days.
//!
//! A calendar (Brown 1988, "Calendar queues: a fast O(1) priority queue implementation for the
//! simulation event set problem") whose today is a heap. What is further off is only put into its
//! day, unsorted, and what comes after the last day of the year into a list: neither costs a cache
//! line for each doubling of what is pending, as a heap does. At the end of a year the next one is
//! laid out by what the list holds. While there are few keys there is no calendar but the heap.

use super::heap::{EMPTY, Heap};
use crate::time::Nanos;

/// More keys than this in the heap are laid out in days.
const MANY: usize = 2048;
/// Keys that a day is meant to bring.
const FILL: usize = 8;

/// Keys, least first. They must differ.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// What comes before `horizon`.
    heap: Heap,
    /// Where the days that are left begin; without a calendar the end of time.
    horizon: Nanos,
    /// When the year's first day began.
    start: Nanos,
    /// The logarithm of a day's length.
    shift: u32,
    /// The next day to be taken, and how many the year has; those after them keep their memory.
    next: usize,
    year: usize,
    days: Vec<Vec<u128>>,
    /// What comes after the year.
    later: Vec<u128>,
    /// Keys in the days that are left and later.
    far: usize,
    /// Keys that this year's days have brought so far.
    brought: usize,
    /// The heap may hold so many before all is laid out anew.
    limit: usize,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            heap: Heap::default(),
            horizon: Nanos::MAX,
            start: 0,
            shift: 0,
            next: 0,
            year: 0,
            days: Vec::new(),
            later: Vec::new(),
            far: 0,
            brought: 0,
            limit: MANY,
        }
    }
}

fn time(key: u128) -> Nanos {
    (key >> 64) as Nanos
}

impl Calendar {
    /// How many keys it holds.
    pub(super) fn len(&self) -> usize {
        self.heap.len() + self.far
    }

    /// The least key or [`EMPTY`].
    #[inline]
    pub(super) fn least(&mut self) -> u128 {
        if self.far > 0 && self.heap.len() == 0 {
            self.turn();
        }
        self.heap.least()
    }

    /// The least key or [`EMPTY`], without tidying up.
    pub(super) fn peek(&self) -> u128 {
        let least = |keys: &Vec<u128>| keys.iter().copied().fold(EMPTY, u128::min);
        match self.heap.peek() {
            EMPTY => {
                let day = self.left().iter().find(|day| !day.is_empty());
                least(day.unwrap_or(&self.later))
            }
            first => first,
        }
    }

    /// Takes away what [`Calendar::least`] gave last.
    #[inline]
    pub(super) fn take_least(&mut self) {
        self.heap.take_root();
    }

    /// Puts a key in.
    #[inline]
    pub(super) fn push(&mut self, key: u128) {
        if time(key) < self.horizon {
            self.heap.push(key);
            if self.heap.len() > self.limit {
                self.lay_out_all();
            }
        } else {
            self.push_far(key);
        }
    }

    /// All keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = u128> {
        let far = self.left().iter().flatten().chain(&self.later);
        self.heap.keys().chain(far.copied())
    }

    /// Replaces each key by what a function makes of it, which must keep their order and times.
    pub(super) fn renumber(&mut self, mut new: impl FnMut(u128) -> u128) {
        self.heap.renumber(&mut new);
        for key in self.days.iter_mut().flatten().chain(&mut self.later) {
            *key = new(*key);
        }
    }

    /// Keeps what a function says.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u128) -> bool) {
        self.heap.retain(&mut keep);
        for keys in self.days.iter_mut().chain([&mut self.later]) {
            let before = keys.len();
            keys.retain(|&key| keep(key));
            self.far -= before - keys.len();
        }
    }

    fn left(&self) -> &[Vec<u128>] {
        self.days.get(self.next..self.year).unwrap_or_default()
    }

    fn push_far(&mut self, key: u128) {
        self.far += 1;
        let day = (time(key) - self.start) >> self.shift;
        let left = self.next as u64..self.year as u64;
        match self.days.get_mut(day as usize) {
            Some(keys) if left.contains(&day) => keys.push(key),
            _ => self.later.push(key),
        }
    }

    /// Brings what comes next into the empty heap.
    fn turn(&mut self) {
        let Some(empty) = self.left().iter().position(|day| !day.is_empty()) else {
            return self.next_year();
        };
        let today = self.next + empty;
        self.next = today + 1;
        self.horizon = self.start.saturating_add((self.next as u64) << self.shift);
        let Self { heap, days, .. } = self;
        let day = &mut days[today];
        self.far -= day.len();
        self.brought += day.len();
        for key in day.drain(..) {
            heap.push(key);
        }
    }

    #[cold]
    fn next_year(&mut self) {
        let keys = std::mem::take(&mut self.later);
        self.far -= keys.len();
        let many = keys.len().max(self.brought);
        self.lay_out(keys, many);
    }

    #[cold]
    fn lay_out_all(&mut self) {
        let keys: Vec<u128> = self.keys().collect();
        self.heap.retain(|_| false);
        self.days.iter_mut().for_each(Vec::clear);
        self.later.clear();
        self.far = 0;
        let many = keys.len();
        self.lay_out(keys, many);
    }

    /// Begins a year of days for so many keys with these, or goes back to the heap alone.
    fn lay_out(&mut self, keys: Vec<u128>, many: usize) {
        self.brought = 0;
        let first = keys.iter().copied().map(time).min().unwrap_or_default();
        if many < MANY / 2 {
            (self.next, self.year, self.horizon) = (0, 0, Nanos::MAX);
        } else {
            let away: u128 = keys.iter().map(|&key| u128::from(time(key) - first)).sum();
            // Of what comes at random most is within twice the mean.
            let span = (2 * away / keys.len().max(1) as u128) as Nanos;
            let span = span.min(Nanos::MAX / 4);
            let days = (many / FILL).next_power_of_two();
            self.shift = (Nanos::BITS - span.leading_zeros()).saturating_sub(days.trailing_zeros());
            (self.start, self.next, self.year) = (first, 0, days);
            self.horizon = first;
            if self.days.len() < days {
                self.days.resize_with(days, Vec::new);
            }
        }
        for key in keys {
            if self.year > 0 {
                self.push_far(key);
            } else {
                self.heap.push(key);
            }
        }
        if self.far > 0 {
            self.turn();
        }
        // Where days cannot tell keys apart, as with equal times, the heap has to hold them.
        self.limit = MANY.max(2 * self.heap.len());
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drained(calendar: &mut Calendar) -> Vec<u128> {
        std::iter::from_fn(|| {
            let peeked = calendar.peek();
            let least = calendar.least();
            assert_eq!(peeked, least);
            calendar.take_least();
            (least != EMPTY).then_some(least)
        })
        .collect()
    }

    proptest! {
        /// Against a sorted list, through years, gaps between them, and back to the heap alone.
        #[test]
        fn gives_the_least_first(
            holds in prop::collection::vec((0u64..8_000, 0u32..40), 1..20),
        ) {
            let mut calendar = Calendar::default();
            let mut model = std::collections::BTreeSet::new();
            let (mut now, mut number) = (0u64, 0u64);
            for (many, spread) in holds {
                for _ in 0..many {
                    number += 1;
                    // Any spread, from equal times to hours.
                    let away = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (63 - spread);
                    let key = u128::from(now + away) << 64 | u128::from(number);
                    calendar.push(key);
                    model.insert(key);
                }
                for _ in 0..many * 3 / 4 {
                    prop_assert_eq!(calendar.len(), model.len());
                    let least = calendar.least();
                    prop_assert_eq!(Some(least), model.pop_first());
                    calendar.take_least();
                    now = time(least);
                }
                let odd = |key: u128| key & 15 != 3;
                calendar.retain(odd);
                model.retain(|&key| odd(key));
            }
            let rest: Vec<u128> = model.into_iter().collect();
            prop_assert_eq!(drained(&mut calendar), rest);
            prop_assert_eq!(calendar.len(), 0);
        }
    }

    #[test]
    fn many_keys_are_laid_out_and_few_are_not() {
        let key = |number: u64| u128::from(number % 97 * 1_000_000) << 64 | u128::from(number);
        let mut calendar = Calendar::default();
        (0..MANY as u64).for_each(|number| calendar.push(key(number)));
        assert_eq!(calendar.far, 0);
        (MANY as u64..3 * MANY as u64).for_each(|number| calendar.push(key(number)));
        assert!(calendar.far > 2 * calendar.heap.len());
        let mut sorted: Vec<u128> = (0..3 * MANY as u64).map(key).collect();
        sorted.sort_unstable();
        assert_eq!(drained(&mut calendar), sorted);
    }
}

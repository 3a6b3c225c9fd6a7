//! Events that come after one and the same delay: they are in order by themselves, and keep
//! what they carry beside them.

use super::heap::EMPTY;
use crate::time::Nanos;
use std::collections::VecDeque;

#[derive(Debug, Clone)]
struct Entry<E> {
    at: Nanos,
    sequence: u32,
    /// None once cancelled.
    event: Option<E>,
}

/// A queue, first in first out. What stands first in it lives.
#[derive(Debug, Clone)]
pub(super) struct Lane<E> {
    entries: VecDeque<Entry<E>>,
    /// The number of what stands first; they are numbered as they come, and the numbers wrap.
    first: u32,
}

impl<E> Default for Lane<E> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
        }
    }
}

impl<E> Lane<E> {
    /// Whether an event at this time may stand last.
    pub(super) fn takes(&self, at: Nanos) -> bool {
        self.entries.back().is_none_or(|last| last.at <= at)
    }

    /// Puts an event last; returns its number.
    pub(super) fn push(&mut self, at: Nanos, sequence: u32, event: E) -> u32 {
        let number = self.first.wrapping_add(self.entries.len() as u32);
        self.entries.push_back(Entry {
            at,
            sequence,
            event: Some(event),
        });
        number
    }

    /// The key of what stands first, or [`EMPTY`].
    pub(super) fn key(&self) -> u128 {
        self.entries
            .front()
            .map_or(EMPTY, |entry| super::key(entry.at, entry.sequence, 0))
    }

    /// Takes what stands first.
    pub(super) fn pop(&mut self) -> Option<E> {
        let event = self.entries.pop_front()?.event;
        self.first = self.first.wrapping_add(1);
        self.tidy();
        event
    }

    /// Cancels the event of this number, if it has not come, and gives it back.
    pub(super) fn cancel(&mut self, number: u32) -> Option<E> {
        let index = number.wrapping_sub(self.first) as usize;
        let event = self.entries.get_mut(index)?.event.take();
        if index == 0 {
            self.tidy();
        }
        event
    }

    /// The (time, sequence) of all that is kept, as keys without a slot.
    pub(super) fn keys(&self) -> impl Iterator<Item = u128> {
        let key = |entry: &Entry<E>| super::key(entry.at, entry.sequence, 0);
        self.entries.iter().map(key)
    }

    /// Gives each a new sequence number by its old key; the order must be the same.
    pub(super) fn renumber(&mut self, mut new: impl FnMut(u128) -> u32) {
        for entry in &mut self.entries {
            entry.sequence = new(super::key(entry.at, entry.sequence, 0));
        }
    }

    /// How many of its events live.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn live(&self) -> usize {
        let lives = |entry: &&Entry<E>| entry.event.is_some();
        self.entries.iter().filter(lives).count()
    }

    fn tidy(&mut self) {
        while self.entries.front().is_some_and(|it| it.event.is_none()) {
            self.entries.pop_front();
            self.first = self.first.wrapping_add(1);
        }
    }
}

//! Events that come after one and the same delay: they are in order by themselves, and keep
//! what they carry beside them.
//!
//! Which of them live is kept in bits of their own. Most timeouts are cancelled, and at that time
//! their entry is long out of the cache, while all bits of a lane fit into it.

use super::heap::EMPTY;
use crate::time::Nanos;
use std::collections::VecDeque;

#[derive(Debug, Clone)]
struct Entry<E> {
    at: Nanos,
    sequence: u32,
    event: E,
}

/// A queue, first in first out. What stands first in it lives.
#[derive(Debug, Clone)]
pub(super) struct Lane<E> {
    entries: VecDeque<Entry<E>>,
    /// The number of what stands first; they are numbered as they come, and the numbers wrap.
    first: u32,
    /// A bit for each number from the last multiple of [`WORD`] on, set while it lives.
    live: VecDeque<u64>,
}

/// Bits in a word.
const WORD: u32 = u64::BITS;

impl<E> Default for Lane<E> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            live: VecDeque::new(),
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
        if self.word_of(number) == self.live.len() {
            self.live.push_back(0);
        }
        if let Some(word) = self.live.back_mut() {
            *word |= 1 << (number % WORD);
        }
        self.entries.push_back(Entry {
            at,
            sequence,
            event,
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
        let entry = self.entries.pop_front()?;
        if let Some(word) = self.live.front_mut() {
            *word &= !(1 << (self.first % WORD));
        }
        self.pass(1);
        self.tidy();
        Some(entry.event)
    }

    /// Cancels the event of this number, if it has not come. Says whether it did, and whether it
    /// stood first.
    pub(super) fn cancel(&mut self, number: u32) -> (bool, bool) {
        let index = number.wrapping_sub(self.first) as usize;
        if index >= self.entries.len() {
            return (false, false);
        }
        let (word, bit) = (self.word_of(number), 1 << (number % WORD));
        let lived = self.live[word] & bit != 0;
        self.live[word] &= !bit;
        if index == 0 {
            self.tidy();
        }
        (lived, index == 0)
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
        self.live.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Where the bit of a number stands.
    fn word_of(&self, number: u32) -> usize {
        (number.wrapping_sub(self.first / WORD * WORD) / WORD) as usize
    }

    /// Goes on by so many, all of one word, which no longer live.
    fn pass(&mut self, many: u32) {
        self.first = self.first.wrapping_add(many);
        if self.first.is_multiple_of(WORD) {
            self.live.pop_front();
        }
    }

    /// Leaves behind what was cancelled, up to what lives.
    fn tidy(&mut self) {
        while let Some(word) = self.live.front()
            && !self.entries.is_empty()
        {
            let at = self.first % WORD;
            let dead = (word >> at).trailing_zeros();
            if dead == 0 {
                return;
            }
            let many = dead.min(WORD - at).min(self.entries.len() as u32);
            self.entries.drain(..many as usize);
            self.pass(many);
        }
    }
}

//! Events that come in the order in which they were scheduled; they keep what they carry beside them.
//!
//! Which of them were cancelled is kept in bits of their own. Most timeouts are, and at that time
//! their entry is long out of the cache, while all bits of a lane fit into it; and a lane that none
//! is cancelled in, such as a hop's, has none.

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
    /// A bit for each number from the last multiple of [`WORD`] up to `first` on, set once it is
    /// cancelled. Words that are missing at the end hold none.
    dead: VecDeque<u64>,
}

/// Bits in a word.
const WORD: u32 = u64::BITS;

impl<E> Default for Lane<E> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            dead: VecDeque::new(),
        }
    }
}

impl<E> Lane<E> {
    /// Whether nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts an event last, that comes no earlier than what stood there; returns its number.
    #[inline]
    pub(super) fn push(&mut self, at: Nanos, sequence: u32, event: E) -> u32 {
        let number = self.first.wrapping_add(self.entries.len() as u32);
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
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<E> {
        let entry = self.entries.pop_front()?;
        if self.dead.is_empty() {
            self.first = self.first.wrapping_add(1);
        } else {
            self.pass_and_tidy();
        }
        Some(entry.event)
    }

    /// Cancels the event of this number, if it has not come. Says whether it did, and whether it
    /// stood first.
    pub(super) fn cancel(&mut self, number: u32) -> (bool, bool) {
        let index = number.wrapping_sub(self.first) as usize;
        if index >= self.entries.len() {
            return (false, false);
        }
        if index == 0 {
            self.pop();
            return (true, true);
        }
        let word = (self.first % WORD) as usize + index;
        let (word, bit) = (word / WORD as usize, 1 << (word % WORD as usize));
        if word >= self.dead.len() {
            self.dead.resize(word + 1, 0);
        }
        let lived = self.dead[word] & bit == 0;
        self.dead[word] |= bit;
        (lived, false)
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
        let at = (self.first % WORD) as usize;
        let lives = |index: &usize| {
            let bit = at + index;
            let word = self.dead.get(bit / WORD as usize);
            word.is_none_or(|word| word >> (bit % WORD as usize) & 1 == 0)
        };
        (0..self.entries.len()).filter(lives).count()
    }

    /// Goes on by so many, all of one word.
    fn pass(&mut self, many: u32) {
        let word = self.first / WORD;
        self.first = self.first.wrapping_add(many);
        if self.first / WORD != word {
            self.dead.pop_front();
        }
    }

    /// What stood first has gone, and others were cancelled: out of the way of lanes without such.
    #[inline(never)]
    fn pass_and_tidy(&mut self) {
        self.pass(1);
        self.tidy();
    }

    /// Leaves behind what was cancelled, up to what lives.
    fn tidy(&mut self) {
        while let Some(word) = self.dead.front() {
            let many = (word >> (self.first % WORD)).trailing_ones();
            if many == 0 {
                return;
            }
            self.entries.drain(..many as usize);
            self.pass(many);
        }
    }
}

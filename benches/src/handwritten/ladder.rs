//! A ladder queue (Tang, Goh and Thng 2005, "Ladder queue: an O(1) priority queue structure for
//! large-scale discrete event simulation"): what is far lies unsorted on top, what is nearer in the
//! buckets of rungs, each finer than the one above it, and only what comes next is sorted.
//!
//! Widths are powers of two, so that a bucket is found by a shift. Its weakness is memory, and what
//! it does to caches that WebAssembly shares with its host.

use super::Pending;

/// What is no more than this is sorted at once; the paper's threshold.
const FEW: usize = 50;
/// What is more than this is no longer kept sorted.
const MANY: usize = 4 * FEW;
/// Keys a bucket is meant to hold.
const FILL: usize = 4;
/// The paper's limit on rungs.
const RUNGS: usize = 8;

#[derive(Debug, Default)]
struct Rung {
    start: u64,
    /// The logarithm of a bucket's width.
    shift: u32,
    /// The first bucket that was not taken yet.
    next: usize,
    /// Buckets in use; those after them are kept for their memory.
    used: usize,
    buckets: Vec<Vec<u128>>,
}

impl Rung {
    fn put(&mut self, key: u128) {
        let bucket = (time(key) - self.start) >> self.shift;
        self.buckets[bucket as usize].push(key);
    }

    /// From where on events are for this rung.
    fn from(&self) -> u64 {
        self.start + ((self.next as u64) << self.shift)
    }

    /// Lays out buckets for so many keys between two times.
    fn spread(&mut self, many: usize, start: u64, last: u64) {
        let buckets = (many / FILL).max(2).next_power_of_two();
        let span = u64::BITS - (last - start).leading_zeros();
        self.start = start;
        self.shift = span.saturating_sub(buckets.trailing_zeros());
        self.next = 0;
        self.used = ((last - start) >> self.shift) as usize + 1;
        if self.buckets.len() < self.used {
            self.buckets.resize_with(self.used, Vec::new);
        }
    }
}

/// Keys, least first.
#[derive(Debug, Default)]
pub struct Ladder {
    top: Vec<u128>,
    /// From where on events go to the top.
    top_from: u64,
    rungs: Vec<Rung>,
    /// Rungs in use.
    depth: usize,
    /// The greatest first.
    bottom: Vec<u128>,
}

fn time(key: u128) -> u64 {
    (key >> 64) as u64
}

impl Ladder {
    /// Brings what comes next to the bottom, if there is any.
    fn refill(&mut self) {
        loop {
            let Some(rung) = self.depth.checked_sub(1).map(|last| &mut self.rungs[last]) else {
                if self.top.is_empty() {
                    return;
                }
                let all = std::mem::take(&mut self.top);
                self.top_from = all.iter().copied().max().map_or(0, time) + 1;
                self.top = self.settle(all);
                continue;
            };
            let left = &rung.buckets[rung.next..rung.used];
            let Some(empty) = left.iter().position(|bucket| !bucket.is_empty()) else {
                self.depth -= 1;
                continue;
            };
            let taken = rung.next + empty;
            rung.next = taken + 1;
            let bucket = std::mem::take(&mut rung.buckets[taken]);
            let rung = self.depth - 1;
            let kept = self.settle(bucket);
            self.rungs[rung].buckets[taken] = kept;
            if !self.bottom.is_empty() {
                return;
            }
        }
    }

    /// Sorts a few keys into the bottom, or spreads many over a new rung. Gives the memory back.
    fn settle(&mut self, keys: Vec<u128>) -> Vec<u128> {
        if keys.len() > FEW && self.depth < RUNGS {
            return self.spread(keys);
        }
        let mut keys = keys;
        keys.sort_unstable_by(|a, b| b.cmp(a));
        self.bottom.append(&mut keys);
        keys
    }

    /// Spreads keys over a new rung, up to where the one above it, or the top, begins.
    fn spread(&mut self, mut keys: Vec<u128>) -> Vec<u128> {
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::default());
        }
        let above = self.depth.checked_sub(1).map(|last| &self.rungs[last]);
        let until = above.map_or(self.top_from, Rung::from);
        let least = keys.iter().copied().min().map_or(0, time);
        self.rungs[self.depth].spread(keys.len(), least, until - 1);
        for key in keys.drain(..) {
            self.rungs[self.depth].put(key);
        }
        self.depth += 1;
        keys
    }
}

impl Pending for Ladder {
    #[inline]
    fn push(&mut self, key: u128) {
        let at = time(key);
        if at >= self.top_from {
            return self.top.push(key);
        }
        for rung in &mut self.rungs[..self.depth] {
            if at >= rung.from() {
                return rung.put(key);
            }
        }
        let place = self.bottom.partition_point(|&other| other > key);
        self.bottom.insert(place, key);
        if self.bottom.len() > MANY && self.depth < RUNGS {
            let all = std::mem::take(&mut self.bottom);
            self.bottom = self.spread(all);
        }
    }

    #[inline]
    fn least(&mut self) -> u128 {
        if self.bottom.is_empty() {
            self.refill();
        }
        self.bottom.last().copied().unwrap_or(u128::MAX)
    }

    #[inline]
    fn take(&mut self) {
        self.bottom.pop();
    }
}

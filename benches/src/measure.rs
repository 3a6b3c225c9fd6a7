//! Time, least of several.

use crate::workload::{Contender, EVENTS, Tally};
use std::time::Instant;

/// How long a contender runs.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Calls before it is measured.
    pub warm: u64,
    /// Calls in a slice.
    pub slice: u64,
    /// Slices.
    pub slices: u64,
}

impl Length {
    /// The warm-up fills the cluster from empty to its steady state: ten milliseconds, as many mean
    /// services, and not under what an optimising compiler of JavaScript needs to see. Slices are as
    /// short as a neighbour's silence on a shared machine, but long enough to hold what a ladder
    /// queue puts off.
    #[must_use]
    pub const fn of(servers: usize) -> Self {
        let calls = servers as u64 * 9;
        Self {
            warm: if calls > 200_000 { calls } else { 200_000 },
            slice: if servers > 10_000 { 100_000 } else { 25_000 },
            slices: if servers > 10_000 { 6 } else { 20 },
        }
    }

    /// As arguments of another process.
    #[must_use]
    pub fn arguments(self) -> [String; 3] {
        [self.warm, self.slice, self.slices].map(|it| it.to_string())
    }
}

/// What a contender took, and what it came to.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Nanoseconds an event, the least of all slices.
    pub least: f64,
    /// At the end.
    pub tally: Tally,
}

impl Measured {
    /// The better of two measurements of one contender.
    #[must_use]
    pub fn or(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.least < self.least => other,
            _ => self,
        }
    }
}

/// Nanoseconds that a piece of work takes, and what it gives.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub fn nanoseconds<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let began = Instant::now();
    let result = work();
    (began.elapsed().as_secs_f64() * 1e9, result)
}

/// Measures a contender.
pub fn measure(contender: &mut dyn Contender, length: Length) -> Measured {
    let mut tally = contender.run(length.warm);
    let mut least = f64::INFINITY;
    for slice in 1..=length.slices {
        let before = tally.answered;
        let (time, after) = nanoseconds(|| contender.run(length.warm + slice * length.slice));
        tally = after;
        least = least.min(time / ((tally.answered - before) * EVENTS) as f64);
    }
    Measured { least, tally }
}

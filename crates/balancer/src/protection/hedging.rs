//! Hedging: a second attempt while the first is still under way; the first answer counts.
//!
//! Idea: a call that is slow is mostly slow for a reason of its server's; another server would have
//! answered by now. What loses is cancelled.
//! Source: J. Dean, L. Barroso, "The Tail at Scale", CACM 56(2), 2013; gRPC proposal A6 (hedgingDelay);
//! Finagle's `BackupRequestFilter` (after a percentile, at least 1 ms).
//! Formula: after a fixed delay, or after the time within which so many percent of recent answers came
//! (over the last one to two windows of 5 s; nothing is hedged before 20 are known).
//! An attempt that was given up counts as if it had been answered then. Of a call that was hedged the
//! first attempt so counts as slow whoever wins, and the second as quick: for one call in twenty (95 %) it
//! makes h hedges where `h / (1 + h)` is a twentieth, 5.3 %.
//! Known failure: when all servers are slow every call is doubled, just when there is no room; so
//! hedges should be paid for from a retry budget.

use crate::{Nanos, SECOND, SettingsError};

/// When the second attempt comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hedging {
    /// After so many nanoseconds, more than 0.
    After(Nanos),
    /// After the time within which so many of recent answers came, in hundredths of a percent, 1 to
    /// 9,999: 9,500 hedges one call in twenty.
    Percentile(u32),
}

/// Finagle's shortest delay.
const SHORTEST: Nanos = SECOND / 1_000;
const WINDOW: Nanos = 5 * SECOND;
/// Answers without which nothing is said.
const FEWEST: u32 = 20;
/// Steps for each doubling of the latency: each is 9 % more than the one before at most.
const STEPS: u32 = 8;
/// Latencies from 2^14 ns, 16 µs, to 2^38 ns, 275 s.
const LOWEST: u32 = 14;
const CLASSES: usize = (24 * STEPS) as usize;

impl Hedging {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        match *self {
            Self::After(delay) => SettingsError::within("the hedging delay", delay, 1, Nanos::MAX),
            Self::Percentile(share) => {
                SettingsError::within("the percentile, in hundredths,", share.into(), 1, 9_999)
            }
        }
    }
}

/// Knows how long answers take of late, and so when to hedge.
#[derive(Clone, Debug)]
pub struct Hedger {
    rule: Hedging,
    /// Counts by class of latency, in this window and the one before.
    counts: Box<[[u32; CLASSES]; 2]>,
    totals: [u32; 2],
    window: u64,
}

impl Hedger {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new(rule: Hedging) -> Self {
        Self {
            rule,
            counts: Box::new([[0; CLASSES]; 2]),
            totals: [0; 2],
            window: 0,
        }
    }

    /// The rule it follows.
    #[must_use]
    pub fn rule(&self) -> Hedging {
        self.rule
    }

    /// An attempt was answered.
    pub fn answered(&mut self, now: Nanos, latency: Nanos) {
        self.turn(now);
        self.counts[0][class(latency)] += 1;
        self.totals[0] += 1;
    }

    /// An attempt was given up after so long, for which it counts: it would have taken longer. Without this
    /// only winners are counted, and as whoever loses to a hedge is slow, the percentile sinks, and there
    /// are more hedges, and more losers.
    pub fn abandoned(&mut self, now: Nanos, elapsed: Nanos) {
        self.answered(now, elapsed);
    }

    /// How long to wait for an answer before a second attempt; none if too little is known.
    pub fn delay(&mut self, now: Nanos) -> Option<Nanos> {
        let share = match self.rule {
            Hedging::After(delay) => return Some(delay),
            Hedging::Percentile(share) => share,
        };
        self.turn(now);
        let total = self.totals[0] + self.totals[1];
        if total < FEWEST {
            return None;
        }
        let wanted = (u64::from(total) * u64::from(share)).div_ceil(10_000);
        let mut seen = 0;
        for class in 0..CLASSES {
            seen += u64::from(self.counts[0][class] + self.counts[1][class]);
            if seen >= wanted {
                return Some(upper(class).max(SHORTEST));
            }
        }
        None
    }

    fn turn(&mut self, now: Nanos) {
        let window = now / WINDOW;
        if window > self.window {
            let recent = window == self.window + 1;
            self.counts[1] = if recent { self.counts[0] } else { [0; CLASSES] };
            self.totals[1] = if recent { self.totals[0] } else { 0 };
            self.counts[0] = [0; CLASSES];
            self.totals[0] = 0;
            self.window = window;
        }
    }
}

/// The class of a latency: eight to each doubling, evenly spaced.
fn class(latency: Nanos) -> usize {
    let latency = latency.max(1 << LOWEST);
    let doublings = latency.ilog2();
    let step = (latency >> (doublings - 3)) as u32 & (STEPS - 1);
    (((doublings - LOWEST) * STEPS + step) as usize).min(CLASSES - 1)
}

/// The longest latency of a class.
fn upper(class: usize) -> Nanos {
    let (doublings, step) = (
        class as u32 / STEPS + LOWEST,
        class as Nanos % Nanos::from(STEPS),
    );
    ((Nanos::from(STEPS) + step + 1) << (doublings - 3)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = SECOND / 1_000;

    #[test]
    fn a_latency_lies_in_its_class() {
        for latency in [1 << 14, 20_000, 123_456, MS, 77 * MS, SECOND, 100 * SECOND] {
            let class = class(latency);
            assert!(upper(class) >= latency && (class == 0 || upper(class - 1) < latency));
            assert!(upper(class) as f64 / latency as f64 <= 1.125);
        }
        assert_eq!((class(0), class(Nanos::MAX)), (0, CLASSES - 1));
    }

    /// tower's `tests/hedge/main.rs`: of answers of which eight took 1 ms and two 10 ms, the ninth in ten
    /// says that a hedge comes after 10 ms: not issued before, issued by 11. (Twice as many here, where 20
    /// must be known, and up to a class later.)
    #[test]
    fn towers_percentile() {
        let mut hedger = Hedger::new(Hedging::Percentile(9_000));
        for latency in [1, 1, 1, 1, 1, 1, 1, 1, 10, 10].repeat(2) {
            hedger.answered(0, latency * MS);
        }
        let delay = hedger.delay(0).unwrap();
        assert!((10 * MS..=11 * MS).contains(&delay), "{delay}");
    }

    #[test]
    fn a_percentile_follows_what_is_answered() {
        let mut hedger = Hedger::new(Hedging::Percentile(9_000));
        assert_eq!(hedger.delay(0), None);
        (0..90).for_each(|_| hedger.answered(0, 10 * MS));
        (0..10).for_each(|_| hedger.answered(0, 500 * MS));
        let within = |delay: Option<Nanos>, latency: Nanos| {
            delay.is_some_and(|delay| delay >= latency && delay <= latency / 8 * 9)
        };
        assert!(within(hedger.delay(0), 10 * MS), "{:?}", hedger.delay(0));
        hedger.rule = Hedging::Percentile(9_100);
        assert!(within(hedger.delay(0), 500 * MS));
        // In the next window the last one still counts; after that it is forgotten.
        assert!(hedger.delay(WINDOW).is_some());
        assert_eq!(hedger.delay(3 * WINDOW), None);
        (0..20).for_each(|_| hedger.answered(3 * WINDOW, 1_000));
        assert_eq!(hedger.delay(3 * WINDOW), Some(SHORTEST));
        assert_eq!(Hedger::new(Hedging::After(7)).delay(0), Some(7));
    }

    /// Hedges in a thousand of calls, one a millisecond, whose attempts take 10 ms in the mean.
    fn hedges(hear: fn(&mut Hedger, Nanos, Nanos)) -> u32 {
        use rand_core::Rng as _;
        let mut rng = rand_pcg::Pcg64Mcg::new(1);
        let mut latency =
            || (-libm::log((f64::from(rng.next_u32()) + 1.0) / 4_294_967_296.0) * 1e7) as Nanos;
        let mut hedger = Hedger::new(Hedging::Percentile(9_500));
        let mut hedges = 0;
        for call in 0..110_000 {
            let now = call * MS;
            let (first, second) = (latency(), latency());
            let delay = hedger.delay(now).unwrap_or(Nanos::MAX);
            if first <= delay {
                hedger.answered(now, first);
                continue;
            }
            hedges += u32::from(call >= 10_000);
            let end = first.min(delay + second);
            let (won, lost) = if end == first {
                (first, end - delay)
            } else {
                (second, end)
            };
            hedger.answered(now, won);
            hear(&mut hedger, now, lost);
        }
        hedges / 100
    }

    #[test]
    fn what_is_given_up_keeps_the_percentile_from_sinking() {
        let (deaf, told) = (hedges(|_, _, _| {}), hedges(Hedger::abandoned));
        // A class is up to 12 % wide, here a sixth of the hedges: 4.2 % to 5.3 %.
        assert!(deaf > 60 && (40..=55).contains(&told), "{deaf} {told}");
    }
}

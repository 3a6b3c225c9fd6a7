//! Waiting lines: who is served next, and who is turned away.
//!
//! Idea: first come, first served is fair and, under overload, useless: everyone waits so long that the
//! answer comes too late. The last come may still be in time; and who has waited too long is let go.
//! Source: last come, first served, and controlled delay: B. Maurer, "Fail at Scale", ACM Queue 13(8),
//! 2015 (5 ms and 100 ms), after K. Nichols, V. Jacobson, "Controlling Queue Delay" (CoDel), ACM Queue
//! 10(5), 2012. Criticality: B. Beyer et al., "Site Reliability Engineering", ch. 21.
//! Formula: controlled delay lets a call wait `interval`, but only `target` if the line has not been
//! empty for the last `interval`; who waited longer is dropped when its turn comes. When a line is full,
//! the newest of the least critical goes: of those that wait, if the newcomer is more critical than it,
//! else the newcomer.
//! Known failure: last come, first served starves those in front; dropping hides a lack of capacity.

use std::collections::VecDeque;

use crate::{Nanos, SECOND, SettingsError};

/// Who is served next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// Last come, first served.
    Lifo,
    /// First come, first served, but nobody waits long while the line stands.
    ControlledDelay {
        /// How long one may wait in a standing line, in nanoseconds, more than 0.
        target: Nanos,
        /// How long one may wait otherwise, and how long a line stands before it counts as standing; at
        /// least `target`.
        interval: Nanos,
    },
    /// Nobody waits: all who are there are served at once, each at an equal share of the whole
    /// (processor sharing, L. Kleinrock 1967). It is for the server to deal the shares; a line that is
    /// told of it serves as the first does.
    Shared,
}

impl Discipline {
    /// Facebook's values: 5 ms and 100 ms.
    pub const CONTROLLED_DELAY: Self = Self::ControlledDelay {
        target: SECOND / 200,
        interval: SECOND / 10,
    };

    /// Checks the ranges.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let Self::ControlledDelay { target, interval } = *self else {
            return Ok(());
        };
        SettingsError::within("the target delay", target, 1, Nanos::MAX)?;
        SettingsError::within(
            "the interval of controlled delay",
            interval,
            target,
            Nanos::MAX,
        )
    }
}

/// How much a call matters, after Google's levels: the least is shed first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criticality {
    /// Nobody will notice.
    Sheddable,
    /// Can be put off.
    SheddablePlus,
    /// The ordinary.
    #[default]
    Critical,
    /// Served when nothing else is.
    CriticalPlus,
}

/// A bounded line. The bound is told with each arrival, since a hand may change it.
#[derive(Clone, Debug)]
pub struct WaitingLine<T> {
    /// Oldest first, with the time of arrival.
    waiting: VecDeque<(Nanos, Criticality, T)>,
    /// When it was last empty.
    empty_at: Nanos,
}

impl<T> Default for WaitingLine<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            empty_at: 0,
        }
    }
}

impl<T> WaitingLine<T> {
    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those that wait, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.waiting.iter().map(|(_, _, it)| it)
    }

    /// One arrives; who is turned away for it, itself perhaps.
    pub fn arrive(
        &mut self,
        now: Nanos,
        limit: usize,
        criticality: Criticality,
        it: T,
    ) -> Option<T> {
        if self.waiting.is_empty() {
            self.empty_at = now;
        }
        let mut shed = None;
        if self.waiting.len() >= limit {
            // The newest of the least critical.
            let ranked = self.waiting.iter().enumerate();
            let least =
                ranked.min_by_key(|&(at, &(_, criticality, _))| (criticality, usize::MAX - at));
            match least {
                Some((at, &(_, least, _))) if least < criticality => {
                    shed = self.waiting.remove(at).map(|(_, _, it)| it);
                }
                _ => return Some(it),
            }
        }
        self.waiting.push_back((now, criticality, it));
        shed
    }

    /// Who is served next; those who have waited too long go to `dropped`.
    pub fn next(&mut self, now: Nanos, discipline: Discipline, dropped: &mut Vec<T>) -> Option<T> {
        let patience = match discipline {
            Discipline::ControlledDelay { target, interval } => {
                let standing = now.saturating_sub(self.empty_at) > interval;
                if standing { target } else { interval }
            }
            Discipline::Fifo | Discipline::Lifo | Discipline::Shared => Nanos::MAX,
        };
        loop {
            let taken = match discipline {
                Discipline::Lifo => self.waiting.pop_back(),
                _ => self.waiting.pop_front(),
            };
            if self.waiting.is_empty() {
                self.empty_at = now;
            }
            let (since, _, it) = taken?;
            if now.saturating_sub(since) <= patience {
                return Some(it);
            }
            dropped.push(it);
        }
    }

    /// Lets those go that need not wait any more; only those stay whom `keep` keeps.
    pub fn retain(&mut self, now: Nanos, mut keep: impl FnMut(&T) -> bool) {
        self.waiting.retain(|(_, _, it)| keep(it));
        if self.waiting.is_empty() {
            self.empty_at = now;
        }
    }

    /// Everyone goes.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = SECOND / 1_000;

    fn line(n: u32) -> WaitingLine<u32> {
        let mut line = WaitingLine::default();
        for it in 0..n {
            assert_eq!(line.arrive(0, n as usize, Criticality::Critical, it), None);
        }
        line
    }

    fn drain(
        line: &mut WaitingLine<u32>,
        now: Nanos,
        discipline: Discipline,
    ) -> (Vec<u32>, Vec<u32>) {
        let mut dropped = Vec::new();
        let served = std::iter::from_fn(|| line.next(now, discipline, &mut dropped)).collect();
        (served, dropped)
    }

    #[test]
    fn first_or_last_come_first_served() {
        assert_eq!(drain(&mut line(3), SECOND, Discipline::Fifo).0, [0, 1, 2]);
        assert_eq!(drain(&mut line(3), SECOND, Discipline::Lifo).0, [2, 1, 0]);
    }

    #[test]
    fn a_standing_line_is_cut_short() {
        let rule = Discipline::CONTROLLED_DELAY;
        // Not standing yet: 100 ms are allowed.
        assert_eq!(drain(&mut line(2), 100 * MS, rule), (vec![0, 1], vec![]));
        // Standing for longer than that: only 5 ms are.
        let mut standing = line(2);
        standing.arrive(98 * MS, 9, Criticality::Critical, 7);
        assert_eq!(drain(&mut standing, 102 * MS, rule), (vec![7], vec![0, 1]));
        // It was empty a moment ago.
        standing.arrive(102 * MS, 9, Criticality::Critical, 8);
        assert_eq!(drain(&mut standing, 180 * MS, rule), (vec![8], vec![]));
    }

    #[test]
    fn a_full_line_sheds_what_matters_least() {
        let mut line = WaitingLine::default();
        for (it, level) in [
            Criticality::Sheddable,
            Criticality::Critical,
            Criticality::Sheddable,
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(line.arrive(0, 3, level, it), None);
        }
        let mut arrive = |level, it| line.arrive(0, 3, level, it);
        assert_eq!(
            arrive(Criticality::Sheddable, 3),
            Some(3),
            "no better than who waits"
        );
        assert_eq!(arrive(Criticality::CriticalPlus, 4), Some(2));
        assert_eq!(arrive(Criticality::Critical, 5), Some(0));
        assert_eq!(arrive(Criticality::Critical, 6), Some(6));
        assert_eq!(line.iter().copied().collect::<Vec<_>>(), [1, 4, 5]);
        assert_eq!(
            WaitingLine::default().arrive(0, 0, Criticality::CriticalPlus, 1),
            Some(1)
        );
    }
}

//! Prequal.
//!
//! Idea: ask a few servers for their load all the time, and give a call to one whose answer is fresh:
//! among those with few requests in flight the one that is quickest, and if all are busy the least busy.
//! Source: B. Wydrowski, R. Kleinberg, S. Rumble, A. Archer, "Load is not what you should balance:
//! Introducing Prequal", NSDI 2024.
//! Formula: each choice sends `r_probe` probes (3) to servers drawn at random. Answers (requests in
//! flight, RIF, and recent latency) go into a pool of 16, the oldest out first, none older than 1 s. A
//! probe is hot if its RIF is above the quantile (0.84) of recent answers. Of the cold the lowest
//! latency, if there is none the lowest RIF of all; with fewer than 2 in the pool any server. A probe may
//! be used `b = max(1, (1 + 1) / ((1 - 16 / n) * r_probe - 1))` times, its RIF one more after each use;
//! and with each choice one probe is removed, in turn the oldest and the worst.
//! Known failure: a server that fails fast is cold and quick and swallows the calls (sinkholing); and
//! probes cost messages.

use std::collections::VecDeque;

use rand_core::Rng;

use super::{Choice, choices};
use crate::field::Field;
use crate::uniform::below;
use crate::{BackendId, Nanos, SECOND};

/// The most probes that the pool holds.
const POOL: usize = 16;
/// The age at which a probe is worth nothing.
const LIFETIME: Nanos = SECOND;
/// The fewest probes to choose by.
const FEWEST: usize = 2;
/// How many recent answers the quantile is taken of.
const RECENT: usize = 128;
/// The paper's r_remove and delta.
const REMOVED: f64 = 1.0;
const DELTA: f64 = 1.0;
/// A probe is never used more often than this, however few servers there are.
const MOST_USES: f64 = 100.0;

/// An answer to a load probe.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Probe {
    id: BackendId,
    at: Nanos,
    in_flight: u32,
    latency: Nanos,
    uses: u32,
}

/// What is known from probes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    /// Oldest first.
    probes: VecDeque<Probe>,
    /// The RIF of recent answers, oldest first.
    recent: VecDeque<u32>,
    /// Whom to ask now.
    pub(crate) wanted: Vec<BackendId>,
    remove_worst: bool,
}

impl Pool {
    /// A server has answered.
    pub(crate) fn answered(&mut self, now: Nanos, id: BackendId, in_flight: u32, latency: Nanos) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(in_flight);
        if self.probes.len() == POOL {
            self.probes.pop_front();
        }
        self.probes.push_back(Probe {
            id,
            at: now,
            in_flight,
            latency,
            uses: 0,
        });
    }

    /// The RIF above which a probe is hot.
    fn threshold(&self, hot_percent: u32) -> u32 {
        let rank = self.recent.len() * hot_percent as usize / 100;
        let rank = rank.min(self.recent.len().saturating_sub(1));
        // The one that has so many below it: a few numbers, not worth a sort.
        let ranked = self.recent.iter().copied().find(|candidate| {
            let below = self
                .recent
                .iter()
                .filter(|other| *other < candidate)
                .count();
            let equal = self
                .recent
                .iter()
                .filter(|other| *other == candidate)
                .count();
            (below..below + equal).contains(&rank)
        });
        ranked.unwrap_or(u32::MAX)
    }

    /// Whether a probe is hot, and how good it is among its like: less is better.
    fn rank(probe: &Probe, threshold: u32) -> (bool, u64) {
        let hot = probe.in_flight > threshold;
        (
            hot,
            if hot {
                u64::from(probe.in_flight)
            } else {
                probe.latency
            },
        )
    }

    /// The best probe of a candidate.
    fn best(
        &self,
        now: Nanos,
        stands: &dyn Fn(BackendId) -> bool,
        hot_percent: u32,
    ) -> Option<usize> {
        let threshold = self.threshold(hot_percent);
        let fresh = |probe: &Probe| now.saturating_sub(probe.at) <= LIFETIME && stands(probe.id);
        let usable = || {
            self.probes
                .iter()
                .enumerate()
                .filter(|(_, probe)| fresh(probe))
        };
        if usable().count() < FEWEST {
            return None;
        }
        let best = usable().min_by_key(|(_, probe)| Self::rank(probe, threshold));
        best.map(|(index, _)| index)
    }

    pub(crate) fn choose(
        &mut self,
        now: Nanos,
        field: &Field<'_>,
        (probes, hot_percent): (u32, u32),
        rng: &mut impl Rng,
    ) -> Choice {
        while self
            .probes
            .front()
            .is_some_and(|probe| now.saturating_sub(probe.at) > LIFETIME)
        {
            self.probes.pop_front();
        }
        let stands = |id| field.place(id).is_some_and(|place| field.has(place));
        let best = self.best(now, &stands, hot_percent);
        let choice = match best.and_then(|index| self.use_up(index, field, probes, rng)) {
            Some(id) => Choice::of_all(field.place(id).unwrap_or_else(|| field.nth(0))),
            None => Choice::blind(field.nth(below(rng, field.len()))),
        };
        self.remove_one(hot_percent);
        // Distinct servers, of those that may be given a call.
        let mut drawn = [0; choices::MOST as usize];
        for k in 0..probes.min(field.len()).min(choices::MOST) {
            let number = choices::draw_other(&mut drawn, k as usize, field.len(), rng);
            let id = field.backend(field.nth(number)).id;
            if !self.wanted.contains(&id) {
                self.wanted.push(id);
            }
        }
        choice
    }

    /// Counts a use of a probe; gone when it was the last one it is good for.
    fn use_up(
        &mut self,
        index: usize,
        field: &Field<'_>,
        probes: u32,
        rng: &mut impl Rng,
    ) -> Option<BackendId> {
        let servers = field.len() as f64;
        let kept = (1.0 - POOL as f64 / servers) * f64::from(probes) - REMOVED;
        let uses = if kept > 0.0 {
            (1.0 + DELTA) / kept
        } else {
            MOST_USES
        };
        let uses = uses.clamp(1.0, MOST_USES);
        // A fraction is rounded up as often as it says.
        let fraction = uses - libm::floor(uses);
        let up = fraction > 0.0 && f64::from(below(rng, 1 << 16)) < fraction * 65_536.0;
        let allowed = uses as u32 + u32::from(up);
        let probe = self.probes.get_mut(index)?;
        probe.uses += 1;
        probe.in_flight = probe.in_flight.saturating_add(1);
        let (id, spent) = (probe.id, probe.uses >= allowed);
        if spent {
            self.probes.remove(index);
        }
        Some(id)
    }

    /// Removes the oldest or the worst, in turn.
    fn remove_one(&mut self, hot_percent: u32) {
        if self.probes.len() <= FEWEST {
            return;
        }
        if self.remove_worst {
            let threshold = self.threshold(hot_percent);
            let worst = self.probes.iter().enumerate();
            let worst = worst.max_by_key(|(_, probe)| Self::rank(probe, threshold));
            if let Some((index, _)) = worst {
                self.probes.remove(index);
            }
        } else {
            self.probes.pop_front();
        }
        self.remove_worst = !self.remove_worst;
    }

    /// What would be compared of a backend: its latency in milliseconds if it is cold, more than any if it
    /// is hot, nothing if it is not in the pool.
    pub(crate) fn score(&self, now: Nanos, id: BackendId, hot_percent: u32) -> Option<f64> {
        let threshold = self.threshold(hot_percent);
        let fresh = self
            .probes
            .iter()
            .filter(|probe| probe.id == id && now.saturating_sub(probe.at) <= LIFETIME);
        let best = fresh.map(|probe| Self::rank(probe, threshold)).min()?;
        Some(if best.0 {
            f64::INFINITY
        } else {
            best.1 as f64 / 1e6
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Members;
    use crate::policy::memory::tests::members;
    use rand_pcg::Pcg64Mcg;

    const MS: Nanos = SECOND / 1_000;

    fn choose(pool: &mut Pool, members: &mut Members, now: Nanos) -> Choice {
        let field = Field::new(members, &[]).unwrap();
        pool.choose(now, &field, (3, 84), &mut Pcg64Mcg::new(4))
    }

    /// RIF and latency in milliseconds of servers 0, 1, ...
    fn pool(answers: &[(u32, u64)]) -> Pool {
        let mut pool = Pool::default();
        for (id, &(in_flight, latency)) in (0..).zip(answers) {
            pool.answered(0, BackendId(id), in_flight, latency * MS);
        }
        pool
    }

    #[test]
    fn of_the_cold_the_quickest_whatever_the_hot_say() {
        // The seventh is quickest of all, but its RIF is above all others.
        let answers = [(1, 30), (1, 20), (2, 10), (1, 40), (1, 50), (2, 60), (9, 1)];
        let mut seven = members(&[1; 7]);
        assert_eq!(choose(&mut pool(&answers), &mut seven, 0).place, 2);
        assert_eq!(
            pool(&answers).score(0, BackendId(6), 84),
            Some(f64::INFINITY)
        );
        assert_eq!(pool(&answers).score(0, BackendId(7), 84), None);
        assert_eq!(pool(&answers).score(0, BackendId(2), 84), Some(10.0));
    }

    #[test]
    fn if_all_are_hot_the_least_busy() {
        let mut three = members(&[1; 3]);
        let mut all_hot = pool(&[(5, 1), (3, 9), (4, 2)]);
        all_hot.recent = VecDeque::from(vec![0; 50]);
        assert_eq!(choose(&mut all_hot, &mut three, 0).place, 1);
    }

    #[test]
    fn old_or_too_few_probes_are_no_reason() {
        let mut three = members(&[1; 3]);
        let mut two = pool(&[(0, 5), (0, 9)]);
        assert_eq!(
            choose(&mut two, &mut three, LIFETIME).looked,
            super::super::Looked::All
        );
        assert_eq!(
            choose(&mut two, &mut three, LIFETIME + 1).looked,
            super::super::Looked::One
        );
        assert!(two.probes.is_empty());
        assert_eq!(
            choose(&mut pool(&[(0, 5)]), &mut three, 0).looked,
            super::super::Looked::One
        );
    }

    #[test]
    fn each_choice_asks_removes_one_and_counts_its_call() {
        let mut five = members(&[1; 5]);
        let mut pool = pool(&[(0, 50), (0, 40), (0, 10), (0, 30), (0, 20)]);
        assert_eq!(choose(&mut pool, &mut five, 0).place, 2);
        assert_eq!(pool.wanted.len(), 3, "three distinct ones");
        let left: Vec<_> = pool.probes.iter().map(|p| (p.id.0, p.in_flight)).collect();
        assert_eq!(
            left,
            [(1, 0), (2, 1), (3, 0), (4, 0)],
            "the oldest is gone, the used one is busier"
        );
        choose(&mut pool, &mut five, 0);
        // Both that were used are hot now, above the quantile of what was answered: one is the worst.
        let left: Vec<_> = pool.probes.iter().map(|p| p.id.0).collect();
        assert_eq!(left, [1, 2, 3]);
    }

    /// The paper's r_probe of 3 is three servers, not three draws.
    #[test]
    fn no_probe_is_saved_by_drawing_the_same_server_twice() {
        let mut members = members(&[1; 4]);
        let mut rng = Pcg64Mcg::new(4);
        let mut asked = [0; 4];
        for _ in 0..4_000 {
            let mut pool = Pool::default();
            let field = Field::new(&mut members, &[]).unwrap();
            pool.choose(0, &field, (3, 84), &mut rng);
            assert_eq!(pool.wanted.len(), 3);
            pool.wanted.iter().for_each(|id| asked[id.0 as usize] += 1);
        }
        // Standard deviation sqrt(4000 * 3 / 16) = 27: five of them either side.
        assert!(
            asked.iter().all(|n| 3_000_i32.abs_diff(*n) < 137),
            "{asked:?}"
        );
    }

    #[test]
    fn the_pool_holds_sixteen() {
        let many = pool(&[(1, 1); 40]);
        assert_eq!(
            (many.probes.len(), many.probes[0].id),
            (POOL, BackendId(24))
        );
    }
}

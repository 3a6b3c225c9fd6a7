//! Earliest deadline first.
//!
//! Idea: each backend has a deadline; the earliest is picked, and its next one is `1 / weight` later.
//! Source: Envoy, `source/common/upstream/edf_scheduler.h`, under its `round_robin`.
//! Formula: `deadline = now + 1 / weight`, where now is the deadline just served; ties go to whoever was
//! queued first. A new schedule starts as if so many picks had been made already (`createWithPicks`):
//! with `w = weight + 1e-13` and `W` their sum, each has had `f = floor(w * picks / W)` of them (one
//! less if `f / w >= picks / W`), its deadline is `(f + 1) / w`, and what is missing to the number of
//! picks is picked. The 1e-13 decides ties as Envoy's own tests expect; without it two of them fail.
//! Known failure: turns know no load; and as every change of the set starts a new schedule, balancers
//! that start alike would all begin with the same backend, hence the random start.
//!
//! A candidate that this call has tried keeps its deadline and is passed over.

use super::Choice;
use crate::TieBreak;
use crate::field::Field;
use crate::members::Members;

/// What Envoy adds to weights when a schedule starts.
const NUDGE: f64 = 1e-13;
/// Envoy takes the number of picks modulo this.
const MOST_PICKS: u32 = 429_496_729;

/// When each is due, by place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule {
    due: Vec<(f64, u64)>,
    now: f64,
    queued: u64,
    /// Envoy's `seed_`: the picks that every new schedule starts after.
    pub(crate) seed: Option<u32>,
}

impl Schedule {
    /// A new schedule of those who stand, `picks` picks old.
    pub(crate) fn start(&mut self, members: &Members, picks: u32, weight: &dyn Fn(usize) -> f64) {
        let standing: Vec<usize> = members.standing().map(|place| place as usize).collect();
        let picks = picks % MOST_PICKS;
        let sum: f64 = standing.iter().map(|&place| weight(place) + NUDGE).sum();
        let mut made = 0;
        self.due = vec![(f64::INFINITY, 0); members.list.len()];
        self.now = 0.0;
        self.queued = 0;
        for &place in &standing {
            let weight = weight(place) + NUDGE;
            let share = f64::from(picks) / sum;
            let mut had = (weight * f64::from(picks) / sum) as u32;
            if had > 0 && f64::from(had) / weight >= share {
                had -= 1;
            }
            made += had;
            self.due[place] = ((f64::from(had) + 1.0) / weight, self.queued);
            self.queued += 1;
            self.now = self.now.max(f64::from(had) / weight);
        }
        for _ in made..picks {
            let Some(place) = self.earliest(standing.iter().copied()) else {
                return;
            };
            self.serve(place, weight(place));
        }
    }

    fn earliest(&self, mut places: impl Iterator<Item = usize>) -> Option<usize> {
        let mut best = places.next()?;
        for place in places {
            if self.due[place] < self.due[best] {
                best = place;
            }
        }
        Some(best)
    }

    fn serve(&mut self, place: usize, weight: f64) {
        self.now = self.due[place].0;
        self.due[place] = (self.now + 1.0 / weight, self.queued);
        self.queued += 1;
    }

    /// Picks the earliest candidate and gives it its next deadline, by its weight as it is now.
    pub(crate) fn choose(&mut self, field: &Field<'_>, weight: &dyn Fn(usize) -> f64) -> Choice {
        let place = self
            .earliest(field.places())
            .unwrap_or_else(|| field.nth(0));
        // A backup that a retry comes to is in no schedule: it is due never, and stays so.
        let due = self.due[place].0;
        let tied = field
            .places()
            .any(|other| other != place && self.due[other].0 == due);
        if due.is_finite() {
            self.serve(place, weight(place));
        }
        Choice {
            tie: tied.then_some(TieBreak::QueuedFirst),
            ..Choice::of_all(place)
        }
    }

    /// A place's deadline, counted from the one served last.
    pub(crate) fn wait(&self, place: usize) -> Option<f64> {
        let (due, _) = *self.due.get(place)?;
        due.is_finite().then_some(due - self.now)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::policy::memory::tests::{letters, members};

    fn schedule(members: &Members, picks: u32) -> Schedule {
        let mut schedule = Schedule::default();
        schedule.start(members, picks, &|place| members.list[place].weight_f64());
        schedule
    }

    fn run(schedule: &mut Schedule, members: &mut Members, n: usize) -> String {
        let weights: Vec<f64> = members.list.iter().map(|b| b.weight_f64()).collect();
        letters(n, || {
            let field = Field::new(members, &[]).unwrap();
            schedule.choose(&field, &|place| weights[place])
        })
    }

    fn picks(weights: &[u32], seed: u32, n: usize) -> String {
        let mut members = members(weights);
        let mut schedule = schedule(&members, seed);
        run(&mut schedule, &mut members, n)
    }

    /// Computed from Envoy's rule, which reproduces Envoy's own sequences below.
    #[test]
    fn the_same_weights_as_the_others() {
        assert_eq!(picks(&[5, 1, 1], 0, 7), "aaaabca");
        assert_eq!(picks(&[3, 2, 1], 0, 6), "abacba");
        assert_eq!(picks(&[1, 1, 1], 0, 6), "abcabc");
    }

    /// `round_robin_lb_test.cc`, Weighted: 1:2, then in place 2:1, then anew with 1:4.
    #[test]
    fn envoys_weighted() {
        let mut two = members(&[1, 2]);
        let mut turns = schedule(&two, 0);
        assert_eq!(run(&mut turns, &mut two, 6), "babbab");
        two.list[0].set_weight(2);
        two.list[1].set_weight(1);
        assert_eq!(run(&mut turns, &mut two, 8), "baabaaba");
        assert_eq!(picks(&[1, 4], 0, 10), "bbbabbbbab");
    }

    /// The same, WeightedSeed.
    #[test]
    fn envoys_weighted_seed() {
        assert_eq!(picks(&[1, 2], 1, 6), "abbabb");
    }

    /// The same, WeightedInitializationPicksAllHosts: over ten seeds, first picks follow the weights.
    #[test]
    fn envoys_first_picks_over_all_seeds() {
        let firsts: String = (0..10).map(|seed| picks(&[6, 3, 1], seed, 1)).collect();
        let counts = ['a', 'b', 'c'].map(|c| firsts.matches(c).count());
        assert_eq!(counts, [6, 3, 1], "{firsts}");
    }
}

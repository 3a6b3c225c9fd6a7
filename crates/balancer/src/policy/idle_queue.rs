//! Join-idle-queue.
//!
//! Idea: servers that have nothing to do stand in a queue; its head gets the next call. If nobody is
//! idle, anyone does.
//! Source: Y. Lu et al., "Join-Idle-Queue: A Novel Load Balancing Algorithm for Dynamically Scalable
//! Web Services", Performance Evaluation 68(11), 2011 (JIQ-Random).
//! Formula: the candidate that has had nothing active for longest; if every one is busy, a uniform draw.
//! Known failure: near saturation nobody is idle, and it is as bad as random: at 10 servers and 99 % load
//! calls take half as long again as with two choices. And a server that fails fast is always idle.
//!
//! In the paper an idle server reports itself; a balancer that sees all answers knows it anyway.

use rand_core::Rng;

use super::Choice;
use crate::TieBreak;
use crate::field::Field;
use crate::uniform::below;

/// Picks the longest idle, or draws.
pub(crate) fn choose(field: &Field<'_>, rng: &mut impl Rng) -> Choice {
    let idle = |place: &usize| field.backend(*place).active == 0;
    let mut queue = field.places().filter(idle);
    let Some(first) = queue.next() else {
        return Choice::blind(field.nth(below(rng, field.len())));
    };
    let mut best = first;
    let mut tie = None;
    for place in queue {
        tie = Some(TieBreak::WaitedLongest);
        if field.backend(place).moved < field.backend(best).moved {
            best = place;
        }
    }
    Choice {
        tie,
        ..Choice::of_all(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;
    use rand_pcg::Pcg64Mcg;

    #[test]
    fn the_longest_idle_is_first_and_chance_decides_among_the_busy() {
        let mut members = members(&[1; 3]);
        let mut rng = Pcg64Mcg::new(2);
        for (place, moved) in [5, 2, 9].into_iter().enumerate() {
            members.list[place].moved = moved;
        }
        assert_eq!(
            choose(&Field::new(&mut members, &[]).unwrap(), &mut rng).place,
            1
        );
        members.list[1].active = 1;
        assert_eq!(
            choose(&Field::new(&mut members, &[]).unwrap(), &mut rng).place,
            0
        );
        (members.list[0].active, members.list[2].active) = (7, 1);
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[choose(&Field::new(&mut members, &[]).unwrap(), &mut rng).place] += 1;
        }
        // Standard deviation sqrt(30000 * 2 / 9) = 82: five of them either side.
        assert!(
            counts.iter().all(|n| n.abs_diff(10_000) < 410),
            "{counts:?}"
        );
    }
}

//! Power of two choices.
//!
//! Idea: draw two, take the less busy of the two.
//! Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001; as built in
//! Finagle, tower and Linkerd.
//! Formula: two *distinct* candidates, uniformly; the smaller `active`; a tie goes to the first drawn.
//! Known failure: it counts attempts, not their cost, and a backend that fails fast looks idle.
//!
//! With or without replacement: Envoy and gRPC draw with replacement, so that of two backends the busier
//! is picked a quarter of the time. Finagle and tower draw distinct ones, which of two is the less busy
//! always; so does this.

use rand_core::Rng;

use super::{Choice, Looked};
use crate::TieBreak;
use crate::field::Field;
use crate::uniform::below;

/// Picks with two draws, or none when there is no choice.
pub(crate) fn choose(field: &Field<'_>, rng: &mut impl Rng) -> Choice {
    let Some((first, second)) = draw_two(field, rng) else {
        return Choice {
            place: field.nth(0),
            looked: Looked::All,
            tie: None,
        };
    };
    let (a, b) = (field.backend(first).active, field.backend(second).active);
    Choice {
        place: if b < a { second } else { first },
        looked: Looked::Two(first, second),
        tie: (a == b).then_some(TieBreak::FirstDrawn),
    }
}

/// The places of two distinct candidates, or none if there is but one.
pub(crate) fn draw_two(field: &Field<'_>, rng: &mut impl Rng) -> Option<(usize, usize)> {
    if field.len() < 2 {
        return None;
    }
    let first = below(rng, field.len());
    let second = below(rng, field.len() - 1);
    // Over the gap that the first leaves.
    let second = if second >= first { second + 1 } else { second };
    Some((field.nth(first), field.nth(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Members;
    use crate::{Backend, BackendId};
    use rand_pcg::Pcg64Mcg;

    fn members(active: &[u32]) -> Members {
        let mut members = Members::default();
        for (i, &active) in active.iter().enumerate() {
            members.push(Backend::new(BackendId(i as u32), &format!("b{i}"), 1, 0));
            members.list[i].active = active;
        }
        members
    }

    fn counts(members: &mut Members, n: u32) -> Vec<u32> {
        let mut rng = Pcg64Mcg::new(1);
        let mut counts = vec![0; members.list.len()];
        for _ in 0..n {
            let field = Field::new(members, &[]).unwrap();
            counts[choose(&field, &mut rng).place] += 1;
        }
        counts
    }

    /// With replacement this would be 25 % (Envoy's own test); distinct draws make it none.
    #[test]
    fn the_busier_of_two_is_never_picked() {
        assert_eq!(counts(&mut members(&[1, 0]), 1_000), [0, 1_000]);
    }

    /// Ranked by load, the k-th least busy of n is picked with probability 2(n - k) / (n (n - 1)).
    #[test]
    fn shares_follow_the_ranks() {
        let counts = counts(&mut members(&[3, 0, 2, 1]), 60_000);
        let expected = [0, 30_000, 10_000, 20_000];
        for (count, expected) in counts.iter().zip(expected) {
            // Standard deviation at most sqrt(60000 / 4) = 123: five of them either side.
            assert!(u32::abs_diff(*count, expected) < 615, "{counts:?}");
        }
    }

    #[test]
    fn equals_share_equally() {
        let counts = counts(&mut members(&[2, 2, 2]), 30_000);
        assert!(
            counts.iter().all(|n| n.abs_diff(10_000) < 410),
            "{counts:?}"
        );
    }
}

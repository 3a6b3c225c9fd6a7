//! Power of d choices, with and without replacement.
//!
//! Idea: draw d, take the least busy.
//! Source: with replacement Envoy's `least_request` (`N_CHOICES`) and gRPC's (proposal A48), d of 2 by
//! default; M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
//! Formula: d draws, uniformly; a later one wins only if it is strictly less busy, so a tie goes to the
//! first drawn. With replacement the same one may come up again: of two backends the busier is still
//! picked a quarter of the time, of n one busier than all others `1/n^2` of the time (d = 2).
//! Known failure: it counts attempts, not their cost, and a backend that fails fast looks idle.

use rand_core::Rng;

use super::{Choice, Looked};
use crate::TieBreak;
use crate::field::Field;
use crate::uniform::below;

/// The most draws: gRPC's `choiceCount` goes to 10.
pub(crate) const MOST: u32 = 10;

/// Picks with `d` draws.
pub(crate) fn choose(field: &Field<'_>, d: u32, replacement: bool, rng: &mut impl Rng) -> Choice {
    let len = field.len();
    if len < 2 {
        return Choice::of_all(field.nth(0));
    }
    if replacement {
        return least(field, d, |_| below(rng, len));
    }
    let mut drawn = [u32::MAX; MOST as usize];
    least(field, d.min(len), |k| draw_other(&mut drawn, k, len, rng))
}

/// One more number below `len`, uniformly and other than the first `k` of `drawn`, which it joins: they
/// are kept ascending.
pub(crate) fn draw_other(
    drawn: &mut [u32; MOST as usize],
    k: usize,
    len: u32,
    rng: &mut impl Rng,
) -> u32 {
    // Over the gaps that those drawn before leave.
    let mut number = below(rng, len - k as u32);
    for &gap in &drawn[..k] {
        number += u32::from(number >= gap);
    }
    let place = drawn[..k].partition_point(|&before| before < number);
    drawn.copy_within(place..k, place + 1);
    drawn[place] = number;
    number
}

/// The least busy of the candidates with the numbers that `draw` gives.
fn least(field: &Field<'_>, d: u32, mut draw: impl FnMut(usize) -> u32) -> Choice {
    let mut places = [0; MOST as usize];
    let d = d.min(MOST) as usize;
    let mut best = 0;
    let mut tied = false;
    for k in 0..d {
        let place = field.nth(draw(k));
        places[k] = place as u32;
        let (this, least) = (
            field.backend(place).active,
            field.backend(places[best] as usize).active,
        );
        if k == 0 || this < least {
            best = k;
            tied = false;
        } else if this == least && places[k] != places[best] {
            tied = true;
        }
    }
    Choice {
        place: places[best] as usize,
        looked: Looked::Drawn(places, d as u8),
        tie: tied.then_some(TieBreak::FirstDrawn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;
    use rand_pcg::Pcg64Mcg;

    fn counts(active: &[u32], d: u32, replacement: bool, n: u32) -> Vec<u32> {
        let mut members = members(&vec![1; active.len()]);
        for (backend, &active) in members.list.iter_mut().zip(active) {
            backend.active = active;
        }
        let mut rng = Pcg64Mcg::new(1);
        let mut counts = vec![0; active.len()];
        for _ in 0..n {
            let field = Field::new(&mut members, &[]).unwrap();
            counts[choose(&field, d, replacement, &mut rng).place] += 1;
        }
        counts
    }

    /// grpc-go's `leastrequest_test.go`: three backends, the random numbers fed, nothing finishes.
    #[test]
    fn grpcs_indexes() {
        let indexes = [0, 0, 0, 1, 1, 2, 0, 3, 1, 0, 2, 0, 0, 0, 2, 2, 2, 1];
        let mut members = members(&[1; 3]);
        let mut next = indexes.into_iter().map(|index| index % 3);
        let mut picks = Vec::new();
        for _ in 0..9 {
            let field = Field::new(&mut members, &[]).unwrap();
            let place = least(&field, 2, |_| next.next().unwrap()).place;
            members.list[place].active += 1;
            picks.push(place);
        }
        assert_eq!(picks, [0, 1, 2, 0, 1, 2, 0, 2, 1]);
    }

    /// Envoy: the busier of two gets a quarter; one busy of three a ninth.
    #[test]
    fn with_replacement_the_busiest_still_gets_its_square() {
        let two = counts(&[1, 0], 2, true, 40_000);
        // Standard deviation sqrt(40000 * 3 / 16) = 87: five of them either side.
        assert!(two[0].abs_diff(10_000) < 433, "{two:?}");
        let three = counts(&[1, 0, 0], 2, true, 45_000);
        // sqrt(45000 * 8 / 81) = 67.
        assert!(three[0].abs_diff(5_000) < 333, "{three:?}");
    }

    #[test]
    fn without_replacement_all_of_them_is_the_least() {
        assert_eq!(counts(&[3, 1, 2, 4], 4, false, 200), [0, 200, 0, 0]);
        assert_eq!(counts(&[1, 0], 10, false, 200), [0, 200]);
        // Three of four: the least busy is left out a quarter of the time.
        let of_four = counts(&[4, 3, 2, 1], 3, false, 40_000);
        assert!(
            of_four[3].abs_diff(30_000) < 433 && of_four[0] + of_four[1] == 0,
            "{of_four:?}"
        );
    }
}

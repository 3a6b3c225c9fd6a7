//! Weighted random.
//!
//! Idea: any candidate, in proportion to weights.
//! Source: nginx, `ngx_http_upstream_random_module.c` (`random` without `two`).
//! Formula: the probability of each is its weight over the sum of the candidates' weights.
//! Known failure: as of random: chance is uneven, and weights know nothing of load.

use rand_core::Rng;

use super::Choice;
use crate::field::Field;
use crate::uniform::below;

/// The place of one candidate, by weight.
pub(crate) fn draw(field: &Field<'_>, rng: &mut impl Rng) -> usize {
    let weight = |place: usize| field.backend(place).weight_now;
    let total: u32 = field.places().map(weight).sum();
    let mut rest = below(rng, total);
    for place in field.places() {
        let weight = weight(place);
        if rest < weight {
            return place;
        }
        rest -= weight;
    }
    field.nth(0)
}

/// Picks with one draw.
pub(crate) fn choose(field: &Field<'_>, rng: &mut impl Rng) -> Choice {
    Choice::blind(draw(field, rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;
    use rand_pcg::Pcg64Mcg;

    #[test]
    fn shares_follow_weights() {
        let mut members = members(&[3, 2, 1]);
        let mut rng = Pcg64Mcg::new(3);
        let mut counts = [0_u32; 3];
        for _ in 0..60_000 {
            counts[choose(&Field::new(&mut members, &[]).unwrap(), &mut rng).place] += 1;
        }
        for (count, expected) in counts.into_iter().zip([30_000, 20_000, 10_000]) {
            // Standard deviation at most sqrt(60000 / 4) = 123: five of them either side.
            assert!(count.abs_diff(expected) < 615, "{counts:?}");
        }
    }
}

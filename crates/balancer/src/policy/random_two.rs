//! Random two.
//!
//! Idea: draw two by weight, take the less busy of them for its weight.
//! Source: nginx, `ngx_http_upstream_random_module.c` (`random two least_conn`).
//! Formula: two *distinct* candidates, each drawn in proportion to weights; with `active` compared by
//! cross-multiplication the first is taken only if the second is strictly busier, so a tie goes to the
//! *second*. When the 21st draw has brought no second one, smooth weighted round robin, as in nginx.
//! Known failure: it counts attempts, not their cost, and a backend that fails fast looks idle.

use rand_core::Rng;

use super::{Choice, Looked, smooth_weighted, weighted_random};
use crate::TieBreak;
use crate::field::Field;

/// nginx gives up when so many draws have failed: `++tries > 20`.
const TRIES: u32 = 21;

/// Picks with two draws, or by turns when there is no choice.
pub(crate) fn choose(field: &mut Field<'_>, rng: &mut impl Rng) -> Choice {
    if field.len() < 2 {
        return Choice::of_all(field.nth(0));
    }
    let first = weighted_random::draw(field, rng);
    let second = (0..TRIES)
        .map(|_| weighted_random::draw(field, rng))
        .find(|&place| place != first);
    let Some(second) = second else {
        return smooth_weighted::instead(field);
    };
    let (a, b) = (field.backend(first), field.backend(second));
    let (load_a, load_b) = (
        u64::from(a.active) * u64::from(b.weight_now),
        u64::from(b.active) * u64::from(a.weight_now),
    );
    Choice {
        place: if load_b > load_a { first } else { second },
        looked: Looked::Two(first, second),
        tie: (load_a == load_b).then_some(TieBreak::LastDrawn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;
    use rand_pcg::Pcg64Mcg;

    #[test]
    fn the_busier_of_two_is_never_picked_and_a_tie_goes_to_the_second() {
        let mut two = members(&[1, 1]);
        let mut rng = Pcg64Mcg::new(1);
        for _ in 0..200 {
            let choice = choose(&mut Field::new(&mut two, &[]).unwrap(), &mut rng);
            let Looked::Two(_, second) = choice.looked else {
                unreachable!("two of two are drawn within so many tries")
            };
            assert_eq!(
                (choice.place, choice.tie),
                (second, Some(TieBreak::LastDrawn))
            );
        }
        two.list[0].active = 1;
        for _ in 0..200 {
            let choice = choose(&mut Field::new(&mut two, &[]).unwrap(), &mut rng);
            assert_eq!((choice.place, choice.tie), (1, None));
        }
        // Two of weight 3 are less than one of weight 1.
        let mut weighted = members(&[3, 1]);
        (weighted.list[0].active, weighted.list[1].active) = (2, 1);
        let choice = choose(&mut Field::new(&mut weighted, &[]).unwrap(), &mut rng);
        assert_eq!(choice.place, 0);
    }

    /// Draws the first so many times, and then the last.
    struct First(u32);

    impl rand_core::TryRng for First {
        type Error = core::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            self.try_next_u64().map(|drawn| drawn as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            let first = self.0 > 0;
            self.0 = self.0.saturating_sub(1);
            Ok(if first { 1 << 24 } else { u64::MAX })
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
            Ok(())
        }
    }

    #[test]
    fn nginx_gives_up_on_the_21st_draw_that_brings_no_second() {
        let looked = |times| {
            let mut two = members(&[1, 1]);
            let mut field = Field::new(&mut two, &[]).unwrap();
            choose(&mut field, &mut First(times)).looked
        };
        assert_eq!(looked(21), Looked::Two(0, 1));
        assert_eq!(looked(22), Looked::Turns);
    }
}

//! Weighted least request.
//!
//! Idea: turns by weight, where a backend's weight shrinks with what it has under way.
//! Source: Envoy, `least_request` (`source/extensions/load_balancing_policies/least_request`).
//! Formula: where weights differ, earliest deadline first with `weight / (active + 1)^bias`, bias 1 by
//! default; where all are equal, two choices with replacement, a tie to the first drawn.
//! Known failure: a weight counts when a backend is put back in the queue, so that load which came or
//! went since is not seen until its next turn; and a backend that fails fast looks idle.

use rand_core::Rng;

use super::earliest_deadline::Schedule;
use super::{Choice, choices};
use crate::Backend;
use crate::field::Field;

/// Envoy's `choice_count`.
const CHOICES: u32 = 2;

/// Envoy's weight of a backend under load; `bias` in hundredths.
pub(crate) fn weight(backend: &Backend, bias: u32) -> f64 {
    let load = f64::from(backend.active) + 1.0;
    let divisor = match bias {
        0 => 1.0,
        100 => load,
        _ => libm::pow(load, f64::from(bias) / 100.0),
    };
    backend.weight_f64() / divisor
}

/// Picks. That all who stand weigh the same (`equal`) leaves the schedule aside; that those do whom this
/// call has not tried does not, as in Envoy, whose schedule knows no calls.
pub(crate) fn choose(
    schedule: &mut Schedule,
    field: &Field<'_>,
    (bias, equal): (u32, bool),
    rng: &mut impl Rng,
) -> Choice {
    if equal {
        choices::choose(field, CHOICES, true, rng)
    } else {
        schedule.choose(field, &|place| weight(field.backend(place), bias))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::{letters, members};
    use rand_pcg::Pcg64Mcg;

    /// Envoy's `least_request_lb_test.cc`, WeightImbalance.
    #[test]
    fn envoys_weight_imbalance() {
        let mut two = members(&[1, 2]);
        let mut schedule = Schedule::default();
        schedule.start(&two, 0, &|place| weight(&two.list[place], 100));
        let mut rng = Pcg64Mcg::new(0);
        let mut run = |two: &mut crate::members::Members, n| {
            letters(n, || {
                let field = Field::new(two, &[]).unwrap();
                choose(&mut schedule, &field, (100, false), &mut rng)
            })
        };
        assert_eq!(run(&mut two, 6), "babbab");
        two.list[1].active = 1;
        assert_eq!(run(&mut two, 5), "babab");
        (two.list[0].active, two.list[1].active) = (1, 0);
        assert_eq!(run(&mut two, 10), "abbbabbbba");
    }

    #[test]
    fn a_bias_of_nothing_leaves_the_weights() {
        let mut one = members(&[3]);
        one.list[0].active = 8;
        let weights = [0, 100, 50, 200].map(|bias| weight(&one.list[0], bias));
        assert_eq!((weights[0], weights[1]), (3.0, 3.0 / 9.0));
        assert!((weights[2] - 1.0).abs() < 1e-12 && (weights[3] - 3.0 / 81.0).abs() < 1e-12);
    }
}

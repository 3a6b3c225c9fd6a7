//! Consistent hashing with bounded loads.
//!
//! Idea: a client belongs to a backend by hash, but one that has more than its share of the load passes
//! the call on to the next.
//! Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016
//! (arXiv 1608.01350), as built in HAProxy, `hash-balance-factor` (`chash_server_is_eligible`).
//! Formula: for a factor f in percent there are `((active in all + 1) * f + 99) / 100` slots, shared out
//! by weight: a whole number for each unit, the remainder by cumulative weight, at least one each. From
//! the closest point on, the first backend with a slot free.
//! Known failure: when load rises, calls leave their own backend just when its cache would help; and
//! active calls, not their cost, are what is bounded.

use super::Choice;
use super::nearest_hash::{Circle, hash_key};
use crate::field::Field;
use crate::{Backend, BackendId};

/// HAProxy's default in its examples: a quarter above the mean.
pub(crate) const DEFAULT_FACTOR: u32 = 125;

/// How many each may have, given weights and what all have under way, in the order of the weights.
pub(crate) fn slots(
    weights: impl Iterator<Item = u64> + Clone,
    active: u64,
    factor: u32,
) -> Vec<u64> {
    let total = weights.clone().sum::<u64>().max(1);
    let slots = ((active + 1) * u64::from(factor)).div_ceil(100);
    let (each, rest) = (slots / total, slots % total);
    let mut before = 0;
    weights
        .map(|weight| {
            let upto = before + weight;
            let extra = upto * rest / total - before * rest / total;
            before = upto;
            (weight * each + extra).max(1)
        })
        .collect()
}

/// Whether one of these backends has all that it may.
pub(crate) fn is_full<'a>(
    backends: impl Iterator<Item = &'a Backend> + Clone,
    id: BackendId,
    factor: u32,
) -> bool {
    // HAProxy's effective weights: remainders are shared out more finely.
    let weights = backends.clone().map(|it| u64::from(it.weight) * 16);
    let active = backends.clone().map(|it| u64::from(it.active)).sum();
    let mut with_slots = backends.zip(slots(weights, active, factor));
    with_slots.any(|(it, slots)| it.id == id && u64::from(it.active) >= slots)
}

/// Who has a slot free, by place; those who do not stand have none.
fn free(field: &Field<'_>, factor: u32) -> Vec<bool> {
    let weights = field
        .places()
        .map(|place| u64::from(field.backend(place).weight) * 16);
    let active = field
        .places()
        .map(|place| u64::from(field.backend(place).active))
        .sum();
    let mut free = vec![false; field.size()];
    for (place, slots) in field.places().zip(slots(weights, active, factor)) {
        free[place] = u64::from(field.backend(place).active) < slots;
    }
    free
}

/// Picks from the closest point on.
pub(crate) fn choose(field: &Field<'_>, circle: &Circle, key: u64, factor: u32) -> Choice {
    let free = free(field, factor);
    let Some(nearest) = circle.nearest(hash_key(key), &|place| field.has(place)) else {
        return Choice::of_all(field.nth(0));
    };
    // Slots in all are more than calls in all, so somebody has one free.
    let found = (0..circle.len())
        .map(|step| circle.place(nearest + step))
        .find(|&place| free[place]);
    Choice::of_all(found.unwrap_or_else(|| circle.place(nearest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    /// Computed from HAProxy's `chash_server_is_eligible`: four equal servers, factor 125.
    #[test]
    fn haproxys_slots() {
        let four = |active| slots([16_u64; 4].into_iter(), active, 125);
        assert_eq!(four(0), [1, 1, 1, 1]);
        assert_eq!(four(3), [1, 1, 1, 2]);
        assert_eq!(four(9), [3, 3, 3, 4]);
        assert_eq!(four(19), [6, 6, 6, 7]);
        assert_eq!(four(39), [12, 13, 12, 13]);
    }

    #[test]
    fn one_busy_client_does_not_drown_its_server() {
        let mut members = members(&[1; 4]);
        let circle = Circle::new(&members.list);
        for calls in 1..=100 {
            let place = choose(&Field::new(&mut members, &[]).unwrap(), &circle, 7, 125).place;
            members.list[place].active += 1;
            let most = members.list.iter().map(|b| b.active).max();
            let bound = slots([16_u64; 4].into_iter(), calls - 1, 125)
                .into_iter()
                .max();
            assert!(
                most.map(u64::from) <= bound,
                "{most:?} of {calls}, bound {bound:?}"
            );
        }
    }
}

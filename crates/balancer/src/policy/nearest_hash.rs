//! Consistent hashing to the nearest point.
//!
//! Idea: as on the hash ring, but a client belongs to the closest point on either side.
//! Source: HAProxy, `hash-type consistent`, `src/lb_chash.c`; full_hash in `include/haproxy/intops.h`.
//! Formula: 16 points for each unit of weight at `full_hash(id * 4096 + i)`, where full_hash is Bob
//! Jenkins' six-step integer hash times 3,221,225,473, on a circle of 2^32. With the points of those
//! who stand before and after a key's hash, the one before is taken if it is not farther than the one
//! after. The key is folded to 32 bits and hashed by the same function.
//! Known failure: load is not looked at, and with so few points arcs differ much: by about
//! 1/sqrt(16 points for each unit of weight).

use super::Choice;
use crate::Backend;
use crate::field::Field;

/// HAProxy's `BE_WEIGHT_SCALE`: points for each unit of weight.
pub(crate) const POINTS: u32 = 16;
/// HAProxy's `SRV_EWGHT_RANGE`: what keeps servers' points apart.
const RANGE: u32 = 4_096;

/// HAProxy's `full_hash`.
pub(crate) const fn full_hash(key: u32) -> u32 {
    let mut a = key;
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = (a ^ 0xc761_c23c) ^ (a >> 19);
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    a = (a ^ 0xb55a_4f09) ^ (a >> 16);
    a.wrapping_mul(3_221_225_473)
}

/// Where a request's key lies on the circle.
pub(crate) const fn hash_key(key: u64) -> u32 {
    full_hash(key as u32 ^ (key >> 32) as u32)
}

/// The points of a circle, sorted, each with its backend's place in the list.
#[derive(Debug, Default)]
pub(crate) struct Circle {
    /// As wide as a ring's, so that both are sorted by the same code.
    points: Vec<(u64, u32)>,
}

impl Circle {
    pub(crate) fn new(backends: &[Backend]) -> Self {
        let mut points = Vec::new();
        for (place, backend) in backends.iter().enumerate() {
            // HAProxy numbers its servers from 1.
            let first = backend.id.0.wrapping_add(1).wrapping_mul(RANGE);
            let of_it = (0..backend.weight * POINTS).map(|i| first.wrapping_add(i));
            points.extend(of_it.map(|point| (u64::from(full_hash(point)), place as u32)));
        }
        points.sort_unstable();
        Self { points }
    }

    /// The closest point of those whom `stands` admits, as an index.
    pub(crate) fn nearest(&self, hash: u32, stands: &dyn Fn(usize) -> bool) -> Option<usize> {
        let len = self.points.len();
        let start = self
            .points
            .partition_point(|&(point, _)| point < u64::from(hash));
        let admitted = |&at: &usize| stands(self.place(at));
        let after = (0..len).map(|step| (start + step) % len).find(admitted)?;
        let before = (1..=len)
            .map(|step| (start + len - step) % len)
            .find(admitted)?;
        let back = hash.wrapping_sub(self.points[before].0 as u32);
        let on = (self.points[after].0 as u32).wrapping_sub(hash);
        Some(if back <= on { before } else { after })
    }

    /// The place at an index, which is taken round the circle.
    pub(crate) fn place(&self, at: usize) -> usize {
        self.points[at % self.points.len()].1 as usize
    }

    pub(crate) fn len(&self) -> usize {
        self.points.len()
    }

    /// How far it is from a hash to each backend's closest point, as a share of the circle.
    pub(crate) fn distances(&self, hash: u32, backends: usize) -> Vec<Option<f64>> {
        let mut nearest = vec![None; backends];
        for &(point, place) in &self.points {
            let back = hash.wrapping_sub(point as u32);
            let distance = f64::from(back.min(back.wrapping_neg())) / 4_294_967_296.0;
            let slot: &mut Option<f64> = &mut nearest[place as usize];
            *slot = Some(slot.map_or(distance, |known| known.min(distance)));
        }
        nearest
    }
}

/// Picks the candidate with the closest point.
pub(crate) fn choose(field: &Field<'_>, circle: &Circle, key: u64) -> Choice {
    let nearest = circle.nearest(hash_key(key), &|place| field.has(place));
    Choice::of_all(nearest.map_or_else(|| field.nth(0), |at| circle.place(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    #[test]
    fn the_closest_is_taken_on_either_side_and_the_one_before_on_a_tie() {
        let circle = Circle {
            points: vec![(100, 0), (200, 1), (4_294_967_290, 2)],
        };
        let owner = |hash| circle.nearest(hash, &|_| true).map(|at| circle.place(at));
        let owners = [149, 150, 151, 5, 47, 4_294_967_295, 2_000_000_000];
        assert_eq!(
            owners.map(owner),
            [0, 0, 1, 2, 2, 2, 1].map(Some),
            "the first point at or after would be 1, 1, 1, 0, 0, 0, 2"
        );
        let without_two = circle.nearest(5, &|place| place != 2);
        assert_eq!(without_two.map(|at| circle.place(at)), Some(0));
    }

    #[test]
    fn only_the_keys_of_who_is_absent_move() {
        let mut members = members(&[1, 2, 1, 3]);
        let circle = Circle::new(&members.list);
        assert_eq!(circle.len(), 7 * 16);
        let owners = |members: &mut crate::members::Members| -> Vec<usize> {
            let field = Field::new(members, &[]).unwrap();
            (0..2_000)
                .map(|key| choose(&field, &circle, key).place)
                .collect()
        };
        let before = owners(&mut members);
        members.list[1].draining = true;
        members.rerank();
        for (was, is) in before.iter().zip(owners(&mut members)) {
            assert!(if *was == 1 { is != 1 } else { *was == is });
        }
    }
}

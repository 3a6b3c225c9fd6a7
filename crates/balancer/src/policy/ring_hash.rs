//! Consistent hashing on a ring.
//!
//! Idea: backends own arcs of a circle of hashes, and a client belongs to the backend that owns the point
//! its address is hashed to.
//! Source: D. Karger et al., "Consistent Hashing and Random Trees", STOC 1997; as Envoy's `ring_hash`.
//! Formula: points at `xxh64("<name>_<i>", seed 0)` for i = 0, 1, ...; a key belongs to the first point at
//! or after its hash, wrapping round.
//! Known failure: load is not looked at, and arcs are never quite equal: their shares of the ring vary by
//! about 1/sqrt(points per backend).
//!
//! When the owner cannot be picked (down, ejected, draining, tried), the walk goes on to the next point of
//! another backend, so that only the absent backend's keys move. (Envoy rebuilds its ring from the healthy
//! ones, which comes to the same, but on a retry goes just one *point* on, which may be the same backend
//! again.) Envoy scales rings to at least 1024 points in all; here there are ketama's and nginx's 160 for
//! each unit of weight, so that one backend's points do not depend on the others.

use std::fmt::Write as _;

use xxhash_rust::xxh64::xxh64;

use super::{Choice, Looked};
use crate::Backend;
use crate::field::Field;

/// Points per unit of weight in ketama and in nginx's consistent `hash`.
pub(crate) const DEFAULT_POINTS_PER_WEIGHT: u32 = 160;

/// Envoy's `maximum_ring_size`.
const MAX_POINTS: u64 = 8_388_608;

/// The points of a ring, sorted by hash, each with its backend's place in the list.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    points: Vec<(u64, u32)>,
}

impl Ring {
    pub(crate) fn new(backends: &[Backend], points_per_weight: u32) -> Self {
        let weight: u64 = backends
            .iter()
            .map(|backend| u64::from(backend.weight))
            .sum();
        let each = points_each(weight, points_per_weight);
        let mut points = Vec::with_capacity((weight * each) as usize);
        let mut key = String::new();
        for (place, backend) in backends.iter().enumerate() {
            for i in 0..u64::from(backend.weight) * each {
                key.clear();
                // Writing to a string cannot fail.
                let _ = write!(key, "{}_{i}", backend.name);
                points.push((xxh64(key.as_bytes(), 0), place as u32));
            }
        }
        Self::of(points)
    }

    /// The ring of these points, in any order.
    pub(crate) fn of(mut points: Vec<(u64, u32)>) -> Self {
        points.sort_unstable();
        Self { points }
    }

    /// The places met on the way round from a hash, point by point, starting with its owner.
    pub(crate) fn walk(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        let start = self.points.partition_point(|&(point, _)| point < hash);
        let (before, after) = self.points.split_at(start);
        after.iter().chain(before).map(|&(_, place)| place as usize)
    }

    /// How far it is from a hash to the first point of each backend, as a share of the whole ring;
    /// `None` for a backend without points.
    pub(crate) fn distances(&self, hash: u64, backends: usize) -> Vec<Option<f64>> {
        let mut nearest = vec![None; backends];
        for &(point, place) in &self.points {
            let distance = point.wrapping_sub(hash);
            let slot: &mut Option<u64> = &mut nearest[place as usize];
            *slot = Some(slot.map_or(distance, |known| known.min(distance)));
        }
        let share = |distance: u64| distance as f64 / 18_446_744_073_709_551_616.0;
        nearest
            .into_iter()
            .map(|distance| distance.map(share))
            .collect()
    }
}

/// Points per unit of weight on a ring of that total weight: a ring too large for memory has fewer points
/// for everyone, but some for each.
pub(crate) fn points_each(total_weight: u64, points_per_weight: u32) -> u64 {
    u64::from(points_per_weight).min((MAX_POINTS / total_weight.max(1)).max(1))
}

/// Where a request's key lies on the ring.
pub(crate) fn hash_key(key: u64) -> u64 {
    xxh64(&key.to_le_bytes(), 0)
}

/// Picks the first candidate on the way round from a key's hash.
pub(crate) fn choose(field: &Field<'_>, ring: &Ring, hash: u64) -> Choice {
    let owner = ring.walk(hash).find(|&place| field.has(place));
    // Every backend has a point, so the walk meets a candidate, and a field is never empty.
    let place = owner.unwrap_or_else(|| field.nth(0));
    Choice {
        place,
        looked: Looked::All,
        tie: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackendId;

    /// Envoy's `ring_hash_lb_test.cc`, Basic: 127.0.0.1:90 to :95, 12 points.
    fn envoys_ring() -> Ring {
        let backends: Vec<_> = (90..=95)
            .map(|port| Backend::new(BackendId(port), &format!("127.0.0.1:{port}"), 1, 0))
            .collect();
        Ring::new(&backends, 2)
    }

    #[test]
    fn envoys_hashes() {
        assert_eq!(xxh64(b"foo", 0), 3_728_699_739_546_630_719);
        assert_eq!(xxh64(b"bar", 0), 5_234_164_152_756_840_025);
        assert_eq!(xxh64(b"foo\nbar", 0), 8_917_841_378_505_826_757);
        assert_eq!(xxh64(b"lyft", 0), 4_400_747_396_090_729_504);
        assert_eq!(xxh64(b"", 0), 17_241_709_254_077_376_921);
    }

    #[test]
    fn envoys_points() {
        let points: Vec<_> = envoys_ring()
            .points
            .iter()
            .map(|&(hash, place)| (hash, 90 + place))
            .collect();
        assert_eq!(
            points,
            [
                (833_437_586_790_550_860, 94),
                (928_266_305_478_181_108, 92),
                (1_033_482_794_131_418_490, 90),
                (3_551_244_743_356_806_947, 95),
                (3_851_675_632_748_031_481, 93),
                (5_583_722_120_771_150_861, 91),
                (6_311_230_543_546_372_928, 91),
                (7_700_377_290_971_790_572, 93),
                (13_144_177_310_400_110_813, 95),
                (13_444_792_449_719_432_967, 92),
                (15_516_499_411_664_133_160, 94),
                (16_117_243_373_044_804_889, 90),
            ]
        );
    }

    #[test]
    fn envoys_picks_and_walk() {
        let ring = envoys_ring();
        let owner = |hash| ring.walk(hash).next().map(|place| 90 + place);
        assert_eq!(owner(0), Some(94));
        assert_eq!(owner(u64::MAX), Some(94));
        assert_eq!(owner(3_551_244_743_356_806_947), Some(95));
        assert_eq!(owner(3_551_244_743_356_806_948), Some(93));
        assert_eq!(owner(16_117_243_373_044_804_880), Some(90));
        // Envoy's retries: attempts 1 and 2 from hash 0; 13 is once round and one.
        let walk: Vec<_> = ring.walk(0).map(|place| 90 + place).collect();
        assert_eq!((walk[1], walk[2], walk[13 % 12]), (92, 90, 92));
    }

    #[test]
    fn distances_are_measured_forwards() {
        let distances = envoys_ring().distances(833_437_586_790_550_861, 6);
        let nearest = (0..6).min_by(|&a, &b| distances[a].partial_cmp(&distances[b]).unwrap());
        assert_eq!(nearest, Some(2));
        // The point just passed is the whole ring away, but that backend has another.
        assert!(distances[4].unwrap() > 0.7);
    }

    #[test]
    fn a_ring_is_hardly_larger_than_envoys_largest() {
        assert_eq!(points_each(5, 160), 160);
        assert_eq!(points_each(100_000, 160), 83);
        assert_eq!(points_each(10_000_000, 160), 1);
        assert_eq!(points_each(0, 160), 160);
    }
}

//! Rendezvous hashing.
//!
//! Idea: hash the client with each backend's name; the highest wins.
//! Source: D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM
//! Transactions on Networking 6(1), 1998 (highest random weight); weights by the logarithmic method of
//! C. Schindelhauer, G. Schomaker, "Weighted Distributed Hash Tables", SPAA 2005.
//! Formula: with u in (0, 1) from `xxh64(name, seed = hash of the key)`, the highest `-weight / ln u`.
//! Known failure: every choice looks at every backend, and load is not looked at.
//!
//! When a backend goes, exactly its own keys move, each to its second highest, spread over all.

use xxhash_rust::xxh64::xxh64;

use super::Choice;
use super::ring_hash::hash_key;
use crate::Backend;
use crate::field::Field;

/// A backend's score for a hashed key.
pub(crate) fn score(backend: &Backend, hash: u64) -> f64 {
    let drawn = xxh64(backend.name.as_bytes(), hash) >> 11;
    let u = (drawn as f64 + 0.5) / 9_007_199_254_740_992.0;
    -f64::from(backend.weight) / libm::log(u)
}

/// Picks the highest score.
pub(crate) fn choose(field: &Field<'_>, key: u64) -> Choice {
    let hash = hash_key(key);
    let mut best = (field.nth(0), f64::NEG_INFINITY);
    for place in field.places() {
        let score = score(field.backend(place), hash);
        if score > best.1 {
            best = (place, score);
        }
    }
    Choice::of_all(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    #[test]
    fn shares_follow_weights_and_only_the_keys_of_who_is_absent_move() {
        let mut members = members(&[1, 2, 3]);
        let owners = |members: &mut crate::members::Members| -> Vec<usize> {
            let field = Field::new(members, &[]).unwrap();
            (0..60_000).map(|key| choose(&field, key).place).collect()
        };
        let before = owners(&mut members);
        for (place, expected) in [10_000, 20_000, 30_000].into_iter().enumerate() {
            let count = before.iter().filter(|&&owner| owner == place).count();
            // Standard deviation at most sqrt(60000 / 4) = 123: five of them either side.
            assert!(count.abs_diff(expected) < 615, "{place}: {count}");
        }
        members.list[2].draining = true;
        members.rerank();
        let after = owners(&mut members);
        for (was, is) in before.iter().zip(&after) {
            assert!(if *was == 2 { *is != 2 } else { was == is });
        }
        let inherited = before
            .iter()
            .zip(&after)
            .filter(|&(was, is)| *was == 2 && *is == 1);
        // 20,000 of the 30,000, by weight: standard deviation about 82.
        assert!(inherited.count().abs_diff(20_000) < 1_000);
    }
}

//! Maglev hashing.
//!
//! Idea: a table with far more entries than backends; each backend fills it in an order of its own, one
//! entry at a time by turns, so that shares are all but equal and a lookup is one step.
//! Source: D. Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016;
//! as Envoy's `maglev_lb.cc` (table of 65,537).
//! Formula: with table size M, a prime, and the backend's name: `offset = xxh64(name, 0) mod M`,
//! `skip = xxh64(name, 1) mod (M - 1) + 1`, and its n-th wish is `(offset + n * skip) mod M`. Backends
//! take turns in order of name; one of weight w gets a turn when `round * w` has reached what it was
//! served. A key belongs to `table[hash mod M]`. The k-th retry looks up `hash xor -k`.
//! Known failure: load is not looked at; and when a backend goes, some keys of the others move too (half
//! a percent with 1000 backends, about twice what must).

use xxhash_rust::xxh64::xxh64;

use super::Choice;
use super::ring_hash::hash_key;
use crate::field::Field;
use crate::members::Members;

/// Envoy's default.
pub(crate) const DEFAULT_TABLE_SIZE: u32 = 65_537;

/// Whether a number is prime, by trial division: at most some thousand steps for the sizes allowed.
pub(crate) fn is_prime(n: u32) -> bool {
    n >= 2
        && (2..)
            .take_while(|d| d * d <= n)
            .all(|d| !n.is_multiple_of(d))
}

/// Each entry's backend, as its place in the list.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: Vec<u32>,
}

impl Table {
    /// The table of those who stand.
    pub(crate) fn new(members: &Members, size: u32) -> Self {
        const NOBODY: u32 = u32::MAX;
        struct Build {
            place: u32,
            weight: f64,
            target: f64,
            wish: u64,
            skip: u64,
        }
        let m = u64::from(size);
        let name = |place: u32| &members.list[place as usize].name;
        let mut standing: Vec<u32> = Vec::new();
        for place in members.standing() {
            let at = standing.partition_point(|&other| name(other) < name(place));
            standing.insert(at, place);
        }
        let weight = |place: u32| f64::from(members.list[place as usize].weight);
        let sum: f64 = standing.iter().map(|&place| weight(place)).sum();
        let mut builds: Vec<Build> = standing
            .iter()
            .map(|&place| {
                let name = members.list[place as usize].name.as_bytes();
                Build {
                    place,
                    weight: weight(place) / sum,
                    target: 0.0,
                    wish: xxh64(name, 0) % m,
                    skip: xxh64(name, 1) % (m - 1) + 1,
                }
            })
            .collect();
        let most = builds
            .iter()
            .fold(0.0, |most, build| build.weight.max(most));
        let mut entries = vec![NOBODY; size as usize];
        let mut left = if builds.is_empty() { 0 } else { entries.len() };
        let mut round = 1.0;
        while left > 0 {
            for build in &mut builds {
                if round * build.weight < build.target {
                    continue;
                }
                build.target += most;
                // M is prime, so the wishes run through the whole table, and an entry is free.
                while entries[build.wish as usize] != NOBODY {
                    build.wish = (build.wish + build.skip) % m;
                }
                entries[build.wish as usize] = build.place;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            round += 1.0;
        }
        Self { entries }
    }

    /// Whose a hash is at so many retries before.
    pub(crate) fn lookup(&self, hash: u64, retry: u64) -> Option<usize> {
        let len = self.entries.len() as u64;
        let index = (hash ^ retry.wrapping_neg()) % len.max(1);
        self.entries
            .get(index as usize)
            .map(|&place| place as usize)
    }

    /// Each backend's share of the table.
    pub(crate) fn shares(&self, backends: usize) -> Vec<Option<f64>> {
        let mut counts = vec![0_u32; backends];
        for &place in &self.entries {
            if let Some(count) = counts.get_mut(place as usize) {
                *count += 1;
            }
        }
        let len = self.entries.len().max(1) as f64;
        counts
            .into_iter()
            .map(|count| Some(f64::from(count) / len))
            .collect()
    }
}

/// How many retries are looked up before the table is walked.
const RETRIES: u64 = 32;

/// Picks the owner, or the first candidate that the retries come to.
pub(crate) fn choose(field: &Field<'_>, table: &Table, key: u64) -> Choice {
    let hash = hash_key(key);
    let owner = (0..RETRIES)
        .filter_map(|retry| table.lookup(hash, retry))
        .find(|&place| field.has(place));
    Choice::of_all(owner.unwrap_or_else(|| field.nth(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Backend, BackendId};

    fn members(names: &[(&str, u32)]) -> Members {
        let mut members = Members::default();
        for (id, &(name, weight)) in (0..).zip(names) {
            members.push(Backend::new(BackendId(id), name, weight, 0));
        }
        members
    }

    fn table(names: &[(&str, u32)], size: u32) -> Table {
        Table::new(&members(names), size)
    }

    const SIX: [(&str, u32); 6] = [
        ("127.0.0.1:90", 1),
        ("127.0.0.1:91", 1),
        ("127.0.0.1:92", 1),
        ("127.0.0.1:93", 1),
        ("127.0.0.1:94", 1),
        ("127.0.0.1:95", 1),
    ];

    /// Envoy's `maglev_lb_test.cc`: Basic, by host name, LocalityWeightedSameLocalityWeights.
    #[test]
    fn envoys_tables() {
        assert_eq!(table(&SIX, 7).entries, [2, 4, 0, 1, 5, 0, 3]);
        let hosts = [
            ("90", 1),
            ("91", 1),
            ("92", 1),
            ("93", 1),
            ("94", 1),
            ("95", 1),
        ];
        assert_eq!(table(&hosts, 7).entries, [2, 5, 0, 3, 4, 1, 0]);
        assert_eq!(
            table(&SIX[..2], 17).entries,
            [1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]
        );
    }

    /// The same, Weighted: 1 to 2 is 6 to 11 of 17; and Envoy's documentation: 21,846 to 43,691 of 65,537.
    #[test]
    fn envoys_weighted_tables() {
        let one_to_two = [("127.0.0.1:90", 1), ("127.0.0.1:91", 2)];
        assert_eq!(
            table(&one_to_two, 17).entries,
            [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1]
        );
        let large = table(&one_to_two, DEFAULT_TABLE_SIZE).entries;
        let firsts = large.iter().filter(|&&place| place == 0).count();
        assert_eq!((firsts, large.len() - firsts), (21_846, 43_691));
    }

    /// The same, Basic with a retry: hash 10, attempts 0, 1 and 2.
    #[test]
    fn envoys_retries() {
        let table = table(&SIX, 7);
        let hosts = [0, 1, 2].map(|retry| table.lookup(10, retry));
        assert_eq!(hosts, [1, 0, 5].map(Some));
    }

    /// Envoy's algorithm with ten backends and one removed: 6,553 or 6,554 entries each, and 0.2 % of the
    /// survivors' entries move.
    #[test]
    fn shares_are_even_and_few_of_the_others_keys_move() {
        let names: Vec<String> = (0..10).map(|i| format!("10.0.0.{i}:80")).collect();
        let mut ten = members(&names.iter().map(|name| (&**name, 1)).collect::<Vec<_>>());
        let before = Table::new(&ten, DEFAULT_TABLE_SIZE);
        let shares = before.shares(10);
        let entries = |share: &Option<f64>| libm::round(share.unwrap() * 65_537.0) as u32;
        assert!(
            shares
                .iter()
                .all(|share| [6_553, 6_554].contains(&entries(share)))
        );
        ten.list[3].draining = true;
        ten.rerank();
        let after = Table::new(&ten, DEFAULT_TABLE_SIZE);
        let pairs = before.entries.iter().zip(&after.entries);
        let moved = pairs.filter(|&(was, is)| *was != 3 && was != is).count();
        assert!(moved > 0 && moved < 65_537 / 100, "{moved}");
    }

    #[test]
    fn primes() {
        let primes: Vec<u32> = (0..30).filter(|&n| is_prime(n)).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert!(is_prime(65_537) && is_prime(5_000_011) && !is_prime(65_535));
    }
}

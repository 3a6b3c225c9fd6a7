//! Hash of the source address, modulo a map.
//!
//! Idea: the map of turns by weight is looked up at the client's hash instead of being read in turn.
//! Source: HAProxy, `balance source` with `hash-type map-based`, its default: `src/lb_map.c`
//! (`map_get_server_hash`), `src/backend.c` (`get_server_sh`), `include/haproxy/intops.h` (`full_hash`).
//! Formula: slot `address mod (sum of weights)` of the map of those who stand; with `avalanche` the address
//! is hashed by full_hash first.
//! Known failure: load is not looked at, and when anyone goes or comes the map is made anew and nearly
//! every client moves. Without avalanche neighbours in address are neighbours in the map.

use super::nearest_hash::full_hash;
use super::static_map::StaticMap;
use super::{Choice, Policy};
use crate::field::Field;

/// Picks by the address in the low 32 bits of the key.
pub(crate) fn choose(field: &Field<'_>, map: &StaticMap, key: u64, policy: &Policy) -> Choice {
    let address = key as u32;
    let avalanche = matches!(policy, Policy::MapHash { avalanche: true });
    by_hash(
        field,
        map,
        if avalanche {
            full_hash(address)
        } else {
            address
        },
    )
}

/// A candidate that this call has tried is stepped over, as a full one is when the map is read in turn.
fn by_hash(field: &Field<'_>, map: &StaticMap, hash: u32) -> Choice {
    let found = map.from(hash).find(|&place| field.has(place));
    Choice::of_all(found.unwrap_or_else(|| field.nth(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Members;
    use crate::policy::memory::tests::members;

    /// HAProxy's hash of a text.
    fn sdbm(text: &str) -> u32 {
        text.bytes().fold(0_u32, |hash, letter| {
            u32::from(letter)
                .wrapping_add(hash << 6)
                .wrapping_add(hash << 16)
                .wrapping_sub(hash)
        })
    }

    fn map_of(members: &Members) -> StaticMap {
        let mut map = StaticMap::default();
        map.build(members);
        map
    }

    /// Recorded from HAProxy 2.6.12: `balance uri`, /url1 to /url20; the first four are those of its
    /// `reg-tests/balance/balance-uri.vtc`.
    #[test]
    fn haproxys_servers() {
        let urls = |n: u32| format!("/url{n}");
        assert_eq!(
            [1, 2, 3, 4].map(|n| sdbm(&urls(n))),
            [4_103_199_409, 4_103_199_410, 4_103_199_411, 4_103_199_412]
        );
        let mut members = members(&[1; 4]);
        let map = map_of(&members);
        let field = Field::new(&mut members, &[]).unwrap();
        let picks: String = (1..=20)
            .map(|n| by_hash(&field, &map, sdbm(&urls(n))).place)
            .map(|place| char::from(b'a' + place as u8))
            .collect();
        assert_eq!(picks, "bcdabcdabdabcdabcdac");
    }

    /// By hand: weights 5, 1, 1 make the map `aaabaac`, and 10.0.0.0 is 3 more than a multiple of 7.
    #[test]
    fn neighbours_are_neighbours_without_avalanche() {
        let mut members = members(&[5, 1, 1]);
        let map = map_of(&members);
        let field = Field::new(&mut members, &[]).unwrap();
        let pick = |avalanche, address: u32| {
            choose(&field, &map, address.into(), &Policy::MapHash { avalanche }).place
        };
        assert_eq!(0x0a00_0000 % 7, 3);
        let run = |avalanche| (0..7).map(move |i| (avalanche, 0x0a00_0000 + i));
        let plain: Vec<_> = run(false).map(|(by, at)| pick(by, at)).collect();
        assert_eq!(plain, [1, 0, 0, 2, 0, 0, 0]);
        let mixed = run(true).map(|(by, at)| (pick(by, at), full_hash(at) % 7));
        for (place, slot) in mixed {
            assert_eq!(place, [0, 0, 0, 1, 0, 0, 2][slot as usize]);
        }
    }

    #[test]
    fn a_tried_one_is_stepped_over() {
        let mut members = members(&[1; 3]);
        let map = map_of(&members);
        let tried = [crate::BackendId(1)];
        let field = Field::new(&mut members, &tried).unwrap();
        assert_eq!(
            [0, 1, 2].map(|hash| by_hash(&field, &map, hash).place),
            [0, 2, 2]
        );
    }
}

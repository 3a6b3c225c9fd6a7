//! Source-address hash.
//!
//! Idea: the client's network decides, so that a client comes back to its server without a table.
//! Source: nginx, `ngx_http_upstream_ip_hash_module.c` (`ip_hash`).
//! Formula: from h = 89, for each of the first three octets of the IPv4 address
//! `h = (h * 113 + octet) mod 6271`; server `h mod (sum of weights)` in a walk over the weights of *all*
//! servers, well or not. If that one cannot be picked, the octets are hashed again from the h reached;
//! after 20 tries, smooth weighted round robin.
//! Known failure: all of a network (the last octet does not count) has one server, load is not looked
//! at, and changing the list or a weight moves nearly everyone.

use super::key_hash::owner;
use super::{Choice, smooth_weighted};
use crate::field::Field;

/// nginx's first h.
const START: u32 = 89;
/// nginx gives up hashing after so many tries.
const TRIES: u32 = 20;

/// One round of nginx's hash over the octets of an address.
fn hash(start: u32, address: u32) -> u32 {
    let [a, b, c, _] = address.to_be_bytes();
    [a, b, c]
        .into_iter()
        .fold(start, |h, octet| (h * 113 + u32::from(octet)) % 6_271)
}

/// Picks by the address in the low 32 bits of the key.
pub(crate) fn choose(field: &mut Field<'_>, key: u64) -> Choice {
    let total: u32 = field.list().iter().map(|backend| backend.weight).sum();
    let mut h = START;
    for _ in 0..=TRIES {
        h = hash(h, key as u32);
        let owner = owner(field, h % total.max(1));
        if let Some(place) = owner.filter(|&place| field.has(place)) {
            return Choice::of_all(place);
        }
    }
    smooth_weighted::instead(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::memory::tests::members;

    fn address(a: u8, b: u8, c: u8, d: u8) -> u32 {
        u32::from_be_bytes([a, b, c, d])
    }

    fn pick(members: &mut crate::members::Members, address: u32) -> char {
        let choice = choose(&mut Field::new(members, &[]).unwrap(), u64::from(address));
        char::from(b'a' + choice.place as u8)
    }

    /// Recorded from nginx 1.22.1, with the h that leads there.
    #[test]
    fn nginxs_hashes_and_servers() {
        let addresses = [
            address(127, 0, 0, 1),
            address(10, 0, 0, 1),
            address(192, 168, 1, 7),
            address(203, 0, 113, 9),
        ];
        assert_eq!(
            addresses.map(|a| hash(START, a)),
            [4_040, 2_565, 154, 2_592]
        );
        let mut three = members(&[1; 3]);
        assert_eq!(addresses.map(|a| pick(&mut three, a)), ['c', 'a', 'b', 'a']);
    }

    /// The same, after nginx's `upstream_ip_hash.t`: 127.0.i.2 for i from 1 to 30.
    #[test]
    fn nginxs_thirty_networks() {
        let run = |servers: usize| -> String {
            let mut members = members(&vec![1; servers]);
            (1..=30)
                .map(|i| pick(&mut members, address(127, 0, i, 2)))
                .collect()
        };
        assert_eq!(run(3), "abc".repeat(10));
        assert_eq!(run(2).matches('a').count(), 15);
    }

    #[test]
    fn who_is_absent_hands_over_and_the_others_keep_theirs() {
        let mut members = members(&[1; 3]);
        let all: String = (1..=30)
            .map(|i| pick(&mut members, address(127, 0, i, 2)))
            .collect();
        members.list[1].draining = true;
        members.rerank();
        let two: String = (1..=30)
            .map(|i| pick(&mut members, address(127, 0, i, 2)))
            .collect();
        for (was, is) in all.chars().zip(two.chars()) {
            assert!(if was == 'b' { is != 'b' } else { was == is });
        }
    }
}

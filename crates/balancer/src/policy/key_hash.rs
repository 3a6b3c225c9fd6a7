//! Hash of a key, modulo the weights.
//!
//! Idea: a number is made of the key, and divided by the number of servers; the rest names the server.
//! Source: nginx, `ngx_http_upstream_hash_module.c` (`hash`), whose hash is that of Cache::Memcached.
//! Formula: `h += (crc32(retry key) >> 16) & 0x7fff`, where `retry` is nothing at first and then 1, 2, ...
//! in digits; server `h mod (sum of weights)` in a walk over the weights of *all* servers, well or not. If
//! that one cannot be picked, again; after 20 tries, smooth weighted round robin. A lone server is not
//! hashed for.
//! Known failure: load is not looked at, and changing the list or a weight moves nearly every key. That
//! is what consistent hashing is against.
//!
//! The key is the client's address as nginx's `$remote_addr` writes it: `10.0.0.1`.

use super::crc32::Crc32;
use super::{Choice, smooth_weighted};
use crate::field::Field;

/// nginx gives up hashing after so many tries.
const TRIES: u32 = 20;

/// The address in the low 32 bits of a key, in digits and points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dotted {
    text: [u8; 15],
    len: u8,
}

impl Dotted {
    pub(crate) fn new(key: u64) -> Self {
        let mut dotted = Self {
            text: [0; 15],
            len: 0,
        };
        for (i, octet) in (key as u32).to_be_bytes().into_iter().enumerate() {
            if i > 0 {
                dotted.push(b'.');
            }
            dotted.number(octet.into());
        }
        dotted
    }

    /// Only a number's digits.
    fn digits(number: u32) -> Self {
        let mut digits = Self {
            text: [0; 15],
            len: 0,
        };
        digits.number(number);
        digits
    }

    fn push(&mut self, letter: u8) {
        if let Some(place) = self.text.get_mut(usize::from(self.len)) {
            *place = letter;
            self.len += 1;
        }
    }

    fn number(&mut self, number: u32) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.push(b'0' + (number % 10) as u8);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }
}

/// Picks by the address in the low 32 bits of the key.
pub(crate) fn choose(field: &mut Field<'_>, key: u64) -> Choice {
    by_text(field, Dotted::new(key).bytes())
}

fn by_text(field: &mut Field<'_>, key: &[u8]) -> Choice {
    let total: u32 = field.list().iter().map(|backend| backend.weight).sum();
    let mut h = 0_u32;
    for retry in 0..=TRIES {
        let crc = match retry {
            0 => Crc32::new(),
            _ => Crc32::new().with(Dotted::digits(retry).bytes()),
        };
        h = h.wrapping_add((crc.with(key).finish() >> 16) & 0x7fff);
        let owner = owner(field, h % total.max(1));
        if let Some(place) = owner.filter(|&place| field.has(place)) {
            return Choice::of_all(place);
        }
    }
    smooth_weighted::instead(field)
}

/// Whose the unit of weight is that so many come before, all taken in the order of the list.
pub(crate) fn owner(field: &Field<'_>, units: u32) -> Option<usize> {
    let mut rest = units;
    field.list().iter().position(|backend| {
        let found = rest < backend.weight;
        rest = rest.saturating_sub(backend.weight);
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Members;
    use crate::policy::memory::tests::members;

    fn picks(members: &mut Members) -> String {
        (1..=20)
            .map(|key: u32| {
                let mut field = Field::new(members, &[]).unwrap();
                let choice = by_text(&mut field, key.to_string().as_bytes());
                char::from(b'a' + choice.place as u8)
            })
            .collect()
    }

    /// Recorded from nginx 1.22.1: `hash $arg_a`, keys 1 to 20.
    #[test]
    fn nginxs_servers() {
        assert_eq!(picks(&mut members(&[1; 3])), "bcbabaaccacaccbcabbc");
        // There with peers a and c.
        let two = picks(&mut members(&[1; 2])).replace('b', "c");
        assert_eq!(two, "acaacacaccacaacacaca");
    }

    #[test]
    fn who_is_absent_is_hashed_past_and_the_others_keep_theirs() {
        let mut members = members(&[1; 3]);
        let all = picks(&mut members);
        members.list[1].draining = true;
        members.rerank();
        for (was, is) in all.chars().zip(picks(&mut members).chars()) {
            assert!(if was == 'b' { is != 'b' } else { was == is });
        }
    }

    /// From the code: the second try hashes `1` before the key and adds.
    #[test]
    fn a_retry_hashes_its_number_before_the_key() {
        let sum = |text: &[u8]| (Crc32::new().with(text).finish() >> 16) & 0x7fff;
        let mut members = members(&[1; 3]);
        let mut elsewhere = 0;
        for key in 1..=20_u32 {
            let key = key.to_string();
            let first = sum(key.as_bytes()) % 3;
            let second = (sum(key.as_bytes()) + sum(format!("1{key}").as_bytes())) % 3;
            if first != second {
                let tried = [crate::BackendId(first)];
                let mut field = Field::new(&mut members, &tried).unwrap();
                assert_eq!(by_text(&mut field, key.as_bytes()).place as u32, second);
                elsewhere += 1;
            }
        }
        assert!(elsewhere > 5, "{elsewhere}");
    }

    #[test]
    fn addresses_are_written_as_one_reads_them() {
        let text = |address: [u8; 4]| {
            let dotted = Dotted::new(u32::from_be_bytes(address).into());
            String::from_utf8(dotted.bytes().to_vec()).unwrap()
        };
        assert_eq!(text([10, 0, 0, 1]), "10.0.0.1");
        assert_eq!(text([203, 110, 255, 199]), "203.110.255.199");
    }
}

//! Consistent hashing on ketama's ring.
//!
//! Idea: as on the hash ring; each server's points are a chain of hashes that begins with its name.
//! Source: nginx, `ngx_http_upstream_hash_module.c` (`hash ... consistent`), whose points are those of
//! Cache::Memcached::Fast.
//! Formula: 160 points for each unit of weight at `crc32(HOST \0 PORT PREVIOUS)`, where PREVIOUS is the
//! point before, in four bytes, the lowest first, and 0 at first. A key belongs to the first point at or
//! after its crc32, wrapping round.
//! Known failure: load is not looked at; and CRC-32 is linear, so the points of like names are less
//! evenly spread than those of better hashes.
//!
//! Where two points are equal nginx keeps the one that its sort leaves first, which is not defined; here
//! the first listed. Who cannot be picked is stepped over to the next point, as there.

use super::crc32::Crc32;
use super::key_hash::Dotted;
use super::ring_hash::{DEFAULT_POINTS_PER_WEIGHT, Ring};
use crate::Backend;

/// A point or a key's hash on a ring of 2^64.
fn on_ring(crc: u32) -> u64 {
    u64::from(crc) << 32
}

/// The ring of these backends.
pub(crate) fn ring(backends: &[Backend]) -> Ring {
    let mut points = Vec::new();
    for (place, backend) in backends.iter().enumerate() {
        let (host, port) = split(&backend.name);
        let base = Crc32::new().with(host).with(&[0]).with(port);
        let mut point = 0_u32;
        for _ in 0..backend.weight * DEFAULT_POINTS_PER_WEIGHT {
            point = base.with(&point.to_le_bytes()).finish();
            points.push((on_ring(point), place as u32));
        }
    }
    Ring::of(points)
}

/// Host and port of a name; only digits behind the last colon are a port.
fn split(name: &str) -> (&[u8], &[u8]) {
    match name.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|letter| letter.is_ascii_digit()) => {
            (host.as_bytes(), port.as_bytes())
        }
        _ => (name.as_bytes(), b""),
    }
}

/// Where a request's key lies on the ring.
pub(crate) fn hash_key(key: u64) -> u64 {
    hash_text(Dotted::new(key).bytes())
}

fn hash_text(text: &[u8]) -> u64 {
    on_ring(Crc32::new().with(text).finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackendId;

    fn backends(names: &[&str]) -> Vec<Backend> {
        let named = names.iter().zip(0..);
        named
            .map(|(name, id)| Backend::new(BackendId(id), name, 1, 0))
            .collect()
    }

    /// Recorded from nginx 1.22.1: `hash $arg_a consistent`, keys 1 to 20.
    #[test]
    fn nginxs_servers() {
        let ring = ring(&backends(&[
            "127.0.0.1:8081",
            "127.0.0.1:8082",
            "127.0.0.1:8083",
        ]));
        let picks: String = (1..=20)
            .map(|key: u32| {
                let owner = ring.walk(hash_text(key.to_string().as_bytes())).next();
                char::from(b'a' + owner.unwrap() as u8)
            })
            .collect();
        assert_eq!(picks, "acacacababaababbcaab");
    }

    #[test]
    fn only_digits_are_a_port() {
        assert_eq!(split("a:80"), (b"a".as_slice(), b"80".as_slice()));
        assert_eq!(split("server-1"), (b"server-1".as_slice(), b"".as_slice()));
        assert_eq!(split("a:b"), (b"a:b".as_slice(), b"".as_slice()));
    }
}

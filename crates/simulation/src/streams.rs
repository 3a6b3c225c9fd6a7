//! Random streams: one for each entity and purpose, all from the run's seed.
//!
//! A stream depends on the seed and on names only, so that adding a server or changing a policy
//! does not change who asks what and when.

use rand_pcg::Pcg64Mcg;

/// The generator of every stream. Named, never "the standard one", which may change.
pub(crate) type Stream = Pcg64Mcg;

/// The stream of an entity for a purpose.
#[must_use]
pub(crate) fn stream(seed: u64, entity: &str, purpose: &str) -> Stream {
    let name = fnv1a(entity.bytes().chain([0]).chain(purpose.bytes()));
    let mut state = seed ^ name.rotate_left(32);
    let high = split_mix(&mut state);
    state ^= name;
    let low = split_mix(&mut state);
    Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low))
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// SplitMix64 (Steele, Lea and Flood, 2014): spreads nearby seeds apart.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng;

    #[test]
    fn streams_differ_by_seed_entity_and_purpose() {
        let draw = |seed, entity, purpose| stream(seed, entity, purpose).next_u64();
        let first = draw(1, "client-1", "arrivals");
        assert_eq!(first, draw(1, "client-1", "arrivals"));
        assert_ne!(first, draw(2, "client-1", "arrivals"));
        assert_ne!(first, draw(1, "client-2", "arrivals"));
        assert_ne!(first, draw(1, "client-1", "work"));
        assert_ne!(draw(1, "ab", "c"), draw(1, "a", "bc"));
    }
}

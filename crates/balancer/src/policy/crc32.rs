//! CRC-32, bit by bit.
//!
//! Source: ISO 3309 and IEEE 802.3, the reflected polynomial `0xEDB88320`, as in zlib and nginx's
//! `ngx_crc32.h`. Without tables: a key has a dozen bytes, and a table would weigh more than the page has
//! for it.

/// A sum that is not finished yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crc32(u32);

impl Crc32 {
    /// The sum of nothing.
    pub(crate) const fn new() -> Self {
        Self(u32::MAX)
    }

    /// The sum with these bytes behind.
    #[must_use]
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        let fold = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
            })
        };
        Self(bytes.iter().fold(self.0, fold))
    }

    /// The sum.
    pub(crate) const fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of every catalogue of checksums.
    #[test]
    fn the_check_value() {
        let sum = |bytes| Crc32::new().with(bytes).finish();
        assert_eq!(sum(b"123456789".as_slice()), 0xcbf4_3926);
        assert_eq!(sum(b""), 0);
        let parts = Crc32::new().with(b"1234").with(b"56789");
        assert_eq!(parts.finish(), 0xcbf4_3926);
    }
}

//! The value of `Grpc-Timeout`: at most eight digits and a unit, one of `H M S m u n`.
//!
//! Source: gRPC's PROTOCOL-HTTP2.md. What does not fit into eight digits is rounded up to the next
//! larger unit, as gRPC does: it may lengthen a deadline by less than one part in 100,000.

use crate::Nanos;

/// The units, the smallest first, with their length in nanoseconds.
const UNITS: [(char, Nanos); 6] = [
    ('n', 1),
    ('u', 1_000),
    ('m', 1_000_000),
    ('S', 1_000_000_000),
    ('M', 60_000_000_000),
    ('H', 3_600_000_000_000),
];

const LARGEST: u64 = 99_999_999;

/// Writes a timeout: exactly and in the largest unit if it can, else rounded up.
#[must_use]
pub fn encode(timeout: Nanos) -> String {
    let exact = UNITS
        .iter()
        .rev()
        .find(|(_, unit)| timeout.is_multiple_of(*unit) && timeout / unit <= LARGEST);
    let rounded = || {
        UNITS
            .iter()
            .find(|(_, unit)| timeout.div_ceil(*unit) <= LARGEST)
    };
    match exact.filter(|_| timeout > 0).or_else(rounded) {
        Some((letter, unit)) => format!("{}{letter}", timeout.div_ceil(*unit)),
        // Not reached: in hours, every `u64` of nanoseconds has seven digits.
        None => format!("{LARGEST}H"),
    }
}

/// Reads a timeout; one too long for its type is taken to be the longest. `None` if malformed.
#[must_use]
pub fn decode(text: &str) -> Option<Nanos> {
    let digits = text.get(..text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (_, unit) = UNITS.iter().find(|(letter, _)| text.ends_with(*letter))?;
    Some(digits.parse::<Nanos>().ok()?.saturating_mul(*unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From grpc-go's `encode_duration_test.go`.
    #[test]
    fn encodes_as_grpc_go() {
        for (nanos, text) in [
            (0, "0n"),
            (12_345_678, "12345678n"),
            (123_456_789, "123457u"),
            (12_345_678_000, "12345678u"),
            (123_456_789_000, "123457m"),
            (12_345_678_000_000, "12345678m"),
            (123_456_789_000_000, "123457S"),
            (12_345_678_000_000_000, "12345678S"),
            (123_456_789_000_000_000, "2057614M"),
        ] {
            assert_eq!(encode(nanos), text);
        }
        assert_eq!(encode(250_000_000), "250m");
        assert_eq!(encode(7_200_000_000_000), "2H");
    }

    /// From grpc-go's `http_util_test.go`.
    #[test]
    fn decodes_as_grpc_go() {
        assert_eq!(decode("00000001n"), Some(1));
        assert_eq!(decode("10u"), Some(10_000));
        assert_eq!(decode("00000010m"), Some(10_000_000));
        assert_eq!(decode("1234S"), Some(1_234_000_000_000));
        assert_eq!(decode("00000001M"), Some(60_000_000_000));
        assert_eq!(decode("99999999H"), Some(Nanos::MAX));
        for malformed in [
            "",
            "9a1S",
            "1",
            "S",
            "123456789S",
            "-1S",
            "+1S",
            "1s",
            "1 S",
            "１S",
            "1é",
        ] {
            assert_eq!(decode(malformed), None, "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn rounds_up_and_by_little(bits: u64, shift in 0..64_u32) {
            // All orders of magnitude, not nearly always centuries.
            let nanos = bits >> shift;
            let back = decode(&encode(nanos)).unwrap();
            prop_assert!(back >= nanos);
            prop_assert!(back - nanos <= nanos / 100_000);
            prop_assert_eq!(decode(&encode(back)), Some(back));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = decode(&text);
        }
    }
}

//! Numbers read from text, and written with a few places.
//!
//! The library reads and writes any number to its last bit, with tables and big integers that
//! weigh 25 kB of the page. What people type and are shown has a few digits.

/// Powers of ten that a double holds exactly.
const EXACT: i32 = 22;

/// Reads a decimal number: digits, a point, an exponent. The nearest double for up to fifteen
/// digits and exponents to 22 either way, within a few units of the last place beyond.
pub(crate) fn read(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (mut mantissa, mut exponent) = (0u64, 0i32);
    let (mut any, mut fraction) = (false, false);
    let mut rest = digits;
    while let [letter, after @ ..] = rest {
        match letter {
            b'0'..=b'9' => {
                any = true;
                if mantissa < u64::MAX / 100 {
                    mantissa = mantissa * 10 + u64::from(letter - b'0');
                    exponent -= i32::from(fraction);
                } else {
                    exponent += i32::from(!fraction);
                }
            }
            b'.' if !fraction => fraction = true,
            _ => break,
        }
        rest = after;
    }
    if !any {
        return None;
    }
    if let [b'e' | b'E', power @ ..] = rest {
        let power: i32 = core::str::from_utf8(power).ok()?.parse().ok()?;
        exponent = exponent.saturating_add(power.clamp(-9_999, 9_999));
    } else if !rest.is_empty() {
        return None;
    }
    let mut value = mantissa as f64;
    while exponent != 0 && value != 0.0 && value.is_finite() {
        let step = exponent.clamp(-EXACT, EXACT);
        let mut power = 1.0;
        for _ in 0..step.abs() {
            power *= 10.0;
        }
        value = if step > 0 {
            value * power
        } else {
            value / power
        };
        exponent -= step;
    }
    value
        .is_finite()
        .then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::read;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_number_is_none() {
        let wrong = [
            "", ".", "-", "e5", "1e", "1e5x", "0x10", "inf", "NaN", "1_000", " 1", "1e400",
        ];
        assert_eq!(wrong.map(read), [None; 12]);
        let right = ["0", "-0.5", "+2", "1.", ".5", "12e3", "0.001", "1e-400"];
        assert_eq!(
            right.map(read),
            [0.0, -0.5, 2.0, 1.0, 0.5, 12_000.0, 0.001, 0.0].map(Some)
        );
    }

    proptest! {
        #[test]
        fn fifteen_digits_are_read_as_the_library_reads_them(
            digits in 0u64..1_000_000_000_000_000, places in 0usize..15, exponent in -7i32..8,
        ) {
            let mut text = format!("{digits:016}");
            text.insert(16 - places, '.');
            let text = format!("{text}e{exponent}");
            prop_assert_eq!(read(&text), text.parse().ok());
        }

        #[test]
        fn any_number_is_nearly_what_the_library_reads(value: f64) {
            prop_assume!(value.is_normal() && value.abs() < 1e300 && value.abs() > 1e-300);
            let ours = read(&format!("{value:e}")).unwrap();
            prop_assert!((ours / value - 1.0).abs() < 1e-14);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[-+0-9.eE,]{0,40}") {
            let _ = read(&text);
        }
    }
}

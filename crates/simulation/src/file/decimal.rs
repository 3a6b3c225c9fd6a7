//! Decimal numbers as text, read to the last bit.
//!
//! Idea: digits without a point, and how many of them come after it; an integer is then a division
//! without remainder, and a double the nearest to a quotient of 64 bits.
//! Nothing of the library's own reader is needed, which weighs tens of kilobytes.

/// A number as it is written: `mantissa / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: u64,
    places: u32,
}

const TEN_19: u128 = 10_000_000_000_000_000_000;

impl Decimal {
    /// Reads digits with at most one point. None for anything else, or for more digits than a
    /// `u64` holds and more than 38 places.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mut mantissa, mut places, mut point, mut any) = (0_u64, 0, false, false);
        for letter in text.bytes() {
            match letter {
                b'0'..=b'9' => {
                    any = true;
                    mantissa = mantissa
                        .checked_mul(10)?
                        .checked_add(u64::from(letter - b'0'))?;
                    places += u32::from(point);
                }
                b'.' if !point => point = true,
                _ => return None,
            }
        }
        (any && places <= 38).then_some(Self { mantissa, places })
    }

    /// So many times the number, if that is whole.
    pub(super) fn times(self, factor: u64) -> Option<u64> {
        let mut product = u128::from(self.mantissa) * u128::from(factor);
        for _ in 0..self.places {
            if product % 10 != 0 {
                return None;
            }
            product /= 10;
        }
        u64::try_from(product).ok()
    }

    /// The number over a hundred.
    pub(super) fn percent(self) -> Self {
        Self {
            places: self.places + 2,
            ..self
        }
    }

    /// The nearest double.
    pub(super) fn double(self) -> f64 {
        if self.mantissa == 0 || self.places == 0 {
            return self.mantissa as f64;
        }
        let mut quotient = u128::from(self.mantissa);
        let (mut places, mut power, mut rest) = (self.places, 0_i32, false);
        while places > 0 {
            let step = places.min(19);
            let shift = quotient.leading_zeros();
            let divisor = if step == 19 {
                TEN_19
            } else {
                u128::from(10_u64.pow(step))
            };
            let dividend = quotient << shift;
            power -= shift as i32;
            rest |= dividend % divisor != 0;
            quotient = dividend / divisor;
            places -= step;
        }
        // At least 63 bits: to 53, to the nearest, ties to even.
        let drop = 128 - quotient.leading_zeros() - 53;
        let (kept, cut) = (quotient >> drop, quotient & ((1 << drop) - 1));
        let half = 1_u128 << (drop - 1);
        let up = cut > half || (cut == half && (rest || kept & 1 == 1));
        // A mantissa of 53 bits and a power of two well inside the range: each exact.
        let power = power + drop as i32;
        (kept as u64 + u64::from(up)) as f64 * f64::from_bits(((1023 + power) as u64) << 52)
    }
}

/// `value / scale` as text, where `scale` is a power of ten.
pub(super) fn scaled(value: u64, scale: u64) -> String {
    let mut text = (value / scale).to_string();
    let mut rest = value % scale;
    if rest > 0 {
        text.push('.');
        let mut place = scale / 10;
        while rest > 0 && place > 0 {
            text.push((b'0' + (rest / place) as u8) as char);
            rest %= place;
            place /= 10;
        }
    }
    text
}

/// A number as text, with its point moved two places to the right.
pub(super) fn hundredfold(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut digits = String::from(whole);
    let mut places = fraction.chars();
    for _ in 0..2 {
        digits.push(places.next().unwrap_or('0'));
    }
    let left = places.as_str();
    let trimmed = digits.trim_start_matches('0');
    let mut text = String::from(if trimmed.is_empty() { "0" } else { trimmed });
    if !left.is_empty() {
        text.push('.');
        text.push_str(left);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(text: &str) -> Option<f64> {
        Decimal::read(text).map(Decimal::double)
    }

    #[test]
    fn integers_are_exact_or_nothing() {
        let times = |text, factor| Decimal::read(text).and_then(|it| it.times(factor));
        assert_eq!(times("0.3", 1_000_000), Some(300_000));
        assert_eq!(times("1.50", 10), Some(15));
        assert_eq!(times("0.0000001", 1_000_000), None);
        assert_eq!(times("18446744073709551615", 1), Some(u64::MAX));
        assert_eq!(times("18446744073709551616", 1), None);
        for text in ["", ".", "1.2.3", "1e3", "-1", "１"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn percents_move_the_point() {
        for (share, percent) in [
            ("0", "0"),
            ("1", "100"),
            ("0.5", "50"),
            ("0.005", "0.5"),
            ("0.125", "12.5"),
            ("12", "1200"),
            ("0.0001", "0.01"),
        ] {
            assert_eq!(hundredfold(share), percent);
            assert_eq!(
                Decimal::read(percent).map(|it| it.percent().double()),
                double(share)
            );
        }
    }

    #[test]
    fn scaled_numbers_end_where_they_end() {
        assert_eq!(scaled(1_900, 1_000), "1.9");
        assert_eq!(scaled(2_000, 1_000), "2");
        assert_eq!(scaled(5, 1_000), "0.005");
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn doubles_come_back(value in 1e-9..1e9_f64) {
            proptest::prop_assert_eq!(double(&value.to_string()), Some(value));
        }

        #[test]
        fn doubles_are_the_librarys(mantissa: u64, places in 0_u32..19) {
            let text = scaled(mantissa, 10_u64.pow(places));
            proptest::prop_assert_eq!(double(&text), text.parse().ok());
        }
    }
}

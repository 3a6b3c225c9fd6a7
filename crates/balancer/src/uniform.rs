//! Uniform whole numbers from a generator.
//!
//! Source: D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019:
//! the high half of a product, with rejection, so that no value is likelier than another.

use rand_core::Rng;

/// A number in `0..n`, exactly uniform. `n` of 0 gives 0.
#[inline]
pub(crate) fn below(rng: &mut impl Rng, n: u32) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let reject_under = n.wrapping_neg() % n;
        while (product as u32) < reject_under {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// A duration in `0..span` for a random phase. Its bias, below `span / 2^64`, is beyond measuring.
pub(crate) fn phase(rng: &mut impl Rng, span: u64) -> u64 {
    ((u128::from(rng.next_u64()) * u128::from(span)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_pcg::Pcg64Mcg;

    #[test]
    fn every_value_comes_up_about_equally_and_none_beyond() {
        let mut rng = Pcg64Mcg::new(7);
        let mut counts = [0_u32; 5];
        for _ in 0..50_000 {
            counts[below(&mut rng, 5) as usize] += 1;
        }
        // Standard deviation sqrt(50000 * 0.2 * 0.8) = 89: five of them either side.
        assert!(
            counts.iter().all(|n| n.abs_diff(10_000) < 450),
            "{counts:?}"
        );
    }

    #[test]
    fn a_range_of_one_or_none_is_zero() {
        let mut rng = Pcg64Mcg::new(7);
        assert_eq!(below(&mut rng, 1), 0);
        assert_eq!(below(&mut rng, 0), 0);
        assert_eq!(phase(&mut rng, 1), 0);
    }
}

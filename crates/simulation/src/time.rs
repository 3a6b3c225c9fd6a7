//! Virtual time: whole nanoseconds since the start of the run.
//!
//! A `u64` of nanoseconds lasts 584 years and adds without rounding, so two machines that add the
//! same delays read the same clock.

/// An instant or a duration in nanoseconds of virtual time.
pub type Nanos = u64;

/// One microsecond.
pub const MICROSECOND: Nanos = 1_000;
/// One millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// One second.
pub const SECOND: Nanos = 1_000_000_000;

/// A duration in seconds as nanoseconds, rounded to nearest; negative and NaN become zero.
#[must_use]
pub fn from_seconds(seconds: f64) -> Nanos {
    nearest(seconds * 1e9)
}

/// The nearest whole number, halves up.
fn nearest(nanoseconds: f64) -> Nanos {
    // Half less the least step below it: with a whole half, 0.49999999999999994 would become 1.
    const HALF: f64 = 0.5 - f64::EPSILON / 4.0;
    // Casts from f64 to u64 cut off the fraction and saturate, on every target alike.
    (nanoseconds + HALF) as Nanos
}

/// Nanoseconds as seconds.
#[must_use]
pub fn seconds(time: Nanos) -> f64 {
    time as f64 / 1e9
}

/// Nanoseconds as milliseconds.
#[must_use]
pub fn milliseconds(time: Nanos) -> f64 {
    time as f64 / 1e6
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_up_and_what_lies_just_below_does_not() {
        let nearly = 0.5_f64.next_down();
        for (nanoseconds, expected) in [
            (nearly, 0),
            (0.5, 1),
            (2.5_f64.next_down(), 2),
            (2.5, 3),
            (4_503_599_627_370_497.0, 4_503_599_627_370_497),
            (-1.0, 0),
            (f64::NAN, 0),
            (f64::INFINITY, Nanos::MAX),
        ] {
            assert_eq!(nearest(nanoseconds), expected, "{nanoseconds}");
        }
    }

    proptest! {
        #[test]
        fn rounds_as_the_standard_does(
            nanoseconds in prop_oneof![any::<f64>(), -1.0..1e19, 0.0..1e3],
        ) {
            prop_assert_eq!(nearest(nanoseconds), libm::round(nanoseconds) as Nanos);
        }
    }
}

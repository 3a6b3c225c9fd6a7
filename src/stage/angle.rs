//! Sines and cosines for what is drawn.
//!
//! The library's are right for any angle, for which it keeps two kilobytes of the digits of 2/π; no
//! angle of a drawing goes far beyond a turn.

use std::f64::consts::FRAC_PI_2;

/// Sine and cosine of an angle, to ten places within a hundred turns.
pub(crate) fn sincos(angle: f64) -> (f64, f64) {
    let quarters = libm::round(angle / FRAC_PI_2);
    let rest = angle - quarters * FRAC_PI_2;
    // Taylor's series, within an eighth of a turn.
    let (mut sin, mut cos) = (0.0, 0.0);
    let (mut term, mut index) = (1.0, 0.0);
    while index < 14.0 {
        cos += term;
        term *= rest / (index + 1.0);
        sin += term;
        term *= -rest / (index + 2.0);
        index += 2.0;
    }
    match (quarters as i32).rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::sincos;

    proptest::proptest! {
        #[test]
        fn they_are_the_librarys(angle in -600.0..600.0) {
            let (sin, cos) = sincos(angle);
            proptest::prop_assert!((sin - libm::sin(angle)).abs() < 1e-10);
            proptest::prop_assert!((cos - libm::cos(angle)).abs() < 1e-10);
        }
    }
}

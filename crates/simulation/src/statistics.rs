//! Confidence intervals from one long run: batch means and Student's t.
//!
//! Idea: calls that follow each other are alike, but the means of long batches hardly are; so the
//! spread of those means says how far off the whole mean may be.
//! Source: A. Law, "Simulation Modeling and Analysis", 5th ed. 2015, §9.5.3; Student 1908; the
//! incomplete beta function by Lentz's continued fraction (W. Press et al., "Numerical Recipes",
//! §6.4).
//! Formula: `x̄ ± t_{k−1} · s/√k` over the means of `k` batches.
//! Known failure: batches too short to be independent make it too narrow. A batch should last many
//! times what the queue needs to forget, about `1/(1−√ρ)²` service times.

/// A mean with how far off it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The mean of the batches.
    pub mean: f64,
    /// Standard error of that mean.
    pub standard_error: f64,
    /// Degrees of freedom: batches less one.
    pub freedom: u32,
}

impl Interval {
    /// From the means of batches of equal length; none for fewer than two.
    #[must_use]
    pub fn from_batches(means: &[f64]) -> Option<Self> {
        let count = means.len();
        if count < 2 {
            return None;
        }
        let k = count as f64;
        let mean = means.iter().sum::<f64>() / k;
        let squares: f64 = means.iter().map(|x| (x - mean) * (x - mean)).sum();
        Some(Self {
            mean,
            standard_error: libm::sqrt(squares / (k - 1.0) / k),
            freedom: count as u32 - 1,
        })
    }

    /// How far the interval reaches to either side at a confidence such as 0.95.
    #[must_use]
    pub fn half_width(&self, confidence: f64) -> f64 {
        self.standard_error * student_t(self.freedom, 0.5 + confidence / 2.0)
    }

    /// [`half_width`](Self::half_width) at 0.95 without the beta function, for ten batches or more: by
    /// Fisher's expansion of t about the normal's 1.96 (Abramowitz & Stegun, 26.7.5), which is off by
    /// less than one part in a thousand there.
    #[must_use]
    pub fn half_width_95(&self) -> f64 {
        let n = f64::from(self.freedom.max(1));
        let t = 1.959_964 + 2.372_27 / n + 2.822_5 / (n * n) + 2.555_9 / (n * n * n);
        self.standard_error * t
    }

    /// Whether a value lies in the interval at a confidence.
    #[must_use]
    pub fn holds(&self, value: f64, confidence: f64) -> bool {
        (value - self.mean).abs() <= self.half_width(confidence)
    }
}

/// Means of `batches` equal batches of a series, in order; what does not fill the last is left out.
#[must_use]
pub fn batch_means(series: &[f64], batches: usize) -> Vec<f64> {
    let length = series.len() / batches.max(1);
    if length == 0 {
        return Vec::new();
    }
    series
        .chunks_exact(length)
        .take(batches)
        .map(|batch| batch.iter().sum::<f64>() / length as f64)
        .collect()
}

/// The value that a share `q` (above 0.5, below 1) of Student's t with `freedom` degrees stays
/// below; 0 for others.
#[must_use]
pub fn student_t(freedom: u32, q: f64) -> f64 {
    if freedom == 0 || !(q > 0.5 && q < 1.0) {
        return 0.0;
    }
    let n = f64::from(freedom);
    let below = |t: f64| 1.0 - 0.5 * incomplete_beta(n / (n + t * t), n / 2.0, 0.5);
    let (mut low, mut high) = (0.0, 1.0);
    while below(high) < q && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if below(middle) < q {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function `I_x(a, b)`.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
            + a * libm::log(x)
            + b * libm::log1p(-x),
    );
    // The fraction converges fast on the near side of the mean.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let tiny = 1e-300;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut sum = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            step = c * d;
            sum *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{exponential, normal};
    use rand_pcg::Pcg64Mcg;

    /// As in any printed table: degrees of freedom, then t at .975 and .9995.
    #[test]
    fn students_table() {
        for (freedom, t975, t9995) in [
            (1, 12.706, 636.619),
            (2, 4.303, 31.599),
            (5, 2.571, 6.869),
            (9, 2.262, 4.781),
            (19, 2.093, 3.883),
            (30, 2.042, 3.646),
            (120, 1.980, 3.373),
        ] {
            assert!(
                (student_t(freedom, 0.975) - t975).abs() < 0.000_51,
                "{freedom}"
            );
            assert!(
                (student_t(freedom, 0.9995) - t9995).abs() < 0.000_51,
                "{freedom}"
            );
        }
    }

    #[test]
    fn the_short_form_of_t_is_as_good_as_it_says() {
        for freedom in 9..200 {
            let interval = Interval {
                mean: 0.0,
                standard_error: 1.0,
                freedom,
            };
            let ratio = interval.half_width_95() / interval.half_width(0.95);
            assert!((ratio - 1.0).abs() < 1e-3, "{freedom}: {ratio}");
        }
    }

    #[test]
    fn outside_the_domain_is_no_number_to_hold_on_to() {
        assert_eq!(student_t(0, 0.975), 0.0);
        assert_eq!(student_t(5, 0.5), 0.0);
        assert_eq!(Interval::from_batches(&[1.0]), None);
        assert!(batch_means(&[1.0], 2).is_empty());
    }

    #[test]
    fn batches_are_of_equal_length() {
        assert_eq!(batch_means(&[1.0, 3.0, 5.0, 7.0, 100.0], 2), [2.0, 6.0]);
    }

    /// Of many intervals from independent draws, 95 % hold the mean: 2,000 intervals have a
    /// standard error of 0.49 %; three of them either side.
    #[test]
    fn intervals_hold_as_often_as_they_say() {
        let mut rng = Pcg64Mcg::new(0x00c0_ffee);
        let mut held = [0_u32; 2];
        for _ in 0..2_000 {
            let draws: Vec<f64> = (0..20).map(|_| normal(&mut rng)).collect();
            held[0] += u32::from(
                Interval::from_batches(&draws)
                    .expect("20 draws")
                    .holds(0.0, 0.95),
            );
            let draws: Vec<f64> = (0..2_000).map(|_| exponential(&mut rng)).collect();
            let means = batch_means(&draws, 20);
            held[1] += u32::from(Interval::from_batches(&means).expect("20").holds(1.0, 0.95));
        }
        for held in held {
            let share = f64::from(held) / 2_000.0;
            assert!((share - 0.95).abs() < 3.0 * 0.0049, "{share}");
        }
    }
}

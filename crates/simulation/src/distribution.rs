//! Distributions of service demand, and their samplers.
//!
//! The samplers are our own, on the `libm` crate: the standard library's logarithm differs in the
//! last bit between native and WebAssembly builds, and other crates' samplers change with feature
//! flags that any dependency can turn on.

use crate::time::{Nanos, from_seconds, seconds};
use rand_core::Rng;

/// A distribution over durations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Nanos),
    /// Exponential with this mean: memoryless.
    Exponential(Nanos),
    /// Log-normal by its mean and its coefficient of variation (standard deviation over mean).
    LogNormal {
        /// Mean.
        mean: Nanos,
        /// Coefficient of variation, above 0 and up to 100.
        cv: f64,
    },
    /// Pareto by its mean and its tail index, which must exceed 1 for the mean to exist.
    Pareto {
        /// Mean.
        mean: Nanos,
        /// Tail index, above 1; up to 2 the variance is infinite.
        shape: f64,
    },
}

/// A uniform draw in 0.0..1.0 with 53 random bits.
pub fn uniform(rng: &mut impl Rng) -> f64 {
    // The upper 53 bits times 2^-53: every step exact.
    (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A draw from the exponential distribution of mean 1, by inversion.
pub fn exponential(rng: &mut impl Rng) -> f64 {
    // 1 - u lies in (0, 1]: its logarithm is finite.
    -libm::log(1.0 - uniform(rng))
}

/// A draw from the standard normal distribution, by Marsaglia's polar method.
pub fn normal(rng: &mut impl Rng) -> f64 {
    loop {
        let u = 2.0 * uniform(rng) - 1.0;
        let v = 2.0 * uniform(rng) - 1.0;
        let s = u * u + v * v;
        if s > 0.0 && s < 1.0 {
            return u * libm::sqrt(-2.0 * libm::log(s) / s);
        }
    }
}

impl Distribution {
    /// The mean.
    #[must_use]
    pub fn mean(self) -> Nanos {
        match self {
            Self::Constant(mean)
            | Self::Exponential(mean)
            | Self::LogNormal { mean, .. }
            | Self::Pareto { mean, .. } => mean,
        }
    }

    /// Variance over the squared mean, where the variance is finite.
    #[must_use]
    pub fn squared_coefficient_of_variation(self) -> Option<f64> {
        match self {
            Self::Constant(_) => Some(0.0),
            Self::Exponential(_) => Some(1.0),
            Self::LogNormal { cv, .. } => Some(cv * cv),
            Self::Pareto { shape, .. } => (shape > 2.0).then(|| 1.0 / (shape * (shape - 2.0))),
        }
    }

    /// The same shape around another mean.
    #[must_use]
    pub fn with_mean(self, mean: Nanos) -> Self {
        match self {
            Self::Constant(_) => Self::Constant(mean),
            Self::Exponential(_) => Self::Exponential(mean),
            Self::LogNormal { cv, .. } => Self::LogNormal { mean, cv },
            Self::Pareto { shape, .. } => Self::Pareto { mean, shape },
        }
    }

    /// Its name in the field's terms.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Exponential(_) => "exponential",
            Self::LogNormal { .. } => "log-normal",
            Self::Pareto { .. } => "Pareto",
        }
    }

    /// Whether its parameters are in range.
    #[must_use]
    pub fn is_valid(self) -> bool {
        let shaped = match self {
            Self::Constant(_) | Self::Exponential(_) => true,
            Self::LogNormal { cv, .. } => cv > 0.0 && cv <= 100.0,
            Self::Pareto { shape, .. } => shape > 1.0 && shape <= 1000.0,
        };
        shaped && self.mean() <= 3_600 * crate::time::SECOND
    }

    /// One draw.
    pub fn sample(self, rng: &mut impl Rng) -> Nanos {
        match self {
            Self::Constant(mean) => mean,
            Self::Exponential(mean) => from_seconds(seconds(mean) * exponential(rng)),
            Self::LogNormal { mean, cv } => {
                let variance = libm::log(1.0 + cv * cv);
                let mu = libm::log(seconds(mean)) - variance / 2.0;
                from_seconds(libm::exp(mu + libm::sqrt(variance) * normal(rng)))
            }
            Self::Pareto { mean, shape } => {
                let least = seconds(mean) * (shape - 1.0) / shape;
                from_seconds(least / libm::pow(1.0 - uniform(rng), 1.0 / shape))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MILLISECOND;
    use rand_pcg::Pcg64Mcg;

    const DRAWS: usize = 200_000;

    /// Mean and standard deviation over many draws, in seconds.
    fn moments(distribution: Distribution) -> (f64, f64) {
        let mut rng = Pcg64Mcg::new(0xcafe_f00d_d15e_a5e5);
        let draws: Vec<f64> = (0..DRAWS)
            .map(|_| seconds(distribution.sample(&mut rng)))
            .collect();
        let mean = draws.iter().sum::<f64>() / DRAWS as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / DRAWS as f64;
        (mean, libm::sqrt(variance))
    }

    /// Four standard errors of the mean.
    fn close(mean: f64, expected: f64, deviation: f64) -> bool {
        (mean - expected).abs() < 4.0 * deviation / libm::sqrt(DRAWS as f64)
    }

    #[test]
    fn exponential_has_its_mean_and_deviation() {
        let (mean, deviation) = moments(Distribution::Exponential(20 * MILLISECOND));
        assert!(close(mean, 0.020, 0.020), "mean {mean}");
        assert!((deviation - 0.020).abs() < 0.000_3, "deviation {deviation}");
    }

    #[test]
    fn log_normal_has_its_mean_and_coefficient_of_variation() {
        let (mean, deviation) = moments(Distribution::LogNormal {
            mean: 20 * MILLISECOND,
            cv: 1.5,
        });
        assert!(close(mean, 0.020, 0.030), "mean {mean}");
        assert!(
            (deviation / mean - 1.5).abs() < 0.1,
            "cv {}",
            deviation / mean
        );
    }

    #[test]
    fn pareto_has_its_mean() {
        // Shape 3: deviation = mean / sqrt(shape (shape - 2)) = mean / sqrt 3.
        let (mean, _) = moments(Distribution::Pareto {
            mean: 20 * MILLISECOND,
            shape: 3.0,
        });
        assert!(close(mean, 0.020, 0.020 / libm::sqrt(3.0)), "mean {mean}");
    }

    #[test]
    fn constant_is_constant() {
        let (mean, deviation) = moments(Distribution::Constant(7 * MILLISECOND));
        assert!((mean - 0.007).abs() < 1e-12 && deviation < 1e-9);
    }
}

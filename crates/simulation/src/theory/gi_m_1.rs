//! GI/M/1: independent gaps between arrivals of any law, exponential service.
//!
//! Idea: an arrival finds a geometric number before it, so its time in the system is exponential.
//! Source: D. G. Kendall 1953; Kleinrock I, §6.4.
//! Formula: `σ = A*(μ(1 − σ))` with the transform `A*` of the gaps; `W = 1/(μ(1 − σ))`;
//! `P(T > t) = e^{−μ(1−σ)t}`. Evenly spaced arrivals (D/M/1): `σ = e^{−(1−σ)/ρ}`.
//! Holds for: independent gaps, one core, first come, first served, room for all, `ρ < 1`.

use super::{TheoryError, utilisation};

/// A GI/M/1 queue that has a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GiM1 {
    /// The rate at which the time in the system decays, per second: `μ(1 − σ)`.
    pub decay: f64,
}

impl GiM1 {
    /// Solves for `σ`, given the gaps' transform as a function of `s` per second.
    pub(crate) fn solve(
        arrivals: f64,
        service: f64,
        transform: impl Fn(f64) -> f64,
    ) -> Result<Self, TheoryError> {
        utilisation(arrivals, service, 1.0)?;
        // σ = A*(μ(1−σ)) has one root in 0..1; above it the right side lies below the left one.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..200 {
            let sigma = 0.5 * (low + high);
            if transform(service * (1.0 - sigma)) > sigma {
                low = sigma;
            } else {
                high = sigma;
            }
        }
        Ok(Self {
            decay: service * (1.0 - 0.5 * (low + high)),
        })
    }

    /// Evenly spaced arrivals (D/M/1), from the rates of arrival and of service per second.
    ///
    /// # Errors
    /// A rate out of its domain, or `λ ≥ μ`.
    pub fn evenly_spaced(arrivals: f64, service: f64) -> Result<Self, TheoryError> {
        Self::solve(arrivals, service, |s| libm::exp(-s / arrivals))
    }

    /// `W`: mean time in the system, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        1.0 / self.decay
    }

    /// `P(T > t)`: the share that spends longer than `t` seconds in the system.
    #[must_use]
    pub fn beyond(&self, t: f64) -> f64 {
        libm::exp(-self.decay * t.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With exponential gaps it is M/M/1.
    #[test]
    fn poisson_arrivals_give_the_simple_queue() {
        for rho in [0.1, 0.5, 0.9, 0.99] {
            let queue = GiM1::solve(rho, 1.0, |s| rho / (rho + s)).expect("it is stable");
            assert!((queue.sojourn() * (1.0 - rho) - 1.0).abs() < 1e-9, "{rho}");
        }
    }

    /// σ solves its own equation, and even spacing is better than chance but waits none the less.
    #[test]
    fn even_spacing() {
        for rho in [0.3, 0.5, 0.8, 0.95] {
            let queue = GiM1::evenly_spaced(rho, 1.0).expect("it is stable");
            let sigma = 1.0 - queue.decay;
            assert!((sigma - libm::exp(-(1.0 - sigma) / rho)).abs() < 1e-12);
            assert!(queue.sojourn() > 1.0 && queue.sojourn() < 1.0 / (1.0 - rho));
        }
        assert!(GiM1::evenly_spaced(1.0, 1.0).is_err());
    }
}

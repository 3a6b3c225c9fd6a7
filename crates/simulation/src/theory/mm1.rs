//! M/M/1: one server, first come, first served.
//!
//! Idea: what is in the queue is a birth-death chain, so the time in the system is exponential.
//! Source: A. K. Erlang 1917; L. Kleinrock, "Queueing Systems" I, 1975, §3.2.
//! Formula: `ρ = λ/μ`; `L = ρ/(1−ρ)`; `W = 1/(μ−λ)`; `P(T > t) = e^{−(μ−λ)t}`; `P(n) = (1−ρ)ρⁿ`.
//! Holds for: Poisson arrivals, independent exponential service, one core, room for all that wait,
//! nobody gives up, `ρ < 1`. Near `ρ = 1` a run must be very long before it shows the mean.

use super::{TheoryError, not_negative, open_share, utilisation};

/// An M/M/1 queue that has a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mm1 {
    arrivals: f64,
    service: f64,
    /// `ρ`: the share of time that the server works.
    pub utilisation: f64,
}

impl Mm1 {
    /// From the rates of arrival `λ` and of service `μ`, both per second.
    ///
    /// # Errors
    /// A rate out of its domain, or `λ ≥ μ`.
    pub fn new(arrivals: f64, service: f64) -> Result<Self, TheoryError> {
        let utilisation = utilisation(arrivals, service, 1.0)?;
        Ok(Self {
            arrivals,
            service,
            utilisation,
        })
    }

    /// `W`: mean time in the system, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        1.0 / (self.service - self.arrivals)
    }

    /// `Wq`: mean time in the queue, in seconds.
    #[must_use]
    pub fn wait(&self) -> f64 {
        self.utilisation * self.sojourn()
    }

    /// `L`: mean number in the system.
    #[must_use]
    pub fn in_system(&self) -> f64 {
        self.utilisation / (1.0 - self.utilisation)
    }

    /// `Lq`: mean number in the queue.
    #[must_use]
    pub fn in_queue(&self) -> f64 {
        self.utilisation * self.in_system()
    }

    /// `P(T > t)`: the share that spends longer than `t` seconds in the system.
    #[must_use]
    pub fn beyond(&self, t: f64) -> f64 {
        libm::exp(-(self.service - self.arrivals) * t.max(0.0))
    }

    /// The time in the system, in seconds, that a share `q` stays below.
    ///
    /// # Errors
    /// `q` is not between 0 and 1.
    pub fn percentile(&self, q: f64) -> Result<f64, TheoryError> {
        let q = open_share("the percentile", q)?;
        Ok(-libm::log(1.0 - q) * self.sojourn())
    }

    /// `P(n)`: the share of time with `n` in the system.
    ///
    /// # Errors
    /// `n` is negative.
    pub fn probability(&self, n: f64) -> Result<f64, TheoryError> {
        let n = not_negative("the number in the system", n)?;
        Ok((1.0 - self.utilisation) * libm::pow(self.utilisation, n))
    }
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the formulae: rho, L, Lq, W, Wq, p50, p95, p99 for service rate 1.
    const TABLE: [[f64; 8]; 7] = [
        [0.5, 1.0, 0.5, 2.0, 1.0, 1.3863, 5.9915, 9.2103],
        [0.6, 1.5, 0.9, 2.5, 1.5, 1.7329, 7.4893, 11.5129],
        [0.7, 2.3333, 1.6333, 3.3333, 2.3333, 2.3105, 9.9858, 15.3506],
        [0.8, 4.0, 3.2, 5.0, 4.0, 3.4657, 14.9787, 23.0259],
        [0.9, 9.0, 8.1, 10.0, 9.0, 6.9315, 29.9573, 46.0517],
        [0.95, 19.0, 18.05, 20.0, 19.0, 13.8629, 59.9146, 92.1034],
        [0.99, 99.0, 98.01, 100.0, 99.0, 69.3147, 299.5732, 460.5170],
    ];

    #[test]
    fn the_table() {
        for [rho, l, lq, w, wq, p50, p95, p99] in TABLE {
            let queue = Mm1::new(rho, 1.0).expect("it is stable");
            let at = |q| queue.percentile(q).expect("it is a percentile");
            let ours = [
                queue.in_system(),
                queue.in_queue(),
                queue.sojourn(),
                queue.wait(),
                at(0.5),
                at(0.95),
                at(0.99),
            ];
            for (ours, table) in ours.into_iter().zip([l, lq, w, wq, p50, p95, p99]) {
                assert!(printed(ours, table, 4), "rho {rho}: {ours} is not {table}");
            }
            assert!((queue.beyond(at(0.95)) - 0.05).abs() < 1e-12);
            // Little's law.
            assert!((queue.in_system() - rho * queue.sojourn()).abs() < 1e-9);
        }
    }

    #[test]
    fn the_states_are_all_there_is() {
        let queue = Mm1::new(0.8, 1.0).expect("it is stable");
        let total: f64 = (0..200)
            .map(|n| queue.probability(f64::from(n)).expect("n is not negative"))
            .sum();
        assert!((total - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_full_server_has_no_mean() {
        assert_eq!(Mm1::new(1.0, 1.0), Err(TheoryError::Unstable(1.0)));
        assert!(Mm1::new(-0.1, 1.0).is_err());
        assert!(Mm1::new(f64::NAN, 1.0).is_err());
    }
}

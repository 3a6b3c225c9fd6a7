//! M/G/1 (Pollaczek–Khinchine): one server, any service time.
//!
//! Idea: what an arrival waits for is the mean rest of the service under way, and that grows with
//! the variance of service.
//! Source: F. Pollaczek 1930, A. Khinchine 1932; Kleinrock I, §5.6.
//! Formula: `Wq = ρ·E[S]·(1 + SCV) / (2(1 − ρ))`, with `SCV = Var[S]/E[S]²`.
//! Holds for: Poisson arrivals, independent service times with a finite variance, first come,
//! first served, one core, room for all, `ρ < 1`. A Pareto law of index ≤ 2 has no finite variance,
//! and its mean wait is infinite.

use super::{TheoryError, not_negative, positive, utilisation};

/// An M/G/1 queue that has a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mg1 {
    arrivals: f64,
    mean: f64,
    scv: f64,
    /// `ρ`: the share of time that the server works.
    pub utilisation: f64,
}

impl Mg1 {
    /// From the arrival rate per second, the mean service time in seconds, and the squared
    /// coefficient of variation of the service time.
    ///
    /// # Errors
    /// A parameter out of its domain, or a utilisation of 1 or more.
    pub fn new(arrivals: f64, mean: f64, scv: f64) -> Result<Self, TheoryError> {
        let scv = not_negative("the squared coefficient of variation", scv)?;
        let mean = positive("the mean service time", mean)?;
        let utilisation = utilisation(arrivals, 1.0 / mean, 1.0)?;
        Ok(Self {
            arrivals,
            mean,
            scv,
            utilisation,
        })
    }

    /// `Wq`: mean time in the queue, in seconds.
    #[must_use]
    pub fn wait(&self) -> f64 {
        self.utilisation * self.mean * (1.0 + self.scv) / (2.0 * (1.0 - self.utilisation))
    }

    /// `W`: mean time in the system, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        self.wait() + self.mean
    }

    /// `L`: mean number in the system.
    #[must_use]
    pub fn in_system(&self) -> f64 {
        self.arrivals * self.sojourn()
    }
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the formula: rho, then Wq at SCV 0, .25, .5, 1, 4, 10.
    const TABLE: [(f64, [f64; 6]); 5] = [
        (0.5, [0.5, 0.625, 0.75, 1.0, 2.5, 5.5]),
        (0.7, [1.1667, 1.4583, 1.75, 2.3333, 5.8333, 12.8333]),
        (0.8, [2.0, 2.5, 3.0, 4.0, 10.0, 22.0]),
        (0.9, [4.5, 5.625, 6.75, 9.0, 22.5, 49.5]),
        (0.95, [9.5, 11.875, 14.25, 19.0, 47.5, 104.5]),
    ];

    #[test]
    fn the_table() {
        for (rho, row) in TABLE {
            for (scv, wait) in [0.0, 0.25, 0.5, 1.0, 4.0, 10.0].into_iter().zip(row) {
                let queue = Mg1::new(rho, 1.0, scv).expect("it is stable");
                assert!(
                    printed(queue.wait(), wait, 4),
                    "rho {rho} scv {scv}: {}",
                    queue.wait()
                );
            }
        }
    }

    #[test]
    fn without_a_variance_there_is_no_mean() {
        assert!(Mg1::new(0.5, 1.0, f64::INFINITY).is_err());
        assert!(Mg1::new(2.0, 1.0, 0.0).is_err());
    }
}

//! The universal scalability law: contention bounds throughput, coherency lowers it again.
//!
//! Idea: workers queue for what they share, and pairs of them must agree.
//! Source: N. J. Gunther, "Guerrilla Capacity Planning", 2007.
//! Formula: `X(N) = γN/(1 + α(N − 1) + βN(N − 1))`; largest at `N* = √((1 − α)/β)`.
//! Holds for: a fit to measured throughput, not a law of queues. `β = 0` is Amdahl's law with
//! `p = 1 − α`.

use super::{TheoryError, not_negative, positive, share};

/// A fit of the law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usl {
    alpha: f64,
    beta: f64,
    gamma: f64,
}

impl Usl {
    /// From contention `α` (0..=1), coherency `β` (0 or more) and `γ`, what one worker does a second.
    ///
    /// # Errors
    /// A parameter out of its domain.
    pub fn new(alpha: f64, beta: f64, gamma: f64) -> Result<Self, TheoryError> {
        Ok(Self {
            alpha: share("the contention", alpha)?,
            beta: not_negative("the coherency", beta)?,
            gamma: positive("one worker's throughput", gamma)?,
        })
    }

    /// Throughput of `n` workers, per second.
    ///
    /// # Errors
    /// `n` is not above 0.
    pub fn throughput(&self, n: f64) -> Result<f64, TheoryError> {
        let n = positive("the number of workers", n)?;
        Ok(self.gamma * n / (1.0 + self.alpha * (n - 1.0) + self.beta * n * (n - 1.0)))
    }

    /// The number of workers beyond which more do less; none without coherency cost.
    #[must_use]
    pub fn best(&self) -> Option<f64> {
        (self.beta > 0.0).then(|| libm::sqrt((1.0 - self.alpha) / self.beta))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{amdahl, printed};
    use super::*;

    #[test]
    fn the_table() {
        for (alpha, beta, row, best) in [
            (
                0.03,
                0.0001,
                [1.9414, 3.6657, 6.5811, 10.8548, 15.7698, 19.4340, 19.8894],
                98.49,
            ),
            (
                0.05,
                0.0005,
                [1.9029, 3.4602, 5.8055, 8.5561, 10.5056, 10.3795, 8.2698],
                43.59,
            ),
        ] {
            let law = Usl::new(alpha, beta, 1.0).expect("it is in the domain");
            for (n, table) in [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]
                .into_iter()
                .zip(row)
            {
                let ours = law.throughput(n).expect("n is above 0");
                assert!(printed(ours, table, 4), "{alpha} {n}: {ours}");
            }
            assert!(printed(law.best().expect("it has one"), best, 2));
        }
    }

    #[test]
    fn without_coherency_it_is_amdahls_law() {
        let law = Usl::new(0.1, 0.0, 1.0).expect("it is in the domain");
        for n in [1.0, 7.0, 500.0] {
            let amdahl = amdahl::speed_up(0.9, n).expect("it is in the domain");
            assert!((law.throughput(n).expect("n is above 0") - amdahl).abs() < 1e-12);
        }
        assert_eq!(law.best(), None);
        assert!(Usl::new(-0.1, 0.0, 1.0).is_err());
    }
}

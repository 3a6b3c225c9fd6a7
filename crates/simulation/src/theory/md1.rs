//! M/D/1: one server, service always the same.
//!
//! Idea: Pollaczek–Khinchine without variance: half the wait of M/M/1.
//! Source: A. K. Erlang 1909; the distribution: C. D. Crommelin 1932; G. J. Franx 2001.
//! Formula: `Wq = ρD/(2(1 − ρ))`; for `t` in `[kD, (k+1)D)`,
//! `P(wait ≤ t) = (1 − ρ) Σ_{j=0..k} [λ(jD − t)]ʲ/j! · e^{−λ(jD − t)}`.
//! Holds for: as [`super::mg1`]. The sum alternates and loses its digits after some twenty service
//! times at most loads: beyond [`LONGEST`] no number is given.

use super::mg1::Mg1;
use super::{TheoryError, not_negative, positive};

/// The longest wait, in service times, whose share is computed.
pub const LONGEST: f64 = 12.0;

/// The queue, from the arrival rate per second and the service time in seconds.
///
/// # Errors
/// As [`Mg1::new`].
pub fn queue(arrivals: f64, service: f64) -> Result<Mg1, TheoryError> {
    Mg1::new(arrivals, service, 0.0)
}

/// `P(wait > t)`: the share that waits longer than `t` seconds.
///
/// # Errors
/// A parameter out of its domain, an unstable queue, or a `t` beyond [`LONGEST`].
pub fn waits_beyond(arrivals: f64, service: f64, t: f64) -> Result<f64, TheoryError> {
    let queue = queue(arrivals, service)?;
    let service = positive("the service time", service)?;
    let value = not_negative("the wait", t)? / service;
    if value > LONGEST {
        let (what, range) = ("the wait in service times", "at most 12");
        return Err(TheoryError::Domain { what, range, value });
    }
    let load = arrivals * service;
    let mut below = 0.0;
    let mut factorial = 1.0;
    for j in 0..=(libm::floor(value) as u32) {
        let j = f64::from(j);
        if j > 0.0 {
            factorial *= j;
        }
        let u = load * (j - value);
        let power = if j == 0.0 { 1.0 } else { libm::pow(u, j) };
        below += power / factorial * libm::exp(-u);
    }
    Ok(1.0 - (1.0 - queue.utilisation) * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_wait_of_the_exponential() {
        for (rho, wait) in [(0.5, 0.5), (0.8, 2.0), (0.9, 4.5), (0.95, 9.5)] {
            let queue = queue(rho, 1.0).expect("it is stable");
            assert!((queue.wait() - wait).abs() < 1e-12);
        }
    }

    /// Who finds the server free does not wait; and the mean is the area under the tail.
    #[test]
    fn the_tail_begins_at_the_load_and_holds_the_mean() {
        let beyond = |t| waits_beyond(0.5, 1.0, t).expect("it is in the domain");
        assert!((beyond(0.0) - 0.5).abs() < 1e-12);
        let step = 0.001;
        let area: f64 = (0..12_000)
            .map(|i| beyond((f64::from(i) + 0.5) * step) * step)
            .sum();
        assert!((area - 0.5).abs() < 1e-5, "{area}");
        assert!(waits_beyond(0.5, 1.0, 12.5).is_err());
    }
}

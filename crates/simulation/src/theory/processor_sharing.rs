//! M/G/1-PS: all who are there share the server equally.
//!
//! Idea: nobody waits behind another, so long jobs do not hold up short ones.
//! Source: L. Kleinrock 1967; insensitivity: M. Sakata, S. Noguchi and J. Oizumi 1969.
//! Formula: `E[T | x] = x/(1 − ρ)`, so `E[T] = E[S]/(1 − ρ)` for *any* service law; the number in
//! the system is distributed as in M/M/1.
//! Holds for: Poisson arrivals, an equal share for each at every instant, one core, `ρ < 1`. It
//! describes a server whose discipline is [`Shared`](balancer::protection::Discipline::Shared).

use super::{TheoryError, not_negative, positive, utilisation};

/// Mean time in the system, in seconds, of a job that alone would take `demand` seconds, from the
/// arrival rate per second and the mean demand in seconds.
///
/// # Errors
/// A parameter out of its domain, or a utilisation of 1 or more.
pub fn sojourn_of(arrivals: f64, mean: f64, demand: f64) -> Result<f64, TheoryError> {
    let mean = positive("the mean service time", mean)?;
    let load = utilisation(arrivals, 1.0 / mean, 1.0)?;
    Ok(not_negative("the demand", demand)? / (1.0 - load))
}

/// Mean time in the system over all jobs, in seconds.
///
/// # Errors
/// As [`sojourn_of`].
pub fn sojourn(arrivals: f64, mean: f64) -> Result<f64, TheoryError> {
    sojourn_of(arrivals, mean, mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        for (rho, mean) in [
            (0.5, 2.0),
            (0.7, 10.0 / 3.0),
            (0.8, 5.0),
            (0.9, 10.0),
            (0.95, 20.0),
        ] {
            let ours = sojourn(rho, 1.0).expect("it is stable");
            assert!((ours - mean).abs() < 1e-9, "{rho}: {ours}");
        }
        assert_eq!(sojourn_of(0.5, 1.0, 0.1), Ok(0.2));
        assert!(sojourn(1.0, 1.0).is_err());
    }
}

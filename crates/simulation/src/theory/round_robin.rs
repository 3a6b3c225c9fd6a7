//! Round robin over `N` equal servers: each is an E_N/M/1 queue.
//!
//! Idea: a server gets every N-th call of a Poisson stream, so its gaps are sums of N exponentials.
//! Source: Kleinrock I, §6.4, with the Erlang transform `A*(s) = (Λ/(Λ + s))^N`.
//! Formula: `σ = (Λ/(Λ + μ(1 − σ)))^N` with the whole rate `Λ`; `W = 1/(μ(1 − σ))`.
//! Holds for: one balancer that takes turns strictly, Poisson arrivals, exponential service, one
//! core a server, room for all, `Λ/N < μ`. Servers may differ in speed: each is a queue of its own.

use super::gi_m_1::GiM1;
use super::{TheoryError, count};

/// The queue of one of `servers`, from the whole rate of arrival and its own rate of service, both
/// per second.
///
/// # Errors
/// A parameter out of its domain, or more calls than the server can serve.
pub fn queue(arrivals: f64, service: f64, servers: u32) -> Result<GiM1, TheoryError> {
    let turns = count("the number of servers", servers)?;
    GiM1::solve(arrivals / turns, service, |s| {
        libm::pow(arrivals / (arrivals + s), turns)
    })
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the formula, agreed with by an independent simulation: N, then W at load .5
    /// .7 .8 .9 .95 .99.
    const TABLE: [(u32, [f64; 6]); 8] = [
        (2, [1.6180, 2.6006, 3.8440, 7.5883, 15.0857, 75.0838]),
        (3, [1.4937, 2.3577, 3.4594, 6.7847, 13.4478, 66.7784]),
        (4, [1.4325, 2.2367, 3.2674, 6.3830, 12.6289, 62.6258]),
        (5, [1.3962, 2.1642, 3.1523, 6.1421, 12.1376, 60.1342]),
        (8, [1.3424, 2.0558, 2.9797, 5.7807, 11.4006, 56.3968]),
        (10, [1.3246, 2.0198, 2.9223, 5.6603, 11.1549, 55.1510]),
        (16, [1.2983, 1.9658, 2.8361, 5.4796, 10.7865, 53.2823]),
        (100, [1.2619, 1.8905, 2.7157, 5.2268, 10.2707, 50.6661]),
    ];

    #[test]
    fn the_table() {
        for (n, row) in TABLE {
            for (load, table) in [0.5, 0.7, 0.8, 0.9, 0.95, 0.99].into_iter().zip(row) {
                let queue = queue(load * f64::from(n), 1.0, n).expect("it is stable");
                let ours = queue.sojourn();
                assert!(
                    printed(ours, table, 4),
                    "N {n} load {load}: {ours} is not {table}"
                );
            }
        }
        assert!(queue(2.0, 1.0, 2).is_err());
        assert!(queue(1.0, 1.0, 0).is_err());
    }
}

//! Power of `d` choices, as the number of servers grows without end (mean field).
//!
//! Idea: the share of servers with at least `i` calls falls doubly exponentially.
//! Source: N. Vvedenskaya, R. Dobrushin and F. Karpelevich 1996; M. Mitzenmacher, "The Power of Two
//! Choices in Randomized Load Balancing", 2001.
//! Formula: `sᵢ = λ^((dⁱ−1)/(d−1))`; `E[T] = Σ_{i≥1} λ^((dⁱ−d)/(d−1))`.
//! Finitely many: the mean differs by a term of order 1/N; with replacement, two choices:
//! `E[T] ≈ E[T]∞ + λ/(2N(1−λ))` (N. Gast, "Expected values estimated via mean-field approximation
//! are 1/N-accurate", 2017, its fitted term). Few servers: [`super::shortest_queue`].
//! Holds for: Poisson arrivals, exponential service, equal servers of one core, room for all,
//! counts that are known at once, `λ < 1` a server.

use super::{TheoryError, count, utilisation};

/// The terms after which nothing is left to add.
const MOST_TERMS: u32 = 4_000;

fn exponent(d: f64, i: u32) -> f64 {
    // (dⁱ − 1)/(d − 1): i itself for d = 1.
    if d == 1.0 {
        f64::from(i)
    } else {
        (libm::pow(d, f64::from(i)) - 1.0) / (d - 1.0)
    }
}

/// The share of servers with at least `calls` calls, at `load` a server.
///
/// # Errors
/// No choice, or a load that is not in 0..1.
pub fn at_least(load: f64, choices: u32, calls: u32) -> Result<f64, TheoryError> {
    let load = utilisation(load, 1.0, 1.0)?;
    let d = count("the number of choices", choices)?;
    Ok(libm::pow(load, exponent(d, calls)))
}

/// Mean time in the system in mean service times, for endlessly many servers at `load` each.
///
/// # Errors
/// As [`at_least`].
pub fn sojourn(load: f64, choices: u32) -> Result<f64, TheoryError> {
    let load = utilisation(load, 1.0, 1.0)?;
    let d = count("the number of choices", choices)?;
    if choices == 1 {
        return Ok(1.0 / (1.0 - load));
    }
    let mut sum = 0.0;
    for i in 1..MOST_TERMS {
        // (dⁱ − d)/(d − 1) is one less than the exponent of the share.
        let term = libm::pow(load, exponent(d, i) - 1.0);
        sum += term;
        if term < 1e-17 {
            break;
        }
    }
    Ok(sum)
}

/// Mean time in the system in mean service times with `servers` servers and two choices drawn with
/// replacement: the mean field with its term of order 1/N.
///
/// # Errors
/// As [`at_least`]; no servers.
pub fn sojourn_of_many(load: f64, servers: u32) -> Result<f64, TheoryError> {
    let n = count("the number of servers", servers)?;
    Ok(sojourn(load, 2)? + load / (2.0 * n * (1.0 - load)))
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the formula: load, then E[T] for d = 1, 2, 3, 4, 5, 10.
    const TABLE: [(f64, [f64; 6]); 8] = [
        (0.5, [2.0, 1.2657, 1.1252, 1.0625, 1.0313, 1.0010]),
        (0.6, [2.5, 1.4074, 1.2182, 1.1296, 1.0778, 1.0060]),
        (0.7, [3.3333, 1.6145, 1.3568, 1.2409, 1.1681, 1.0282]),
        (0.8, [5.0, 1.9474, 1.5809, 1.4211, 1.3289, 1.1074]),
        (0.9, [10.0, 2.6141, 2.0279, 1.7778, 1.6329, 1.3487]),
        (0.95, [20.0, 3.3830, 2.5351, 2.1864, 1.9888, 1.6023]),
        (0.99, [100.0, 5.4320, 3.8578, 3.2412, 2.9017, 2.2354]),
        (0.999, [1000.0, 8.6516, 5.9021, 4.8669, 4.3001, 3.2152]),
    ];

    #[test]
    fn the_table() {
        for (load, row) in TABLE {
            for (d, table) in [1, 2, 3, 4, 5, 10].into_iter().zip(row) {
                let ours = sojourn(load, d).expect("it is stable");
                assert!(
                    printed(ours, table, 4),
                    "{load} d {d}: {ours} is not {table}"
                );
            }
        }
    }

    #[test]
    fn the_tail() {
        for (i, share) in [0.9, 0.729, 0.4783, 0.2059, 0.03815, 0.00131]
            .into_iter()
            .enumerate()
        {
            let ours = at_least(0.9, 2, i as u32 + 1).expect("it is stable");
            assert!((ours - share).abs() < 1e-4, "{i}: {ours}");
        }
    }

    /// Simulated by others at N = 100, two choices with replacement, with their 95 % half-widths.
    #[test]
    fn the_term_for_finitely_many() {
        for (load, simulated, half) in [
            (0.5, 1.270, 0.005),
            (0.7, 1.624, 0.011),
            (0.8, 1.971, 0.013),
            (0.9, 2.654, 0.020),
            (0.95, 3.474, 0.026),
        ] {
            let ours = sojourn_of_many(load, 100).expect("it is stable");
            assert!((ours - simulated).abs() < half, "{load}: {ours}");
        }
    }

    #[test]
    fn outside_the_domain() {
        assert!(sojourn(1.0, 2).is_err());
        assert!(sojourn(0.5, 0).is_err());
    }
}

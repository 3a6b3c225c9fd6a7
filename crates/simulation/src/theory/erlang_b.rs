//! Erlang B (M/G/c/c): `c` servers and no room to wait.
//!
//! Idea: who finds all servers busy is turned away; only the mean of the service time matters.
//! Source: A. K. Erlang 1917; insensitivity: B. A. Sevast'yanov 1957.
//! Formula: `B₀ = 1`, `Bₖ = aBₖ₋₁/(k + aBₖ₋₁)`, offered load `a = λ·E[S]` in Erlangs.
//! Holds for: Poisson arrivals, *any* service time, at any load. Who is turned away must not come
//! back: retries make the offered load larger than `λ`, and no longer Poisson.

use super::{TheoryError, count, not_negative};

/// The share of arrivals turned away by `servers` servers at `offered` Erlangs.
///
/// # Errors
/// A negative load, or no servers.
pub fn blocking(offered: f64, servers: u32) -> Result<f64, TheoryError> {
    let offered = not_negative("the offered load", offered)?;
    count("the number of servers", servers)?;
    Ok((1..=servers).fold(1.0, |blocked, k| {
        offered * blocked / (f64::from(k) + offered * blocked)
    }))
}

/// Mean number of servers at work: what is offered and not turned away.
///
/// # Errors
/// As [`blocking`].
pub fn busy(offered: f64, servers: u32) -> Result<f64, TheoryError> {
    Ok(offered * (1.0 - blocking(offered, servers)?))
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the recursion, and as in any printed Erlang table: c, then a/c .5 .7 .8 .9 1 1.2.
    const TABLE: [(u32, [f64; 6]); 7] = [
        (1, [0.33333, 0.41176, 0.44444, 0.47368, 0.5, 0.54545]),
        (2, [0.2, 0.28994, 0.32990, 0.36652, 0.4, 0.45860]),
        (5, [0.06973, 0.15411, 0.19907, 0.24302, 0.28487, 0.36040]),
        (10, [0.01838, 0.07874, 0.12166, 0.16796, 0.21458, 0.30193]),
        (20, [0.00187, 0.03004, 0.06441, 0.10921, 0.15889, 0.25708]),
        (50, [0.0, 0.00333, 0.01869, 0.05410, 0.10479, 0.21612]),
        (100, [0.0, 0.00014, 0.00399, 0.02696, 0.07570, 0.19627]),
    ];

    #[test]
    fn the_table() {
        for (c, row) in TABLE {
            for (load, table) in [0.5, 0.7, 0.8, 0.9, 1.0, 1.2].into_iter().zip(row) {
                let ours = blocking(load * f64::from(c), c).expect("it is in the domain");
                assert!(
                    printed(ours, table, 5),
                    "c {c} a/c {load}: {ours} is not {table}"
                );
            }
        }
    }

    #[test]
    fn outside_the_domain() {
        assert!(blocking(-1.0, 2).is_err());
        assert!(blocking(1.0, 0).is_err());
        assert_eq!(busy(0.0, 3), Ok(0.0));
    }
}

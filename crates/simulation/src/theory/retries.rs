//! Retry amplification: how many attempts a call costs, and when retries hold a service down.
//!
//! Idea: retries multiply load when it is least wanted: each layer by its number of tries.
//! Source: N. Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021; L. Huang et
//! al., "Metastable Failures in the Wild", OSDI 2022. The fixed point is M/M/1's tail, used as the
//! chance of a timeout.
//! Formula: `E[attempts] = (1 − pᵏ)/(1 − p)`; layers `r^L`; under a timeout `τ` whose work goes on,
//! the attempts a second `x` solve `x = λ·Σ_{k<R} p(x)ᵏ` with `p(x) = e^{−(μ−x)τ}`, 1 for `x ≥ μ`.
//! With service of one length `p` is M/D/1's tail instead, and so on: [`standing_with`].
//! Holds for: attempts that fail independently; for the fixed point, work that a timeout does not
//! cancel, and attempts that are taken for Poisson. The exponential one also takes the second attempt's
//! work for another than the first's: where it is the same, those who time out are those whose work is
//! long, and they come again.

use super::{TheoryError, count, positive, share};

/// Mean attempts of a call with at most `tries`, each failing with probability `p`.
///
/// # Errors
/// `p` is not a share, or no tries.
pub fn attempts(p: f64, tries: u32) -> Result<f64, TheoryError> {
    let p = share("the chance of failure", p)?;
    count("the number of tries", tries)?;
    // Horner: 1 + p(1 + p(1 + …)), which also holds at p = 1.
    Ok((1..tries).fold(1.0, |sum, _| 1.0 + p * sum))
}

/// The share of calls that fail in the end.
///
/// # Errors
/// As [`attempts`].
pub fn lost(p: f64, tries: u32) -> Result<f64, TheoryError> {
    let p = share("the chance of failure", p)?;
    Ok(libm::pow(p, count("the number of tries", tries)?))
}

/// The most attempts at the bottom of `layers` layers that each try `tries` times.
///
/// # Errors
/// No tries.
pub fn nested(tries: u32, layers: u32) -> Result<f64, TheoryError> {
    Ok(libm::pow(
        count("the number of tries", tries)?,
        f64::from(layers),
    ))
}

/// Where a service under retries can stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Attempts a second where it works well, if it can.
    pub good: Option<f64>,
    /// Whether it can also stand collapsed: attempts then exceed what it serves.
    pub can_collapse: bool,
}

/// The standing states of a service of rate `service` that gets `arrivals` calls a second, each
/// tried at most `tries` times with a timeout of `timeout` seconds after which its work goes on.
///
/// # Errors
/// A parameter out of its domain.
pub fn standing(
    arrivals: f64,
    service: f64,
    timeout: f64,
    tries: u32,
) -> Result<Standing, TheoryError> {
    let arrivals = positive("the arrival rate", arrivals)?;
    let service = positive("the service rate", service)?;
    let timeout = positive("the timeout", timeout)?;
    let late = |x: f64| Ok(libm::exp(-(service - x) * timeout).min(1.0));
    standing_with(arrivals, service, tries, &late)
}

/// As [`standing`], where the chance of a timeout at `x` attempts a second, below `service`, is `late(x)`.
///
/// # Errors
/// A parameter out of its domain, or an error of `late`.
pub fn standing_with(
    arrivals: f64,
    service: f64,
    tries: u32,
    late: &dyn Fn(f64) -> Result<f64, TheoryError>,
) -> Result<Standing, TheoryError> {
    let arrivals = positive("the arrival rate", arrivals)?;
    let service = positive("the service rate", service)?;
    let most = count("the number of tries", tries)?;
    let excess =
        |x: f64| -> Result<f64, TheoryError> { Ok(arrivals * attempts(late(x)?, tries)? - x) };
    // The attempts begin above x = 0; the first x that they do not exceed is where it stands.
    const STEPS: u32 = 20_000;
    let mut good = None;
    for i in 1..STEPS {
        let x = service * f64::from(i) / f64::from(STEPS);
        if excess(x)? <= 0.0 {
            let (mut low, mut high) = (x - service / f64::from(STEPS), x);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if excess(middle)? > 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            good = Some(high);
            break;
        }
    }
    Ok(Standing {
        good,
        can_collapse: arrivals * most >= service,
    })
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    #[test]
    fn the_table() {
        for (p, row) in [
            (0.5, [1.0, 1.5, 1.75, 1.875, 1.9375]),
            (0.9, [1.0, 1.9, 2.71, 3.439, 4.0951]),
            (1.0, [1.0, 2.0, 3.0, 4.0, 5.0]),
        ] {
            for (tries, table) in (1..).zip(row) {
                let ours = attempts(p, tries).expect("it is in the domain");
                assert!(printed(ours, table, 4), "{p} {tries}: {ours}");
            }
        }
        assert_eq!(nested(3, 5), Ok(243.0));
        assert_eq!(nested(4, 5), Ok(1024.0));
        assert_eq!(lost(0.5, 3), Ok(0.125));
        assert!(attempts(0.5, 0).is_err());
    }

    /// Computed by others for service 100/s and a timeout of 0.1 s: collapse is possible from
    /// 100/R on, and the good state is gone above these.
    #[test]
    fn where_the_good_state_ends() {
        for (tries, end) in [(2, 70.473), (3, 69.466), (4, 69.372)] {
            let at = |arrivals| standing(arrivals, 100.0, 0.1, tries).expect("it is in the domain");
            assert!(at(end - 0.01).good.is_some(), "{tries}");
            assert!(at(end + 0.01).good.is_none(), "{tries}");
            let edge = 100.0 / f64::from(tries);
            assert!(!at(edge - 0.1).can_collapse && at(edge + 0.1).can_collapse);
        }
    }
}

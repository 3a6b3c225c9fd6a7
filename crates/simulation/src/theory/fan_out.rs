//! Fan-out: a call that waits for the slowest of `n`.
//!
//! Idea: what is rare for one is common for a hundred.
//! Source: J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013.
//! Formula: `P(slow) = 1 − (1 − p)ⁿ`; the slowest of `n` exponentials has mean `H_n` times theirs.
//! Holds for: answers that are independent; answers that queue behind each other are not.

use super::{TheoryError, count, share};

/// The share of fan-outs in which at least one of `n` answers is slow, if a share `p` of them is.
///
/// # Errors
/// `p` is not a share, or nobody is asked.
pub fn slow(p: f64, n: u32) -> Result<f64, TheoryError> {
    let p = share("the share of slow answers", p)?;
    let n = count("the number asked", n)?;
    // 1 − e^{n·ln(1−p)} keeps its digits where p is small.
    Ok(-libm::expm1(n * libm::log1p(-p)))
}

/// The mean of the slowest of `n` independent exponentials of mean 1: the harmonic number `H_n`.
///
/// # Errors
/// Nobody is asked.
pub fn slowest_exponential(n: u32) -> Result<f64, TheoryError> {
    count("the number asked", n)?;
    // From the small terms up, so that none is lost against the sum.
    Ok((1..=n).rev().map(|k| 1.0 / f64::from(k)).sum())
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// The paper's 63 % and "almost one in five", and two more from the formula.
    #[test]
    fn the_papers_numbers() {
        for (p, n, table) in [(0.01, 100, 0.634), (0.01, 10, 0.096), (0.001, 1000, 0.632)] {
            let ours = slow(p, n).expect("it is in the domain");
            assert!(printed(ours, table, 3), "{p} {n}: {ours}");
        }
        let ours = slow(0.0001, 2000).expect("it is in the domain");
        assert!(printed(ours, 0.1813, 4), "{ours}");
    }

    #[test]
    fn harmonic_numbers() {
        for (n, table, digits) in [(10, 2.929, 3), (100, 5.187, 3), (1000, 7.4855, 4)] {
            let ours = slowest_exponential(n).expect("somebody is asked");
            assert!(printed(ours, table, digits), "{n}: {ours}");
        }
        assert!(slowest_exponential(0).is_err());
        assert!(slow(1.5, 2).is_err());
        assert_eq!(slow(1.0, 2), Ok(1.0));
    }
}

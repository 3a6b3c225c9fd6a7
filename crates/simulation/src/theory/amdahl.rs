//! Amdahl's law: what part of a work cannot be shared out bounds how much faster it gets.
//!
//! Idea: the serial part stays as it is however many help.
//! Source: G. Amdahl, AFIPS 1967.
//! Formula: `S = 1/((1 − p) + p/N)`, at most `1/(1 − p)`.
//! Holds for: a fixed amount of work whose parallel part splits evenly at no cost. Where sharing
//! itself costs: [`super::universal_scalability`].

use super::{TheoryError, positive, share};

/// How many times faster `n` workers are than one, if a share `p` of the work can be shared out.
///
/// # Errors
/// `p` is not a share, or `n` not above 0.
pub fn speed_up(p: f64, n: f64) -> Result<f64, TheoryError> {
    let p = share("the parallel share", p)?;
    Ok(1.0 / ((1.0 - p) + p / positive("the number of workers", n)?))
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    #[test]
    fn the_table() {
        for (p, row) in [
            (0.5, [1.3333, 1.6, 1.7778, 1.8824, 1.9692, 1.998]),
            (0.75, [1.6, 2.2857, 2.9091, 3.3684, 3.8209, 3.9883]),
            (0.9, [1.8182, 3.0769, 4.7059, 6.4, 8.7671, 9.9129]),
            (0.95, [1.9048, 3.4783, 5.9259, 9.1429, 15.4217, 19.6357]),
            (0.99, [1.9802, 3.8835, 7.4766, 13.9130, 39.2638, 91.1843]),
        ] {
            for (n, table) in [2.0, 4.0, 8.0, 16.0, 64.0, 1024.0].into_iter().zip(row) {
                let ours = speed_up(p, n).expect("it is in the domain");
                assert!(printed(ours, table, 4), "{p} {n}: {ours}");
            }
        }
        assert!(speed_up(1.1, 2.0).is_err());
        assert!(speed_up(0.5, 0.0).is_err());
    }
}

//! Amdahl's law: what part of a work cannot be shared out bounds how much faster it gets.
//!
//! Idea: the serial part stays as it is however many help.
//! Source: G. Amdahl, AFIPS 1967.
//! Formula: `S = 1/((1 − p) + p/N)`, at most `1/(1 − p)`.
//! Holds for: a fixed amount of work whose parallel part splits evenly at no cost. Where sharing
//! itself costs: [`super::universal_scalability`]. Among queues it is a bound: of the throughput of N
//! workers that wait for one another in step at a station they share, below that of workers who come
//! as they please ([`super::closed`]; N. J. Gunther, "A New Interpretation of Amdahl's Law and
//! Geometric Scalability", 2002).

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
    use super::super::closed::Closed;
    use super::super::printed;
    use super::*;

    /// Workers who come as they please to what they share do no less than Amdahl's, who come in step;
    /// one worker does the same.
    #[test]
    fn a_bound_from_below_of_a_shared_station() {
        for serial in [0.05, 0.1, 0.25, 0.5] {
            for n in [1, 2, 4, 8, 16, 64] {
                let free = Closed::new(n, 1.0 - serial, 1.0 / serial, 1).expect("it has a state");
                let bound = speed_up(1.0 - serial, f64::from(n)).expect("it is in the domain");
                assert!(free.throughput >= bound - 1e-9, "{serial} {n}");
                assert_eq!(
                    n == 1,
                    (free.throughput - bound).abs() < 1e-9,
                    "{serial} {n}"
                );
            }
        }
    }

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

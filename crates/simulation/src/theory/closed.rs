//! Closed system: `N` clients that think, call, and wait for the answer (M/M/c//N, machine repair).
//!
//! Idea: the more calls are out, the fewer clients are left to make another: it never overloads.
//! Source: machine interference: C. Palm 1947; the response-time law: Kleinrock II, §4.11; that
//! only the mean of the thinking matters: F. Baskett, K. Chandy, R. Muntz and F. Palacios 1975.
//! Formula: `Pₙ ∝ N!/(N−n)! · Π_{k≤n} 1/(μ·min(k,c)·Z)`; `X = Σ Pₙ·μ·min(n,c)`; `R = N/X − Z`.
//! Holds for: independent clients, thinking of any law with mean `Z` (a constant way over the
//! network counts as thinking), exponential service first come, first served, one queue.

use super::{TheoryError, count, positive};

/// A closed system at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// `X`: calls a second.
    pub throughput: f64,
    /// `R`: mean time at the server, in seconds.
    pub sojourn: f64,
    /// Share of the servers' time at work.
    pub utilisation: f64,
}

impl Closed {
    /// From the number of clients, the mean thinking time in seconds with the way there and back,
    /// the service rate of one server per second, and their number.
    ///
    /// # Errors
    /// A parameter out of its domain.
    pub fn new(clients: u32, think: f64, service: f64, servers: u32) -> Result<Self, TheoryError> {
        let n = count("the number of clients", clients)?;
        let c = count("the number of servers", servers)?;
        let think = positive("the thinking time", think)?;
        let service = positive("the service rate", service)?;
        let (mut weight, mut total, mut busy) = (1.0, 1.0, 0.0);
        for k in 1..=clients {
            let working = f64::from(k).min(c);
            weight *= (n - f64::from(k) + 1.0) / (service * think * working);
            if weight > 1e200 {
                (total, busy) = (total / weight, busy / weight);
                weight = 1.0;
            }
            total += weight;
            busy += weight * working;
        }
        let throughput = service * busy / total;
        Ok(Self {
            throughput,
            sojourn: n / throughput - think,
            utilisation: busy / total / c,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean value analysis (M. Reiser and S. Lavenberg 1980) of a delay and one server says the
    /// same by another way: R(n) = S(1 + Q(n−1)), X = n/(R + Z), Q = XR.
    #[test]
    fn mean_value_analysis_agrees() {
        for (think, service) in [(1.0, 1.0), (9.0, 1.0), (0.2, 4.0)] {
            let mut queue = 0.0;
            for n in 1..=200_u32 {
                let sojourn = (1.0 + queue) / service;
                let throughput = f64::from(n) / (sojourn + think);
                queue = throughput * sojourn;
                let ours = Closed::new(n, think, service, 1).expect("it holds");
                assert!((ours.sojourn / sojourn - 1.0).abs() < 1e-8, "{n}: {ours:?}");
                assert!((ours.throughput / throughput - 1.0).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn with_a_server_for_each_nobody_waits() {
        let ours = Closed::new(8, 3.0, 1.0, 8).expect("it holds");
        assert!((ours.sojourn - 1.0).abs() < 1e-12, "{ours:?}");
        assert!(Closed::new(0, 1.0, 1.0, 1).is_err());
        assert!(Closed::new(1, 0.0, 1.0, 1).is_err());
    }
}

//! M/M/c (Erlang C): one queue before `c` equal servers.
//!
//! Idea: who finds all servers busy waits; the share that does is Erlang's C.
//! Source: A. K. Erlang 1917; the recursion by B: e.g. R. B. Cooper, "Introduction to Queueing
//! Theory", 1981, §3.
//! Formula: `a = λ/μ`, `ρ = a/c`; `B₀ = 1`, `Bₖ = aBₖ₋₁/(k + aBₖ₋₁)`; `C = B/(1 − ρ(1 − B))`;
//! `Wq = C/(cμ − λ)`; `P(wait > t) = C·e^{−(cμ−λ)t}`.
//! Holds for: Poisson arrivals, exponential service, one common queue with room for all, `ρ < 1`.
//! It is *not* `c` servers with a queue each behind a balancer.

use super::{TheoryError, count, erlang_b, utilisation};

/// An M/M/c queue that has a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mmc {
    arrivals: f64,
    service: f64,
    servers: f64,
    /// `ρ`: the share of the servers' time at work.
    pub utilisation: f64,
    /// `C`: the share of arrivals that must wait.
    pub must_wait: f64,
}

impl Mmc {
    /// From the rates of arrival and of service of one server, per second, and their number.
    ///
    /// # Errors
    /// A parameter out of its domain, or `λ ≥ cμ`.
    pub fn new(arrivals: f64, service: f64, servers: u32) -> Result<Self, TheoryError> {
        let number = count("the number of servers", servers)?;
        let utilisation = utilisation(arrivals, service, number)?;
        let lost = erlang_b::blocking(arrivals / service, servers)?;
        Ok(Self {
            arrivals,
            service,
            servers: number,
            utilisation,
            must_wait: lost / (1.0 - utilisation * (1.0 - lost)),
        })
    }

    fn spare(&self) -> f64 {
        self.servers * self.service - self.arrivals
    }

    /// `Wq`: mean time in the queue, in seconds.
    #[must_use]
    pub fn wait(&self) -> f64 {
        self.must_wait / self.spare()
    }

    /// `W`: mean time in the system, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        self.wait() + 1.0 / self.service
    }

    /// `L`: mean number in the system.
    #[must_use]
    pub fn in_system(&self) -> f64 {
        self.arrivals * self.sojourn()
    }

    /// `P(wait > t)`: the share that waits longer than `t` seconds.
    #[must_use]
    pub fn waits_beyond(&self, t: f64) -> f64 {
        self.must_wait * libm::exp(-self.spare() * t.max(0.0))
    }

    /// `P(T > t)`: the share that spends longer than `t` seconds in the system: the wait and the
    /// service, which are independent.
    #[must_use]
    pub fn beyond(&self, t: f64) -> f64 {
        let (mu, spare, t) = (self.service, self.spare(), t.max(0.0));
        let served = libm::exp(-mu * t);
        // Where the two rates meet the difference quotient becomes a derivative.
        let waited = if (spare - mu).abs() < 1e-9 * mu {
            mu * t * served
        } else {
            mu * (served - libm::exp(-spare * t)) / (spare - mu)
        };
        // P = P(S > t) + C ∫₀ᵗ μe^{−μs} e^{−spare(t−s)} ds.
        served + self.must_wait * waited
    }
}

#[cfg(test)]
mod tests {
    use super::super::mm1::Mm1;
    use super::super::printed;
    use super::*;

    /// Computed from the formulae: c, then (C, Wq) at utilisations .5 .7 .8 .9 .95 .99.
    const TABLE: [(u32, [(f64, f64); 6]); 6] = [
        (
            1,
            [
                (0.5, 1.0),
                (0.7, 2.3333),
                (0.8, 4.0),
                (0.9, 9.0),
                (0.95, 19.0),
                (0.99, 99.0),
            ],
        ),
        (
            2,
            [
                (0.3333, 0.3333),
                (0.5765, 0.9608),
                (0.7111, 1.7778),
                (0.8526, 4.2632),
                (0.9256, 9.2564),
                (0.9850, 49.2513),
            ],
        ),
        (
            4,
            [
                (0.1739, 0.0870),
                (0.4287, 0.3572),
                (0.5964, 0.7455),
                (0.7878, 1.9694),
                (0.8914, 4.4571),
                (0.9779, 24.4476),
            ],
        ),
        (
            8,
            [
                (0.0590, 0.0148),
                (0.2706, 0.1128),
                (0.4576, 0.2860),
                (0.7015, 0.8769),
                (0.8442, 2.1104),
                (0.9678, 12.0975),
            ],
        ),
        (
            32,
            [
                (0.0003, 0.0),
                (0.0380, 0.0040),
                (0.1606, 0.0251),
                (0.4582, 0.1432),
                (0.6957, 0.4348),
                (0.9336, 2.9176),
            ],
        ),
        (
            100,
            [
                (0.0, 0.0),
                (0.0005, 0.0),
                (0.0196, 0.0010),
                (0.2169, 0.0217),
                (0.5065, 0.1013),
                (0.8828, 0.8828),
            ],
        ),
    ];

    #[test]
    fn the_table() {
        for (c, row) in TABLE {
            for (rho, (must_wait, wait)) in [0.5, 0.7, 0.8, 0.9, 0.95, 0.99].into_iter().zip(row) {
                let queue = Mmc::new(rho * f64::from(c), 1.0, c).expect("it is stable");
                assert!(
                    printed(queue.must_wait, must_wait, 4),
                    "c {c} rho {rho}: {queue:?}"
                );
                assert!(
                    printed(queue.wait(), wait, 4),
                    "c {c} rho {rho}: {}",
                    queue.wait()
                );
            }
        }
    }

    #[test]
    fn one_server_is_the_simple_queue() {
        let (one, simple) = (
            Mmc::new(0.8, 1.0, 1).expect("it is stable"),
            Mm1::new(0.8, 1.0).expect("it is stable"),
        );
        for t in [0.0, 0.5, 3.0, 20.0] {
            assert!((one.beyond(t) - simple.beyond(t)).abs() < 1e-12);
        }
    }

    /// The mean is the area under the tail: also where the two rates meet (c 2, ρ ½).
    #[test]
    fn the_tail_holds_the_mean() {
        for (c, load) in [(2, 1.0), (4, 3.2), (8, 7.2)] {
            let queue = Mmc::new(load, 1.0, c).expect("it is stable");
            let step = 0.001;
            let area: f64 = (0..200_000)
                .map(|i| queue.beyond((f64::from(i) + 0.5) * step) * step)
                .sum();
            assert!((area - queue.sojourn()).abs() < 1e-5, "c {c}: {area}");
        }
    }

    #[test]
    fn no_servers_serve_nobody() {
        assert!(Mmc::new(0.5, 1.0, 0).is_err());
        assert_eq!(Mmc::new(4.0, 1.0, 4), Err(TheoryError::Unstable(1.0)));
    }
}

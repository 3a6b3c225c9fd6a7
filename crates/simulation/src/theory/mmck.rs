//! M/M/c/K: `c` servers and `K` places in all, the served included.
//!
//! Idea: the chain of M/M/c cut off at `K`: who finds it full is turned away.
//! Source: Kleinrock I, §3.6; D. Gross and C. Harris, "Fundamentals of Queueing Theory", §2.5.
//! Formula: `Pₙ ∝ aⁿ/n!` for `n ≤ c`, `aⁿ/(c!·c^{n−c})` for `c < n ≤ K`; blocking is `P_K`;
//! `W = L/(λ(1 − P_K))` of those let in.
//! Holds for: Poisson arrivals, exponential service, at any load. Who is turned away must not come
//! back: with retries the offered load is larger than `λ`, and no longer Poisson.

use super::{TheoryError, count, positive};

/// An M/M/c/K queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mmck {
    arrivals: f64,
    /// The share of arrivals turned away.
    pub blocking: f64,
    /// `L`: mean number in the system.
    pub in_system: f64,
    /// Mean number of servers at work.
    pub busy: f64,
}

impl Mmck {
    /// From the rates of arrival and of service of one server, per second, their number, and the
    /// places in all.
    ///
    /// # Errors
    /// A parameter out of its domain, or fewer places than servers.
    pub fn new(
        arrivals: f64,
        service: f64,
        servers: u32,
        places: u32,
    ) -> Result<Self, TheoryError> {
        let load = positive("the arrival rate", arrivals)? / positive("the service rate", service)?;
        count("the number of servers", servers)?;
        if places < servers {
            let (what, range, value) = ("the places", "at least the servers", f64::from(places));
            return Err(TheoryError::Domain { what, range, value });
        }
        // Weights relative to the largest so far, so that no power overflows.
        let (mut weight, mut total, mut number, mut busy) = (1.0_f64, 1.0, 0.0, 0.0);
        for n in 1..=places {
            weight *= load / f64::from(n.min(servers));
            if weight > 1e200 {
                (total, number, busy) = (total / weight, number / weight, busy / weight);
                weight = 1.0;
            }
            total += weight;
            number += weight * f64::from(n);
            busy += weight * f64::from(n.min(servers));
        }
        Ok(Self {
            arrivals,
            blocking: weight / total,
            in_system: number / total,
            busy: busy / total,
        })
    }

    /// `W`: mean time in the system of those let in, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        self.in_system / (self.arrivals * (1.0 - self.blocking))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{erlang_b, printed};
    use super::*;

    /// Computed from the formula: c, K, offered load over c, blocking, L, W of those let in.
    const TABLE: [(u32, u32, f64, [f64; 3]); 12] = [
        (1, 5, 0.5, [0.01587, 0.9048, 1.8387]),
        (1, 5, 0.9, [0.12602, 2.1948, 2.7903]),
        (1, 5, 1.0, [0.16667, 2.5, 3.0]),
        (1, 10, 0.8, [0.02349, 2.9663, 3.7971]),
        (1, 10, 2.0, [0.50024, 9.0054, 9.0098]),
        (2, 10, 0.9, [0.05481, 4.2814, 2.5165]),
        (2, 10, 1.2, [0.19563, 6.8167, 3.5311]),
        (4, 8, 0.8, [0.06073, 3.7847, 1.2592]),
        (4, 20, 1.0, [0.05203, 10.8683, 2.8662]),
        (4, 20, 2.0, [0.5, 19.0, 4.75]),
        (8, 16, 0.9, [0.04147, 8.8536, 1.2829]),
        (8, 16, 2.0, [0.50016, 15.0036, 1.8761]),
    ];

    #[test]
    fn the_table() {
        for (c, places, load, [blocking, l, w]) in TABLE {
            let queue = Mmck::new(load * f64::from(c), 1.0, c, places).expect("it holds");
            assert!(
                printed(queue.blocking, blocking, 5),
                "{c} {places} {load}: {queue:?}"
            );
            assert!(
                printed(queue.in_system, l, 4),
                "{c} {places} {load}: {queue:?}"
            );
            assert!(
                printed(queue.sojourn(), w, 4),
                "{c} {places} {load}: {}",
                queue.sojourn()
            );
        }
    }

    #[test]
    fn without_room_to_wait_it_is_erlang_b() {
        for (c, load) in [(1, 0.5), (10, 8.0), (64, 200.0)] {
            let queue = Mmck::new(load, 1.0, c, c).expect("it holds");
            let b = erlang_b::blocking(load, c).expect("it holds");
            assert!((queue.blocking - b).abs() < 1e-12);
        }
    }

    #[test]
    fn a_large_queue_does_not_overflow() {
        let queue = Mmck::new(500.0, 1.0, 64, 100_000).expect("it holds");
        assert!((queue.busy - 64.0).abs() < 1e-9, "{queue:?}");
        assert!(Mmck::new(1.0, 1.0, 4, 3).is_err());
    }
}

//! Pooling: the same capacity as separate queues, as one queue, as one fast server.
//!
//! Idea: a server idles while another's queue is long; a common queue forbids that, and one fast
//! server also serves a lone call with all its speed.
//! Source: M. Harchol-Balter, "Performance Modeling and Design of Computer Systems", 2013, §14.
//! Formula: `W` of M/M/1 at `λ/c`, of M/M/c, and of M/M/1 with service rate `cμ`.
//! Holds for: as M/M/1 and M/M/c. With very variable service one fast server is *worse* than many
//! slow ones, since a long job blocks it.

use super::mm1::Mm1;
use super::mmc::Mmc;
use super::{TheoryError, count};

/// Mean times in the system, in seconds, of three ways to spend the same capacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooling {
    /// Each server with its own queue and an equal random share of the calls.
    pub separate: f64,
    /// One queue before all servers.
    pub common: f64,
    /// One server as fast as all together.
    pub one_fast: f64,
}

/// Compares them, from the whole rate of arrival and one server's rate of service, per second, and
/// the number of servers.
///
/// # Errors
/// A parameter out of its domain, or an unstable queue.
pub fn compare(arrivals: f64, service: f64, servers: u32) -> Result<Pooling, TheoryError> {
    let c = count("the number of servers", servers)?;
    Ok(Pooling {
        separate: Mm1::new(arrivals / c, service)?.sojourn(),
        common: Mmc::new(arrivals, service, servers)?.sojourn(),
        one_fast: Mm1::new(arrivals, service * c)?.sojourn(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    /// Computed from the formulae: c, load, the three means.
    #[test]
    fn the_table() {
        for (c, load, [separate, common, one_fast]) in [
            (2, 0.5, [2.0, 1.3333, 1.0]),
            (2, 0.9, [10.0, 5.2632, 5.0]),
            (4, 0.8, [5.0, 1.7455, 1.25]),
            (8, 0.95, [20.0, 3.1104, 2.5]),
            (16, 0.9, [10.0, 1.3696, 0.625]),
        ] {
            let ours = compare(load * f64::from(c), 1.0, c).expect("it is stable");
            assert!(printed(ours.separate, separate, 4), "{ours:?}");
            assert!(printed(ours.common, common, 4), "{ours:?}");
            assert!(printed(ours.one_fast, one_fast, 4), "{ours:?}");
        }
        assert!(compare(2.0, 1.0, 2).is_err());
    }
}

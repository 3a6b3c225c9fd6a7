//! The workload that every contender runs, and what they share: draws and the count of events.
//!
//! Poisson arrivals to servers with exponential service at ρ = 0.9, each call to the shorter of two
//! queues drawn with replacement. Five events a call: the call, its arrival at the server a hop
//! later, the end of its service, the arrival of the reply a hop later, and a deadline timer that
//! the reply cancels.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// Nanoseconds of virtual time.
pub(crate) type Nanos = u64;

/// Mean service time.
pub(crate) const SERVICE: f64 = 1_000_000.0;
/// Offered load per server.
pub(crate) const RHO: f64 = 0.9;
/// One way through the network.
pub(crate) const HOP: Nanos = 500_000;
/// From the call to its deadline: far beyond what any call takes, so that all are cancelled.
pub(crate) const DEADLINE: Nanos = 1_000_000_000;
/// Events of a call.
pub(crate) const EVENTS: u64 = 5;

/// The draws: one stream for arrivals, one for choices, one for service.
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    arrivals: Pcg64Mcg,
    choices: Pcg64Mcg,
    service: Pcg64Mcg,
    between: f64,
}

impl Draws {
    /// For so many servers.
    #[must_use]
    pub(crate) fn new(servers: usize) -> Self {
        Self {
            arrivals: Pcg64Mcg::new(0x0001_cafe),
            choices: Pcg64Mcg::new(0x0002_cafe),
            service: Pcg64Mcg::new(0x0003_cafe),
            between: SERVICE / (RHO * servers as f64),
        }
    }

    /// The time to the next call.
    pub(crate) fn gap(&mut self) -> Nanos {
        (exponential(&mut self.arrivals) * self.between) as Nanos
    }

    /// The time that a call takes.
    pub(crate) fn service(&mut self) -> Nanos {
        (exponential(&mut self.service) * SERVICE) as Nanos
    }

    /// Two servers of so many, with replacement.
    pub(crate) fn two(&mut self, servers: usize) -> (usize, usize) {
        let bits = self.choices.next_u64();
        // Multiply and shift (Lemire 2019), without the rejection that makes it exact: the bias is
        // under 2^-14 for 100,000 servers, and the same for all contenders.
        let pick = |half: u64| ((half * servers as u64) >> 32) as usize;
        (pick(bits >> 32), pick(bits & 0xffff_ffff))
    }
}

/// A draw from the exponential distribution of mean 1, by inversion, as the engine draws it.
pub(crate) fn exponential(rng: &mut Pcg64Mcg) -> f64 {
    let uniform = (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0);
    -libm::log(1.0 - uniform)
}

/// What a run came to: to see that all contenders did the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Calls answered.
    pub(crate) answered: u64,
    /// Their times in the system, summed.
    pub(crate) waited: u128,
    /// The virtual time at the end.
    pub(crate) now: Nanos,
}

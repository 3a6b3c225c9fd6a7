//! The workload that every contender runs, and what they share: draws and the count of events.
//!
//! Poisson arrivals to servers with exponential service at ρ = 0.9, each call to the shorter of two
//! queues drawn with replacement. Five events a call: the call, its arrival at the server a hop
//! later, the end of its service, the arrival of the reply a hop later, and a deadline timer that
//! the reply cancels.

use crate::ziggurat::{Ziggurat, unit};
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// Nanoseconds of virtual time.
pub type Nanos = u64;

/// Mean service time.
pub const SERVICE: f64 = 1_000_000.0;
/// Offered load per server.
pub const RHO: f64 = 0.9;
/// One way through the network.
pub const HOP: Nanos = 500_000;
/// From the call to its deadline: far beyond what any call takes, so that all are cancelled.
pub const DEADLINE: Nanos = 1_000_000_000;
/// Events of a call.
pub const EVENTS: u64 = 5;

/// What runs the workload and can go on with it.
pub trait Contender {
    /// Goes on until so many calls have been answered in all.
    fn run(&mut self, answered: u64) -> Tally;
}

/// How exponential variates are drawn.
#[derive(Debug, Clone)]
enum Method {
    /// By inversion, as the engine does.
    Logarithm,
    Ziggurat(Ziggurat),
}

/// The draws: one stream for arrivals, one for choices, one for service.
#[derive(Debug, Clone)]
pub struct Draws {
    method: Method,
    arrivals: Pcg64Mcg,
    choices: Pcg64Mcg,
    service: Pcg64Mcg,
    between: f64,
}

impl Draws {
    /// For so many servers, by ziggurat.
    #[must_use]
    pub fn new(servers: usize) -> Self {
        Self {
            method: Method::Ziggurat(Ziggurat::default()),
            arrivals: Pcg64Mcg::new(0x0001_cafe),
            choices: Pcg64Mcg::new(0x0002_cafe),
            service: Pcg64Mcg::new(0x0003_cafe),
            between: SERVICE / (RHO * servers as f64),
        }
    }

    /// For so many servers, by logarithm.
    #[must_use]
    pub fn by_logarithm(servers: usize) -> Self {
        Self {
            method: Method::Logarithm,
            ..Self::new(servers)
        }
    }

    /// The time to the next call.
    #[inline]
    pub fn gap(&mut self) -> Nanos {
        (exponential(&self.method, &mut self.arrivals) * self.between) as Nanos
    }

    /// The time that a call takes.
    #[inline]
    pub fn service(&mut self) -> Nanos {
        (exponential(&self.method, &mut self.service) * SERVICE) as Nanos
    }

    /// Two servers of so many, with replacement.
    #[inline]
    pub fn two(&mut self, servers: usize) -> (usize, usize) {
        let bits = self.choices.next_u64();
        // Multiply and shift (Lemire 2019), without the rejection that makes it exact: the bias is
        // under 2^-14 for 100,000 servers, and the same for all contenders.
        let pick = |half: u64| ((half * servers as u64) >> 32) as usize;
        (pick(bits >> 32), pick(bits & 0xffff_ffff))
    }
}

#[inline]
fn exponential(method: &Method, rng: &mut Pcg64Mcg) -> f64 {
    match method {
        Method::Ziggurat(ziggurat) => ziggurat.draw(rng),
        Method::Logarithm => -libm::log(1.0 - unit(rng.next_u64())),
    }
}

/// What a run came to: to see that all contenders did the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Calls answered.
    pub answered: u64,
    /// Their times in the system, summed; as whole nanoseconds they fit for a century of calls.
    pub waited: u64,
    /// The virtual time at the end.
    pub now: Nanos,
}

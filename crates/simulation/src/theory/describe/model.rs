//! A model with the parameters of a scenario, and what it says.

use super::super::closed::Closed;
use super::super::gi_m_1::GiM1;
use super::super::mg1::Mg1;
use super::super::mm1::Mm1;
use super::super::mmc::Mmc;
use super::super::mmck::Mmck;
use super::super::shortest_queue::{self, Compared};
use super::super::{TheoryError, choices};

/// What waits and serves at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Station {
    /// One exponential server.
    Mm1(Mm1),
    /// Several, one queue.
    Mmc(Mmc),
    /// One server of any law with a variance.
    Mg1(Mg1),
    /// One server that all who are there share: the mean time of a call in seconds.
    Shared(f64),
    /// Exponential servers and a bounded queue.
    Mmck(Mmck),
    /// No room to wait: mean service time in seconds, and the share turned away.
    ErlangB {
        /// Mean service time in seconds.
        service: f64,
        /// The share turned away.
        blocking: f64,
    },
    /// One exponential server, evenly spaced arrivals.
    Dm1(GiM1),
    /// One exponential server that gets every N-th call.
    Turns(GiM1),
}

/// A model with a scenario's parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// One station.
    Alone(Station),
    /// Several, each with a share of the calls that does not depend on its state.
    Split(Vec<(f64, Station)>),
    /// Shortest queue of a few, or of two of them.
    ShortestQueue {
        /// Load of each server, 0..1.
        load: f64,
        /// How many servers, 2..=4.
        servers: usize,
        /// Which queues a call compares.
        compared: Compared,
        /// Mean service time in seconds.
        service: f64,
    },
    /// Two choices among many: what their number tends to, not exact for so many.
    ManyChoices {
        /// Load of each server, 0..1.
        load: f64,
        /// Mean service time in seconds.
        service: f64,
    },
    /// Clients that wait for the answer.
    Closed(Closed),
}

impl Station {
    /// Its name in the field.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Mm1(_) => "M/M/1",
            Self::Mmc(_) => "M/M/c",
            Self::Mg1(_) => "M/G/1",
            Self::Shared(_) => "M/G/1-PS",
            Self::Mmck(_) => "M/M/c/K",
            Self::ErlangB { .. } => "Erlang B",
            Self::Dm1(_) => "D/M/1",
            Self::Turns(_) => "E_N/M/1",
        }
    }

    /// When it holds, in a sentence.
    #[must_use]
    pub const fn conditions(&self) -> &'static str {
        match self {
            Self::Mm1(_) => {
                "It holds for calls at random, exponential work, and one core with a queue that is hardly ever full."
            }
            Self::Mmc(_) => {
                "It holds for calls at random, exponential work, and one queue before several equal cores."
            }
            Self::Mg1(_) => {
                "It holds for calls at random, work of any law with a variance, and one core with a queue that is hardly ever full."
            }
            Self::Shared(_) => {
                "It holds for calls at random, work of any law, and one core that all who are there share equally."
            }
            Self::Mmck(_) => {
                "It holds for calls at random and exponential work where calls that find the queue full do not come back."
            }
            Self::ErlangB { .. } => {
                "It holds for calls at random where nobody waits and calls that are turned away do not come back."
            }
            Self::Dm1(_) => "It holds for evenly spaced calls, exponential work, and one core.",
            Self::Turns(_) => {
                "It holds for calls at random, exponential work, and servers of one core that take turns."
            }
        }
    }

    /// Mean time there of who is let in, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        match self {
            Self::Mm1(queue) => queue.sojourn(),
            Self::Mmc(queue) => queue.sojourn(),
            Self::Mg1(queue) => queue.sojourn(),
            Self::Shared(sojourn) => *sojourn,
            Self::Mmck(queue) => queue.sojourn(),
            Self::ErlangB { service, .. } => *service,
            Self::Dm1(queue) | Self::Turns(queue) => queue.sojourn(),
        }
    }

    /// The share turned away.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        match self {
            Self::Mmck(queue) => queue.blocking,
            Self::ErlangB { blocking, .. } => *blocking,
            _ => 0.0,
        }
    }

    /// The share that spends longer than `t` seconds there, where it is known.
    #[must_use]
    pub fn beyond(&self, t: f64) -> Option<f64> {
        match self {
            Self::Mm1(queue) => Some(queue.beyond(t)),
            Self::Mmc(queue) => Some(queue.beyond(t)),
            Self::Dm1(queue) | Self::Turns(queue) => Some(queue.beyond(t)),
            Self::Mg1(_) | Self::Shared(_) | Self::Mmck(_) | Self::ErlangB { .. } => None,
        }
    }
}

impl Model {
    /// Its name in the field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Alone(station) => station.name(),
            Self::Split(stations) => stations.first().map_or("", |(_, station)| station.name()),
            Self::ShortestQueue {
                compared: Compared::All,
                ..
            } => "join the shortest queue",
            Self::ShortestQueue { .. } => "two choices, exact chain",
            Self::ManyChoices { .. } => "two choices, mean field",
            Self::Closed(_) => "M/M/c//N",
        }
    }

    /// When it holds, in a sentence.
    #[must_use]
    pub fn conditions(&self) -> &'static str {
        match self {
            Self::Alone(station) => station.conditions(),
            Self::Split(stations) => stations.first().map_or("", |(_, it)| it.conditions()),
            Self::ShortestQueue { .. } => {
                "It holds for calls at random, exponential work, and two to four equal servers whose queues the balancer knows at once."
            }
            Self::ManyChoices { .. } => {
                "It holds for calls at random and exponential work, and the better the more equal servers there are."
            }
            Self::Closed(_) => {
                "It holds for clients that wait for each answer and think for an exponential time, and for exponential work."
            }
        }
    }

    /// Whether it holds exactly; otherwise it is what a large system tends to.
    #[must_use]
    pub const fn exact(&self) -> bool {
        !matches!(self, Self::ManyChoices { .. })
    }

    /// Mean time at the servers of an answered call, in seconds. The chain of a few shortest queues
    /// is solved here, which takes up to some seconds for four servers under high load.
    ///
    /// # Errors
    /// A chain whose load is outside its domain.
    pub fn sojourn(&self) -> Result<f64, TheoryError> {
        if let Self::ShortestQueue {
            load,
            servers,
            compared,
            service,
        } = self
        {
            let solved = shortest_queue::solve_well(*load, *servers, *compared)?;
            return Ok(solved.sojourn * service);
        }
        self.quick_sojourn().ok_or(TheoryError::Domain {
            what: "the number of servers",
            range: "above 0",
            value: 0.0,
        })
    }

    /// As [`sojourn`](Self::sojourn), where it takes no chain to solve.
    #[must_use]
    pub fn quick_sojourn(&self) -> Option<f64> {
        match self {
            Self::Alone(station) => Some(station.sojourn()),
            Self::Split(stations) => {
                let (mut sum, mut let_in) = (0.0, 0.0);
                for (share, station) in stations {
                    let share = share * (1.0 - station.blocking());
                    sum += share * station.sojourn();
                    let_in += share;
                }
                (let_in > 0.0).then(|| sum / let_in)
            }
            Self::ShortestQueue { .. } => None,
            Self::ManyChoices { load, service } => {
                choices::sojourn(*load, 2).ok().map(|it| it * service)
            }
            Self::Closed(closed) => Some(closed.sojourn),
        }
    }

    /// The share of calls turned away.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        match self {
            Self::Alone(station) => station.blocking(),
            Self::Split(stations) => stations
                .iter()
                .map(|(share, it)| share * it.blocking())
                .sum(),
            _ => 0.0,
        }
    }

    /// The share of calls that spend longer than `t` seconds at the servers, where it is known.
    #[must_use]
    pub fn beyond(&self, t: f64) -> Option<f64> {
        match self {
            Self::Alone(station) => station.beyond(t),
            Self::Split(stations) => stations
                .iter()
                .map(|(share, station)| Some(share * station.beyond(t)?))
                .sum(),
            _ => None,
        }
    }
}

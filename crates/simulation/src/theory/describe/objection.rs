//! Why no model describes a scenario, in sentences.

/// Why no model describes a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Nobody calls, or nobody serves.
    NothingRuns,
    /// The timeline changes it on the way.
    Changes,
    /// A balancer takes a server for something else than it is.
    Mistaken,
    /// A server is dead, and nobody who calls it would ever know.
    Unwatched,
    /// A balancer is dead, and the clients call it in vain.
    BalancerDown,
    /// Few enough servers are well for the balancer to send to those that are not, too.
    Panic,
    /// LANs make calls in different ways, or closed ones think differently long.
    MixedLoads,
    /// Evenly spaced calls from several LANs, or to several servers.
    EvenlySpaced,
    /// Several balancers choose without knowing of each other.
    SeveralBalancers,
    /// Several servers without a balancer: each client takes turns of its own.
    NoBalancer,
    /// There is no way from a LAN to a server.
    NoWay,
    /// Delays vary.
    Jitter,
    /// Messages are lost and sent again.
    Loss,
    /// Transmission takes a share of the time that counts.
    SlowLinks,
    /// The policy has no formula.
    Policy,
    /// The policy counts calls, and its counts are late by the way to the servers.
    LateCounts,
    /// The policy has a formula only for equal servers of one core.
    UnequalServers,
    /// No formula for this service time with several cores, several servers or a short queue.
    ServiceTime,
    /// Service times have no finite variance.
    NoVariance,
    /// More comes to a server than it can serve, and nothing bounds its queue.
    Overloaded,
    /// Calls that are turned away come back as retries.
    Retries,
    /// A server that turns calls away is ejected for it.
    Ejected,
    /// Too many attempts are given up while they wait or are served.
    TimeLimits,
    /// The balancer or a server limits, hedges, favours or reorders calls.
    Protection,
    /// A number of the scenario is outside the formula's domain.
    Domain,
}

impl Objection {
    /// It in one sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NothingRuns => "Nobody calls, or nobody serves.",
            Self::Changes => "The timeline changes the system, and theory describes one at rest.",
            Self::Mistaken => {
                "A balancer has yet to learn the state of a server; a formula assumes that it knows."
            }
            Self::Unwatched => "A server is down, nobody watches it, and calls go there in vain.",
            Self::BalancerDown => "A balancer is down, and calls go there in vain.",
            Self::Panic => "So few servers are well that the balancer sends to the others too.",
            Self::MixedLoads => "The networks make their calls in different ways.",
            Self::EvenlySpaced => {
                "Evenly spaced calls have a formula only from one network to one server."
            }
            Self::SeveralBalancers => {
                "Several balancers choose without knowing of each other's choices."
            }
            Self::NoBalancer => "Without a balancer each client takes turns of its own.",
            Self::NoWay => "Not every server can be reached from every network.",
            Self::Jitter => "The delay of a link varies, and with it the spacing of the calls.",
            Self::Loss => "Messages are lost and sent again.",
            Self::SlowLinks => "Messages take long to transmit: the links are queues too.",
            Self::Policy => "Nobody has a formula for this policy.",
            Self::LateCounts => {
                "The balancer learns of an answer when it arrives; the formula assumes that it knows at once."
            }
            Self::UnequalServers => {
                "The formula for this policy holds only for equal servers of one core."
            }
            Self::ServiceTime => {
                "No formula holds for this service time with these servers and queues."
            }
            Self::NoVariance => {
                "The service time has no finite variance: the mean wait is infinite."
            }
            Self::Overloaded => {
                "A server gets more calls than it can serve: no formula holds for what piles up."
            }
            Self::Retries => "Calls that a full queue turns away would come back as retries.",
            Self::Ejected => "The balancer ejects servers for the calls that they turn away.",
            Self::TimeLimits => {
                "Some attempts are given up before they are answered; the formulae know no impatience."
            }
            Self::Protection => {
                "Calls are limited, hedged, favoured or reordered on the way: no formula here has that."
            }
            Self::Domain => "A number is outside the formula's domain.",
        }
    }
}

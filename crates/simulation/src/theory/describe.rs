//! Which model describes a scenario, with its parameters read off it; or why none does.
//!
//! Idea: a formula holds under conditions, and a scenario meets them or it does not.
//! What happens to less than one call in a thousand ([`NEGLIGIBLE`]) is taken for nothing: a queue
//! that is hardly ever full for one without end, a deadline that hardly any call meets for none.
//! Where such a share is only estimated, from an exponential tail with the model's mean, service
//! of a heavier tail may exceed it.
//! Not looked at: over HTTP a call that needs one connection more than there ever were pays a round
//! trip for it. Health checks are answered past the queue, so they cost a server nothing.

use super::closed::Closed;
use super::gi_m_1::GiM1;
use super::mg1::Mg1;
use super::mm1::Mm1;
use super::mmc::Mmc;
use super::mmck::Mmck;
use super::network::{Way, way};
use super::shortest_queue::Compared;
use super::{TheoryError, choices, erlang_b, round_robin, shortest_queue};
use crate::distribution::Distribution;
use crate::scenario::{LanSpec, Load, NodeSpec, Operation, Role, Scenario, ServerSpec};
use crate::time::{Nanos, seconds};
use balancer::Policy;

/// The share of calls below which a departure from a model's conditions is let pass.
pub const NEGLIGIBLE: f64 = 1e-3;
/// A message with its headers, for how long its transmission takes, in bits.
const NOMINAL_MESSAGE: f64 = 300.0 * 8.0;
/// The share of the service time that transmission may take before it must be reckoned with.
const NEGLIGIBLE_WIRE: f64 = 0.01;

/// Why no model describes a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Nobody calls, or nobody serves.
    NothingRuns,
    /// The timeline changes it on the way.
    Changes,
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
    /// More comes than can be served, and nothing bounds the queue.
    Overloaded,
    /// Calls that are turned away come back as retries.
    Retries,
    /// Too many calls are given up while they wait or are served.
    TimeLimits,
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
            Self::MixedLoads => "The networks make their calls in different ways.",
            Self::EvenlySpaced => {
                "Evenly spaced calls have a formula only from one network to one server."
            }
            Self::SeveralBalancers => {
                "Several balancers choose without knowing of each other's choices."
            }
            Self::NoBalancer => "Without a balancer each client takes turns of its own.",
            Self::NoWay => "There is no way from a network to a server.",
            Self::Jitter => "The delay of a link varies, and with it the spacing of the calls.",
            Self::Loss => "Messages are lost and sent again.",
            Self::SlowLinks => "Messages take long to transmit: the links are queues too.",
            Self::Policy => "Nobody has a formula for this policy.",
            Self::LateCounts => {
                "The balancer's counts are late by the way to the servers and back; theory has them at once."
            }
            Self::UnequalServers => "The formula for this policy wants equal servers of one core.",
            Self::ServiceTime => {
                "No formula holds for this service time with these servers and queues."
            }
            Self::NoVariance => {
                "The service time has no finite variance: the mean wait is infinite."
            }
            Self::Overloaded => "More comes than can be served: the queue grows, and has no mean.",
            Self::Retries => "Calls that are turned away come back as retries.",
            Self::TimeLimits => "Too many calls are given up before they are answered.",
            Self::Domain => "A number is outside the formula's domain.",
        }
    }
}

/// What waits and serves at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Station {
    /// One exponential server.
    Mm1(Mm1),
    /// Several, one queue.
    Mmc(Mmc),
    /// One server of any law with a variance.
    Mg1(Mg1),
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

/// A model that describes a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Which, with its parameters.
    pub model: Model,
    /// What a call's way takes there and back, in seconds: comes on top of the model's times.
    pub network: f64,
}

impl Station {
    /// Its name in the field.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Mm1(_) => "M/M/1",
            Self::Mmc(_) => "M/M/c",
            Self::Mg1(_) => "M/G/1",
            Self::Mmck(_) => "M/M/c/K",
            Self::ErlangB { .. } => "Erlang B",
            Self::Dm1(_) => "D/M/1",
            Self::Turns(_) => "E_N/M/1",
        }
    }

    /// Mean time there of who is let in, in seconds.
    #[must_use]
    pub fn sojourn(&self) -> f64 {
        match self {
            Self::Mm1(queue) => queue.sojourn(),
            Self::Mmc(queue) => queue.sojourn(),
            Self::Mg1(queue) => queue.sojourn(),
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
            Self::Mg1(_) | Self::Mmck(_) | Self::ErlangB { .. } => None,
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
        match self {
            Self::Alone(station) => Ok(station.sojourn()),
            Self::Split(stations) => {
                let (mut sum, mut let_in) = (0.0, 0.0);
                for (share, station) in stations {
                    let share = share * (1.0 - station.blocking());
                    sum += share * station.sojourn();
                    let_in += share;
                }
                Ok(sum / let_in)
            }
            Self::ShortestQueue {
                load,
                servers,
                compared,
                service,
            } => {
                let longest = [120, 60, 40][(*servers).clamp(2, 4) - 2];
                let solved = shortest_queue::solve(*load, *servers, *compared, longest)?;
                Ok(solved.sojourn * service)
            }
            Self::ManyChoices { load, service } => Ok(choices::sojourn(*load, 2)? * service),
            Self::Closed(closed) => Ok(closed.sojourn),
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

/// How calls come, all LANs taken together.
#[derive(Clone, Copy)]
enum Arrivals {
    Poisson(f64),
    Even(f64),
    Closed { clients: u32, think: f64 },
}

/// How long the work takes on a core of speed 1.
#[derive(Clone, Copy)]
struct Demand {
    mean: f64,
    scv: f64,
    exponential: bool,
}

struct Parts<'s> {
    arrivals: Arrivals,
    demand: Demand,
    servers: Vec<&'s ServerSpec>,
    balancer: Option<&'s balancer::Settings>,
    /// From the balancer to a server and back, in seconds.
    behind: f64,
    network: f64,
    /// The shortest that anybody waits for an answer, in seconds.
    patience: f64,
    retries: bool,
}

/// The model that describes a scenario at rest.
///
/// # Errors
/// What speaks against every model: the first that was found.
pub fn describe(scenario: &Scenario) -> Result<Description, Objection> {
    let parts = read(scenario)?;
    let model = match parts.arrivals {
        Arrivals::Closed { clients, think } => closed(&parts, clients, think)?,
        Arrivals::Poisson(rate) | Arrivals::Even(rate) => open(&parts, rate)?,
    };
    let description = Description {
        model,
        network: parts.network,
    };
    if share_given_up(&parts, &description.model) >= NEGLIGIBLE {
        return Err(Objection::TimeLimits);
    }
    Ok(description)
}

/// Reads the parts off, and objects to what no model allows.
fn read(scenario: &Scenario) -> Result<Parts<'_>, Objection> {
    if !scenario.timeline.is_empty() {
        return Err(Objection::Changes);
    }
    let (mut lans, mut balancers, mut servers) = (Vec::new(), Vec::new(), Vec::new());
    for node in &scenario.nodes {
        match &node.role {
            Role::Lan(lan) => lans.push((node, lan)),
            Role::Balancer(settings) => balancers.push((node, settings)),
            Role::Server(server) => servers.push((node, server)),
            Role::Router | Role::Isp => {}
        }
    }
    lans.retain(|(_, lan)| lan.load.rate() != Some(0.0));
    if lans.is_empty() || servers.is_empty() {
        return Err(Objection::NothingRuns);
    }
    let balancer = match balancers.as_slice() {
        [] if servers.len() > 1 => return Err(Objection::NoBalancer),
        [] => None,
        [one] => Some(*one),
        _ => return Err(Objection::SeveralBalancers),
    };
    let demand = demand(&scenario.workload)?;
    let front: &NodeSpec = balancer.map_or(servers[0].0, |(node, _)| node);
    let mut ways = Vec::new();
    for (lan, _) in &lans {
        ways.push(way(scenario, &lan.name, &front.name).ok_or(Objection::NoWay)?);
    }
    let mut behind: Vec<Way> = Vec::new();
    if balancer.is_some() {
        for (server, _) in &servers {
            behind.push(way(scenario, &front.name, &server.name).ok_or(Objection::NoWay)?);
        }
    }
    let all = || ways.iter().chain(&behind);
    if all().any(|way| way.jitter > 0) {
        return Err(Objection::Jitter);
    }
    if all().any(|way| way.lossy) {
        return Err(Objection::Loss);
    }
    let slowest = all().map(|way| way.slowest_bits).min().unwrap_or(u64::MAX);
    if NOMINAL_MESSAGE / slowest as f64 > NEGLIGIBLE_WIRE * demand.mean {
        return Err(Objection::SlowLinks);
    }
    let round = |way: &Way| 2.0 * seconds(way.latency);
    let weight = |lan: &LanSpec| lan.load.rate().unwrap_or_else(|| f64::from(lan.clients));
    let total: f64 = lans.iter().map(|(_, lan)| weight(lan)).sum();
    let before: f64 = lans
        .iter()
        .zip(&ways)
        .map(|((_, lan), way)| weight(lan) / total * round(way))
        .sum();
    let mean_behind = behind.iter().map(round).sum::<f64>() / behind.len().max(1) as f64;
    let network = before + mean_behind;
    let policy = &scenario.call_policy;
    let limits: [Nanos; 3] = [
        policy.deadline,
        policy.attempt_timeout,
        balancer.map_or(Nanos::MAX, |(_, settings)| settings.attempt_timeout),
    ];
    let tries = balancer.map_or(1, |(_, settings)| settings.max_attempts);
    Ok(Parts {
        arrivals: arrivals(&lans, &ways, mean_behind)?,
        demand,
        servers: servers.into_iter().map(|(_, server)| server).collect(),
        balancer: balancer.map(|(_, settings)| settings),
        behind: behind.iter().map(round).fold(0.0, f64::max),
        network,
        patience: seconds(limits.into_iter().min().unwrap_or(Nanos::MAX)) - network,
        retries: policy.max_attempts > 1 || tries > 1,
    })
}

fn arrivals(
    lans: &[(&NodeSpec, &LanSpec)],
    ways: &[Way],
    behind: f64,
) -> Result<Arrivals, Objection> {
    let Some((_, first)) = lans.first() else {
        return Err(Objection::NothingRuns);
    };
    let rate = lans.iter().filter_map(|(_, lan)| lan.load.rate()).sum();
    let all = |wanted: fn(&Load) -> bool| lans.iter().all(|(_, lan)| wanted(&lan.load));
    match first.load {
        Load::Poisson { .. } if all(|load| matches!(load, Load::Poisson { .. })) => {
            Ok(Arrivals::Poisson(rate))
        }
        Load::Constant { .. } if lans.len() == 1 => Ok(Arrivals::Even(rate)),
        Load::Constant { .. } => Err(Objection::EvenlySpaced),
        Load::Closed { think } => {
            let alike = lans.iter().all(|(_, lan)| lan.load == first.load)
                && ways.iter().all(|way| way.latency == ways[0].latency);
            if !alike {
                return Err(Objection::MixedLoads);
            }
            Ok(Arrivals::Closed {
                clients: lans.iter().map(|(_, lan)| lan.clients).sum(),
                // The way there and back counts as thinking.
                think: seconds(think) + 2.0 * seconds(ways[0].latency) + behind,
            })
        }
        Load::Poisson { .. } => Err(Objection::MixedLoads),
    }
}

/// The mixture of all kinds of calls.
fn demand(workload: &[Operation]) -> Result<Demand, Objection> {
    let total: f64 = workload.iter().map(|it| f64::from(it.weight)).sum();
    let (mut mean, mut square) = (0.0, 0.0);
    let mut kinds: Vec<Distribution> = Vec::new();
    for operation in workload.iter().filter(|it| it.weight > 0) {
        let share = f64::from(operation.weight) / total;
        let m = seconds(operation.demand.mean());
        let scv = operation.demand.squared_coefficient_of_variation();
        mean += share * m;
        square += share * m * m * (1.0 + scv.ok_or(Objection::NoVariance)?);
        if !kinds.contains(&operation.demand) {
            kinds.push(operation.demand);
        }
    }
    if mean <= 0.0 {
        return Err(Objection::Domain);
    }
    Ok(Demand {
        mean,
        // Rounding must not make a constant's variance negative.
        scv: (square / (mean * mean) - 1.0).max(0.0),
        exponential: matches!(kinds.as_slice(), [Distribution::Exponential(_)]),
    })
}

fn open(parts: &Parts<'_>, rate: f64) -> Result<Model, Objection> {
    let even = matches!(parts.arrivals, Arrivals::Even(_));
    if let [server] = parts.servers.as_slice() {
        return if even {
            evenly_spaced(parts, server, rate).map(Model::Alone)
        } else {
            station(parts, server, rate).map(Model::Alone)
        };
    }
    if even {
        return Err(Objection::EvenlySpaced);
    }
    let count = parts.servers.len();
    let share = 1.0 / count as f64;
    let alike = parts.servers.iter().all(|it| *it == parts.servers[0]);
    let weights_alike = parts
        .servers
        .iter()
        .all(|it| it.weight == parts.servers[0].weight);
    let policy = parts.balancer.map(|it| &it.policy);
    match policy {
        Some(Policy::Random) => {
            let each = |server: &&ServerSpec| Ok((share, station(parts, server, rate * share)?));
            Ok(Model::Split(
                parts.servers.iter().map(each).collect::<Result<_, _>>()?,
            ))
        }
        Some(Policy::RoundRobin) => turns(parts, rate),
        // With equal weights the smooth order is that of plain turns.
        Some(Policy::SmoothWeightedRoundRobin) if weights_alike => turns(parts, rate),
        Some(Policy::LeastRequest | Policy::PowerOfTwoChoices) => {
            if !alike || parts.servers[0].cores != 1 {
                return Err(Objection::UnequalServers);
            }
            let compared = match policy {
                Some(Policy::LeastRequest) => Compared::All,
                _ => Compared::TwoDistinct,
            };
            fewest(parts, rate, compared)
        }
        _ => Err(Objection::Policy),
    }
}

/// A server with Poisson arrivals of its own.
fn station(parts: &Parts<'_>, server: &ServerSpec, rate: f64) -> Result<Station, Objection> {
    let demand = parts.demand;
    let mean = demand.mean / server.speed;
    let domain = |_| Objection::Domain;
    if server.queue_limit == 0 {
        let blocking = erlang_b::blocking(rate * mean, server.cores).map_err(domain)?;
        if blocking >= NEGLIGIBLE && parts.retries {
            return Err(Objection::Retries);
        }
        return Ok(Station::ErlangB {
            service: mean,
            blocking,
        });
    }
    let load = rate * mean / f64::from(server.cores);
    if demand.exponential {
        let places = server.cores + server.queue_limit;
        let bounded = Mmck::new(rate, 1.0 / mean, server.cores, places).map_err(domain)?;
        if bounded.blocking >= NEGLIGIBLE {
            return if parts.retries {
                Err(if load >= 1.0 {
                    Objection::Overloaded
                } else {
                    Objection::Retries
                })
            } else {
                Ok(Station::Mmck(bounded))
            };
        }
        return match server.cores {
            1 => Mm1::new(rate, 1.0 / mean).map(Station::Mm1),
            cores => Mmc::new(rate, 1.0 / mean, cores).map(Station::Mmc),
        }
        .map_err(|_| Objection::Overloaded);
    }
    if server.cores > 1 {
        return Err(Objection::ServiceTime);
    }
    let queue = Mg1::new(rate, mean, demand.scv).map_err(|_| Objection::Overloaded)?;
    // The tail of the queue, by its heavy-traffic estimate.
    let per_place = 2.0 * (1.0 - load) / (1.0 + demand.scv);
    if libm::exp(-per_place * f64::from(server.queue_limit)) >= NEGLIGIBLE {
        return Err(Objection::ServiceTime);
    }
    Ok(Station::Mg1(queue))
}

fn evenly_spaced(parts: &Parts<'_>, server: &ServerSpec, rate: f64) -> Result<Station, Objection> {
    if !parts.demand.exponential || server.cores != 1 {
        return Err(Objection::ServiceTime);
    }
    let service = server.speed / parts.demand.mean;
    let queue = GiM1::evenly_spaced(rate, service).map_err(|_| Objection::Overloaded)?;
    room(&queue, service, server)?;
    Ok(Station::Dm1(queue))
}

/// Whether a queue with a geometric tail has room: an arrival finds `n` there with chance ~ σⁿ.
fn room(queue: &GiM1, service: f64, server: &ServerSpec) -> Result<(), Objection> {
    let sigma = 1.0 - queue.decay / service;
    let full = libm::pow(sigma, f64::from(server.queue_limit) + 1.0);
    (full < NEGLIGIBLE)
        .then_some(())
        .ok_or(Objection::ServiceTime)
}

fn turns(parts: &Parts<'_>, rate: f64) -> Result<Model, Objection> {
    let count = parts.servers.len() as u32;
    let mut stations = Vec::new();
    for server in &parts.servers {
        if !parts.demand.exponential || server.cores != 1 {
            return Err(Objection::ServiceTime);
        }
        let service = server.speed / parts.demand.mean;
        let queue = round_robin::queue(rate, service, count).map_err(|_| Objection::Overloaded)?;
        room(&queue, service, server)?;
        stations.push((1.0 / f64::from(count), Station::Turns(queue)));
    }
    Ok(Model::Split(stations))
}

fn fewest(parts: &Parts<'_>, rate: f64, compared: Compared) -> Result<Model, Objection> {
    let servers = parts.servers.len();
    let server = parts.servers[0];
    let service = parts.demand.mean / server.speed;
    if !parts.demand.exponential {
        return Err(Objection::ServiceTime);
    }
    if parts.behind > NEGLIGIBLE * service {
        return Err(Objection::LateCounts);
    }
    let load = rate * service / servers as f64;
    if load >= 1.0 {
        return Err(Objection::Overloaded);
    }
    // Choosing never makes a queue longer than chance would: M/M/1 bounds its tail.
    if libm::pow(load, f64::from(server.queue_limit) + 1.0) >= NEGLIGIBLE {
        return Err(Objection::ServiceTime);
    }
    match (servers, compared) {
        (2..=4, _) if (0.05..=0.95).contains(&load) => Ok(Model::ShortestQueue {
            load,
            servers,
            compared,
            service,
        }),
        (5.., Compared::TwoDistinct) => Ok(Model::ManyChoices { load, service }),
        _ => Err(Objection::Policy),
    }
}

fn closed(parts: &Parts<'_>, clients: u32, think: f64) -> Result<Model, Objection> {
    let [server] = parts.servers.as_slice() else {
        return Err(Objection::Policy);
    };
    if !parts.demand.exponential {
        return Err(Objection::ServiceTime);
    }
    if clients > server.cores + server.queue_limit {
        return Err(Objection::Retries);
    }
    let service = server.speed / parts.demand.mean;
    Closed::new(clients, think, service, server.cores)
        .map(Model::Closed)
        .map_err(|_| Objection::Domain)
}

/// The share of calls that outlast somebody's patience: known, or estimated by an exponential of
/// the model's mean.
fn share_given_up(parts: &Parts<'_>, model: &Model) -> f64 {
    if parts.patience <= 0.0 {
        return 1.0;
    }
    let mean = match model {
        // Below the mean of M/M/1, and not worth solving the chain for.
        Model::ShortestQueue { load, service, .. } | Model::ManyChoices { load, service } => {
            service / (1.0 - load)
        }
        other => other.sojourn().unwrap_or(f64::INFINITY),
    };
    model
        .beyond(parts.patience)
        .unwrap_or_else(|| libm::exp(-parts.patience / mean))
}

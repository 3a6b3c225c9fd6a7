//! Which model describes a scenario, with its parameters read off it; or why none does.
//!
//! Idea: a formula holds under conditions, and a scenario meets them or it does not.
//! What happens to less than one call in a thousand ([`NEGLIGIBLE`]) is taken for nothing: a queue
//! that is hardly ever full for one without end, a deadline that hardly any call meets for none.
//! Where such a share is only estimated, from an exponential tail with the model's mean, service
//! of a heavier tail may exceed it.
//! Not looked at: over HTTP a call that needs one connection more than there ever were pays a round
//! trip for it. Health checks are answered past the queue, so they cost a server nothing.

mod model;
mod objection;
mod present;

use super::closed::Closed;
use super::gi_m_1::GiM1;
use super::mg1::Mg1;
use super::mm1::Mm1;
use super::mmc::Mmc;
use super::mmck::Mmck;
use super::network::{Way, Ways};
use super::shortest_queue::Compared;
use super::{erlang_b, processor_sharing, round_robin};
use crate::distribution::Distribution;
use crate::scenario::{LanSpec, LinkSpec, Load, NodeSpec, Operation, Role, Scenario, ServerSpec};
use crate::time::{Nanos, seconds};
use balancer::protection::Discipline;
use balancer::{Policy, Protection};
pub use model::{Model, Station};
pub use objection::Objection;
pub use present::present;

/// The share of calls below which a departure from a model's conditions is let pass.
pub const NEGLIGIBLE: f64 = 1e-3;
/// A message with its headers, for how long its transmission takes, in bits.
const NOMINAL_MESSAGE: f64 = 300.0 * 8.0;
/// The share of the service time that transmission may take before it must be reckoned with.
const NEGLIGIBLE_WIRE: f64 = 0.01;
/// The share of its bandwidth that a link may carry before its own queue must be reckoned with. At
/// half of it a message waits half its transmission for others (M/D/1), and so a two-hundredth of the
/// service time at most.
const BUSY_WIRE: f64 = 0.5;

/// A model that describes a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Which, with its parameters.
    pub model: Model,
    /// What a call's way takes there and back, in seconds: comes on top of the model's times.
    pub network: f64,
    /// The ways that calls take: the share that takes each, and how long it is there and back in
    /// seconds. Empty where a way depends on the server that was chosen.
    pub ways: Vec<(f64, f64)>,
    /// Mean work of a call on a core of speed 1, in seconds.
    pub work: f64,
    /// Calls a second; none where the clients wait for their answers.
    pub rate: Option<f64>,
}

impl Description {
    /// Mean latency of an answered call in seconds, its way with it; none where a chain would have
    /// to be solved for it.
    #[must_use]
    pub fn quick_mean(&self) -> Option<f64> {
        Some(self.model.quick_sojourn()? + self.network)
    }

    /// The latency in seconds that a share of the calls (above 0, below 1) stays below, where the
    /// model knows it: found by halving, to a millionth.
    #[must_use]
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let beyond = |t: f64| -> Option<f64> {
            let each = self.ways.iter();
            each.map(|(part, way)| Some(part * self.model.beyond((t - way).max(0.0))?))
                .sum()
        };
        let (mut low, mut high) = (0.0, self.network.max(1e-6));
        if self.ways.is_empty() {
            return None;
        }
        while beyond(high)? > 1.0 - share {
            high *= 2.0;
            if high > 1e9 {
                return None;
            }
        }
        while high - low > 1e-6 * high {
            let middle = 0.5 * (low + high);
            if beyond(middle)? > 1.0 - share {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
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
    ways: Vec<(f64, f64)>,
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
        Arrivals::Poisson(rate) | Arrivals::Even(rate) => {
            open(&parts, rate).map_err(|objection| gravest(&parts, rate, objection))?
        }
    };
    if share_given_up(&parts, &model) >= NEGLIGIBLE {
        return Err(Objection::TimeLimits);
    }
    Ok(Description {
        model,
        network: parts.network,
        ways: parts.ways,
        work: parts.demand.mean,
        rate: match parts.arrivals {
            Arrivals::Poisson(rate) | Arrivals::Even(rate) => Some(rate),
            Arrivals::Closed { .. } => None,
        },
    })
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
    let mut carried = Carried::default();
    let mut rate = 0.0;
    for (lan, spec) in &lans {
        let from_it = Ways::from(scenario, &lan.name);
        let way = from_it.to(&front.name).ok_or(Objection::NoWay)?;
        let calls = at_most(spec, seconds(way.latency) * 2.0 + demand.mean);
        carried.add(from_it.links_to(&front.name), calls);
        rate += calls;
        ways.push(way);
    }
    let mut behind: Vec<Way> = Vec::new();
    if balancer.is_some() {
        let from_it = Ways::from(scenario, &front.name);
        for (server, _) in &servers {
            behind.push(from_it.to(&server.name).ok_or(Objection::NoWay)?);
            carried.add(from_it.links_to(&server.name), rate / servers.len() as f64);
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
    if NOMINAL_MESSAGE / slowest as f64 > NEGLIGIBLE_WIRE * demand.mean || carried.much() {
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
    let shares = lans.iter().zip(&ways);
    let shares = shares.map(|((_, lan), way)| (weight(lan) / total, round(way) + mean_behind));
    let alike = behind.iter().all(|way| way.latency == behind[0].latency);
    let shares = if alike { shares.collect() } else { Vec::new() };
    let guarded = balancer.is_some_and(|(_, settings)| {
        settings.protection != Protection::default() || settings.slow_start.is_some()
    });
    let unlike = |(_, server): &(&NodeSpec, &ServerSpec)| {
        server.priority != servers[0].1.priority
            || !matches!(server.discipline, Discipline::Fifo | Discipline::Shared)
            || server.concurrency.is_some()
            || !server.criticality.is_empty()
    };
    if guarded || servers.iter().any(unlike) {
        return Err(Objection::Protection);
    }
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
        ways: shares,
        patience: seconds(limits.into_iter().min().unwrap_or(Nanos::MAX)) - network,
        retries: policy.max_attempts > 1 || tries > 1,
    })
}

/// How many calls a second a LAN makes, or at most makes if each takes so many seconds.
fn at_most(lan: &LanSpec, each: f64) -> f64 {
    match lan.load {
        Load::Poisson { rate } | Load::Constant { rate } => rate,
        Load::Closed { think } => f64::from(lan.clients) / (seconds(think) + each),
    }
}

/// How many calls a second pass each link.
#[derive(Default)]
struct Carried<'s>(Vec<(&'s LinkSpec, f64)>);

impl<'s> Carried<'s> {
    fn add(&mut self, links: impl Iterator<Item = &'s LinkSpec>, rate: f64) {
        for link in links {
            match self.0.iter_mut().find(|(it, _)| std::ptr::eq(*it, link)) {
                Some((_, carried)) => *carried += rate,
                None => self.0.push((link, rate)),
            }
        }
    }

    /// Whether one of them is so busy that it is a queue of its own.
    fn much(&self) -> bool {
        let busy = |(link, rate): &(&LinkSpec, f64)| {
            rate * NOMINAL_MESSAGE > BUSY_WIRE * link.carriage.bandwidth as f64
        };
        self.0.iter().any(busy)
    }
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

/// What speaks most against a model: where more comes than all servers can do, it is that.
fn gravest(parts: &Parts<'_>, rate: f64, objection: Objection) -> Objection {
    let each = parts.servers.iter();
    let capacity: f64 = each.map(|it| f64::from(it.cores) * it.speed).sum();
    if rate * parts.demand.mean >= capacity {
        Objection::Overloaded
    } else {
        objection
    }
}

/// A server with Poisson arrivals of its own.
fn station(parts: &Parts<'_>, server: &ServerSpec, rate: f64) -> Result<Station, Objection> {
    let demand = parts.demand;
    let mean = demand.mean / server.speed;
    if server.discipline == Discipline::Shared {
        return shared(mean, server, rate);
    }
    let domain = |_| Objection::Domain;
    if server.queue_limit == 0 {
        let blocking = erlang_b::blocking(rate * mean, server.cores).map_err(domain)?;
        if blocking >= NEGLIGIBLE {
            turned_away(parts, Objection::Retries)?;
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
            turned_away(
                parts,
                if load >= 1.0 {
                    Objection::Overloaded
                } else {
                    Objection::Retries
                },
            )?;
            return Ok(Station::Mmck(bounded));
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

/// What speaks against a model of a server that turns calls away: that they come back, or that the
/// balancer takes the server out for it.
fn turned_away(parts: &Parts<'_>, come_back: Objection) -> Result<(), Objection> {
    if parts.retries {
        Err(come_back)
    } else if parts.balancer.is_some_and(|it| it.ejection.is_some()) {
        Err(Objection::Ejected)
    } else {
        Ok(())
    }
}

/// A server whose calls share it: insensitive to the law of their work. The number there is
/// geometric, as in M/M/1.
fn shared(mean: f64, server: &ServerSpec, rate: f64) -> Result<Station, Objection> {
    if server.cores > 1 {
        return Err(Objection::ServiceTime);
    }
    let sojourn = processor_sharing::sojourn(rate, mean).map_err(|_| Objection::Overloaded)?;
    let full = libm::pow(rate * mean, f64::from(server.queue_limit) + 1.0);
    if full >= NEGLIGIBLE {
        return Err(Objection::ServiceTime);
    }
    Ok(Station::Shared(sojourn))
}

fn evenly_spaced(parts: &Parts<'_>, server: &ServerSpec, rate: f64) -> Result<Station, Objection> {
    if !parts.demand.exponential || server.cores != 1 || server.discipline != Discipline::Fifo {
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
        if !parts.demand.exponential || server.cores != 1 || server.discipline != Discipline::Fifo {
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
    if !parts.demand.exponential || server.discipline != Discipline::Fifo {
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
    if !parts.demand.exponential || server.discipline != Discipline::Fifo {
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
        other => other.quick_sojourn().unwrap_or(f64::INFINITY),
    };
    model
        .beyond(parts.patience)
        .unwrap_or_else(|| libm::exp(-parts.patience / mean))
}

//! What the way costs: propagation there and back, read off a scenario.
//!
//! Idea: over links without jitter and loss every call pays the same for its way, so a queue's
//! law holds behind them, shifted by a constant: a Poisson stream that is delayed stays Poisson.
//! Source: none needed; routes are found as the simulation finds them, shortest latency first.
//! Formula: the sum of the latencies. Transmission is left out: [`Way::slowest_bits`] says how
//! long it can be.
//! Holds for: links that are not near their bandwidth.

use crate::scenario::{LinkSpec, Role, Scenario};
use crate::time::Nanos;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A way between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// Propagation one way.
    pub latency: Nanos,
    /// Largest sum of jitter on it.
    pub jitter: Nanos,
    /// Whether messages are lost on it.
    pub lossy: bool,
    /// The lowest bandwidth on it, in bits a second.
    pub slowest_bits: u64,
    /// Links passed.
    pub hops: u32,
}

/// The ways that messages take from one node to all that they reach: only routers and providers pass
/// them on.
#[derive(Debug)]
pub struct Ways<'s>(BTreeMap<&'s str, (Way, Option<Last<'s>>)>);

/// The last link of a way, and where it comes from.
type Last<'s> = (&'s LinkSpec, &'s str);

impl<'s> Ways<'s> {
    /// Those from a node.
    #[must_use]
    pub fn from(scenario: &'s Scenario, from: &'s str) -> Self {
        let start = Way {
            latency: 0,
            jitter: 0,
            lossy: false,
            slowest_bits: u64::MAX,
            hops: 0,
        };
        // The links of where it begins, and of what passes messages on.
        let mut onward: BTreeMap<&str, Vec<&LinkSpec>> = BTreeMap::new();
        onward.insert(from, Vec::new());
        for node in &scenario.nodes {
            if matches!(node.role, Role::Router | Role::Isp) {
                onward.insert(&node.name, Vec::new());
            }
        }
        for link in &scenario.links {
            for end in [link.a.as_str(), link.b.as_str()] {
                if let Some(links) = onward.get_mut(end) {
                    links.push(link);
                }
            }
        }
        let mut settled = BTreeMap::new();
        let mut found = vec![(from, start, None)];
        // By cost, and what was found first among equals. A latency of zero still counts as a hop, as in
        // the simulation.
        let mut reached = BinaryHeap::new();
        reached.push(Reverse((0, 0)));
        while let Some(Reverse((_, index))) = reached.pop() {
            let (place, way, last): (&str, Way, Option<Last<'_>>) = found[index];
            if settled.contains_key(place) {
                continue;
            }
            settled.insert(place, (way, last));
            for &link in onward.get(place).into_iter().flatten() {
                if let Some(next) = other_end(link, place) {
                    let way = longer(way, link);
                    let cost = way.latency + u64::from(way.hops);
                    reached.push(Reverse((cost, found.len())));
                    found.push((next, way, Some((link, place))));
                }
            }
        }
        Self(settled)
    }

    /// The one to a node, if there is one.
    #[must_use]
    pub fn to(&self, to: &str) -> Option<Way> {
        self.0.get(to).map(|(way, _)| *way)
    }

    /// The links on the one to a node, the last first.
    pub fn links_to(&self, to: &str) -> impl Iterator<Item = &'s LinkSpec> {
        let last = |place: &str| self.0.get(place)?.1;
        let steps = std::iter::successors(last(to), move |(_, before)| last(before));
        steps.map(|(link, _)| link)
    }
}

/// The way that messages take from one node to another, if there is one.
#[must_use]
pub fn way(scenario: &Scenario, from: &str, to: &str) -> Option<Way> {
    Ways::from(scenario, from).to(to)
}

fn other_end<'l>(link: &'l LinkSpec, place: &str) -> Option<&'l str> {
    if link.a == place {
        Some(&link.b)
    } else if link.b == place {
        Some(&link.a)
    } else {
        None
    }
}

fn longer(way: Way, link: &LinkSpec) -> Way {
    let carriage = link.carriage;
    Way {
        latency: way.latency + carriage.latency,
        jitter: way.jitter + carriage.jitter,
        lossy: way.lossy || carriage.loss > 0.0,
        slowest_bits: way.slowest_bits.min(carriage.bandwidth),
        hops: way.hops + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;
    use crate::time::MILLISECOND;

    #[test]
    fn the_latencies_of_a_preset_add_up() {
        let scenario = presets::find("five-servers").expect("the preset exists");
        let way = |a, b| way(&scenario, a, b).expect("there is a way");
        // LAN A to router-1 to the ISP to the balancer.
        assert_eq!(way("LAN A", "balancer").latency, 22 * MILLISECOND);
        assert_eq!(way("LAN A", "balancer").hops, 3);
        let ways = Ways::from(&scenario, "LAN A");
        let links: Vec<&str> = ways.links_to("balancer").map(|it| it.a.as_str()).collect();
        assert_eq!(links, ["ISP", "router-1", "LAN A"]);
        assert_eq!(way("balancer", "LAN B").latency, 23 * MILLISECOND);
        // A balancer passes nothing on: it asks for itself.
        assert_eq!(super::way(&scenario, "LAN A", "server-1"), None);
    }
}

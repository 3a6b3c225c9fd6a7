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
use std::collections::BinaryHeap;

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
pub struct Ways<'s> {
    /// The nodes' names in order, each with the node's place in the scenario.
    names: Vec<(&'s str, usize)>,
    /// By place: the way there, and its last link.
    found: Vec<Option<(Way, Option<Last<'s>>)>>,
}

/// The last link of a way, and the place from which it comes.
type Last<'s> = (&'s LinkSpec, usize);

impl<'s> Ways<'s> {
    /// Those from a node.
    #[must_use]
    pub fn from(scenario: &'s Scenario, from: &str) -> Self {
        let nodes = &scenario.nodes;
        let names = nodes.iter().enumerate();
        let names: BinaryHeap<(&str, usize)> = names
            .map(|(place, node)| (node.name.as_str(), place))
            .collect();
        let mut ways = Self {
            names: names.into_sorted_vec(),
            found: vec![None; nodes.len()],
        };
        let mut links: Vec<Vec<(&LinkSpec, usize)>> = vec![Vec::new(); nodes.len()];
        for link in &scenario.links {
            if let (Some(a), Some(b)) = (ways.place(&link.a), ways.place(&link.b)) {
                links[a].push((link, b));
                links[b].push((link, a));
            }
        }
        let Some(start) = ways.place(from) else {
            return ways;
        };
        let nowhere = Way {
            latency: 0,
            jitter: 0,
            lossy: false,
            slowest_bits: u64::MAX,
            hops: 0,
        };
        let mut reached: Vec<(usize, Way, Option<Last<'s>>)> = vec![(start, nowhere, None)];
        // By cost, and what was reached first among equals. A latency of zero still counts as a hop, as in
        // the simulation.
        let mut next = BinaryHeap::from([Reverse((0, 0))]);
        while let Some(Reverse((_, index))) = next.pop() {
            let (place, way, last) = reached[index];
            if ways.found[place].is_some() {
                continue;
            }
            ways.found[place] = Some((way, last));
            if place != start && !matches!(nodes[place].role, Role::Router | Role::Isp) {
                continue;
            }
            for &(link, to) in &links[place] {
                let way = longer(way, link);
                next.push(Reverse((way.latency + u64::from(way.hops), reached.len())));
                reached.push((to, way, Some((link, place))));
            }
        }
        ways
    }

    fn place(&self, name: &str) -> Option<usize> {
        let found = self.names.binary_search_by(|(known, _)| (*known).cmp(name));
        found.ok().map(|index| self.names[index].1)
    }

    fn last(&self, place: usize) -> Option<Last<'s>> {
        self.found[place]?.1
    }

    /// The one to a node, if there is one.
    #[must_use]
    pub fn to(&self, to: &str) -> Option<Way> {
        self.found[self.place(to)?].map(|(way, _)| way)
    }

    /// The links on the one to a node, the last first.
    pub fn links_to(&self, to: &str) -> impl Iterator<Item = &'s LinkSpec> {
        let last = self.place(to).and_then(|place| self.last(place));
        let steps = std::iter::successors(last, |&(_, before)| self.last(before));
        steps.map(|(link, _)| link)
    }
}

/// The way that messages take from one node to another, if there is one.
#[must_use]
pub fn way(scenario: &Scenario, from: &str, to: &str) -> Option<Way> {
    Ways::from(scenario, from).to(to)
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

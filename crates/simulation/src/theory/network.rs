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

/// The way that messages take, if there is one: only routers and providers pass them on.
#[must_use]
pub fn way(scenario: &Scenario, from: &str, to: &str) -> Option<Way> {
    let start = Way {
        latency: 0,
        jitter: 0,
        lossy: false,
        slowest_bits: u64::MAX,
        hops: 0,
    };
    let mut reached: Vec<(&str, Way)> = vec![(from, start)];
    let mut settled: Vec<&str> = Vec::new();
    loop {
        // A latency of zero still counts as a hop, as in the simulation.
        let (place, way) = reached
            .iter()
            .filter(|(name, _)| !settled.contains(name))
            .min_by_key(|(_, way)| way.latency + u64::from(way.hops))
            .copied()?;
        if place == to {
            return Some(way);
        }
        settled.push(place);
        if place != from && !passes_on(scenario, place) {
            continue;
        }
        for link in &scenario.links {
            if let Some(next) = other_end(link, place) {
                reached.push((next, longer(way, link)));
            }
        }
    }
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

fn passes_on(scenario: &Scenario, name: &str) -> bool {
    scenario
        .nodes
        .iter()
        .any(|node| node.name == name && matches!(node.role, Role::Router | Role::Isp))
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
        assert_eq!(way("balancer", "LAN B").latency, 23 * MILLISECOND);
        // A balancer passes nothing on: it asks for itself.
        assert_eq!(super::way(&scenario, "LAN A", "server-1"), None);
    }
}

//! A second attempt beside a slow first one.
//!
//! The work of a call is the call's own here, so its second attempt is as long as its first; what
//! differs between two backends is the way to them. So the ways vary, and the theory is that of any
//! law: service of one, and a uniform delay each way.

use crate::row::{Quantity, Row, enough_for_share};
use crate::stand::{SERVICE, per_second, server, stand};
use balancer::Policy;
use balancer::protection::Hedging;
use rpc::retry::Semantics;
use simulation::distribution::Distribution;
use simulation::scenario::{Load, Role};
use simulation::theory::hedging;
use simulation::time::Nanos;

/// The most that a way to a backend takes beyond its latency, in service times.
const JITTER: f64 = 10.0;
/// Calls are so far apart that each has the links to itself: messages do not overtake each other.
const GAP: f64 = 50.0;

/// The share of answers of one backend that take longer than `t`: one, and two uniform delays.
fn beyond(t: f64) -> f64 {
    let x = (t - 1.0) / JITTER;
    if x <= 0.0 {
        1.0
    } else if x <= 1.0 {
        1.0 - 0.5 * x * x
    } else if x <= 2.0 {
        0.5 * (2.0 - x) * (2.0 - x)
    } else {
        0.0
    }
}

pub(super) fn hedged(rows: &mut Vec<Row>) -> Result<(), String> {
    let longest = 1.0 + 2.0 * JITTER;
    for (delay, quantity) in [
        (5.0, Quantity::Sojourn),
        (11.0, Quantity::Sojourn),
        (11.0, Quantity::Attempts),
        (11.0, Quantity::Beyond(16.0)),
    ] {
        let theory = match quantity {
            Quantity::Attempts => 1.0 + beyond(delay),
            Quantity::Beyond(t) => hedging::beyond(&beyond, delay, t),
            _ => hedging::mean(&beyond, delay, longest).map_err(|why| why.to_string())?,
        };
        let rate = per_second(1.0 / GAP);
        let calls = match quantity {
            Quantity::Beyond(_) => enough_for_share(CALLS, theory),
            _ => CALLS,
        };
        rows.push(Row {
            model: "hedging",
            parameters: format!("after {delay}, ways of up to {JITTER} more"),
            scenario: scenario(delay, rate),
            quantity,
            theory,
            printed: None,
            rate,
            calls,
        });
    }
    Ok(())
}

/// Calls do not meet, so they are independent.
const CALLS: f64 = 100_000.0;

fn scenario(delay: f64, rate: f64) -> simulation::Scenario {
    let demand = Distribution::Constant(SERVICE);
    let load = [(1, Load::Constant { rate })];
    let servers = vec![server(); 4];
    let mut scenario = stand(&load, demand, Some(Policy::Random), &servers, 0);
    scenario.call_policy.semantics = Semantics::AtLeastOnce;
    for node in &mut scenario.nodes {
        if let Role::Balancer(settings) = &mut node.role {
            settings.max_attempts = 2;
            let delay = (delay * SERVICE as f64) as Nanos;
            settings.protection.hedging = Some(Hedging::After(delay));
        }
    }
    for link in &mut scenario.links {
        if link.b.starts_with("server") {
            link.carriage.jitter = (JITTER * SERVICE as f64) as Nanos;
        }
    }
    scenario
}

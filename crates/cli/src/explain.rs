//! A scenario in words: what it contains, and which theory applies.

use crate::{Failure, source};
use rpc::retry::Semantics;
use simulation::scenario::{Load, Role, Scenario};
use simulation::theory::describe;
use simulation::time::{Nanos, milliseconds, seconds};
use std::fmt::Write as _;

/// `reroute explain`.
pub(crate) fn command(name: &str) -> Result<String, Failure> {
    let scenario = source::scenario(name)?;
    let mut text = String::new();
    let _ = writeln!(text, "{} ({})", scenario.title, scenario.slug);
    if !scenario.hint.is_empty() {
        let _ = writeln!(text, "{}", scenario.hint);
    }
    text.push('\n');
    nodes(&mut text, &scenario);
    work(&mut text, &scenario);
    if !scenario.timeline.is_empty() {
        let _ = writeln!(
            text,
            "{} on its timeline, the first at {}.",
            counted(scenario.timeline.len(), "action"),
            time(scenario.timeline.iter().map(|it| it.at).min().unwrap_or(0))
        );
    }
    text.push('\n');
    theory(&mut text, &scenario);
    Ok(text)
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn time(time: Nanos) -> String {
    if time >= 1_000_000_000 {
        format!("{} s", seconds(time))
    } else {
        format!("{} ms", milliseconds(time))
    }
}

fn nodes(text: &mut String, scenario: &Scenario) {
    for node in &scenario.nodes {
        let name = &node.name;
        let _ = match &node.role {
            Role::Lan(lan) => {
                let load = match lan.load {
                    Load::Poisson { rate } => {
                        format!("make {rate} calls a second together, at random")
                    }
                    Load::Constant { rate } => {
                        format!("make {rate} calls a second together, evenly spaced")
                    }
                    Load::Closed { think } => {
                        format!(
                            "each wait for an answer, think for {} on average, and call again",
                            time(think)
                        )
                    }
                };
                writeln!(
                    text,
                    "{name}: {} that {load}.",
                    counted(lan.clients as usize, "client")
                )
            }
            Role::Router => writeln!(text, "{name}: a router."),
            Role::Isp => writeln!(text, "{name}: an internet service provider."),
            Role::Balancer(settings) => {
                let policy = &settings.policy;
                let tries = counted(settings.max_attempts as usize, "backend");
                let check = settings.health_check.map_or_else(
                    || "no health checks".to_owned(),
                    |check| {
                        format!(
                            "health checks every {}, down after {} failed",
                            time(check.interval),
                            check.fall
                        )
                    },
                );
                writeln!(
                    text,
                    "{name}: a balancer by {}. {} It tries up to {tries} for a call; {check}.",
                    policy.name(),
                    policy.idea()
                )
            }
            Role::Server(server) => writeln!(
                text,
                "{name}: a server with {} of speed {}, room for {} to wait, weight {}.",
                counted(server.cores as usize, "core"),
                server.speed,
                server.queue_limit,
                server.weight
            ),
        };
    }
    let _ = writeln!(
        text,
        "{} between them.",
        counted(scenario.links.len(), "link")
    );
}

fn work(text: &mut String, scenario: &Scenario) {
    let total: f64 = scenario
        .workload
        .iter()
        .map(|it| f64::from(it.weight))
        .sum();
    let parts = scenario
        .workload
        .iter()
        .filter(|it| it.weight > 0)
        .map(|it| {
            let share = f64::from(it.weight) / total * 100.0;
            format!(
                "{} ({share:.0} %, {}, mean {})",
                it.procedure.name(),
                it.demand.name(),
                time(it.demand.mean())
            )
        });
    let parts: Vec<String> = parts.collect();
    let _ = writeln!(text, "They call {}.", parts.join(", "));
    let policy = &scenario.call_policy;
    let semantics = match policy.semantics {
        Semantics::AtMostOnce => "at most once",
        Semantics::AtLeastOnce => "at least once",
    };
    let _ = writeln!(
        text,
        "A call has {} and {}, executed {semantics}.",
        time(policy.deadline),
        counted(policy.max_attempts as usize, "attempt")
    );
    let offered = scenario.offered_load();
    let capacity: f64 = scenario
        .nodes
        .iter()
        .filter_map(|node| match &node.role {
            Role::Server(server) => Some(f64::from(server.cores) * server.speed),
            _ => None,
        })
        .sum();
    let mean: f64 = scenario
        .workload
        .iter()
        .map(|it| f64::from(it.weight) * seconds(it.demand.mean()))
        .sum::<f64>()
        / total;
    if offered > 0.0 && capacity > 0.0 {
        let load = offered * mean / capacity * 100.0;
        let _ = writeln!(
            text,
            "Offered: {offered} calls a second, {load:.1} % of what the servers can do."
        );
    }
}

fn theory(text: &mut String, scenario: &Scenario) {
    match describe(scenario) {
        Ok(description) => {
            let model = &description.model;
            let how = if model.exact() {
                "exactly"
            } else {
                "as what a large system tends to"
            };
            let _ = writeln!(text, "Theory: {} describes it, {how}.", model.name());
            if let Ok(sojourn) = model.sojourn() {
                let way = description.network;
                let _ = writeln!(
                    text,
                    "Mean time at the servers {:.3} ms; with {:.3} ms on the way, a call takes {:.3} ms.",
                    sojourn * 1e3,
                    way * 1e3,
                    (sojourn + way) * 1e3
                );
            }
            if model.blocking() > 0.0 {
                let _ = writeln!(
                    text,
                    "Turned away: {:.4} % of the calls.",
                    model.blocking() * 100.0
                );
            }
        }
        Err(objection) => {
            let _ = writeln!(
                text,
                "Theory: no formula describes it. {}",
                objection.sentence()
            );
        }
    }
}

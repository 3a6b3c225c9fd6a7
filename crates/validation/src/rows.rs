//! The rows: which models, at which parameters. Lengths follow one rule, seeds the names.

use crate::row::{Quantity, Row, enough_calls};
use crate::stand::{SERVICE, operation, per_second, server, stand};
use balancer::Policy;
use rpc::retry::{Backoff, Semantics};
use simulation::Scenario;
use simulation::distribution::Distribution;
use simulation::scenario::{Load, ServerSpec};
use simulation::theory::{
    closed::Closed, describe, erlang_b, fan_out, mm1::Mm1, pooling, retries,
};
use simulation::time::{MILLISECOND, Nanos, SECOND, seconds};

/// One way over a link of the rows whose law does not mind: a tenth of a service time.
const WAY: Nanos = SERVICE / 10;
/// No way at all: for policies that count, and must know at once.
const AT_ONCE: Nanos = 0;
const EXPONENTIAL: Distribution = Distribution::Exponential(SERVICE);
const CONSTANT: Distribution = Distribution::Constant(SERVICE);

fn log_normal(scv: f64) -> Distribution {
    Distribution::LogNormal {
        mean: SERVICE,
        cv: libm::sqrt(scv),
    }
}

fn poisson(calls: f64) -> [(u32, Load); 1] {
    let rate = per_second(calls);
    [(10, Load::Poisson { rate })]
}

/// All rows.
///
/// # Errors
/// A scenario that its model does not describe: a mistake in a row, in a sentence.
pub fn all() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    one_server(&mut rows)?;
    several_servers(&mut rows)?;
    bounded(&mut rows)?;
    split(&mut rows)?;
    counted(&mut rows)?;
    pooled(&mut rows)?;
    clients_that_wait(&mut rows)?;
    fanned_out(&mut rows)?;
    retried(&mut rows)?;
    Ok(rows)
}

/// A row whose theory is read off its scenario.
fn described(
    rows: &mut Vec<Row>,
    model: &'static str,
    parameters: String,
    scenario: Scenario,
    quantity: Quantity,
    (calls, utilisation): (f64, f64),
    printed: Option<(f64, i32)>,
) -> Result<(), String> {
    let context = |why: String| format!("{model}, {parameters}: {why}");
    let found = describe(&scenario).map_err(|why| context(why.sentence().to_owned()))?;
    let theory = match quantity {
        Quantity::Beyond(t) => found
            .model
            .beyond(t * seconds(SERVICE))
            .ok_or_else(|| context("its tail is not known".to_owned()))?,
        Quantity::Blocked => found.model.blocking(),
        _ => found.model.sojourn().map_err(|why| context(why.to_string()))? / seconds(SERVICE),
    };
    rows.push(Row {
        model,
        described: Some(found.model.name()),
        parameters,
        scenario,
        quantity,
        theory,
        printed,
        rate: per_second(calls),
        calls: enough_calls(calls, utilisation),
    });
    Ok(())
}

fn one_server(rows: &mut Vec<Row>) -> Result<(), String> {
    let on_one = |demand, load: f64| stand(&poisson(load), demand, None, &[server()], WAY);
    for (load, printed) in [(0.5, 2.0), (0.7, 3.3333), (0.8, 5.0), (0.9, 10.0), (0.95, 20.0)] {
        let (scenario, name) = (on_one(EXPONENTIAL, load), format!("load {load}"));
        let quantity = Quantity::Sojourn;
        described(rows, "M/M/1", name, scenario, quantity, (load, load), Some((printed, 4)))?;
    }
    for (load, t, printed) in [(0.5, 5.9915, 0.05), (0.8, 14.9787, 0.05), (0.8, 23.0259, 0.01)] {
        let (scenario, name) = (on_one(EXPONENTIAL, load), format!("load {load}"));
        let quantity = Quantity::Beyond(t);
        described(rows, "M/M/1", name, scenario, quantity, (load, load), Some((printed, 4)))?;
    }
    for (load, quantity) in [(0.8, Quantity::InSystem), (0.7, Quantity::Utilisation)] {
        let queue = Mm1::new(load, 1.0).map_err(|why| why.to_string())?;
        let (scenario, name) = (on_one(EXPONENTIAL, load), format!("load {load}"));
        described(rows, "M/M/1", name, scenario, quantity, (load, load), None)?;
        if let Some(row) = rows.last_mut() {
            row.theory = if quantity == Quantity::InSystem {
                row.printed = Some((4.0, 4));
                queue.in_system()
            } else {
                queue.utilisation
            };
        }
    }
    for (load, wait) in [(0.5, 0.5), (0.8, 2.0), (0.9, 4.5)] {
        let (scenario, name) = (on_one(CONSTANT, load), format!("load {load}"));
        let printed = Some((1.0 + wait, 4));
        described(rows, "M/D/1", name, scenario, Quantity::Sojourn, (load, load), printed)?;
    }
    for (load, scv, wait) in [(0.8, 0.25, 2.5), (0.7, 0.5, 1.75), (0.5, 4.0, 2.5)] {
        let scenario = on_one(log_normal(scv), load);
        let name = format!("load {load}, log-normal, SCV {scv}");
        let printed = Some((1.0 + wait, 4));
        described(rows, "M/G/1", name, scenario, Quantity::Sojourn, (load, load), printed)?;
    }
    // Three short calls for one ten times as long: mean 1, E[S²] = 2 (¾·s² + ¼·(10 s)²).
    let mut scenario = on_one(EXPONENTIAL, 0.6);
    let short = SERVICE * 4 / 13;
    scenario.workload = vec![
        operation(Distribution::Exponential(short), 3),
        operation(Distribution::Exponential(10 * short), 1),
    ];
    let name = "load 0.6, short and long calls".to_owned();
    described(rows, "M/G/1", name, scenario, Quantity::Sojourn, (0.6, 0.6), None)?;
    for load in [0.5, 0.8, 0.9] {
        let rate = per_second(load);
        let even = [(10, Load::Constant { rate })];
        let scenario = stand(&even, EXPONENTIAL, None, &[server()], WAY);
        let name = format!("load {load}");
        described(rows, "D/M/1", name, scenario, Quantity::Sojourn, (load, load), None)?;
    }
    Ok(())
}

fn cores(cores: u32, queue_limit: u32) -> ServerSpec {
    ServerSpec {
        cores,
        queue_limit,
        ..server()
    }
}

fn several_servers(rows: &mut Vec<Row>) -> Result<(), String> {
    for (c, load, wait) in [(2, 0.8, 1.7778), (4, 0.9, 1.9694), (8, 0.9, 0.8769), (32, 0.95, 0.4348)]
    {
        let calls = load * f64::from(c);
        let scenario = stand(&poisson(calls), EXPONENTIAL, None, &[cores(c, 100_000)], WAY);
        let name = format!("c {c}, load {load}");
        let printed = Some((1.0 + wait, 4));
        described(rows, "M/M/c", name, scenario, Quantity::Sojourn, (calls, load), printed)?;
    }
    Ok(())
}

fn bounded(rows: &mut Vec<Row>) -> Result<(), String> {
    for (c, places, load, quantity, printed) in [
        (1, 5, 0.9, Quantity::Blocked, (0.12602, 5)),
        (1, 5, 0.9, Quantity::Sojourn, (2.7903, 4)),
        (1, 10, 2.0, Quantity::Sojourn, (9.0098, 4)),
        (2, 10, 1.2, Quantity::Sojourn, (3.5311, 4)),
        (4, 8, 1.0, Quantity::Blocked, (0.13853, 5)),
        (8, 16, 0.9, Quantity::Blocked, (0.04147, 5)),
    ] {
        let calls = load * f64::from(c);
        let servers = [cores(c, places - c)];
        let scenario = stand(&poisson(calls), EXPONENTIAL, None, &servers, WAY);
        let name = format!("c {c}, K {places}, load {load}");
        described(rows, "M/M/c/K", name, scenario, quantity, (calls, 0.5), Some(printed))?;
    }
    for (c, load, demand, law, printed) in [
        (5, 0.7, EXPONENTIAL, "exponential", 0.15411),
        (10, 0.9, EXPONENTIAL, "exponential", 0.16796),
        (10, 0.9, CONSTANT, "constant", 0.16796),
        (20, 1.2, log_normal(4.0), "log-normal, SCV 4", 0.25708),
    ] {
        let calls = load * f64::from(c);
        let scenario = stand(&poisson(calls), demand, None, &[cores(c, 0)], WAY);
        let name = format!("c {c}, a/c {load}, {law}");
        let printed = Some((printed, 5));
        described(rows, "Erlang B", name, scenario, Quantity::Blocked, (calls, 0.5), printed)?;
    }
    let calls = 9.0;
    let scenario = stand(&poisson(calls), CONSTANT, None, &[cores(10, 0)], WAY);
    let name = "c 10, a/c 0.9, constant".to_owned();
    described(rows, "Erlang B", name, scenario, Quantity::Utilisation, (calls, 0.5), None)?;
    if let Some(row) = rows.last_mut() {
        row.theory = erlang_b::busy(calls, 10).map_err(|why| why.to_string())? / 10.0;
    }
    Ok(())
}

fn behind(policy: Policy, servers: &[ServerSpec], calls: f64, latency: Nanos) -> Scenario {
    stand(&poisson(calls), EXPONENTIAL, Some(policy), servers, latency)
}

fn split(rows: &mut Vec<Row>) -> Result<(), String> {
    for (n, load, printed) in [
        (2, 0.8, 3.8440),
        (5, 0.9, 6.1421),
        (10, 0.9, 5.6603),
        (16, 0.8, 2.8361),
        (100, 0.7, 1.8905),
    ] {
        let calls = load * n as f64;
        let scenario = behind(Policy::RoundRobin, &vec![server(); n], calls, WAY);
        let name = format!("N {n}, load {load}");
        let of = (calls, load);
        let printed = Some((printed, 4));
        described(rows, "round robin, E_N/M/1", name, scenario, Quantity::Sojourn, of, printed)?;
    }
    for (n, load, printed) in [(3, 0.8, 5.0), (10, 0.9, 10.0)] {
        let calls = load * n as f64;
        let scenario = behind(Policy::Random, &vec![server(); n], calls, WAY);
        let name = format!("N {n}, load {load}");
        let of = (calls, load);
        let printed = Some((printed, 4));
        described(rows, "random, N of M/M/1", name, scenario, Quantity::Sojourn, of, printed)?;
    }
    let fast = |speed| ServerSpec { speed, ..server() };
    let servers = [fast(1.0), fast(1.5), fast(2.0)];
    let scenario = behind(Policy::Random, &servers, 2.4, WAY);
    let (name, quantity) = ("speeds 1, 1.5, 2, load 0.8, 0.53, 0.4".to_owned(), Quantity::Sojourn);
    described(rows, "random, N of M/M/1", name, scenario, quantity, (2.4, 0.8), None)?;
    let scenario = behind(Policy::RoundRobin, &servers, 2.4, WAY);
    let name = "speeds 1, 1.5, 2, load 0.8, 0.53, 0.4".to_owned();
    described(rows, "round robin, E_N/M/1", name, scenario, quantity, (2.4, 0.8), None)
}

fn counted(rows: &mut Vec<Row>) -> Result<(), String> {
    for (policy, model, n, load, printed) in [
        (Policy::LeastRequest, "shortest queue", 2, 0.8, Some(2.95574)),
        (Policy::LeastRequest, "shortest queue", 2, 0.9, Some(5.47491)),
        (Policy::LeastRequest, "shortest queue", 3, 0.8, Some(2.28555)),
        (Policy::LeastRequest, "shortest queue", 4, 0.7, Some(1.51144)),
        (Policy::PowerOfTwoChoices, "two choices, distinct", 2, 0.7, Some(2.10820)),
        (Policy::PowerOfTwoChoices, "two choices, distinct", 3, 0.8, None),
        (Policy::PowerOfTwoChoices, "two choices, distinct", 4, 0.7, None),
    ] {
        let calls = load * n as f64;
        let scenario = behind(policy, &vec![server(); n], calls, AT_ONCE);
        let name = format!("N {n}, load {load}");
        let printed = printed.map(|printed| (printed, 5));
        described(rows, model, name, scenario, Quantity::Sojourn, (calls, load), printed)?;
    }
    Ok(())
}

fn pooled(rows: &mut Vec<Row>) -> Result<(), String> {
    let (c, load) = (4, 0.8);
    let calls = load * f64::from(c);
    let theory = pooling::compare(calls, 1.0, c).map_err(|why| why.to_string())?;
    let ways = [
        ("four queues", behind(Policy::Random, &vec![server(); 4], calls, WAY), theory.separate, 5.0),
        ("one queue", behind(Policy::Random, &[cores(c, 100_000)], calls, WAY), theory.common, 1.7455),
        (
            "one fast server",
            behind(Policy::Random, &[ServerSpec { speed: 4.0, ..server() }], calls, WAY),
            theory.one_fast,
            1.25,
        ),
    ];
    for (name, scenario, theory, printed) in ways {
        let name = format!("c {c}, load {load}, {name}");
        let of = (calls, load);
        described(rows, "pooling", name, scenario, Quantity::Sojourn, of, Some((printed, 4)))?;
        if let Some(row) = rows.last_mut() {
            row.theory = theory;
        }
    }
    Ok(())
}

fn clients_that_wait(rows: &mut Vec<Row>) -> Result<(), String> {
    for (clients, think, c, quantity) in [
        (10, 9.0, 1, Quantity::Sojourn),
        (10, 9.0, 1, Quantity::Throughput),
        (40, 9.0, 2, Quantity::Sojourn),
        (30, 5.0, 4, Quantity::Throughput),
    ] {
        let load = Load::Closed {
            think: (think * SERVICE as f64) as Nanos,
        };
        let scenario = stand(&[(clients, load)], EXPONENTIAL, None, &[cores(c, 100_000)], WAY);
        // The way is part of the thinking: there and back.
        let theory = Closed::new(clients, think + 0.2, 1.0, c).map_err(|why| why.to_string())?;
        let of = (theory.throughput, 0.8);
        let name = format!("N {clients}, think {think}, c {c}");
        described(rows, "closed, M/M/c//N", name, scenario, quantity, of, None)?;
        if let Some(row) = rows.last_mut()
            && quantity == Quantity::Throughput
        {
            row.theory = theory.throughput;
        }
    }
    Ok(())
}

/// Calls made at the same instant by as many LANs as there are servers; the next come when all
/// have long ended.
fn fanned_out(rows: &mut Vec<Row>) -> Result<(), String> {
    const GAP: f64 = 40.0;
    let p99 = -libm::log(0.01);
    for (n, quantity, theory, printed, rounds) in [
        (10, Quantity::Slowest(10), fan_out::slowest_exponential(10), (2.929, 3), 20_000.0),
        (100, Quantity::Slowest(100), fan_out::slowest_exponential(100), (5.187, 3), 5_000.0),
        (10, Quantity::SlowestBeyond(10, p99), fan_out::slow(0.01, 10), (0.0956, 4), 20_000.0),
        (100, Quantity::SlowestBeyond(100, p99), fan_out::slow(0.01, 100), (0.634, 3), 5_000.0),
    ] {
        let rate = per_second(1.0 / GAP);
        let loads = vec![(1, Load::Constant { rate }); n];
        let policy = Some(Policy::RoundRobin);
        rows.push(Row {
            model: "fan-out",
            parameters: format!("{n} servers"),
            scenario: stand(&loads, EXPONENTIAL, policy, &vec![server(); n], WAY),
            quantity,
            theory: theory.map_err(|why| why.to_string())?,
            printed: Some(printed),
            rate: rate * n as f64,
            calls: rounds * n as f64,
            described: None,
        });
    }
    Ok(())
}

/// A link that loses messages, and clients that ask again well before TCP does: each attempt fails
/// by itself if its request or its reply is lost.
fn retried(rows: &mut Vec<Row>) -> Result<(), String> {
    for (p, tries, quantity, printed) in [
        (0.1, 4, Quantity::Attempts, Some((1.111, 3))),
        (0.5, 5, Quantity::Attempts, Some((1.9375, 4))),
        (0.9, 5, Quantity::Attempts, Some((4.0951, 4))),
        (0.5, 3, Quantity::Lost, Some((0.125, 4))),
    ] {
        let mut scenario = stand(&poisson(1.0), CONSTANT, None, &[cores(64, 100_000)], WAY);
        for link in &mut scenario.links {
            link.carriage.loss = 1.0 - libm::sqrt(1.0 - p);
        }
        scenario.call_policy.max_attempts = tries;
        scenario.call_policy.attempt_timeout = 50 * MILLISECOND;
        scenario.call_policy.semantics = Semantics::AtLeastOnce;
        scenario.call_policy.deadline = 60 * SECOND;
        scenario.call_policy.backoff = Backoff {
            initial: MILLISECOND,
            ..Backoff::default()
        };
        let theory = match quantity {
            Quantity::Lost => retries::lost(p, tries),
            _ => retries::attempts(p, tries),
        };
        rows.push(Row {
            model: "retries",
            parameters: format!("failure {p}, {tries} tries"),
            scenario,
            quantity,
            theory: theory.map_err(|why| why.to_string())?,
            printed,
            rate: per_second(1.0),
            calls: 200_000.0,
            described: None,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn theory_is_what_the_tables_print() {
        let rows = all().expect("every row holds");
        for row in &rows {
            if let Some((printed, digits)) = row.printed {
                let half = 0.5 * libm::pow(10.0, f64::from(-digits)) * 1.01;
                let off = (row.theory - printed).abs();
                assert!(off <= half, "{}: {} is not {printed}", row.name(), row.theory);
            }
        }
    }

    #[test]
    fn there_are_enough_rows_and_models_and_no_two_alike() {
        let rows = all().expect("every row holds");
        let models: BTreeSet<_> = rows.iter().map(|row| row.model).collect();
        let names: BTreeSet<_> = rows.iter().map(Row::name).collect();
        assert!(rows.len() >= 40 && models.len() >= 12, "{} {}", rows.len(), models.len());
        assert_eq!(names.len(), rows.len());
    }
}

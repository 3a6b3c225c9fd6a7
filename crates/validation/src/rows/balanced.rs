//! Several queues behind a balancer, and what they are worth as one.

use super::{EXPONENTIAL, WAY, cores, described, poisson};
use crate::row::{Quantity, Row, enough_calls};
use crate::stand::{per_second, server, stand};
use balancer::Policy;
use simulation::Scenario;
use simulation::scenario::{Load, ServerSpec};
use simulation::theory::{choices, pooling};
use simulation::time::Nanos;

/// No way at all: for policies that count, and must know at once.
const AT_ONCE: Nanos = 0;

fn behind(policy: Policy, servers: &[ServerSpec], calls: f64, latency: Nanos) -> Scenario {
    stand(&poisson(calls), EXPONENTIAL, Some(policy), servers, latency)
}

pub(super) fn split(rows: &mut Vec<Row>) -> Result<(), String> {
    let turns = |n, load, printed| (Policy::RoundRobin, n, load, printed);
    for (policy, n, load, printed) in [
        turns(2, 0.8, 3.8440),
        turns(5, 0.9, 6.1421),
        turns(10, 0.9, 5.6603),
        turns(16, 0.8, 2.8361),
        turns(100, 0.7, 1.8905),
        (Policy::Random, 3, 0.8, 5.0),
        (Policy::Random, 10, 0.9, 10.0),
    ] {
        let calls = load * n as f64;
        let model = match policy {
            Policy::RoundRobin => "round robin, E_N/M/1",
            _ => "random, N of M/M/1",
        };
        let scenario = behind(policy, &vec![server(); n], calls, WAY);
        let name = format!("N {n}, load {load}");
        let (quantity, printed) = (Quantity::Sojourn, Some((printed, 4)));
        let of = (calls, load);
        described(rows, model, name, scenario, quantity, of, printed)?;
    }
    let fast = |speed| ServerSpec { speed, ..server() };
    let servers = [fast(1.0), fast(1.5), fast(2.0)];
    let scenario = behind(Policy::Random, &servers, 2.4, WAY);
    let (name, quantity) = (
        "speeds 1, 1.5, 2, load 0.8, 0.53, 0.4".to_owned(),
        Quantity::Sojourn,
    );
    described(
        rows,
        "random, N of M/M/1",
        name,
        scenario,
        quantity,
        (2.4, 0.8),
        None,
    )?;
    let scenario = behind(Policy::RoundRobin, &servers, 2.4, WAY);
    let name = "speeds 1, 1.5, 2, load 0.8, 0.53, 0.4".to_owned();
    described(
        rows,
        "round robin, E_N/M/1",
        name,
        scenario,
        quantity,
        (2.4, 0.8),
        None,
    )
}

pub(super) fn counted(rows: &mut Vec<Row>) -> Result<(), String> {
    for (policy, model, n, load, printed) in [
        (
            Policy::LeastRequest,
            "shortest queue",
            2,
            0.8,
            Some(2.95574),
        ),
        (
            Policy::LeastRequest,
            "shortest queue",
            2,
            0.9,
            Some(5.47491),
        ),
        (
            Policy::LeastRequest,
            "shortest queue",
            3,
            0.8,
            Some(2.28555),
        ),
        (
            Policy::LeastRequest,
            "shortest queue",
            4,
            0.7,
            Some(1.51144),
        ),
        (
            Policy::PowerOfTwoChoices,
            "two choices, distinct",
            2,
            0.7,
            Some(2.10820),
        ),
        (
            Policy::PowerOfTwoChoices,
            "two choices, distinct",
            3,
            0.8,
            None,
        ),
        (
            Policy::PowerOfTwoChoices,
            "two choices, distinct",
            4,
            0.7,
            None,
        ),
    ] {
        let calls = load * n as f64;
        let scenario = behind(policy, &vec![server(); n], calls, AT_ONCE);
        let name = format!("N {n}, load {load}");
        let printed = printed.map(|printed| (printed, 5));
        described(
            rows,
            model,
            name,
            scenario,
            Quantity::Sojourn,
            (calls, load),
            printed,
        )?;
    }
    Ok(())
}

/// So many servers that the limit of endlessly many, with its term of order 1/N, is closer than the
/// interval; the term is known for draws with replacement.
pub(super) fn many(rows: &mut Vec<Row>) -> Result<(), String> {
    const SERVERS: u32 = 1_000;
    for load in [0.7, 0.9] {
        let calls = load * f64::from(SERVERS);
        let policy = Policy::PowerOfChoices {
            choices: 2,
            replacement: true,
        };
        let servers = vec![server(); SERVERS as usize];
        // One network may make 100,000 calls a second.
        let rate = per_second(calls) / 10.0;
        let loads = [(10, Load::Poisson { rate }); 10];
        let theory = choices::sojourn_of_many(load, SERVERS).map_err(|why| why.to_string())?;
        rows.push(Row {
            model: "two choices, mean field",
            parameters: format!("N {SERVERS}, load {load}, with replacement"),
            scenario: stand(&loads, EXPONENTIAL, Some(policy), &servers, AT_ONCE),
            quantity: Quantity::Sojourn,
            theory,
            printed: None,
            rate: per_second(calls),
            calls: enough_calls(calls, load),
        });
    }
    Ok(())
}

pub(super) fn pooled(rows: &mut Vec<Row>) -> Result<(), String> {
    let (c, load) = (4, 0.8);
    let calls = load * f64::from(c);
    let theory = pooling::compare(calls, 1.0, c).map_err(|why| why.to_string())?;
    let ways = [
        (
            "four queues",
            behind(Policy::Random, &vec![server(); 4], calls, WAY),
            theory.separate,
            5.0,
        ),
        (
            "one queue",
            behind(Policy::Random, &[cores(c, 100_000)], calls, WAY),
            theory.common,
            1.7455,
        ),
        (
            "one fast server",
            behind(
                Policy::Random,
                &[ServerSpec {
                    speed: 4.0,
                    ..server()
                }],
                calls,
                WAY,
            ),
            theory.one_fast,
            1.25,
        ),
    ];
    for (name, scenario, theory, printed) in ways {
        let name = format!("c {c}, load {load}, {name}");
        let of = (calls, load);
        described(
            rows,
            "pooling",
            name,
            scenario,
            Quantity::Sojourn,
            of,
            Some((printed, 4)),
        )?;
        if let Some(row) = rows.last_mut() {
            row.theory = theory;
        }
    }
    Ok(())
}

//! One queue: of one server, of several, with room and without.

use super::{EXPONENTIAL, WAY, cores, described, poisson};
use crate::row::{Quantity, Row};
use crate::stand::{SERVICE, operation, per_second, server, stand};
use balancer::protection::Discipline;
use simulation::distribution::Distribution;
use simulation::scenario::{Load, ServerSpec};
use simulation::theory::{erlang_b, mm1::Mm1};

const CONSTANT: Distribution = Distribution::Constant(SERVICE);

fn log_normal(scv: f64) -> Distribution {
    Distribution::LogNormal {
        mean: SERVICE,
        cv: libm::sqrt(scv),
    }
}

pub(super) fn one_server(rows: &mut Vec<Row>) -> Result<(), String> {
    let on_one = |demand, load: f64| stand(&poisson(load), demand, None, &[server()], WAY);
    let sojourn = |load, printed| (load, Quantity::Sojourn, printed);
    for (load, quantity, printed) in [
        sojourn(0.5, 2.0),
        sojourn(0.7, 3.3333),
        sojourn(0.8, 5.0),
        sojourn(0.9, 10.0),
        sojourn(0.95, 20.0),
        (0.5, Quantity::Beyond(5.9915), 0.05),
        (0.5, Quantity::Beyond(9.2103), 0.01),
        (0.8, Quantity::Beyond(14.9787), 0.05),
        (0.8, Quantity::Beyond(23.0259), 0.01),
    ] {
        let (scenario, name) = (on_one(EXPONENTIAL, load), format!("load {load}"));
        let (of, printed) = ((load, load), Some((printed, 4)));
        described(rows, "M/M/1", name, scenario, quantity, of, printed)?;
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
        described(
            rows,
            "M/D/1",
            name,
            scenario,
            Quantity::Sojourn,
            (load, load),
            printed,
        )?;
    }
    for (load, scv, wait) in [(0.8, 0.25, 2.5), (0.7, 0.5, 1.75), (0.5, 4.0, 2.5)] {
        let scenario = on_one(log_normal(scv), load);
        let name = format!("load {load}, log-normal, SCV {scv}");
        let printed = Some((1.0 + wait, 4));
        described(
            rows,
            "M/G/1",
            name,
            scenario,
            Quantity::Sojourn,
            (load, load),
            printed,
        )?;
    }
    // Three short calls for one ten times as long: mean 1, E[S²] = 2 (¾·s² + ¼·(10 s)²).
    let mut scenario = on_one(EXPONENTIAL, 0.6);
    let short = SERVICE * 4 / 13;
    scenario.workload = vec![
        operation(Distribution::Exponential(short), 3),
        operation(Distribution::Exponential(10 * short), 1),
    ];
    let name = "load 0.6, short and long calls".to_owned();
    described(
        rows,
        "M/G/1",
        name,
        scenario,
        Quantity::Sojourn,
        (0.6, 0.6),
        None,
    )?;
    for load in [0.5, 0.8, 0.9] {
        let rate = per_second(load);
        let even = [(10, Load::Constant { rate })];
        let scenario = stand(&even, EXPONENTIAL, None, &[server()], WAY);
        let name = format!("load {load}");
        described(
            rows,
            "D/M/1",
            name,
            scenario,
            Quantity::Sojourn,
            (load, load),
            None,
        )?;
    }
    Ok(())
}

/// All who are there share the server: whatever the law of their work, the mean is M/M/1's.
pub(super) fn shared(rows: &mut Vec<Row>) -> Result<(), String> {
    for (load, demand, law, printed) in [
        (0.5, log_normal(4.0), "log-normal, SCV 4", 2.0),
        (0.7, EXPONENTIAL, "exponential", 3.3333),
        (0.8, EXPONENTIAL, "exponential", 5.0),
        (0.8, CONSTANT, "constant", 5.0),
        (0.8, log_normal(4.0), "log-normal, SCV 4", 5.0),
    ] {
        let sharing = ServerSpec {
            discipline: Discipline::Shared,
            ..server()
        };
        let scenario = stand(&poisson(load), demand, None, &[sharing], WAY);
        described(
            rows,
            "M/G/1-PS",
            format!("load {load}, {law}"),
            scenario,
            Quantity::Sojourn,
            (load, load),
            Some((printed, 4)),
        )?;
    }
    Ok(())
}

pub(super) fn several_servers(rows: &mut Vec<Row>) -> Result<(), String> {
    for (c, load, wait) in [
        (2, 0.8, 1.7778),
        (4, 0.9, 1.9694),
        (8, 0.9, 0.8769),
        (32, 0.95, 0.4348),
    ] {
        let calls = load * f64::from(c);
        let scenario = stand(
            &poisson(calls),
            EXPONENTIAL,
            None,
            &[cores(c, 100_000)],
            WAY,
        );
        let name = format!("c {c}, load {load}");
        let printed = Some((1.0 + wait, 4));
        described(
            rows,
            "M/M/c",
            name,
            scenario,
            Quantity::Sojourn,
            (calls, load),
            printed,
        )?;
    }
    Ok(())
}

pub(super) fn bounded(rows: &mut Vec<Row>) -> Result<(), String> {
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
        described(
            rows,
            "M/M/c/K",
            name,
            scenario,
            quantity,
            (calls, 0.5),
            Some(printed),
        )?;
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
        described(
            rows,
            "Erlang B",
            name,
            scenario,
            Quantity::Blocked,
            (calls, 0.5),
            printed,
        )?;
    }
    let calls = 9.0;
    let scenario = stand(&poisson(calls), CONSTANT, None, &[cores(10, 0)], WAY);
    let name = "c 10, a/c 0.9, constant".to_owned();
    described(
        rows,
        "Erlang B",
        name,
        scenario,
        Quantity::Utilisation,
        (calls, 0.5),
        None,
    )?;
    if let Some(row) = rows.last_mut() {
        row.theory = erlang_b::busy(calls, 10).map_err(|why| why.to_string())? / 10.0;
    }
    Ok(())
}

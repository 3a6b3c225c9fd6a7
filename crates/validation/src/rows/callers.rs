//! What callers do: wait and think, ask many at once, ask again.

use super::{EXPONENTIAL, WAY, cores, described, poisson};
use crate::row::{Quantity, Row, enough_calls, enough_for_share};
use crate::stand::{SERVICE, per_second, server, stand};
use balancer::Policy;
use rpc::retry::{Backoff, Semantics};
use simulation::distribution::Distribution;
use simulation::scenario::Load;
use simulation::theory::{TheoryError, closed::Closed, fan_out, md1, retries};
use simulation::time::{MILLISECOND, Nanos, SECOND};

const CONSTANT: Distribution = Distribution::Constant(SERVICE);

pub(super) fn clients_that_wait(rows: &mut Vec<Row>) -> Result<(), String> {
    for (clients, think, c, quantity) in [
        (10, 9.0, 1, Quantity::Sojourn),
        (10, 9.0, 1, Quantity::Throughput),
        (40, 9.0, 2, Quantity::Sojourn),
        (30, 5.0, 4, Quantity::Throughput),
    ] {
        let load = Load::Closed {
            think: (think * SERVICE as f64) as Nanos,
        };
        let scenario = stand(
            &[(clients, load)],
            EXPONENTIAL,
            None,
            &[cores(c, 100_000)],
            WAY,
        );
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
pub(super) fn fanned_out(rows: &mut Vec<Row>) -> Result<(), String> {
    const GAP: f64 = 40.0;
    let p99 = -libm::log(0.01);
    for (n, quantity, theory, printed, rounds) in [
        (
            10,
            Quantity::Slowest(10),
            fan_out::slowest_exponential(10),
            (2.929, 3),
            20_000.0,
        ),
        (
            100,
            Quantity::Slowest(100),
            fan_out::slowest_exponential(100),
            (5.187, 3),
            5_000.0,
        ),
        (
            10,
            Quantity::SlowestBeyond(10, p99),
            fan_out::slow(0.01, 10),
            (0.0956, 4),
            20_000.0,
        ),
        (
            100,
            Quantity::SlowestBeyond(100, p99),
            fan_out::slow(0.01, 100),
            (0.634, 3),
            5_000.0,
        ),
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
        });
    }
    Ok(())
}

/// Clients that give up on an attempt while its work goes on, and try again after so long that by then
/// the queue has forgotten them: what the fixed point takes attempts for. All work is of one length, since
/// a call that comes again brings the same work again. And fewer calls come than a server could serve if
/// all were tried to the last: near collapse it is chance that decides, and no fixed point describes a run.
pub(super) fn stormy(rows: &mut Vec<Row>) -> Result<(), String> {
    const PATIENCE: f64 = 2.0;
    let sentence = |why: TheoryError| why.to_string();
    // In time is who waits no longer than the patience leaves beside the service.
    let late = |x: f64| md1::waits_beyond(x, 1.0, PATIENCE - 1.0);
    for (load, tries, quantity) in [
        (0.45, 2, Quantity::Attempts),
        (0.3, 3, Quantity::Attempts),
        (0.45, 2, Quantity::Utilisation),
        (0.3, 3, Quantity::Lost),
    ] {
        let mut scenario = stand(&poisson(load), CONSTANT, None, &[server()], WAY);
        let policy = &mut scenario.call_policy;
        policy.max_attempts = tries;
        policy.attempt_timeout = (PATIENCE * SERVICE as f64) as Nanos + 2 * WAY;
        policy.semantics = Semantics::AtLeastOnce;
        policy.deadline = 1_000 * SECOND;
        // Uniform up to twice the mean, the same each time.
        policy.backoff = Backoff {
            initial: 1_000 * SERVICE,
            max: 1_000 * SERVICE,
            multiplier: 1.0,
            jitter: 1.0,
        };
        let standing = retries::standing_with(load, 1.0, tries, &late).map_err(sentence)?;
        let attempts = standing.good.ok_or("the fixed point is gone")?;
        let lost = retries::lost(late(attempts).map_err(sentence)?, tries).map_err(sentence)?;
        let enough = enough_calls(load, attempts);
        rows.push(Row {
            model: "retry storm, fixed point",
            parameters: format!("load {load}, {tries} tries, timeout {PATIENCE}"),
            scenario,
            quantity,
            theory: match quantity {
                Quantity::Utilisation => attempts,
                Quantity::Lost => lost,
                _ => attempts / load,
            },
            printed: None,
            rate: per_second(load),
            calls: match quantity {
                Quantity::Lost => enough_for_share(enough, lost),
                _ => enough,
            },
        });
    }
    Ok(())
}

/// A link that loses messages, and clients that ask again well before TCP does: each attempt fails
/// by itself if its request or its reply is lost.
pub(super) fn retried(rows: &mut Vec<Row>) -> Result<(), String> {
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
        });
    }
    Ok(())
}

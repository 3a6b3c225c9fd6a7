//! The rows: which models, at which parameters. Lengths follow one rule, seeds the names.

mod balanced;
mod callers;
mod hedged;
mod queues;

use crate::row::{Quantity, Row, enough_calls, enough_for_share};
use crate::stand::{SERVICE, per_second, server};
use simulation::Scenario;
use simulation::distribution::Distribution;
use simulation::scenario::{Load, ServerSpec};
use simulation::theory::describe;
use simulation::time::{Nanos, seconds};

/// One way over a link of the rows whose law does not mind: a tenth of a service time.
const WAY: Nanos = SERVICE / 10;
const EXPONENTIAL: Distribution = Distribution::Exponential(SERVICE);

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
    queues::one_server(&mut rows)?;
    queues::several_servers(&mut rows)?;
    queues::shared(&mut rows)?;
    queues::bounded(&mut rows)?;
    balanced::split(&mut rows)?;
    balanced::counted(&mut rows)?;
    balanced::many(&mut rows)?;
    balanced::pooled(&mut rows)?;
    callers::clients_that_wait(&mut rows)?;
    callers::fanned_out(&mut rows)?;
    callers::retried(&mut rows)?;
    callers::stormy(&mut rows)?;
    hedged::hedged(&mut rows)?;
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
        _ => {
            found
                .model
                .sojourn()
                .map_err(|why| context(why.to_string()))?
                / seconds(SERVICE)
        }
    };
    let enough = enough_calls(calls, utilisation);
    rows.push(Row {
        model,
        parameters,
        scenario,
        quantity,
        theory,
        printed,
        rate: per_second(calls),
        calls: match quantity {
            Quantity::Beyond(_) => enough_for_share(enough, theory),
            _ => enough,
        },
    });
    Ok(())
}

fn cores(cores: u32, queue_limit: u32) -> ServerSpec {
    ServerSpec {
        cores,
        queue_limit,
        ..server()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_many_and_unlike_and_agree_with_printed_tables() {
        let rows = all().expect("every row holds");
        for row in &rows {
            if let Some((printed, digits)) = row.printed {
                let half = 0.5 * libm::pow(10.0, f64::from(-digits)) * 1.01;
                let off = (row.theory - printed).abs();
                assert!(
                    off <= half,
                    "{}: {} is not {printed}",
                    row.name(),
                    row.theory
                );
            }
        }
        let models: BTreeSet<_> = rows.iter().map(|row| row.model).collect();
        let names: BTreeSet<_> = rows.iter().map(Row::name).collect();
        assert!(
            rows.len() >= 40 && models.len() >= 12,
            "{} {}",
            rows.len(),
            models.len()
        );
        assert_eq!(names.len(), rows.len());
    }
}

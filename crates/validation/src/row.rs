//! One row of the validation: a scenario, how long it runs, and the number that theory has for it.

use simulation::Scenario;

/// What is measured. Times are in mean service times of the row's first operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// Mean time at the servers of answered calls: the client's latency less the way.
    Sojourn,
    /// Share of answered calls that spend longer than this at the servers.
    Beyond(f64),
    /// Share of calls turned away.
    Blocked,
    /// Share of calls that fail.
    Lost,
    /// Mean attempts of a call.
    Attempts,
    /// Calls at the servers, averaged over time: those in flight less those on their way.
    InSystem,
    /// Share of core time at work.
    Utilisation,
    /// Calls answered in a mean service time.
    Throughput,
    /// Mean of the slowest of so many calls that were made at the same instant.
    Slowest(u32),
    /// Share of such fan-outs whose slowest takes longer than this.
    SlowestBeyond(u32, f64),
}

impl Quantity {
    /// It in a few words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Sojourn => "mean time".to_owned(),
            Self::Beyond(t) => format!("P(time > {t:.4})"),
            Self::Blocked => "share turned away".to_owned(),
            Self::Lost => "share failed".to_owned(),
            Self::Attempts => "attempts a call".to_owned(),
            Self::InSystem => "mean number".to_owned(),
            Self::Utilisation => "utilisation".to_owned(),
            Self::Throughput => "throughput".to_owned(),
            Self::Slowest(n) => format!("mean of the slowest of {n}"),
            Self::SlowestBeyond(n, t) => format!("P(slowest of {n} > {t:.4})"),
        }
    }
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The model's name.
    pub model: &'static str,
    /// Its parameters, in words; with the model and the quantity it names the row.
    pub parameters: String,
    /// What is run. Its seed is derived from the row's name.
    pub scenario: Scenario,
    /// What is measured.
    pub quantity: Quantity,
    /// What theory says of it.
    pub theory: f64,
    /// The number as a printed table gives it, and its digits after the point.
    pub printed: Option<(f64, i32)>,
    /// Calls that come in a second, as far as theory knows.
    pub rate: f64,
    /// Calls measured, after the warm-up.
    pub calls: f64,
}

impl Row {
    /// Names the row: nothing else has the same.
    #[must_use]
    pub fn name(&self) -> String {
        format!(
            "{}, {}, {}",
            self.model,
            self.parameters,
            self.quantity.words()
        )
    }

    /// The seed: a hash of the name (FNV-1a), so that nobody chose it.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.name()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            })
    }
}

/// How many calls a queue at this utilisation must serve before its mean can be believed: twenty
/// batches of a hundred relaxation times `1/(1−√ρ)²` each (W. Whitt, "Planning queueing
/// simulations", 1989, has the same growth), at least 200,000 calls, and at most three million so
/// that all rows take minutes.
#[must_use]
pub fn enough_calls(calls_in_service_time: f64, utilisation: f64) -> f64 {
    let gap = 1.0 - libm::sqrt(utilisation.clamp(0.0, 0.999));
    (2_000.0 / (gap * gap) * calls_in_service_time).clamp(200_000.0, MOST_CALLS)
}

const MOST_CALLS: f64 = 3_000_000.0;

/// How many calls the share of a tail needs, of those that a mean does: the rarer it is, the fewer of
/// it a batch sees, so as many more, and as if a fifth were as common as what a mean is made of.
#[must_use]
pub fn enough_for_share(calls: f64, share: f64) -> f64 {
    (calls * (0.2 / share).max(1.0)).min(MOST_CALLS)
}

//! What is measured, each number under a name of its own.

use simulation::statistics::Interval;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Seconds.
    Seconds,
    /// Calls a second.
    Rate,
    /// A share, 0 to 1.
    Share,
    /// How many.
    Count,
    /// A mean number.
    Number,
}

impl Unit {
    /// As in JSON and CSV.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Rate => "1/s",
            Self::Share => "share",
            Self::Count | Self::Number => "",
        }
    }

    /// A value as people read it.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Seconds if value.abs() >= 1.0 => format!("{value:.3} s"),
            Self::Seconds => format!("{:.3} ms", value * 1e3),
            Self::Rate => format!("{value:.2}/s"),
            Self::Share => format!("{:.2} %", value * 100.0),
            Self::Count => format!("{value:.0}"),
            Self::Number => format!("{value:.3}"),
        }
    }
}

/// A quantity with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// Its name by parts, as in `latency.p99`.
    pub(crate) path: Vec<String>,
    /// Its value; none where nothing was there to measure.
    pub(crate) value: Option<f64>,
    /// Half the width of its 95 % confidence interval, where there is one.
    pub(crate) reach: Option<f64>,
    /// What it counts.
    pub(crate) unit: Unit,
}

impl Quantity {
    /// Its name in full.
    pub(crate) fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Everything that a run tells.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// The scenario's short name.
    pub(crate) scenario: String,
    /// The seed.
    pub(crate) seed: u64,
    /// The numbers, in the order in which they are shown.
    pub(crate) quantities: Vec<Quantity>,
    /// The first picks of balancers.
    pub(crate) picks: Vec<String>,
    /// A hash over every event of the run and its time.
    pub(crate) trace_hash: u64,
}

impl Summary {
    /// Adds a number without an interval.
    pub(crate) fn put(&mut self, path: &[&str], unit: Unit, value: Option<f64>) {
        self.quantities.push(Quantity {
            path: owned(path),
            value,
            reach: None,
            unit,
        });
    }

    /// Adds a number with the means of its batches.
    pub(crate) fn put_batches(
        &mut self,
        path: &[&str],
        unit: Unit,
        value: Option<f64>,
        means: &[f64],
    ) {
        let interval = Interval::from_batches(means);
        let reach = value
            .and(interval)
            .map(|interval| interval.half_width(0.95));
        self.quantities.push(Quantity {
            path: owned(path),
            value,
            reach,
            unit,
        });
    }

    /// The quantity of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&Quantity> {
        self.quantities.iter().find(|it| it.name() == name)
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

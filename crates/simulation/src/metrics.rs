//! What is measured while a world runs: counts by slice of time, a latency window, loads, marks.

use crate::ids::NodeId;
use crate::steady::Steady;
use crate::time::{MILLISECOND, Nanos, SECOND};
use hdrhistogram::Histogram;
use std::collections::VecDeque;

/// Length of one slice of the series.
pub const SLICE: Nanos = 100 * MILLISECOND;
/// Slices kept: the last two minutes.
pub const SLICES_KEPT: usize = 1_200;
/// The sliding window of the latency percentiles.
pub const WINDOW: Nanos = 5 * SECOND;
const WINDOW_PARTS: u64 = 10;

/// Counts of one slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Slice {
    /// When it begins.
    pub start: Nanos,
    /// Calls made.
    pub sent: u32,
    /// Calls answered well (status OK) in it.
    pub good: u32,
    /// Calls answered with an application error.
    pub errors: u32,
    /// Calls failed.
    pub failed: u32,
    /// Calls shed.
    pub shed: u32,
    /// Attempts beyond the first of their call.
    pub extra_attempts: u32,
    /// Servers alive at its end.
    pub servers_up: u32,
    /// Servers at its end.
    pub servers: u32,
    /// Latency percentiles over the window at its end: p50, p95, p99; none before any answer.
    pub latency: Option<Percentiles>,
}

/// Percentiles of the latency of answered calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    /// Half the calls were faster.
    pub p50: Nanos,
    /// 95 in 100 were faster.
    pub p95: Nanos,
    /// 99 in 100 were faster.
    pub p99: Nanos,
    /// The mean.
    pub mean: Nanos,
    /// How many calls they rest on.
    pub count: u64,
}

/// Something that was done, for the time axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// When.
    pub at: Nanos,
    /// Short words: `server-2 killed`.
    pub label: String,
    /// What it says of the state.
    pub tone: Tone,
}

/// Whether a mark tells of harm, of a warning or of recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something broke.
    Harm,
    /// Something was changed.
    Change,
    /// Something recovered.
    Recovery,
}

/// Load of one server over the last window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServerLoad {
    /// Which.
    pub server: NodeId,
    /// Attempts that reached it per second.
    pub rate: f64,
    /// Share of core time at work, 0.0..=1.0.
    pub utilisation: f64,
}

/// The measurements of a run.
#[derive(Debug, Clone)]
pub struct Metrics {
    slices: VecDeque<Slice>,
    latencies: LatencyWindow,
    loads: Vec<ServerLoad>,
    marks: VecDeque<Mark>,
    /// When the running slice ends: asked at every event.
    slice_end: Nanos,
    steady: Steady,
}

const MARKS_KEPT: usize = 200;

/// What the books know at the end of a slice.
pub(crate) struct Census {
    /// Servers alive.
    pub(crate) servers_up: u32,
    /// Load of every server.
    pub(crate) loads: Vec<ServerLoad>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            slices: VecDeque::from([Slice::default()]),
            latencies: LatencyWindow::default(),
            loads: Vec::new(),
            marks: VecDeque::new(),
            slice_end: SLICE,
            steady: Steady::default(),
        }
    }
}

impl Metrics {
    /// The series, oldest first; the last slice is the one that runs.
    pub fn slices(&self) -> impl DoubleEndedIterator<Item = &Slice> + ExactSizeIterator {
        self.slices.iter()
    }

    /// Latency percentiles over the last window; none before any answer.
    #[must_use]
    pub fn percentiles(&self) -> Option<Percentiles> {
        self.latencies.percentiles()
    }

    /// Load of every server over the last window, in the order of the nodes.
    #[must_use]
    pub fn server_loads(&self) -> &[ServerLoad] {
        &self.loads
    }

    /// What was done, oldest first.
    pub fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.marks.iter()
    }

    /// The mean latency since something was last done.
    #[must_use]
    pub fn steady(&self) -> &Steady {
        &self.steady
    }

    /// Something was done that may change how calls fare.
    pub(crate) fn changed(&mut self, now: Nanos) {
        self.steady.changed(now);
    }

    pub(crate) fn mark(&mut self, at: Nanos, label: String, tone: Tone) {
        if self.marks.len() == MARKS_KEPT {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark { at, label, tone });
    }

    /// When the running slice ends.
    pub(crate) fn slice_end(&self) -> Nanos {
        self.slice_end
    }

    /// The running slice, to count in.
    pub(crate) fn running(&mut self) -> &mut Slice {
        if self.slices.is_empty() {
            self.slices.push_back(Slice::default());
        }
        let last = self.slices.len() - 1;
        &mut self.slices[last]
    }

    pub(crate) fn answered(&mut self, began: Nanos, latency: Nanos) {
        self.latencies.record(latency);
        self.steady.answered(began, latency);
    }

    /// Ends the running slice and begins the next.
    pub(crate) fn roll(&mut self, census: Census) {
        let end = self.slice_end();
        let latency = self.latencies.percentiles();
        let slice = self.running();
        slice.latency = latency;
        slice.servers = census.loads.len() as u32;
        slice.servers_up = census.servers_up;
        self.loads = census.loads;
        if self.slices.len() == SLICES_KEPT {
            self.slices.pop_front();
        }
        self.slices.push_back(Slice {
            start: end,
            ..Slice::default()
        });
        self.slice_end = end + SLICE;
        if end.is_multiple_of(WINDOW / WINDOW_PARTS) {
            self.latencies.rotate();
        }
    }
}

/// Latencies of the last window: a histogram for each part of it, and their sum.
#[derive(Debug, Clone)]
struct LatencyWindow {
    parts: VecDeque<Part>,
    all: Part,
}

#[derive(Debug, Clone)]
struct Part {
    microseconds: Histogram<u32>,
    sum: u64,
}

impl Default for Part {
    fn default() -> Self {
        // Bounds 1 µs..1 h with two significant figures are valid: 1 <= low, 2 low <= high, 0..=5.
        #[expect(clippy::expect_used, reason = "the bounds are constants that hold")]
        let microseconds =
            Histogram::new_with_bounds(1, 3_600_000_000, 2).expect("constant bounds");
        Self {
            microseconds,
            sum: 0,
        }
    }
}

impl Default for LatencyWindow {
    fn default() -> Self {
        Self {
            parts: VecDeque::from([Part::default()]),
            all: Part::default(),
        }
    }
}

impl LatencyWindow {
    fn record(&mut self, latency: Nanos) {
        let microseconds = (latency / 1_000).max(1);
        if let Some(part) = self.parts.back_mut() {
            for part in [part, &mut self.all] {
                part.microseconds.saturating_record(microseconds);
                part.sum += microseconds;
            }
        }
    }

    fn rotate(&mut self) {
        let mut next = if self.parts.len() == WINDOW_PARTS as usize {
            self.parts.pop_front().unwrap_or_default()
        } else {
            Part::default()
        };
        if !next.microseconds.is_empty() {
            // What leaves was added before, bucket by bucket, so it can be subtracted.
            let subtracted = self.all.microseconds.subtract(&next.microseconds);
            debug_assert!(subtracted.is_ok());
            self.all.sum -= next.sum;
            next.microseconds.reset();
            next.sum = 0;
        }
        self.parts.push_back(next);
    }

    fn percentiles(&self) -> Option<Percentiles> {
        let all = &self.all.microseconds;
        let at = |share| all.value_at_quantile(share) * 1_000;
        (!all.is_empty()).then(|| Percentiles {
            p50: at(0.50),
            p95: at(0.95),
            p99: at(0.99),
            mean: self.all.sum / all.len() * 1_000,
            count: all.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_follow_the_window() {
        let mut window = LatencyWindow::default();
        for millis in 1..=100 {
            window.record(millis * MILLISECOND);
        }
        let found = window.percentiles().expect("there are latencies");
        for (value, expected) in [(found.p50, 50.0), (found.p95, 95.0), (found.p99, 99.0)] {
            let ratio = crate::time::milliseconds(value) / expected;
            assert!(
                (ratio - 1.0).abs() < 0.011,
                "{value} is not within 1 % of {expected} ms"
            );
        }
        assert_eq!(found.count, 100);
        for _ in 0..WINDOW_PARTS {
            window.rotate();
        }
        assert_eq!(
            window.percentiles(),
            None,
            "what has left the window no longer counts"
        );
    }
}

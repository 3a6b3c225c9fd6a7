//! How long frames took.

use std::collections::VecDeque;

/// Upper edges of the histogram's buckets in milliseconds.
pub(crate) const FRAME_EDGES: [f64; 9] = [8.0, 12.0, 17.0, 20.0, 25.0, 34.0, 50.0, 100.0, f64::MAX];
/// Frames whose times are kept one by one.
const RECENT: usize = 600;

/// Times between frames.
#[derive(Debug, Default)]
pub(super) struct FrameTimes {
    counts: [u64; FRAME_EDGES.len()],
    recent: VecDeque<f64>,
}

impl FrameTimes {
    /// A frame came so many milliseconds after the one before.
    pub(super) fn count(&mut self, gap: f64) {
        let bucket = FRAME_EDGES.iter().position(|edge| gap <= *edge);
        if let Some(count) = bucket.and_then(|bucket| self.counts.get_mut(bucket)) {
            *count += 1;
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(gap);
    }

    /// Counts by [`FRAME_EDGES`].
    pub(super) fn counts(&self) -> [u64; FRAME_EDGES.len()] {
        self.counts
    }

    /// The last frames' times in milliseconds, oldest first, at most 600.
    pub(super) fn recent(&self) -> Vec<f64> {
        self.recent.iter().copied().collect()
    }
}

//! Virtual time: whole nanoseconds since the start of the run.
//!
//! A `u64` of nanoseconds lasts 584 years and adds without rounding, so two machines that add the
//! same delays read the same clock.

/// An instant or a duration in nanoseconds of virtual time.
pub type Nanos = u64;

/// One microsecond.
pub const MICROSECOND: Nanos = 1_000;
/// One millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// One second.
pub const SECOND: Nanos = 1_000_000_000;

/// A duration in seconds as nanoseconds, rounded to nearest; negative and NaN become zero.
#[must_use]
pub fn from_seconds(seconds: f64) -> Nanos {
    // Casts from f64 to u64 saturate, on every target alike.
    libm::round(seconds * 1e9) as Nanos
}

/// Nanoseconds as seconds.
#[must_use]
pub fn seconds(time: Nanos) -> f64 {
    time as f64 / 1e9
}

/// Nanoseconds as milliseconds.
#[must_use]
pub fn milliseconds(time: Nanos) -> f64 {
    time as f64 / 1e6
}

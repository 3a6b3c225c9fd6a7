//! What the commands say: one line a step, with the reason and the time it took.

use std::fmt;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Why a command stopped, and what the reader can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    next: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: None,
        }
    }

    /// Names the command, or the act, that would help.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds another way to the one named.
    pub(crate) fn or_next(mut self, other: &str) -> Self {
        self.next = Some(match self.next {
            Some(next) => format!("{next}\n    or: {other}"),
            None => other.to_owned(),
        });
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.next {
            Some(next) => write!(f, "\n  next: {next}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

pub(crate) fn failure(failure: &Failure) {
    flush();
    eprintln!("\nerror: {failure}");
}

/// Something that was looked for and found: no work, one line.
pub(crate) fn found(name: &str, what: &str) {
    println!("  {name:<14} {what}");
    flush();
}

/// Work that is about to be done. Says so before it starts, since it may take minutes.
pub(crate) struct Step {
    name: String,
    since: Instant,
}

impl Step {
    pub(crate) fn start(name: &str, what: &str) -> Self {
        println!("  {name:<14} {what} ...");
        flush();
        Self {
            name: name.to_owned(),
            since: Instant::now(),
        }
    }

    pub(crate) fn done(self, what: &str) {
        let (name, took) = (self.name, seconds(self.since.elapsed()));
        println!("  {name:<14} {what} ({took})");
        flush();
    }
}

/// A time as people say it: `0.4 s`, `12 s`, `3 min 20 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    match whole {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// Our lines go to a buffered stream and the children's straight to the descriptor: without this
/// they would arrive out of order in a log.
pub(crate) fn flush() {
    // A closed output is no reason to stop the work.
    let _ = std::io::stdout().flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn a_failure_says_what_to_do_next() {
        let text = Failure::new("no node").next("install it").to_string();
        assert_eq!(text, "no node\n  next: install it");
    }
}

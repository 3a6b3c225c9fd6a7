//! nginx's passive check: so many failures, close enough to each other, take a server out for a while.
//!
//! Idea: failures need not be in a row; it is enough that they come before the last one is forgotten.
//! Source: nginx, `ngx_http_upstream_round_robin.c` (`max_fails`, `fail_timeout`: 1 and 10 s).
//! Formula: a failure counts one. With `max_fails` of them the server is out for `fail_timeout` from the
//! last of them, those among them that were under way when it went. Then one attempt is let through and
//! shuts the door behind it for another `fail_timeout`: if it fails the time starts again, and if it or
//! another succeeds all is forgotten and the door is open. (The code: a choice sets `checked` to now if
//! that was `fail_timeout` ago, a failure sets `accessed` and `checked`; a server is left out while
//! `fails >= max_fails && now - checked <= fail_timeout`; a success clears `fails` if
//! `accessed < checked`.)
//! Known failure: `fail_timeout` is both how long a failure counts and how long a server is out, so one
//! cannot be patient without being slow.
//!
//! The documents speak of failures "in the time set by fail_timeout"; the code, which is followed here, has
//! no such window: two failures an hour apart count together if no call succeeded after a choice that fell
//! on the server when the first was old.
//!
//! Where this differs: nginx also lowers `effective_weight` by `weight / max_fails`, here the weight stays;
//! there the whole seconds of a clock are compared by "more than", here nanoseconds by "at least"; and
//! whom `max_percent` keeps from being taken out is not tried by one attempt either. A lone server is
//! never taken out, as there.

use crate::{Nanos, SECOND, SettingsError};

/// nginx's rule.
///
/// # Default values
/// nginx's: 1 failure, 10 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxFails {
    /// Failures that take a backend out, at least 1.
    pub max_fails: u32,
    /// How long it is out, and how old the last failure must be to be forgotten, in nanoseconds, more
    /// than 0.
    pub fail_timeout: Nanos,
}

impl Default for MaxFails {
    fn default() -> Self {
        Self {
            max_fails: 1,
            fail_timeout: 10 * SECOND,
        }
    }
}

impl MaxFails {
    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
        SettingsError::within("max_fails", self.max_fails.into(), 1, 1_000_000)?;
        SettingsError::within("the fail timeout", self.fail_timeout, 1, Nanos::MAX)
    }
}

/// What is held against one backend.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fails {
    count: u32,
    /// The last failure: nginx's `accessed`.
    last: Nanos,
    /// The last failure, or the choice that began a trial after it.
    checked: Nanos,
}

impl Fails {
    /// A call has failed; how many are held against it now.
    pub(crate) fn failed(&mut self, now: Nanos) -> u32 {
        self.count = self.count.saturating_add(1);
        (self.last, self.checked) = (now, now);
        self.count
    }

    /// A choice has fallen on it. True if that attempt is to show whether it is well again.
    pub(crate) fn picked(&mut self, now: Nanos, rule: &MaxFails) -> bool {
        if self.count == 0 || now.saturating_sub(self.checked) < rule.fail_timeout {
            return false;
        }
        self.checked = now;
        self.count >= rule.max_fails
    }

    /// A call has succeeded. True if that clears it of enough failures to be out for.
    pub(crate) fn succeeded(&mut self, rule: &MaxFails) -> bool {
        if self.last >= self.checked {
            return false;
        }
        std::mem::take(&mut self.count) >= rule.max_fails
    }
}

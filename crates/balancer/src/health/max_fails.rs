//! nginx's passive check: so many failures, close enough to each other, take a server out for a while.
//!
//! Idea: failures need not be in a row; it is enough that they come before the last one is forgotten.
//! Source: nginx, `ngx_http_upstream_round_robin.c` (`max_fails`, `fail_timeout`: 1 and 10 s).
//! Formula: a failure counts one. With `max_fails` of them the server is out for `fail_timeout`. They are
//! forgotten when a call succeeds that began more than `fail_timeout` after the last failure; so after
//! its time out a server that fails once more is out again at once.
//! Known failure: `fail_timeout` is both how long a failure counts and how long a server is out, so one
//! cannot be patient without being slow.
//!
//! The documents speak of failures "in the time set by fail_timeout"; the code, which is followed here, has
//! no such window: two failures an hour apart count together if no call succeeded in between that began
//! after the first was old. (There any call may have begun so late, and any succeed.) nginx also lowers `effective_weight` by `weight / max_fails`; here the weight
//! stays. A lone server is never taken out, as there.

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
    last: Nanos,
}

impl Fails {
    /// A call has failed; how many are held against it now.
    pub(crate) fn failed(&mut self, now: Nanos) -> u32 {
        self.count = self.count.saturating_add(1);
        self.last = now;
        self.count
    }

    /// A call has succeeded that began then.
    pub(crate) fn succeeded(&mut self, began: Nanos, rule: &MaxFails) {
        if began.saturating_sub(self.last) > rule.fail_timeout {
            self.count = 0;
        }
    }
}

//! Circuit breakers: how much may be under way at once.
//!
//! Idea: what cannot be served soon is refused at once, so that slowness does not spread upwards.
//! Source: Envoy, `circuit_breakers` of a cluster: connections 1024, pending requests 1024, requests
//! 1024, retries 3. (A breaker that opens on errors is what ejection is.)
//! Formula: a request goes if requests and connections are below their limits; else it waits for a
//! connection if those waiting are below theirs; else it is refused. A retry only if those are below
//! theirs.
//! Known failure: limits are set by hand for a capacity that changes; set too low they refuse calls that
//! would have been served.

use crate::SettingsError;

/// The limits; none is no limit.
///
/// # Default values
/// None, where Envoy's are 1024, 1024, 1024 and 3 ([`Breakers::ENVOY`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breakers {
    /// Connections to all backends that carry a request, at least 1.
    pub max_connections: Option<u32>,
    /// Requests that wait for a connection.
    pub max_pending: Option<u32>,
    /// Requests under way, at least 1.
    pub max_requests: Option<u32>,
    /// Retries under way.
    pub max_retries: Option<u32>,
}

/// What is under way at a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Underway {
    /// Attempts at backends.
    pub requests: u32,
    /// Requests that wait.
    pub pending: u32,
    /// Those of the attempts that are not a call's first.
    pub retries: u32,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It goes.
    Go,
    /// It waits until something that is under way has ended.
    Wait,
    /// It is refused.
    Refuse,
}

impl Breakers {
    /// Envoy's defaults.
    pub const ENVOY: Self = Self {
        max_connections: Some(1_024),
        max_pending: Some(1_024),
        max_requests: Some(1_024),
        max_retries: Some(3),
    };

    /// Checks the ranges.
    ///
    /// # Errors
    /// The first number that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        for limit in [self.max_connections, self.max_requests]
            .into_iter()
            .flatten()
        {
            SettingsError::within("a breaker's limit", limit.into(), 1, u64::from(u32::MAX))?;
        }
        Ok(())
    }

    /// What becomes of one more request. `each_has_a_connection`: a connection carries one request at a
    /// time, as in HTTP/1.1; otherwise connections are no limit.
    #[must_use]
    pub fn admit(&self, underway: Underway, each_has_a_connection: bool) -> Admission {
        let reached = |limit: Option<u32>, n: u32| limit.is_some_and(|limit| n >= limit);
        if reached(self.max_requests, underway.requests) {
            return Admission::Refuse;
        }
        if !(each_has_a_connection && reached(self.max_connections, underway.requests)) {
            return Admission::Go;
        }
        if reached(self.max_pending, underway.pending) {
            return Admission::Refuse;
        }
        Admission::Wait
    }

    /// Whether one more retry may be under way.
    #[must_use]
    pub fn may_retry(&self, underway: Underway) -> bool {
        self.max_retries
            .is_none_or(|limit| underway.retries < limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_make_wait_and_the_rest_refuses() {
        let breakers = Breakers {
            max_connections: Some(2),
            max_pending: Some(1),
            max_requests: Some(3),
            max_retries: Some(1),
        };
        let admit = |requests, pending, one_each| {
            let underway = Underway {
                requests,
                pending,
                retries: 0,
            };
            breakers.admit(underway, one_each)
        };
        assert_eq!(admit(1, 0, true), Admission::Go);
        assert_eq!(admit(2, 0, true), Admission::Wait);
        assert_eq!(admit(2, 1, true), Admission::Refuse);
        assert_eq!(admit(2, 1, false), Admission::Go);
        assert_eq!(admit(3, 0, false), Admission::Refuse);
        let retries = |retries| {
            breakers.may_retry(Underway {
                retries,
                ..Underway::default()
            })
        };
        assert!(retries(0) && !retries(1));
        assert_eq!(
            Breakers::default().admit(
                Underway {
                    requests: u32::MAX,
                    ..Underway::default()
                },
                true
            ),
            Admission::Go
        );
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        let none = Breakers {
            max_requests: Some(0),
            ..Breakers::ENVOY
        };
        assert!(none.validate().is_err() && Breakers::ENVOY.validate().is_ok());
    }
}

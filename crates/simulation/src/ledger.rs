//! The ledger: what was sent is answered, failed, shed or in flight. Nothing vanishes.

/// Counts of calls, or of attempts, by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Begun.
    pub sent: u64,
    /// Answered by the procedure (an application error is an answer).
    pub answered: u64,
    /// Ended without an answer: reset, timed out, unreachable, given up.
    pub failed: u64,
    /// Turned away by a full queue.
    pub shed: u64,
    /// Those among the failed that nobody wanted any more: the loser of a hedge, or what its caller
    /// left.
    pub given_up: u64,
}

impl Tally {
    /// How many should still be under way.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.sent - self.answered - self.failed - self.shed
    }
}

/// The books of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// By call, as clients count.
    pub calls: Tally,
    /// By attempt: each try of a call at a server.
    pub attempts: Tally,
    /// Calls that are under way, counted from the calls themselves.
    pub calls_in_flight: u64,
    /// Attempts that are under way, counted from the attempts themselves.
    pub attempts_in_flight: u64,
    /// Calls of which an attempt went to another server than one that had failed, however they
    /// ended.
    pub rerouted: u64,
}

impl Ledger {
    /// Whether both books balance: sent = answered + failed + shed + in flight.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.calls.answered + self.calls.failed + self.calls.shed + self.calls_in_flight
            == self.calls.sent
            && self.attempts.answered
                + self.attempts.failed
                + self.attempts.shed
                + self.attempts_in_flight
                == self.attempts.sent
    }
}

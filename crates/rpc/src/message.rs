//! What travels: calls and probes one way, replies and their answers the other.

use std::net::Ipv4Addr;

use crate::Nanos;
use crate::procedure::{Arguments, Failure, ReturnValue};

/// A call of a procedure, as one attempt carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Names the call on its connection: the JSON-RPC id, the ONC RPC xid.
    pub id: u32,
    /// The procedure and its arguments.
    pub arguments: Arguments,
    /// The time left until the caller's deadline when the call was sent; `None` is no deadline.
    ///
    /// HTTP carries it in gRPC's header, which has room for eight digits: see
    /// [`http::timeout`](crate::http::timeout) for the rounding. ONC RPC carries it exactly.
    pub timeout: Option<Nanos>,
    /// Chosen by the caller, the same for every attempt of one call: a server that has executed
    /// it answers from memory.
    pub idempotency_key: Option<u64>,
    /// The client on whose behalf a proxy sends this.
    pub forwarded_for: Option<Ipv4Addr>,
}

impl Call {
    /// A call without deadline, key or proxy.
    #[must_use]
    pub fn new(id: u32, arguments: Arguments) -> Self {
        Self {
            id,
            arguments,
            timeout: None,
            idempotency_key: None,
            forwarded_for: None,
        }
    }
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The id of the call that it answers.
    pub id: u32,
    /// What the procedure returned, or why there is nothing.
    pub result: Result<ReturnValue, Failure>,
}

/// What a server receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Call a procedure.
    Call(Call),
    /// A health check: `GET /healthz`, or the NULL procedure.
    Probe {
        /// Names the probe on its connection.
        id: u32,
    },
}

/// What a caller receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// The answer to a call.
    Reply(Reply),
    /// The answer to a health check.
    ProbeAnswer {
        /// The id of the probe that it answers.
        id: u32,
        /// Whether the server wants more calls.
        healthy: bool,
    },
}

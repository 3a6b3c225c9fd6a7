//! JSON-RPC 2.0: the bodies of calls and replies. Specification: <https://www.jsonrpc.org/specification>.
//!
//! Parameters are accepted by position and by name. Ids are unsigned 32-bit numbers. Batches and
//! notifications are refused with -32600: a batch is several calls with one deadline between them,
//! and a notification a call that nobody could trace.
//!
//! Failures have the codes of the specification where it has one, and else -32000 minus gRPC's
//! code, in the range that it leaves to implementations: UNAVAILABLE (14) is -32014.
//!
//! Integers have all their 64 bits, as in Rust, Python or Java; JavaScript rounds beyond 2⁵³.

mod decode;
mod encode;

pub(crate) use decode::{decode_call, decode_reply};
pub(crate) use encode::{encode_call, encode_reply};

use crate::encoding::DecodeError;
use crate::procedure::Failure;
use crate::status::Status;

/// The body is not JSON.
pub const PARSE_ERROR: i64 = -32700;
/// It is JSON, but not a request.
pub const INVALID_REQUEST: i64 = -32600;
/// There is no such procedure: UNIMPLEMENTED.
pub const METHOD_NOT_FOUND: i64 = -32601;
/// The arguments are wrong: INVALID_ARGUMENT.
pub const INVALID_PARAMS: i64 = -32602;
/// The server is broken: INTERNAL.
pub const INTERNAL_ERROR: i64 = -32603;
/// Other statuses are below this by their code.
const SERVER_ERROR: i64 = -32000;

/// The error code of a status.
#[must_use]
pub fn code_of(status: Status) -> i64 {
    match status {
        Status::Unimplemented => METHOD_NOT_FOUND,
        Status::InvalidArgument => INVALID_PARAMS,
        Status::Internal => INTERNAL_ERROR,
        _ => SERVER_ERROR - i64::from(status.code()),
    }
}

/// The status of an error code; UNKNOWN for codes of somebody else's.
#[must_use]
pub fn status_of(code: i64) -> Status {
    match code {
        METHOD_NOT_FOUND => Status::Unimplemented,
        PARSE_ERROR | INVALID_REQUEST | INVALID_PARAMS => Status::InvalidArgument,
        INTERNAL_ERROR => Status::Internal,
        _ => SERVER_ERROR
            .checked_sub(code)
            .and_then(|code| u32::try_from(code).ok())
            .and_then(Status::from_code)
            .filter(|status| *status != Status::Ok)
            .unwrap_or(Status::Unknown),
    }
}

/// The status that a failure is sent with: one that says OK would contradict itself.
pub(crate) fn spoken_status(failure: &Failure) -> Status {
    if failure.status == Status::Ok {
        Status::Unknown
    } else {
        failure.status
    }
}

/// A body that is not a call, and the answer to it.
pub(crate) struct Refused {
    pub(crate) error: DecodeError,
    code: i64,
    /// As JSON: `null` if it could not be told.
    id: String,
}

impl Refused {
    /// The status of the HTTP response.
    pub(crate) fn http_status(&self) -> u16 {
        status_of(self.code).http_status()
    }

    /// The body of the HTTP response.
    pub(crate) fn body(&self) -> Vec<u8> {
        encode::error(&self.id, self.code, &self.error.to_string())
    }
}

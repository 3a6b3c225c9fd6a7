//! Replies: RFC 5531 section 9, accepted and denied.

use super::{
    AUTH_NONE, MAX_AUTH_BODY, PROGRAM, REPLY, RPC_VERSION, VERSION, flavour, message_type, record,
    usual,
};
use crate::encoding::DecodeError;
use crate::message::{Reply, Response};
use crate::procedure::{Failure, ReturnValue};
use crate::status::Status;
use crate::xdr::{self, Reader, XdrError};

pub(super) const MSG_ACCEPTED: u32 = 0;
const MSG_DENIED: u32 = 1;

pub(super) const SUCCESS: u32 = 0;
const PROG_UNAVAIL: u32 = 1;
const PROG_MISMATCH: u32 = 2;
const PROC_UNAVAIL: u32 = 3;
const GARBAGE_ARGS: u32 = 4;
const SYSTEM_ERR: u32 = 5;

const RPC_MISMATCH: u32 = 0;
const AUTH_ERROR: u32 = 1;

const AUTH_BADCRED: u32 = 1;
const AUTH_BADVERF: u32 = 3;

/// The status of an outcome with a value.
pub(super) const OK: u32 = Status::Ok as u32;

/// The cases of `value`.
const NOTHING: u32 = 0;
pub(super) const INTEGER: u32 = 1;
pub(super) const UNSIGNED: u32 = 2;
const TEXT: u32 = 3;

/// How a call is refused by the protocol itself, before any procedure sees it.
#[derive(Clone, Copy)]
pub(super) enum Refusal {
    RpcMismatch,
    BadCredential,
    BadVerifier,
    ProgramUnavailable,
    ProgramMismatch,
    ProcedureUnavailable,
    GarbageArguments,
}

/// Appends a reply as a record.
pub(crate) fn encode_reply(reply: &Reply, out: &mut Vec<u8>) {
    record::put(out, |out| match &reply.result {
        Ok(ReturnValue::Integer(value)) => put_number(out, reply.id, INTEGER, *value as u64),
        Ok(ReturnValue::Unsigned(value)) => put_number(out, reply.id, UNSIGNED, *value),
        result => {
            put_accepted(out, reply.id, SUCCESS);
            put_outcome(out, result);
        }
    });
}

fn put_outcome(out: &mut Vec<u8>, result: &Result<ReturnValue, Failure>) {
    match result {
        Ok(value) => {
            xdr::put_u32(out, OK);
            put_value(out, value);
        }
        Err(failure) => {
            // A failure that says OK would be read as a value.
            let status = if failure.status == Status::Ok {
                Status::Unknown
            } else {
                failure.status
            };
            xdr::put_u32(out, u32::from(status.code()));
            xdr::put_string(out, &failure.message);
        }
    }
}

/// Appends the answer of the NULL procedure as a record: nothing, or SYSTEM_ERR from a server that
/// wants no calls.
pub(crate) fn encode_probe_answer(id: u32, healthy: bool, out: &mut Vec<u8>) {
    record::put(out, |out| {
        put_accepted(out, id, if healthy { SUCCESS } else { SYSTEM_ERR })
    });
}

fn put_accepted(out: &mut Vec<u8>, xid: u32, stat: u32) {
    xdr::put_words(out, accepted(xid, stat));
}

/// The head of an accepted reply, after the place of the record's mark. Between: the verifier, AUTH_NONE
/// with an empty body.
const fn accepted(xid: u32, stat: u32) -> [u32; 7] {
    [record::MARK, xid, REPLY, MSG_ACCEPTED, AUTH_NONE, 0, stat]
}

/// An answer that is a number, nearly all of what a busy run writes: all in one.
fn put_number(out: &mut Vec<u8>, xid: u32, kind: u32, value: u64) {
    let [mark, xid, reply, state, flavour, body, stat] = accepted(xid, SUCCESS);
    let (high, low) = ((value >> 32) as u32, value as u32);
    let words = [
        mark, xid, reply, state, flavour, body, stat, OK, kind, high, low,
    ];
    xdr::put_words(out, words);
}

fn put_value(out: &mut Vec<u8>, value: &ReturnValue) {
    match value {
        ReturnValue::Nothing => xdr::put_u32(out, NOTHING),
        ReturnValue::Integer(value) => {
            xdr::put_u32(out, INTEGER);
            xdr::put_i64(out, *value);
        }
        ReturnValue::Unsigned(value) => {
            xdr::put_u32(out, UNSIGNED);
            xdr::put_u64(out, *value);
        }
        ReturnValue::Text(text) => {
            xdr::put_u32(out, TEXT);
            xdr::put_string(out, text);
        }
    }
}

/// Appends a refusal.
pub(super) fn put_refusal(out: &mut Vec<u8>, xid: u32, refusal: Refusal) {
    let denied = |out: &mut Vec<u8>, [reject, why]: [u32; 2]| {
        xdr::put_words(out, [record::MARK, xid, REPLY, MSG_DENIED, reject, why]);
    };
    match refusal {
        Refusal::RpcMismatch => {
            denied(out, [RPC_MISMATCH, RPC_VERSION]);
            xdr::put_u32(out, RPC_VERSION);
        }
        Refusal::BadCredential => denied(out, [AUTH_ERROR, AUTH_BADCRED]),
        Refusal::BadVerifier => denied(out, [AUTH_ERROR, AUTH_BADVERF]),
        Refusal::ProgramUnavailable => put_accepted(out, xid, PROG_UNAVAIL),
        Refusal::ProgramMismatch => {
            put_accepted(out, xid, PROG_MISMATCH);
            xdr::put_u32(out, VERSION);
            xdr::put_u32(out, VERSION);
        }
        Refusal::ProcedureUnavailable => put_accepted(out, xid, PROC_UNAVAIL),
        Refusal::GarbageArguments => put_accepted(out, xid, GARBAGE_ARGS),
    }
}

/// Reads a reply.
///
/// What the protocol itself answers becomes a failure with the nearest of gRPC's statuses.
/// SYSTEM_ERR is read as the answer of a probe, which is when our servers say it.
#[inline]
pub(crate) fn decode_response(bytes: &[u8]) -> Result<Response, DecodeError> {
    match usual::reply(bytes) {
        Some(reply) => Ok(Response::Reply(reply)),
        None => decode_any_response(bytes),
    }
}

/// As [`decode_response`], by the grammar.
#[inline(never)]
pub(super) fn decode_any_response(bytes: &[u8]) -> Result<Response, DecodeError> {
    let payload = record::payload(bytes)?;
    read(&mut Reader::new(&payload))
}

/// The grammar of a reply.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Response, DecodeError> {
    let id = reader.u32("xid")?;
    if reader.u32_as("message type", message_type)? != REPLY {
        return Err(DecodeError::OncRpc("not a reply"));
    }
    let state = reader.u32_as("reply state", |state| match state {
        MSG_ACCEPTED => "MSG_ACCEPTED (0)",
        MSG_DENIED => "MSG_DENIED (1)",
        _ => "neither accepted nor denied",
    })?;
    let response = match state {
        MSG_ACCEPTED => read_accepted(reader, id)?,
        MSG_DENIED => Response::Reply(Reply {
            id,
            result: Err(read_denied(reader)?),
        }),
        other => return Err(XdrError::Case(other).into()),
    };
    whole(reader, response)
}

/// A response after which there must be nothing.
fn whole(reader: &Reader<'_>, response: Response) -> Result<Response, DecodeError> {
    match reader.remaining() {
        0 => Ok(response),
        count => Err(DecodeError::TrailingBytes { count }),
    }
}

fn read_accepted(reader: &mut Reader<'_>, id: u32) -> Result<Response, DecodeError> {
    reader.u32_as("verifier flavour", flavour)?;
    reader.opaque("verifier body", MAX_AUTH_BODY)?;
    let accept = reader.u32_as("accept state", |accept| match accept {
        SUCCESS => "SUCCESS (0)",
        PROG_UNAVAIL => "PROG_UNAVAIL (1)",
        PROG_MISMATCH => "PROG_MISMATCH (2)",
        PROC_UNAVAIL => "PROC_UNAVAIL (3)",
        GARBAGE_ARGS => "GARBAGE_ARGS (4)",
        SYSTEM_ERR => "SYSTEM_ERR (5)",
        _ => "unknown",
    })?;
    let failure = match accept {
        SUCCESS if reader.remaining() == 0 => {
            return Ok(Response::ProbeAnswer { id, healthy: true });
        }
        SUCCESS => {
            return Ok(Response::Reply(Reply {
                id,
                result: read_outcome(reader)?,
            }));
        }
        SYSTEM_ERR => return Ok(Response::ProbeAnswer { id, healthy: false }),
        PROG_UNAVAIL => Failure::new(
            Status::Unimplemented,
            format!("no program {PROGRAM:#x} here"),
        ),
        PROG_MISMATCH => {
            read_versions(reader)?;
            Failure::new(Status::Unimplemented, "another version of the program")
        }
        PROC_UNAVAIL => Failure::new(Status::Unimplemented, "no such procedure"),
        GARBAGE_ARGS => Failure::new(
            Status::InvalidArgument,
            "the arguments could not be decoded",
        ),
        other => return Err(XdrError::Case(other).into()),
    };
    Ok(Response::Reply(Reply {
        id,
        result: Err(failure),
    }))
}

fn read_denied(reader: &mut Reader<'_>) -> Result<Failure, DecodeError> {
    let reject = reader.u32_as("reject state", |reject| match reject {
        RPC_MISMATCH => "RPC_MISMATCH (0)",
        AUTH_ERROR => "AUTH_ERROR (1)",
        _ => "unknown",
    })?;
    match reject {
        RPC_MISMATCH => {
            read_versions(reader)?;
            Ok(Failure::new(
                Status::Unimplemented,
                "another version of RPC",
            ))
        }
        AUTH_ERROR => {
            reader.u32("authentication state")?;
            Ok(Failure::new(
                Status::Unauthenticated,
                "the credentials were not accepted",
            ))
        }
        other => Err(XdrError::Case(other).into()),
    }
}

fn read_versions(reader: &mut Reader<'_>) -> Result<(), XdrError> {
    reader.u32("lowest version")?;
    reader.u32("highest version")?;
    Ok(())
}

fn read_outcome(reader: &mut Reader<'_>) -> Result<Result<ReturnValue, Failure>, DecodeError> {
    let code = reader.u32_as("status", |code| match Status::from_code(code) {
        Some(status) => format!("{status} ({code})"),
        None => "unknown".to_owned(),
    })?;
    match Status::from_code(code).ok_or(XdrError::Case(code))? {
        Status::Ok => Ok(Ok(read_value(reader)?)),
        status => Ok(Err(Failure {
            status,
            message: reader.string("message", u32::MAX)?,
        })),
    }
}

fn read_value(reader: &mut Reader<'_>) -> Result<ReturnValue, XdrError> {
    let kind = reader.u32_as("kind of value", |kind| match kind {
        NOTHING => "NOTHING (0)",
        INTEGER => "INTEGER (1)",
        UNSIGNED => "UNSIGNED (2)",
        TEXT => "TEXT (3)",
        _ => "unknown",
    })?;
    match kind {
        NOTHING => Ok(ReturnValue::Nothing),
        INTEGER => reader.i64("value").map(ReturnValue::Integer),
        UNSIGNED => reader.u64("value").map(ReturnValue::Unsigned),
        TEXT => reader.string("value", u32::MAX).map(ReturnValue::Text),
        other => Err(XdrError::Case(other)),
    }
}

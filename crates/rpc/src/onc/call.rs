//! Calls: RFC 5531 section 9, and how a server refuses them.

use std::net::Ipv4Addr;

use super::reply::{Refusal, put_refusal};
use super::{
    AUTH_NONE, AUTH_SYS, CALL, MAX_AUTH_BODY, PROGRAM, RPC_VERSION, VERSION, flavour, message_type,
    record, usual,
};
use crate::encoding::{DecodeError, Rejection};
use crate::message::{Call, Request};
use crate::procedure::{Arguments, Procedure};
use crate::xdr::{self, Reader, XdrError};

/// Appends a call as a record.
pub(crate) fn encode_call(call: &Call, out: &mut Vec<u8>) {
    record::put(out, |out| {
        put_header(out, call.id, call.arguments.procedure().number());
        xdr::put_optional_u64(out, call.timeout);
        xdr::put_optional_u64(out, call.idempotency_key);
        xdr::put_optional_u32(out, call.forwarded_for.map(u32::from));
        put_arguments(out, &call.arguments);
    });
}

/// Appends a call of the NULL procedure as a record.
pub(crate) fn encode_probe(id: u32, out: &mut Vec<u8>) {
    record::put(out, |out| put_header(out, id, 0));
}

fn put_header(out: &mut Vec<u8>, xid: u32, procedure: u32) {
    xdr::put_words(out, header(xid, procedure));
}

/// The head of our own calls, after the place of the record's mark. The last four words: credential and
/// verifier, AUTH_NONE with an empty body each.
const fn header(xid: u32, procedure: u32) -> [u32; 11] {
    [
        record::MARK,
        xid,
        CALL,
        RPC_VERSION,
        PROGRAM,
        VERSION,
        procedure,
        AUTH_NONE,
        0,
        AUTH_NONE,
        0,
    ]
}

fn put_arguments(out: &mut Vec<u8>, arguments: &Arguments) {
    match arguments {
        Arguments::Echo(text)
        | Arguments::Reverse(text)
        | Arguments::WordCount(text)
        | Arguments::Sha256(text)
        | Arguments::KvGet(text) => xdr::put_string(out, text),
        Arguments::Add(a, b) => {
            let terms = [a.to_be_bytes(), b.to_be_bytes()];
            out.extend_from_slice(terms.as_flattened());
        }
        Arguments::Fibonacci(n) => xdr::put_u32(out, *n),
        Arguments::KvPut { key, value } => {
            xdr::put_string(out, key);
            xdr::put_string(out, value);
        }
        Arguments::KvIncrement { key, by } => {
            xdr::put_string(out, key);
            xdr::put_i64(out, *by);
        }
    }
}

/// Why a call is not accepted.
pub(super) struct Refused {
    error: DecodeError,
    /// With the xid, if the standard has an answer.
    answer: Option<(u32, Refusal)>,
}

/// Reads a call, or says how it is to be refused.
#[inline]
pub(crate) fn decode_request(bytes: &[u8]) -> Result<Request, Rejection> {
    match usual::call(bytes) {
        Some(call) => Ok(Request::Call(call)),
        None => decode_any_request(bytes),
    }
}

/// As [`decode_request`], by the grammar.
#[inline(never)]
pub(super) fn decode_any_request(bytes: &[u8]) -> Result<Request, Rejection> {
    let payload = record::payload(bytes).map_err(|error| Rejection {
        error,
        answer: None,
    })?;
    read(&mut Reader::new(&payload)).map_err(|refused| Rejection {
        error: refused.error,
        answer: refused.answer.map(|(xid, refusal)| {
            let mut out = Vec::new();
            record::put(&mut out, |out| put_refusal(out, xid, refusal));
            out
        }),
    })
}

/// The grammar of a call. What is wrong is looked for in the order of section 9: the protocol's
/// version, who calls, the program, its version, the procedure, the arguments.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Request, Refused> {
    let (xid, number) = read_header(reader)?;
    let refuse = |refusal, error| Refused {
        error,
        answer: Some((xid, refusal)),
    };
    let garbage = |error: XdrError| refuse(Refusal::GarbageArguments, error.into());
    let request = if number == 0 {
        Request::Probe { id: xid }
    } else {
        let procedure = Procedure::from_number(number)
            .ok_or_else(|| refuse(Refusal::ProcedureUnavailable, DecodeError::UnknownProcedure))?;
        Request::Call(read_call(reader, xid, procedure).map_err(garbage)?)
    };
    match reader.remaining() {
        0 => Ok(request),
        count => Err(refuse(
            Refusal::GarbageArguments,
            DecodeError::TrailingBytes { count },
        )),
    }
}

/// The header, word by word: xid and procedure.
fn read_header(reader: &mut Reader<'_>) -> Result<(u32, u32), Refused> {
    let silent = |error| Refused {
        error,
        answer: None,
    };
    let xid = reader.u32("xid").map_err(|error| silent(error.into()))?;
    let kind = reader
        .u32_as("message type", message_type)
        .map_err(|error| silent(error.into()))?;
    if kind != CALL {
        return Err(silent(DecodeError::OncRpc("not a call")));
    }
    let refuse = |refusal, error| Refused {
        error,
        answer: Some((xid, refusal)),
    };
    let garbage = |error: XdrError| refuse(Refusal::GarbageArguments, error.into());

    if reader.u32("RPC version").map_err(garbage)? != RPC_VERSION {
        return Err(refuse(
            Refusal::RpcMismatch,
            DecodeError::OncRpc("an RPC version other than 2"),
        ));
    }
    let program = reader
        .u32_as("program", |number| format!("{number:#x}"))
        .map_err(garbage)?;
    let version = reader.u32("program version").map_err(garbage)?;
    let number = reader
        .u32_as("procedure", |number| {
            match (number, Procedure::from_number(number)) {
                (0, _) => "NULL (0)".to_owned(),
                (_, Some(procedure)) => format!("{procedure} ({number})"),
                (_, None) => format!("unknown ({number})"),
            }
        })
        .map_err(garbage)?;
    let credential = reader
        .u32_as("credential flavour", flavour)
        .and_then(|flavour| {
            reader.opaque("credential body", MAX_AUTH_BODY)?;
            Ok(flavour)
        });
    if !matches!(credential, Ok(AUTH_NONE | AUTH_SYS)) {
        return Err(refuse(
            Refusal::BadCredential,
            DecodeError::OncRpc("a credential that is not accepted"),
        ));
    }
    let verifier = reader
        .u32_as("verifier flavour", flavour)
        .and_then(|flavour| {
            reader.opaque("verifier body", MAX_AUTH_BODY)?;
            Ok(flavour)
        });
    if verifier != Ok(AUTH_NONE) {
        return Err(refuse(
            Refusal::BadVerifier,
            DecodeError::OncRpc("a verifier that is not accepted"),
        ));
    }
    if program != PROGRAM {
        return Err(refuse(
            Refusal::ProgramUnavailable,
            DecodeError::OncRpc("another program"),
        ));
    }
    if version != VERSION {
        return Err(refuse(
            Refusal::ProgramMismatch,
            DecodeError::OncRpc("another version of the program"),
        ));
    }
    Ok((xid, number))
}

fn read_call(reader: &mut Reader<'_>, id: u32, procedure: Procedure) -> Result<Call, XdrError> {
    let timeout = reader.optional("timeout in ns", Reader::u64)?;
    let idempotency_key = reader.optional("idempotency key", Reader::u64)?;
    let forwarded_for = reader
        .optional("forwarded for", |reader, name| {
            reader.u32_as(name, Ipv4Addr::from)
        })?
        .map(Ipv4Addr::from);
    let arguments = read_arguments(reader, procedure)?;
    Ok(Call {
        id,
        arguments,
        timeout,
        idempotency_key,
        forwarded_for,
    })
}

fn read_arguments(reader: &mut Reader<'_>, procedure: Procedure) -> Result<Arguments, XdrError> {
    // Strings are not bounded by the protocol; the record's size bounds them.
    let string = |reader: &mut Reader<'_>, name| reader.string(name, u32::MAX);
    Ok(match procedure {
        Procedure::Echo => Arguments::Echo(string(reader, "text")?),
        Procedure::Add => Arguments::Add(reader.i64("a")?, reader.i64("b")?),
        Procedure::Fibonacci => Arguments::Fibonacci(reader.u32("n")?),
        Procedure::Reverse => Arguments::Reverse(string(reader, "text")?),
        Procedure::WordCount => Arguments::WordCount(string(reader, "text")?),
        Procedure::Sha256 => Arguments::Sha256(string(reader, "text")?),
        Procedure::KvGet => Arguments::KvGet(string(reader, "key")?),
        Procedure::KvPut => Arguments::KvPut {
            key: string(reader, "key")?,
            value: string(reader, "value")?,
        },
        Procedure::KvIncrement => Arguments::KvIncrement {
            key: string(reader, "key")?,
            by: reader.i64("by")?,
        },
    })
}

impl Refused {
    /// What is wrong, in words.
    pub(super) fn reason(&self) -> String {
        self.error.to_string()
    }
}

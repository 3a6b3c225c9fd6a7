//! Reads HTTP messages.

use std::net::Ipv4Addr;

use super::encode::{bare_response, put_json, refusal};
use super::head::{Head, StartLine};
use super::{
    CALL_PATH, FORWARDED_FOR, IDEMPOTENCY_KEY, PROBE_PATH, REQUEST_ID, TIMEOUT, head, timeout,
};
use crate::encoding::{DecodeError, Rejection};
use crate::frame::{FrameError, Measure};
use crate::json_rpc;
use crate::message::{Call, Request, Response};
use crate::procedure::Failure;
use crate::status::Status;

/// Cuts a whole message into head and body.
fn split(bytes: &[u8]) -> Result<(Head<'_>, &[u8]), DecodeError> {
    match head::measure(bytes, 0, usize::MAX)? {
        Measure::Partial { .. } => return Err(DecodeError::Incomplete),
        Measure::Whole(length) if length < bytes.len() => {
            return Err(DecodeError::TrailingBytes {
                count: bytes.len() - length,
            });
        }
        Measure::Whole(_) => {}
    }
    let head = Head::parse(bytes)?.ok_or(DecodeError::Incomplete)?;
    let body = bytes.get(head.length..).unwrap_or_default();
    Ok((head, body))
}

/// Reads a request, or says how it is to be refused.
pub(crate) fn decode_request(bytes: &[u8]) -> Result<Request, Rejection> {
    let (head, body) = split(bytes).map_err(|error| {
        let answer = match &error {
            DecodeError::Incomplete => None,
            DecodeError::Frame(error) => Some(refusal(*error)),
            _ => Some(refusal(FrameError::MalformedHead)),
        };
        Rejection { error, answer }
    })?;
    let StartLine::Request { method, target } = head.start else {
        return Err(reject(400, "", DecodeError::Http("not a request")));
    };
    // RFC 9112 section 3.2: exactly one Host, but in HTTP/1.0.
    if head.all("Host").count() != 1 && (head.minor_version == 1 || head.all("Host").count() > 1) {
        return Err(reject(
            400,
            "",
            DecodeError::Http("not exactly one Host field"),
        ));
    }
    match (path(target), method) {
        (PROBE_PATH, "GET") => {
            let id = head
                .first(REQUEST_ID)
                .and_then(|id| id.parse().ok())
                .unwrap_or(0);
            Ok(Request::Probe { id })
        }
        (CALL_PATH, "POST") => read_call(&head, body).map(Request::Call),
        (PROBE_PATH, _) => Err(reject(
            405,
            "Allow: GET\r\n",
            DecodeError::Http("a method other than GET"),
        )),
        (CALL_PATH, _) => Err(reject(
            405,
            "Allow: POST\r\n",
            DecodeError::Http("a method other than POST"),
        )),
        _ => Err(reject(404, "", DecodeError::Http("no such path"))),
    }
}

/// The path of a request target, which may be a whole URI (RFC 9112 section 3.2.2).
fn path(target: &str) -> &str {
    // A query may hold slashes of its own.
    let target = target.split('?').next().unwrap_or_default();
    match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        }
        _ => target,
    }
}

fn reject(status: u16, fields: &str, error: DecodeError) -> Rejection {
    Rejection {
        error,
        answer: Some(bare_response(status, fields)),
    }
}

fn read_call(head: &Head<'_>, body: &[u8]) -> Result<Call, Rejection> {
    if head.all("Content-Length").next().is_none() {
        return Err(reject(
            411,
            "",
            DecodeError::Frame(FrameError::LengthRequired),
        ));
    }
    if head.all("Content-Type").next().is_some() && !head.is_json() {
        return Err(reject(
            415,
            "Accept: application/json\r\n",
            DecodeError::Http("not application/json"),
        ));
    }
    let malformed = |what| reject(400, "", DecodeError::Http(what));
    let timeout = read_field(head, TIMEOUT, timeout::decode)
        .map_err(|()| malformed("a malformed or repeated Grpc-Timeout"))?;
    let key = read_field(head, IDEMPOTENCY_KEY, idempotency_key).map_err(|()| {
        malformed("an Idempotency-Key that is not 1 to 16 hexadecimal digits, once")
    })?;
    match json_rpc::decode_call(body) {
        Ok((id, arguments)) => Ok(Call {
            id,
            arguments,
            timeout,
            idempotency_key: key,
            forwarded_for: forwarded_for(head),
        }),
        Err(refused) => {
            let mut answer = Vec::new();
            put_json(refused.http_status(), &refused.body(), &mut answer);
            Err(Rejection {
                error: refused.error,
                answer: Some(answer),
            })
        }
    }
}

/// Reads a header field that may be absent, but not malformed or repeated: which of two would count?
fn read_field<T>(
    head: &Head<'_>,
    name: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, ()> {
    match head.all(name).count() {
        0 => Ok(None),
        1 => head.first(name).and_then(read).map(Some).ok_or(()),
        _ => Err(()),
    }
}

/// A string of structured fields (RFC 9651), or the same without its quotes, as many send it.
fn idempotency_key(value: &str) -> Option<u64> {
    let digits = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    // `from_str_radix` alone would take a sign, and zeros without end before the digits.
    if digits.len() > 16 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

/// The first address is the client's, those after it are proxies'. One that we cannot read is
/// nobody's: the field is information, and never a reason to refuse a call.
fn forwarded_for(head: &Head<'_>) -> Option<Ipv4Addr> {
    head.first(FORWARDED_FOR)?
        .split(',')
        .next()?
        .trim()
        .parse()
        .ok()
}

/// Reads a response.
///
/// One without a JSON-RPC body answers a health check if it is a success, or a 503 that names one;
/// else it comes from somebody on the way, and is [`DecodeError::Unmatched`].
pub(crate) fn decode_response(bytes: &[u8]) -> Result<Response, DecodeError> {
    let (head, body) = split(bytes)?;
    let StartLine::Response { status } = head.start else {
        return Err(DecodeError::Http("not a response"));
    };
    let unmatched = || {
        DecodeError::Unmatched(Failure::new(
            Status::from_http_status(status),
            format!("HTTP {status}"),
        ))
    };
    if head.is_json() {
        return match json_rpc::decode_reply(body) {
            Ok(reply) => Ok(Response::Reply(reply)),
            Err(DecodeError::JsonRpc(_)) if status >= 400 => Err(unmatched()),
            Err(error) => Err(error),
        };
    }
    let id = head.first(REQUEST_ID).and_then(|id| id.parse().ok());
    match (status, id) {
        (200..300, id) => Ok(Response::ProbeAnswer {
            id: id.unwrap_or(0),
            healthy: true,
        }),
        (503, Some(id)) => Ok(Response::ProbeAnswer { id, healthy: false }),
        _ => Err(unmatched()),
    }
}

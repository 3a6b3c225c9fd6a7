//! Writes HTTP messages.

use std::io::Write;

use super::{CALL_PATH, FORWARDED_FOR, IDEMPOTENCY_KEY, PROBE_PATH, REQUEST_ID, TIMEOUT, timeout};
use crate::frame::FrameError;
use crate::json_rpc;
use crate::message::{Call, Reply};

/// Appends formatted text.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        // Writing into memory does not fail.
        let _ = write!($out, $($argument)*);
    };
}

/// Appends a call.
pub(crate) fn encode_call(call: &Call, authority: &str, out: &mut Vec<u8>) {
    let body = json_rpc::encode_call(call.id, &call.arguments);
    put!(out, "POST {CALL_PATH} HTTP/1.1\r\nHost: ");
    put_authority(authority, out);
    if let Some(left) = call.timeout {
        put!(out, "{TIMEOUT}: {}\r\n", timeout::encode(left));
    }
    if let Some(key) = call.idempotency_key {
        put!(out, "{IDEMPOTENCY_KEY}: \"{key:016x}\"\r\n");
    }
    if let Some(address) = call.forwarded_for {
        put!(out, "{FORWARDED_FOR}: {address}\r\n");
    }
    put_body("application/json", &body, out);
}

/// Appends a health check.
pub(crate) fn encode_probe(id: u32, authority: &str, out: &mut Vec<u8>) {
    put!(out, "GET {PROBE_PATH} HTTP/1.1\r\nHost: ");
    put_authority(authority, out);
    put!(out, "{REQUEST_ID}: {id}\r\n\r\n");
}

/// Appends the answer to a call.
pub(crate) fn encode_reply(reply: &Reply, out: &mut Vec<u8>) {
    let status = match &reply.result {
        Ok(_) => 200,
        Err(failure) => json_rpc::spoken_status(failure).http_status(),
    };
    put_json(status, &json_rpc::encode_reply(reply), out);
}

/// Appends the answer to a health check.
pub(crate) fn encode_probe_answer(id: u32, healthy: bool, out: &mut Vec<u8>) {
    put_status_line(if healthy { 200 } else { 503 }, out);
    put!(out, "{REQUEST_ID}: {id}\r\n");
    put_body(
        "text/plain",
        if healthy { b"ok" } else { b"unhealthy" },
        out,
    );
}

/// Appends a response with a JSON body.
pub(super) fn put_json(status: u16, body: &[u8], out: &mut Vec<u8>) {
    put_status_line(status, out);
    put_body("application/json", body, out);
}

/// A response without a body; `fields` are whole lines.
pub(super) fn bare_response(status: u16, fields: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_status_line(status, &mut out);
    put!(out, "{fields}Content-Length: 0\r\n\r\n");
    out
}

/// What to say before closing a connection whose stream cannot be cut into messages.
pub(crate) fn refusal(error: FrameError) -> Vec<u8> {
    let status = match error {
        FrameError::TooLarge { .. } => 413,
        FrameError::HeadTooLarge => 431,
        FrameError::MalformedHead | FrameError::ContentLength => 400,
        FrameError::Version => 505,
        FrameError::LengthRequired => 411,
        FrameError::TransferEncoding => 501,
    };
    bare_response(status, "Connection: close\r\n")
}

/// Appends the value of `Host` and ends its line. Only visible ASCII passes: a line end in an
/// authority would begin a header field of its own.
fn put_authority(authority: &str, out: &mut Vec<u8>) {
    out.extend(authority.bytes().filter(u8::is_ascii_graphic));
    out.extend_from_slice(b"\r\n");
}

fn put_body(media: &str, body: &[u8], out: &mut Vec<u8>) {
    put!(
        out,
        "Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    out.extend_from_slice(body);
}

fn put_status_line(status: u16, out: &mut Vec<u8>) {
    put!(out, "HTTP/1.1 {status} {}\r\n", reason(status));
}

/// Reason phrases of the statuses that we send.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        499 => "Client Closed Request",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        // The phrase may be empty (RFC 9112 section 4); the space before it may not be left out.
        _ => "",
    }
}

//! Writes JSON-RPC bodies, without white space and in the order of the specification's examples.

use std::io::Write;

use super::{code_of, spoken_status};
use crate::message::Reply;
use crate::procedure::{Arguments, ReturnValue};

/// A request object.
pub(crate) fn encode_call(id: u32, arguments: &Arguments) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    let name = arguments.procedure().name();
    put(
        &mut out,
        format_args!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{name}","params":["#),
    );
    match arguments {
        Arguments::Echo(text)
        | Arguments::Reverse(text)
        | Arguments::WordCount(text)
        | Arguments::Sha256(text)
        | Arguments::KvGet(text) => put_string(&mut out, text),
        Arguments::Add(a, b) => put(&mut out, format_args!("{a},{b}")),
        Arguments::Fibonacci(n) => put(&mut out, format_args!("{n}")),
        Arguments::KvPut { key, value } => {
            put_string(&mut out, key);
            out.push(b',');
            put_string(&mut out, value);
        }
        Arguments::KvIncrement { key, by } => {
            put_string(&mut out, key);
            put(&mut out, format_args!(",{by}"));
        }
    }
    out.extend_from_slice(b"]}");
    out
}

/// A response object.
pub(crate) fn encode_reply(reply: &Reply) -> Vec<u8> {
    let value = match &reply.result {
        Ok(value) => value,
        Err(failure) => {
            return error(
                &reply.id.to_string(),
                code_of(spoken_status(failure)),
                &failure.message,
            );
        }
    };
    let mut out = Vec::with_capacity(64);
    put(
        &mut out,
        format_args!(r#"{{"jsonrpc":"2.0","id":{},"result":"#, reply.id),
    );
    match value {
        ReturnValue::Text(text) => put_string(&mut out, text),
        ReturnValue::Integer(value) => put(&mut out, format_args!("{value}")),
        ReturnValue::Unsigned(value) => put(&mut out, format_args!("{value}")),
        ReturnValue::Nothing => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    out
}

/// A response object with an error; `id` is JSON.
pub(super) fn error(id: &str, code: i64, message: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    put(
        &mut out,
        format_args!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"#),
    );
    put_string(&mut out, message);
    out.extend_from_slice(b"}}");
    out
}

fn put(out: &mut Vec<u8>, text: core::fmt::Arguments<'_>) {
    // Writing into memory does not fail.
    let _ = out.write_fmt(text);
}

/// Appends a string as JSON.
pub(super) fn put_string(out: &mut Vec<u8>, text: &str) {
    // A string is always JSON, and writing into memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

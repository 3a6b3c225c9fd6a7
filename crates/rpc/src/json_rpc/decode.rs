//! Reads JSON-RPC bodies.

use serde_json::{Map, Value};

use super::encode::put_string;
use super::{INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, Refused, status_of};
use crate::encoding::DecodeError;
use crate::message::Reply;
use crate::procedure::{Arguments, Failure, Procedure, ReturnValue};

/// Reads a request object, or says how it is to be refused.
pub(crate) fn decode_call(body: &[u8]) -> Result<(u32, Arguments), Refused> {
    let refuse = |id: &str, code, what| Refused {
        error: DecodeError::JsonRpc(what),
        code,
        id: id.to_owned(),
    };
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| refuse("null", PARSE_ERROR, "the body is not JSON"))?;
    let mut request = match value {
        Value::Object(request) => request,
        Value::Array(_) => return Err(refuse("null", INVALID_REQUEST, "batches are not accepted")),
        _ => return Err(refuse("null", INVALID_REQUEST, "not an object")),
    };
    let id = request.get("id").cloned().unwrap_or_default();
    let written = write_id(&id);
    let invalid = |what| refuse(&written, INVALID_REQUEST, what);
    if request.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid("not of version 2.0"));
    }
    if !request.contains_key("id") {
        return Err(invalid("no id: notifications are not accepted"));
    }
    if id.is_null() {
        return Err(invalid("a null id, by which no answer can be known"));
    }
    let id = id
        .as_u64()
        .and_then(|id| u32::try_from(id).ok())
        .ok_or_else(|| invalid("an id that is not a 32-bit number"))?;
    let name = request
        .get("method")
        .and_then(Value::as_str)
        .ok_or_else(|| invalid("no method"))?;
    let procedure = Procedure::from_name(name).ok_or_else(|| Refused {
        error: DecodeError::UnknownProcedure,
        code: METHOD_NOT_FOUND,
        id: written.clone(),
    })?;
    let wrong = |what| Refused {
        error: DecodeError::WrongArguments(what),
        code: INVALID_PARAMS,
        id: written.clone(),
    };
    let mut values = match request.remove("params") {
        None => return Err(wrong("none given")),
        Some(Value::Array(values)) => values,
        Some(Value::Object(named)) => {
            by_name(procedure, named).ok_or_else(|| wrong("other names"))?
        }
        Some(_) => return Err(invalid("params are neither an array nor an object")),
    };
    if values.len() != procedure.parameters().len() {
        return Err(wrong("too few or too many"));
    }
    read_arguments(procedure, &mut values)
        .map(|arguments| (id, arguments))
        .ok_or_else(|| wrong("of another type"))
}

/// An id as JSON, to be sent back; `null` for what is not an id.
fn write_id(id: &Value) -> String {
    if let Some(text) = id.as_str() {
        let mut out = Vec::new();
        put_string(&mut out, text);
        return String::from_utf8(out).unwrap_or_default();
    }
    let number = id
        .as_u64()
        .map(|id| id.to_string())
        .or_else(|| id.as_i64().map(|id| id.to_string()));
    number.unwrap_or_else(|| "null".to_owned())
}

/// Brings named parameters into their order; `None` if the names are others.
fn by_name(procedure: Procedure, mut named: Map<String, Value>) -> Option<Vec<Value>> {
    let values = procedure
        .parameters()
        .iter()
        .map(|name| named.remove(*name))
        .collect::<Option<Vec<_>>>()?;
    named.is_empty().then_some(values)
}

/// Reads as many values as the procedure has parameters.
fn read_arguments(procedure: Procedure, values: &mut [Value]) -> Option<Arguments> {
    let mut values = values.iter_mut();
    let mut next = || values.next().map(Value::take);
    let text = |value: Option<Value>| match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    Some(match procedure {
        Procedure::Echo => Arguments::Echo(text(next())?),
        Procedure::Add => Arguments::Add(next()?.as_i64()?, next()?.as_i64()?),
        Procedure::Fibonacci => Arguments::Fibonacci(u32::try_from(next()?.as_u64()?).ok()?),
        Procedure::Reverse => Arguments::Reverse(text(next())?),
        Procedure::WordCount => Arguments::WordCount(text(next())?),
        Procedure::Sha256 => Arguments::Sha256(text(next())?),
        Procedure::KvGet => Arguments::KvGet(text(next())?),
        Procedure::KvPut => Arguments::KvPut {
            key: text(next())?,
            value: text(next())?,
        },
        Procedure::KvIncrement => Arguments::KvIncrement {
            key: text(next())?,
            by: next()?.as_i64()?,
        },
    })
}

/// Reads a response object.
pub(crate) fn decode_reply(body: &[u8]) -> Result<Reply, DecodeError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| DecodeError::JsonRpc("the body is not JSON"))?;
    let Value::Object(mut response) = value else {
        return Err(DecodeError::JsonRpc("not an object"));
    };
    if response.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(DecodeError::JsonRpc("not of version 2.0"));
    }
    let result = match (response.remove("result"), response.remove("error")) {
        (Some(value), None) => {
            Ok(read_value(value).ok_or(DecodeError::JsonRpc("a result of another type"))?)
        }
        (None, Some(error)) => {
            Err(read_error(error).ok_or(DecodeError::JsonRpc("a malformed error"))?)
        }
        _ => return Err(DecodeError::JsonRpc("neither a result nor an error")),
    };
    match (response.remove("id"), result) {
        (Some(Value::Null), Err(failure)) => Err(DecodeError::Unmatched(failure)),
        (id, result) => {
            let id = id
                .as_ref()
                .and_then(Value::as_u64)
                .and_then(|id| u32::try_from(id).ok());
            Ok(Reply {
                id: id.ok_or(DecodeError::JsonRpc("no id of ours"))?,
                result,
            })
        }
    }
}

fn read_value(value: Value) -> Option<ReturnValue> {
    match value {
        Value::Null => Some(ReturnValue::Nothing),
        Value::String(text) => Some(ReturnValue::Text(text)),
        Value::Number(number) => number
            .as_i64()
            .map(ReturnValue::Integer)
            .or_else(|| number.as_u64().map(ReturnValue::Unsigned)),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn read_error(mut error: Value) -> Option<Failure> {
    let status = status_of(error.get("code")?.as_i64()?);
    match error.get_mut("message").map(Value::take) {
        Some(Value::String(message)) => Some(Failure { status, message }),
        _ => None,
    }
}

//! HTTP/1.1 (RFC 9110, RFC 9112), as far as calls need it.
//!
//! A call is `POST /rpc` with a JSON-RPC body, a health check `GET /healthz`. What a call carries
//! beside its arguments is in header fields, where proxies can read it without the body:
//!
//! | field | from | meaning |
//! |---|---|---|
//! | `Grpc-Timeout` | gRPC over HTTP/2; grpc-gateway | time left until the deadline, see [`timeout`] |
//! | `Idempotency-Key` | draft-ietf-httpapi-idempotency-key-header | up to 16 hexadecimal digits in quotes |
//! | `X-Forwarded-For` | custom, before RFC 7239 | the client's address, then the proxies' |
//! | `X-Request-Id` | custom | names a health check; a call is named by its JSON-RPC id |
//!
//! Bodies have a `Content-Length`. A chunked one is answered 411, which RFC 9110 section 15.5.12
//! allows; both at once are refused, since that is how requests are smuggled.
//!
//! A failed call has the HTTP status of its [`Status`](crate::status::Status) as well as a JSON-RPC
//! error, for proxies see only the former.

mod annotate;
mod decode;
mod encode;
mod head;
pub mod timeout;

pub(crate) use annotate::annotate;
pub(crate) use decode::{decode_request, decode_response};
pub(crate) use encode::{encode_call, encode_probe, encode_probe_answer, encode_reply, refusal};
pub(crate) use head::measure;

/// Where calls are sent to.
pub const CALL_PATH: &str = "/rpc";
/// Where health is asked for.
pub const PROBE_PATH: &str = "/healthz";

const TIMEOUT: &str = "Grpc-Timeout";
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const FORWARDED_FOR: &str = "X-Forwarded-For";
const REQUEST_ID: &str = "X-Request-Id";

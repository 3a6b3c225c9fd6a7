//! Remote procedure calls: calls as bytes, and what a caller does when they fail.
//!
//! Deterministic logic only: no sockets, no clock, and no randomness but what is passed in, so
//! that the crate behaves the same behind a simulated network and behind a real one.
//!
//! - [`procedure`] and [`message`] say what is called and answered.
//! - [`encoding`] turns messages into bytes and back, in one of two encodings: [`http`] with
//!   [`json_rpc`] in its body, or [`onc`] in [`xdr`]. [`frame`] cuts a byte stream into messages.
//! - [`service`] computes the answers.
//! - [`channel`] opens and reuses connections; [`retry`] decides whether to try again, and when.
//!
//! Architecture invariant: no byte that arrives makes this crate panic. What cannot be understood
//! becomes a typed error, together with the answer that the standard prescribes.

pub mod channel;
pub mod encoding;
pub mod frame;
pub mod http;
pub mod json_rpc;
pub mod message;
pub mod onc;
pub mod procedure;
pub mod retry;
pub mod service;
pub mod status;
pub mod xdr;

/// A span of time in nanoseconds.
pub type Nanos = u64;

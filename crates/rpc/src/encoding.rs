//! The two encodings behind one face.

use core::ops::Range;

use crate::frame::FrameError;
use crate::message::{Call, Reply, Request, Response};
use crate::procedure::Failure;
use crate::xdr::XdrError;
use crate::{http, onc};

/// How messages are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// JSON-RPC 2.0 in HTTP/1.1 (RFC 9112): readable, and what proxies act on.
    JsonHttp,
    /// ONC RPC version 2 (RFC 5531) over record marking, in XDR (RFC 4506): binary and small.
    OncRpc,
}

/// Why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the message does.
    #[error("the message is incomplete")]
    Incomplete,
    /// Bytes follow the message.
    #[error("{count} bytes follow the message")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// The byte stream cannot be cut into messages.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The HTTP message is well framed and still not acceptable.
    #[error("HTTP: {0}")]
    Http(&'static str),
    /// The body is not a JSON-RPC message.
    #[error("JSON-RPC: {0}")]
    JsonRpc(&'static str),
    /// The record is not an ONC RPC message of the program.
    #[error("ONC RPC: {0}")]
    OncRpc(&'static str),
    /// A value breaks XDR's rules.
    #[error("XDR: {0}")]
    Xdr(#[from] XdrError),
    /// There is no such procedure.
    #[error("no such procedure")]
    UnknownProcedure,
    /// The arguments are not those of the procedure.
    #[error("wrong arguments: {0}")]
    WrongArguments(&'static str),
    /// An error response that names no call. On a connection that does not multiplex it answers
    /// the one that is waiting.
    #[error("an answer to no call in particular: {0}")]
    Unmatched(Failure),
}

/// A request that was not understood, and what the standard has the server send back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Rejection {
    /// What is wrong with it.
    #[source]
    pub error: DecodeError,
    /// The response; `None` if nothing can be answered and the connection is to be closed.
    pub answer: Option<Vec<u8>>,
}

/// Some bytes of a message, named for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where in the message.
    pub range: Range<usize>,
    /// What the standard calls it.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Encoding {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::JsonHttp, Self::OncRpc];

    /// Appends a call. `authority` is HTTP's `Host`, an address or a name with an optional port.
    pub fn encode_call(self, call: &Call, authority: &str, out: &mut Vec<u8>) {
        match self {
            Self::JsonHttp => http::encode_call(call, authority, out),
            Self::OncRpc => onc::encode_call(call, out),
        }
    }

    /// Appends a health check.
    pub fn encode_probe(self, id: u32, authority: &str, out: &mut Vec<u8>) {
        match self {
            Self::JsonHttp => http::encode_probe(id, authority, out),
            Self::OncRpc => onc::encode_probe(id, out),
        }
    }

    /// Appends the answer to a call.
    pub fn encode_reply(self, reply: &Reply, out: &mut Vec<u8>) {
        match self {
            Self::JsonHttp => http::encode_reply(reply, out),
            Self::OncRpc => onc::encode_reply(reply, out),
        }
    }

    /// Appends the answer to a health check.
    pub fn encode_probe_answer(self, id: u32, healthy: bool, out: &mut Vec<u8>) {
        match self {
            Self::JsonHttp => http::encode_probe_answer(id, healthy, out),
            Self::OncRpc => onc::encode_probe_answer(id, healthy, out),
        }
    }

    /// Reads one whole request, as [`Splitter`](crate::frame::Splitter) cuts it.
    ///
    /// # Errors
    /// A [`Rejection`], with the response that the standard prescribes where it does.
    pub fn decode_request(self, bytes: &[u8]) -> Result<Request, Rejection> {
        match self {
            Self::JsonHttp => http::decode_request(bytes),
            Self::OncRpc => onc::decode_request(bytes),
        }
    }

    /// Reads one whole response, as [`Splitter`](crate::frame::Splitter) cuts it.
    ///
    /// # Errors
    /// What is wrong with the bytes; [`DecodeError::Unmatched`] for a well-formed error response
    /// that names no call.
    pub fn decode_response(self, bytes: &[u8]) -> Result<Response, DecodeError> {
        match self {
            Self::JsonHttp => http::decode_response(bytes),
            Self::OncRpc => onc::decode_response(bytes),
        }
    }

    /// Whether exchanges share a connection: ONC RPC matches replies by xid, HTTP/1.1 has one
    /// exchange at a time.
    #[must_use]
    pub const fn multiplexes(self) -> bool {
        matches!(self, Self::OncRpc)
    }

    /// Names every byte of a message, well formed or not: the ranges are sorted, disjoint, not
    /// empty, and cover it all.
    #[must_use]
    pub fn annotate(self, bytes: &[u8]) -> Vec<Field> {
        match self {
            Self::JsonHttp => http::annotate(bytes),
            Self::OncRpc => onc::annotate(bytes),
        }
    }
}

//! Cuts a byte stream into messages.
//!
//! Feed what arrives to [`Splitter::push`], in pieces of any size, and take whole messages from
//! [`Splitter::next_message`]. ONC RPC: record marking, RFC 5531 section 11, in which a record is one
//! or more fragments, each after a word whose first bit says "last" and whose other 31 bits are
//! its length. HTTP: head up to the empty line, body by `Content-Length`.
//!
//! Sizes are checked before the bytes are awaited, so that a peer cannot make us keep more than
//! the limit.

use crate::encoding::Encoding;
use crate::{http, onc};

/// How large a message may be by default, in bytes, all framing included.
pub const DEFAULT_MESSAGE_LIMIT: usize = 64 * 1024;

/// How large an HTTP head may be, in bytes: the 8 kB that nginx and gRPC allow.
pub const HEAD_LIMIT: usize = 8 * 1024;

/// Why a byte stream cannot be cut into messages. What follows in the stream is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The message would be larger than the limit.
    #[error("a message larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The head of an HTTP message is larger than [`HEAD_LIMIT`], or has too many header fields.
    #[error("an HTTP head larger than {HEAD_LIMIT} bytes, or with too many fields")]
    HeadTooLarge,
    /// The head is not HTTP/1.1.
    #[error("a malformed HTTP head")]
    MalformedHead,
    /// An HTTP version other than 1.0 and 1.1.
    #[error("an HTTP version other than 1.0 and 1.1")]
    Version,
    /// `Content-Length` is not a number, is given twice and differently, or stands beside
    /// `Transfer-Encoding`: the way requests are smuggled (RFC 9112 section 6.3).
    #[error("a contradictory or malformed Content-Length")]
    ContentLength,
    /// The body's length is not told in advance. A chunked body is answered like that too, as
    /// RFC 9110 section 15.5.12 allows.
    #[error("no Content-Length")]
    LengthRequired,
    /// A `Transfer-Encoding` other than `chunked`.
    #[error("an unknown Transfer-Encoding")]
    TransferEncoding,
}

/// The incremental splitter of one direction of a connection.
#[derive(Debug, Clone)]
pub struct Splitter {
    encoding: Encoding,
    limit: usize,
    buffer: Vec<u8>,
    /// No message ends before this offset: what has been scanned need not be again.
    scanned: usize,
    failed: Option<FrameError>,
}

impl Splitter {
    /// A splitter with the default limit.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self::with_limit(encoding, DEFAULT_MESSAGE_LIMIT)
    }

    /// A splitter for messages of at most `limit` bytes.
    #[must_use]
    pub fn with_limit(encoding: Encoding, limit: usize) -> Self {
        Self {
            encoding,
            limit,
            buffer: Vec::new(),
            scanned: 0,
            failed: None,
        }
    }

    /// Takes what has arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// How many bytes wait for the rest of their message.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole message with its framing; `None` until more bytes come.
    ///
    /// # Errors
    /// A [`FrameError`], and from then on the same one: the place where the next message begins
    /// is lost. [`answer_to`] has what to send before closing.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match measure(self.encoding, &self.buffer, self.scanned, self.limit) {
            Ok(Measure::Whole(length)) => {
                let rest = self.buffer.split_off(length);
                self.scanned = 0;
                Ok(Some(core::mem::replace(&mut self.buffer, rest)))
            }
            Ok(Measure::Partial { scanned }) => {
                self.scanned = scanned;
                Ok(None)
            }
            Err(error) => {
                self.failed = Some(error);
                self.buffer = Vec::new();
                Err(error)
            }
        }
    }
}

/// How much of a buffer its first message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The message is all there, this long.
    Whole(usize),
    /// More bytes are needed.
    Partial {
        /// Where to go on measuring when they have come.
        scanned: usize,
    },
}

/// Measures the first message of a buffer, whose first `scanned` bytes were measured before.
///
/// # Errors
/// A [`FrameError`] if no message can begin like this.
pub fn measure(
    encoding: Encoding,
    buffer: &[u8],
    scanned: usize,
    limit: usize,
) -> Result<Measure, FrameError> {
    match encoding {
        Encoding::JsonHttp => http::measure(buffer, scanned, limit),
        Encoding::OncRpc => onc::measure(buffer, scanned, limit),
    }
}

/// What the standard has a server send before it closes a connection for this reason.
///
/// `None` for ONC RPC: without a record there is no xid to answer to.
#[must_use]
pub fn answer_to(encoding: Encoding, error: FrameError) -> Option<Vec<u8>> {
    match encoding {
        Encoding::JsonHttp => Some(http::refusal(error)),
        Encoding::OncRpc => None,
    }
}

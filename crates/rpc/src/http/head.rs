//! Heads of HTTP messages, and how long their bodies are.

use httparse::{EMPTY_HEADER, Header};

use crate::frame::{FrameError, HEAD_LIMIT, Measure};

/// More header fields than anybody's calls carry; `httparse` wants the room in advance.
const MAX_FIELDS: usize = 32;

pub(super) enum StartLine<'a> {
    Request { method: &'a str, target: &'a str },
    Response { status: u16 },
}

pub(super) struct Head<'a> {
    pub(super) start: StartLine<'a>,
    /// 0 or 1: the digit after `HTTP/1.`.
    pub(super) minor_version: u8,
    /// In bytes, to the end of the empty line.
    pub(super) length: usize,
    fields: [Header<'a>; MAX_FIELDS],
}

impl<'a> Head<'a> {
    /// Parses a head; `None` if it is not all there.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Option<Self>, FrameError> {
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let (start, minor_version, length) = if bytes.starts_with(b"HTTP/") {
            let mut response = httparse::Response::new(&mut fields);
            let length = response.parse(bytes).map_err(classify)?;
            (
                response.code.map(|status| StartLine::Response { status }),
                response.version,
                length,
            )
        } else {
            let mut request = httparse::Request::new(&mut fields);
            let length = request.parse(bytes).map_err(classify)?;
            let line = request.method.zip(request.path);
            (
                line.map(|(method, target)| StartLine::Request { method, target }),
                request.version,
                length,
            )
        };
        match (start, minor_version, length) {
            (Some(start), Some(minor_version), httparse::Status::Complete(length)) => {
                Ok(Some(Self {
                    start,
                    minor_version,
                    length,
                    fields,
                }))
            }
            _ => Ok(None),
        }
    }

    /// The values of a header field, in order, without the white space around them.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields
            .iter()
            .filter(move |field| !field.name.is_empty() && field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.trim_ascii())
    }

    /// The first value of a header field, if it is text.
    pub(super) fn first(&self, name: &str) -> Option<&'a str> {
        self.all(name)
            .next()
            .and_then(|value| core::str::from_utf8(value).ok())
    }

    /// Whether the body is said to be JSON.
    pub(super) fn is_json(&self) -> bool {
        self.first("Content-Type")
            .and_then(|value| value.split(';').next())
            .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
    }

    /// The length of the body in bytes, by the rules of RFC 9112 section 6.3.
    fn body_length(&self) -> Result<usize, FrameError> {
        // The first rule: these have none, whatever their fields say of what there would be.
        if let StartLine::Response {
            status: 100..200 | 204 | 304,
        } = self.start
        {
            return Ok(0);
        }
        let mut lengths = self.all("Content-Length");
        let length = lengths.next();
        if let Some(coding) = self.all("Transfer-Encoding").next() {
            return Err(match length {
                Some(_) => FrameError::ContentLength,
                None if coding.eq_ignore_ascii_case(b"chunked") => FrameError::LengthRequired,
                None => FrameError::TransferEncoding,
            });
        }
        let Some(length) = length else {
            return match self.start {
                // What a request does not announce it does not have.
                StartLine::Request { .. } => Ok(0),
                StartLine::Response { .. } => Err(FrameError::LengthRequired),
            };
        };
        if lengths.any(|other| other != length)
            || length.is_empty()
            || !length.iter().all(u8::is_ascii_digit)
        {
            return Err(FrameError::ContentLength);
        }
        // A number beyond all memory is beyond every limit too.
        let digits = core::str::from_utf8(length).map_err(|_| FrameError::ContentLength)?;
        Ok(digits.parse().unwrap_or(usize::MAX))
    }
}

fn classify(error: httparse::Error) -> FrameError {
    match error {
        httparse::Error::Version => FrameError::Version,
        httparse::Error::TooManyHeaders => FrameError::HeadTooLarge,
        _ => FrameError::MalformedHead,
    }
}

/// Measures a message: its head, to the empty line, and the body that the head announces.
pub(crate) fn measure(bytes: &[u8], scanned: usize, limit: usize) -> Result<Measure, FrameError> {
    // RFC 9112 section 2.2: empty lines before the request line are to be ignored.
    let lead = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    let Some(end) = end_of_head(bytes, scanned.max(lead)) else {
        if bytes.len() > HEAD_LIMIT {
            return Err(FrameError::HeadTooLarge);
        }
        // Who speaks something else than HTTP is told so at once.
        Head::parse(&bytes[lead..])?;
        return Ok(Measure::Partial {
            scanned: bytes.len().saturating_sub(2),
        });
    };
    if end > HEAD_LIMIT {
        return Err(FrameError::HeadTooLarge);
    }
    let Some(head) = Head::parse(&bytes[lead..end])? else {
        return Err(FrameError::MalformedHead);
    };
    let total = end.saturating_add(head.body_length()?);
    if total > limit {
        return Err(FrameError::TooLarge { limit });
    }
    if total > bytes.len() {
        return Ok(Measure::Partial { scanned: end - 2 });
    }
    Ok(Measure::Whole(total))
}

/// The end of the first empty line at or after an offset. Lines may end in a bare line feed, which
/// RFC 9112 section 2.2 allows to accept and `httparse` does.
fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let from = from.saturating_sub(1);
    let feeds = bytes
        .get(from..)?
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n');
    feeds
        .map(|(offset, _)| from + offset + 1)
        .find_map(|next| match bytes.get(next..)? {
            [b'\n', ..] => Some(next + 1),
            [b'\r', b'\n', ..] => Some(next + 2),
            _ => None,
        })
}

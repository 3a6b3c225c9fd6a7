//! Record marking, RFC 5531 section 11: a record is one or more fragments, each after a word whose
//! first bit says "last" and whose other 31 are the fragment's length.

use std::borrow::Cow;

use crate::encoding::DecodeError;
use crate::frame::{FrameError, Measure};

pub(super) const LAST: u32 = 0x8000_0000;

/// The mark at an offset: whether its fragment is the last, and how long it is.
pub(super) fn mark_at(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    let word = u32::from_be_bytes(*word);
    Some((word & LAST != 0, (word & !LAST) as usize))
}

/// Measures a record; the marks count towards the limit, so that empty fragments end too.
pub(crate) fn measure(bytes: &[u8], scanned: usize, limit: usize) -> Result<Measure, FrameError> {
    let mut at = scanned;
    while let Some((last, length)) = mark_at(bytes, at) {
        let end = at.saturating_add(4).saturating_add(length);
        if end > limit {
            return Err(FrameError::TooLarge { limit });
        }
        if end > bytes.len() {
            break;
        }
        if last {
            return Ok(Measure::Whole(end));
        }
        at = end;
    }
    Ok(Measure::Partial { scanned: at })
}

/// The record without its marks: borrowed when it is one fragment, as nearly always.
pub(super) fn payload(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DecodeError> {
    if let Some((true, length)) = mark_at(bytes, 0)
        && length + 4 == bytes.len()
    {
        return Ok(Cow::Borrowed(&bytes[4..]));
    }
    joined(bytes).map(Cow::Owned)
}

/// The payloads of a record's fragments, one after the other.
#[cold]
fn joined(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let length = match measure(bytes, 0, usize::MAX)? {
        Measure::Whole(length) => length,
        Measure::Partial { .. } => return Err(DecodeError::Incomplete),
    };
    if length < bytes.len() {
        return Err(DecodeError::TrailingBytes {
            count: bytes.len() - length,
        });
    }
    let mut joined = Vec::with_capacity(length);
    let mut at = 0;
    while let Some((_, length)) = mark_at(bytes, at) {
        // Measured above: the fragment is all there.
        joined.extend_from_slice(&bytes[at + 4..at + 4 + length]);
        at += 4 + length;
    }
    Ok(joined)
}

/// Stands where the mark will, before what is written.
pub(super) const MARK: u32 = 0;

/// Appends what `write` appends, as a record of one fragment. It begins with [`MARK`]: written with the
/// words that follow it, it costs nothing.
pub(super) fn put(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    // No message comes near the 2 GiB at which a second fragment would be needed.
    let length = (out.len() - start).saturating_sub(4) as u32;
    if let Some(mark) = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *mark = (LAST | length).to_be_bytes();
    }
}

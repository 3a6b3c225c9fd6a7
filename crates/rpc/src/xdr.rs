//! XDR, the external data representation of RFC 4506: what ONC RPC is written in.
//!
//! Everything is a multiple of four bytes, big-endian; strings and opaque data carry their length
//! and are padded with zeros. The reader names what it reads, so that the same grammar decodes a
//! message and explains its bytes.

use core::fmt::Display;

use crate::encoding::Field;

/// Why bytes are not the XDR that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XdrError {
    /// They end before the value does.
    #[error("the data end too early")]
    UnexpectedEnd,
    /// A length above its bound.
    #[error("a length of {length}, above its bound of {bound}")]
    TooLong {
        /// The length given.
        length: u32,
        /// The bound in the protocol.
        bound: u32,
    },
    /// Padding that is not zeros.
    #[error("padding that is not zeros")]
    Padding,
    /// A boolean other than 0 and 1.
    #[error("a boolean of {0}")]
    Boolean(u32),
    /// An enumeration or a union without such a case.
    #[error("no case {0}")]
    Case(u32),
    /// A string that is not UTF-8.
    #[error("a string that is not UTF-8")]
    Utf8,
}

/// Appends an unsigned integer (section 4.2), a boolean or an enumeration.
pub fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends unsigned integers one after the other.
pub fn put_words<const N: usize>(out: &mut Vec<u8>, words: [u32; N]) {
    out.extend_from_slice(words.map(u32::to_be_bytes).as_flattened());
}

/// Appends an unsigned hyper integer (section 4.5).
pub fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a hyper integer (section 4.5).
pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a string (section 4.11). One too long for its length word is cut, at 4 GiB.
pub fn put_string(out: &mut Vec<u8>, text: &str) {
    put_opaque(out, text.as_bytes());
}

/// Appends variable-length opaque data (section 4.10).
pub fn put_opaque(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    put_u32(out, length);
    out.extend_from_slice(&bytes[..bytes.len().min(length as usize)]);
    out.resize(out.len() + padding(length as usize), 0);
}

/// Appends an optional unsigned integer (section 4.19): a boolean, then the value if there is one.
pub fn put_optional_u32(out: &mut Vec<u8>, value: Option<u32>) {
    match value {
        None => put_u32(out, 0),
        Some(value) => put_words(out, [1, value]),
    }
}

/// Appends an optional unsigned hyper integer, as [`put_optional_u32`] does.
pub fn put_optional_u64(out: &mut Vec<u8>, value: Option<u64>) {
    match value {
        None => put_u32(out, 0),
        Some(value) => put_words(out, [1, (value >> 32) as u32, value as u32]),
    }
}

const fn padding(length: usize) -> usize {
    (4 - length % 4) % 4
}

/// Reads XDR, and notes the fields that it reads if asked to.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What is still to be read.
    rest: &'a [u8],
    length: usize,
    notes: Option<Vec<Field>>,
}

impl<'a> Reader<'a> {
    /// A reader that only decodes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            length: bytes.len(),
            notes: None,
        }
    }

    /// A reader that notes every field.
    #[must_use]
    pub const fn annotating(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            length: bytes.len(),
            notes: Some(Vec::new()),
        }
    }

    /// How far it has read.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The fields noted, in order.
    #[must_use]
    pub fn into_notes(self) -> Vec<Field> {
        self.notes.unwrap_or_default()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], XdrError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(XdrError::UnexpectedEnd)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], XdrError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(XdrError::UnexpectedEnd)?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    fn word(&mut self) -> Result<u32, XdrError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Notes what was read last, if that is wanted.
    #[inline]
    fn note(&mut self, length: usize, name: &str, value: impl FnOnce() -> String) {
        if self.notes.is_some() {
            self.push_note(length, name, value());
        }
    }

    #[cold]
    fn push_note(&mut self, length: usize, name: &str, value: String) {
        let end = self.position();
        if let Some(notes) = &mut self.notes
            && length > 0
        {
            notes.push(Field {
                range: end - length..end,
                name: name.to_owned(),
                value,
            });
        }
    }

    /// An unsigned integer that is shown by `show`.
    ///
    /// # Errors
    /// [`XdrError::UnexpectedEnd`], as for all that follow.
    #[inline]
    pub fn u32_as<S: Display>(
        &mut self,
        name: &str,
        show: impl FnOnce(u32) -> S,
    ) -> Result<u32, XdrError> {
        let value = self.word()?;
        self.note(4, name, || show(value).to_string());
        Ok(value)
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// [`XdrError::UnexpectedEnd`].
    #[inline]
    pub fn u32(&mut self, name: &str) -> Result<u32, XdrError> {
        self.u32_as(name, |value| value)
    }

    /// An unsigned hyper integer.
    ///
    /// # Errors
    /// [`XdrError::UnexpectedEnd`].
    #[inline]
    pub fn u64(&mut self, name: &str) -> Result<u64, XdrError> {
        let value = u64::from_be_bytes(self.array()?);
        self.note(8, name, || value.to_string());
        Ok(value)
    }

    /// A hyper integer.
    ///
    /// # Errors
    /// [`XdrError::UnexpectedEnd`].
    #[inline]
    pub fn i64(&mut self, name: &str) -> Result<i64, XdrError> {
        let value = i64::from_be_bytes(self.array()?);
        self.note(8, name, || value.to_string());
        Ok(value)
    }

    /// A boolean.
    ///
    /// # Errors
    /// [`XdrError::Boolean`] for other values than 0 and 1.
    pub fn boolean(&mut self, name: &str) -> Result<bool, XdrError> {
        match self.u32_as(name, |value| match value {
            0 => "no",
            1 => "yes",
            _ => "neither 0 nor 1",
        })? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(XdrError::Boolean(other)),
        }
    }

    /// Variable-length opaque data of at most `bound` bytes.
    ///
    /// # Errors
    /// [`XdrError::TooLong`], [`XdrError::Padding`].
    #[inline]
    pub fn opaque(&mut self, name: &str, bound: u32) -> Result<&'a [u8], XdrError> {
        self.counted(name, bound, |bytes| format!("{} bytes", bytes.len()))
    }

    /// A string of at most `bound` bytes.
    ///
    /// # Errors
    /// As [`Self::opaque`], and [`XdrError::Utf8`].
    pub fn string(&mut self, name: &str, bound: u32) -> Result<String, XdrError> {
        let bytes = self.counted(name, bound, |bytes| {
            String::from_utf8_lossy(bytes).into_owned()
        })?;
        core::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| XdrError::Utf8)
    }

    #[inline]
    fn counted(
        &mut self,
        name: &str,
        bound: u32,
        show: impl FnOnce(&[u8]) -> String,
    ) -> Result<&'a [u8], XdrError> {
        let length = self.word()?;
        self.note(4, "length", || length.to_string());
        if length > bound {
            return Err(XdrError::TooLong { length, bound });
        }
        let length = length as usize;
        if length == 0 {
            // Nothing to show, and nothing to pad.
            return Ok(&[]);
        }
        let data = self.take(length)?;
        self.note(length, name, || show(data));
        let zeros = self.take(padding(length))?;
        self.note(zeros.len(), "padding", String::new);
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(XdrError::Padding);
        }
        Ok(data)
    }

    #[cold]
    fn note_whether_given(&mut self, name: &str, present: u32) {
        let value = if present == 1 { "yes" } else { "no" };
        self.push_note(4, &format!("{name} given"), value.to_owned());
    }

    /// Optional data: whether there is a value, then the value.
    ///
    /// # Errors
    /// As [`Self::boolean`], and those of `read`.
    #[inline]
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Result<T, XdrError>,
    ) -> Result<Option<T>, XdrError> {
        let present = self.word()?;
        if self.notes.is_some() {
            self.note_whether_given(name, present);
        }
        match present {
            0 => Ok(None),
            1 => read(self, name).map(Some),
            other => Err(XdrError::Boolean(other)),
        }
    }
}

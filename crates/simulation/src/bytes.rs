//! The bytes of messages, and what is used again so that a call in a run that has warmed up asks
//! the allocator for nothing.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// Bytes that several hold: the message on its way, and the record of its call.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes(Option<Rc<Vec<u8>>>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |bytes| bytes)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Some(Rc::new(bytes)))
    }
}

/// What is over and will be used again. A copy of a world starts with none.
#[derive(Debug)]
pub(crate) struct Spare<T>(Vec<T>);

/// More than this are let go.
const KEPT: usize = 1024;

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Clone for Spare<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> Spare<T> {
    pub(crate) fn put(&mut self, it: T) {
        if self.0.len() < KEPT {
            self.0.push(it);
        }
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.pop()
    }
}

/// The buffers that messages are written in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Spare<Rc<Vec<u8>>>);

impl Buffers {
    /// Bytes as `write` appends them.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Bytes {
        let mut shared = self.0.take().unwrap_or_default();
        match Rc::get_mut(&mut shared) {
            Some(buffer) => {
                buffer.clear();
                write(buffer);
            }
            // Never so: only what nobody else holds is put back.
            None => {
                let mut buffer = Vec::new();
                write(&mut buffer);
                shared = Rc::new(buffer);
            }
        }
        Bytes(Some(shared))
    }

    /// Bytes that a message needs no more; they are used again unless a record holds them.
    pub(crate) fn give_back(&mut self, bytes: Bytes) {
        if let Bytes(Some(shared)) = bytes
            && Rc::strong_count(&shared) == 1
        {
            self.0.put(shared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_only_when_nobody_holds_it() {
        let mut buffers = Buffers::default();
        let first = buffers.write(|out| out.extend_from_slice(b"first"));
        let held = first.clone();
        buffers.give_back(first);
        let second = buffers.write(|out| out.extend_from_slice(b"second"));
        assert_eq!((&*held, &*second), (&b"first"[..], &b"second"[..]));
        let at = second.as_ptr();
        buffers.give_back(second);
        let third = buffers.write(|out| out.push(3));
        assert_eq!((&*third, third.as_ptr()), (&[3][..], at));
    }
}

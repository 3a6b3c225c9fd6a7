//! Names the bytes of a record, well formed or not.

use core::ops::Range;

use super::{REPLY, call, record, reply};
use crate::encoding::Field;
use crate::xdr::Reader;

/// A fragment's mark and data, as offsets into the message; the data may be cut short.
struct Fragment {
    mark: Range<usize>,
    data: Range<usize>,
    label: String,
}

/// Names every byte.
pub(crate) fn annotate(bytes: &[u8]) -> Vec<Field> {
    let (fragments, rest) = fragments(bytes);
    let payload: Vec<u8> = fragments
        .iter()
        .flat_map(|fragment| &bytes[fragment.data.clone()])
        .copied()
        .collect();
    let mut notes = explain(&payload).into_iter().peekable();

    // The notes are about the payload; a fragment boundary may cut one in two.
    let mut fields = Vec::new();
    let mut before = 0;
    for fragment in fragments {
        fields.push(Field {
            range: fragment.mark,
            name: "record mark".to_owned(),
            value: fragment.label,
        });
        let shift = fragment.data.start;
        let end = before + fragment.data.len();
        while let Some(note) = notes.peek_mut() {
            if note.range.start >= end {
                break;
            }
            let cut = note.range.end.min(end);
            let range = note.range.start - before + shift..cut - before + shift;
            fields.push(Field {
                range,
                name: note.name.clone(),
                value: note.value.clone(),
            });
            note.range.start = cut;
            if cut == note.range.end {
                notes.next();
            }
        }
        before = end;
    }
    if rest < bytes.len() {
        let name = if bytes.len() - rest < 4 {
            "incomplete record mark"
        } else {
            "after the record"
        };
        fields.push(Field {
            range: rest..bytes.len(),
            name: name.to_owned(),
            value: String::new(),
        });
    }
    fields
}

/// The fragments of the first record, and where they end.
fn fragments(bytes: &[u8]) -> (Vec<Fragment>, usize) {
    let mut fragments = Vec::new();
    let mut at = 0;
    while let Some((last, length)) = record::mark_at(bytes, at) {
        let start = at + 4;
        let end = start.saturating_add(length).min(bytes.len());
        let kind = if last { "last fragment" } else { "fragment" };
        let label = format!("{kind}, {length} bytes");
        fragments.push(Fragment {
            mark: at..start,
            data: start..end,
            label,
        });
        at = end;
        if last {
            break;
        }
    }
    (fragments, at)
}

/// Names the bytes of a payload, by reading it.
fn explain(payload: &[u8]) -> Vec<Field> {
    let is_reply = payload.get(4..8) == Some(&REPLY.to_be_bytes());
    let mut reader = Reader::annotating(payload);
    let problem = if is_reply {
        reply::read(&mut reader)
            .err()
            .map(|error| error.to_string())
    } else {
        call::read(&mut reader)
            .err()
            .map(|refused| refused.reason())
    };
    let mut notes = reader.into_notes();
    let explained = notes.last().map_or(0, |note| note.range.end);
    if explained < payload.len() {
        notes.push(Field {
            range: explained..payload.len(),
            name: "not understood".to_owned(),
            value: problem.unwrap_or_default(),
        });
    }
    notes
}

//! Bytes in rows, cut into runs that belong to one field.

use rpc::encoding::Field;

/// Bytes in a row.
pub(super) const ROW: usize = 8;

/// Neighbouring bytes of a row that belong to the same field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The field, by its place in the list; none if nothing names them.
    pub(super) field: Option<usize>,
    /// In hexadecimal, parted by spaces.
    pub(super) hex: String,
    /// As ASCII; a dot for what cannot be printed.
    pub(super) ascii: String,
}

/// The rows of a dump, each with the offset of its first byte.
pub(super) fn rows(bytes: &[u8], fields: &[Field]) -> Vec<(usize, Vec<Run>)> {
    bytes
        .chunks(ROW)
        .enumerate()
        .map(|(row, chunk)| {
            let offset = row * ROW;
            let mut runs: Vec<Run> = Vec::new();
            for (place, byte) in chunk.iter().enumerate() {
                let field = field_of(offset + place, fields);
                let letter = if byte.is_ascii_graphic() || *byte == b' ' {
                    *byte as char
                } else {
                    '·'
                };
                match runs.last_mut() {
                    Some(run) if run.field == field => {
                        run.hex.push_str(&format!(" {byte:02x}"));
                        run.ascii.push(letter);
                    }
                    _ => runs.push(Run {
                        field,
                        hex: format!("{byte:02x}"),
                        ascii: letter.to_string(),
                    }),
                }
            }
            (offset, runs)
        })
        .collect()
}

/// The narrowest field that holds a byte.
fn field_of(byte: usize, fields: &[Field]) -> Option<usize> {
    fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field.range.contains(&byte))
        .min_by_key(|(_, field)| field.range.len())
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(range: std::ops::Range<usize>) -> Field {
        Field {
            range,
            name: "name".into(),
            value: "value".into(),
        }
    }

    #[test]
    fn runs_follow_the_fields_and_no_byte_is_lost() {
        let bytes: Vec<u8> = (60..80).collect();
        let fields = [field(0..3), field(3..12), field(4..6)];
        let rows = rows(&bytes, &fields);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 8, 16]);
        assert_eq!(
            rows[0].1.iter().map(|run| run.field).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(1)]
        );
        let hex: Vec<&str> = rows
            .iter()
            .flat_map(|row| &row.1)
            .flat_map(|run| run.hex.split(' '))
            .collect();
        assert_eq!(hex.len(), bytes.len());
        assert_eq!(hex[0], "3c");
        assert_eq!(rows[0].1[0].ascii, "<=>");
    }

    #[test]
    fn what_cannot_be_printed_is_a_dot() {
        assert_eq!(rows(b"a\r\n\x00b", &[])[0].1[0].ascii, "a···b");
    }
}

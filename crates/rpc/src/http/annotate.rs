//! Names the bytes of an HTTP message, well formed or not: by its lines, then by the members of
//! the JSON object in its body.

use core::ops::Range;

use crate::encoding::Field;

/// Names every byte.
pub(crate) fn annotate(bytes: &[u8]) -> Vec<Field> {
    let mut fields = Fields {
        bytes,
        list: Vec::new(),
    };
    let mut at = 0;
    let mut started = false;
    while at < bytes.len() {
        let end = bytes[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |feed| at + feed + 1);
        let blank = bytes[at..end].trim_ascii().is_empty();
        if blank && started {
            fields.put(at..end, "end of the head", "");
            break;
        } else if blank {
            fields.put(at..end, "empty line", "");
        } else if started {
            fields.put_header_field(at..end);
        } else {
            fields.put_start_line(at..end);
            started = true;
        }
        at = end;
    }
    let body = fields.list.last().map_or(0, |field| field.range.end);
    fields.put_body(body);
    fields.list
}

struct Fields<'a> {
    bytes: &'a [u8],
    list: Vec<Field>,
}

impl Fields<'_> {
    fn put(&mut self, range: Range<usize>, name: &str, value: &str) {
        let name = if name.is_empty() {
            "without a name"
        } else {
            name
        };
        if !range.is_empty() {
            self.list.push(Field {
                range,
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }

    /// The text of some bytes, for reading.
    fn text(&self, range: Range<usize>) -> String {
        String::from_utf8_lossy(self.bytes[range].trim_ascii()).into_owned()
    }

    /// Three parts, each with the space or the line end after it.
    fn put_start_line(&mut self, line: Range<usize>) {
        let names = if self.bytes[line.clone()].starts_with(b"HTTP/") {
            ["version", "status", "reason"]
        } else {
            ["method", "target", "version"]
        };
        let mut at = line.start;
        for (index, name) in names.into_iter().enumerate() {
            let space = self.bytes[at..line.end]
                .iter()
                .position(|byte| *byte == b' ');
            let end = match space {
                Some(space) if index < 2 => at + space + 1,
                _ => line.end,
            };
            let value = self.text(at..end);
            self.put(at..end, name, &value);
            at = end;
        }
    }

    fn put_header_field(&mut self, line: Range<usize>) {
        let colon = self.bytes[line.clone()]
            .iter()
            .position(|byte| *byte == b':');
        let (name, value) = match colon {
            Some(colon) => {
                let colon = line.start + colon;
                (self.text(line.start..colon), self.text(colon + 1..line.end))
            }
            None => ("not a header field".to_owned(), self.text(line.clone())),
        };
        self.put(line, &name, &value);
    }

    fn put_body(&mut self, start: usize) {
        let Some((members, end)) = members(self.bytes, start) else {
            let value = self.text(start..self.bytes.len());
            self.put(start..self.bytes.len(), "body", &value);
            return;
        };
        let first = members.first().map_or(end, |member| member.start);
        self.put(start..first, "body", "a JSON object");
        for member in members {
            let text = self.text(member.clone());
            let (name, value) = match text.trim_end_matches(',').split_once(':') {
                Some((name, value)) => (name.trim().trim_matches('"'), value.trim()),
                None => ("not a member", text.as_str()),
            };
            self.put(member, name, value);
        }
        self.put(end..self.bytes.len(), "end of the body", "");
    }
}

/// The members of the object that begins at an offset, each with the comma after it, and where
/// the last one ends; `None` if there is no object.
fn members(bytes: &[u8], start: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let open = start
        + bytes[start..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())?;
    if bytes[open] != b'{' {
        return None;
    }
    let mut members = Vec::new();
    let mut from = open + 1;
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = *byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b'}' | b']' => {
                if from < at {
                    members.push(from..at);
                }
                return Some((members, at));
            }
            b',' if depth == 0 => {
                members.push(from..at + 1);
                from = at + 1;
            }
            _ => {}
        }
    }
    if from < bytes.len() {
        members.push(from..bytes.len());
    }
    Some((members, bytes.len()))
}

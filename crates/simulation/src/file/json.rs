//! JSON as people lay it out: fields in the order of the format, and a line for what fits on one.

/// The widest line.
const WIDTH: usize = 120;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// A number, a truth value or null, as it is written.
    Bare(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object, its fields in order.
    Record(Vec<(&'static str, Json)>),
}

impl Json {
    /// The text, with a line end. The outermost object is never on one line.
    pub(super) fn lay_out(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0), true);
        out.push('\n');
        out
    }

    /// Writes it: on one line without an indent, else broken as needed. What comes before it on
    /// its line is in `out` already.
    fn write(&self, out: &mut String, indent: Option<usize>, broken: bool) {
        let (items, open, close) = match self {
            Self::Bare(text) => return out.push_str(text),
            Self::Text(text) => return quote(out, text),
            Self::List(items) => (items.len(), '[', ']'),
            Self::Record(fields) => (fields.len(), '{', '}'),
        };
        if !broken && let Some(indent) = indent {
            let mut line = String::new();
            self.write(&mut line, None, false);
            let before = out.len() - out.rfind('\n').map_or(0, |end| end + 1);
            // A comma may follow. A list of objects has a line for each.
            let rows = matches!(self, Self::List(items) if items.len() > 1 && matches!(items[0], Self::Record(_)));
            if !rows && before + line.chars().count() < WIDTH {
                return out.push_str(&line);
            }
            return self.write(out, Some(indent), true);
        }
        out.push(open);
        for index in 0..items {
            if index > 0 {
                out.push(',');
            }
            let inner = indent.map(|indent| indent + 2);
            match inner {
                Some(inner) => {
                    out.push('\n');
                    out.extend(std::iter::repeat_n(' ', inner));
                }
                None if index > 0 => out.push(' '),
                None => {}
            }
            match self {
                Self::Record(fields) => {
                    quote(out, fields[index].0);
                    out.push_str(": ");
                    fields[index].1.write(out, inner, false);
                }
                Self::List(items) => items[index].write(out, inner, false),
                Self::Bare(_) | Self::Text(_) => {}
            }
        }
        if let Some(indent) = indent
            && items > 0
        {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push(close);
    }
}

/// A text with its quotes and escapes (RFC 8259, section 7).
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '.. => out.push(letter),
            _ => {
                out.push_str("\\u00");
                for digit in [letter as u32 >> 4, letter as u32 & 15] {
                    out.push(char::from_digit(digit, 16).unwrap_or('0'));
                }
            }
        }
    }
    out.push('"');
}

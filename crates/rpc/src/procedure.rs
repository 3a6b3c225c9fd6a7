//! The procedures that can be called, their arguments and what they return.

use core::fmt;

use crate::status::Status;

/// A procedure of the laboratory's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Procedure {
    /// Returns its text.
    Echo,
    /// Adds two integers.
    Add,
    /// The n-th Fibonacci number, n up to 93.
    Fibonacci,
    /// The text with its characters (Unicode scalar values) in reverse order.
    Reverse,
    /// The number of words, parted by white space.
    WordCount,
    /// The SHA-256 digest of the text's UTF-8 bytes, in hexadecimal.
    Sha256,
    /// The text stored under a key.
    KvGet,
    /// Stores a text under a key.
    KvPut,
    /// Adds to the integer stored under a key. Twice executed it adds twice: the one procedure
    /// that is not idempotent.
    KvIncrement,
}

impl Procedure {
    /// Every procedure, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Echo,
        Self::Add,
        Self::Fibonacci,
        Self::Reverse,
        Self::WordCount,
        Self::Sha256,
        Self::KvGet,
        Self::KvPut,
        Self::KvIncrement,
    ];

    /// The name in JSON-RPC and on screen, such as `kv.get`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Add => "add",
            Self::Fibonacci => "fibonacci",
            Self::Reverse => "reverse",
            Self::WordCount => "word_count",
            Self::Sha256 => "sha256",
            Self::KvGet => "kv.get",
            Self::KvPut => "kv.put",
            Self::KvIncrement => "kv.increment",
        }
    }

    /// The procedure of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|procedure| procedure.name() == name)
    }

    /// The procedure number in ONC RPC, from 1: number 0 is NULL, which every program has.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32 + 1
    }

    /// The procedure of this ONC RPC number; `None` for 0, which is the probe.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|procedure| procedure.number() == number)
    }

    /// Whether executing it twice leaves the same state as executing it once.
    #[must_use]
    pub const fn idempotent(self) -> bool {
        !matches!(self, Self::KvIncrement)
    }

    /// The names of its parameters, in order.
    #[must_use]
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Echo | Self::Reverse | Self::WordCount | Self::Sha256 => &["text"],
            Self::Add => &["a", "b"],
            Self::Fibonacci => &["n"],
            Self::KvGet => &["key"],
            Self::KvPut => &["key", "value"],
            Self::KvIncrement => &["key", "by"],
        }
    }
}

impl fmt::Display for Procedure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A procedure with the arguments it is called with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arguments {
    /// The text to return.
    Echo(String),
    /// The two terms.
    Add(i64, i64),
    /// Which number of the sequence; the 0th is 0.
    Fibonacci(u32),
    /// The text to reverse.
    Reverse(String),
    /// The text whose words are counted.
    WordCount(String),
    /// The text to digest.
    Sha256(String),
    /// The key to look up.
    KvGet(String),
    /// What to store, and where.
    KvPut {
        /// Where.
        key: String,
        /// What.
        value: String,
    },
    /// What to add, and where.
    KvIncrement {
        /// Where; an absent key counts as 0.
        key: String,
        /// What to add; may be negative.
        by: i64,
    },
}

impl Arguments {
    /// The procedure that they are for.
    #[must_use]
    pub const fn procedure(&self) -> Procedure {
        match self {
            Self::Echo(_) => Procedure::Echo,
            Self::Add(..) => Procedure::Add,
            Self::Fibonacci(_) => Procedure::Fibonacci,
            Self::Reverse(_) => Procedure::Reverse,
            Self::WordCount(_) => Procedure::WordCount,
            Self::Sha256(_) => Procedure::Sha256,
            Self::KvGet(_) => Procedure::KvGet,
            Self::KvPut { .. } => Procedure::KvPut,
            Self::KvIncrement { .. } => Procedure::KvIncrement,
        }
    }
}

/// As a programmer would write the call: `add(2, 3)`, `kv.get("x")`.
impl fmt::Display for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.procedure().name();
        match self {
            Self::Echo(text)
            | Self::Reverse(text)
            | Self::WordCount(text)
            | Self::Sha256(text)
            | Self::KvGet(text) => {
                write!(formatter, "{name}({text:?})")
            }
            Self::Add(a, b) => write!(formatter, "{name}({a}, {b})"),
            Self::Fibonacci(n) => write!(formatter, "{name}({n})"),
            Self::KvPut { key, value } => write!(formatter, "{name}({key:?}, {value:?})"),
            Self::KvIncrement { key, by } => write!(formatter, "{name}({key:?}, {by})"),
        }
    }
}

/// What a procedure returned.
///
/// Two numbers are equal when they are the same number, whichever variant holds them: JSON has
/// one kind of number, so the variant does not survive it.
#[derive(Debug, Clone, Eq)]
pub enum ReturnValue {
    /// A text.
    Text(String),
    /// A signed integer.
    Integer(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// Nothing, as from `kv.put`.
    Nothing,
}

impl ReturnValue {
    fn number(&self) -> Option<i128> {
        match self {
            Self::Integer(value) => Some(i128::from(*value)),
            Self::Unsigned(value) => Some(i128::from(*value)),
            Self::Text(_) | Self::Nothing => None,
        }
    }
}

impl PartialEq for ReturnValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Nothing, Self::Nothing) => true,
            _ => self.number().is_some() && self.number() == other.number(),
        }
    }
}

/// As a literal: `"abc"`, `5`, `nothing`.
impl fmt::Display for ReturnValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(formatter, "{text:?}"),
            Self::Integer(value) => value.fmt(formatter),
            Self::Unsigned(value) => value.fmt(formatter),
            Self::Nothing => formatter.write_str("nothing"),
        }
    }
}

/// An answer that says why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Failure {
    /// The kind of failure; never [`Status::Ok`].
    pub status: Status,
    /// For people; may be empty.
    pub message: String,
}

impl Failure {
    /// A failure of this kind, with a message for people.
    #[must_use]
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back() {
        for procedure in Procedure::ALL {
            assert_eq!(Procedure::from_name(procedure.name()), Some(procedure));
            assert_eq!(Procedure::from_number(procedure.number()), Some(procedure));
        }
        assert_eq!(Procedure::from_number(0), None);
        assert_eq!(Procedure::from_name("kv.remove"), None);
        assert_eq!(Procedure::KvGet.number(), 7);
    }

    #[test]
    fn shown_as_a_programmer_would_write_them() {
        assert_eq!(Arguments::Add(2, -3).to_string(), "add(2, -3)");
        let put = Arguments::KvPut {
            key: "x".into(),
            value: "say \"hi\"".into(),
        };
        assert_eq!(put.to_string(), r#"kv.put("x", "say \"hi\"")"#);
        assert_eq!(ReturnValue::Nothing.to_string(), "nothing");
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert_eq!(ReturnValue::Integer(5), ReturnValue::Unsigned(5));
        assert_ne!(ReturnValue::Integer(-1), ReturnValue::Unsigned(u64::MAX));
        assert_ne!(ReturnValue::Nothing, ReturnValue::Integer(0));
        assert_ne!(ReturnValue::Text("5".into()), ReturnValue::Integer(5));
    }
}

//! Units: how a whole number of the smallest one is written, and read.

use super::decimal::{Decimal, scaled};

/// What a number measures.
#[derive(Debug)]
pub(super) struct Measure {
    /// In a sentence: `a duration`.
    pub(super) what: &'static str,
    /// Units that are written, largest first: the symbol, and how many of the smallest one it is.
    /// A symbol that is empty makes a plain JSON number.
    pub(super) units: &'static [(&'static str, u64)],
    /// Units that are only understood.
    pub(super) also: &'static [(&'static str, u64)],
    /// As in a file.
    pub(super) example: &'static str,
}

/// Nanoseconds.
pub(super) static DURATION: Measure = Measure {
    what: "a duration",
    units: &[
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ],
    also: &[
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("µs", 1_000),
    ],
    example: "20ms",
};
/// Bits a second.
pub(super) static BANDWIDTH: Measure = Measure {
    what: "a bandwidth",
    units: &[
        ("Tbit/s", 1_000_000_000_000),
        ("Gbit/s", 1_000_000_000),
        ("Mbit/s", 1_000_000),
        ("kbit/s", 1_000),
        ("bit/s", 1),
    ],
    also: &[],
    example: "10Mbit/s",
};
/// Thousandths of a call a second.
pub(super) static RATE: Measure = Measure {
    what: "a rate",
    units: &[("/s", 1_000)],
    also: &[],
    example: "125/s",
};
/// Whole percent.
pub(super) static PERCENT: Measure = Measure {
    what: "a whole percentage",
    units: &[("%", 1)],
    also: &[],
    example: "50%",
};
/// Hundredths of a percent.
pub(super) static FINE_PERCENT: Measure = Measure {
    what: "a percentage",
    units: &[("%", 100)],
    also: &[],
    example: "99.5%",
};
/// A whole number.
pub(super) static COUNT: Measure = Measure {
    what: "a whole number",
    units: &[("", 1)],
    also: &[],
    example: "3",
};
/// Hundredths.
pub(super) static HUNDREDTHS: Measure = Measure {
    what: "a number of at most two decimals",
    units: &[("", 100)],
    also: &[],
    example: "1.5",
};
/// Thousandths.
pub(super) static THOUSANDTHS: Measure = Measure {
    what: "a number of at most three decimals",
    units: &[("", 1_000)],
    also: &[],
    example: "1.9",
};

impl Measure {
    /// Whether it is written as a JSON number.
    pub(super) fn plain(&self) -> bool {
        self.units.iter().any(|(symbol, _)| symbol.is_empty())
    }

    /// A value in the largest unit that holds it without a fraction, else in the smallest.
    pub(super) fn write(&self, value: u64) -> String {
        let whole = |unit: &&(&str, u64)| value.is_multiple_of(unit.1);
        let (symbol, size) = self
            .units
            .iter()
            .find(whole)
            .or(self.units.last())
            .copied()
            .unwrap_or_default();
        let mut text = scaled(value, size.max(1));
        text.push_str(symbol);
        text
    }

    /// Reads a value, or says what is wrong with it.
    pub(super) fn read(&self, text: &str) -> Result<u64, String> {
        if text.trim().is_empty() {
            return Err(self.not_this(text));
        }
        let (number, symbol) = split(text);
        let known = self.units.iter().chain(self.also);
        let Some(size) = known
            .clone()
            .find(|unit| unit.0 == symbol)
            .map(|unit| unit.1)
        else {
            return Err(self.wrong_unit(text, symbol));
        };
        let Some(decimal) = Decimal::read(number) else {
            return Err(self.not_this(text));
        };
        decimal.times(size).ok_or_else(|| {
            let finest = self.units.last().map_or("", |unit| unit.0);
            if symbol.is_empty() {
                self.not_this(text)
            } else {
                format!("“{text}” is finer than 1{finest}, or too large")
            }
        })
    }

    fn wrong_unit(&self, text: &str, symbol: &str) -> String {
        if self.plain() {
            return self.not_this(text);
        }
        let names: Vec<&str> = self
            .units
            .iter()
            .chain(self.also)
            .map(|unit| unit.0)
            .collect();
        let (what, example, names) = (self.what, self.example, names.join(", "));
        if symbol.is_empty() {
            format!("“{text}” has no unit: write {what} as in \"{example}\", in {names}")
        } else {
            format!("“{symbol}” is no unit of {what}: write it as in \"{example}\", in {names}")
        }
    }

    /// It is not a number of this kind at all.
    pub(super) fn not_this(&self, text: &str) -> String {
        let (what, example, quote) = (
            self.what,
            self.example,
            if self.plain() { "" } else { "\"" },
        );
        let but = if text.trim().is_empty() {
            "it is empty".to_owned()
        } else {
            format!("{text} is not")
        };
        format!("this must be {what} such as {quote}{example}{quote}; {but}")
    }
}

/// A number and the unit behind it.
pub(super) fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let digit = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+');
    let at = text.find(|letter| !digit(letter)).unwrap_or(text.len());
    let (number, symbol) = text.split_at(at);
    (number, symbol.trim())
}

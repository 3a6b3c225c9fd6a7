//! What a part of a scenario says of its fields, once for all uses.
//!
//! Idea: a part walks over its fields and tells a [`Form`] of each: name, unit, range, doc, value.
//! One form reads them from JSON, one writes them, one makes the JSON Schema of them; so the three
//! cannot disagree, and a field that is added is added to all.

use super::measure::{COUNT, DURATION, Measure, PERCENT};
use crate::time::Nanos;

/// The longest duration in a file: a thousand hours.
pub(super) const LONG: Nanos = 3_600_000 * crate::time::SECOND;

/// What there is to know of a part beside its fields.
#[derive(Debug)]
pub(super) struct Meta {
    /// Its name in the schema.
    #[cfg_attr(
        not(feature = "schema"),
        allow(dead_code, reason = "only the schema asks")
    )]
    pub(super) name: &'static str,
    /// The field that says which kind it is; empty if there is one kind.
    pub(super) tag: &'static str,
    /// The names of its kinds.
    pub(super) kinds: fn() -> Vec<&'static str>,
    /// Whether a kind may be written alone, without its fields.
    pub(super) bare: bool,
}

/// A part with one kind.
pub(super) const fn record(name: &'static str) -> Meta {
    Meta {
        name,
        tag: "",
        kinds: || vec![""],
        bare: false,
    }
}

/// Something in a file that has fields.
pub(super) trait Part {
    /// What it is.
    fn meta(&self) -> &'static Meta;
    /// Which of its kinds, as an index.
    fn kind(&self) -> usize {
        0
    }
    /// Becomes one of a kind with default values.
    fn reset(&mut self, kind: usize);
    /// One of a kind with default values.
    fn like(&self, kind: usize) -> Box<dyn Part>;
    /// Tells of every field.
    fn fields(&mut self, form: &mut dyn Form);
}

/// None or one, or any number, of a part.
pub(super) trait Parts {
    /// How many there are.
    fn count(&self) -> usize;
    /// Takes all out.
    fn clear(&mut self);
    /// Adds one with default values.
    fn grow(&mut self);
    /// One of them.
    fn at(&mut self, index: usize) -> Option<&mut dyn Part>;
    /// Takes the last one out.
    fn shrink(&mut self);
    /// One that is not in it, to ask what they are.
    fn sample(&self) -> Box<dyn Part>;
}

/// Default values for what has no default of its own.
pub(super) trait Fresh {
    /// One with default values.
    fn fresh() -> Self;
}

impl<T: Part + Fresh + 'static> Parts for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }
    fn clear(&mut self) {
        Vec::clear(self);
    }
    fn grow(&mut self) {
        self.push(T::fresh());
    }
    fn shrink(&mut self) {
        self.pop();
    }
    fn at(&mut self, index: usize) -> Option<&mut dyn Part> {
        self.get_mut(index).map(|part| part as &mut dyn Part)
    }
    fn sample(&self) -> Box<dyn Part> {
        Box::new(T::fresh())
    }
}

impl<T: Part + Fresh + 'static> Parts for Option<T> {
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }
    fn clear(&mut self) {
        *self = None;
    }
    fn grow(&mut self) {
        *self = Some(T::fresh());
    }
    fn shrink(&mut self) {
        *self = None;
    }
    fn at(&mut self, _: usize) -> Option<&mut dyn Part> {
        self.as_mut().map(|part| part as &mut dyn Part)
    }
    fn sample(&self) -> Box<dyn Part> {
        Box::new(T::fresh())
    }
}

/// A field that is a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is.
    #[cfg_attr(
        not(feature = "schema"),
        allow(dead_code, reason = "only the schema asks")
    )]
    pub(super) doc: &'static str,
    /// Its unit.
    pub(super) measure: &'static Measure,
    /// The least allowed.
    pub(super) least: u64,
    /// The most allowed.
    pub(super) most: u64,
    /// Whether it may be `null`.
    pub(super) optional: bool,
    /// Whether it must be there.
    pub(super) required: bool,
}

/// How a double is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As a JSON number.
    Plain,
    /// As `"40/s"`.
    Rate,
    /// As `"50%"`, a share of 0.0..=1.0.
    Share,
}

/// A field that is a double.
#[derive(Debug, Clone, Copy)]
pub(super) struct Real {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is.
    #[cfg_attr(
        not(feature = "schema"),
        allow(dead_code, reason = "only the schema asks")
    )]
    pub(super) doc: &'static str,
    /// How it is written.
    pub(super) written: Written,
    /// The least allowed.
    pub(super) least: f64,
    /// The most allowed.
    pub(super) most: f64,
    /// Whether it must be there.
    pub(super) required: bool,
}

/// What is told of the fields.
pub(super) trait Form {
    /// A whole number of the smallest unit.
    fn number(&mut self, field: &Number, value: Option<u64>) -> Option<u64>;
    /// A double.
    fn real(&mut self, field: &Real, value: f64) -> f64;
    /// A text. One that must be there is `required`.
    fn text(&mut self, name: &'static str, doc: &'static str, required: bool, value: &mut String);
    /// Two names.
    fn pair(&mut self, name: &'static str, doc: &'static str, a: &mut String, b: &mut String);
    /// Yes or no.
    fn flag(&mut self, name: &'static str, doc: &'static str, value: bool) -> bool;
    /// One of several names. One that must be there is `required`.
    fn choice(
        &mut self,
        name: &'static str,
        doc: &'static str,
        required: bool,
        of: &[&'static str],
        value: usize,
    ) -> usize;
    /// A part.
    fn part(&mut self, name: &'static str, doc: &'static str, part: &mut dyn Part);
    /// A part, or `null`.
    fn maybe(&mut self, name: &'static str, doc: &'static str, part: &mut dyn Parts);
    /// A list of parts.
    fn list(&mut self, name: &'static str, doc: &'static str, parts: &mut dyn Parts);
    /// What must hold between the fields that were told of, in a sentence if it does not.
    fn holds(&mut self, verdict: Result<(), String>);
}

/// A number that may be left out, but not be `null`.
const fn number(
    name: &'static str,
    doc: &'static str,
    measure: &'static Measure,
    least: u64,
    most: u64,
) -> Number {
    Number {
        name,
        doc,
        measure,
        least,
        most,
        optional: false,
        required: false,
    }
}

/// A duration of at least `least` nanoseconds.
pub(super) fn duration(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    least: Nanos,
    value: Nanos,
) -> Nanos {
    let field = number(name, doc, &DURATION, least, LONG);
    form.number(&field, Some(value)).unwrap_or(value)
}

/// A duration that must be told.
pub(super) fn told_duration(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    most: Nanos,
    value: Nanos,
) -> Nanos {
    let field = Number {
        required: true,
        ..number(name, doc, &DURATION, 0, most)
    };
    form.number(&field, Some(value)).unwrap_or(value)
}

/// A duration above zero, or none.
pub(super) fn maybe_duration(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    value: Option<Nanos>,
) -> Option<Nanos> {
    let field = Number {
        optional: true,
        ..number(name, doc, &DURATION, 1, LONG)
    };
    form.number(&field, value)
}

/// A number of any measure; what is in range fits a `u32`.
pub(super) fn measured(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    measure: &'static Measure,
    (least, most): (u32, u32),
    value: u32,
) -> u32 {
    let field = number(name, doc, measure, least.into(), most.into());
    form.number(&field, Some(value.into()))
        .map_or(value, |value| value as u32)
}

/// A whole number.
pub(super) fn count(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    range: (u32, u32),
    value: u32,
) -> u32 {
    measured(form, name, doc, &COUNT, range, value)
}

/// A whole number, or none.
pub(super) fn maybe_count(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    least: u32,
    value: Option<u32>,
) -> Option<u32> {
    let field = Number {
        optional: true,
        ..number(name, doc, &COUNT, least.into(), u32::MAX.into())
    };
    form.number(&field, value.map(u64::from))
        .map(|value| value as u32)
}

/// Whole percent.
pub(super) fn percent(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    range: (u32, u32),
    value: u32,
) -> u32 {
    measured(form, name, doc, &PERCENT, range, value)
}

/// A plain double.
pub(super) fn plain(
    form: &mut dyn Form,
    name: &'static str,
    doc: &'static str,
    (least, most): (f64, f64),
    value: f64,
) -> f64 {
    form.real(
        &Real {
            name,
            doc,
            written: Written::Plain,
            least,
            most,
            required: false,
        },
        value,
    )
}

/// An enum's validity in a sentence.
pub(super) fn judged<E: std::fmt::Display>(verdict: Result<(), E>) -> Result<(), String> {
    verdict.map_err(|error| error.to_string())
}

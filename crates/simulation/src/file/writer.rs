//! From a scenario's parts to JSON: what is as by default is left out.

use super::decimal::hundredfold;
use super::form::{Form, Number, Part, Parts, Real, Written};
use super::json::Json;

/// Digits that every reader of JSON numbers keeps.
const KEPT: usize = 15;

/// Takes down the fields of one part.
#[derive(Default)]
pub(super) struct Writer {
    entries: Vec<Entry>,
}

#[derive(PartialEq)]
struct Entry {
    name: &'static str,
    value: Json,
    required: bool,
}

impl Writer {
    /// A part as JSON.
    pub(super) fn write(part: &mut dyn Part) -> Json {
        let meta = part.meta();
        let kind = part.kind();
        let (mut full, mut base) = (Self::default(), Self::default());
        part.fields(&mut full);
        part.like(kind).fields(&mut base);
        let told = full.entries.into_iter();
        let told = told.filter(|entry| entry.required || !base.entries.contains(entry));
        let mut entries: Vec<(&'static str, Json)> = told.map(|it| (it.name, it.value)).collect();
        if !meta.tag.is_empty() {
            let name = (meta.kinds)().get(kind).copied().unwrap_or_default();
            let name = Json::Text(name.to_owned());
            if meta.bare && entries.is_empty() {
                return name;
            }
            // What has a name or a time shows that first.
            let first = entries.first().map(|(name, _)| *name);
            let place = usize::from(matches!(first, Some("name" | "at")));
            entries.insert(place, (meta.tag, name));
        }
        Json::Record(entries)
    }

    fn put(&mut self, name: &'static str, value: Json, required: bool) {
        self.entries.push(Entry {
            name,
            value,
            required,
        });
    }
}

/// A double as a text.
pub(super) fn real_text(written: Written, value: f64) -> String {
    let text = value.to_string();
    match written {
        Written::Rate => [&text, "/s"].concat(),
        Written::Share => [&hundredfold(&text), "%"].concat(),
        Written::Plain => text,
    }
}

/// A double as JSON.
pub(super) fn real(written: Written, value: f64) -> Json {
    let text = real_text(written, value);
    let digits = text.trim_start_matches(['0', '.']).bytes();
    // As a text it is read to the last bit.
    if written == Written::Plain && digits.filter(u8::is_ascii_digit).count() <= KEPT {
        Json::Bare(text)
    } else {
        Json::Text(text)
    }
}

/// A whole number as JSON.
pub(super) fn number(field: &Number, value: Option<u64>) -> Json {
    match value {
        None => Json::Bare("null".to_owned()),
        Some(value) if field.measure.plain() => Json::Bare(field.measure.write(value)),
        Some(value) => Json::Text(field.measure.write(value)),
    }
}

impl Form for Writer {
    fn number(&mut self, field: &Number, value: Option<u64>) -> Option<u64> {
        self.put(field.name, number(field, value), field.required);
        value
    }

    fn real(&mut self, field: &Real, value: f64) -> f64 {
        self.put(field.name, real(field.written, value), field.required);
        value
    }

    fn text(&mut self, name: &'static str, _: &'static str, required: bool, value: &mut String) {
        self.put(name, Json::Text(value.clone()), required);
    }

    fn pair(&mut self, name: &'static str, _: &'static str, a: &mut String, b: &mut String) {
        let two = [a, b].map(|text| Json::Text(text.clone()));
        self.put(name, Json::List(two.into()), true);
    }

    fn flag(&mut self, name: &'static str, _: &'static str, value: bool) -> bool {
        self.put(name, Json::Bare(value.to_string()), false);
        value
    }

    fn choice(
        &mut self,
        name: &'static str,
        _: &'static str,
        required: bool,
        of: &[&'static str],
        value: usize,
    ) -> usize {
        let chosen = of.get(value).copied().unwrap_or_default();
        self.put(name, Json::Text(chosen.to_owned()), required);
        value
    }

    fn part(&mut self, name: &'static str, _: &'static str, part: &mut dyn Part) {
        self.put(name, Self::write(part), false);
    }

    fn maybe(&mut self, name: &'static str, _: &'static str, part: &mut dyn Parts) {
        let value = part.at(0).map(Self::write);
        self.put(
            name,
            value.unwrap_or_else(|| Json::Bare("null".to_owned())),
            false,
        );
    }

    fn list(&mut self, name: &'static str, _: &'static str, parts: &mut dyn Parts) {
        let all = (0..parts.count()).filter_map(|index| parts.at(index).map(Self::write));
        self.put(name, Json::List(all.collect()), false);
    }

    fn holds(&mut self, _: Result<(), String>) {}
}

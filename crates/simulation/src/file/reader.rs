//! From JSON to a scenario's parts: every fault with its path, and on to the next.

use super::Fault;
use super::decimal::Decimal;
use super::form::{Form, Number, Part, Parts, Real, Written};
use super::measure::split;
use super::nearest::nearest;
use serde_json::{Map, Value};

/// Reads the fields of one object after another.
pub(super) struct Reader<'v> {
    /// The object that is being read; none for a kind that was written alone.
    object: Option<&'v Map<String, Value>>,
    /// The fields it was asked for.
    asked: Vec<&'static str>,
    path: String,
    /// How many faults there were before this object.
    before: usize,
    faults: Vec<Fault>,
}

impl<'v> Reader<'v> {
    /// Reads a part from a value; what was wrong with it.
    pub(super) fn read(value: &'v Value, part: &mut dyn Part) -> Vec<Fault> {
        let mut reader = Self {
            object: None,
            asked: Vec::new(),
            path: String::new(),
            before: 0,
            faults: Vec::new(),
        };
        reader.enter(value, part);
        reader.faults
    }

    fn fault(&mut self, sentence: String) {
        let path = self.path.clone();
        self.faults.push(Fault { path, sentence });
    }

    /// Does something one step further down.
    fn within(&mut self, step: &str, does: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        does(self);
        self.path.truncate(length);
    }

    /// The value of a field, if it is there.
    fn ask(&mut self, name: &'static str, required: bool) -> Option<&'v Value> {
        self.asked.push(name);
        let found = self.object.and_then(|object| object.get(name));
        if found.is_none() && required {
            self.fault(format!("“{name}” is missing"));
        }
        found
    }

    fn enter(&mut self, value: &'v Value, part: &mut dyn Part) {
        let meta = part.meta();
        let (object, kind) = match value {
            Value::Object(object) if meta.tag.is_empty() => (Some(object), ""),
            Value::Object(object) => match object.get(meta.tag) {
                Some(Value::String(kind)) => (Some(object), kind.as_str()),
                other => {
                    let tag = meta.tag;
                    let fault = if other.is_some() {
                        "must be a text"
                    } else {
                        "is missing"
                    };
                    let kinds = (meta.kinds)().join(", ");
                    return self.fault(format!("“{tag}” {fault}: one of {kinds}"));
                }
            },
            Value::String(kind) if meta.bare => (None, kind.as_str()),
            _ if meta.bare => {
                return self
                    .fault("this must be a name in quotes, or an object in braces".to_owned());
            }
            _ => return self.fault("this must be an object in braces".to_owned()),
        };
        let kinds = (meta.kinds)();
        let Some(index) = kinds.iter().position(|it| *it == kind) else {
            let what = if meta.tag == "kind" { "kind" } else { meta.tag };
            let sentence = format!("there is no {what} “{kind}”{}", instead(kind, &kinds));
            return self.fault(sentence);
        };
        part.reset(index);
        let asked = if meta.tag.is_empty() {
            Vec::new()
        } else {
            vec![meta.tag]
        };
        let outer = (
            std::mem::replace(&mut self.object, object),
            std::mem::replace(&mut self.asked, asked),
            std::mem::replace(&mut self.before, self.faults.len()),
        );
        part.fields(self);
        let asked = std::mem::take(&mut self.asked);
        for name in object.into_iter().flat_map(Map::keys) {
            if !asked.contains(&name.as_str()) {
                let sentence = format!("there is no field “{name}” here{}", instead(name, &asked));
                self.within(name, |reader| reader.fault(sentence));
            }
        }
        (self.object, self.asked, self.before) = outer;
    }
}

/// What was meant perhaps, or what there is.
fn instead(name: &str, known: &[&'static str]) -> String {
    match nearest(name, known) {
        Some(known) => format!("; did you mean “{known}”?"),
        None => format!("; there are {}", known.join(", ")),
    }
}

/// A value for a sentence, shortened.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let mut short: String = text.chars().take(40).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            format!("“{short}”")
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Reads a double.
pub(super) fn real(field: &Real, value: &Value) -> Result<f64, String> {
    let (unit, example) = match field.written {
        Written::Plain => ("", "a number such as 1.5"),
        Written::Rate => ("/s", "a rate such as \"125/s\""),
        Written::Share => ("%", "a percentage such as \"50%\""),
    };
    let read = match value {
        Value::Number(number) if field.written == Written::Plain => number.as_f64(),
        Value::String(text) => {
            let (number, symbol) = split(text);
            let decimal = Decimal::read(number).filter(|_| symbol == unit);
            let share = |it: Decimal| {
                if field.written == Written::Share {
                    it.percent()
                } else {
                    it
                }
            };
            decimal.map(|it| share(it).double())
        }
        _ => None,
    };
    let Some(read) = read else {
        return Err(format!("this must be {example}; {} is not", shown(value)));
    };
    if (field.least..=field.most).contains(&read) {
        return Ok(read);
    }
    Err(format!(
        "this must be {}; {} is not",
        real_range(field),
        shown(value)
    ))
}

/// What a double may be: `0% to 100%`.
pub(super) fn real_range(field: &Real) -> String {
    let (unit, factor) = match field.written {
        Written::Plain => ("", 1.0),
        Written::Rate => ("/s", 1.0),
        Written::Share => ("%", 100.0),
    };
    let (least, most) = (field.least * factor, field.most * factor);
    format!("{least}{unit} to {most}{unit}")
}

fn number(field: &Number, value: &Value) -> Result<u64, String> {
    let measure = field.measure;
    let read = match value {
        Value::String(text) if !measure.plain() => measure.read(text)?,
        Value::Number(number) => measure.read(&number.to_string())?,
        _ => return Err(measure.not_this(&shown(value))),
    };
    in_range(field, read, &shown(value))
}

/// A whole number, if it may be that.
pub(super) fn in_range(field: &Number, read: u64, shown: &str) -> Result<u64, String> {
    if (field.least..=field.most).contains(&read) {
        return Ok(read);
    }
    let range = if field.most >= u64::from(u32::MAX) && read < field.least {
        format!("at least {}", field.measure.write(field.least))
    } else {
        number_range(field)
    };
    Err(format!("this must be {range}; {shown} is not"))
}

/// What a whole number may be: `1 to 64`.
pub(super) fn number_range(field: &Number) -> String {
    let (least, most) = (
        field.measure.write(field.least),
        field.measure.write(field.most),
    );
    if least == most {
        least
    } else {
        [least, most].join(" to ")
    }
}

impl Form for Reader<'_> {
    fn number(&mut self, field: &Number, value: Option<u64>) -> Option<u64> {
        match self.ask(field.name, field.required) {
            None => value,
            Some(Value::Null) if field.optional => None,
            Some(found) => match number(field, found) {
                Ok(found) => Some(found),
                Err(sentence) => {
                    self.within(field.name, |reader| reader.fault(sentence));
                    value
                }
            },
        }
    }

    fn real(&mut self, field: &Real, value: f64) -> f64 {
        let found = self
            .ask(field.name, field.required)
            .map(|found| real(field, found));
        match found {
            None => value,
            Some(Ok(found)) => found,
            Some(Err(sentence)) => {
                self.within(field.name, |reader| reader.fault(sentence));
                value
            }
        }
    }

    fn text(&mut self, name: &'static str, _: &'static str, required: bool, value: &mut String) {
        match self.ask(name, required) {
            None => {}
            // What must be there is a name.
            Some(Value::String(text)) if required && text.is_empty() => {
                self.within(name, |reader| {
                    reader.fault("a name has 1 to 40 characters".to_owned())
                });
            }
            Some(Value::String(text)) => text.clone_into(value),
            Some(other) => {
                let sentence = format!("this must be a text in quotes; {} is not", shown(other));
                self.within(name, |reader| reader.fault(sentence));
            }
        }
    }

    fn pair(&mut self, name: &'static str, _: &'static str, a: &mut String, b: &mut String) {
        match self.ask(name, true) {
            None => {}
            Some(Value::Array(two)) if matches!(two[..], [Value::String(_), Value::String(_)]) => {
                for (text, value) in [a, b].into_iter().zip(two) {
                    value.as_str().unwrap_or("").clone_into(text);
                    if text.is_empty() {
                        self.within(name, |reader| reader.fault("a name is empty".to_owned()));
                    }
                }
            }
            Some(other) => {
                let sentence = format!("this must be two names in a list; {} is not", shown(other));
                self.within(name, |reader| reader.fault(sentence));
            }
        }
    }

    fn flag(&mut self, name: &'static str, _: &'static str, value: bool) -> bool {
        match self.ask(name, false) {
            None => value,
            Some(Value::Bool(found)) => *found,
            Some(other) => {
                let sentence = format!("this must be true or false; {} is not", shown(other));
                self.within(name, |reader| reader.fault(sentence));
                value
            }
        }
    }

    fn choice(
        &mut self,
        name: &'static str,
        _: &'static str,
        required: bool,
        of: &[&'static str],
        value: usize,
    ) -> usize {
        let Some(found) = self.ask(name, required) else {
            return value;
        };
        let index = found
            .as_str()
            .and_then(|text| of.iter().position(|it| *it == text));
        index.unwrap_or_else(|| {
            let (shown, text) = (shown(found), found.as_str().unwrap_or(""));
            let sentence = format!("{shown} is none of those known{}", instead(text, of));
            self.within(name, |reader| reader.fault(sentence));
            value
        })
    }

    fn part(&mut self, name: &'static str, _: &'static str, part: &mut dyn Part) {
        if let Some(found) = self.ask(name, false) {
            self.within(name, |reader| reader.enter(found, part));
        }
    }

    fn maybe(&mut self, name: &'static str, _: &'static str, part: &mut dyn Parts) {
        let Some(found) = self.ask(name, false) else {
            return;
        };
        part.clear();
        if *found != Value::Null {
            part.grow();
            if let Some(part) = part.at(0) {
                self.within(name, |reader| reader.enter(found, part));
            }
        }
    }

    fn list(&mut self, name: &'static str, _: &'static str, parts: &mut dyn Parts) {
        match self.ask(name, false) {
            None => {}
            Some(Value::Array(found)) => {
                parts.clear();
                self.within(name, |reader| {
                    for (index, value) in found.iter().enumerate() {
                        parts.grow();
                        if let Some(part) = parts.at(index) {
                            reader
                                .within(&format!("[{index}]"), |reader| reader.enter(value, part));
                        }
                    }
                });
            }
            Some(other) => {
                let sentence = format!("this must be a list in brackets; {} is not", shown(other));
                self.within(name, |reader| reader.fault(sentence));
            }
        }
    }

    fn holds(&mut self, verdict: Result<(), String>) {
        // What is out of its own range was told already.
        if let Err(sentence) = verdict
            && self.faults.len() == self.before
        {
            self.fault(sentence);
        }
    }
}

//! From a scenario's parts to a JSON Schema (draft 2020-12).

use super::form::{Form, Number, Part, Parts, Real, Written};
use super::json::Json;
use super::writer;
use std::collections::BTreeMap;

/// The schema of scenario files, as a file.
#[must_use]
pub fn schema() -> String {
    let mut maker = Maker::default();
    let root = maker.reference(&mut super::parts_of_nothing());
    let definitions = maker.definitions.into_iter();
    let definitions = definitions
        .filter_map(|(name, it)| Some((name, it?)))
        .collect();
    let mut fields = vec![
        (
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title", text("Reroute scenario")),
        (
            "description",
            text("A scenario of Reroute, a laboratory for distributed systems."),
        ),
    ];
    if let Json::Record(root) = root {
        fields.extend(root);
    }
    fields.push(("$defs", Json::Record(definitions)));
    Json::Record(fields).lay_out()
}

#[derive(Default)]
struct Maker {
    /// By name; none while a part is being described.
    definitions: BTreeMap<&'static str, Option<Json>>,
    properties: Vec<(&'static str, Json)>,
    required: Vec<&'static str>,
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn bare(value: impl ToString) -> Json {
    Json::Bare(value.to_string())
}

fn either(schemas: Vec<Json>) -> Json {
    Json::Record(vec![("oneOf", Json::List(schemas))])
}

fn null() -> Json {
    Json::Record(vec![("type", text("null"))])
}

impl Maker {
    fn property(&mut self, name: &'static str, doc: &'static str, required: bool, schema: Json) {
        let mut fields = vec![("description", text(doc))];
        match schema {
            Json::Record(inner) => fields.extend(inner),
            other => fields.push(("allOf", Json::List(vec![other]))),
        }
        self.properties.push((name, Json::Record(fields)));
        if required {
            self.required.push(name);
        }
    }

    /// A reference to a part, which is described once.
    fn reference(&mut self, part: &mut dyn Part) -> Json {
        let meta = part.meta();
        if !self.definitions.contains_key(meta.name) {
            self.definitions.insert(meta.name, None);
            let kinds = (meta.kinds)();
            let mut branches = Vec::new();
            if meta.bare {
                let names = kinds.iter().map(|kind| text(kind)).collect();
                branches.push(Json::Record(vec![("enum", Json::List(names))]));
            }
            for (index, kind) in kinds.iter().enumerate() {
                let outer = (
                    std::mem::take(&mut self.properties),
                    std::mem::take(&mut self.required),
                );
                if !meta.tag.is_empty() {
                    self.properties
                        .push((meta.tag, Json::Record(vec![("const", text(kind))])));
                    self.required.push(meta.tag);
                }
                part.like(index).fields(self);
                let properties = std::mem::replace(&mut self.properties, outer.0);
                let required = std::mem::replace(&mut self.required, outer.1);
                branches.push(Json::Record(vec![
                    ("type", text("object")),
                    ("properties", Json::Record(properties)),
                    (
                        "required",
                        Json::List(required.into_iter().map(text).collect()),
                    ),
                    ("additionalProperties", bare(false)),
                ]));
            }
            let schema = if branches.len() == 1 {
                branches.remove(0)
            } else {
                either(branches)
            };
            self.definitions.insert(meta.name, Some(schema));
        }
        Json::Record(vec![("$ref", Json::Text(format!("#/$defs/{}", meta.name)))])
    }
}

/// Letters that mean something else in a pattern are not in units but for the point.
fn pattern(units: &[&str]) -> Json {
    text(&format!("^ *[0-9]*[.]?[0-9]* *({}) *$", units.join("|")))
}

impl Form for Maker {
    fn number(&mut self, field: &Number, value: Option<u64>) -> Option<u64> {
        let measure = field.measure;
        let mut fields = if measure.plain() {
            let (least, most) = (measure.write(field.least), measure.write(field.most));
            let scale = measure.units.last().map_or(1, |unit| unit.1);
            let kind = if scale == 1 { "integer" } else { "number" };
            vec![
                ("type", text(kind)),
                ("minimum", bare(least)),
                ("maximum", bare(most)),
            ]
        } else {
            let units: Vec<&str> = measure
                .units
                .iter()
                .chain(measure.also)
                .map(|unit| unit.0)
                .collect();
            vec![("type", text("string")), ("pattern", pattern(&units))]
        };
        if !field.required {
            fields.push(("default", writer::number(field, value)));
        }
        let mut schema = Json::Record(fields);
        if field.optional {
            schema = either(vec![schema, null()]);
        }
        self.property(field.name, field.doc, field.required, schema);
        value
    }

    fn real(&mut self, field: &Real, value: f64) -> f64 {
        let unit = match field.written {
            Written::Plain => "",
            Written::Rate => "/s",
            Written::Share => "%",
        };
        let string = vec![("type", text("string")), ("pattern", pattern(&[unit]))];
        let schema = if field.written == Written::Plain {
            let (least, most) = (bare(field.least), bare(field.most));
            let number = vec![
                ("type", text("number")),
                ("minimum", least),
                ("maximum", most),
            ];
            either(vec![Json::Record(number), Json::Record(string)])
        } else {
            Json::Record(string)
        };
        let Json::Record(mut fields) = schema else {
            return value;
        };
        if !field.required {
            fields.push(("default", writer::real(field.written, value)));
        }
        self.property(field.name, field.doc, field.required, Json::Record(fields));
        value
    }

    fn text(&mut self, name: &'static str, doc: &'static str, required: bool, value: &mut String) {
        let mut fields = vec![("type", text("string"))];
        if required {
            // A name.
            fields.extend([("minLength", bare(1)), ("maxLength", bare(40))]);
        } else {
            fields.push(("default", text(value)));
        }
        self.property(name, doc, required, Json::Record(fields));
    }

    fn pair(&mut self, name: &'static str, doc: &'static str, _: &mut String, _: &mut String) {
        let fields = vec![
            ("type", text("array")),
            (
                "items",
                Json::Record(vec![("type", text("string")), ("minLength", bare(1))]),
            ),
            ("minItems", bare(2)),
            ("maxItems", bare(2)),
        ];
        self.property(name, doc, true, Json::Record(fields));
    }

    fn flag(&mut self, name: &'static str, doc: &'static str, value: bool) -> bool {
        let fields = vec![("type", text("boolean")), ("default", bare(value))];
        self.property(name, doc, false, Json::Record(fields));
        value
    }

    fn choice(
        &mut self,
        name: &'static str,
        doc: &'static str,
        required: bool,
        of: &[&'static str],
        value: usize,
    ) -> usize {
        let names = of.iter().map(|name| text(name)).collect();
        let mut fields = vec![("enum", Json::List(names))];
        if !required {
            fields.push(("default", text(of.get(value).copied().unwrap_or_default())));
        }
        self.property(name, doc, required, Json::Record(fields));
        value
    }

    fn part(&mut self, name: &'static str, doc: &'static str, part: &mut dyn Part) {
        let schema = self.reference(part);
        self.property(name, doc, false, schema);
    }

    fn maybe(&mut self, name: &'static str, doc: &'static str, parts: &mut dyn Parts) {
        let schema = self.reference(&mut *parts.sample());
        self.property(name, doc, false, either(vec![schema, null()]));
    }

    fn list(&mut self, name: &'static str, doc: &'static str, parts: &mut dyn Parts) {
        let items = self.reference(&mut *parts.sample());
        let fields = vec![("type", text("array")), ("items", items)];
        self.property(name, doc, false, Json::Record(fields));
    }

    fn holds(&mut self, _: Result<(), String>) {}
}

//! JSON as a value, and every key that an object has more than once.
//!
//! RFC 8259 leaves open what a repeated key means, and most readers keep the last value and say
//! nothing: a student would look for a fault in the line that was dropped. So they are told.

use super::Fault;
use serde_core::Deserializer;
use serde_core::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads a text; the value, and its repeated keys in the order in which they stand.
///
/// # Errors
/// It is not JSON.
pub(super) fn read(text: &str) -> Result<(Value, Vec<Fault>), serde_json::Error> {
    let mut once = Once::default();
    let mut deserializer = serde_json::Deserializer::from_slice(text.as_bytes());
    let value = Reading(&mut once).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, once.faults))
}

/// Where the reading has come to, and what was found.
#[derive(Default)]
struct Once {
    path: String,
    faults: Vec<Fault>,
}

/// One value of it.
struct Reading<'o>(&'o mut Once);

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let length = self.0.path.len();
        let mut values = Vec::new();
        loop {
            self.0.path.push('[');
            self.0.path.push_str(&values.len().to_string());
            self.0.path.push(']');
            let value = list.next_element_seed(Reading(self.0))?;
            self.0.path.truncate(length);
            match value {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let length = self.0.path.len();
        let mut values = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if length > 0 {
                self.0.path.push('.');
            }
            self.0.path.push_str(&key);
            if values.contains_key(&key) {
                self.0.faults.push(Fault {
                    path: self.0.path.clone(),
                    sentence: "this is given more than once".to_owned(),
                });
            }
            let value = object.next_value_seed(Reading(self.0))?;
            values.insert(key, value);
            self.0.path.truncate(length);
        }
        Ok(Value::Object(values))
    }
}

//! JSON text to a tree.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, map::Entry};

/// Reads a JSON text. The second value says how many members were left out because an object has their key before.
///
/// Of members with the same key the first counts, as in YAML.
pub(super) fn parse(text: &str) -> Result<(Value, usize), serde_json::Error> {
    let repeated = Cell::new(0);
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = Tree { repeated: &repeated }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((tree, repeated.get()))
}

/// Where in its file a JSON error is: line and column, both counted from 1, the column in bytes.
pub(super) fn position(error: &serde_json::Error) -> (usize, usize) {
    (error.line().max(1), error.column().max(1))
}

/// What a JSON error says, without where.
pub(super) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

/// True if the error is that the text is nested too deep for `serde_json`.
pub(super) fn is_too_deep(error: &serde_json::Error) -> bool {
    error.is_syntax() && message(error).contains("recursion limit")
}

/// True if the error is a number beyond what 64 bits can hold, which is no fault in a JSON text.
pub(super) fn is_big_number(error: &serde_json::Error) -> bool {
    message(error).contains("number out of range")
}

/// Builds a [`Value`] as `serde_json` does, but sees repeated keys.
#[derive(Clone, Copy)]
struct Tree<'a> {
    repeated: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(access.next_value_seed(self)?);
                }
                Entry::Occupied(_) => {
                    access.next_value::<IgnoredAny>().map_err(A::Error::custom)?;
                    self.repeated.set(self.repeated.get() + 1);
                }
            }
        }
        Ok(Value::Object(map))
    }
}

//! Bodies that no description mentions, as far as their media type says how they are read.

use serde_json::{Map, Value};

use super::{Kind, Raw, json};
use crate::contract::{MediaRange, charset, multipart};

/// A body as a value, without a description of it; `None` if it has no value that could be shown, or is not what its
/// media type says.
///
/// Without a media type it counts as JSON. The fields of forms and the parts of multipart bodies are texts; those that
/// come more than once are lists.
pub fn undescribed_body(content_type: Option<&str>, bytes: &[u8]) -> Option<Value> {
    let Some(sent) = content_type else { return json(bytes).ok() };
    let range = MediaRange::parse(sent)?;
    match Kind::of(&range) {
        Kind::Json => json(bytes).ok(),
        Kind::Form => {
            Some(object(form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned()))))
        }
        Kind::Multipart => {
            let (parts, faults) = multipart::parts(Raw { bytes, content_type: sent }).ok()?;
            let named =
                parts.iter().map(|part| (part.name.clone().unwrap_or_default(), part.text.clone().into_owned()));
            faults.is_empty().then(|| object(named))
        }
        Kind::Binary => None,
        _ => charset::text(bytes, Some(&range))?.ok().map(|text| Value::String(text.into_owned())),
    }
}

fn object(pairs: impl Iterator<Item = (String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value);
        match object.get_mut(&name) {
            None => drop(object.insert(name, value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}

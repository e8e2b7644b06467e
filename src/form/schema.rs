//! The JSON Schema of a form, as it is best explained.

use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, transform::RecursiveTransform};
use serde::Deserialize;
use serde_json::Value;

/// One value, or a list of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum OneOrMany<T> {
    /// A list.
    Many(#[schemars(length(min = 1))] Vec<T>),
    /// One.
    One(T),
}

impl<T> OneOrMany<T> {
    /// The values, in their order.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::Many(list) => list,
            Self::One(one) => std::slice::from_ref(one),
        }
    }
}

/// The JSON Schema (2020-12) of a type.
pub fn json_schema<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T);
    for change in [without_null as fn(&mut Schema), with_enum] {
        schemars::transform::Transform::transform(&mut RecursiveTransform(change), &mut schema);
    }
    schema.to_value()
}

/// An optional key is left out; it is not `null`, as what the schema is made from would have it.
fn without_null(schema: &mut Schema) {
    let Some(map) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let is_null = |branch: &Value| branch.get("type").is_some_and(|name| name == "null");
    let Some(Value::Array(branches)) = map.get_mut("anyOf") else { return };
    branches.retain(|branch| !is_null(branch));
    if let [only] = branches.as_slice()
        && let Some(only) = only.as_object().cloned()
    {
        map.shift_remove("anyOf");
        for (key, value) in only {
            map.entry(key).or_insert(value);
        }
    }
}

/// A choice of texts is an `enum`, which can be explained; what is said about each goes into the description.
fn with_enum(schema: &mut Schema) {
    let Some(map) = schema.as_object_mut() else { return };
    let Some(Value::Array(branches)) = map.get("oneOf") else { return };
    let Some(texts) = branches.iter().map(|branch| branch.get("const")?.as_str()).collect::<Option<Vec<_>>>() else {
        return;
    };
    let says = |branch: &Value| branch.get("description")?.as_str().map(str::to_owned);
    let mut description = map.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (text, branch) in texts.iter().zip(branches) {
        let _ = write!(description, "\n- `{text}`: {}", says(branch).unwrap_or_default());
    }
    let texts = Value::from(texts);
    map.shift_remove("oneOf");
    map.insert("type".to_owned(), "string".into());
    map.insert("enum".to_owned(), texts);
    map.insert("description".to_owned(), description.into());
}

//! From OpenAPI 3.0 to 3.1, as the OpenAPI Initiative's guide says.
//!
//! - `nullable` becomes a type, `exclusiveMinimum: true` the bound itself, `example` of a schema `examples`.
//! - What 3.0 passes over and 3.1 would heed is left out: keywords beside `$ref`, and those that 3.0 does not have.
//! - `format: binary` and `byte` stay: both versions allow them, and the guide's `contentEncoding` says no more.

use serde_json::{Map, Value, json};

/// The keywords of a schema object of 3.0 (section 4.7.24), without those that are rewritten.
const KEYWORDS: [&str; 34] = [
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "xml",
    "example",
    "deprecated",
];

/// The description in 3.1; `None` if it is not one of 3.0.
pub(crate) fn to_3_1(document: &Value) -> Option<Value> {
    if !document.get("openapi")?.as_str()?.starts_with("3.0") {
        return None;
    }
    let mut document = document.clone();
    // 3.0 knows no webhooks.
    document.as_object_mut()?.shift_remove("webhooks");
    object(&mut document);
    document["openapi"] = json!("3.1.1");
    Some(document)
}

/// Rewrites the schemas below what is no schema itself.
fn object(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(object),
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "schema" => schema(value),
                    "schemas" => value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema),
                    "example" | "examples" | "default" | "enum" => (),
                    key if key.starts_with("x-") => (),
                    _ => object(value),
                }
            }
        }
        _ => (),
    }
}

fn schema(value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    if map.get("$ref").is_some_and(Value::is_string) {
        map.retain(|key, _| key == "$ref");
        return;
    }
    map.retain(|key, _| KEYWORDS.contains(&&**key) || key.starts_with("x-"));
    if map.shift_remove("nullable") == Some(Value::Bool(true)) {
        match map.get_mut("type") {
            Some(Value::Array(types)) => types.push(json!("null")),
            Some(one) => *one = json!([one.take(), "null"]),
            // Without a type, anything is allowed already.
            None => (),
        }
    }
    bound(map, "minimum", "exclusiveMinimum");
    bound(map, "maximum", "exclusiveMaximum");
    if let Some(example) = map.shift_remove("example") {
        map.insert("examples".to_owned(), json!([example]));
    }
    for (key, value) in map {
        match key.as_str() {
            "properties" => value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema),
            "items" | "not" | "additionalProperties" => schema(value),
            "allOf" | "anyOf" | "oneOf" => value.as_array_mut().into_iter().flatten().for_each(schema),
            _ => (),
        }
    }
}

/// An exclusive bound is a number of its own.
fn bound(map: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    if map.shift_remove(exclusive) == Some(Value::Bool(true))
        && let Some(number) = map.shift_remove(bound)
    {
        map.insert(exclusive.to_owned(), number);
    }
}

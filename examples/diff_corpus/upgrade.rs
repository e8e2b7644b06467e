//! From OpenAPI 3.0 to 3.1, as the OpenAPI Initiative's guide says.
//!
//! - `nullable` becomes a type, `exclusiveMinimum: true` the bound itself, `example` of a schema `examples`.
//! - Keywords beside `$ref`, which 3.0 passes over and 3.1 would heed, are left out.
//! - `format: binary` and `byte` stay: both versions allow them, and the guide's `contentEncoding` says no more.

use serde_json::{Map, Value, json};

/// Keywords beside which a type cannot say that `null` is allowed: they would still forbid it.
const FORBIDS_NULL: [&str; 6] = ["allOf", "anyOf", "oneOf", "not", "if", "const"];

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

/// Rewrites the schemas below what is no schema itself. There, `default` is an answer.
fn object(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(object),
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "schema" => schema(value),
                    "schemas" => value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema),
                    "example" | "examples" => (),
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
    let is_nullable = map.shift_remove("nullable") == Some(Value::Bool(true));
    let is_wrapped = is_nullable && FORBIDS_NULL.iter().any(|keyword| map.contains_key(*keyword));
    if is_nullable && !is_wrapped {
        match map.get_mut("type") {
            Some(Value::Array(types)) => types.push(json!("null")),
            Some(one) => *one = json!([one.take(), "null"]),
            // Without a type, anything is allowed already.
            None => (),
        }
        if let Some(Value::Array(values)) = map.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    bound(map, "minimum", "exclusiveMinimum");
    bound(map, "maximum", "exclusiveMaximum");
    if let Some(example) = map.shift_remove("example") {
        map.insert("examples".to_owned(), json!([example]));
    }
    for (key, value) in map {
        match key.as_str() {
            "properties" | "patternProperties" => {
                value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema);
            }
            "items" | "not" | "additionalProperties" => schema(value),
            "allOf" | "anyOf" | "oneOf" => value.as_array_mut().into_iter().flatten().for_each(schema),
            _ => (),
        }
    }
    if is_wrapped {
        *value = json!({"anyOf": [value.take(), {"type": "null"}]});
    }
}

/// An exclusive bound is a number of its own.
fn bound(map: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    let Some(is_exclusive) = map.get(exclusive).and_then(Value::as_bool) else { return };
    map.shift_remove(exclusive);
    if is_exclusive && let Some(number) = map.shift_remove(bound) {
        map.insert(exclusive.to_owned(), number);
    }
}

//! Sequences: an array is written item by item, anything else is a sequence of one.

use serde_json::Value;

use super::{json, plain};
use crate::{contract::body::is_event, schema::Shape};

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        value => std::slice::from_ref(value),
    }
}

/// A JSON value a line. Text stands for itself: an example is often the sequence as it is sent.
pub(super) fn json_lines(value: &Value) -> Vec<u8> {
    if let Value::String(text) = value {
        return text.clone().into_bytes();
    }
    let mut out = Vec::new();
    for item in items(value) {
        out.extend(json(item));
        out.push(b'\n');
    }
    out
}

/// JSON values, each after a record separator (RFC 7464).
pub(super) fn json_sequence(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for item in items(value) {
        out.push(0x1e);
        out.extend(json(item));
        out.push(b'\n');
    }
    out
}

/// Server-sent events (HTML, section 9.2.6), each item of that shape. What is not an event itself is the data of one.
pub(super) fn event_stream(value: &Value, shape: &Shape) -> String {
    if let Value::String(text) = value {
        return text.clone();
    }
    let mut out = String::new();
    for item in items(value) {
        match item {
            Value::Object(event) if is_event(event, shape) => {
                for (field, value) in event {
                    push(&mut out, field, &plain(value));
                }
            }
            item => push(&mut out, "data", &plain(item)),
        }
        out.push('\n');
    }
    out
}

/// A field, a line for each line of its value.
fn push(out: &mut String, field: &str, value: &str) {
    let field: String = field.chars().filter(|c| !matches!(c, ':' | '\r' | '\n')).collect();
    for line in value.split(['\r', '\n']) {
        out.push_str(&field);
        out.push_str(": ");
        out.push_str(line);
        out.push('\n');
    }
}

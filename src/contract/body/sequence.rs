//! Sequences: JSON lines, JSON text sequences, server-sent events. Each becomes an array.

use serde_json::{Map, Value, json};

use super::{Fault, json};

/// A JSON value a line; empty lines are passed over.
pub(super) fn json_lines(bytes: &[u8]) -> Result<Value, Fault> {
    let lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    let items = lines.filter(|(line, _)| !line.trim_ascii().is_empty()).map(|(line, number)| {
        let line: Result<Value, _> = serde_json::from_slice(line);
        line.map_err(|error| Fault::body(format!("is not JSON in line {number}: {}", at_column(&error))))
    });
    items.collect::<Result<_, _>>().map(Value::Array)
}

/// The message of an error in a text of one line: its own line number would mislead.
fn at_column(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column", " at column")
}

/// JSON values, each after a record separator (RFC 7464).
pub(super) fn json_sequence(bytes: &[u8]) -> Result<Value, Fault> {
    let mut texts = bytes.split(|byte| *byte == 0x1e);
    if texts.next().is_some_and(|before| !before.trim_ascii().is_empty()) {
        return Err(Fault::body("is not a JSON text sequence: it does not start with a record separator (0x1E)"));
    }
    texts.filter(|text| !text.trim_ascii().is_empty()).map(json).collect::<Result<_, _>>().map(Value::Array)
}

/// Server-sent events (HTML, section 9.2.6) as objects with `event`, `data`, `id` and `retry`.
pub(super) fn event_stream(text: &str) -> Result<Value, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut events = Vec::new();
    let mut event = Map::new();
    for line in text.split('\n') {
        if line.is_empty() {
            push(&mut events, &mut event);
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match event.get_mut("data") {
                Some(Value::String(data)) => {
                    data.push('\n');
                    data.push_str(value);
                }
                _ => drop(event.insert("data".to_owned(), json!(value))),
            },
            "event" | "id" => drop(event.insert(field.to_owned(), json!(value))),
            "retry" => match value.parse::<u64>() {
                Ok(milliseconds) => drop(event.insert("retry".to_owned(), json!(milliseconds))),
                Err(_) => return Err(Fault::body(format!("has `{value}` where `retry` is a number of milliseconds"))),
            },
            // A comment, or a field that the standard says to pass over.
            _ => (),
        }
    }
    // A stream may have been cut after its last event.
    push(&mut events, &mut event);
    Ok(Value::Array(events))
}

fn push(events: &mut Vec<Value>, event: &mut Map<String, Value>) {
    if !event.is_empty() {
        events.push(Value::Object(std::mem::take(event)));
    }
}

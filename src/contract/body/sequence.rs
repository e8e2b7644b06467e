//! Sequences: JSON lines, JSON text sequences, server-sent events. Each becomes an array.
//!
//! `itemSchema` describes an item. Without it, `schema` describes the array; but most descriptions of before 3.2 give it the
//! schema of an item, or say that all of it is a text, and are understood ([`Reach`]). Likewise, the schema of a server-sent
//! event may describe its fields, as 3.2 has it, or what is in `data`, as most descriptions have it ([`describes_event`]).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Fault, Kind, json};
use crate::{
    contract::parameter::Typing,
    openapi::MediaType,
    schema::{Shape, Types},
};

/// The fields of a server-sent event.
const EVENT_FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

/// What the `schema` of a sequence describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::contract) enum Reach {
    /// The array of all items.
    Whole,
    /// Each item: it allows no array.
    Item,
    /// The text as it is sent: it allows nothing else.
    Text,
}

impl Reach {
    /// What a `schema` of that shape describes.
    pub(in crate::contract) fn of(shape: &Shape) -> Self {
        let text = Types::STRING.union(Types::NULL);
        let is_text = shape.types.has(Types::STRING) && shape.types.union(text) == text;
        if shape.types.has(Types::ARRAY) {
            Self::Whole
        } else if is_text {
            Self::Text
        } else {
            Self::Item
        }
    }
}

/// The shape of each item of a sequence whose `schema` has `shape`.
pub(in crate::contract) fn item_shape(media: &MediaType, shape: &Shape, typing: &Typing<'_>) -> Arc<Shape> {
    match &media.item_schema {
        Some(schema) => typing.shape(schema),
        None if Reach::of(shape) == Reach::Whole => typing.inner(shape.items.as_ref()),
        None => Arc::new(shape.clone()),
    }
}

/// True if a schema of that shape describes the fields of a server-sent event, and not what is in its `data`.
///
/// One that says nothing of members describes an event as well.
pub(in crate::contract) fn describes_event(shape: &Shape) -> bool {
    let mut names = shape.properties.keys();
    if shape.properties.is_empty() {
        return shape.types.has(Types::OBJECT) && shape.additional.is_none();
    }
    let is_told = shape.properties.contains_key("data") || shape.properties.contains_key("event");
    is_told && names.all(|name| EVENT_FIELDS.contains(&name.as_str()))
}

/// True if a value that is described by a schema of that shape is an event; else it is what is in the `data` of one.
pub(in crate::contract) fn is_event(value: &Map<String, Value>, shape: &Shape) -> bool {
    if describes_event(shape) {
        return EVENT_FIELDS.iter().any(|field| value.contains_key(*field));
    }
    value.contains_key("data") && !shape.properties.contains_key("data")
}

/// Reads a sequence that is described by a schema of `shape`.
pub(super) fn read(
    kind: Kind,
    bytes: &[u8],
    media: &MediaType,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Fault> {
    let is_text = media.item_schema.is_none() && Reach::of(shape) == Reach::Text;
    if is_text && typing.choose(true) {
        return super::utf8(bytes).map(|text| Value::String(text.to_owned()));
    }
    match kind {
        Kind::JsonLines => json_lines(bytes),
        Kind::JsonSequence => json_sequence(bytes),
        _ => {
            let item = item_shape(media, shape, typing);
            let events = event_stream(super::utf8(bytes)?)?;
            let meant = |event| if is_text { held(&event, &item, typing) } else { meant(event, &item, typing) };
            Ok(Value::Array(events.into_iter().filter_map(meant).collect()))
        }
    }
}

/// The value that an event is, or holds: the likelier of the two first, where either can be meant.
fn meant(mut event: Map<String, Value>, shape: &Shape, typing: &Typing<'_>) -> Option<Value> {
    let describes_event = describes_event(shape);
    let is_open = shape.properties.is_empty() || shape.properties.contains_key("data");
    let is_event = if is_open { typing.choose(describes_event) } else { describes_event };
    // Where an event is described, one without data is not passed over.
    if !is_event && (!describes_event || event.contains_key("data")) {
        return held(&event, shape, typing);
    }
    for (field, value) in &mut event {
        if let (Some(schema), Some(text)) = (shape.properties.get(field), value.as_str()) {
            *value = told(text, &typing.shape(schema), typing);
        }
    }
    Some(Value::Object(event))
}

/// The value that is in the `data` of an event. One without `data` holds nothing.
fn held(event: &Map<String, Value>, shape: &Shape, typing: &Typing<'_>) -> Option<Value> {
    Some(told(event.get("data")?.as_str()?, shape, typing))
}

/// Text as the value that its schema asks for: JSON if that may be an array or an object.
fn told(text: &str, shape: &Shape, typing: &Typing<'_>) -> Value {
    let says = shape.types != Types::ANY || !shape.properties.is_empty();
    let may_be =
        says && shape.types.has(Types::ARRAY.union(Types::OBJECT)) && text.trim_start().starts_with(['{', '[']);
    match json(text.as_bytes()) {
        Ok(value) if may_be && (!shape.types.has(Types::STRING) || typing.choose(true)) => value,
        _ => typing.value(text.into(), shape.types),
    }
}

/// A JSON value a line; empty lines are passed over.
fn json_lines(bytes: &[u8]) -> Result<Value, Fault> {
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
fn json_sequence(bytes: &[u8]) -> Result<Value, Fault> {
    let mut texts = bytes.split(|byte| *byte == 0x1e);
    if texts.next().is_some_and(|before| !before.trim_ascii().is_empty()) {
        return Err(Fault::body("is not a JSON text sequence: it does not start with a record separator (0x1E)"));
    }
    texts.filter(|text| !text.trim_ascii().is_empty()).map(json).collect::<Result<_, _>>().map(Value::Array)
}

/// Server-sent events (HTML, section 9.2.6) as objects with `event`, `data`, `id` and `retry`.
fn event_stream(text: &str) -> Result<Vec<Map<String, Value>>, Fault> {
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
    Ok(events)
}

fn push(events: &mut Vec<Map<String, Value>>, event: &mut Map<String, Value>) {
    if !event.is_empty() {
        events.push(std::mem::take(event));
    }
}

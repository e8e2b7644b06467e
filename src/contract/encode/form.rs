//! Forms: urlencoded and multipart.

use std::borrow::Cow;

use form_urlencoded::byte_serialize;
use serde_json::Value;

use super::{bytes, json, plain};
use crate::{
    contract::{MediaRange, parameter::Typing},
    openapi::{Encoding, MediaType, Style},
    schema::{Shape, Types},
};

/// An object as a urlencoded form, a pair for each item of an array. Text stands for itself.
pub(super) fn urlencoded(value: &Value, media: &MediaType) -> String {
    let Value::Object(members) = value else { return plain(value) };
    let mut form = String::new();
    for (name, value) in members {
        let encoding = media.encoding.get(name);
        match (value, encoding) {
            (value, Some(Encoding { style: Some(Style::DeepObject), .. })) => push_deep(&mut form, name, value),
            (value, Some(encoding)) if is_joined(value, encoding) => {
                // Items are escaped, but not what stands between them.
                let delimiter = encoding.style.map_or(",", |style| match style {
                    Style::SpaceDelimited => "+",
                    Style::PipeDelimited => "%7C",
                    Style::TabDelimited => "%09",
                    _ => ",",
                });
                let items: Vec<String> = pieces(value).iter().map(|item| escaped(item)).collect();
                push_raw(&mut form, name, &items.join(delimiter));
            }
            (Value::Object(members), Some(Encoding { style: Some(Style::Form), explode: true, .. })) => {
                members.iter().for_each(|(name, value)| push(&mut form, name, &plain(value)));
            }
            (Value::Array(items), _) => items.iter().for_each(|item| push(&mut form, name, &plain(item))),
            (value, _) => push(&mut form, name, &plain(value)),
        }
    }
    form
}

/// True if all of an array or object goes into one pair or part.
fn is_joined(value: &Value, encoding: &Encoding) -> bool {
    let has_style = encoding.style.is_some_and(|style| style != Style::DeepObject);
    has_style && !encoding.explode && (value.is_array() || value.is_object())
}

/// The items of an array, or the names and values of an object in turns.
fn pieces(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members.iter().flat_map(|(name, value)| [name.clone(), plain(value)]).collect(),
        value => vec![plain(value)],
    }
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn push(form: &mut String, name: &str, value: &str) {
    push_raw(form, name, &escaped(value));
}

/// Adds a pair whose value is escaped already.
fn push_raw(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.extend([escaped(name).as_str(), "=", value]);
}

/// Recursion is bounded by the depth of the value.
fn push_deep(form: &mut String, name: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                push_deep(form, &format!("{name}[{member}]"), value);
            }
        }
        Value::Array(items) => {
            for item in items {
                push_deep(form, &format!("{name}[]"), item);
            }
        }
        value => push(form, name, &plain(value)),
    }
}

/// An object as a multipart body, a part for each item of an array: its boundary, and the body.
pub(super) fn multipart(value: &Value, media: &MediaType, shape: &Shape, typing: &Typing<'_>) -> (String, Vec<u8>) {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let inner = typing.inner(Typing::property(shape, name));
                let encoding = media.encoding.get(name);
                match value {
                    value if encoding.is_some_and(|encoding| is_joined(value, encoding)) => {
                        let delimiter = match encoding.and_then(|encoding| encoding.style) {
                            Some(Style::SpaceDelimited) => " ",
                            Some(Style::PipeDelimited) => "|",
                            Some(Style::TabDelimited) => "\t",
                            _ => ",",
                        };
                        let joined = Value::String(pieces(value).join(delimiter));
                        parts.push(part(Some(name), &joined, encoding, &inner));
                    }
                    Value::Array(items) if inner.types.has(Types::ARRAY) => {
                        let item = typing.inner(inner.items.as_ref());
                        parts.extend(items.iter().map(|value| part(Some(name), value, encoding, &item)));
                    }
                    value => parts.push(part(Some(name), value, encoding, &inner)),
                }
            }
        }
        Value::Array(items) => {
            let item = typing.inner(shape.items.as_ref());
            parts.extend(items.iter().map(|value| part(None, value, None, &item)));
        }
        value => parts.push(part(None, value, None, shape)),
    }
    let boundary = boundary(&parts);
    let mut body = Vec::new();
    for part in &parts {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

/// A boundary that is in none of the parts: always the same for the same parts.
fn boundary(parts: &[Vec<u8>]) -> String {
    let taken = |boundary: &str| {
        parts.iter().any(|part| part.windows(boundary.len()).any(|window| window == boundary.as_bytes()))
    };
    let mut boundary = "mimeo-boundary".to_owned();
    while taken(&boundary) {
        boundary.push('0');
    }
    boundary
}

/// The header fields and content of one part.
fn part(name: Option<&str>, value: &Value, encoding: Option<&Encoding>, shape: &Shape) -> Vec<u8> {
    let binary = shape.format.as_deref() == Some("binary") || shape.content_media_type.is_some();
    let described = encoding.and_then(|encoding| encoding.content_types.first()).filter(|range| !range.contains('*'));
    let media_type: Option<Cow<'_, str>> = match (described, &shape.content_media_type) {
        (Some(described), _) => Some(described.as_str().into()),
        (None, Some(media_type)) => Some(media_type.as_str().into()),
        (None, None) if binary => Some("application/octet-stream".into()),
        (None, None) if value.is_array() || value.is_object() => Some("application/json".into()),
        (None, None) => None,
    };
    let is_json = media_type.as_deref().and_then(MediaRange::parse).is_some_and(|media_type| media_type.is_json());
    let mut part = String::new();
    if let Some(name) = name {
        let quoted = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let file = if binary { format!("; filename=\"{quoted}\"") } else { String::new() };
        part.extend(["Content-Disposition: form-data; name=\"", &quoted, "\"", &file, "\r\n"]);
    }
    if let Some(media_type) = media_type {
        let clean: String = media_type.chars().filter(|c| !c.is_control()).collect();
        part.extend(["Content-Type: ", &clean, "\r\n"]);
    }
    part.push_str("\r\n");
    let mut part = part.into_bytes();
    match value {
        value if is_json => part.extend_from_slice(&json(value)),
        Value::String(_) => part.extend_from_slice(&bytes(value, shape)),
        value => part.extend_from_slice(plain(value).as_bytes()),
    }
    part
}

//! Forms: urlencoded and multipart.

use std::borrow::Cow;

use form_urlencoded::byte_serialize;
use http::HeaderName;
use serde_json::Value;

use super::{bytes, concrete, encoded, json, plain};
use crate::{
    contract::{MediaRange, parameter::Typing, xml},
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
            (value, Some(Encoding { style: Some(Style::DeepObject), .. })) => {
                deep(name, value, &mut |name, value| push(&mut form, name, &plain(value)));
            }
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
                for (name, value) in members {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for value in values {
                        push(&mut form, name, &plain(value));
                    }
                }
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

/// The names and values of what is inside of a value, in style `deepObject`. Recursion is bounded by the depth of the
/// value.
fn deep(name: &str, value: &Value, push: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                deep(&format!("{name}[{member}]"), value, push);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                // The members of several items are told apart by position.
                let place = if item.is_object() || item.is_array() { index.to_string() } else { String::new() };
                deep(&format!("{name}[{place}]"), item, push);
            }
        }
        value => push(name, value),
    }
}

/// What the parts of a multipart body are written by.
pub(super) struct Parts<'w> {
    pub media: &'w MediaType,
    pub shape: &'w Shape,
    pub typing: &'w Typing<'w>,
    /// The header fields that an encoding describes.
    pub headers: &'w dyn Fn(&Encoding) -> Vec<(HeaderName, String)>,
}

impl Parts<'_> {
    /// An object as a multipart body, a part for each item of an array; an array as one, a part for each item in its
    /// place: the boundary, and the body.
    pub(super) fn write(&self, value: &Value) -> (String, Vec<u8>) {
        let parts = match value {
            Value::Object(members) => {
                members.iter().flat_map(|(name, value)| self.of_property(name, value)).collect::<Vec<_>>()
            }
            Value::Array(items) => items.iter().enumerate().map(|(index, value)| self.at(index, value)).collect(),
            value => vec![self.part(None, value, None, self.shape)],
        };
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

    fn of_property(&self, name: &str, value: &Value) -> Vec<Vec<u8>> {
        let inner = self.typing.inner(Typing::property(self.shape, name));
        let encoding = self.media.encoding.get(name);
        let is_style = |style| encoding.is_some_and(|encoding| encoding.style == Some(style));
        match value {
            value if encoding.is_some_and(|encoding| is_joined(value, encoding)) => {
                let delimiter = match encoding.and_then(|encoding| encoding.style) {
                    Some(Style::SpaceDelimited) => " ",
                    Some(Style::PipeDelimited) => "|",
                    Some(Style::TabDelimited) => "\t",
                    _ => ",",
                };
                let joined = Value::String(pieces(value).join(delimiter));
                vec![self.part(Some(name), &joined, encoding, &inner)]
            }
            Value::Object(members) if is_style(Style::Form) && encoding.is_some_and(|encoding| encoding.explode) => {
                let mut parts = Vec::new();
                for (name, value) in members {
                    let inner = self.typing.inner(Typing::property(&inner, name));
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    parts.extend(values.iter().map(|value| self.part(Some(name), value, None, &inner)));
                }
                parts
            }
            value if is_style(Style::DeepObject) => {
                let mut parts = Vec::new();
                deep(name, value, &mut |name, value| {
                    parts.push(self.part(Some(name), &Value::String(plain(value)), None, &Shape::default()));
                });
                parts
            }
            Value::Array(items) if inner.types.has(Types::ARRAY) => {
                let item = self.typing.items(&inner);
                items
                    .iter()
                    .zip(0..)
                    .map(|(value, index)| self.part(Some(name), value, encoding, &item(index)))
                    .collect()
            }
            value => vec![self.part(Some(name), value, encoding, &inner)],
        }
    }

    fn at(&self, index: usize, value: &Value) -> Vec<u8> {
        let schema = self.shape.prefix.get(index).or(self.shape.items.as_ref()).or(self.media.item_schema.as_ref());
        // A form has no parts without a name.
        let name = self.media.range.to_ascii_lowercase().starts_with("multipart/form-data").then(|| index.to_string());
        self.part(name.as_deref(), value, self.media.encoding_at(index), &self.typing.inner(schema))
    }

    /// The header fields and content of one part.
    fn part(&self, name: Option<&str>, value: &Value, encoding: Option<&Encoding>, shape: &Shape) -> Vec<u8> {
        let binary = shape.format.as_deref() == Some("binary") || shape.content_media_type.is_some();
        let described = encoding.and_then(|encoding| encoding.content_types.first());
        let media_type: Option<Cow<'_, str>> = match (described, &shape.content_media_type) {
            (Some(described), _) => Some(concrete(described, value).into()),
            (None, Some(media_type)) => Some(media_type.as_str().into()),
            (None, None) if binary => Some("application/octet-stream".into()),
            (None, None) if value.is_array() || value.is_object() => Some("application/json".into()),
            (None, None) => None,
        };
        let range = media_type.as_deref().and_then(MediaRange::parse);
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
        for (name, text) in encoding.map(self.headers).unwrap_or_default() {
            part.extend([name.as_str(), ": ", &text, "\r\n"]);
        }
        part.push_str("\r\n");
        let mut part = part.into_bytes();
        part.extend_from_slice(&match value {
            value if range.as_ref().is_some_and(MediaRange::is_json) => json(value).into(),
            Value::Object(_) | Value::Array(_) if range.as_ref().is_some_and(MediaRange::is_xml) => {
                encoded(&xml::write(value, None, shape, self.typing), range.as_ref())
            }
            Value::String(text) if binary => bytes(&Value::String(text.clone()), shape),
            value => encoded(&plain(value), range.as_ref()),
        });
        part
    }
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

//! Writes a value in a media type.

mod form;
mod sequence;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::Value;

use super::{
    Contract, MediaRange,
    body::Kind,
    parameter::{Shapes, Typing},
    xml,
};
use crate::{openapi::MediaType, schema::Shape};

/// A body, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value of `Content-Type`: as described, ranges made concrete, without an invented charset.
    pub media_type: String,
    /// The body.
    pub body: Bytes,
}

/// Why a value cannot be written in a media type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be written as {media_type}")]
pub struct CannotWrite {
    /// The kind of value: `an object`.
    pub what: String,
    /// The media type.
    pub media_type: String,
}

impl Contract {
    /// Writes a value as `media` describes it: JSON, XML by the `xml` objects, form, multipart, text, JSON lines and
    /// server-sent events for arrays with an `itemSchema`; base64 text as bytes for binary types.
    pub fn write(&self, media: &MediaType, value: &Value) -> Result<Written, CannotWrite> {
        write(media, value, &self.schemas)
    }
}

/// Writes a value, given the shapes of the schemas.
fn write(media: &MediaType, value: &Value, shapes: &dyn Shapes) -> Result<Written, CannotWrite> {
    let typing = Typing::first(shapes);
    let media_type = concrete(&media.range, value);
    let kind = MediaRange::parse(&media_type).map_or(Kind::Binary, |range| Kind::of(&range));
    let shape = || typing.inner(media.schema.as_ref());
    let body = match kind {
        Kind::Json => json(value).into(),
        Kind::JsonLines => sequence::json_lines(value).into(),
        Kind::JsonSequence => sequence::json_sequence(value).into(),
        Kind::EventStream => sequence::event_stream(value).into(),
        Kind::Form => form::urlencoded(value, media).into(),
        Kind::Multipart => {
            let (boundary, body) = form::multipart(value, media, &shape(), &typing);
            let joint = if media_type.contains("boundary=") { String::new() } else { format!("; boundary={boundary}") };
            return Ok(Written { media_type: format!("{media_type}{joint}"), body: body.into() });
        }
        Kind::Xml => match value {
            // An example is often the document itself.
            Value::String(text) if text.trim_start().starts_with('<') => Bytes::copy_from_slice(text.as_bytes()),
            value => xml::write(value, &shape(), &typing).into(),
        },
        Kind::Text => text(value, &media_type)?.into(),
        Kind::Binary => bytes(value, &shape()),
    };
    Ok(Written { media_type, body })
}

fn json(value: &Value) -> Vec<u8> {
    // A `Value` has string keys only, so it can always be written.
    serde_json::to_vec(value).unwrap_or_default()
}

/// A value as text: `text/*` has no way to write arrays and objects.
fn text(value: &Value, media_type: &str) -> Result<String, CannotWrite> {
    let what = match value {
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        value => return Ok(plain(value)),
    };
    Err(CannotWrite { what: what.to_owned(), media_type: media_type.to_owned() })
}

/// A value as plain text; arrays and objects as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// A value for a media type that says nothing about values: text as it is or as the bytes that it encodes, else JSON.
fn bytes(value: &Value, shape: &Shape) -> Bytes {
    let Value::String(text) = value else { return json(value).into() };
    let encoded = shape.format.as_deref() == Some("byte")
        || shape.content_encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    match STANDARD.decode(text) {
        Ok(bytes) if encoded => bytes.into(),
        _ => Bytes::copy_from_slice(text.as_bytes()),
    }
}

/// The media type of a range that an answer can carry.
fn concrete(range: &str, value: &Value) -> String {
    let (essence, parameters) = match range.split_once(';') {
        Some((essence, _)) => (essence.trim(), &range[essence.len()..]),
        None => (range.trim(), ""),
    };
    if !essence.contains('*') {
        return range.trim().to_owned();
    }
    let (kind, subtype) = essence.split_once('/').unwrap_or((essence, "*"));
    let chosen = match (kind.to_ascii_lowercase().as_str(), subtype) {
        ("*", _) if value.is_string() => "text/plain",
        ("*" | "application", subtype) if subtype.ends_with("xml") => "application/xml",
        ("*" | "application", _) => "application/json",
        ("text", _) => "text/plain",
        ("image", _) => "image/png",
        ("audio", _) => "audio/mpeg",
        ("video", _) => "video/mp4",
        ("multipart", _) => "multipart/form-data",
        _ => "application/octet-stream",
    };
    format!("{chosen}{parameters}")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

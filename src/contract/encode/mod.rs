//! Writes a value in a media type.

mod form;
mod header;
mod sequence;
mod table;

pub(crate) use header::simple;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::Value;

use super::{
    Contract, MediaRange,
    body::{Kind, Layout, item_shape},
    charset::{self, Charset},
    parameter::Typing,
    xml,
};
use crate::{
    openapi::MediaType,
    schema::{Direction, Shape, Types},
};

/// A body, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value of `Content-Type`: as described, ranges made concrete, without an invented charset.
    pub media_type: String,
    /// The body.
    pub body: Bytes,
    /// What was written as JSON because the media type is a text that cannot hold it: `an object`.
    pub json_instead_of: Option<&'static str>,
}

impl Contract {
    /// Writes a value as `media` describes it: JSON, XML by the `xml` objects, form, multipart, text, tables, JSON
    /// lines and server-sent events for arrays with an `itemSchema`; base64 text as bytes for binary types.
    pub fn write(&self, media: &MediaType, value: &Value) -> Written {
        let typing = Typing::first(&self.schemas);
        let media_type = concrete(&media.range, value);
        let range = MediaRange::parse(&media_type);
        let kind = range.as_ref().map_or(Kind::Binary, Kind::of);
        let shape = || typing.inner(media.schema.as_ref());
        let in_charset = |text| encoded(text, range.as_ref());
        let mut json_instead_of = None;
        let body = match (kind, value) {
            (Kind::Json, value) => json(value).into(),
            (Kind::JsonLines, value) => sequence::json_lines(value).into(),
            (Kind::JsonSequence, value) => sequence::json_sequence(value).into(),
            (Kind::EventStream, value) => sequence::event_stream(value, &item_shape(media, &shape(), &typing)).into(),
            (Kind::Form, value) => form::urlencoded(value, media).into(),
            (Kind::Multipart, value) => {
                let headers = |encoding: &_| self.part_headers(encoding);
                let parts = form::Parts { media, shape: &shape(), typing: &typing, headers: &headers };
                let (boundary, body) = parts.write(value);
                let media_type = with_boundary(media_type, &boundary);
                return Written { media_type, body: body.into(), json_instead_of };
            }
            // An example is often the document itself.
            (Kind::Xml, Value::String(text)) if text.trim_start().starts_with('<') => in_charset(text),
            (Kind::Xml, value) => in_charset(&xml::write(value, media.root_name.as_deref(), &shape(), &typing)),
            (Kind::Table, value @ (Value::Array(_) | Value::Object(_))) => {
                in_charset(&table::table(value, Layout::of(range.as_ref())))
            }
            // An example is often the document itself.
            (Kind::Yaml, Value::String(text)) => in_charset(text),
            // JSON is YAML, but for one character that has to be escaped (YAML 1.2, section 5.1).
            (Kind::Yaml, value) => in_charset(&value.to_string().replace('\u{7f}', "\\u007f")),
            (Kind::Table | Kind::Text, value) => {
                json_instead_of = match value {
                    Value::Array(_) => Some("an array"),
                    Value::Object(_) => Some("an object"),
                    _ => None,
                };
                in_charset(&plain(value))
            }
            (Kind::Binary, value) => bytes(value, &shape()),
        };
        Written { media_type, body, json_instead_of }
    }

    /// A body of a media type of which nothing else is described: the least that can be one; `None` for a body of parts,
    /// which has one at the least.
    pub fn write_least(&self, media: &MediaType) -> Option<Written> {
        let media_type = concrete(&media.range, &Value::Null);
        let body = match MediaRange::parse(&media_type).as_ref().map(Kind::of) {
            Some(Kind::Multipart) => return None,
            Some(Kind::Json) => "{}".into(),
            _ => Bytes::new(),
        };
        Some(Written { media_type, body, json_instead_of: None })
    }

    /// What the example of an answer holds that is a text: many descriptions give the example of an object so. It is read
    /// as the JSON that it holds where only that satisfies the schema, or where no text can.
    pub fn held_json(&self, media: &MediaType, value: &Value) -> Option<Value> {
        let text = value.as_str().filter(|text| text.trim_start().starts_with(['{', '[']))?;
        let is_json = MediaRange::parse(&media.range).is_some_and(|range| range.is_json());
        let schema = media.schema.as_ref().filter(|_| is_json)?;
        let validator = self.schemas.validator(schema, Direction::Response);
        if validator.is_valid(value) {
            return None;
        }
        let is_never_text = !self.schemas.shape(schema).types.has(Types::STRING);
        serde_json::from_str(text).ok().filter(|held| is_never_text || validator.is_valid(held))
    }

    /// Text that is already written as `media` describes it, ready to be sent.
    pub fn write_as_is(&self, media: &MediaType, text: &str) -> Written {
        let media_type = concrete(&media.range, &Value::String(String::new()));
        let range = MediaRange::parse(&media_type);
        let (media_type, body) = match range.as_ref().map(Kind::of) {
            Some(Kind::Multipart) => {
                let mark = text.lines().find_map(|line| line.strip_prefix("--")).map(str::trim_end);
                (with_boundary(media_type, mark.unwrap_or_default()), Bytes::copy_from_slice(text.as_bytes()))
            }
            Some(Kind::Xml | Kind::Yaml | Kind::Table | Kind::Text) => (media_type, encoded(text, range.as_ref())),
            _ => (media_type, Bytes::copy_from_slice(text.as_bytes())),
        };
        Written { media_type, body, json_instead_of: None }
    }
}

/// A multipart type with the boundary of its parts, unless it names one itself.
fn with_boundary(media_type: String, boundary: &str) -> String {
    let is_token = boundary.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._+'".contains(&byte));
    match boundary {
        boundary if media_type.contains("boundary=") || boundary.is_empty() => media_type,
        boundary if is_token => format!("{media_type}; boundary={boundary}"),
        boundary => format!("{media_type}; boundary=\"{}\"", boundary.replace(['"', '\\'], "")),
    }
}

/// Text in the character set that its media type names; in UTF-8 if that is not one we know.
fn encoded(text: &str, range: Option<&MediaRange>) -> Bytes {
    let charset = range.and_then(charset::named).and_then(Charset::by_name).unwrap_or(Charset::Utf8);
    // XML can name the characters that it cannot hold.
    let is_xml = range.is_some_and(MediaRange::is_xml);
    charset.encode(text, if is_xml { |c| format!("&#{};", u32::from(c)) } else { |_| "?".to_owned() }).into()
}

fn json(value: &Value) -> Vec<u8> {
    // A `Value` has string keys only, so it can always be written.
    serde_json::to_vec(value).unwrap_or_default()
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
    let kind = kind.to_ascii_lowercase();
    let chosen = match (kind.as_str(), subtype) {
        ("*", "*") if value.is_string() => "text/plain",
        ("*" | "application", "*") => "application/json",
        ("text", "*") => "text/plain",
        ("image", "*") => "image/png",
        ("audio", "*") => "audio/mpeg",
        ("video", "*") => "video/mp4",
        ("font", "*") => "font/woff2",
        ("multipart", "*") => "multipart/form-data",
        // `*+json`, and the kinds that are not often sent
        (kind, subtype) => &format!("{}/{}", kind.replace('*', "application"), subtype.replace('*', "x")),
    };
    format!("{chosen}{parameters}")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

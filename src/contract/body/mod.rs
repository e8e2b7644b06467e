//! Request and answer bodies: bytes to values, by media type.
//!
//! [`Kind`] says which of the readers below is meant. What cannot be read is a [`Fault`]; several parts of a form or a
//! multipart body can each have their own.

mod form;
mod sequence;

pub(super) use form::{Field, Fields, check_reserved, read_field};

use std::borrow::Cow;

use http::HeaderMap;
use serde_json::Value;

use super::{
    media::MediaRange,
    multipart,
    parameter::{Typing, has_primitive},
    xml,
};
use crate::{
    finding::Code,
    openapi::{MediaType, push_token},
    schema::{Shape, Types},
};

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One JSON value.
    Json,
    /// A JSON value a line (`application/jsonl`, `application/x-ndjson`).
    JsonLines,
    /// JSON values, each after a record separator (RFC 7464).
    JsonSequence,
    /// Server-sent events.
    EventStream,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/*`
    Multipart,
    /// XML.
    Xml,
    /// Text in a known character set.
    Text,
    /// Bytes: present or not, nothing else is asked.
    Binary,
}

impl Kind {
    /// How a body of that media type is read.
    pub(super) fn of(media_type: &MediaRange) -> Self {
        match (media_type.kind.as_str(), media_type.subtype.as_str()) {
            ("application", "jsonl" | "x-jsonl" | "x-ndjson" | "ndjson" | "json-lines" | "jsonlines") => {
                Self::JsonLines
            }
            (_, subtype) if subtype == "json-seq" || subtype.ends_with("+json-seq") => Self::JsonSequence,
            ("text", "event-stream") => Self::EventStream,
            ("application", "x-www-form-urlencoded") => Self::Form,
            ("multipart", _) => Self::Multipart,
            _ if media_type.is_json() => Self::Json,
            _ if media_type.is_xml() => Self::Xml,
            ("text", _) => Self::Text,
            _ => Self::Binary,
        }
    }
}

/// A part of a body that could not be read, or that is not written as described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// JSON Pointer to the part; empty for the whole body.
    pub at: String,
    /// What kind of fault.
    pub code: Code,
    /// What is wrong, to follow the name of the part: `is not JSON: …`.
    pub message: String,
}

impl Fault {
    /// The whole body is not what its media type says.
    pub(super) fn body(message: impl Into<String>) -> Self {
        Self { at: String::new(), code: Code::MALFORMED_BODY, message: message.into() }
    }

    /// A field or part is not what its media type or style says.
    pub(super) fn field(name: &str, code: Code, message: impl Into<String>) -> Self {
        let mut at = String::new();
        push_token(&mut at, name);
        Self { at, code, message: message.into() }
    }
}

/// What was read of a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Decoded {
    /// The value; `None` if there is none to check.
    pub value: Option<Value>,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// The header fields of those parts of a multipart body for which some are described, by the part's name.
    pub part_headers: Vec<(String, HeaderMap)>,
}

impl Decoded {
    fn of(result: Result<Value, Fault>) -> Self {
        match result {
            Ok(value) => Self { value: Some(value), ..Self::default() },
            Err(fault) => Self { faults: vec![fault], ..Self::default() },
        }
    }
}

/// A body to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'m> {
    /// Its bytes.
    pub bytes: &'m [u8],
    /// Its `Content-Type` as sent; empty if there was none.
    pub content_type: &'m str,
}

/// Reads a body that is described by a schema of `shape`.
pub(super) fn read(
    kind: Kind,
    raw: Raw<'_>,
    media: &MediaType,
    fields: &Fields,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Decoded {
    match kind {
        Kind::Json => Decoded::of(json(raw.bytes)),
        Kind::JsonLines => Decoded::of(sequence::json_lines(raw.bytes)),
        Kind::JsonSequence => Decoded::of(sequence::json_sequence(raw.bytes)),
        Kind::EventStream => Decoded::of(utf8(raw.bytes).and_then(sequence::event_stream)),
        Kind::Form => match utf8(raw.bytes) {
            Ok(text) => form::read(text, media, fields, shape, typing),
            Err(fault) => Decoded::of(Err(fault)),
        },
        Kind::Multipart => multipart::read(raw, media, fields, shape, typing),
        Kind::Xml => Decoded::of(
            text(raw)
                .unwrap_or_else(|| utf8(raw.bytes).map(Cow::Borrowed))
                .and_then(|text| xml::read(&text, shape, typing)),
        ),
        // Of a table only the text can be read, not the rows.
        Kind::Text if is_table(raw) && !has_primitive(shape.types) => Decoded::default(),
        Kind::Text => match text(raw) {
            Some(text) => Decoded::of(text.map(|text| from_text(text, shape, typing))),
            None => Decoded::default(),
        },
        Kind::Binary => Decoded::default(),
    }
}

/// One JSON value. A byte order mark is passed over (RFC 8259, section 8.1).
pub(super) fn json(bytes: &[u8]) -> Result<Value, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| Fault::body(format!("is not JSON: {error}")))
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes)
        .map_err(|error| Fault::body(format!("is not UTF-8: byte {} starts no character", error.valid_up_to() + 1)))
}

/// The text of a body in the character set that its media type names; `None` if that is not one we know.
fn text(raw: Raw<'_>) -> Option<Result<Cow<'_, str>, Fault>> {
    let range = MediaRange::parse(raw.content_type);
    let charset = range.iter().flat_map(|range| &range.parameters).find(|(name, _)| name == "charset");
    match charset.map_or("utf-8", |(_, value)| value.as_str()).to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Some(utf8(raw.bytes).map(Cow::Borrowed)),
        "us-ascii" | "ascii" => Some(match raw.bytes.iter().position(|byte| !byte.is_ascii()) {
            None => utf8(raw.bytes).map(Cow::Borrowed),
            Some(at) => Err(Fault::body(format!("is not ASCII: see byte {}", at + 1))),
        }),
        "iso-8859-1" | "latin1" => Some(Ok(raw.bytes.iter().map(|byte| char::from(*byte)).collect())),
        _ => None,
    }
}

/// True for text that holds rows: `text/csv`, `text/tab-separated-values`.
fn is_table(raw: Raw<'_>) -> bool {
    MediaRange::parse(raw.content_type)
        .is_some_and(|range| matches!(range.subtype.as_str(), "csv" | "tab-separated-values"))
}

/// Text as the value that its schema asks for. A schema that allows no single value can only mean JSON.
pub(super) fn from_text(text: Cow<'_, str>, shape: &Shape, typing: &Typing<'_>) -> Value {
    let looks_like_json = || text.trim_start().starts_with(['{', '[']);
    if shape.types.has(Types::ARRAY.union(Types::OBJECT))
        && (!has_primitive(shape.types) || (shape.types != Types::ANY && looks_like_json()))
        && let Ok(value) = json(text.as_bytes())
    {
        return value;
    }
    typing.value(text, shape.types)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

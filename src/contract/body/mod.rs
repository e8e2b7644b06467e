//! Request and answer bodies: bytes to values, by media type.
//!
//! [`Kind`] says which of the readers below is meant. What cannot be read is a [`Fault`]; several parts of a form or a
//! multipart body can each have their own.

mod form;
mod plain;
mod sequence;
mod table;

pub(super) use form::{Field, Fields, check_reserved, read_field};
pub use plain::undescribed_body;
pub(super) use sequence::{Reach, describes_event, is_event, item_shape};
pub(super) use table::Layout;

use std::{borrow::Cow, fmt};

use http::HeaderMap;
use serde_json::Value;

use super::{
    charset::{self, utf8},
    media::MediaRange,
    multipart,
    parameter::{Typing, has_primitive, has_text},
    xml,
};
use crate::{
    finding::Code,
    openapi::{Encoding, MediaType, push_token},
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
    /// Rows of cells (`text/csv`, `text/tab-separated-values`).
    Table,
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
            ("text" | "application", "csv" | "tab-separated-values") => Self::Table,
            ("text", _) => Self::Text,
            _ => Self::Binary,
        }
    }

    /// True for a sequence of items, which is an array.
    pub(super) fn is_sequence(self) -> bool {
        matches!(self, Self::JsonLines | Self::JsonSequence | Self::EventStream)
    }
}

/// Which part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Those of that name.
    Name(String),
    /// The one at that position, from 0 on.
    Position(usize),
}

impl Slot {
    /// How it is written, if the description says.
    pub(super) fn encoding<'m>(&self, media: &'m MediaType) -> Option<&'m Encoding> {
        match self {
            Self::Name(name) => media.encoding.get(name),
            Self::Position(index) => media.encoding_at(*index),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Position(index) => write!(f, "{index}"),
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
    /// The header fields of those parts of a multipart body for which some are described.
    pub part_headers: Vec<(Slot, HeaderMap)>,
}

impl Decoded {
    pub(super) fn of(result: Result<Value, Fault>) -> Self {
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
        kind if kind.is_sequence() => Decoded::of(sequence::read(kind, raw.bytes, media, shape, typing)),
        Kind::Form => match utf8(raw.bytes) {
            Ok(text) => form::read(text, media, fields, shape, typing),
            Err(fault) => Decoded::of(Err(fault)),
        },
        Kind::Multipart => multipart::read(raw, media, fields, shape, typing),
        Kind::Xml => {
            let text = charset::xml(raw.bytes, MediaRange::parse(raw.content_type).as_ref());
            Decoded::of(text.and_then(|text| xml::read(&text, media.root_name.as_deref(), shape, typing)))
        }
        Kind::Table | Kind::Text => {
            let range = MediaRange::parse(raw.content_type);
            match charset::text(raw.bytes, range.as_ref()) {
                Some(Ok(text)) if kind == Kind::Table && (!has_text(shape.types) || media.item_schema.is_some()) => {
                    let layout = Layout::of(range.or_else(|| MediaRange::parse(&media.range)).as_ref());
                    match &media.item_schema {
                        Some(items) if shape.items.is_none() => {
                            let rows = Shape { types: Types::ARRAY, items: Some(items.clone()), ..Shape::default() };
                            table::read(&text, layout, &rows, typing)
                        }
                        _ => table::read(&text, layout, shape, typing),
                    }
                }
                Some(text) => Decoded::of(text.map(|text| from_text(text, shape, typing))),
                None => Decoded::default(),
            }
        }
        _ => Decoded::default(),
    }
}

/// One JSON value.
pub(super) fn json(bytes: &[u8]) -> Result<Value, Fault> {
    // Looking at the whole text at once is faster than at each string in it; what is not UTF-8 is found string by string.
    let value = json_text(bytes).map_or_else(serde_json::from_slice, serde_json::from_str);
    value.map_err(|error| Fault::body(format!("is not JSON: {error}")))
}

/// The text of a JSON value, without a byte order mark (RFC 8259, section 8.1); if it is no text, its bytes.
pub(super) fn json_text(bytes: &[u8]) -> Result<&str, &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| bytes)
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

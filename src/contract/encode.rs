//! Writes a value in a media type.

use bytes::Bytes;
use serde_json::Value;

use super::Contract;
use crate::openapi::MediaType;

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
        todo!("{media:?} {value}")
    }
}

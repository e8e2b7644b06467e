//! The value of a body that was judged.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::Value;

use crate::contract::body;

/// What a body was found to be.
#[derive(Debug)]
pub(super) enum Judged {
    /// Nothing that has a value.
    Nothing,
    /// A value.
    Value(Value),
    /// JSON, which was judged on its text.
    Json,
}

/// The value of a body. That of a JSON text is made when it is first asked for, since few ask.
#[derive(Debug, Default)]
pub struct BodyValue {
    text: Bytes,
    made: OnceLock<Option<Value>>,
}

impl BodyValue {
    /// What `bytes` were found to be.
    pub(super) fn new(judged: Judged, bytes: &Bytes) -> Self {
        match judged {
            Judged::Nothing => Self::default(),
            Judged::Value(value) => Self { text: Bytes::new(), made: OnceLock::from(Some(value)) },
            Judged::Json => Self { text: bytes.clone(), made: OnceLock::new() },
        }
    }

    /// The value; `None` if there was no body that could be read as one.
    pub fn get(&self) -> Option<&Value> {
        self.made.get_or_init(|| body::json(&self.text).ok()).as_ref()
    }

    /// The value by itself.
    pub fn into_value(self) -> Option<Value> {
        self.get();
        self.made.into_inner().flatten()
    }
}

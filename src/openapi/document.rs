//! One file of a description: its text, its tree, and where each value stands in the text.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::marks::Marks;
use crate::finding::Mark;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, core schema.
    Yaml,
    /// JSON (RFC 8259).
    Json,
}

/// One file of a description.
#[derive(Debug)]
pub struct Document {
    /// Its name: the path as the user gave it, or relative to the entry's folder.
    pub name: Arc<str>,
    /// Its path below the root of the [`super::Sources`].
    pub path: String,
    /// How it is written.
    pub format: Format,
    /// Its text.
    pub text: Arc<str>,
    /// Its content.
    pub tree: Value,
    /// Where each value stands: known at once for YAML, found when first asked for in JSON.
    marks: OnceLock<Marks>,
}

impl Document {
    /// A document; `marks` are given where the parser found them on its way.
    pub(super) fn new(
        name: Arc<str>,
        path: String,
        format: Format,
        text: Arc<str>,
        tree: Value,
        marks: Option<Marks>,
    ) -> Self {
        let known = OnceLock::new();
        if let Some(marks) = marks {
            let _ = known.set(marks);
        }
        Self { name, path, format, text, tree, marks: known }
    }

    /// A document that was never text, for tests of what comes after reading.
    pub fn from_value(name: &str, tree: Value) -> Self {
        let text: Arc<str> = tree.to_string().into();
        Self::new(name.into(), name.to_owned(), Format::Json, text, tree, None)
    }

    /// Where the value at `pointer` stands.
    pub fn value_mark(&self, pointer: &str) -> Option<Mark> {
        self.marks().value(&self.text, &self.tree, pointer)
    }

    /// Where the key of the member at `pointer` stands; `None` for items of arrays and the whole document.
    pub fn key_mark(&self, pointer: &str) -> Option<Mark> {
        self.marks().key(&self.text, &self.tree, pointer)
    }

    fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| Marks::of_json(&self.text))
    }
}

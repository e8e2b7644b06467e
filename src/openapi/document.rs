//! One file of a description: its text, its tree, and where each value stands in the text.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::{
    flaw::Span,
    lines::Lines,
    marks::{Marks, Spot},
};
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
    /// Where each line begins: found when first asked for.
    lines: OnceLock<Lines>,
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
        Self { name, path, format, text, tree, marks: known, lines: OnceLock::new() }
    }

    /// A document that was never text, for tests of what comes after reading.
    pub fn from_value(name: &str, tree: Value) -> Self {
        let text: Arc<str> = tree.to_string().into();
        Self::new(name.into(), name.to_owned(), Format::Json, text, tree, None)
    }

    /// Where the value at `pointer` stands; `None` if there is none, or if it came from an overlay.
    pub fn value_mark(&self, pointer: &str) -> Option<Mark> {
        self.value_spot(pointer).filter(|spot| spot.origin.is_none()).map(|spot| self.mark(spot.span))
    }

    /// Where the key of the member at `pointer` stands; `None` for items of arrays and the whole document.
    pub fn key_mark(&self, pointer: &str) -> Option<Mark> {
        self.key_spot(pointer).filter(|spot| spot.origin.is_none()).map(|spot| self.mark(spot.span))
    }

    /// Where the value at `pointer` stands, in whichever file.
    pub(super) fn value_spot(&self, pointer: &str) -> Option<Spot> {
        self.marks().value(&self.tree, pointer)
    }

    /// Where the key of the member at `pointer` stands, in whichever file.
    pub(super) fn key_spot(&self, pointer: &str) -> Option<Spot> {
        self.marks().key(&self.tree, pointer)
    }

    /// A stretch of this text with its line and column.
    pub(super) fn mark(&self, span: Span) -> Mark {
        let (start, end) = (span.start as usize, span.end as usize);
        let (line, column) = self.lines().locate(&self.text, start);
        Mark { start, end, line, column }
    }

    /// The text of a stretch.
    pub(super) fn slice(&self, span: Span) -> Option<&str> {
        self.text.get(span.start as usize..span.end as usize)
    }

    /// The marks of all values.
    pub(super) fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| Marks::of_json(&self.text, &self.tree))
    }

    /// Takes the content out.
    pub(super) fn take(&mut self) -> (Value, Marks) {
        self.marks();
        (std::mem::take(&mut self.tree), self.marks.take().unwrap_or_default())
    }

    /// Replaces the content by what overlays made of it.
    pub(super) fn replace(&mut self, tree: Value, marks: Marks) {
        self.tree = tree;
        self.marks = OnceLock::from(marks);
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }
}

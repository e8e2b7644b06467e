//! The files of one description, and places in them.

use std::{fmt, sync::Arc};

use serde_json::Value;

use super::document::Document;
use crate::finding::Place;

/// One file of a description: its number in reading order. 0 is the entry document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub u32);

impl DocId {
    /// The document that the user named.
    pub const ENTRY: Self = Self(0);
}

/// A value in a file of the description.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub doc: DocId,
    /// JSON Pointer (RFC 6901) to the value; empty for the whole document.
    pub pointer: Arc<str>,
}

impl Location {
    /// The value at `pointer` in `doc`.
    pub fn new(doc: DocId, pointer: impl Into<Arc<str>>) -> Self {
        Self { doc, pointer: pointer.into() }
    }

    /// The member or item `token` of the value; `token` is unescaped.
    #[must_use]
    pub fn child(&self, token: &str) -> Self {
        let mut pointer = String::with_capacity(self.pointer.len() + token.len() + 1);
        pointer.push_str(&self.pointer);
        push_token(&mut pointer, token);
        Self { doc: self.doc, pointer: pointer.into() }
    }

    /// The item `index` of the value.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        Self { doc: self.doc, pointer: format!("{}/{index}", self.pointer).into() }
    }

    /// The value that holds this one, and this one's unescaped token in it; `None` for a whole document.
    pub fn parent(&self) -> Option<(Self, String)> {
        let (parent, token) = self.pointer.rsplit_once('/')?;
        Some((Self::new(self.doc, parent), unescape_token(token)))
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.doc.0, self.pointer)
    }
}

/// Appends `/token` to `pointer`, escaped as RFC 6901 says.
pub fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// A token of a JSON Pointer as the key that it stands for.
pub fn unescape_token(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The files of one description, read and parsed.
#[derive(Debug, Default)]
pub struct Documents {
    docs: Vec<Document>,
}

impl Documents {
    /// The documents in reading order, the entry first.
    pub fn new(docs: Vec<Document>) -> Self {
        Self { docs }
    }

    /// All documents with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (DocId, &Document)> {
        self.docs.iter().zip(0..).map(|(doc, number)| (DocId(number), doc))
    }

    /// One document. `None` for a number that was never given out.
    pub fn document(&self, id: DocId) -> Option<&Document> {
        self.docs.get(id.0 as usize)
    }

    /// The document of that name.
    pub fn by_name(&self, name: &str) -> Option<(DocId, &Document)> {
        self.iter().find(|(_, doc)| &*doc.name == name)
    }

    /// The value at a location.
    pub fn get(&self, at: &Location) -> Option<&Value> {
        self.document(at.doc)?.tree.pointer(&at.pointer)
    }

    /// The place of a value, with its line and column, for a finding.
    pub fn place(&self, at: &Location) -> Place {
        match self.document(at.doc) {
            Some(doc) => Place::File {
                file: Arc::clone(&doc.name),
                pointer: at.pointer.to_string(),
                mark: doc.value_mark(&at.pointer),
            },
            None => Place::Nowhere,
        }
    }

    /// The place of a member's key, for a finding about the key itself or about all that is under it.
    pub fn key_place(&self, at: &Location) -> Place {
        match self.document(at.doc) {
            Some(doc) => Place::File {
                file: Arc::clone(&doc.name),
                pointer: at.pointer.to_string(),
                mark: doc.key_mark(&at.pointer).or_else(|| doc.value_mark(&at.pointer)),
            },
            None => Place::Nowhere,
        }
    }

    /// Follows the `$ref`s that stand at `at`, if any, to the value that is meant.
    ///
    /// `None` if a reference points to nothing, or the chain is endless.
    pub fn follow(&self, at: &Location) -> Option<(Location, &Value)> {
        let mut at = at.clone();
        for _ in 0..crate::limit::REF_CHAIN_MAX {
            let value = self.get(&at)?;
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => at = self.resolve(at.doc, reference).ok()?,
                None => return Some((at, value)),
            }
        }
        None
    }
}

//! The files of one description, and places in them.

use std::{borrow::Cow, fmt, sync::Arc};

use serde_json::Value;

use super::{
    document::Document,
    marks::{Marks, Spot},
    reference::Names,
};
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

/// The tokens of a JSON Pointer, still escaped; `None` if it is none.
pub(super) fn tokens(pointer: &str) -> Option<impl Iterator<Item = &str>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1))
}

/// An escaped token as the key that it stands for, without a copy where none is needed.
pub(super) fn key_of(token: &str) -> Cow<'_, str> {
    if token.contains('~') { Cow::Owned(unescape_token(token)) } else { Cow::Borrowed(token) }
}

/// The member or item that an escaped token names.
pub(super) fn step<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(&*key_of(token)),
        Value::Array(items) => {
            // RFC 6901, section 4: no leading zeros, no signs.
            let index = (token == "0" || !token.starts_with(['0', '+'])).then(|| token.parse::<usize>().ok())??;
            items.get(index)
        }
        _ => None,
    }
}

/// The files of one description, read and parsed.
#[derive(Debug, Default)]
pub struct Documents {
    docs: Vec<Document>,
    pub(super) names: Names,
}

impl Documents {
    /// The documents in reading order, the entry first.
    pub fn new(docs: Vec<Document>) -> Self {
        let mut documents = Self::default();
        for doc in docs {
            documents.add(doc);
        }
        documents
    }

    /// Adds a document, and what references may call it and its parts.
    pub(super) fn add(&mut self, doc: Document) -> DocId {
        let id = DocId(u32::try_from(self.docs.len()).unwrap_or(u32::MAX));
        self.names.add(id, &doc);
        self.docs.push(doc);
        id
    }

    /// Takes the content out of a document, to be changed and put back by [`Self::replace`].
    pub(super) fn take(&mut self, id: DocId) -> Option<(Value, Marks)> {
        self.docs.get_mut(id.0 as usize).map(Document::take)
    }

    /// Replaces the content of a document by what overlays made of it.
    pub(super) fn replace(&mut self, id: DocId, tree: Value, marks: Marks) {
        if let Some(doc) = self.docs.get_mut(id.0 as usize) {
            doc.replace(tree, marks);
            self.names.add(id, doc);
        }
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
        let tree = &self.document(at.doc)?.tree;
        tokens(&at.pointer)?.try_fold(tree, |value, token| step(value, token))
    }

    /// The text of a value as it is written: of `version: 1.10`, `1.10`.
    pub fn written(&self, at: &Location) -> Option<&str> {
        let spot = self.document(at.doc)?.value_spot(&at.pointer)?;
        self.document(spot.origin.unwrap_or(at.doc))?.slice(spot.span)
    }

    /// The place of a value, with its line and column, for a finding.
    pub fn place(&self, at: &Location) -> Place {
        self.place_of(at, |doc| doc.value_spot(&at.pointer))
    }

    /// The place of a member's key, for a finding about the key itself or about all that is under it.
    pub fn key_place(&self, at: &Location) -> Place {
        self.place_of(at, |doc| doc.key_spot(&at.pointer).or_else(|| doc.value_spot(&at.pointer)))
    }

    fn place_of(&self, at: &Location, spot: impl FnOnce(&Document) -> Option<Spot>) -> Place {
        let Some(doc) = self.document(at.doc) else { return Place::Nowhere };
        let spot = spot(doc);
        // What an overlay brought is shown in the overlay.
        let shown = spot.and_then(|spot| self.document(spot.origin?)).unwrap_or(doc);
        Place::File {
            file: Arc::clone(&shown.name),
            pointer: at.pointer.to_string(),
            mark: spot.map(|spot| shown.mark(spot.span)),
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
                Some(reference) => at = self.resolve_at(&at, reference).ok()?,
                None => return Some((at, value)),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_are_read_as_rfc_6901_says() {
        let tree = json!({"a/b": [10, 11], "m~n": {"": 1}, "01": 2});
        let documents = Documents::new(vec![Document::from_value("x.json", tree)]);
        let get = |pointer: &str| documents.get(&Location::new(DocId::ENTRY, pointer)).and_then(Value::as_u64);
        assert_eq!(get("/a~1b/1"), Some(11));
        assert_eq!(get("/a~1b/01"), None);
        assert_eq!(get("/a~1b/+1"), None);
        assert_eq!(get("/a~1b/-"), None);
        assert_eq!(get("/m~0n/"), Some(1));
        assert_eq!(get("/01"), Some(2));
        assert_eq!(get("a"), None);
    }

    #[test]
    fn a_chain_of_references_is_followed() {
        let tree =
            json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": 1, "x": {"$ref": "#/y"}, "y": {"$ref": "#/x"}});
        let documents = Documents::new(vec![Document::from_value("x.json", tree)]);
        let follow = |pointer: &str| documents.follow(&Location::new(DocId::ENTRY, pointer)).map(|(at, _)| at);
        assert_eq!(follow("/a"), Some(Location::new(DocId::ENTRY, "/c")));
        assert_eq!(follow("/x"), None);
    }
}

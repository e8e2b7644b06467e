//! `$ref`: from a URI reference to a location.
//!
//! A reference is found by, in this order: an `$id` or `$self` of its URI, a file that was read, a file whose URI
//! follows from the `$self` of the document. Its fragment is a JSON Pointer or the name of an `$anchor`.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{
    document::Document,
    documents::{DocId, Documents, Location, push_token, step, tokens},
    uri,
};
use crate::limit;

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefError {
    /// It is no URI reference with a JSON Pointer.
    #[error("it is not a URI reference with a JSON Pointer")]
    Syntax,
    /// The file was not read, because it lies outside the folder or on the network.
    #[error("{0}")]
    Refused(String),
    /// The file was not found or not read.
    #[error("{0}")]
    File(String),
    /// The file has no such value.
    #[error("there is nothing at `{0}`")]
    Nothing(String),
}

/// What the file part of a reference means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A document that was read, or a schema in it that has an `$id`.
    Known(Location),
    /// A file that was not read (yet): its path below the root of the sources.
    File(String),
}

/// What references may call the documents and their parts.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Documents by path; for a file that could not be used, why.
    files: HashMap<String, Result<DocId, String>>,
    /// Documents and schemas by `$self` and `$id`.
    ids: HashMap<String, Location>,
    /// Parts by the resource that they belong to and `$anchor` or `$dynamicAnchor`.
    anchors: HashMap<(Location, String), Location>,
    /// `$self` or `$id` of whole documents, and their paths.
    bases: Vec<(String, String)>,
}

impl Names {
    /// Notes what a document and its parts are called.
    pub(super) fn add(&mut self, id: DocId, doc: &Document) {
        self.files.entry(doc.path.clone()).or_insert(Ok(id));
        // Few documents have any of these, and a search of the text is much faster than a walk over the tree.
        if ["$id", "$self", "$anchor", "$dynamicAnchor"].iter().any(|name| doc.text.contains(name)) {
            let resource = Location::new(id, "");
            self.walk(&doc.tree, &mut String::new(), id, &resource, &doc.path);
            if let Some(own) = own_uri(&doc.tree) {
                self.bases.push((uri::join(&doc.path, own), doc.path.clone()));
            }
        }
    }

    /// Notes that a file cannot be used, and why.
    pub(super) fn add_failed(&mut self, path: &str, why: String) {
        self.files.insert(path.to_owned(), Err(why));
    }

    /// True if a file was read, or was found not to be readable.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Recursion is as deep as the tree: [`limit::DOCUMENT_DEPTH_MAX`].
    fn walk(&mut self, value: &Value, pointer: &mut String, doc: DocId, resource: &Location, base: &str) {
        let length = pointer.len();
        match value {
            Value::Object(map) => {
                let own = own_uri(value).map(|own| uri::join(base, own));
                let here = || Location::new(doc, pointer.as_str());
                let moved = own.map(|own| {
                    self.ids.entry(own.clone()).or_insert_with(here);
                    (here(), own)
                });
                let (resource, base) = moved.as_ref().map_or((resource, base), |(at, own)| (at, own.as_str()));
                for keyword in ["$anchor", "$dynamicAnchor"] {
                    if let Some(name) = map.get(keyword).and_then(Value::as_str) {
                        self.anchors.entry((resource.clone(), name.to_owned())).or_insert_with(here);
                    }
                }
                for (key, member) in map.iter().filter(|(_, member)| member.is_object() || member.is_array()) {
                    push_token(pointer, key);
                    self.walk(member, pointer, doc, resource, base);
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    push_token(pointer, &index.to_string());
                    self.walk(item, pointer, doc, resource, base);
                    pointer.truncate(length);
                }
            }
            _ => (),
        }
    }
}

/// `$self` of a description or `$id` of a schema, without a fragment; `None` if it has no other part.
fn own_uri(value: &Value) -> Option<&str> {
    let own = value.get("$self").or_else(|| value.get("$id"))?.as_str()?;
    let own = own.split('#').next().unwrap_or_default();
    (!own.is_empty()).then_some(own)
}

impl Documents {
    /// The location that `reference` means when it stands in document `from`, outside any schema with an `$id`.
    ///
    /// Knows files that were read, JSON Pointers with percent- and tilde-escapes, `$anchor`s, `$id`s and `$self`. A
    /// pointer that leads through another `$ref` follows it, as most tools do.
    pub fn resolve(&self, from: DocId, reference: &str) -> Result<Location, RefError> {
        self.resolve_at(&Location::new(from, ""), reference)
    }

    /// The location that `reference` means when it stands at `at`.
    pub fn resolve_at(&self, at: &Location, reference: &str) -> Result<Location, RefError> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = match self.target(at, file)? {
            Target::Known(resource) => resource,
            Target::File(path) => {
                return Err(RefError::File(match self.names.files.get(&path) {
                    Some(Err(why)) => why.clone(),
                    _ => format!("`{path}` was not read"),
                }));
            }
        };
        self.part(resource, fragment)
    }

    /// What the file part of a reference at `at` means; it may be a file that is still to be read.
    pub(super) fn target(&self, at: &Location, file: &str) -> Result<Target, RefError> {
        if file.is_empty() && self.names.ids.is_empty() {
            return Ok(Target::Known(Location::new(at.doc, "")));
        }
        let doc = self.document(at.doc).ok_or(RefError::Syntax)?;
        let (resource, base) = self.base(at, doc);
        if file.is_empty() {
            return Ok(Target::Known(resource));
        }
        let file = file.split('?').next().unwrap_or_default();
        let full = uri::join(&base, file);
        if let Some(known) = self.names.ids.get(&full) {
            return Ok(Target::Known(known.clone()));
        }
        let path = if uri::is_absolute(file) {
            self.path_of_uri(&full)?
        } else if uri::is_absolute(&base) {
            // The URI is not known by name: the file is looked for where its author probably has it.
            join(&doc.path, file)?
        } else {
            join(&base, file)?
        };
        match self.names.files.get(&path) {
            Some(Ok(id)) => Ok(Target::Known(Location::new(*id, ""))),
            _ => Ok(Target::File(path)),
        }
    }

    /// The innermost schema with an `$id`, or the document, that holds `at`; and its URI.
    fn base<'a>(&self, at: &Location, doc: &'a Document) -> (Location, Cow<'a, str>) {
        let mut found = (Location::new(at.doc, ""), Cow::Borrowed(doc.path.as_str()));
        if self.names.ids.is_empty() {
            return found;
        }
        let mut value = &doc.tree;
        let mut length = 0;
        let mut rest = tokens(&at.pointer).into_iter().flatten();
        loop {
            if let Some(own) = own_uri(value) {
                let here = at.pointer.get(..length).unwrap_or_default();
                found = (Location::new(at.doc, here), Cow::Owned(uri::join(&found.1, own)));
            }
            let Some(token) = rest.next() else { return found };
            let Some(next) = step(value, token) else { return found };
            length += token.len() + 1;
            value = next;
        }
    }

    /// The file that a URI means because it lies beside the `$self` of a document.
    fn path_of_uri(&self, full: &str) -> Result<String, RefError> {
        for (own, path) in &self.names.bases {
            if let Some(rest) = full.strip_prefix(uri::folder(own)).and_then(|rest| rest.strip_prefix('/')) {
                return join(path, rest);
            }
        }
        let scheme = uri::scheme(full).unwrap_or_default();
        Err(RefError::Refused(match scheme {
            "http" | "https" => "it needs the network, and nothing is fetched".to_owned(),
            scheme => format!("its scheme `{scheme}:` is not read; only files beside the description are"),
        }))
    }

    /// The part of a resource that a fragment names.
    fn part(&self, resource: Location, fragment: &str) -> Result<Location, RefError> {
        let fragment = uri::decode(fragment).ok_or(RefError::Syntax)?;
        if fragment.is_empty() {
            return Ok(resource);
        }
        if !fragment.starts_with('/') {
            let key = (resource, fragment.into_owned());
            return self.names.anchors.get(&key).cloned().ok_or(RefError::Nothing(key.1));
        }
        let pointer: Arc<str> = if resource.pointer.is_empty() {
            fragment.as_ref().into()
        } else {
            format!("{}{fragment}", resource.pointer).into()
        };
        let at = Location { doc: resource.doc, pointer };
        if self.get(&at).is_some() {
            return Ok(at);
        }
        if let Some(found) = self.through(&at, 0) {
            return Ok(found);
        }
        // `#/components/…` in a schema with an `$id` means nothing by the letter, and the document in practice.
        let whole = Location::new(at.doc, fragment.as_ref());
        if self.get(&whole).is_some() { Ok(whole) } else { Err(RefError::Nothing(whole.pointer.to_string())) }
    }

    /// The location that a pointer leads to by way of a `$ref` that stands in its path.
    fn through(&self, at: &Location, steps: usize) -> Option<Location> {
        let mut value = &self.document(at.doc)?.tree;
        let mut length = 0;
        for token in tokens(&at.pointer)? {
            if let Some(next) = step(value, token) {
                value = next;
                length += token.len() + 1;
                continue;
            }
            if steps == THROUGH_MAX {
                return None;
            }
            let reference = value.get("$ref")?.as_str()?;
            let here = Location::new(at.doc, at.pointer.get(..length)?);
            let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
            let Target::Known(resource) = self.target(&here, file).ok()? else { return None };
            let fragment = uri::decode(fragment)?;
            if !fragment.is_empty() && !fragment.starts_with('/') {
                return None;
            }
            let pointer = format!("{}{fragment}{}", resource.pointer, at.pointer.get(length..)?);
            return self.through(&Location::new(resource.doc, pointer), steps + 1);
        }
        Some(at.clone())
    }
}

/// References that the path of one pointer may lead through; a recursive description makes endless pointers.
const THROUGH_MAX: usize = if limit::REF_CHAIN_MAX < 16 { limit::REF_CHAIN_MAX } else { 16 };

/// The path that `reference`, still percent-encoded, means when it stands in the file `base`.
pub(super) fn join(base: &str, reference: &str) -> Result<String, RefError> {
    let reference = uri::decode(reference).ok_or(RefError::Syntax)?;
    if reference.starts_with('/') {
        return Err(RefError::Refused("it is an absolute path; only paths relative to its file are read".to_owned()));
    }
    if reference.contains('\\') {
        return Err(RefError::Refused("it contains a backslash; the parts of a path are separated by `/`".to_owned()));
    }
    if reference.contains(char::is_control) {
        return Err(RefError::Refused("it contains a control character".to_owned()));
    }
    let mut parts: Vec<&str> = uri::folder(base).split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => (),
            ".." => {
                let outside = || RefError::Refused("it leads out of the folder of the description".to_owned());
                parts.pop().ok_or_else(outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn documents() -> Documents {
        let entry = json!({
            "openapi": "3.2.0",
            "components": {"schemas": {
                "A B": {"type": "string"},
                "a/b~c": {"$anchor": "here", "properties": {"0": {}}},
                "Via": {"$ref": "sub/other.json#/X"},
                "Tree": {"$id": "https://e.com/s/tree.json", "$defs": {"N": {"$anchor": "node"}}, "$ref": "#/$defs/N"},
                "Loop": {"$ref": "#/components/schemas/Loop/a"},
            }},
        });
        let other = json!({"X": {"properties": {"id": {"type": "integer"}}}});
        let own = json!({"$self": "https://api.example.com/v1/own.json", "Y": {}});
        Documents::new(vec![
            Document::from_value("entry.json", entry),
            Document::from_value("sub/other.json", other),
            Document::from_value("own.json", own),
        ])
    }

    #[track_caller]
    fn check(from: (u32, &str), reference: &str, expected: Result<(u32, &str), &str>) {
        let documents = documents();
        let found = documents.resolve_at(&Location::new(DocId(from.0), from.1), reference);
        let found = found.map(|at| (at.doc.0, at.pointer.to_string())).map_err(|error| error.to_string());
        assert_eq!(found, expected.map(|(doc, at)| (doc, at.to_owned())).map_err(str::to_owned), "{reference}");
    }

    const ENTRY: (u32, &str) = (0, "");

    #[test]
    fn pointers_with_escapes() {
        check(ENTRY, "#/components/schemas/A%20B", Ok((0, "/components/schemas/A B")));
        check(ENTRY, "#/components/schemas/A B", Ok((0, "/components/schemas/A B")));
        check(ENTRY, "#/components/schemas/a~1b~0c/properties/0", Ok((0, "/components/schemas/a~1b~0c/properties/0")));
        check(ENTRY, "", Ok((0, "")));
        check(ENTRY, "#", Ok((0, "")));
        check(ENTRY, "#/components/schemas/%FF", Err("it is not a URI reference with a JSON Pointer"));
        check(ENTRY, "#/components/schemas/Nope", Err("there is nothing at `/components/schemas/Nope`"));
    }

    #[test]
    fn files() {
        check(ENTRY, "sub/other.json#/X", Ok((1, "/X")));
        check(ENTRY, "./sub/../sub/other.json", Ok((1, "")));
        check((1, ""), "../entry.json#/openapi", Ok((0, "/openapi")));
        check((1, ""), "other.json#/X", Ok((1, "/X")));
        check(ENTRY, "nope.yaml#/X", Err("`nope.yaml` was not read"));
    }

    #[test]
    fn what_is_refused() {
        let outside = Err("it leads out of the folder of the description");
        check(ENTRY, "../x.yaml", outside);
        check((1, ""), "../../x.yaml", outside);
        check(ENTRY, "%2e%2e/x.yaml", outside);
        check(ENTRY, "/etc/passwd", Err("it is an absolute path; only paths relative to its file are read"));
        check(ENTRY, "https://e.com/x.yaml", Err("it needs the network, and nothing is fetched"));
        let scheme = "its scheme `file:` is not read; only files beside the description are";
        check(ENTRY, "file:///etc/passwd", Err(scheme));
        check(ENTRY, "a%00b.yaml", Err("it contains a control character"));
        check(ENTRY, "..\\x.yaml", Err("it contains a backslash; the parts of a path are separated by `/`"));
    }

    #[test]
    fn ids_and_anchors() {
        check(ENTRY, "#here", Ok((0, "/components/schemas/a~1b~0c")));
        check(ENTRY, "https://e.com/s/tree.json#node", Ok((0, "/components/schemas/Tree/$defs/N")));
        check(ENTRY, "#node", Err("there is nothing at `node`"));
        check((0, "/components/schemas/Tree"), "#/$defs/N", Ok((0, "/components/schemas/Tree/$defs/N")));
        check((0, "/components/schemas/Tree"), "#node", Ok((0, "/components/schemas/Tree/$defs/N")));
        check((0, "/components/schemas/Tree"), "#/openapi", Ok((0, "/openapi")));
        check((0, "/components/schemas/Tree"), "tree.json", Ok((0, "/components/schemas/Tree")));
        check(ENTRY, "https://api.example.com/v1/own.json#/Y", Ok((2, "/Y")));
        check(ENTRY, "https://api.example.com/v1/sub/other.json#/X", Ok((1, "/X")));
        check((2, ""), "sub/other.json#/X", Ok((1, "/X")));
    }

    #[test]
    fn pointers_through_references() {
        check(ENTRY, "#/components/schemas/Via/properties/id", Ok((1, "/X/properties/id")));
        check(ENTRY, "#/components/schemas/Loop/a", Err("there is nothing at `/components/schemas/Loop/a`"));
    }
}

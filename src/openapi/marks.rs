//! Where each value of a document stands in its text.
//!
//! The marks are a flat list in document order: a value, then all that is in it. With the number of values below each
//! one, and the tree beside it, a JSON Pointer finds its mark by stepping over siblings. 20 bytes a value, so the
//! 258,000 values of GitHub's description take 5 MB.

use serde_json::Value;

use super::{
    documents::{DocId, key_of, tokens},
    flaw::{Flaw, Span},
};
use crate::limit;

/// The stretches of text of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The value.
    pub(super) value: Span,
    /// Its key; [`NO_KEY`] for items and the root.
    pub(super) key: Span,
    /// How many nodes it has, itself included.
    pub(super) size: u32,
}

/// The key of what has none.
pub(super) const NO_KEY: Span = Span { start: u32::MAX, end: u32::MAX };

impl Node {
    /// The mark of a value whose place is not known.
    pub(super) const NOWHERE: Self = Self { value: Span { start: 0, end: 0 }, key: NO_KEY, size: 1 };
}

/// The stretches of text of all values, in document order.
#[derive(Debug, Default)]
pub(super) struct Marks {
    nodes: Vec<Node>,
    /// Where, counted in nodes, values from another file begin and end (overlays): sorted, empty for most documents.
    origins: Vec<(u32, Option<DocId>)>,
}

/// A mark, and the file that it is in if that is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) span: Span,
    pub(super) origin: Option<DocId>,
}

impl Marks {
    /// Marks that a parser found on its way.
    pub(super) fn new(mut nodes: Vec<Node>) -> Self {
        nodes.shrink_to_fit();
        Self { nodes, origins: Vec::new() }
    }

    /// Marks of which some lie in other files: from each node number on.
    pub(super) fn with_origins(nodes: Vec<Node>, origins: Vec<(u32, Option<DocId>)>) -> Self {
        Self { origins, ..Self::new(nodes) }
    }

    /// Scans a JSON text that `tree` was read from; of members with the same key, the tree has the first.
    pub(super) fn of_json(text: &str, tree: &Value) -> Self {
        Self::of_json_with_repeats(text, tree).0
    }

    /// Like [`Self::of_json`], and says which keys are repeated.
    pub(super) fn of_json_with_repeats(text: &str, tree: &Value) -> (Self, Vec<Flaw>) {
        let mut scan = Scan { bytes: text.as_bytes(), at: 0, nodes: Vec::new(), repeats: Vec::new() };
        scan.value(tree, NO_KEY);
        (Self::new(scan.nodes), scan.repeats)
    }

    /// All nodes in document order.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Where the value at `pointer` stands.
    pub(super) fn value(&self, tree: &Value, pointer: &str) -> Option<Spot> {
        let index = self.find(tree, pointer)?;
        Some(Spot { span: self.nodes.get(index)?.value, origin: self.origin(index) })
    }

    /// Where the key of the member at `pointer` stands.
    pub(super) fn key(&self, tree: &Value, pointer: &str) -> Option<Spot> {
        let index = self.find(tree, pointer)?;
        let key = self.nodes.get(index)?.key;
        (key != NO_KEY).then(|| Spot { span: key, origin: self.origin(index) })
    }

    /// The file that a node lies in, if it is another one.
    pub(super) fn origin(&self, index: usize) -> Option<DocId> {
        let after = self.origins.partition_point(|(from, _)| *from as usize <= index);
        self.origins.get(after.checked_sub(1)?)?.1
    }

    /// The number of the node of the value at `pointer`.
    pub(super) fn find(&self, tree: &Value, pointer: &str) -> Option<usize> {
        let mut value = tree;
        let mut index = 0;
        for token in tokens(pointer)? {
            index += 1;
            value = match value {
                Value::Object(map) => {
                    let wanted = key_of(token);
                    let mut found = None;
                    for (key, member) in map {
                        if *key == wanted {
                            found = Some(member);
                            break;
                        }
                        index += self.nodes.get(index)?.size as usize;
                    }
                    found?
                }
                Value::Array(items) => {
                    let wanted: usize = token.parse().ok()?;
                    for _ in 0..wanted {
                        index += self.nodes.get(index)?.size as usize;
                    }
                    items.get(wanted)?
                }
                _ => return None,
            };
        }
        Some(index)
    }
}

/// A walk over JSON text beside its tree. The text is known to be well-formed; should it not be, marks are missing.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    repeats: Vec<Flaw>,
}

impl Scan<'_> {
    /// Marks one value. Recursion is as deep as `serde_json` allows: 128.
    fn value(&mut self, tree: &Value, key: Span) {
        self.skip_space();
        let start = self.at;
        let index = self.nodes.len();
        self.nodes.push(Node { value: Span::default(), key, size: 1 });
        match tree {
            Value::Object(map) if self.peek() == Some(b'{') => self.members(map),
            Value::Array(items) if self.peek() == Some(b'[') => self.items(items),
            _ => self.skip_value(),
        }
        let size = u32::try_from(self.nodes.len() - index).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(index) {
            node.value = Span::new(start, self.at);
            node.size = size;
        }
    }

    fn members(&mut self, map: &serde_json::Map<String, Value>) {
        let mut expected = map.iter().peekable();
        let first = self.nodes.len();
        self.at += 1;
        while let Some(byte) = self.next_in(b'}') {
            if byte != b'"' {
                return;
            }
            let start = self.at;
            self.skip_string();
            let key = Span::new(start, self.at);
            let text = self.bytes.get(start..self.at).unwrap_or_default();
            self.skip_space();
            self.at += 1;
            // The tree has the members in the order of the text, without those whose key was there before.
            if let Some((_, member)) = expected.next_if(|(name, _)| string_is(text, name)) {
                self.value(member, key);
            } else {
                self.repeated(map, first, text, key);
                self.skip_space();
                self.skip_value();
            }
        }
    }

    /// Notes that a key of `map`, whose marks begin at `first`, stands in the text once more.
    fn repeated(&mut self, map: &serde_json::Map<String, Value>, first: usize, text: &[u8], again: Span) {
        if self.repeats.len() >= limit::FINDINGS_MAX {
            return;
        }
        let mut at = first;
        for name in map.keys() {
            let Some(node) = self.nodes.get(at) else { return };
            if string_is(text, name) {
                self.repeats.push(Flaw::repeated_key(name, node.key, again));
                return;
            }
            at += node.size as usize;
        }
    }

    fn items(&mut self, items: &[Value]) {
        self.at += 1;
        for item in items {
            if self.next_in(b']').is_none() {
                return;
            }
            self.value(item, NO_KEY);
        }
        self.next_in(b']');
    }

    /// The first byte of the next member or item; steps over the closing bracket and yields `None` at the end.
    fn next_in(&mut self, close: u8) -> Option<u8> {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
        let byte = self.peek()?;
        if byte == close {
            self.at += 1;
            return None;
        }
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

/// True if `text`, a JSON string with its quotes, means `name`.
fn string_is(text: &[u8], name: &str) -> bool {
    if text.contains(&b'\\') {
        return serde_json::from_slice::<String>(text).is_ok_and(|key| key == name);
    }
    text.get(1..text.len().saturating_sub(1)) == Some(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, pointer: &str, value: Option<&str>, key: Option<&str>) {
        let (tree, _) = crate::openapi::json::parse(text).unwrap();
        let marks = Marks::of_json(text, &tree);
        let slice = |spot: Spot| &text[spot.span.start as usize..spot.span.end as usize];
        assert_eq!(marks.value(&tree, pointer).map(slice), value, "value at {pointer}");
        assert_eq!(marks.key(&tree, pointer).map(slice), key, "key at {pointer}");
    }

    #[test]
    fn json_values_and_keys_are_found() {
        let text = r#" {"a": [1, {"b/c": "x\"y"} , [], -2.5e3], "d": {} , "e~": null,"\u0066": true}  "#;
        check(text, "", Some(text.trim()), None);
        check(text, "/a/0", Some("1"), None);
        check(text, "/a/1/b~1c", Some(r#""x\"y""#), Some(r#""b/c""#));
        check(text, "/a/2", Some("[]"), None);
        check(text, "/a/3", Some("-2.5e3"), None);
        check(text, "/a/4", None, None);
        check(text, "/d", Some("{}"), Some(r#""d""#));
        check(text, "/e~0", Some("null"), Some(r#""e~""#));
        check(text, "/f", Some("true"), Some(r#""\u0066""#));
    }

    #[test]
    fn the_first_of_equal_keys_is_marked() {
        let text = r#"{"a": {"x": 1}, "a": {"y": [2, "}"]}, "b": 3}"#;
        check(text, "/a", Some(r#"{"x": 1}"#), Some(r#""a""#));
        check(text, "/a/x", Some("1"), Some(r#""x""#));
        check(text, "/b", Some("3"), Some(r#""b""#));
    }

    #[test]
    fn a_node_is_small() {
        assert_eq!(size_of::<Node>(), 20);
    }
}

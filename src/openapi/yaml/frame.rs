//! A collection that is being read.

use serde_json::{Map, Value};

use crate::openapi::{flaw::Span, marks::Node};

/// A mapping or a list whose end was not seen yet.
pub(super) struct Frame {
    pub(super) content: Content,
    /// The number of its mark.
    pub(super) node: usize,
    /// The anchor that names it; 0 for none.
    pub(super) anchor: usize,
    /// Levels of nesting in it so far.
    pub(super) height: usize,
    /// Where its last child ends.
    pub(super) end: u32,
    /// Bytes that aliases had added when it began.
    pub(super) copied_before: usize,
}

/// What a collection holds so far.
pub(super) enum Content {
    /// A list.
    Array(Vec<Value>),
    /// A mapping.
    Object {
        /// Its members.
        map: Map<String, Value>,
        /// What comes next.
        key: Key,
        /// What merge keys add at the end.
        merges: Merges,
    },
}

/// What comes next in a mapping.
pub(super) enum Key {
    /// A key.
    Due,
    /// The value of this key.
    Text(String, Span),
    /// The value of a merge key.
    Merge(Span),
    /// A value that is left out.
    Ignored,
}

/// The mappings that merge keys name, with their marks. Most mappings have none.
#[derive(Default)]
pub(super) struct Merges(Vec<(Map<String, Value>, Vec<Node>)>);

impl Content {
    /// An empty mapping.
    pub(super) fn map() -> Self {
        Self::Object { map: Map::new(), key: Key::Due, merges: Merges::default() }
    }

    /// The finished value; members that come from merge keys go to the end, with their marks.
    pub(super) fn finish(self, nodes: &mut Vec<Node>) -> Value {
        match self {
            Self::Array(items) => Value::Array(items),
            Self::Object { mut map, merges, .. } => {
                for (members, marks) in merges.0 {
                    let mut marks = marks.into_iter().skip(1);
                    for (key, value) in members {
                        let Some(first) = marks.next() else { break };
                        let rest = marks.by_ref().take((first.size as usize).saturating_sub(1));
                        if map.contains_key(&key) {
                            rest.for_each(drop);
                        } else {
                            nodes.push(first);
                            nodes.extend(rest);
                            map.insert(key, value);
                        }
                    }
                }
                Value::Object(map)
            }
        }
    }
}

impl Merges {
    /// Adds the value of a merge key: a mapping or a list of mappings. False if it is neither.
    pub(super) fn add(&mut self, value: Value, marks: Vec<Node>) -> bool {
        match value {
            Value::Object(map) => {
                self.0.push((map, marks));
                true
            }
            Value::Array(items) => {
                let mut at = 1;
                items.into_iter().all(|item| {
                    let size = marks.get(at).map_or(1, |node| node.size as usize);
                    let part = marks.get(at..at + size).unwrap_or_default().to_vec();
                    at += size;
                    matches!(item, Value::Object(_)) && self.add(item, part)
                })
            }
            _ => false,
        }
    }
}

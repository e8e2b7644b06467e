//! Changes to a tree and, in step with it, to its marks.
//!
//! A path is the place of the member or item in each object and array on the way: it means the same in both.

use serde_json::Value;

use crate::openapi::{
    documents::DocId,
    flaw::Span,
    marks::{Marks, Node},
};

/// The marks of a value and all that is in it, as a tree.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    value: Span,
    key: Span,
    /// The file that they are in, if that is not the document's own.
    origin: Option<DocId>,
    /// The marks of its members or items, in their order.
    children: Vec<Marked>,
}

impl Marked {
    /// The marks of a whole document.
    pub(super) fn new(marks: &Marks, tree: &Value) -> Self {
        Self::build(marks, tree, &mut 0, None)
    }

    /// The marks of a part of a document with the number `origin`.
    pub(super) fn part(marks: &Marks, tree: &Value, pointer: &str, origin: DocId) -> Option<Self> {
        let (mut index, part) = (marks.find(tree, pointer)?, tree.pointer(pointer)?);
        Some(Self::build(marks, part, &mut index, Some(origin)))
    }

    /// Recursion is as deep as the tree: [`crate::limit::DOCUMENT_DEPTH_MAX`].
    fn build(marks: &Marks, tree: &Value, index: &mut usize, origin: Option<DocId>) -> Self {
        let node = marks.nodes().get(*index).copied().unwrap_or(Node::NOWHERE);
        let own = origin.or_else(|| marks.origin(*index));
        *index += 1;
        let children = match tree {
            Value::Object(map) => map.values().map(|child| Self::build(marks, child, index, origin)).collect(),
            Value::Array(items) => items.iter().map(|child| Self::build(marks, child, index, origin)).collect(),
            _ => Vec::new(),
        };
        Self { value: node.value, key: node.key, origin: own, children }
    }

    /// The marks as a list again.
    pub(super) fn flatten(&self) -> Marks {
        let mut nodes = Vec::new();
        let mut origins = Vec::new();
        self.push(&mut nodes, &mut origins);
        Marks::with_origins(nodes, origins)
    }

    fn push(&self, nodes: &mut Vec<Node>, origins: &mut Vec<(u32, Option<DocId>)>) {
        let index = nodes.len();
        if origins.last().and_then(|(_, origin)| *origin) != self.origin {
            origins.push((u32::try_from(index).unwrap_or(u32::MAX), self.origin));
        }
        nodes.push(Node { value: self.value, key: self.key, size: 1 });
        for child in &self.children {
            child.push(nodes, origins);
        }
        let size = u32::try_from(nodes.len() - index).unwrap_or(u32::MAX);
        if let Some(node) = nodes.get_mut(index) {
            node.size = size;
        }
    }

    /// How many values there are, and in how many levels.
    pub(super) fn size_and_height(&self) -> (usize, usize) {
        self.children
            .iter()
            .map(Self::size_and_height)
            .fold((1, 1), |(size, height), (more, below)| (size + more, height.max(below + 1)))
    }
}

/// The value at a path, and its marks.
pub(super) fn find<'v>(value: &'v Value, marks: &'v Marked, path: &[usize]) -> Option<(&'v Value, &'v Marked)> {
    path.iter().try_fold((value, marks), |(value, marks), index| {
        let child = match value {
            Value::Object(map) => map.values().nth(*index)?,
            value => value.get(*index)?,
        };
        Some((child, marks.children.get(*index)?))
    })
}

/// The value at a path, and its marks, to be changed.
pub(super) fn find_mut<'v>(
    value: &'v mut Value,
    marks: &'v mut Marked,
    path: &[usize],
) -> Option<(&'v mut Value, &'v mut Marked)> {
    path.iter().try_fold((value, marks), |(value, marks), index| {
        let child = match value {
            Value::Object(map) => map.values_mut().nth(*index)?,
            value => value.get_mut(*index)?,
        };
        Some((child, marks.children.get_mut(*index)?))
    })
}

/// Takes the value at a path out of its parent; false for the root, which has none.
pub(super) fn remove(value: &mut Value, marks: &mut Marked, path: &[usize]) -> bool {
    let Some((last, parent)) = path.split_last() else { return false };
    let Some((value, marks)) = find_mut(value, marks, parent) else { return true };
    match value {
        Value::Object(map) => {
            if let Some(key) = map.keys().nth(*last).cloned() {
                map.shift_remove(&key);
            }
        }
        Value::Array(items) if *last < items.len() => {
            items.remove(*last);
        }
        _ => return true,
    }
    if *last < marks.children.len() {
        marks.children.remove(*last);
    }
    true
}

/// Merges `patch` into `value`: members one by one, lists end to end, all else replaced.
pub(super) fn merge(value: &mut Value, marks: &mut Marked, patch: &Value, patch_marks: &Marked) {
    match (value, patch) {
        (Value::Object(map), Value::Object(members)) => {
            for ((key, member), member_marks) in members.iter().zip(&patch_marks.children) {
                let place = if map.contains_key(key) { map.keys().position(|known| known == key) } else { None };
                let known_marks = place.and_then(|place| marks.children.get_mut(place));
                if let (Some(known), Some(known_marks)) = (map.get_mut(key), known_marks) {
                    merge(known, known_marks, member, member_marks);
                } else {
                    map.insert(key.clone(), member.clone());
                    marks.children.push(member_marks.clone());
                }
            }
        }
        (Value::Array(items), Value::Array(more)) => {
            items.extend_from_slice(more);
            marks.children.extend_from_slice(&patch_marks.children);
        }
        (value, patch) => {
            *value = patch.clone();
            *marks = patch_marks.clone();
        }
    }
}

/// Appends `patch` to a list.
pub(super) fn append(value: &mut Value, marks: &mut Marked, patch: &Value, patch_marks: &Marked) {
    if let Value::Array(items) = value {
        items.push(patch.clone());
        marks.children.push(patch_marks.clone());
    }
}

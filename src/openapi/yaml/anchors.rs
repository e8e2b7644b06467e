//! What anchors name, and how much their aliases may add.

use std::collections::HashMap;

use serde_json::Value;

use crate::openapi::marks::Node;

/// Bytes that a value takes besides its text: the value, its hash, its key and its mark.
pub(super) const NODE_BYTES: usize = 128;

/// The anchored values so far.
pub(super) struct Anchors {
    /// Bytes that may be kept, and that aliases may add.
    budget: usize,
    known: HashMap<usize, Anchor>,
    /// Bytes of the values that are kept for aliases to come.
    kept: usize,
    /// Bytes that aliases have added to the document.
    copied: usize,
}

/// One anchored value.
pub(super) struct Anchor {
    /// The value and its marks; `None` if it was too large to be kept.
    content: Option<(Value, Vec<Node>)>,
    bytes: usize,
    /// Levels of nesting in it.
    pub(super) height: usize,
}

impl Anchors {
    /// No values yet, and `budget` bytes that aliases may add.
    pub(super) fn within(budget: usize) -> Self {
        Self { budget, known: HashMap::new(), kept: 0, copied: 0 }
    }

    /// Bytes that aliases may add to the document.
    pub(super) fn budget(&self) -> usize {
        self.budget
    }

    /// Bytes that aliases have added to the document.
    pub(super) fn copied(&self) -> usize {
        self.copied
    }

    /// What an anchor names; `None` while it is still being read.
    pub(super) fn get(&self, id: usize) -> Option<&Anchor> {
        self.known.get(&id)
    }

    /// Keeps an anchored value without children; 0 is no anchor.
    pub(super) fn keep(&mut self, id: usize, bytes: usize, content: impl FnOnce() -> (Value, Vec<Node>)) {
        if id != 0 {
            self.keep_tall(id, bytes, 0, content);
        }
    }

    /// Keeps an anchored value with `height` levels in it, while the budget lasts.
    pub(super) fn keep_tall(
        &mut self,
        id: usize,
        bytes: usize,
        height: usize,
        content: impl FnOnce() -> (Value, Vec<Node>),
    ) {
        let fits = self.kept.saturating_add(bytes) <= self.budget;
        if fits {
            self.kept += bytes;
        }
        self.known.insert(id, Anchor { content: fits.then(content), bytes, height });
    }

    /// A copy of what an anchor names; `None` if the budget does not last for it.
    pub(super) fn copy(&mut self, id: usize) -> Option<(Value, Vec<Node>)> {
        let anchor = self.known.get(&id)?;
        let copied = self.copied.saturating_add(anchor.bytes.max(NODE_BYTES));
        if copied > self.budget {
            return None;
        }
        self.copied = copied;
        anchor.content.clone()
    }
}

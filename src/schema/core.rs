//! What all parts of this module share: the documents, and what was made of their schemas so far.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
};

use serde_json::Value;

use super::{Direction, definitions::Definitions, generate::Impossible, lower, shape::Shape, validator::Validator};
use crate::openapi::{Dialect, DocId, Documents, Location, MadeItems, SchemaRef};

/// The schemas of one description.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) documents: Arc<Documents>,
    pub(super) dialect: Dialect,
    pub(super) made_items: MadeItems,
    /// For each document, whether keywords beside `$ref` count in it.
    siblings: Vec<bool>,
    pub(super) definitions: Definitions,
    families: OnceLock<lower::Families>,
    pub(super) validators: Kept<(SchemaRef, Direction), Validator>,
    pub(super) shapes: Kept<SchemaRef, Shape>,
    pub(super) plain: Kept<(SchemaRef, Direction), Result<Value, Impossible>>,
    checked: Mutex<HashSet<Location>>,
}

impl Core {
    pub(super) fn new(documents: Arc<Documents>, dialect: Dialect, made_items: MadeItems) -> Self {
        let siblings = documents
            .iter()
            .map(|(_, document)| {
                let draft = ["jsonSchemaDialect", "$schema"].iter().find_map(|note| document.tree.get(*note)?.as_str());
                dialect == Dialect::JsonSchema && !draft.is_some_and(lower::ignores_siblings)
            })
            .collect();
        Self {
            documents,
            dialect,
            made_items,
            siblings,
            definitions: Definitions::default(),
            families: OnceLock::new(),
            validators: Kept::default(),
            shapes: Kept::default(),
            plain: Kept::default(),
            checked: Mutex::default(),
        }
    }

    pub(super) fn families(&self) -> &lower::Families {
        self.families.get_or_init(|| lower::Families::of(&self.documents))
    }

    /// True if keywords beside `$ref` count in that document.
    pub(super) fn honours_siblings(&self, doc: DocId) -> bool {
        self.siblings.get(doc.0 as usize).copied().unwrap_or(true)
    }

    /// True if the place was not checked before; from now on it counts as checked.
    pub(super) fn is_unchecked(&self, at: &Location) -> bool {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(at.clone())
    }
}

/// Values that are made once and kept.
#[derive(Debug)]
pub(super) struct Kept<K, V>(RwLock<HashMap<K, Arc<V>>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(kept) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(kept);
        }
        let fresh = Arc::new(make());
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(fresh))
    }
}

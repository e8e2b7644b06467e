//! JSON Schema in all the dialects of `OpenAPI`: checking values, making values, and the shape that decoding needs.
//!
//! Every schema is *lowered* to JSON Schema 2020-12, with a map back to where it was written. Lowering and compiling
//! happen when a schema is first used, and are kept.
//!
//! ```text
//! SchemaRef ─lower─▶ numbered definitions ─┬─ compile ──▶ Validator
//!                                          └─ generate ─▶ a value, checked by the Validator
//! ```

mod check;
mod definitions;
mod format;
mod generate;
mod lower;
mod pattern;
mod shape;
mod validator;
mod violation;

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
};

use serde_json::Value;

pub use generate::{Impossible, Sampling};
pub use shape::{Shape, Types, XmlNote};
pub use validator::Validator;
pub use violation::Violation;

use crate::{
    finding::Finding,
    openapi::{Dialect, DocId, Documents, Location, SchemaRef},
};
use definitions::{Definitions, Graph, Key, Purpose};

/// Which way a message goes: `readOnly` properties are not required in requests, `writeOnly` ones not in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From client to server.
    Request,
    /// From server to client.
    Response,
}

/// All schemas of one description. Shared by all threads; fills itself as schemas are used.
///
/// No lock is held while a schema is lowered or compiled: two threads may do the same work once, and the first result
/// is kept.
#[derive(Debug)]
pub struct Schemas {
    documents: Arc<Documents>,
    dialect: Dialect,
    /// For each document, whether keywords beside `$ref` count in it.
    siblings: Vec<bool>,
    definitions: Arc<Definitions>,
    families: OnceLock<lower::Families>,
    validators: Kept<(SchemaRef, Direction), Validator>,
    shapes: Kept<SchemaRef, Shape>,
    graphs: Kept<(SchemaRef, Direction), Option<Graph>>,
    plain: Kept<(SchemaRef, Direction), Result<Value, Impossible>>,
    checked: Mutex<HashSet<Location>>,
}

impl Schemas {
    /// The schemas of these documents, written in `dialect` where they do not say otherwise.
    pub fn new(documents: Arc<Documents>, dialect: Dialect) -> Self {
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
            siblings,
            definitions: Arc::default(),
            families: OnceLock::new(),
            validators: Kept::default(),
            shapes: Kept::default(),
            graphs: Kept::default(),
            plain: Kept::default(),
            checked: Mutex::default(),
        }
    }

    /// The validator of a schema, compiled on first use.
    ///
    /// What of the schema cannot be used is left out of the check (and is a finding of [`Schemas::check`]), so there
    /// is always a validator.
    pub fn validator(&self, schema: &SchemaRef, direction: Direction) -> Arc<Validator> {
        self.validators.get((schema.clone(), direction), || {
            let graph = self.graph(schema, direction, Purpose::Check);
            let graph = graph.filter(|graph| !graph.is_too_deep());
            graph.map_or_else(Validator::of_anything, |graph| Validator::compile(&graph, Arc::clone(&self.definitions)))
        })
    }

    /// What a value of this schema looks like, one level deep, with references and `allOf` followed.
    pub fn shape(&self, schema: &SchemaRef) -> Arc<Shape> {
        self.shapes.get(schema.clone(), || shape::of(self, schema))
    }

    /// Makes a value that satisfies the schema.
    pub fn generate(&self, schema: &SchemaRef, direction: Direction, sampling: Sampling) -> Result<Value, Impossible> {
        match sampling {
            Sampling::Plain => {
                let made =
                    self.plain.get((schema.clone(), direction), || generate::make(self, schema, direction, None));
                Result::clone(&made)
            }
            Sampling::Seeded(seed) => generate::make(self, schema, direction, Some(seed)),
        }
    }

    /// Everything that is wrong with a schema as written, and with all it reaches that was not checked before.
    pub fn check(&self, schema: &SchemaRef) -> Vec<Finding> {
        check::check(self, schema)
    }

    /// The definition of a schema for making values, with all that it reaches.
    fn generation(&self, schema: &SchemaRef, direction: Direction) -> Arc<Option<Graph>> {
        self.graphs.get((schema.clone(), direction), || self.graph(schema, direction, Purpose::Generate))
    }

    fn graph(&self, schema: &SchemaRef, direction: Direction, purpose: Purpose) -> Option<Graph> {
        self.definitions.graph(Key::whole(schema, direction, purpose), |key| lower::lower(self, key))
    }

    fn families(&self) -> &lower::Families {
        self.families.get_or_init(|| lower::Families::of(&self.documents))
    }

    /// True if keywords beside `$ref` count in that document.
    fn honours_siblings(&self, doc: DocId) -> bool {
        self.siblings.get(doc.0 as usize).copied().unwrap_or(true)
    }

    /// True if the place was not checked before; from now on it counts as checked.
    fn is_unchecked(&self, at: &Location) -> bool {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(at.clone())
    }
}

/// Values that are made once and kept.
#[derive(Debug)]
struct Kept<K, V>(RwLock<HashMap<K, Arc<V>>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(kept) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(kept);
        }
        let fresh = Arc::new(make());
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(fresh))
    }
}

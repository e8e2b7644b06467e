//! JSON Schema in all the dialects of `OpenAPI`: checking values, making values, and the shape that decoding needs.
//!
//! Every schema is *lowered* to JSON Schema 2020-12, with a map back to where it was written. Lowering and compiling
//! happen when a schema is first used, and are kept.
//!
//! ```text
//! SchemaRef ─lower─▶ numbered definitions ─┬─ compile ──▶ Validator
//!                                          └─ generate ─▶ a value, checked by the Validator
//! ```

mod borrowed;
mod check;
mod core;
mod definitions;
mod format;
mod generate;
mod instance;
mod judging;
mod lower;
mod pattern;
mod rounded;
mod shape;
mod shelf;
mod validator;
mod violation;

use std::sync::Arc;

use serde_json::Value;

pub use borrowed::Borrowed;
pub use generate::{Impossible, Sampling, matching, of_format};
pub use instance::Instance;
pub use shape::{Shape, Types, XmlNote};
pub use validator::Validator;
pub use violation::Violation;

use self::core::Core;
use crate::{
    finding::Finding,
    openapi::{Dialect, Documents, MadeItems, SchemaRef},
};
use definitions::{Key, Purpose};

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
    core: Arc<Core>,
}

impl Schemas {
    /// The schemas of these documents, written in `dialect` where they do not say otherwise.
    ///
    /// `made_items` bounds the arrays of [`Sampling::Seeded`] values.
    pub fn new(documents: Arc<Documents>, dialect: Dialect, made_items: MadeItems) -> Self {
        Self { core: Arc::new(Core::new(documents, dialect, made_items)) }
    }

    /// The validator of a schema. It is compiled when it is first asked.
    ///
    /// What of the schema cannot be used is left out of the check (and is a finding of [`Schemas::check`]), so there
    /// is always a validator.
    pub fn validator(&self, schema: &SchemaRef, direction: Direction) -> Arc<Validator> {
        self.core.validator(schema, direction)
    }

    /// What a value of this schema looks like, one level deep, with references and `allOf` followed.
    pub fn shape(&self, schema: &SchemaRef) -> Arc<Shape> {
        self.core.shapes.get(schema.clone(), || shape::of(&self.core, schema))
    }

    /// Makes a value that satisfies the schema.
    pub fn generate(&self, schema: &SchemaRef, direction: Direction, sampling: Sampling) -> Result<Value, Impossible> {
        match sampling {
            Sampling::Plain => {
                let make = || generate::make(&self.core, schema, direction, sampling);
                Result::clone(&self.core.plain.get((schema.clone(), direction), make))
            }
            Sampling::Least | Sampling::Seeded(_) => generate::make(&self.core, schema, direction, sampling),
        }
    }

    /// Everything that is wrong with a schema as written, and with all it reaches that was not checked before.
    pub fn check(&self, schema: &SchemaRef) -> Vec<Finding> {
        check::check(&self.core, schema)
    }
}

impl Core {
    fn validator(self: &Arc<Self>, schema: &SchemaRef, direction: Direction) -> Arc<Validator> {
        self.validators.get((schema.clone(), direction), || {
            Validator::new(self, self.definitions.number(Key::whole(schema, direction, Purpose::Check)))
        })
    }
}

//! Parameters: text to values, by style and explode.
//!
//! Three steps, each in a file: [`pairs`] cuts a query, a form or a cookie header into raw pairs; [`style`] and
//! [`deep`] cut those at the delimiters of a style; [`text`] decodes what is left and gives it the type that the
//! schema asks for. Nothing here judges a value: that is the validator's work.

mod deep;
mod pairs;
mod style;
mod text;

pub(super) use pairs::{Claims, Pair, Pairs};
pub(super) use style::{Spelling, from_pairs, from_text};
pub(super) use text::{Escape, Typing, decode, has_primitive, has_text, is_null, is_object};

use std::sync::Arc;

use crate::{
    openapi::SchemaRef,
    schema::{Schemas, Shape},
};

/// Text that is not written as its style says; the message follows the parameter's name: `is sent twice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub String);

/// Gives the shapes of the schemas inside a shape.
pub(super) trait Shapes {
    /// What a value of this schema looks like.
    fn shape(&self, schema: &SchemaRef) -> Arc<Shape>;
}

impl Shapes for Schemas {
    fn shape(&self, schema: &SchemaRef) -> Arc<Shape> {
        Self::shape(self, schema)
    }
}

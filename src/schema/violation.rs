//! One way in which a value breaks its schema.

use crate::openapi::Location;

/// One way in which a value breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The keyword that failed, as JSON Schema 2020-12 or OpenAPI names it (`maximum`, `required`, `discriminator`).
    pub keyword: &'static str,
    /// JSON Pointer into the value. For `required` and `dependentRequired`: to the object that lacks the property.
    pub at: String,
    /// For `required` and `dependentRequired`: the missing property; for `additionalProperties` and
    /// `unevaluatedProperties`: the first one too many.
    pub property: Option<String>,
    /// What is wrong, to follow the name of the value: `must be at most 10`.
    pub message: String,
    /// Where the keyword is written, as far as it is known.
    pub schema: Option<Location>,
}

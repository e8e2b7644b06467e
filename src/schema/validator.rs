//! A compiled schema.

use serde_json::Value;

use super::violation::Violation;

/// A compiled schema.
#[derive(Debug)]
pub struct Validator {}

impl Validator {
    /// True if the value satisfies the schema. The fast path.
    pub fn is_valid(&self, value: &Value) -> bool {
        todo!("{value}")
    }

    /// Everything that is wrong with a value; empty if it satisfies the schema.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        todo!("{value}")
    }
}

//! `readOnly` and `writeOnly`: what a message in one direction need not have.

use serde_json::Value;

use super::{Context, Lowerer, Outer};
use crate::{
    openapi::{DocId, Documents},
    schema::Direction,
};

/// Steps through `allOf` and `$ref` to find a property; real descriptions need three.
const STEPS_MAX: usize = 8;

/// True if a property of this schema is not sent in that direction.
pub(in crate::schema) fn is_hidden(documents: &Documents, doc: DocId, property: &Value, direction: Direction) -> bool {
    let note = direction.hiding();
    if property.get(note) == Some(&Value::Bool(true)) {
        return true;
    }
    followed(documents, doc, property).is_some_and(|(_, target)| target.get(note) == Some(&Value::Bool(true)))
}

/// The schema that the `$ref` of this one means.
fn followed<'d>(documents: &'d Documents, doc: DocId, schema: &Value) -> Option<(DocId, &'d Value)> {
    let reference = schema.get("$ref")?.as_str()?;
    let target = documents.resolve(doc, reference).ok()?;
    let (at, schema) = documents.follow(&target)?;
    Some((at.doc, schema))
}

/// True if the schema, or one that applies to the same value, declares `name` as a hidden property.
fn hides(documents: &Documents, doc: DocId, schema: &Value, name: &str, direction: Direction, steps: usize) -> bool {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name))
        && is_hidden(documents, doc, property, direction)
    {
        return true;
    }
    if steps == 0 {
        return false;
    }
    if let Some((doc, target)) = followed(documents, doc, schema)
        && hides(documents, doc, target, name, direction, steps - 1)
    {
        return true;
    }
    let members = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    members.iter().any(|member| hides(documents, doc, member, name, direction, steps - 1))
}

impl Lowerer<'_> {
    /// The names of `required` that a message in this direction must have.
    pub(super) fn required(&self, schema: &Value, names: &[Value], context: Context<'_>) -> Vec<Value> {
        let mut kept: Vec<Value> = Vec::with_capacity(names.len());
        for name in names {
            let Some(text) = name.as_str() else { continue };
            if !kept.contains(name) && !self.is_hidden_here(schema, text, context.outer) {
                kept.push(name.clone());
            }
        }
        kept
    }

    fn is_hidden_here(&self, schema: &Value, name: &str, mut outer: Option<&Outer<'_>>) -> bool {
        let hides = |schema: &Value| {
            hides(&self.schemas.documents, self.key.at.doc, schema, name, self.key.direction, STEPS_MAX)
        };
        if hides(schema) {
            return true;
        }
        while let Some(around) = outer {
            if hides(around.schema) {
                return true;
            }
            outer = around.next;
        }
        false
    }
}

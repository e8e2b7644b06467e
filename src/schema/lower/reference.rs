//! `$ref` and its kin to numbered definitions.

use serde_json::{Map, Value};

use super::Lowerer;
use crate::{
    openapi::{Location, SchemaKind},
    schema::definitions::{Key, Number, number_of, reference},
};

/// True for the drafts in which nothing beside a `$ref` counts.
pub(in crate::schema) fn ignores_siblings(draft: &str) -> bool {
    ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"].iter().any(|old| draft.contains(old))
}

/// Collects the definitions that apply to the same value as a lowered schema does.
pub(in crate::schema) fn collect_in_place(schema: &Value, found: &mut Vec<Number>) {
    let Some(map) = schema.as_object() else { return };
    found.extend(map.get("$ref").and_then(Value::as_str).and_then(number_of));
    for keyword in ["not", "if", "then", "else"] {
        if let Some(schema) = map.get(keyword) {
            collect_in_place(schema, found);
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for schema in map.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            collect_in_place(schema, found);
        }
    }
    for (_, schema) in map.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
        collect_in_place(schema, found);
    }
}

impl Lowerer<'_> {
    /// The reference of a schema object, lowered; `None` if there is none, or it leads nowhere or back to itself.
    pub(super) fn reference(&mut self, map: &Map<String, Value>) -> Option<Value> {
        let target = if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            self.schemas.documents.resolve_at(&self.place(), reference).ok()?
        } else if let Some(reference) = map.get("$dynamicRef").and_then(Value::as_str) {
            self.dynamic(reference)?
        } else if map.contains_key("$recursiveRef") {
            self.recursive()
        } else {
            return None;
        };
        // a chain that comes back to itself says nothing
        self.schemas.documents.follow(&target)?;
        Some(self.definition(target, false).into())
    }

    /// The reference to the definition of a place.
    pub(super) fn definition(&mut self, at: Location, base: bool) -> String {
        let Key { direction, purpose, .. } = *self.key;
        let key = Key { at, kind: SchemaKind::Schema, direction, purpose, base };
        let number = self.schemas.definitions.number(key);
        self.refs.push(number);
        reference(number)
    }

    /// A `$dynamicRef` means the nearest schema around it with that anchor.
    fn dynamic(&self, reference: &str) -> Option<Location> {
        if let Some(anchor) = reference.strip_prefix('#') {
            let named = self.around(|schema| schema.get("$dynamicAnchor").and_then(Value::as_str) == Some(anchor));
            if named.is_some() {
                return named;
            }
        }
        self.schemas.documents.resolve_at(&self.place(), reference).ok()
    }

    /// A `$recursiveRef` means the nearest schema around it that is a resource, or the definition at hand.
    fn recursive(&self) -> Location {
        self.around(|schema| schema.get("$recursiveAnchor").is_some() || schema.get("$id").is_some())
            .unwrap_or_else(|| self.key.at.clone())
    }

    fn around(&self, is_meant: impl Fn(&Value) -> bool) -> Option<Location> {
        let mut at = Some(self.place());
        while let Some(place) = at {
            if self.schemas.documents.get(&place).is_some_and(&is_meant) {
                return Some(place);
            }
            at = place.parent().map(|(parent, _)| parent);
        }
        None
    }
}

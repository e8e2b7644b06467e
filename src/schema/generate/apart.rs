//! What keeps a value that is made from one branch of `oneOf` from fitting another one, too.
//!
//! Many descriptions write `oneOf` over objects that take any further member, so that hardly a value fits only one of
//! them. A member that another branch declares, with a value of another type, does.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    maker::Maker,
    merge::{Merged, list, members},
};
use crate::schema::definitions::number_of;

/// Steps through `$ref` and `allOf`.
const STEPS_MAX: usize = 16;

/// The schemas of values of one type, the most usual first.
static BY_TYPE: LazyLock<[Value; 4]> =
    LazyLock::new(|| ["string", "integer", "boolean", "object"].map(|name| json!({ "type": name })));

impl<'g> Maker<'g> {
    /// Adds a member to `merged` for each of its other branches that the branch does not allow.
    pub(super) fn keep_apart(&self, merged: &mut Merged<'g>) {
        for branch in std::mem::take(&mut merged.others) {
            let mut declared = Vec::new();
            self.declared(branch, STEPS_MAX, &mut declared);
            let stranger = declared.into_iter().find_map(|(name, schema)| {
                let is_new = !merged.properties.contains_key(name);
                Some((name, other_type(&self.types(schema, STEPS_MAX)?)?)).filter(|_| is_new)
            });
            if let Some((name, schema)) = stranger {
                merged.properties.insert(name, vec![schema]);
                merged.require(std::iter::once(name));
            }
        }
    }

    /// The members that a schema declares, itself or by way of others.
    fn declared(&self, schema: &'g Value, steps: usize, found: &mut Vec<(&'g str, &'g Value)>) {
        let Some(map) = schema.as_object().filter(|_| steps > 0) else { return };
        found.extend(members(map, "properties"));
        if let Some(target) = self.target(schema) {
            self.declared(target, steps - 1, found);
        }
        for member in list(map, "allOf") {
            self.declared(member, steps - 1, found);
        }
    }

    /// The types that a schema names, itself or by way of others.
    fn types(&self, schema: &'g Value, steps: usize) -> Option<Vec<&'g str>> {
        match schema.get("type") {
            Some(Value::String(name)) => Some(vec![name]),
            Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).collect()),
            _ if steps > 0 => self.types(self.target(schema)?, steps - 1),
            _ => None,
        }
    }

    fn target(&self, schema: &Value) -> Option<&'g Value> {
        let number = schema.get("$ref").and_then(Value::as_str).and_then(number_of)?;
        self.core.lowered(number).map(|target| &target.value)
    }
}

/// The schema of a type that is none of these.
fn other_type(types: &[&str]) -> Option<&'static Value> {
    let is_taken = |name: &str| types.contains(&name) || (name == "integer" && types.contains(&"number"));
    BY_TYPE.iter().find(|schema| schema.get("type").and_then(Value::as_str).is_some_and(|name| !is_taken(name)))
}

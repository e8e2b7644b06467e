//! Fields of bodies, as JSON Pointers in which `*` stands for any item of an array, and for any property without a name of
//! its own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    contract::Contract,
    openapi::{MediaType, SchemaRef, push_token},
    schema::Direction,
};

/// Levels of objects and arrays that are looked into.
const LEVELS_MAX: usize = 8;
/// Fields of one body that are counted.
const FIELDS_MAX: usize = 2_000;

/// The fields of a value that was sent.
pub(super) fn sent(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut String::new(), &mut found);
    found
}

fn collect(value: &Value, at: &mut String, found: &mut BTreeSet<String>) {
    let length = at.len();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                push_token(at, name);
                found.insert(at.clone());
                collect(member, at, found);
                at.truncate(length);
            }
        }
        Value::Array(items) => {
            at.push_str("/*");
            for item in items {
                collect(item, at, found);
            }
            at.truncate(length);
        }
        _ => (),
    }
}

/// The fields that a description has for a body, in the media type that a client most likely means: the one given, else
/// the first.
pub(super) fn described(
    contract: &Contract,
    content: &[MediaType],
    media_type: Option<&str>,
    direction: Direction,
) -> BTreeSet<String> {
    let is = |range: &str, wanted: &str| {
        let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence(range) == essence(wanted)
    };
    let wanted = media_type.unwrap_or("application/json");
    let media = content.iter().find(|media| is(&media.range, wanted)).or_else(|| content.first());
    let mut walk = Walk { contract, direction, open: Vec::new(), found: BTreeSet::new() };
    if let Some(media) = media {
        if let Some(schema) = &media.schema {
            walk.schema(schema, &mut String::new());
        }
        for field in &media.form_fields {
            let mut at = String::new();
            push_token(&mut at, &field.name);
            walk.found.insert(at);
        }
    }
    walk.found
}

struct Walk<'c> {
    contract: &'c Contract,
    direction: Direction,
    /// The schemas that are being looked into: one that comes back to itself has no further fields.
    open: Vec<SchemaRef>,
    found: BTreeSet<String>,
}

impl Walk<'_> {
    fn schema(&mut self, schema: &SchemaRef, at: &mut String) {
        if self.open.len() >= LEVELS_MAX || self.found.len() >= FIELDS_MAX || self.open.contains(schema) {
            return;
        }
        self.open.push(schema.clone());
        let shape = self.contract.schemas.shape(schema);
        let length = at.len();
        for (name, property) in &shape.properties {
            if !self.is_hidden(property) {
                push_token(at, name);
                self.found.insert(at.clone());
                self.schema(property, at);
                at.truncate(length);
            }
        }
        let parts = shape.items.iter().chain(&shape.prefix).chain(&shape.additional);
        at.push_str("/*");
        parts.for_each(|part| self.schema(part, at));
        at.truncate(length);
        self.open.pop();
    }

    /// True for a property that never goes this way.
    fn is_hidden(&self, property: &SchemaRef) -> bool {
        let found = self.contract.api.documents.follow(&property.at);
        found.is_some_and(|(_, schema)| schema.get(self.direction.hiding()) == Some(&Value::Bool(true)))
    }
}

/// True if a field that was sent is one that is described.
pub(super) fn is_field(sent: &str, described: &str) -> bool {
    let mut sent = sent.split('/');
    described.split('/').all(|step| sent.next().is_some_and(|token| step == "*" || step == token))
        && sent.next().is_none()
}

/// Only the fields that no other of them goes on from: what a person needs to see.
pub(super) fn leaves(fields: &BTreeSet<String>) -> Vec<String> {
    let goes_on = |field: &str| {
        let below = format!("{field}/");
        fields.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    };
    fields.iter().filter(|field| !goes_on(field)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent() {
        let fields = sent(&json!({"a": {"b": 1, "c/d": []}, "e": [{"f": 1}, {"g": null}], "h": "x"}));
        let expected = ["/a", "/a/b", "/a/c~1d", "/e", "/e/*/f", "/e/*/g", "/h"];
        assert_eq!(fields.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        assert_eq!(leaves(&fields), ["/a/b", "/a/c~1d", "/e/*/f", "/e/*/g", "/h"]);
        assert!(sent(&json!("text")).is_empty());
    }

    #[test]
    fn a_star_is_any_name() {
        assert!(is_field("/a/b", "/a/*") && is_field("/a/*/c", "/a/*/c") && is_field("/a", "/a"));
        assert!(!is_field("/a", "/a/*") && !is_field("/a/b/c", "/a/*") && !is_field("/b", "/a"));
    }
}

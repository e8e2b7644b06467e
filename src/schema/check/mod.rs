//! Finds what is wrong with schemas as written.
//!
//! References that lead nowhere are found when the description is read, and are not said again here.

mod keyword;

use serde_json::{Map, Value};

use super::{
    Direction,
    core::Core,
    definitions::{Chain, Key, Purpose},
    validator::sees_too_much,
};
use crate::{
    finding::{Code, Finding},
    limit,
    openapi::{Dialect, Location, SchemaKind, SchemaRef},
};

/// Keywords whose value is a schema.
const ONE: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords that authors put beside a `$ref` and that are lost there before OpenAPI 3.1.
const LOST_BESIDE_REF: [&str; 12] = [
    "nullable",
    "x-nullable",
    "readOnly",
    "writeOnly",
    "enum",
    "pattern",
    "required",
    "properties",
    "additionalProperties",
    "allOf",
    "anyOf",
    "oneOf",
];
/// Keywords whose value is a list of schemas.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is an object of schemas.
const MEMBERS: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// Checks a schema and all that it reaches, each place once in the life of `schemas`.
pub(super) fn check(schemas: &Core, root: &SchemaRef) -> Vec<Finding> {
    let mut checker = Checker { schemas, findings: Vec::new(), waiting: vec![root.clone()] };
    while let Some(schema) = checker.waiting.pop() {
        if checker.findings.len() >= limit::FINDINGS_MAX {
            break;
        }
        if schemas.is_unchecked(&schema.at) {
            checker.schema(&schema);
            if schema == *root {
                checker.reach(root);
            }
        }
    }
    checker.findings
}

struct Checker<'s> {
    schemas: &'s Core,
    findings: Vec<Finding>,
    /// Schemas that are still to be checked, the next one last.
    waiting: Vec<SchemaRef>,
}

impl Checker<'_> {
    /// Says so if the schema reaches too much to be compiled, so that nothing is checked against it.
    fn reach(&mut self, schema: &SchemaRef) {
        let number = self.schemas.definitions.number(Key::whole(schema, Direction::Request, Purpose::Check));
        if !matches!(self.schemas.chain(number), Chain::Length(length) if length > limit::SCHEMA_CHAIN_MAX) {
            return;
        }
        let place = self.schemas.documents.place(&schema.at);
        let message = "the schema reaches more schemas than can be compiled, so nothing is checked against it";
        let help = "break long chains of references between schemas";
        self.findings.push(Finding::error(Code::TOO_LARGE, place, message).help(help));
    }

    /// Says so if a keyword has to look through references in too many ways, so that nothing is checked against it.
    fn sight(&mut self, schema: &SchemaRef, map: &Map<String, Value>) {
        let keywords = ["unevaluatedProperties", "unevaluatedItems"];
        let Some(keyword) = keywords.into_iter().find(|keyword| map.contains_key(*keyword)) else { return };
        let number = self.schemas.definitions.number(Key::whole(schema, Direction::Request, Purpose::Check));
        if self.schemas.lowered(number).is_some_and(|lowered| sees_too_much(self.schemas, &lowered.value)) {
            let place = self.schemas.documents.place(&schema.at.child(keyword));
            let message =
                format!("`{keyword}` sees other schemas in more ways than can be compiled, so nothing is checked");
            let help = "let fewer choices lead to the same schemas";
            self.findings.push(Finding::error(Code::TOO_LARGE, place, message).help(help));
        }
    }

    fn schema(&mut self, schema: &SchemaRef) {
        match self.schemas.documents.get(&schema.at) {
            Some(Value::Object(map)) => self.object(schema, map),
            Some(Value::Bool(_)) | None => (),
            Some(_) => {
                self.bad(&schema.at, "a schema must be an object", "write `{}` for a schema that allows everything");
            }
        }
    }

    fn object(&mut self, schema: &SchemaRef, map: &Map<String, Value>) {
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            if let Ok(at) = self.schemas.documents.resolve_at(&schema.at, reference) {
                self.waiting.push(SchemaRef { at, kind: SchemaKind::Schema });
            }
            if !self.schemas.honours_siblings(schema.at.doc) {
                if let Some(keyword) = LOST_BESIDE_REF.iter().find(|keyword| map.contains_key(**keyword)) {
                    let message = format!("`{keyword}` counts for nothing beside `$ref` before OpenAPI 3.1");
                    self.note(&schema.at.child(keyword), message, "put the reference into an `allOf`, beside it");
                }
                return;
            }
        }
        for (keyword, value) in map {
            self.keyword(schema, map, keyword, value);
        }
        self.bounds(&schema.at, map);
        self.sight(schema, map);
        self.subschemas(schema, map);
    }

    /// Puts what is below a schema on the list, so that it is checked in the order of the document.
    fn subschemas(&mut self, schema: &SchemaRef, map: &Map<String, Value>) {
        let mut below = Vec::new();
        for (keyword, value) in map {
            let at = || schema.at.child(keyword);
            let kind = if keyword == "items" { schema.kind } else { SchemaKind::Schema };
            match value {
                Value::Object(_) if ONE.contains(&keyword.as_str()) => below.push(SchemaRef { at: at(), kind }),
                Value::Array(items) if LISTS.contains(&keyword.as_str()) || keyword == "items" => {
                    let at = at();
                    below.extend((0..items.len()).map(|index| SchemaRef { at: at.item(index), kind }));
                }
                Value::Object(members) if MEMBERS.contains(&keyword.as_str()) => {
                    let at = at();
                    below.extend(members.keys().map(|name| SchemaRef { at: at.child(name), kind }));
                }
                _ => (),
            }
        }
        self.waiting.extend(below.into_iter().rev());
    }

    fn bad(&mut self, at: &Location, message: impl Into<String>, help: &str) {
        let place = self.schemas.documents.place(at);
        self.findings.push(Finding::warning(Code::BAD_SCHEMA, place, message).help(help));
    }

    fn note(&mut self, at: &Location, message: impl Into<String>, help: &str) {
        let place = self.schemas.documents.place(at);
        self.findings.push(Finding::note(Code::BAD_SCHEMA, place, message).help(help));
    }

    /// True if the schema is written as 2.0 or 3.0 has them.
    fn is_old(&self) -> bool {
        self.schemas.dialect != Dialect::JsonSchema
    }
}

#[cfg(test)]
mod tests;

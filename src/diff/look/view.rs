//! What one schema object says by itself, with references followed and dialects made alike.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{facts::Facts, types};
use crate::{
    diff::version::Version,
    openapi::{Dialect, Location, SchemaKind, SchemaRef},
};

/// The keywords whose value is a list of schemas for the same value.
pub(in crate::diff) const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// What one schema object says by itself, with references followed and dialects made alike.
///
/// It is made of parts that all hold: the object, what its `$ref` leads to, and what a list of one schema holds.
#[derive(Debug)]
pub(in crate::diff) struct View<'a> {
    pub(in crate::diff) version: Version<'a>,
    /// Where the schema is used.
    pub(in crate::diff) at: Location,
    parts: Vec<Part<'a>>,
    /// True if `null` is allowed by a branch of its own.
    null_branch: bool,
    /// True if the schema is `false`.
    pub(in crate::diff) is_nothing: bool,
    /// What it says beside its subschemas.
    pub(in crate::diff) facts: Facts,
}

/// One of the objects that a schema is made of.
#[derive(Debug)]
struct Part<'a> {
    at: Location,
    map: &'a Map<String, Value>,
    kind: SchemaKind,
    /// The list that is looked through: its only schema is a part of its own.
    without: Option<&'static str>,
}

impl<'a> View<'a> {
    /// What an object without keywords says.
    pub(in crate::diff) fn empty(version: Version<'a>, at: Location) -> Self {
        Self { version, at, parts: Vec::new(), null_branch: false, is_nothing: false, facts: Facts::default() }
    }

    pub(super) fn gather(&mut self, at: &Location, kind: SchemaKind, looked_through: &[&'static str], steps: usize) {
        let documents = self.version.documents();
        let value = documents.get(at);
        self.is_nothing |= value == Some(&Value::Bool(false));
        let Some(map) = value.and_then(Value::as_object) else { return };
        if steps == 0 || self.parts.iter().any(|part| part.at == *at) {
            return;
        }
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            if honours_siblings(self.version, map) {
                self.parts.push(Part { at: at.clone(), map, kind, without: None });
            }
            if let Ok(target) = documents.resolve_at(at, reference) {
                self.gather(&target, SchemaKind::Schema, looked_through, steps - 1);
            }
            return;
        }
        let inner = self.lone(at, map, looked_through);
        let without = inner.as_ref().map(|(keyword, _)| *keyword);
        self.parts.push(Part { at: at.clone(), map, kind, without });
        if let Some((_, inner)) = inner {
            self.gather(&inner, SchemaKind::Schema, looked_through, steps - 1);
        }
    }

    /// The only schema of a list that is looked through. A list of one schema and `null` always is.
    fn lone(
        &mut self,
        at: &Location,
        map: &Map<String, Value>,
        looked_through: &[&'static str],
    ) -> Option<(&'static str, Location)> {
        for keyword in LISTS {
            let Some(list) = map.get(keyword).and_then(Value::as_array) else { continue };
            let may_be_null = keyword != "allOf" && list.iter().any(is_null_only);
            self.null_branch |= may_be_null;
            let mut left = list.iter().enumerate().filter(|(_, schema)| !says_nothing_more(keyword, schema));
            if let (Some((index, _)), None) = (left.next(), left.next())
                && (may_be_null || looked_through.contains(&keyword))
            {
                return Some((keyword, at.child(keyword).item(index)));
            }
        }
        None
    }

    /// The value of a keyword, of the first part that has it.
    pub(in crate::diff) fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.all(keyword).next().map(|(_, value)| value)
    }

    /// The values of a keyword, of all parts that have it, with the places of the parts.
    pub(in crate::diff) fn all(&self, keyword: &str) -> impl Iterator<Item = (&Location, &'a Value)> {
        self.parts.iter().filter(move |part| part.without != Some(keyword)).filter_map(move |part| {
            // a 2.0 parameter says by `required` that it must be sent
            let is_own = part.kind == SchemaKind::Swagger2Parameter && keyword == "required";
            part.map.get(keyword).filter(|_| !is_own).map(|value| (&part.at, value))
        })
    }

    /// True if some part has the keyword with the value `true`.
    pub(in crate::diff) fn is_true(&self, keyword: &str) -> bool {
        self.all(keyword).any(|(_, value)| value == &Value::Bool(true))
    }

    /// Where a keyword is, or else where the schema is used.
    pub(in crate::diff) fn place(&self, keyword: &str) -> Location {
        self.all(keyword).next().map_or_else(|| self.at.clone(), |(at, _)| at.child(keyword))
    }

    /// The subschema under a keyword.
    pub(in crate::diff) fn schema(&self, keyword: &str) -> Option<SchemaRef> {
        let part = self.parts.iter().find(|part| part.map.get(keyword).is_some_and(Value::is_object))?;
        let kind = if keyword == "items" { part.kind } else { SchemaKind::Schema };
        Some(SchemaRef { at: part.at.child(keyword), kind })
    }

    /// The subschemas under a keyword whose value is an object of schemas; of a name that occurs twice, the first.
    pub(in crate::diff) fn schemas(&self, keyword: &str) -> BTreeMap<&'a str, SchemaRef> {
        let mut found = BTreeMap::new();
        for (at, value) in self.all(keyword) {
            let at = at.child(keyword);
            for name in value.as_object().into_iter().flat_map(Map::keys) {
                let schema = || SchemaRef { at: at.child(name), kind: SchemaKind::Schema };
                found.entry(name.as_str()).or_insert_with(schema);
            }
        }
        found
    }

    /// The subschemas under a keyword whose value is a list of schemas, with their places in it; without those that are
    /// only `null` or only words.
    pub(in crate::diff) fn list(&self, keyword: &str) -> Vec<(usize, SchemaRef)> {
        let Some((at, Value::Array(list))) = self.all(keyword).next() else { return Vec::new() };
        let at = at.child(keyword);
        list.iter()
            .enumerate()
            .filter(|(_, schema)| !says_nothing_more(keyword, schema))
            .map(|(index, _)| (index, SchemaRef { at: at.item(index), kind: SchemaKind::Schema }))
            .collect()
    }

    /// True if `null` is allowed beside the other types.
    pub(in crate::diff) fn is_nullable(&self) -> bool {
        self.null_branch || self.is_true("nullable") || self.is_true("x-nullable")
    }

    /// The names of properties that must be there.
    pub(in crate::diff) fn required(&self) -> BTreeSet<&'a str> {
        let lists = self.all("required").filter_map(|(_, value)| value.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// The schema of array items beyond the first ones, and those of the first ones.
    pub(in crate::diff) fn items(&self) -> (Option<SchemaRef>, Vec<SchemaRef>) {
        let first = |keyword| self.list(keyword).into_iter().map(|(_, schema)| schema).collect::<Vec<_>>();
        let prefix = first("prefixItems");
        // before 2020-12, `items` was the list of the first ones
        if prefix.is_empty() && self.get("items").is_some_and(Value::is_array) {
            return (self.schema("additionalItems"), first("items"));
        }
        (self.schema("items"), prefix)
    }

    /// True if nothing is said about values, unless that `null` is one of them: it is anyhow.
    pub(in crate::diff) fn allows_null_anyhow(&self) -> bool {
        let says_nothing = |keyword: &String| types::is_annotation(keyword) || is_about_null(keyword);
        !self.is_nothing && self.parts.iter().all(|part| part.map.keys().all(says_nothing))
    }

    /// True if nothing is said about values.
    pub(in crate::diff) fn is_anything(&self) -> bool {
        !self.is_nothing && self.parts.iter().all(|part| part.map.keys().all(|keyword| types::is_annotation(keyword)))
    }
}

/// True if keywords beside a `$ref` count.
pub(in crate::diff) fn honours_siblings(version: Version<'_>, map: &Map<String, Value>) -> bool {
    version.api.dialect == Dialect::JsonSchema && map.len() > 1
}

/// True for a schema of a list that says nothing that the list's holder does not say: in a choice, that `null` is allowed;
/// where all must fit, nothing but words, or that `null` is allowed beside a type that is not there.
fn says_nothing_more(keyword: &str, schema: &Value) -> bool {
    let is_nothing = |keyword: &String| types::is_words(keyword) || is_about_null(keyword);
    match keyword {
        "allOf" => schema.as_object().is_some_and(|map| map.keys().all(is_nothing)),
        "anyOf" | "oneOf" => is_null_only(schema),
        _ => false,
    }
}

/// True for the keywords that add `null` to the type beside them. Without one, they say nothing.
fn is_about_null(keyword: &str) -> bool {
    matches!(keyword, "nullable" | "x-nullable")
}

/// True for a schema that allows `null` and nothing else.
fn is_null_only(schema: &Value) -> bool {
    let Some(map) = schema.as_object() else { return false };
    let is_null = |value: &Value| value.is_null() || value.as_str() == Some("null");
    let list = |value: &Value| value.as_array().is_some_and(|list| list.len() == 1 && is_null(&list[0]));
    map.get("type").is_some_and(|value| value.as_str() == Some("null") || list(value))
        || map.get("enum").is_some_and(list)
        || map.get("const").is_some_and(Value::is_null)
}

//! A compiled schema.

use std::sync::Arc;

use jsonschema::ValidationError;
use serde_json::{Map, Value, json};

use super::{
    definitions::{Definitions, Graph, Number, reference},
    format, pattern,
    violation::{self, Violation},
};
use crate::{
    limit,
    openapi::{Location, unescape_token},
};

/// Keywords that are taken out of a schema one by one until it compiles; above that, nothing is checked.
const REPAIRS_MAX: usize = 8;

/// A compiled schema.
#[derive(Debug)]
pub struct Validator {
    /// `None` where there is nothing to check.
    compiled: Option<jsonschema::Validator>,
    /// What the definitions of the compiled schema were lowered from.
    definitions: Arc<Definitions>,
}

impl Validator {
    /// Compiles a definition and all that it reaches. A part that cannot be compiled is left out.
    pub(super) fn compile(graph: &Graph, definitions: Arc<Definitions>) -> Self {
        let mut schema = assemble(graph);
        let compiled = format::options().build(&schema).ok().or_else(|| {
            pattern::strip_bad(&mut schema);
            repaired(schema)
        });
        Self { compiled, definitions }
    }

    /// A validator that accepts everything.
    pub(super) fn of_anything() -> Self {
        Self { compiled: None, definitions: Arc::default() }
    }

    /// True if the value satisfies the schema. The fast path.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.compiled.as_ref().is_none_or(|compiled| compiled.is_valid(value))
    }

    /// Everything that is wrong with a value, at most [`limit::VIOLATIONS_MAX`]; empty if it satisfies the schema.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let Some(compiled) = &self.compiled else { return Vec::new() };
        let mut found: Vec<Violation> = Vec::new();
        for error in compiled.iter_errors(value) {
            violation::explain(&error, &|path| self.origin(path), &mut found);
            if found.len() >= limit::VIOLATIONS_MAX {
                break;
            }
        }
        found.truncate(limit::VIOLATIONS_MAX);
        without_echoes(found)
    }

    /// Where the keyword at a pointer of the compiled schema is written.
    fn origin(&self, path: &str) -> Option<(Location, Option<&'static str>)> {
        let rest = path.strip_prefix("/$defs/")?;
        let (number, below) = match rest.find('/') {
            Some(end) => rest.split_at(end),
            None => (rest, ""),
        };
        self.definitions.known(number.parse().ok()?)?.origin(below)
    }
}

/// Without the values that were not met only because the type is wrong already.
fn without_echoes(mut found: Vec<Violation>) -> Vec<Violation> {
    let mistyped: Vec<String> =
        found.iter().filter(|violation| violation.keyword == "type").map(|violation| violation.at.clone()).collect();
    found.retain(|violation| !matches!(violation.keyword, "enum" | "const") || !mistyped.contains(&violation.at));
    found
}

/// One schema of a definition and all that it reaches, in the order of their numbers.
fn assemble(graph: &Graph) -> Value {
    let mut numbers: Vec<Number> = graph.definitions.keys().copied().collect();
    numbers.sort_unstable();
    let definitions: Map<String, Value> = numbers
        .into_iter()
        .filter_map(|number| Some((number.to_string(), graph.definitions.get(&number)?.value.clone())))
        .collect();
    json!({ "$ref": reference(graph.root), "$defs": definitions })
}

/// Takes out what does not compile until the rest does.
fn repaired(mut schema: Value) -> Option<jsonschema::Validator> {
    for _ in 0..REPAIRS_MAX {
        match format::options().build(&schema) {
            Ok(compiled) => return Some(compiled),
            Err(error) => remove(&mut schema, &error)?,
        }
    }
    None
}

/// Removes the keyword that an error of compiling is about.
fn remove(schema: &mut Value, error: &ValidationError<'_>) -> Option<()> {
    let (parent, token) = error.instance_path().as_str().rsplit_once('/')?;
    match schema.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&unescape_token(token)).map(|_| ()),
        // an item cannot go without moving the others
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?).map(|item| *item = Value::Bool(true)),
        _ => None,
    }
}

#![expect(clippy::needless_pass_by_value, reason = "cases are written where they are checked")]

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    limit,
    openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef},
    schema::{Borrowed, Direction, Schemas},
};

/// Checks a value against a schema; expected is a line `/pointer message` for each violation.
#[track_caller]
fn check(schema: Value, value: Value, expected: &[&str]) {
    let documents = Documents::new(vec![Document::from_value("schema.json", schema)]);
    let schemas = Schemas::new(Arc::new(documents), Dialect::JsonSchema, MadeItems::default());
    let schema = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
    let validator = schemas.validator(&schema, Direction::Request);
    let found = validator.violations(&value);
    let text = value.to_string();
    assert_eq!(validator.violations(&Borrowed::read(&text).unwrap()), found, "the same on its text: {text}");
    let found: Vec<String> = found.iter().map(|found| format!("{} {}", found.at, found.message)).collect();
    assert_eq!(found, expected);
}

#[test]
fn messages() {
    check(json!({ "maximum": 10 }), json!(11), &[" must be at most 10"]);
    check(json!({ "enum": ["a", "b"] }), json!("c"), &[r#" must be one of "a", "b""#]);
    check(
        json!({ "required": ["name", "id"] }),
        json!({}),
        &[" must have required property 'name'", " must have required property 'id'"],
    );
    check(
        json!({ "properties": { "a": { "type": ["string", "null"] } } }),
        json!({ "a": 1 }),
        &["/a must be null or a string"],
    );
    check(
        json!({ "additionalProperties": false, "properties": { "a": {} } }),
        json!({ "b": 1 }),
        &[" must not have property 'b', which is not described"],
    );
    check(json!({ "minLength": 1 }), json!(""), &[" must not be empty"]);
    check(json!({ "properties": { "a": false } }), json!({ "a": 1 }), &["/a must not be there"]);
}

#[test]
fn the_nearest_branch_explains() {
    let branch =
        |name: &str| json!({ "type": "object", "required": [name, "z"], "properties": { "kind": { "const": name } } });
    let schema = json!({ "oneOf": [branch("a"), branch("b"), { "type": "string" }] });
    check(schema.clone(), json!({ "kind": "b", "b": 1 }), &[" must have required property 'z'"]);
    check(schema.clone(), json!(1), &[" must be an object or a string"]);
    // Which of the first two is meant is open, but not what both lack.
    check(schema, json!({}), &[" must have required property 'z'"]);
    let open = json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] });
    check(open, json!({}), &[" must match at least one of 2 schemas"]);
    check(
        json!({ "oneOf": [{ "type": "integer" }, { "minimum": 2 }] }),
        json!(3),
        &[" must match exactly one of 2 schemas, but matches number 1 and number 2"],
    );
}

#[test]
fn what_all_branches_lack_is_found_in_bounded_work() {
    let names: Vec<String> = (0..150).map(|number| format!("name{number}")).collect();
    let branches = |count: usize| json!({ "oneOf": vec![json!({ "required": names }); count] });
    let lacks: Vec<String> = names.iter().map(|name| format!(" must have required property '{name}'")).collect();
    let lacks: Vec<&str> = lacks.iter().map(String::as_str).take(limit::VIOLATIONS_MAX.min(64)).collect();
    check(branches(40), json!({}), &lacks);
    check(branches(65), json!({}), &[" must match exactly one of 65 schemas, but matches none"]);
}

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    finding::Place,
    openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef},
    schema::Schemas,
};

/// Checks a schema; expected is a line `code at pointer` for each finding.
#[track_caller]
fn check(schema: Value, expected: &[&str]) {
    let documents = Documents::new(vec![Document::from_value("schema.json", schema)]);
    let schemas = Schemas::new(Arc::new(documents), Dialect::OpenApi30, MadeItems::default());
    let schema = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
    let found: Vec<String> = schemas
        .check(&schema)
        .into_iter()
        .map(|finding| match finding.place {
            Place::File { pointer, .. } => format!("{} at {pointer}", finding.code.as_str()),
            _ => finding.message,
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(schemas.check(&schema), [], "each place is checked once");
}

#[test]
fn faults() {
    check(json!({ "type": "object", "nullable": true, "properties": { "a": { "$ref": "#" } } }), &[]);
    let beside =
        json!({ "properties": { "a": { "$ref": "#", "nullable": true }, "b": { "$ref": "#", "description": "" } } });
    check(beside, &["bad-schema at /properties/a/nullable"]);
    check(json!({ "type": "any" }), &["bad-schema at /type"]);
    check(
        json!({ "properties": { "a": { "required": true, "minimum": "3" } } }),
        &["bad-schema at /properties/a/required", "bad-schema at /properties/a/minimum"],
    );
    check(json!({ "type": "string", "enum": ["yes", false] }), &["bad-schema at /enum/1"]);
    check(json!({ "type": "string", "enum": ["yes"], "nullable": true }), &["bad-schema at /enum"]);
    check(json!({ "type": "string", "enum": ["yes", null], "nullable": true }), &[]);
    check(json!({ "pattern": "(" }), &["bad-pattern at /pattern"]);
    check(json!({ "pattern": "/^a$/" }), &["bad-pattern at /pattern"]);
    check(json!({ "pattern": r"^[\p{L}\p{N}]{1,500}$" }), &["bad-pattern at /pattern"]);
    check(json!({ "pattern": r"^[\p{L}\p{N}]*$" }), &[]);
    check(json!({ "pattern": "^(a+)+$" }), &[]);
    check(json!({ "pattern": "^(a|aa+)+(?!x)$" }), &["slow-pattern at /pattern"]);
    check(json!({ "minLength": 3, "maxLength": 2 }), &["schema-impossible at /minLength"]);
    check(
        json!({ "allOf": [], "items": 3, "not": { "format": 1 } }),
        &["bad-schema at /allOf", "bad-schema at /not/format"],
    );
    check(json!({ "properties": { "a": {} }, "required": ["a", "b"] }), &["bad-schema at /required/1"]);
}

#[test]
fn what_to_do_about_a_value_of_another_type() {
    let help = |value: Value| {
        let document = Document::from_value("schema.json", json!({ "type": "string", "enum": ["a", value] }));
        let documents = Arc::new(Documents::new(vec![document]));
        let schemas = Schemas::new(documents, Dialect::OpenApi30, MadeItems::default());
        let schema = SchemaRef { at: Location::new(DocId::ENTRY, ""), kind: SchemaKind::Schema };
        schemas.check(&schema).into_iter().find_map(|finding| finding.help).unwrap_or_default()
    };
    assert_eq!(help(json!(4.1)), "put it in quotes");
    assert!(help(json!(null)).contains("nullable: true"));
}

/// Each of twenty schemas leads to the next in two ways: a million in all.
#[test]
fn keywords_that_see_too_much() {
    let chain = |last: usize| {
        let next = |number: usize| json!({ "$ref": format!("#/$defs/D{}", number + 1) });
        let mut definitions = json!({ format!("D{last}"): { "properties": { "a": {} } } });
        for number in 0..last {
            definitions[format!("D{number}")] = json!({ "anyOf": [next(number), next(number)] });
        }
        json!({ "allOf": [{ "$ref": "#/$defs/D0" }], "unevaluatedProperties": false, "$defs": definitions })
    };
    check(chain(5), &[]);
    check(chain(20), &["too-large at /unevaluatedProperties"]);
}

#![expect(clippy::needless_pass_by_value, reason = "cases are written where they are checked")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Impossible, Sampling};
use crate::{
    openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef},
    schema::{Direction, Schemas},
};

fn schemas(document: Value) -> (Schemas, SchemaRef) {
    let documents = Documents::new(vec![Document::from_value("api.json", document)]);
    let at = Location::new(DocId::ENTRY, "/s");
    (
        Schemas::new(Arc::new(documents), Dialect::JsonSchema, MadeItems::default()),
        SchemaRef { at, kind: SchemaKind::Schema },
    )
}

/// Checks the plain value of a schema, and that seeds make valid ones too.
#[track_caller]
fn check(schema: Value, expected: Value) {
    let (schemas, schema) = schemas(json!({ "s": schema, "tree": {
        "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#/tree" } }, "up": { "$ref": "#/tree" } }
    } }));
    assert_eq!(schemas.generate(&schema, Direction::Response, Sampling::Plain), Ok(expected));
    for seed in 0..20 {
        let made = schemas.generate(&schema, Direction::Response, Sampling::Seeded(seed));
        let again = schemas.generate(&schema, Direction::Response, Sampling::Seeded(seed));
        assert!(made.is_ok(), "{seed}: {made:?}");
        assert_eq!(made, again);
    }
}

/// Checks only that values are made: they are valid, or they would not leave.
#[track_caller]
fn solves(schema: Value) {
    let (schemas, schema) = schemas(json!({ "s": schema }));
    for sampling in [Sampling::Plain, Sampling::Seeded(1), Sampling::Seeded(2)] {
        let made = schemas.generate(&schema, Direction::Request, sampling);
        assert!(made.is_ok(), "{made:?}");
    }
}

#[test]
fn plain_values() {
    check(json!({}), json!({}));
    check(json!({ "type": "string" }), json!("string"));
    check(json!({ "type": "string", "minLength": 8 }), json!("stringst"));
    check(json!({ "type": ["null", "integer"] }), json!(0));
    check(json!({ "type": "integer", "minimum": 3, "multipleOf": 4 }), json!(4));
    check(json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 }), json!(1));
    check(json!({ "type": "number", "multipleOf": 0.1, "minimum": 0.25 }), json!(0.3));
    check(json!({ "type": "boolean" }), json!(true));
    check(json!({ "type": "string", "format": "date-time" }), json!("2019-08-24T14:15:22Z"));
    check(json!({ "type": "string", "pattern": "^[A-Z]{3}-\\d+$" }), json!("AAA-0"));
    check(json!({ "enum": ["b", "a"] }), json!("b"));
    check(json!({ "type": "string", "example": "x", "default": "y" }), json!("x"));
    check(json!({ "type": "string", "maxLength": 3, "example": "too long" }), json!("str"));
    check(json!({ "type": "array", "items": { "type": "string" } }), json!(["string"]));
    check(json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "uniqueItems": true, "minItems": 1 }), json!([1]));
}

#[test]
fn objects() {
    let secret = json!({ "type": "string", "writeOnly": true });
    check(
        json!({ "type": "object", "properties": { "a": { "type": "integer" }, "b": secret }, "required": ["c", "b"] }),
        json!({ "a": 0, "c": {} }),
    );
    check(
        json!({ "allOf": [{ "properties": { "a": { "type": "integer" } } }, { "properties": { "a": { "minimum": 5 }, "b": { "type": "boolean" } } }] }),
        json!({ "a": 5, "b": true }),
    );
    check(json!({ "additionalProperties": { "type": "integer" } }), json!({ "property1": 0 }));
    check(json!({ "type": "object", "additionalProperties": true }), json!({}));
    check(json!({ "$ref": "#/tree" }), json!({ "children": [] }));
}

/// Checks the plain value of `#/s` in a document.
#[track_caller]
fn plain(document: Value, expected: Value) {
    let (schemas, schema) = schemas(document);
    assert_eq!(schemas.generate(&schema, Direction::Response, Sampling::Plain), Ok(expected));
}

#[test]
fn a_value_may_have_inside_what_it_inherits_from() {
    let base = json!({ "type": "object", "properties": { "id": { "type": "integer" } } });
    let machines = json!({ "properties": { "machines": { "type": "array", "items": { "$ref": "#/base" } } } });
    plain(
        json!({ "s": { "allOf": [{ "$ref": "#/base" }, machines] }, "base": base }),
        json!({ "id": 0, "machines": [{ "id": 0 }] }),
    );
    // over two steps, and in a list
    plain(
        json!({
            "s": { "type": "array", "items": { "$ref": "#/full" } },
            "full": { "allOf": [{ "$ref": "#/mini" }, { "properties": { "parent": { "$ref": "#/mini" } } }] },
            "mini": { "allOf": [{ "$ref": "#/base" }, { "properties": { "name": { "type": "string" } } }] },
            "base": base
        }),
        json!([{ "id": 0, "name": "string", "parent": { "id": 0, "name": "string" } }]),
    );
    // what leads back to itself ends after one more
    plain(
        json!({
            "s": { "$ref": "#/derived" },
            "derived": { "allOf": [{ "$ref": "#/node" }, { "properties": { "other": { "$ref": "#/node" } } }] },
            "node": { "type": "object", "properties": { "id": { "type": "integer" }, "next": { "$ref": "#/node" } } }
        }),
        json!({ "id": 0, "next": { "id": 0 }, "other": { "id": 0 } }),
    );
}

#[test]
fn what_is_right_in_an_example_is_kept() {
    let schema = json!({
        "type": "object",
        "required": ["id", "name", "state"],
        "properties": {
            "id": { "type": "integer" }, "name": { "type": "string" }, "version": { "type": "string" },
            "state": { "enum": ["on", "off"] },
            "labels": { "type": "object", "additionalProperties": { "type": "string" } },
            "parts": { "type": "array", "items": { "properties": { "n": { "type": "integer" }, "m": { "type": "string" } } } }
        },
        "example": {
            "id": 7, "name": "Rex", "version": 18, "labels": { "a": "b" }, "parts": [{ "n": 3, "m": 4 }, { "n": 5, "m": "x" }]
        }
    });
    plain(
        json!({ "s": schema }),
        json!({
            "id": 7, "name": "Rex", "version": "string", "state": "on", "labels": { "a": "b" },
            "parts": [{ "n": 3, "m": "string" }]
        }),
    );
}

#[test]
fn what_fits_several_branches_is_kept_apart_where_it_is_optional_too() {
    let branch = |name: &str, kind: &str| json!({ "type": "object", "properties": { name: { "type": kind } } });
    let source = json!({ "oneOf": [branch("card", "string"), branch("bank", "integer")] });
    plain(
        json!({ "s": { "type": "object", "properties": { "id": { "type": "integer" }, "source": source } } }),
        json!({ "id": 0, "source": { "card": "string", "bank": "string" } }),
    );
    // where nothing keeps them apart, it is left out, and nothing else is
    let same = json!({ "oneOf": [branch("card", "string"), branch("card", "string")] });
    plain(
        json!({ "s": { "type": "object", "properties": { "source": same, "id": { "type": "integer" } } } }),
        json!({ "id": 0 }),
    );
}

/// Twenty definitions that each use the next one four times, and that one inherits from: far too many values.
#[test]
fn what_is_used_in_many_places_is_bounded() {
    let mut document =
        json!({ "s": { "allOf": [{ "$ref": "#/d0" }, { "properties": { "more": { "$ref": "#/d0" } } }] } });
    for level in 0..20 {
        let next = json!({ "$ref": format!("#/d{}", level + 1) });
        document[format!("d{level}")] = json!({ "properties": { "a": next, "b": next, "c": next, "d": next } });
    }
    document["d20"] = json!({ "type": "integer" });
    let (schemas, schema) = schemas(document);
    let made = schemas.generate(&schema, Direction::Response, Sampling::Plain).unwrap();
    assert!(made.to_string().len() < 100_000, "{made}");
    assert_eq!(
        schemas.generate(&schema, Direction::Response, Sampling::Seeded(3)),
        schemas.generate(&schema, Direction::Response, Sampling::Seeded(3))
    );
}

#[test]
fn what_takes_several_passes() {
    for schema in [
        json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }], "minimum": 0.5 }),
        json!({ "type": "string", "not": { "enum": ["string"] } }),
        json!({ "type": "array", "items": { "type": "integer" }, "uniqueItems": true, "minItems": 4 }),
        json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "uniqueItems": true, "minItems": 3 }),
        json!({ "properties": { "a": { "type": "boolean" } }, "required": ["a"], "if": { "properties": { "a": { "const": true } } }, "then": { "required": ["b"] } }),
        json!({ "type": "object", "minProperties": 3, "patternProperties": { "^x-[0-9]{4}$": { "type": "integer" } }, "additionalProperties": false }),
        json!({ "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "string" }], "items": false }),
        json!({ "type": "array", "contains": { "const": 7 }, "minContains": 2, "items": { "type": "integer" } }),
        json!({ "type": "object", "propertyNames": { "pattern": "^[a-z]{3}$" }, "minProperties": 2 }),
        json!({ "type": "string", "pattern": "^(?!a)[a-z]+$", "minLength": 5 }),
        json!({ "type": "string", "pattern": "^.*$", "minLength": 40, "maxLength": 41 }),
        json!({ "dependentRequired": { "a": ["b"] }, "properties": { "a": {} } }),
        json!({ "type": "object", "example": { "a": "wrong" }, "properties": { "a": { "type": "integer" } } }),
        json!({ "type": "integer", "format": "int64", "minimum": 9_007_199_254_740_993_i64 }),
        json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }], "properties": { "a": { "type": "string" } }, "additionalProperties": false }),
    ] {
        solves(schema);
    }
}

/// Objects that take any further member are told apart by a member that only one of them declares.
#[test]
fn branches_that_overlap_are_kept_apart() {
    let book = json!({ "type": "object", "required": ["title"], "properties": {
        "title": { "type": "string" }, "pages": { "type": "integer" }
    } });
    let film = json!({ "allOf": [{ "type": "object", "required": ["title"], "properties": {
        "title": { "type": "string" }, "minutes": { "type": ["string", "number"] }
    } }] });
    check(json!({ "oneOf": [book, film] }), json!({ "title": "string", "pages": 0, "minutes": true }));
    let list = json!({ "type": "array", "minItems": 1, "items": { "oneOf": [film, book] } });
    check(list, json!([{ "title": "string", "minutes": "string", "pages": "string" }]));
    let (schemas, schema) =
        schemas(json!({ "s": { "oneOf": [{ "type": "object" }, { "type": "object", "title": "same" }] } }));
    assert!(schemas.generate(&schema, Direction::Response, Sampling::Plain).is_err());
}

/// What a schema asks for inside of what it describes itself has an end where it asks for it in one place only.
#[test]
fn a_definition_inside_of_itself_that_ends() {
    let (schemas, schema) = schemas(json!({
        "s": { "allOf": [{ "$ref": "#/base" }, { "required": ["value"], "properties": { "value": { "$ref": "#/base" } } }] },
        "base": { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }
    }));
    let made = schemas.generate(&schema, Direction::Response, Sampling::Plain);
    assert_eq!(made, Ok(json!({ "id": 0, "value": { "id": 0 } })));
}

#[test]
fn types_that_no_value_has_are_named() {
    let (schemas, schema) = schemas(json!({ "s": { "type": "object", "required": ["a"], "properties": {
        "a": { "allOf": [{ "type": ["object", "string"] }, { "type": "array" }] }
    } } }));
    let Err(impossible) = schemas.generate(&schema, Direction::Response, Sampling::Plain) else { panic!() };
    assert_eq!(
        impossible.to_string(),
        "no value was found that satisfies the schema at `/s`: it must be an object or a string and must be an array at `/a`"
    );
}

/// One optional property that cannot be made does not cost the others.
#[test]
fn what_cannot_be_made_is_left_out_alone() {
    let impossible = json!({ "type": "integer", "not": { "type": "integer" } });
    check(
        json!({ "type": "object", "properties": {
            "a": { "type": "string" },
            "bad": impossible,
            "deep": { "type": "object", "required": ["b"], "properties": { "b": { "type": "integer" }, "c": impossible } },
            "list": { "type": "array", "items": { "type": "object", "properties": { "d": impossible, "e": { "type": "boolean" } } } },
            "dead": { "type": "integer", "minimum": 2, "maximum": 1 },
            "z": { "type": "integer" }
        }, "required": ["z"] }),
        json!({ "a": "string", "deep": { "b": 0 }, "list": [{ "e": true }], "z": 0 }),
    );
    // What is wrong with the whole does not say which property is to blame.
    check(
        json!({
            "type": "object",
            "properties": { "a": { "type": "integer" }, "b": { "type": "integer" }, "c": { "type": "integer" }, "d": {} },
            "not": { "required": ["b"] }
        }),
        json!({ "a": 0, "c": 0, "d": {} }),
    );
    let one_of = json!({
        "type": "object",
        "properties": { "id": { "type": "integer" }, "name": { "type": "string" }, "more": { "type": "boolean" } },
        "oneOf": [{ "required": ["id"] }, { "required": ["name"] }]
    });
    check(one_of, json!({ "name": "string", "more": true }));
}

#[test]
fn items_by_the_settings_of_the_description() {
    let made = |min, max, sampling, schema: Value| {
        let documents = Documents::new(vec![Document::from_value("api.json", json!({ "s": schema }))]);
        let schemas = Schemas::new(Arc::new(documents), Dialect::JsonSchema, MadeItems { min, max });
        let schema = SchemaRef { at: Location::new(DocId::ENTRY, "/s"), kind: SchemaKind::Schema };
        schemas.generate(&schema, Direction::Response, sampling).unwrap().as_array().unwrap().len()
    };
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let own = json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 });
    let few = json!({ "type": "array", "items": { "enum": [1, 2] }, "uniqueItems": true });
    assert_eq!(made(Some(3), Some(3), Sampling::Plain, list.clone()), 1);
    for seed in 0..20 {
        let seeded = Sampling::Seeded(seed);
        assert_eq!(made(Some(3), Some(3), seeded, list.clone()), 3);
        assert_eq!(made(None, Some(0), seeded, list.clone()), 0);
        assert_eq!(made(Some(7), None, seeded, own.clone()), 2);
        assert!(made(Some(5), None, seeded, few.clone()) <= 2);
        assert!(made(Some(100_000), None, seeded, list.clone()) <= 3);
    }
}

#[test]
fn the_impossible_is_said() {
    let make = |schema| {
        let (schemas, schema) = schemas(json!({ "s": schema }));
        schemas.generate(&schema, Direction::Response, Sampling::Plain)
    };
    for schema in [
        json!(false),
        json!({ "type": "integer", "minimum": 2, "maximum": 1 }),
        json!({ "type": "object", "required": ["s"], "properties": { "s": { "$ref": "#/s" } } }),
        json!({ "allOf": [{ "type": "string" }, { "type": "integer" }] }),
    ] {
        assert!(matches!(make(schema), Err(Impossible::Unsolved { .. })));
    }
    assert!(matches!(make(json!({ "type": "array", "minItems": 100_000 })), Err(Impossible::TooLarge { .. })));
}

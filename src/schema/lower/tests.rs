//! What is valid, and what a violation says and where: the dialects seen from outside.

#![expect(clippy::needless_pass_by_value, reason = "cases are written where they are checked")]

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef},
    schema::{Borrowed, Direction, Schemas, Violation},
};

fn violations(dialect: Dialect, direction: Direction, document: Value, pointer: &str, value: &Value) -> Vec<Violation> {
    let documents = Documents::new(vec![Document::from_value("api.json", document)]);
    let schemas = Schemas::new(Arc::new(documents), dialect, MadeItems::default());
    let at = Location::new(DocId::ENTRY, pointer);
    let validator = schemas.validator(&SchemaRef { at, kind: SchemaKind::Schema }, direction);
    let violations = validator.violations(value);
    assert_eq!(validator.is_valid(value), violations.is_empty());
    let text = value.to_string();
    assert_eq!(validator.violations(&Borrowed::read(&text).unwrap()), violations, "the same on its text: {text}");
    violations
}

/// Checks a value against a schema; expected is a line `keyword at pointer` for each violation.
#[track_caller]
fn check(dialect: Dialect, schema: Value, value: Value, expected: &[&str]) {
    let found = violations(dialect, Direction::Request, json!({ "s": schema }), "/s", &value);
    let found: Vec<String> =
        found.iter().map(|violation| format!("{} at {}", violation.keyword, violation.at)).collect();
    assert_eq!(found, expected, "{value}");
}

use Dialect::{JsonSchema, OpenApi30, Swagger2};

#[test]
fn nullable() {
    for schema in [
        json!({ "type": "string", "nullable": true }),
        json!({ "type": "string", "enum": ["a"], "nullable": true }),
        json!({ "type": "string", "nullable": true, "allOf": [{ "enum": ["a"] }] }),
        json!({ "nullable": true, "oneOf": [{ "type": "string" }, { "type": "object" }] }),
        json!({ "nullable": true, "anyOf": [{ "type": "string", "nullable": true }] }),
    ] {
        check(OpenApi30, schema.clone(), json!(null), &[]);
        check(OpenApi30, schema.clone(), json!("a"), &[]);
        check(OpenApi30, schema, json!(1), &["type at "]);
    }
    check(Swagger2, json!({ "type": "string", "x-nullable": true }), json!(null), &[]);
    check(JsonSchema, json!({ "type": "string", "nullable": true }), json!(null), &[]);
}

#[test]
fn old_forms() {
    check(OpenApi30, json!({ "minimum": 3, "exclusiveMinimum": true }), json!(3), &["exclusiveMinimum at "]);
    check(OpenApi30, json!({ "minimum": 3, "exclusiveMinimum": false }), json!(3), &[]);
    check(Swagger2, json!({ "type": "file" }), json!("x"), &[]);
    check(
        JsonSchema,
        json!({ "items": [{ "type": "string" }], "additionalItems": false }),
        json!(["a", 1]),
        &["items at /1"],
    );
    check(
        JsonSchema,
        json!({ "dependencies": { "a": ["b"], "c": { "required": ["d"] } } }),
        json!({ "a": 1, "c": 1 }),
        &["dependentRequired at ", "required at "],
    );
}

#[test]
fn faults_are_left_out() {
    for schema in [
        json!({ "minimum": "3", "maxLength": null, "enum": "x", "required": true, "type": "any" }),
        json!({ "required": [], "enum": [], "multipleOf": 0, "minLength": -1, "properties": [], "items": 3 }),
        json!({ "pattern": "(", "patternProperties": { "[": { "type": "string" } } }),
        json!({ "$ref": "#/nowhere" }),
        json!({ "$ref": "#/s" }),
        json!({ "allOf": [{ "$ref": "#/s" }] }),
    ] {
        check(OpenApi30, schema.clone(), json!({ "[": 1 }), &[]);
        check(JsonSchema, schema, json!("a"), &[]);
    }
    check(OpenApi30, json!({ "type": "string", "pattern": "(" }), json!(1), &["type at "]);
}

#[test]
fn number_formats_are_bounds() {
    check(OpenApi30, json!({ "type": "integer", "format": "int32" }), json!(2_147_483_648_u64), &["format at "]);
    check(OpenApi30, json!({ "type": "integer", "format": "int32", "maximum": 9 }), json!(10), &["maximum at "]);
    check(OpenApi30, json!({ "type": "integer", "format": "int64" }), json!(1.0), &[]);
    check(OpenApi30, json!({ "type": "integer", "format": "int64" }), json!(1e19), &["format at "]);
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (format, inside, outside) in [
        ("int64", "-9223372036854775808", "-9223372036854775809"),
        ("int64", "9223372036854775807", "9223372036854775808"),
        ("int64", "-9223372036854774784.0", "-9223372036854779999"),
        ("uint64", "18446744073709551615", "18446744073709551616"),
        ("uint64", "0", "-1"),
        ("uint32", "4294967295", "4294967296"),
        ("int8", "-128", "-129"),
    ] {
        let schema = json!({ "type": "integer", "format": format });
        check(OpenApi30, schema.clone(), parsed(inside), &[]);
        check(OpenApi30, schema, parsed(outside), &["format at "]);
    }
    // These say how exact a number is.
    for format in ["float", "double"] {
        check(OpenApi30, json!({ "type": "number", "format": format }), json!(-1.7e308), &[]);
    }
    let bounded = json!({ "type": "integer", "format": "int64", "minimum": i64::MIN });
    check(OpenApi30, bounded, parsed("-9223372036854775809"), &["format at "]);
    check(OpenApi30, json!({ "type": "string", "format": "byte" }), json!("aGk="), &[]);
    check(OpenApi30, json!({ "type": "string", "format": "byte" }), json!("aGl="), &[]);
    check(OpenApi30, json!({ "type": "string", "format": "byte" }), json!("a"), &["format at "]);
}

#[test]
fn keywords_beside_a_reference() {
    let document = |dialect| {
        let document = json!({ "s": { "$ref": "#/t", "maxLength": 1 }, "t": { "type": "string" } });
        violations(dialect, Direction::Request, document, "/s", &json!("ab")).len()
    };
    assert_eq!((document(OpenApi30), document(JsonSchema)), (0, 1));
}

#[test]
fn read_only_and_write_only() {
    let schema = json!({
        "required": ["id", "name", "password"],
        "properties": { "id": { "readOnly": true }, "password": { "$ref": "#/secret" } },
    });
    let document = json!({ "s": schema, "t": { "allOf": [{ "$ref": "#/s" }, { "required": ["id"] }] }, "secret": { "writeOnly": true } });
    for pointer in ["/s", "/t"] {
        let missing = |direction| {
            let found = violations(OpenApi30, direction, document.clone(), pointer, &json!({}));
            found.into_iter().filter_map(|violation| violation.property).collect::<Vec<_>>()
        };
        assert_eq!(missing(Direction::Request), ["name", "password"]);
        assert_eq!(missing(Direction::Response), ["id", "name"]);
    }
}

fn pets(discriminator: Value) -> Value {
    json!({
        "components": { "schemas": {
            "Pet": { "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
                     "discriminator": discriminator },
            "Cat": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" }, "lives": { "type": "integer" } } },
            "Dog": { "type": "object", "required": ["kind", "bark"], "properties": { "kind": { "type": "string" } } },
        } }
    })
}

#[track_caller]
fn check_pet(document: Value, pet: Value, expected: &[(&str, &str, &str)]) {
    let found = violations(OpenApi30, Direction::Request, document, "/components/schemas/Pet", &pet);
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.keyword, found.at.as_str(), found.schema.as_ref().map_or("", |at| &*at.pointer)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn discriminator_chooses_the_branch() {
    let plain = json!({ "propertyName": "kind" });
    let mapped = json!({ "propertyName": "kind", "mapping": { "d": "Dog", "c": "#/components/schemas/Cat" } });
    check_pet(pets(plain.clone()), json!({ "kind": "Cat", "lives": 9 }), &[]);
    check_pet(pets(plain.clone()), json!({ "kind": "Dog" }), &[("required", "", "/components/schemas/Dog/required")]);
    check_pet(
        pets(mapped.clone()),
        json!({ "kind": "c", "lives": "x" }),
        &[("type", "/lives", "/components/schemas/Cat/properties/lives/type")],
    );
    check_pet(
        pets(mapped),
        json!({ "kind": "Dog", "bark": 1 }),
        &[("discriminator", "/kind", "/components/schemas/Pet/discriminator")],
    );
    check_pet(pets(plain), json!(1), &[("type", "", "/components/schemas/Pet/oneOf")]);
}

#[test]
fn discriminator_of_a_parent_chooses_the_child() {
    let child = |own: Value| json!({ "allOf": [{ "$ref": "#/components/schemas/Pet" }, own] });
    let document = json!({ "components": { "schemas": {
        "Pet": { "type": "object", "discriminator": { "propertyName": "kind" }, "required": ["kind"],
                 "properties": { "kind": { "type": "string" }, "friend": { "$ref": "#/components/schemas/Pet" } } },
        "Cat": child(json!({ "properties": { "lives": { "type": "integer" } } })),
        "Dog": child(json!({ "required": ["bark"] })),
    } } });
    check_pet(document.clone(), json!({ "kind": "Dog", "bark": 1, "friend": { "kind": "Pet" } }), &[]);
    check_pet(
        document.clone(),
        json!({ "kind": "Dog", "bark": 1, "friend": { "kind": "Dog" } }),
        &[("required", "/friend", "/components/schemas/Dog/allOf/1/required")],
    );
    check_pet(
        document,
        json!({ "kind": "Cow" }),
        &[("discriminator", "/kind", "/components/schemas/Pet/discriminator")],
    );
}

#[test]
fn trees_refer_to_themselves() {
    let tree = |keyword: &str| {
        json!({ "$dynamicAnchor": "node", "$recursiveAnchor": true, "type": "object",
                "properties": { "child": { keyword: if keyword == "$dynamicRef" { "#node" } else { "#" } } } })
    };
    for keyword in ["$dynamicRef", "$recursiveRef"] {
        check(JsonSchema, tree(keyword), json!({ "child": { "child": {} } }), &[]);
        check(JsonSchema, tree(keyword), json!({ "child": { "child": 1 } }), &["type at /child/child"]);
    }
}

#[test]
fn patterns_of_other_languages() {
    for (pattern, good, bad) in [
        (r"^\d+$", "12", "٣"),
        (r"^[\w-.]+$", "a-b.c", "a b"),
        (r"^a\/b$", "a/b", "ab"),
        (r"\A[[:alpha:]]+\Z", "abc", "a1"),
        ("^(?P<year>[0-9]{4})$", "2024", "24"),
        ("(?i)^abc$", "ABC", "abd"),
        ("^{[a-z]}$", "{a}", "a"),
        (r"^\u0041$", "A", "B"),
        (r"^\uD83D\uDE00$", "😀", "x"),
        ("^(?!foo)[a-z]+$", "bar", "foo"),
        ("/^[a-z]$/", "a", "/a/"),
        ("^\\p{L}+$", "äb", "a1"),
        ("^\\p{Lu}\\P{L}$", "Ä1", "ä1"),
        ("^\\p{Letter}{2}$", "äb", "a"),
        ("^[\\p{L}\\d -]{1,3}$", "ä 1", "ä_1"),
        ("^\\p{Script=Greek}$", "α", "a"),
        ("^\\u{1F600}$", "😀", "u"),
        ("^\\0$", "\0", "0"),
        ("^[\\b]$", "\u{8}", "b"),
        ("^(\\d{2})-\\1$", "12-12", "12-13"),
    ] {
        check(JsonSchema, json!({ "pattern": pattern }), json!(good), &[]);
        check(JsonSchema, json!({ "pattern": pattern }), json!(bad), &["pattern at "]);
    }
}

#[test]
fn endless_chains_do_not_exhaust_the_stack() {
    let count = 5_000;
    let chain = (0..count).map(|index| {
        let next = format!("#/c/{}", (index + 1) % count);
        (index.to_string(), json!({ "not": { "$ref": next } }))
    });
    let document = json!({ "c": chain.collect::<serde_json::Map<_, _>>() });
    let found = violations(OpenApi30, Direction::Request, document, "/c/0", &json!(1));
    assert_eq!(found, []);
}

/// Checks a value as it is written against a schema as it is written: the keyword that it breaks, if any.
#[track_caller]
fn check_text(schema: &str, value: &str, keyword: Option<&str>) {
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let expected: Vec<String> = keyword.map(|keyword| format!("{keyword} at ")).into_iter().collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(OpenApi30, read(schema), read(value), &expected);
}

#[test]
fn numbers_are_compared_by_value() {
    let most = r#"{"maximum": 18446744073709551615}"#;
    check_text(most, "18446744073709551615", None);
    check_text(most, "18446744073709551616", Some("maximum"));
    check_text(most, "1.8446744073709552e19", Some("maximum"));
    let rounded = r#"{"maximum": 1.8446744073709552e19}"#;
    check_text(rounded, "18446744073709551615", None);
    check_text(rounded, "1.8446744073709552e19", None);
    check_text(rounded, "1.8446744073709556e19", Some("maximum"));
    check_text(
        r#"{"maximum": 1.8446744073709552e19, "exclusiveMaximum": true}"#,
        "1.8446744073709552e19",
        Some("exclusiveMaximum"),
    );
    let unsigned = r#"{"type": "integer", "format": "uint64", "maximum": 1.8446744073709552e19}"#;
    check_text(unsigned, "18446744073709551615", None);
    check_text(unsigned, "18446744073709551616", Some("format"));
    let signed = r#"{"type": "integer", "format": "int64", "maximum": 9.223372036854775807e18}"#;
    check_text(signed, "9223372036854775807", None);
    check_text(signed, "9223372036854775808", Some("format"));
    for (schema, value, keyword) in [
        (r#"{"maximum": 9007199254740993}"#, "9007199254740994.0", "maximum"),
        (r#"{"minimum": 9007199254740993}"#, "9007199254740992.0", "minimum"),
        (r#"{"enum": [9007199254740993]}"#, "9007199254740992.0", "enum"),
        (r#"{"multipleOf": 3}"#, "9007199254740992", "multipleOf"),
    ] {
        check_text(schema, "9007199254740993", None);
        check_text(schema, value, Some(keyword));
    }
}

/// An integer beyond 64 bits is a float, which stands for all that are rounded to it: it has no fault that one of them
/// lacks.
#[test]
fn rounded_numbers() {
    let threes = r#"{"multipleOf": 3}"#;
    check_text(threes, "300000000000000000000003", None);
    check_text(threes, "-300000000000000000000003", None);
    check_text(threes, "18446744073709551615", None);
    check_text(threes, "18446744073709551614", Some("multipleOf"));
    check_text(r#"{"multipleOf": 1000000}"#, "20000000000000000000", None);
    check_text(r#"{"multipleOf": 1000000}"#, "20000000000000500000", Some("multipleOf"));
    check_text(r#"{"multipleOf": 9007199254740993}"#, "27021597764222979", None);
    check_text(r#"{"multipleOf": 2.5}"#, "9007199254740995", None);
    check_text(r#"{"multipleOf": 0.01}"#, "12345678901234.56", None);
    check_text(r#"{"multipleOf": 0.01}"#, "4.355", Some("multipleOf"));
    let below = r#"{"exclusiveMaximum": 100000000000000000000000}"#;
    check_text(below, "99999999999999999999999", None);
    check_text(below, "100000000000000100000000", Some("exclusiveMaximum"));
    let above = r#"{"exclusiveMinimum": -9223372036854775808}"#;
    check_text(above, "-9223372036854775807", None);
    check_text(above, "-9223372036854775808", Some("exclusiveMinimum"));
    check_text(above, "-9223372036854775809", Some("exclusiveMinimum"));
    check_text(r#"{"exclusiveMaximum": -9223372036854775808}"#, "-9223372036854775809", None);
    check_text(r#"{"exclusiveMaximum": 18446744073709551615}"#, "18446744073709551615", Some("exclusiveMaximum"));
    check_text(r#"{"exclusiveMinimum": 9007199254740992}"#, "9007199254740993", None);
    check_text(r#"{"exclusiveMinimum": 9007199254740992}"#, "9007199254740992", Some("exclusiveMinimum"));
    check_text(r#"{"exclusiveMaximum": 9007199254740993}"#, "9007199254740992", None);
    check_text(r#"{"exclusiveMinimum": 0}"#, "0", Some("exclusiveMinimum"));
    check_text(r#"{"exclusiveMinimum": 0.1}"#, "1", None);
    let unique = r#"{"uniqueItems": true}"#;
    check_text(unique, r#"[{"a": 100000000000000000000001}, {"a": 100000000000000000000002}, 1]"#, None);
    check_text(unique, "[100000000000000000000001, 100000000000000000000002, 1, 1.0]", Some("uniqueItems"));
    check_text(r#"{"const": 100000000000000000000001}"#, "100000000000000000000001", None);
    check_text(r#"{"const": 100000000000000000000001}"#, "100000000000000100000000", Some("const"));
    check_text(r#"{"type": "integer", "maximum": 1e23}"#, "100000000000000000000000", None);
}

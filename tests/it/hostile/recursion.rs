//! Bodies that mean harm, against schemas that recurse.

use std::sync::Arc;

use http::{Method, StatusCode, header};
use mimeo::{
    contract::{Contract, Site},
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    session::State,
};
use serde_json::{Value, json};

/// Posts a body to an operation whose body has the schema `root` of `schemas`; the answer's status.
fn post(schemas: &Value, root: &str, body: &str) -> StatusCode {
    let reference = format!("#/components/schemas/{root}");
    let description = json!({
        "openapi": "3.1.0",
        "info": { "title": "t", "version": "1" },
        "paths": { "/a": { "post": {
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": reference } } } },
            "responses": { "200": { "description": "ok" }, "400": { "description": "bad" } },
        } } },
        "components": { "schemas": schemas },
    });
    let sources = MemorySources::new().with("a.json", description.to_string());
    let api = load(&sources, "a.json", "a.json", &[]).api.unwrap();
    let site = Site { contracts: vec![Arc::new(Contract::compile(api).0)] };
    let mut request = Request::new(Method::POST, "/a");
    request.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    request.body = body.to_owned().into();
    handle(&Mock::new(site, Settings::default()), &State::default(), &request, Moment { now_ms: 0, seed: 0 })
        .outcome
        .reply
        .status
}

fn nested(levels: usize, inside: &str) -> String {
    format!("{}{inside}{}", "{\"c\":".repeat(levels), "}".repeat(levels))
}

/// Twenty definitions apply to each level of the body. Threads of tests have 2 MiB of stack, as those of the server.
#[test]
fn a_deep_body_and_a_long_chain_do_not_exhaust_the_stack() {
    let mut schemas =
        json!({ "D19": { "type": "object", "properties": { "c": { "$ref": "#/components/schemas/D0" } } } });
    for number in 0..19 {
        let next = format!("#/components/schemas/D{}", number + 1);
        schemas[format!("D{number}")] = json!({ "allOf": [{ "$ref": next }] });
    }
    assert_eq!(post(&schemas, "D0", &nested(120, "{}")), StatusCode::OK);
    assert_eq!(post(&schemas, "D0", &nested(40, "1")), StatusCode::BAD_REQUEST);
}

/// Each level has two branches, and each branch the next level: explained branch by branch, 24 levels are 16 million.
#[test]
fn branches_in_branches_are_explained_in_bounded_time() {
    let branch = |name: &str| json!({ "allOf": [{ "$ref": "#/components/schemas/Node" }], "required": [name] });
    let next = json!({ "anyOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/B" }] });
    let schemas = json!({
        "Node": { "type": "object", "properties": { "c": next } }, "A": branch("x"), "B": branch("y"),
    });
    assert_eq!(post(&schemas, "Node", &nested(24, "{}")), StatusCode::BAD_REQUEST);
}

/// One fault per item of a large array: telling them apart must not compare each with all others.
#[test]
fn many_faults_are_told_in_bounded_time() {
    let schemas =
        json!({ "S": { "oneOf": [{ "type": "array", "items": { "type": "string" } }, { "type": "object" }] } });
    let body = format!("[{}0]", "1,".repeat(60_000));
    assert_eq!(post(&schemas, "S", &body), StatusCode::BAD_REQUEST);
}

/// Two branches at each level, and only the bottom is wrong: judged branch by branch, 60 levels take 2^60 steps.
#[test]
fn verdicts_of_branches_in_branches_take_bounded_time() {
    let both = json!([{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/B" }]);
    let branch = json!({ "type": "object", "allOf": [{ "$ref": "#/components/schemas/Node" }] });
    for choice in ["anyOf", "oneOf"] {
        let schemas = json!({
            "Node": { "properties": { "c": { choice: both } } }, "A": branch, "B": branch,
        });
        assert_eq!(post(&schemas, "Node", &nested(60, "1")), StatusCode::BAD_REQUEST, "{choice}");
        let right = if choice == "anyOf" { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        assert_eq!(post(&schemas, "Node", &nested(60, "{}")), right, "{choice}");
    }
}

/// The same where each branch has to be seen through, so that it is compiled with all that it reaches. Where that would
/// be too much, `mimeo check` says that nothing is checked.
#[test]
fn verdicts_that_look_through_references_take_bounded_time() {
    for (levels, expected) in [(10, StatusCode::BAD_REQUEST), (40, StatusCode::OK)] {
        let mut schemas = json!({ format!("D{levels}"): { "properties": { "a": { "type": "string" } } } });
        for number in 0..levels {
            let next = json!({ "$ref": format!("#/components/schemas/D{}", number + 1) });
            schemas[format!("D{number}")] = json!({ "anyOf": [next, next] });
        }
        schemas["S"] = json!({ "allOf": [{ "$ref": "#/components/schemas/D0" }], "unevaluatedProperties": false });
        assert_eq!(post(&schemas, "S", r#"{"a": 1}"#), expected, "{levels}");
    }
    // Here it is the value that has levels.
    let both = json!([{ "$ref": "#/components/schemas/N" }, { "$ref": "#/components/schemas/M" }]);
    let node = json!({ "type": "object", "properties": { "c": { "anyOf": both } }, "unevaluatedProperties": false });
    let schemas = json!({ "N": node, "M": node });
    assert_eq!(post(&schemas, "N", &nested(60, "1")), StatusCode::BAD_REQUEST);
    assert_eq!(post(&schemas, "N", &nested(60, "{}")), StatusCode::OK);
}

/// A chain of choices on one value, which has no levels at all: each definition asks the next one twice.
#[test]
fn chains_of_choices_take_bounded_time() {
    let mut schemas = json!({ "D40": { "type": "object", "required": ["x"] } });
    for number in 0..40 {
        let next = json!({ "$ref": format!("#/components/schemas/D{}", number + 1) });
        schemas[format!("D{number}")] = json!({ "anyOf": [next, next] });
    }
    for body in ["{}", "1", "\"text\"", "[]"] {
        assert_eq!(post(&schemas, "D0", body), StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(post(&schemas, "D0", r#"{"x": 1}"#), StatusCode::OK);
}

/// Fifty branches at each of six levels, which is not deep: explained branch by branch, 50^6 are 15 billion.
#[test]
fn many_branches_are_explained_in_bounded_time() {
    let branch = |number: usize| json!({ "type": "object", "required": [format!("r{number}")], "properties": { "c": { "$ref": "#/components/schemas/N" } } });
    let schemas = json!({ "N": { "anyOf": (0..50).map(branch).collect::<Vec<_>>() } });
    assert_eq!(post(&schemas, "N", &nested(6, "1")), StatusCode::BAD_REQUEST);
}

/// A pattern that cannot be finished makes the validating crate try both outcomes, here at each of 100 levels.
#[test]
fn unfinished_patterns_at_each_level_take_bounded_time() {
    let schemas = json!({ "N": { "properties": {
        "c": { "$ref": "#/components/schemas/N" },
        "s": { "anyOf": [{ "type": "string", "pattern": "(a|aa)+(?!x)$" }, { "type": "string" }] },
    } } });
    let text = format!("{}!", "a".repeat(40));
    let body = format!("{}1{}", "{\"c\":".repeat(100), format!(",\"s\":\"{text}\"}}").repeat(100));
    assert_eq!(post(&schemas, "N", &body), StatusCode::OK);
}

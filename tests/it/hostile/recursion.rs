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
        "openapi": "3.0.3",
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

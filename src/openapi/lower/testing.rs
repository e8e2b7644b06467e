//! What the tests of all readers share.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    finding::Finding,
    openapi::{Api, Document, Documents, Operation},
};

/// Lowers one document that is a description.
#[track_caller]
pub(super) fn lowered(document: Value) -> (Api, Vec<Finding>) {
    let (api, findings) = lower_all(vec![("api.json", document)]);
    (api.unwrap(), findings)
}

/// Lowers several documents, the entry first.
pub(super) fn lower_all(documents: Vec<(&str, Value)>) -> (Option<Api>, Vec<Finding>) {
    let documents = documents.into_iter().map(|(name, tree)| Document::from_value(name, tree)).collect();
    super::lower(&Arc::new(Documents::new(documents)), "api")
}

/// Lowers a document whose only operation is `operation` at `/a`.
#[track_caller]
pub(super) fn operation(version: &str, operation: Value, more: Value) -> (Operation, Vec<Finding>) {
    path_item(version, "/a", json!({"post": operation}), more)
}

/// Lowers a document with one path, and yields its first operation; a missing `responses` is added.
#[track_caller]
pub(super) fn path_item(version: &str, path: &str, mut item: Value, more: Value) -> (Operation, Vec<Finding>) {
    for (key, operation) in item.as_object_mut().unwrap() {
        if let (Some(operation), true) = (operation.as_object_mut(), key.len() < 8) {
            operation.entry("responses").or_insert_with(|| json!({"200": {"description": "d"}}));
        }
    }
    let field = if version == "2.0" { "swagger" } else { "openapi" };
    let mut document = json!({field: version, "info": {"title": "t", "version": "1"}, "paths": {path: item}});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (mut api, findings) = lowered(document);
    (api.operations.remove(0), findings)
}

/// Puts the members of `more` into `into`, object by object.
pub(super) fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

/// The codes of findings, in order.
pub(super) fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

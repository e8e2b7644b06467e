//! Whether a document is a description, and what else it may be.

use serde_json::Value;

use super::document::Document;

/// True if the document says that it is an OpenAPI or Swagger description; which version is another question.
pub(super) fn is_description(tree: &Value) -> bool {
    tree.get("openapi").is_some() || tree.get("swagger").is_some()
}

/// What to say of a page of markup: often a log-in or error page that was saved as a description.
pub(super) fn markup(text: &str) -> Option<(&'static str, &'static str)> {
    let text = text.trim_start();
    let starts = ["<!", "<?", "<html", "<HTML"].iter().any(|start| text.starts_with(start));
    let message = "this is a page of HTML or XML, not an OpenAPI description";
    starts.then_some((message, "check the address that it was fetched from"))
}

/// What a document that is no description is instead, and what to do about it.
pub(super) fn instead(document: &Document) -> (String, &'static str) {
    let tree = &document.tree;
    let has = |key: &str| tree.get(key).is_some();
    let (what, help) = if document.text.trim().is_empty() {
        ("the file is empty", START)
    } else if !tree.is_object() {
        return (format!("this is {}, not an OpenAPI description", type_name(tree)), START);
    } else if has("overlay") {
        ("this is an Overlay, not an OpenAPI description", "name the description first, and this file with `--overlay`")
    } else if has("asyncapi") {
        ("this is an AsyncAPI document, not an OpenAPI description", "only HTTP APIs can be served")
    } else if has("arazzo") {
        ("this is an Arazzo document, not an OpenAPI description", "name one of its `sourceDescriptions`")
    } else if tree.pointer("/info/_postman_id").is_some() || tree.pointer("/info/schema").is_some() {
        ("this is a Postman collection, not an OpenAPI description", "export it as OpenAPI")
    } else if has("paths") || has("info") || has("webhooks") {
        ("the field `openapi` (or `swagger`) is missing", "add `openapi: 3.1.1` as the first line")
    } else if ["$schema", "$defs", "properties", "allOf", "oneOf", "anyOf"].iter().any(|key| has(key)) {
        ("this is a JSON Schema, not an OpenAPI description", "name the description that refers to it")
    } else {
        ("the document has neither `openapi` nor `swagger`: it is no OpenAPI description", START)
    };
    (what.to_owned(), help)
}

const START: &str = "a description begins with `openapi: 3.1.1` or `swagger: \"2.0\"`";

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing but comments",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "plain text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

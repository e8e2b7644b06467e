//! Changes as JSON and YAML.

use serde_json::{Map, Value, json};

use super::{ApiChanges, Spot, count_changes};
use crate::diff::Change;

/// All changes as one JSON document, with a version of its form. The fields of a change are those that oasdiff writes.
pub fn json_changes(comparisons: &[ApiChanges<'_>]) -> String {
    format!("{:#}\n", document(comparisons))
}

/// The same document as YAML.
pub fn yaml_changes(comparisons: &[ApiChanges<'_>]) -> String {
    // Values of JSON are values of YAML: all of them can be written.
    serde_yaml::to_string(&document(comparisons)).unwrap_or_else(|error| format!("# not written: {error}\n"))
}

fn document(comparisons: &[ApiChanges<'_>]) -> Value {
    let [errors, warnings, infos] = count_changes(comparisons);
    let several = comparisons.len() > 1;
    let changes: Vec<Value> = comparisons
        .iter()
        .flat_map(|comparison| comparison.changes.iter().map(move |change| one(comparison, change, several)))
        .collect();
    json!({
        "version": 1,
        "summary": { "errors": errors, "warnings": warnings, "infos": infos },
        "changes": changes,
    })
}

fn one(comparison: &ApiChanges<'_>, change: &Change, with_api: bool) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    if with_api {
        put("api", json!(comparison.api));
    }
    put("id", json!(change.id));
    put("text", json!(change.text));
    if let Some(comment) = change.comment {
        put("comment", json!(comment));
    }
    if !change.touched.is_empty() {
        put("touched", json!(change.touched));
    }
    put("level", json!(change.level.as_str()));
    if let Some(operation) = &change.operation {
        put("operation", json!(operation.method.as_str()));
        if let Some(id) = &change.operation_id {
            put("operationId", json!(id));
        }
        put("path", json!(operation.path));
    }
    if let Some(spot) = comparison.main_spot(change) {
        put("source", json!(&*spot.file));
    }
    put("section", json!(change.section.as_str()));
    put("fingerprint", json!(change.fingerprint()));
    if let Some(spot) = comparison.base_spot(change) {
        put("base", place(&spot));
    }
    if let Some(spot) = comparison.revision_spot(change) {
        put("revision", place(&spot));
    }
    Value::Object(object)
}

fn place(spot: &Spot) -> Value {
    let mut object = Map::new();
    object.insert("file".to_owned(), json!(&*spot.file));
    object.insert("pointer".to_owned(), json!(spot.pointer));
    if let Some(mark) = spot.mark {
        object.insert("line".to_owned(), json!(mark.line));
        object.insert("column".to_owned(), json!(mark.column));
    }
    Value::Object(object)
}

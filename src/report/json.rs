//! Findings as JSON.

use serde_json::{Value, json};

use super::{Chapter, count};
use crate::finding::{Finding, Place, Side};

/// All findings as one JSON document, with a version of its form.
///
/// ```json
/// { "version": 1, "summary": { "errors": 1, "warnings": 0, "notes": 0 },
///   "findings": [ { "code": "…", "severity": "error", "message": "…", "file": "…", "pointer": "…", "line": 1 } ] }
/// ```
pub fn json(chapters: &[Chapter<'_>]) -> String {
    let [errors, warnings, notes] = count(chapters);
    let findings: Vec<Value> = chapters.iter().flat_map(|chapter| chapter.findings).map(one).collect();
    let document = json!({
        "version": 1,
        "summary": { "errors": errors, "warnings": warnings, "notes": notes },
        "findings": findings,
    });
    format!("{document:#}\n")
}

fn one(finding: &Finding) -> Value {
    let mut object = serde_json::Map::new();
    object.insert("code".to_owned(), json!(finding.code.as_str()));
    object.insert("severity".to_owned(), json!(finding.severity.as_str()));
    object.insert("message".to_owned(), json!(finding.message));
    if let Some(help) = &finding.help {
        object.insert("help".to_owned(), json!(help));
    }
    match &finding.place {
        Place::Nowhere => (),
        Place::File { file, pointer, mark } => {
            object.insert("file".to_owned(), json!(&**file));
            object.insert("pointer".to_owned(), json!(pointer));
            if let Some(mark) = mark {
                object.insert("line".to_owned(), json!(mark.line));
                object.insert("column".to_owned(), json!(mark.column));
            }
        }
        Place::Message { side, part, at } => {
            object.insert("side".to_owned(), json!(if *side == Side::Request { "request" } else { "response" }));
            object.insert("part".to_owned(), json!(part.as_str()));
            object.insert("at".to_owned(), json!(at));
        }
    }
    Value::Object(object)
}

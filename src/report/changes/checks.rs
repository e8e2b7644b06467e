//! Every kind of change, as a list.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::diff::catalogue::{Check, checks};

/// As a table for terminals.
pub fn text_checks() -> String {
    let width = checks().map(|check| check.id.len()).max().unwrap_or(0);
    checks().fold(String::new(), |mut out, check| {
        let _ = writeln!(out, "{:<width$}  {:<4}  {}", check.id, check.level.as_str(), check.about);
        out
    })
}

/// As a table in Markdown.
pub fn markdown_checks() -> String {
    let head = "| id | level | says |\n| --- | --- | --- |\n".to_owned();
    checks().fold(head, |mut out, check| {
        let _ = writeln!(out, "| `{}` | {} | {} |", check.id, check.level.as_str(), check.about.replace('|', "\\|"));
        out
    })
}

/// As a JSON array.
pub fn json_checks() -> String {
    let one = |check: &Check| {
        let mut object = Map::new();
        object.insert("id".to_owned(), json!(check.id));
        object.insert("level".to_owned(), json!(check.level.as_str()));
        object.insert("description".to_owned(), json!(check.about));
        if let Some(comment) = check.comment {
            object.insert("comment".to_owned(), json!(comment));
        }
        Value::Object(object)
    };
    format!("{:#}\n", checks().map(one).collect::<Value>())
}

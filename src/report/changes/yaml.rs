//! JSON data written as YAML blocks.

use std::fmt::Write as _;

use serde_json::Value;

/// A document. Texts are written in double quotes, as JSON has them, which is YAML as well.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Writes a value where a line has begun, `depth` steps in.
fn block(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    indent(out, depth);
                }
                let _ = write!(out, "{}:", key_text(key));
                member(out, value, depth);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    indent(out, depth);
                }
                out.push_str("- ");
                block(out, item, depth + 1);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        scalar => {
            let _ = writeln!(out, "{scalar}");
        }
    }
}

/// Writes the value of a member after its key.
fn member(out: &mut String, value: &Value, depth: usize) {
    let is_block = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block {
        out.push('\n');
        indent(out, depth + 1);
        block(out, value, depth + 1);
    } else {
        let _ = writeln!(out, " {value}");
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A key as it is, where it can only be a text.
fn key_text(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric());
    let special = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&key.to_lowercase().as_str());
    if plain && !special { key.to_owned() } else { Value::from(key).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks() {
        let value = json!({"a": [], "b": {}, "no": "x: y\n", "list": [{"c": 1, "d": {"e": null}}, [1, [2]], "t"]});
        let text = write(&value);
        assert_eq!(
            text,
            "a: []\nb: {}\n\"no\": \"x: y\\n\"\nlist:\n  - c: 1\n    d:\n      e: null\n  - - 1\n    - - 2\n  - \"t\"\n"
        );
        let read: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(read, value);
        assert_eq!(write(&json!([])), "[]\n");
    }
}

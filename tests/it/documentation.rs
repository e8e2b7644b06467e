//! The documentation names what the program has.

use std::{collections::BTreeSet, fs};

use mimeo::{finding::Code, scenario};

/// `docs/findings.md` has a heading for each code, and none for a code that does not exist.
#[test]
fn every_code_is_documented() {
    let page = fs::read_to_string("docs/findings.md").unwrap();
    let documented: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`').map(|(code, _)| code))
        .collect();
    let existing: BTreeSet<&str> = Code::ALL.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(documented, existing);
}

/// `docs/scenarios.md` has every key that a scenario file can have.
#[test]
fn every_key_of_a_scenario_is_documented() {
    let page = fs::read_to_string("docs/scenarios.md").unwrap();
    let mut keys = BTreeSet::new();
    collect_keys(&scenario::json_schema(), &mut keys);
    assert!(keys.len() > 35, "{keys:?}");
    let missing: Vec<&String> = keys.iter().filter(|key| !is_named(&page, key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// True if the key stands in the page as code or as a key of YAML.
fn is_named(page: &str, key: &str) -> bool {
    page.contains(&format!("`{key}`")) || page.contains(&format!(" {key}:"))
}

fn collect_keys(schema: &serde_json::Value, keys: &mut BTreeSet<String>) {
    if let Some(properties) = schema.get("properties").and_then(|it| it.as_object()) {
        keys.extend(properties.keys().cloned());
    }
    match schema {
        serde_json::Value::Object(map) => map.values().for_each(|it| collect_keys(it, keys)),
        serde_json::Value::Array(items) => items.iter().for_each(|it| collect_keys(it, keys)),
        _ => (),
    }
}

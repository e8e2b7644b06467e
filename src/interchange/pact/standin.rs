//! What stands in a pact for a value that changes from run to run: an example, a rule, and a generator.

use serde_json::{Map, Value, json};

use crate::snapshot::{Placeholder, literal};

/// As version 4 of the format writes a date with time and offset.
const DATE_TIME: &str = "yyyy-MM-dd'T'HH:mm:ssXXX";
/// A UUID.
const UUID: &str = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/// An example, which values are as good, and what makes another one.
pub(super) struct StandIn {
    pub(super) example: Value,
    pub(super) rule: Option<Value>,
    pub(super) generator: Option<Value>,
}

impl StandIn {
    /// What stands for a text of a snapshot.
    pub(super) fn of(text: &str) -> Self {
        let Some(placeholder) = Placeholder::parse(text) else {
            let example = Value::String(literal(text).unwrap_or(text).to_owned());
            return Self { example, rule: None, generator: None };
        };
        let (example, rule, generator) = match &*placeholder.label {
            "uuid" => (
                json!("e2490de5-5bd3-43d5-b7c4-526e33f71304"),
                json!({"match": "regex", "regex": UUID}),
                json!({"type": "Uuid", "format": "lower-case-hyphenated"}),
            ),
            "date-time" => (
                json!("2026-01-02T03:04:05Z"),
                json!({"match": "datetime", "format": DATE_TIME}),
                json!({"type": "DateTime", "format": DATE_TIME}),
            ),
            "date" => (
                json!("2026-01-02"),
                json!({"match": "date", "format": "yyyy-MM-dd"}),
                json!({"type": "Date", "format": "yyyy-MM-dd"}),
            ),
            "unix-seconds" => (json!(1_767_323_045), json!({"match": "integer"}), Value::Null),
            "unix-milliseconds" => (json!(1_767_323_045_000_u64), json!({"match": "integer"}), Value::Null),
            label => (json!(word(label)), json!({"match": "type"}), from_state(label)),
        };
        Self { example, rule: Some(rule), generator: (!generator.is_null()).then_some(generator) }
    }
}

/// A token, or a value that an earlier answer brought, is one that the provider's state knows.
fn from_state(label: &str) -> Value {
    let name = word(label);
    json!({"type": "ProviderState", "expression": format!("${{{name}}}"), "dataType": "STRING"})
}

/// A label as one word: `token beauth` is `beauth`, `addPet /id` is `addPet-id`.
pub(super) fn word(label: &str) -> String {
    let label = label.strip_prefix("token ").unwrap_or(label);
    let parts = label.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// The rules and generators of one part of a message: `body`, `header`, `query` or `path`.
#[derive(Default)]
pub(super) struct Notes {
    rules: Map<String, Value>,
    generators: Map<String, Value>,
}

impl Notes {
    /// Notes what is to be known of the value under `key`, and gives back its example.
    pub(super) fn take(&mut self, key: &str, text: &str) -> Value {
        let StandIn { example, rule, generator } = StandIn::of(text);
        if let Some(rule) = rule {
            self.rule(key, rule);
        }
        if let Some(generator) = generator {
            self.generators.insert(key.to_owned(), generator);
        }
        example
    }

    /// Notes a rule.
    pub(super) fn rule(&mut self, key: &str, rule: Value) {
        self.rules.insert(key.to_owned(), combined(&rule));
    }

    /// Notes a generator.
    pub(super) fn generator(&mut self, key: &str, generator: Value) {
        self.generators.insert(key.to_owned(), generator);
    }

    /// A body, with examples in place of what changes.
    pub(super) fn body(&mut self, value: &Value) -> Value {
        self.below("$", value)
    }

    fn below(&mut self, at: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => self.take(at, text),
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.below(&format!("{at}[{index}]"), item));
                Value::Array(items.collect())
            }
            Value::Object(members) => {
                let mut object = Map::new();
                for (name, member) in members {
                    // A name that was made anew stands for any name: its value is all that is looked at.
                    let name = literal(name).unwrap_or(name);
                    let member = self.below(&format!("{at}{}", step(name)), member);
                    object.insert(name.to_owned(), member);
                }
                Value::Object(object)
            }
            other => other.clone(),
        }
    }

    /// Puts the rules and generators into a message, under the part that they are about.
    pub(super) fn put(self, part: &str, message: &mut Map<String, Value>) {
        for (member, notes) in [("matchingRules", self.rules), ("generators", self.generators)] {
            if !notes.is_empty() {
                message.entry(member).or_insert_with(|| json!({}))[part] = Value::Object(notes);
            }
        }
    }

    /// The same for the path, which is one value.
    pub(super) fn put_path(self, message: &mut Map<String, Value>) {
        for (member, notes) in [("matchingRules", self.rules), ("generators", self.generators)] {
            if let Some((_, note)) = notes.into_iter().next() {
                message.entry(member).or_insert_with(|| json!({}))["path"] = note;
            }
        }
    }
}

fn combined(rule: &Value) -> Value {
    json!({"combine": "AND", "matchers": [rule]})
}

/// A step of a path expression into an object.
fn step(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_plain {
        return format!(".{name}");
    }
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_has_a_rule() {
        let mut notes = Notes::default();
        let body = json!({
            "id": "<uuid #1>", "at": "<date-time>", "tags": ["a", "<token beauth #2>"], "a b": "<unix-seconds>",
            "text": "<<date>", "plain": 7
        });
        let example = notes.body(&body);
        assert_eq!(example["text"], "<date>", "a text that a client really sent");
        assert_eq!(
            (&example["tags"][1], &example["a b"], &example["plain"]),
            (&json!("beauth"), &json!(1_767_323_045), &json!(7))
        );
        let mut message = Map::new();
        notes.put("body", &mut message);
        let rules: Vec<&String> = message["matchingRules"]["body"].as_object().unwrap().keys().collect();
        assert_eq!(rules, ["$.id", "$.at", "$.tags[1]", "$['a b']"]);
        assert_eq!(message["generators"]["body"]["$.tags[1]"]["expression"], "${beauth}");
        assert_eq!(message["generators"]["body"]["$.id"]["type"], "Uuid");
    }
}

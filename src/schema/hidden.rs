//! Members of a value that its schema keeps out of messages in one direction: `readOnly` ones out of requests, `writeOnly`
//! ones out of answers.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Direction, Schemas,
    core::Core,
    definitions::{Key, Purpose, number_of},
    generate::name_pattern,
};
use crate::{
    limit,
    openapi::{SchemaRef, push_token},
};

/// Schemas that are looked at for one value.
const PARTS_MAX: usize = 64;

impl Direction {
    /// The keyword of a property that is not sent this way.
    pub fn hiding(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }
}

impl Schemas {
    /// JSON Pointers to the members of a value that should not be sent in that direction, of the items of an array to the
    /// first one each; at most [`limit::VIOLATIONS_MAX`]. Of a choice, only a branch counts
    /// that is the only one which the value may fit.
    pub fn hidden(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<String> {
        let number = self.core.definitions.number(Key::whole(schema, direction, Purpose::Generate));
        let part = self.core.lowered(number).map(|lowered| &lowered.value);
        let mut known = HashSet::new();
        let mut found = found(&self.core, direction, part.as_slice(), value);
        found.retain(|pointer| known.len() < limit::VIOLATIONS_MAX && known.insert(without_indices(pointer)));
        found
    }
}

fn without_indices(pointer: &str) -> String {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|token| if is_index(token) { "*" } else { token }).collect::<Vec<_>>().join("/")
}

/// Takes the members out of a value that its schemas keep out of messages in that direction.
pub(super) fn strip(core: &Core, direction: Direction, parts: &[&Value], value: &mut Value) {
    for pointer in found(core, direction, parts, value) {
        let Some((parent, token)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(members)) = value.pointer_mut(parent) {
            members.shift_remove(&crate::openapi::unescape_token(token));
        }
    }
}

fn found(core: &Core, direction: Direction, parts: &[&Value], value: &Value) -> Vec<String> {
    let mut search =
        Search { core, keyword: direction.hiding(), at: String::new(), found: Vec::new(), patterns: HashMap::new() };
    search.value(parts, value);
    search.found
}

struct Search<'c> {
    core: &'c Core,
    keyword: &'static str,
    at: String,
    found: Vec<String>,
    /// The patterns of names that were met; `None` for one that cannot be run.
    patterns: HashMap<String, Option<regex::Regex>>,
}

impl Search<'_> {
    fn value(&mut self, parts: &[&Value], value: &Value) {
        let parts = self.applying(parts, value);
        let length = self.at.len();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let below: Vec<&Value> = parts.iter().flat_map(|part| self.of_member(part, name)).collect();
                    push_token(&mut self.at, name);
                    let hides = |part: &&Value| part.get(self.keyword) == Some(&Value::Bool(true));
                    if self.applying(&below, member).iter().any(hides) {
                        self.found.push(self.at.clone());
                    } else if !below.is_empty() {
                        self.value(&below, member);
                    }
                    self.at.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let below: Vec<&Value> = parts.iter().filter_map(|part| of_item(part, index)).collect();
                    if below.is_empty() {
                        continue;
                    }
                    push_token(&mut self.at, &index.to_string());
                    self.value(&below, item);
                    self.at.truncate(length);
                }
            }
            _ => (),
        }
    }

    /// What a schema says of a member. A pattern that cannot be run may fit its name or not.
    fn of_member<'v>(&mut self, part: &'v Value, name: &str) -> Vec<&'v Value> {
        let named = part.get("properties").and_then(|properties| properties.get(name));
        let mut found: Vec<&Value> = named.into_iter().collect();
        let mut may_be_described = false;
        for (pattern, schema) in part.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
            let known = self.patterns.entry(pattern.clone()).or_insert_with(|| name_pattern(pattern));
            match known {
                Some(regex) if regex.is_match(name) => found.push(schema),
                Some(_) => (),
                None => may_be_described = true,
            }
        }
        if found.is_empty() && !may_be_described {
            found.extend(part.get("additionalProperties"));
        }
        found
    }

    /// All schemas that hold for a value for which these hold.
    fn applying<'v>(&self, parts: &[&'v Value], value: &Value) -> Vec<&'v Value>
    where
        Self: 'v,
    {
        let mut all = self.surely(parts);
        let mut next = 0;
        while let Some(part) = all.get(next).copied().filter(|_| all.len() < PARTS_MAX) {
            next += 1;
            for branches in ["oneOf", "anyOf"].iter().filter_map(|keyword| part.get(*keyword)?.as_array()) {
                let mut fitting = branches.iter().map(|branch| self.surely(&[branch])).filter(|it| may_fit(it, value));
                if let (Some(only), None) = (fitting.next(), fitting.next()) {
                    all.extend(only);
                }
            }
        }
        all
    }

    /// These schemas, and all that they refer to or demand in `allOf`.
    fn surely<'v>(&self, parts: &[&'v Value]) -> Vec<&'v Value>
    where
        Self: 'v,
    {
        let mut all: Vec<&Value> = Vec::new();
        let mut waiting = parts.to_vec();
        let mut seen = Vec::new();
        while let Some(part) = waiting.pop().filter(|_| all.len() < PARTS_MAX) {
            let number = part.get("$ref").and_then(Value::as_str).and_then(number_of);
            if let Some(number) = number.filter(|number| !seen.contains(number)) {
                seen.push(number);
                waiting.extend(self.core.lowered(number).map(|lowered| &lowered.value));
            }
            waiting.extend(part.get("allOf").and_then(Value::as_array).into_iter().flatten());
            all.push(part);
        }
        all
    }
}

/// What a schema says of an item.
fn of_item(part: &Value, index: usize) -> Option<&Value> {
    let first = part.get("prefixItems").and_then(|items| items.get(index));
    first.or_else(|| part.get("items"))
}

/// A first look at whether a value satisfies all these schemas: what it is, has, and says of itself.
fn may_fit(parts: &[&Value], value: &Value) -> bool {
    parts.iter().all(|part| {
        let is_said = |schema: &Value, value: &Value| {
            schema.get("const").is_none_or(|only| only == value)
                && schema.get("enum").and_then(Value::as_array).is_none_or(|these| these.contains(value))
        };
        let mut names = part.get("required").and_then(Value::as_array).into_iter().flatten();
        let has = |name: &Value| name.as_str().is_none_or(|name| value.get(name).is_some());
        let mut properties = part.get("properties").and_then(Value::as_object).into_iter().flatten();
        let fits = |(name, schema): (&String, &Value)| value.get(name).is_none_or(|member| is_said(schema, member));
        let is_typed = |name: &str| match name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            _ => !value.is_object() && !value.is_array(),
        };
        let types = part.get("type");
        let is_of_type = match types {
            Some(Value::String(name)) => is_typed(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is_typed),
            _ => true,
        };
        **part != Value::Bool(false)
            && is_of_type
            && is_said(part, value)
            && (!value.is_object() || (names.all(has) && properties.all(fits)))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind},
        schema::Sampling,
    };

    #[test]
    fn wherever_they_are_described() {
        let document = json!({
            "user": {
                "type": "object",
                "required": ["name", "secret", "id"],
                "properties": {
                    "name": {"type": "string"},
                    "secret": {"type": "string", "writeOnly": true},
                    "id": {"$ref": "#/id"},
                    "friends": {"type": "array", "items": {"$ref": "#/user"}}
                },
                "allOf": [{"properties": {"a/b": {"properties": {"pin": {"writeOnly": true}}}}}],
                "anyOf": [{"properties": {"name": {"writeOnly": true}}}, true],
                "example": {
                    "name": "n", "secret": "s", "id": 1, "a/b": {"pin": 1, "x": 2}, "other": true,
                    "friends": [{"name": "m", "secret": "t", "id": 2}]
                }
            },
            "id": {"type": "integer", "readOnly": true}
        });
        let example = document["user"]["example"].clone();
        let documents = Documents::new(vec![Document::from_value("api.json", document)]);
        let schemas = Schemas::new(Arc::new(documents), Dialect::OpenApi30, MadeItems::default());
        let user = SchemaRef { at: Location::new(DocId::ENTRY, "/user"), kind: SchemaKind::Schema };
        let hidden = |direction| schemas.hidden(&user, direction, &example);
        assert_eq!(hidden(Direction::Response), ["/secret", "/a~1b/pin", "/friends/0/secret"]);
        assert_eq!(hidden(Direction::Request), ["/id", "/friends/0/id"]);
        let made = |direction| schemas.generate(&user, direction, Sampling::Plain).unwrap();
        assert_eq!(
            made(Direction::Response),
            json!({"name": "n", "id": 1, "a/b": {"x": 2}, "other": true, "friends": [{"name": "m", "id": 2}]})
        );
        let mut sent = example;
        sent.as_object_mut().unwrap().shift_remove("id");
        sent["friends"][0].as_object_mut().unwrap().shift_remove("id");
        assert_eq!(made(Direction::Request), sent);
    }
    #[test]
    fn in_the_branch_that_is_meant() {
        let document = json!({
            "source": {"oneOf": [
                {"type": "object", "required": ["object"],
                 "properties": {"object": {"const": "card"}, "cvc": {"writeOnly": true}, "pin": {"writeOnly": true}}},
                {"$ref": "#/bank"},
                {"type": "string"}
            ]},
            "bank": {"properties": {"object": {"enum": ["bank", "giro"]}, "iban": {}, "pin": {}}},
            "map": {"properties": {"own": {}}, "additionalProperties": {"$ref": "#/user"}},
            "named": {
                "properties": {"x-own": {}},
                "patternProperties": {"^x-": {"$ref": "#/user"}, "^z/": {"writeOnly": true}, "(?=y)y": {}},
                "additionalProperties": {"$ref": "#/user"}
            },
            "tuple": {"prefixItems": [{}, {"$ref": "#/user"}], "items": {"items": {"$ref": "#/user"}}},
            "user": {"properties": {"pin": {"writeOnly": true}}},
            "either": {"anyOf": [{"properties": {"pin": {"writeOnly": true}}}, {"properties": {"pin": {}}}]}
        });
        let documents = Documents::new(vec![Document::from_value("api.json", document)]);
        let schemas = Schemas::new(Arc::new(documents), Dialect::JsonSchema, MadeItems::default());
        let hidden = |name: &str, value: Value| {
            let schema = SchemaRef { at: Location::new(DocId::ENTRY, name), kind: SchemaKind::Schema };
            schemas.hidden(&schema, Direction::Response, &value)
        };
        assert_eq!(hidden("/source", json!({"object": "card", "cvc": "1", "iban": "2"})), ["/cvc"]);
        assert_eq!(hidden("/source", json!({"object": "giro", "cvc": "1", "pin": "2"})), [""; 0]);
        assert_eq!(hidden("/source", json!({"cvc": "1"})), [""; 0], "a bank without `object`");
        assert_eq!(hidden("/source", json!("card")), [""; 0]);
        assert_eq!(hidden("/either", json!({"pin": 1})), [""; 0], "not said by all");
        assert_eq!(hidden("/map", json!({"x": {"pin": 1}, "own": {"pin": 2}})), ["/x/pin"]);
        let named = json!({"x-own": {"pin": 1}, "x-a": {"pin": 2}, "b": {"pin": 3}, "z/n": {"pin": 4}});
        assert_eq!(
            hidden("/named", named),
            ["/x-own/pin", "/x-a/pin", "/z~1n"],
            "`b` may be what the pattern with look-ahead means"
        );
        assert_eq!(hidden("/tuple", json!([1, {"pin": 1}, [{"pin": 2}, {"pin": 3}]])), ["/1/pin", "/2/0/pin"]);
    }
}

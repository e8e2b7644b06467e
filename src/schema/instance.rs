//! The value that is judged by a schema, in whichever form it is at hand.
//!
//! The validating crate asks values by way of traits. One form for it, with two kinds of values in it, is compiled once
//! and kept once.

use std::borrow::Cow;

use jsonschema::{
    JsonType,
    json::{Array, Json, Node, NodeIdentity, Object, SerdeJson, cmp, unique},
};
use serde_json::{Map, Number, Value, map};

use super::borrowed::Borrowed;

/// A JSON value, or a part of one.
#[derive(Clone, Copy, Debug)]
pub enum Instance<'a> {
    /// One on its own.
    Value(&'a Value),
    /// One that stands on its text.
    Borrowed(&'a Borrowed<'a>),
}

impl<'a> From<&'a Value> for Instance<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<&'a Borrowed<'_>> for Instance<'a> {
    fn from(value: &'a Borrowed<'_>) -> Self {
        Self::Borrowed(value)
    }
}

impl Instance<'_> {
    /// What tells it from every other value at that time.
    pub(super) fn address(self) -> usize {
        match self {
            Self::Value(value) => std::ptr::from_ref(value).addr(),
            Self::Borrowed(value) => std::ptr::from_ref(value).addr(),
        }
    }

    /// The items of an array, or the values of an object's members; nothing for others.
    pub(super) fn parts(self) -> impl Iterator<Item = Self> {
        let items = self.as_array().into_iter().flat_map(|items| items.elements());
        let members = self.as_object().into_iter().flat_map(|members| members.members()).map(|(_, member)| member);
        items.chain(members)
    }

    /// True for an array or an object.
    pub(super) fn has_parts(self) -> bool {
        match self {
            Self::Value(value) => value.is_array() || value.is_object(),
            Self::Borrowed(value) => matches!(value, Borrowed::Array(_) | Borrowed::Object(_)),
        }
    }

    /// The part at a JSON Pointer.
    pub(super) fn pointer(self, pointer: &str) -> Option<Self> {
        let Self::Borrowed(mut part) = self else {
            let Self::Value(value) = self else { return None };
            return value.pointer(pointer).map(Self::Value);
        };
        for token in pointer.split('/').skip(1) {
            let token = crate::openapi::unescape_token(token);
            part = match part {
                Borrowed::Object(members) => &members.iter().find(|(name, _)| *name == token)?.1,
                Borrowed::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(Self::Borrowed(part))
    }
}

/// [`Instance`] as a form of JSON.
pub(super) struct Instances;

impl Json for Instances {
    type Node<'a> = Instance<'a>;
    type PreparedKey = String;
    type StringBuffer = Value;

    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Value, string: &str, f: impl FnOnce(Instance<'_>) -> T) -> T {
        SerdeJson::with_string_node(buffer, string, |node| f(Instance::Value(node)))
    }
}

impl<'a> Node<'a, Instances> for Instance<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<Members<'a>> {
        match self {
            Self::Value(Value::Object(members)) => Some(Members::Value(members)),
            Self::Borrowed(Borrowed::Object(members)) => Some(Members::Borrowed(members)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self {
            Self::Value(Value::Array(items)) => Some(Items::Value(items)),
            Self::Borrowed(Borrowed::Array(items)) => Some(Items::Borrowed(items)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Value(Value::String(text)) => Some(Cow::Borrowed(text)),
            Self::Borrowed(Borrowed::String(text)) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<&'a Number> {
        match self {
            Self::Value(Value::Number(number)) | Self::Borrowed(Borrowed::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Value(Value::Bool(bool)) | Self::Borrowed(Borrowed::Bool(bool)) => Some(*bool),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Value(Value::Null) | Self::Borrowed(Borrowed::Null))
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Value(value) => JsonType::from(*value),
            Self::Borrowed(value) => match value {
                Borrowed::Null => JsonType::Null,
                Borrowed::Bool(_) => JsonType::Boolean,
                Borrowed::Number(_) => JsonType::Number,
                Borrowed::String(_) => JsonType::String,
                Borrowed::Array(_) => JsonType::Array,
                Borrowed::Object(_) => JsonType::Object,
            },
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match self {
            Self::Value(value) => cmp::equal(value, expected),
            Self::Borrowed(value) => is_equal(value, expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        match self {
            Self::Value(value) => Cow::Borrowed(value),
            Self::Borrowed(value) => Cow::Owned(value.to_value()),
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(self.address()))
    }
}

/// True if the two are the same value. Its depth bounds the recursion.
fn is_equal(value: &Borrowed<'_>, expected: &Value) -> bool {
    match (value, expected) {
        (Borrowed::Null, Value::Null) => true,
        (Borrowed::Bool(bool), Value::Bool(expected)) => bool == expected,
        (Borrowed::Number(number), Value::Number(_)) => cmp::equal(&Value::Number(number.clone()), expected),
        (Borrowed::String(text), Value::String(expected)) => text == expected,
        (Borrowed::Array(items), Value::Array(expected)) => {
            items.len() == expected.len() && items.iter().zip(expected).all(|(item, expected)| is_equal(item, expected))
        }
        (Borrowed::Object(members), Value::Object(expected)) => {
            let is_there = |(name, member): &(Cow<'_, str>, Borrowed<'_>)| {
                expected.get(name.as_ref()).is_some_and(|expected| is_equal(member, expected))
            };
            members.len() == expected.len() && members.iter().all(is_there)
        }
        _ => false,
    }
}

/// The members of an object.
pub(super) enum Members<'a> {
    Value(&'a Map<String, Value>),
    Borrowed(&'a [(Cow<'a, str>, Borrowed<'a>)]),
}

impl<'a> Object<'a, Instances> for Members<'a> {
    type Node = Instance<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Value(members) => members.len(),
            Self::Borrowed(members) => members.len(),
        }
    }

    fn get(&self, key: &String) -> Option<Instance<'a>> {
        match self {
            Self::Value(members) => members.get(key).map(Instance::Value),
            Self::Borrowed(members) => {
                members.iter().find(|(name, _)| name == key).map(|(_, member)| Instance::Borrowed(member))
            }
        }
    }

    fn members(&self) -> MembersIter<'a> {
        match self {
            Self::Value(members) => MembersIter::Value(members.iter()),
            Self::Borrowed(members) => MembersIter::Borrowed(members.iter()),
        }
    }
}

/// Goes through the members of an object.
pub(super) enum MembersIter<'a> {
    Value(map::Iter<'a>),
    Borrowed(std::slice::Iter<'a, (Cow<'a, str>, Borrowed<'a>)>),
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Instance<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Value(members) => members.next().map(|(name, member)| (name.as_str(), Instance::Value(member))),
            Self::Borrowed(members) => members.next().map(|(name, member)| (name.as_ref(), Instance::Borrowed(member))),
        }
    }
}

/// The items of an array.
pub(super) enum Items<'a> {
    Value(&'a [Value]),
    Borrowed(&'a [Borrowed<'a>]),
}

impl<'a> Array<'a, Instances> for Items<'a> {
    type Node = Instance<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Value(items) => items.len(),
            Self::Borrowed(items) => items.len(),
        }
    }

    fn elements(&self) -> ItemsIter<'a> {
        match self {
            Self::Value(items) => ItemsIter::Value(items.iter()),
            Self::Borrowed(items) => ItemsIter::Borrowed(items.iter()),
        }
    }

    fn is_unique(&self) -> bool {
        match self {
            Self::Value(items) => unique::is_unique(items),
            Self::Borrowed([] | [_]) => true,
            Self::Borrowed(items) => {
                let values: Vec<Value> = items.iter().map(Borrowed::to_value).collect();
                unique::is_unique(&values)
            }
        }
    }
}

/// Goes through the items of an array.
pub(super) enum ItemsIter<'a> {
    Value(std::slice::Iter<'a, Value>),
    Borrowed(std::slice::Iter<'a, Borrowed<'a>>),
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Instance<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Value(items) => items.next().map(Instance::Value),
            Self::Borrowed(items) => items.next().map(Instance::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        openapi::{Dialect, DocId, Document, Documents, Location, MadeItems, SchemaKind, SchemaRef},
        schema::{Direction, Schemas, Violation},
    };

    const TEXTS: [&str; 24] = [
        "null",
        "true",
        "0",
        "-3",
        "2.5",
        "7.0",
        "18446744073709551616",
        "\"\"",
        "\"text\"",
        "\"\\u00e9t\\u00e9 2\"",
        "[]",
        "[1, 1.0]",
        "[{\"a\": 1}, {\"a\": 1.0}, \"x\"]",
        "[[\"x\"], [\"y\"]]",
        "{}",
        "{\"a\": 1}",
        "{\"a\": \"1\", \"b\": null}",
        "{\"a\": 2, \"a\": 1}",
        "{\"b\": {\"a\": [1, 2, 2]}}",
        "{\"a\": 1, \"b\": 2, \"c\": 3, \"d/e\": [false]}",
        "{\"kind\": \"one\", \"b\": 1}",
        "{\"next\": {\"next\": {\"next\": 1}}}",
        "{\"text\": 1}",
        "1.0e0",
    ];

    #[test]
    fn both_forms_are_judged_alike() {
        let schemas = json!({
            "type": { "type": ["object", "null", "integer"] },
            "const": { "const": 1 },
            "enum": { "enum": ["text", "été 2", 7, [1, 1], { "a": 1 }] },
            "number": { "minimum": 0, "exclusiveMaximum": 7, "multipleOf": 0.5 },
            "string": { "minLength": 1, "maxLength": 4, "pattern": "^t" },
            "array": { "minItems": 1, "uniqueItems": true, "items": { "type": ["string", "number"] } },
            "contains": { "contains": { "type": "string" }, "prefixItems": [{ "type": "integer" }] },
            "object": {
                "required": ["a"], "maxProperties": 3, "additionalProperties": false,
                "properties": { "a": { "type": "integer" }, "b": { "type": "integer" } }
            },
            "objects": { "enum": [{ "a": 1.0 }, { "b": { "a": [1, 2, 2] } }, { "b": null, "a": "1" }, [[ "x" ], [ "y" ]]] },
            "names": { "propertyNames": { "maxLength": 1 }, "patternProperties": { "/": { "items": { "const": true } } } },
            "choice": {
                "oneOf": [
                    { "required": ["kind"], "properties": { "kind": { "const": "one" } } },
                    { "required": ["a"], "properties": { "a": { "type": "string" } } },
                    { "type": "array" }
                ]
            },
            "either": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] },
            "not": { "not": { "type": "object" } },
            "unevaluated": { "allOf": [{ "properties": { "a": true } }], "unevaluatedProperties": false },
            "recursive": { "properties": { "next": { "$ref": "#/recursive" } }, "type": "object" },
            "behind": { "properties": { "b": { "$ref": "#/object" } } }
        });
        let names: Vec<String> = schemas.as_object().unwrap().keys().cloned().collect();
        let documents = Documents::new(vec![Document::from_value("schemas.json", schemas)]);
        let schemas = Schemas::new(Arc::new(documents), Dialect::JsonSchema, MadeItems::default());
        let mut wrong = 0;
        for name in names {
            let at = Location::new(DocId::ENTRY, format!("/{name}"));
            let validator = schemas.validator(&SchemaRef { at, kind: SchemaKind::Schema }, Direction::Request);
            for text in TEXTS {
                let value: Value = serde_json::from_str(text).unwrap();
                let borrowed = Borrowed::read(text).unwrap();
                let expected: Vec<Violation> = validator.violations(&value);
                assert_eq!(validator.violations(&borrowed), expected, "{name}: {text}");
                assert_eq!(validator.is_valid(&borrowed), expected.is_empty(), "{name}: {text}");
                wrong += usize::from(!expected.is_empty());
            }
        }
        assert!(wrong > 120, "{wrong} of 360 are wrong, which should be many");
    }

    #[test]
    fn parts_are_found_by_pointer() {
        let text = "{\"a/b\": [1, {\"~\": true}]}";
        let value: Value = serde_json::from_str(text).unwrap();
        let borrowed = Borrowed::read(text).unwrap();
        for pointer in ["", "/a~1b", "/a~1b/0", "/a~1b/1/~0", "/a~1b/2", "/a", "/a~1b/0/x", "/a~1b/x"] {
            let found = Instance::from(&borrowed).pointer(pointer).map(|it| it.to_value().into_owned());
            assert_eq!(found.as_ref(), value.pointer(pointer), "{pointer}");
        }
    }
}

//! Finds the references in a part of a description, and only those: what stands in an example is data, unless all of the
//! example is a reference.

use serde_json::Value;

use super::documents::{push_token, tokens, unescape_token};

/// How the keys of an object are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As fields: `example` holds data, `properties` holds names.
    Fields,
    /// As names that the author chose: `properties` may have a property `example`.
    Names,
}

/// A reference and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// JSON Pointer to the text of the reference.
    pub(super) pointer: String,
    /// The reference.
    pub(super) reference: String,
    /// How the object is meant that the reference stands for.
    pub(super) mode: Mode,
    /// What the reference is.
    pub(super) kind: SiteKind,
}

/// What a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteKind {
    /// The value of `$ref`.
    Ref,
    /// The value of `$dynamicRef`.
    DynamicRef,
    /// A value of `discriminator.mapping` that looks like a reference.
    Mapping,
    /// The value of the `$ref` that an example consists of. By the specification it is data, but nobody means it if it
    /// leads somewhere.
    Example,
    /// The value of a `$ref` that is no text: `reference` is what it is instead.
    NotText,
}

/// Finds the references in `value`, which is at `pointer` and meant as `mode` says. `swagger2`: `examples` of a
/// response has data under media types, not example objects.
pub(super) fn references(value: &Value, pointer: &str, mode: Mode, swagger2: bool) -> Vec<Site> {
    let mut walk = Walk { pointer: pointer.to_owned(), swagger2, sites: Vec::new() };
    walk.value(value, mode);
    walk.sites
}

/// How the value at `pointer` is meant if the walk from `root`, an ancestor of it meant as `mode` says, comes by;
/// `None` if it does not.
pub(super) fn reaches(root: &Value, mode: Mode, pointer: &str, swagger2: bool) -> Option<Mode> {
    let mut mode = mode;
    let mut value = root;
    for token in tokens(pointer)? {
        mode = match value {
            Value::Object(map) => {
                let key = unescape_token(token);
                let mode = below(&key, map.get(&key)?, mode, swagger2)?;
                value = map.get(&key)?;
                mode
            }
            Value::Array(items) => {
                value = items.get(token.parse::<usize>().ok()?)?;
                mode
            }
            _ => return None,
        };
    }
    Some(mode)
}

/// How the member `key` of an object is meant; `None` if it is data.
fn below(key: &str, member: &Value, mode: Mode, swagger2: bool) -> Option<Mode> {
    if mode == Mode::Names {
        return Some(Mode::Fields);
    }
    match key {
        "example" | "default" | "enum" | "const" | "value" | "dataValue" | "serializedValue" => None,
        "examples" => (member.is_object() && !swagger2).then_some(Mode::Names),
        key if key.starts_with("x-") => None,
        "$defs"
        | "additionalOperations"
        | "callbacks"
        | "content"
        | "definitions"
        | "dependencies"
        | "dependentSchemas"
        | "encoding"
        | "headers"
        | "links"
        | "mediaTypes"
        | "parameters"
        | "pathItems"
        | "paths"
        | "patternProperties"
        | "properties"
        | "requestBodies"
        | "responses"
        | "schemas"
        | "securityDefinitions"
        | "securitySchemes"
        | "webhooks" => Some(Mode::Names),
        _ => Some(Mode::Fields),
    }
}

struct Walk {
    pointer: String,
    swagger2: bool,
    sites: Vec<Site>,
}

impl Walk {
    /// Recursion is as deep as the tree: [`crate::limit::DOCUMENT_DEPTH_MAX`].
    fn value(&mut self, value: &Value, mode: Mode) {
        let length = self.pointer.len();
        match value {
            Value::Object(map) => {
                for (key, member) in map {
                    match member {
                        Value::String(text) if key == "$ref" => self.site(key, text, mode, SiteKind::Ref),
                        Value::String(text) if key == "$dynamicRef" => self.site(key, text, mode, SiteKind::DynamicRef),
                        Value::Object(fields) if key == "discriminator" && mode == Mode::Fields => {
                            self.mapping(fields);
                        }
                        Value::Object(_) | Value::Array(_) => {
                            let Some(below) = below(key, member, mode, self.swagger2) else {
                                self.data(key, member);
                                continue;
                            };
                            push_token(&mut self.pointer, key);
                            self.value(member, below);
                            self.pointer.truncate(length);
                        }
                        _ if key == "$ref" && mode == Mode::Fields => {
                            self.site(key, &member.to_string(), mode, SiteKind::NotText);
                        }
                        _ => (),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                    push_token(&mut self.pointer, &index.to_string());
                    // The items of `parameters: [ … ]` are objects with fields, not with names.
                    self.value(item, Mode::Fields);
                    self.pointer.truncate(length);
                }
            }
            _ => (),
        }
    }

    /// Data under a field, which may be an example that is nothing but a reference.
    fn data(&mut self, key: &str, member: &Value) {
        let length = self.pointer.len();
        push_token(&mut self.pointer, key);
        match key {
            "example" | "value" => self.example(member),
            // Swagger 2.0: an example for each media type.
            "examples" if self.swagger2 => {
                for (range, example) in member.as_object().into_iter().flatten() {
                    let length = self.pointer.len();
                    push_token(&mut self.pointer, range);
                    self.example(example);
                    self.pointer.truncate(length);
                }
            }
            _ => (),
        }
        self.pointer.truncate(length);
    }

    fn example(&mut self, example: &Value) {
        let sole = example.as_object().filter(|members| members.len() == 1);
        if let Some(reference) = sole.and_then(|members| members.get("$ref")?.as_str()) {
            self.site("$ref", reference, Mode::Fields, SiteKind::Example);
        }
    }

    fn mapping(&mut self, discriminator: &serde_json::Map<String, Value>) {
        let length = self.pointer.len();
        self.pointer.push_str("/discriminator/mapping");
        for (key, value) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
            // A plain word is the name of a schema (OpenAPI 3.1.1, section 4.8.25.1).
            if let Some(text) = value.as_str().filter(|text| text.contains(['#', '/', '.'])) {
                self.site(key, text, Mode::Fields, SiteKind::Mapping);
            }
        }
        self.pointer.truncate(length);
    }

    fn site(&mut self, key: &str, reference: &str, mode: Mode, kind: SiteKind) {
        let mut pointer = self.pointer.clone();
        push_token(&mut pointer, key);
        self.sites.push(Site { pointer, reference: reference.to_owned(), mode, kind });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: &[&str]) {
        let sites = references(value, "", Mode::Fields, false);
        let sites: Vec<_> = sites.into_iter().filter(|site| site.kind != SiteKind::Example).collect();
        assert_eq!(sites.iter().map(|site| site.reference.as_str()).collect::<Vec<_>>(), expected);
        for site in sites {
            let parent = site.pointer.rsplit_once('/').unwrap().0;
            let seen = site.kind == SiteKind::Mapping || reaches(value, Mode::Fields, parent, false).is_some();
            assert!(seen, "{} is not reached", site.pointer);
        }
    }

    #[test]
    fn data_has_no_references() {
        check(&json!({"example": {"$ref": "a"}, "default": {"$ref": "b"}, "enum": [{"$ref": "c"}]}), &[]);
        check(&json!({"examples": [{"$ref": "a"}], "x-y": {"$ref": "b"}, "const": {"$ref": "c"}}), &[]);
        check(&json!({"examples": {"a": {"$ref": "yes"}, "b": {"value": {"$ref": "no"}}}}), &["yes"]);
    }

    #[test]
    fn examples_that_are_references() {
        let found = |value: &Value, swagger2| -> Vec<String> {
            let sites = references(value, "", Mode::Fields, swagger2);
            sites.into_iter().filter(|site| site.kind == SiteKind::Example).map(|site| site.pointer).collect()
        };
        let examples = json!({
            "example": {"$ref": "a"},
            "examples": {"value": {"value": {"$ref": "b"}}, "c": {"value": {"$ref": "c", "d": 1}}, "e": {"value": [{"$ref": "e"}]}},
            "properties": {"example": {"$ref": "f"}},
            "default": {"$ref": "g"},
        });
        assert_eq!(found(&examples, false), ["/example/$ref", "/examples/value/value/$ref"]);
        let old = json!({"examples": {"application/json": {"$ref": "a"}, "text/plain": "b"}});
        assert_eq!(found(&old, true), ["/examples/application~1json/$ref"]);
    }

    #[test]
    fn names_are_no_fields() {
        check(&json!({"properties": {"example": {"$ref": "a"}, "x-y": {"$ref": "b"}}}), &["a", "b"]);
        check(&json!({"responses": {"default": {"$ref": "a"}}, "parameters": [{"$ref": "b"}]}), &["a", "b"]);
        check(&json!({"properties": {"properties": {"properties": {"default": {"$ref": "a"}}}}}), &["a"]);
        check(&json!({"properties": {"$ref": {"type": "string"}}}), &[]);
        check(&json!({"parameters": [{"example": {"$ref": "a"}}]}), &[]);
    }

    #[test]
    fn mappings_with_references() {
        let mapping =
            json!({"discriminator": {"propertyName": "p", "mapping": {"a": "#/x", "b": "Name", "c": "f.yaml"}}});
        check(&mapping, &["#/x", "f.yaml"]);
    }
}

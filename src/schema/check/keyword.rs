//! Keyword by keyword: what cannot be used as written, and how to write it.

use serde_json::{Map, Value};

use super::Checker;
use crate::{
    finding::{Code, Finding},
    limit,
    openapi::{Location, SchemaKind, SchemaRef},
    schema::{lower::TYPES, pattern},
};

impl Checker<'_> {
    pub(super) fn keyword(&mut self, schema: &SchemaRef, map: &Map<String, Value>, keyword: &str, value: &Value) {
        let at = || schema.at.child(keyword);
        match keyword {
            "type" => self.types(&at(), schema.kind, value),
            "enum" => match value.as_array() {
                Some(values) if values.is_empty() => self.bad(
                    &at(),
                    "`enum` is empty, so no value could satisfy it",
                    "list the values, or leave `enum` out",
                ),
                Some(values) => self.values(&at(), map, values),
                None => self.bad(&at(), "`enum` must be an array of values", "write `enum: [a, b]`"),
            },
            "required" if schema.kind == SchemaKind::Schema => self.required(&at(), map, value),
            "properties" | "patternProperties" | "dependentSchemas" => {
                if !value.is_object() {
                    self.bad(&at(), format!("`{keyword}` must be an object of schemas"), "give each schema a name");
                }
                if keyword == "patternProperties" {
                    for text in value.as_object().into_iter().flatten().map(|(text, _)| text) {
                        self.pattern(&at().child(text), text);
                    }
                }
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" if value.as_array().is_none_or(Vec::is_empty) => {
                let message = format!("`{keyword}` must be an array with at least one schema");
                self.bad(&at(), message, "list the schemas, or leave it out");
            }
            "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems"
            | "minProperties" | "maxProperties" | "minContains" | "maxContains" => self.number(&at(), keyword, value),
            "uniqueItems" if !value.is_boolean() => {
                self.bad(&at(), "`uniqueItems` must be true or false", "write `uniqueItems: true`");
            }
            "pattern" => match value.as_str() {
                Some(text) => self.pattern(&at(), text),
                None => self.bad(&at(), "`pattern` must be a string", "put the regular expression in quotes"),
            },
            "format" if !value.is_string() => {
                self.bad(&at(), "`format` must be a string", "write the name of a format");
            }
            "nullable" if !self.is_old() => self.bad(
                &at(),
                "`nullable` means nothing since OpenAPI 3.1; `null` is let through all the same",
                "add \"null\" to `type`, as in `type: [string, \"null\"]`",
            ),
            "discriminator" => self.discriminator(&at(), value),
            _ => (),
        }
    }

    fn number(&mut self, at: &Location, keyword: &str, value: &Value) {
        let number = value.as_f64();
        match keyword {
            "minimum" | "maximum" | "multipleOf" if number.is_none() => {
                self.bad(at, format!("`{keyword}` must be a number"), "write the number without quotes");
            }
            "multipleOf" if number.is_some_and(|step| step <= 0.0) => {
                self.bad(at, "`multipleOf` must be greater than 0", "leave it out, or write the step");
            }
            "minimum" | "maximum" | "multipleOf" => (),
            _ if number.is_none_or(|count| count < 0.0 || count.fract() != 0.0) => {
                let message = format!("`{keyword}` must be a whole number that is not negative");
                self.bad(at, message, "write the number without quotes");
            }
            _ => (),
        }
    }

    fn types(&mut self, at: &Location, kind: SchemaKind, value: &Value) {
        let is_known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
        let is_file = value == "file" && (kind == SchemaKind::Swagger2Parameter || self.is_old());
        let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        if is_file || (!names.is_empty() && names.iter().all(is_known)) {
            return;
        }
        let help = format!("write one of {}", TYPES.join(", "));
        self.bad(at, format!("{value} is no type of JSON Schema, so the type is not checked"), &help);
    }

    /// The values of an `enum` that the type beside it forbids.
    fn values(&mut self, at: &Location, map: &Map<String, Value>, values: &[Value]) {
        let is_null_allowed = map.get("nullable").or_else(|| map.get("x-nullable")) == Some(&Value::Bool(true));
        if is_null_allowed && self.is_old() && !values.contains(&Value::Null) {
            self.note(at, "`nullable` lets `null` through, which `enum` does not list", "list `null` as well");
        }
        let Some(name) = map.get("type").and_then(Value::as_str) else { return };
        let has_type = |value: &Value| match name {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" | "number" => value.is_number(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        let is_right = |value: &Value| has_type(value) || (value.is_null() && is_null_allowed);
        let wrong = values.iter().position(|value| !is_right(value));
        if let Some(index) = wrong {
            let value = values.get(index).cloned().unwrap_or_default();
            let help = match name {
                _ if value.is_null() => {
                    "let the type be null, too: `nullable: true` in OpenAPI 3.0, `\"null\"` in `type` since 3.1"
                }
                "string" => "put it in quotes",
                _ => "correct the value or the type",
            };
            self.bad(&at.item(index), format!("{value} can never be valid, because `type` is {name}"), help);
        }
    }

    fn required(&mut self, at: &Location, map: &Map<String, Value>, value: &Value) {
        let Some(names) = value.as_array() else {
            self.bad(
                at,
                "`required` must be an array of property names",
                "list the required properties in the schema of the object: `required: [name]`",
            );
            return;
        };
        let composed = ["allOf", "anyOf", "oneOf", "$ref", "patternProperties", "additionalProperties"];
        let properties = map.get("properties").and_then(Value::as_object);
        // A part of a composition may require what its siblings describe.
        let mut tokens = at.pointer.rsplit('/').skip(1);
        let parts = ["allOf", "anyOf", "oneOf", "if", "then", "else", "not"];
        let is_part = tokens.by_ref().take(2).any(|token| parts.contains(&token));
        let is_whole = !is_part && properties.is_some() && !composed.iter().any(|keyword| map.contains_key(*keyword));
        for (index, name) in names.iter().enumerate() {
            match name.as_str() {
                None => self.bad(&at.item(index), format!("{name} is no property name"), "put it in quotes"),
                Some(name) if is_whole && properties.is_some_and(|properties| !properties.contains_key(name)) => {
                    let message = format!("`{name}` is required but not described under `properties`");
                    self.note(&at.item(index), message, "describe it, or correct the name");
                }
                Some(_) => (),
            }
        }
    }

    fn pattern(&mut self, at: &Location, text: &str) {
        let place = self.schemas.documents.place(at);
        if !pattern::compiles(text) {
            let (message, help) = if pattern::is_too_large(text) {
                (
                    format!(
                        "`{text}` takes more than {} MiB to be run, so it is not checked",
                        limit::PATTERN_BYTES_MAX >> 20
                    ),
                    "repeat the class without a count, as in `^[\\p{L}]*$`, and say the count by `minLength` and `maxLength`",
                )
            } else {
                (
                    format!("`{text}` is no regular expression of ECMA-262 that can be run, so it is not checked"),
                    "correct it, by the syntax that browsers have",
                )
            };
            self.findings.push(Finding::warning(Code::BAD_PATTERN, place, message).help(help));
        } else if pattern::is_delimited(text) {
            let message = "the slashes around the pattern would be part of it, and are passed over";
            self.findings.push(Finding::warning(Code::BAD_PATTERN, place, message).help("leave the slashes out"));
        } else if pattern::is_backtracking(text) && pattern::nests_repetition(text) {
            let message = "the pattern repeats what repeats itself, and its look-around or back-reference keeps it from being matched in linear time";
            let help = "a long string may be refused as too involved: write the pattern without one of the two";
            self.findings.push(Finding::warning(Code::SLOW_PATTERN, place, message).help(help));
        }
    }

    fn discriminator(&mut self, at: &Location, value: &Value) {
        match value {
            Value::String(_) if self.is_old() => (),
            Value::Object(map) if map.get("propertyName").is_some_and(Value::is_string) => (),
            _ => self.bad(
                at,
                "`discriminator` must be an object with `propertyName`",
                "write `discriminator: { propertyName: kind }`",
            ),
        }
    }

    /// Lower bounds above their upper ones.
    pub(super) fn bounds(&mut self, at: &Location, map: &Map<String, Value>) {
        let pairs = [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
        ];
        for (low, high) in pairs {
            let bound = |keyword: &str| map.get(keyword).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (bound(low), bound(high))
                && least > most
            {
                let place = self.schemas.documents.place(&at.child(low));
                let message = format!("`{low}` is greater than `{high}`, so no value satisfies both");
                let help = "exchange them, or correct one of them";
                self.findings.push(Finding::warning(Code::SCHEMA_IMPOSSIBLE, place, message).help(help));
            }
        }
    }
}

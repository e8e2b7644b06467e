//! Keyword by keyword: what is kept, and in which form.

use serde_json::{Map, Value};

use super::{Context, Lowerer, Outer, numeric, one};
use crate::{
    openapi::SchemaKind,
    schema::{format, pattern},
};

/// The types of JSON Schema.
pub(in crate::schema) const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

impl Lowerer<'_> {
    /// Lowers one keyword into `out`. What is unknown, or of the wrong type, is left out.
    pub(super) fn keyword(
        &mut self,
        out: &mut Map<String, Value>,
        schema: &Value,
        keyword: &str,
        value: &Value,
        context: Context<'_>,
    ) {
        let inner = Context { outer: None, kind: SchemaKind::Schema, ..context };
        let lowered = match keyword {
            "type" => types(value),
            "const" => Some(value.clone()),
            "enum" => value.as_array().filter(|values| !values.is_empty()).map(|_| value.clone()),
            "format" => value.as_str().filter(|name| format::is_checked(name)).map(|_| value.clone()),
            "pattern" => {
                value.as_str().filter(|text| pattern::is_bounded(text)).map(|text| pattern::translate(text).into())
            }
            "multipleOf" => value.as_f64().filter(|step| *step > 0.0).map(|_| value.clone()),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
            | "maxContains" => numeric::count(value),
            "uniqueItems" => value.as_bool().map(Value::Bool),
            "required" => {
                let names = value.as_array().map(|names| self.required(schema, names, context));
                names.filter(|names| !names.is_empty()).map(Value::Array)
            }
            "properties" | "dependentSchemas" => self.members(keyword, value, inner),
            "patternProperties" => self.pattern_members(value, inner),
            "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "unevaluatedItems"
                if value.is_object() || value.is_boolean() =>
            {
                Some(self.below(&[keyword], &[keyword], value, inner))
            }
            "items" if value.is_object() || value.is_boolean() => {
                let tuple = schema.get("prefixItems").is_some_and(Value::is_array);
                (tuple || !value.is_boolean() || value == false)
                    .then(|| self.below(&["items"], &["items"], value, Context { kind: context.kind, ..inner }))
            }
            "anyOf" | "oneOf" => self.list(keyword, keyword, value, inner),
            "allOf" => {
                let outer = Outer { schema, next: context.outer };
                self.all_of(value, Context { outer: Some(&outer), ..inner })
            }
            "prefixItems" => self.list("prefixItems", "prefixItems", value, inner),
            "dependentRequired" => dependent_required(value),
            _ => None,
        };
        if let Some(lowered) = lowered {
            out.insert(keyword.to_owned(), lowered);
        }
    }

    /// The forms of older drafts, which are called otherwise now.
    pub(super) fn older_forms(&mut self, out: &mut Map<String, Value>, map: &Map<String, Value>, context: Context<'_>) {
        numeric::one_sided(out, map, "minimum", "exclusiveMinimum");
        numeric::one_sided(out, map, "maximum", "exclusiveMaximum");
        let inner = Context { outer: None, kind: SchemaKind::Schema, ..context };
        if let Some(tuple @ Value::Array(_)) = map.get("items") {
            out.extend(self.list("prefixItems", "items", tuple, inner).map(|tuple| ("prefixItems".to_owned(), tuple)));
            if let Some(rest) = map.get("additionalItems").filter(|rest| rest.is_object() || rest.is_boolean()) {
                let rest = self.below(&["items"], &["additionalItems"], rest, inner);
                out.insert("items".to_owned(), rest);
            }
        }
        if let Some(Value::Object(dependencies)) = map.get("dependencies") {
            self.dependencies(out, dependencies, inner);
        }
        // without their `if` they say nothing, and without it the crate would refuse nothing either
        if !out.contains_key("if") {
            out.remove("then");
            out.remove("else");
        }
    }

    /// Draft 4 to 7: `dependencies` is `dependentRequired` and `dependentSchemas` in one.
    fn dependencies(&mut self, out: &mut Map<String, Value>, dependencies: &Map<String, Value>, inner: Context<'_>) {
        let (mut required, mut schemas) = (Map::new(), Map::new());
        for (name, dependency) in dependencies {
            match dependency {
                Value::Array(names) => {
                    let names = names.iter().filter(|name| name.is_string()).cloned().collect();
                    required.insert(name.clone(), Value::Array(names));
                }
                Value::Object(_) | Value::Bool(_) => {
                    let schema = self.below(&["dependentSchemas", name], &["dependencies", name], dependency, inner);
                    schemas.insert(name.clone(), schema);
                }
                _ => (),
            }
        }
        for (keyword, members) in [("dependentRequired", required), ("dependentSchemas", schemas)] {
            if !members.is_empty() && !out.contains_key(keyword) {
                out.insert(keyword.to_owned(), Value::Object(members));
            }
        }
    }

    fn members(&mut self, keyword: &str, value: &Value, context: Context<'_>) -> Option<Value> {
        let members = value.as_object().filter(|members| !members.is_empty())?;
        let lowered = members
            .iter()
            .map(|(name, member)| (name.clone(), self.below(&[keyword, name], &[keyword, name], member, context)));
        Some(Value::Object(lowered.collect()))
    }

    fn pattern_members(&mut self, value: &Value, context: Context<'_>) -> Option<Value> {
        let members = value.as_object().filter(|members| !members.is_empty())?;
        let lowered = members.iter().filter(|(name, _)| pattern::is_bounded(name)).map(|(name, member)| {
            let key = pattern::translate(name);
            let lowered = self.below(&["patternProperties", &key], &["patternProperties", name], member, context);
            (key, lowered)
        });
        Some(Value::Object(lowered.collect()))
    }

    fn list(&mut self, lowered: &str, written: &str, value: &Value, context: Context<'_>) -> Option<Value> {
        let items = value.as_array().filter(|items| !items.is_empty())?;
        let items = items.iter().enumerate().map(|(index, item)| {
            let index = index.to_string();
            self.below(&[lowered, &index], &[written, &index], item, context)
        });
        Some(Value::Array(items.collect()))
    }

    /// `allOf`: a parent in it is taken without its choice of children, or parent and child would call each other.
    fn all_of(&mut self, value: &Value, context: Context<'_>) -> Option<Value> {
        let members = value.as_array().filter(|members| !members.is_empty())?;
        let is_component = self.written.as_str() == &*self.key.at.pointer;
        let mut lowered = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let parent = if is_component { self.parent(member) } else { None };
            lowered.push(if let Some(parent) = parent {
                one("$ref", self.definition(parent, true).into())
            } else {
                let index = index.to_string();
                self.below(&["allOf", &index], &["allOf", &index], member, context)
            });
        }
        Some(Value::Array(lowered))
    }

    /// True if `nullable` cannot be said by a type, so that the whole schema becomes a branch beside `null`.
    pub(super) fn is_wrapped_for_null(map: &Map<String, Value>) -> bool {
        Self::is_nullable(map)
            && ["allOf", "anyOf", "oneOf", "not", "if", "const"].iter().any(|keyword| map.contains_key(*keyword))
    }

    /// Lets `null` through where `nullable` says so.
    pub(super) fn null(out: &mut Map<String, Value>, map: &Map<String, Value>) {
        if !Self::is_nullable(map) || Self::is_wrapped_for_null(map) {
            return;
        }
        match out.get_mut("type") {
            Some(Value::Array(types)) if !types.contains(&"null".into()) => types.push("null".into()),
            Some(kind @ Value::String(_)) if kind != "null" => {
                *kind = Value::Array(vec![kind.take(), "null".into()]);
            }
            _ => (),
        }
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }

    /// `nullable` is a keyword of 3.0 and `x-nullable` the custom of 2.0. In 3.1 neither means anything; so many
    /// descriptions were moved there with it that it is honoured all the same, with a warning of `check`.
    fn is_nullable(map: &Map<String, Value>) -> bool {
        ["nullable", "x-nullable"].iter().any(|note| map.get(*note) == Some(&Value::Bool(true)))
    }
}

/// `type` in the form that 2020-12 knows; `None` if it says nothing that can be checked.
fn types(value: &Value) -> Option<Value> {
    match value {
        Value::String(name) if TYPES.contains(&name.as_str()) => Some(value.clone()),
        Value::Array(names) => {
            let mut known: Vec<Value> = Vec::with_capacity(names.len());
            for name in names {
                let is_known = name.as_str().is_some_and(|name| TYPES.contains(&name));
                // a type that nobody knows may be any: nothing is left to check
                if !is_known {
                    return None;
                }
                if !known.contains(name) {
                    known.push(name.clone());
                }
            }
            (!known.is_empty()).then_some(Value::Array(known))
        }
        _ => None,
    }
}

fn dependent_required(value: &Value) -> Option<Value> {
    let mut lowered = Map::new();
    for (name, names) in value.as_object()? {
        let names: Vec<Value> = names.as_array()?.iter().filter(|name| name.is_string()).cloned().collect();
        lowered.insert(name.clone(), Value::Array(names));
    }
    Some(Value::Object(lowered))
}

/// Adds what the generator wants to know: examples, default, and what is hidden in one direction.
pub(super) fn notes(out: &mut Map<String, Value>, map: &Map<String, Value>) {
    let mut examples: Vec<Value> = map.get("example").cloned().into_iter().collect();
    if let Some(Value::Array(more)) = map.get("examples") {
        examples.extend(more.iter().cloned());
    }
    if !examples.is_empty() {
        out.insert("examples".to_owned(), Value::Array(examples));
    }
    for keyword in ["default", "readOnly", "writeOnly"] {
        if let Some(value) = map.get(keyword) {
            out.insert(keyword.to_owned(), value.clone());
        }
    }
    // the format as written helps even where it is not checked
    if let Some(format @ Value::String(_)) = map.get("format") {
        out.insert("format".to_owned(), format.clone());
    }
}

//! From keywords to what they say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    facts::{Bound, COUNTS, Discriminator, Facts, said},
    types,
    view::View,
};
use crate::{diff::version::Version, limit, openapi::SchemaRef, schema::Types};

impl<'a> View<'a> {
    /// What the schema says; lists of one schema under the given keywords are looked through.
    pub(in crate::diff) fn of(version: Version<'a>, schema: &SchemaRef, looked_through: &[&'static str]) -> Self {
        let mut view = Self::empty(version, schema.at.clone());
        view.gather(&schema.at, schema.kind, looked_through, limit::REF_CHAIN_MAX);
        view.facts = Facts::of(&view);
        view
    }
}

impl Facts {
    fn of(view: &View<'_>) -> Self {
        let text =
            |keyword| view.get(keyword).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let is_false = |keyword| view.all(keyword).any(|(_, value)| value == &Value::Bool(false));
        let (types, mut is_nullable) = types_of(view);
        let listed = view.get("const").map(std::slice::from_ref);
        let listed = listed.or_else(|| view.get("enum")?.as_array().map(Vec::as_slice));
        is_nullable |= view.get("type").is_none() && listed.is_some_and(|values| values.contains(&Value::Null));
        let mut facts = Self {
            types,
            is_nullable,
            format: text("format"),
            values: listed.map(|values| values.iter().filter(|value| !value.is_null()).map(said).collect()),
            is_const: view.get("const").is_some(),
            upper: bound(view, "maximum", "exclusiveMaximum", f64::min),
            lower: bound(view, "minimum", "exclusiveMinimum", f64::max),
            counts: COUNTS.map(|(keyword, ..)| view.get(keyword).and_then(count)),
            multiple_of: view.get("multipleOf").and_then(Value::as_f64),
            is_unique: view.is_true("uniqueItems"),
            pattern: text("pattern"),
            default: view.get("default").filter(|value| !value.is_null()).map(said),
            is_read_only: view.is_true("readOnly"),
            is_write_only: view.is_true("writeOnly"),
            is_deprecated: view.is_true("deprecated"),
            required: view.required().into_iter().map(str::to_owned).collect(),
            discriminator: view.get("discriminator").and_then(discriminator),
            extensible: view
                .get("x-extensible-enum")
                .and_then(Value::as_array)
                .map(|list| list.iter().map(said).collect()),
            media_type: text("contentMediaType"),
            encoding: text("contentEncoding"),
            dependent: dependent(view),
            is_closed: is_false("additionalProperties") || is_false("unevaluatedProperties"),
            is_closed_list: is_false("items") || is_false("additionalItems") || is_false("unevaluatedItems"),
        };
        facts.settle_content(view);
        facts
    }

    /// 3.1 says by `contentMediaType` and `contentEncoding` what was said by `format` before.
    fn settle_content(&mut self, view: &View<'_>) {
        if view.get("type").and_then(Value::as_str) == Some("file") {
            self.format = Some("binary".to_owned());
        }
        if self.encoding.as_deref() == Some("base64") {
            self.encoding = None;
            self.format.get_or_insert_with(|| "byte".to_owned());
            self.types = Types::STRING;
        } else if self.encoding.is_none() && self.media_type.as_deref() == Some("application/octet-stream") {
            self.media_type = None;
            self.format.get_or_insert_with(|| "binary".to_owned());
            self.types = Types::STRING;
        }
    }
}

/// The types without `null`, and whether `null` is allowed.
fn types_of(view: &View<'_>) -> (Types, bool) {
    if view.is_nothing {
        return (Types::default(), false);
    }
    let said = match view.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(types::named).reduce(Types::union),
        Some(name) => types::named(name),
        None => {
            let values = view.get("const").map(std::slice::from_ref);
            let values = values.or_else(|| view.get("enum")?.as_array().map(Vec::as_slice)).unwrap_or_default();
            values.iter().map(Types::of).reduce(Types::union)
        }
    };
    let Some(said) = said else { return (types::SOME, view.is_nullable()) };
    (said.intersection(types::SOME), view.is_nullable() || said.has(Types::NULL))
}

/// The stricter of two bounds of one side; Draft 4 wrote a boolean beside the bound.
fn bound(view: &View<'_>, plain: &str, exclusive: &str, stricter: fn(f64, f64) -> f64) -> Option<Bound> {
    let value = view.get(plain).and_then(Value::as_f64);
    match view.get(exclusive) {
        Some(Value::Bool(true)) => value.map(|value| Bound { value, is_exclusive: true }),
        Some(Value::Number(limit)) => {
            let limit = limit.as_f64()?;
            match value {
                #[expect(clippy::float_cmp, reason = "one of the two is chosen as it is")]
                Some(value) if value != limit && stricter(value, limit) == value => {
                    Some(Bound { value, is_exclusive: false })
                }
                _ => Some(Bound { value: limit, is_exclusive: true }),
            }
        }
        _ => value.map(|value| Bound { value, is_exclusive: false }),
    }
}

/// A count, also when written `3.0`.
fn count(value: &Value) -> Option<u64> {
    let float = || value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e15).contains(float));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    value.as_u64().or_else(|| float().map(|float| float as u64))
}

fn discriminator(value: &Value) -> Option<Discriminator> {
    // 2.0 gave the name alone
    if let Some(property) = value.as_str() {
        return Some(Discriminator { property: property.to_owned(), mapping: BTreeMap::new() });
    }
    let mapping = value.get("mapping").and_then(Value::as_object).into_iter().flatten();
    Some(Discriminator {
        property: value.get("propertyName")?.as_str()?.to_owned(),
        mapping: mapping.filter_map(|(key, to)| Some((key.clone(), to.as_str()?.to_owned()))).collect(),
    })
}

/// `dependentRequired`, and what older drafts wrote as `dependencies`.
fn dependent(view: &View<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let keywords = ["dependentRequired", "dependencies"];
    let objects = keywords.iter().filter_map(|keyword| view.get(keyword)?.as_object());
    let names = |value: &Value| Some(value.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    objects.flatten().filter_map(|(name, value)| Some((name.clone(), names(value)?))).collect()
}

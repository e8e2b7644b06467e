//! What a schema says beside its subschemas, in a form that is the same for all dialects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{types, view::View};
use crate::schema::Types;

/// A smallest or largest number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) value: f64,
    /// True if the number itself is not allowed.
    pub(super) is_exclusive: bool,
}

/// How a value names the schema that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Discriminator {
    pub(super) property: String,
    pub(super) mapping: BTreeMap<String, String>,
}

/// Keywords that count something: the keyword, its name in ids, whether it is an upper bound, and whether leaving it out
/// means 0.
pub(super) const COUNTS: [(&str, &str, bool, bool); 8] = [
    ("maxLength", "max-length", true, false),
    ("minLength", "min-length", false, true),
    ("maxItems", "max-items", true, false),
    ("minItems", "min-items", false, false),
    ("maxProperties", "max-properties", true, false),
    ("minProperties", "min-properties", false, true),
    ("maxContains", "max-contains", true, false),
    ("minContains", "min-contains", false, false),
];

/// What a schema says beside its subschemas.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
pub(super) struct Facts {
    /// The types without `null`.
    pub(super) types: Types,
    pub(super) is_nullable: bool,
    pub(super) format: Option<String>,
    /// The values that are listed, as text, without `null`.
    pub(super) values: Option<BTreeSet<String>>,
    /// True if the only value was given by `const`.
    pub(super) is_const: bool,
    pub(super) upper: Option<Bound>,
    pub(super) lower: Option<Bound>,
    /// In the order of [`COUNTS`].
    pub(super) counts: [Option<u64>; COUNTS.len()],
    pub(super) multiple_of: Option<f64>,
    pub(super) is_unique: bool,
    pub(super) pattern: Option<String>,
    pub(super) default: Option<String>,
    pub(super) is_read_only: bool,
    pub(super) is_write_only: bool,
    pub(super) is_deprecated: bool,
    pub(super) required: BTreeSet<String>,
    pub(super) discriminator: Option<Discriminator>,
    /// `x-extensible-enum`
    pub(super) extensible: Option<BTreeSet<String>>,
    pub(super) media_type: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) dependent: BTreeMap<String, BTreeSet<String>>,
    /// True if no property is allowed beside those that are described.
    pub(super) is_closed: bool,
    /// True if no item is allowed beside those that are described.
    pub(super) is_closed_list: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            types: types::SOME,
            is_nullable: false,
            format: None,
            values: None,
            is_const: false,
            upper: None,
            lower: None,
            counts: [None; COUNTS.len()],
            multiple_of: None,
            is_unique: false,
            pattern: None,
            default: None,
            is_read_only: false,
            is_write_only: false,
            is_deprecated: false,
            required: BTreeSet::new(),
            discriminator: None,
            extensible: None,
            media_type: None,
            encoding: None,
            dependent: BTreeMap::new(),
            is_closed: false,
            is_closed_list: false,
        }
    }
}

impl Facts {
    pub(super) fn of(view: &View<'_>) -> Self {
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

    /// True if these are the bytes of a file, which 3.1 does not describe by a schema.
    pub(super) fn is_file(&self) -> bool {
        self.types == Types::STRING && self.format.as_deref() == Some("binary")
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
            values.iter().map(types::of_value).reduce(Types::union)
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

/// A value as text: the same for equal values, and short.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or_else(String::new, |float| float.to_string()),
        Value::Object(map) => {
            let members: BTreeMap<&String, String> = map.iter().map(|(key, value)| (key, said(value))).collect();
            let members: Vec<String> = members.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(said).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

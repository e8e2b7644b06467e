//! What a schema says beside its subschemas, in a form that is the same for all dialects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::types;
use crate::schema::Types;

/// A smallest or largest number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::diff) struct Bound {
    pub(in crate::diff) value: f64,
    /// True if the number itself is not allowed.
    pub(in crate::diff) is_exclusive: bool,
}

/// How a value names the schema that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::diff) struct Discriminator {
    pub(in crate::diff) property: String,
    pub(in crate::diff) mapping: BTreeMap<String, String>,
}

/// Keywords that count something: the keyword, its name in ids, whether it is an upper bound, and whether leaving it out
/// means 0.
pub(in crate::diff) const COUNTS: [(&str, &str, bool, bool); 8] = [
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
pub(in crate::diff) struct Facts {
    /// The types without `null`.
    pub(in crate::diff) types: Types,
    pub(in crate::diff) is_nullable: bool,
    pub(in crate::diff) format: Option<String>,
    /// The values that are listed, as text, without `null`.
    pub(in crate::diff) values: Option<BTreeSet<String>>,
    /// True if the only value was given by `const`.
    pub(in crate::diff) is_const: bool,
    pub(in crate::diff) upper: Option<Bound>,
    pub(in crate::diff) lower: Option<Bound>,
    /// In the order of [`COUNTS`].
    pub(in crate::diff) counts: [Option<u64>; COUNTS.len()],
    pub(in crate::diff) multiple_of: Option<f64>,
    pub(in crate::diff) is_unique: bool,
    pub(in crate::diff) pattern: Option<String>,
    pub(in crate::diff) default: Option<String>,
    pub(in crate::diff) is_read_only: bool,
    pub(in crate::diff) is_write_only: bool,
    pub(in crate::diff) is_deprecated: bool,
    pub(in crate::diff) required: BTreeSet<String>,
    pub(in crate::diff) discriminator: Option<Discriminator>,
    /// `x-extensible-enum`
    pub(in crate::diff) extensible: Option<BTreeSet<String>>,
    pub(in crate::diff) media_type: Option<String>,
    pub(in crate::diff) encoding: Option<String>,
    pub(in crate::diff) dependent: BTreeMap<String, BTreeSet<String>>,
    /// True if no property is allowed beside those that are described.
    pub(in crate::diff) is_closed: bool,
    /// True if no item is allowed beside those that are described.
    pub(in crate::diff) is_closed_list: bool,
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
    /// True if these are the bytes of a file, which 3.1 does not describe by a schema.
    pub(in crate::diff) fn is_file(&self) -> bool {
        self.types == Types::STRING && self.format.as_deref() == Some("binary")
    }
}

/// A value as text: the same for equal values, and short.
pub(in crate::diff) fn said(value: &Value) -> String {
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

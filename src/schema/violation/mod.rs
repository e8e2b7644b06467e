//! One way in which a value breaks its schema.

mod branch;
mod wording;

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;

use crate::{finding::Code, limit, openapi::Location};

pub(super) use wording::must_be_types;

/// One way in which a value breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The keyword that failed, as JSON Schema 2020-12 or `OpenAPI` names it (`maximum`, `required`, `discriminator`), or
    /// [`Code::TOO_INVOLVED`].
    pub keyword: &'static str,
    /// JSON Pointer into the value. For `required` and `dependentRequired`: to the object that lacks the property.
    pub at: String,
    /// For `required` and `dependentRequired`: the missing property; for `additionalProperties` and
    /// `unevaluatedProperties`: the first one too many.
    pub property: Option<String>,
    /// What is wrong, to follow the name of the value: `must be at most 10`.
    pub message: String,
    /// Where the keyword is written, as far as it is known.
    pub schema: Option<Location>,
}

impl Violation {
    /// What to do about it, where the message does not say it already.
    pub fn help(&self) -> Option<&'static str> {
        self.fits_several().then_some(
            "send what only one of them allows, such as a property that the others forbid; if a value may fit several, the \
             description means `anyOf`",
        )
    }

    /// True for a value that fits several branches of `oneOf`.
    pub fn fits_several(&self) -> bool {
        self.keyword == "oneOf" && self.message.contains(wording::SEVERAL)
    }
}

/// Where a pointer of the compiled schema was written, and the keyword to name where it is another.
pub(super) type Origins<'a> = &'a dyn Fn(&str) -> Option<(Location, Option<&'static str>)>;

/// Adds what an error of the validating crate means; the same violation is said once.
pub(super) fn explain(error: &ValidationError<'_>, origins: Origins<'_>, found: &mut Vec<Violation>) {
    let mut violations = Vec::with_capacity(1);
    branch::explain(error, origins, &mut violations, branch::DEPTH_MAX);
    for violation in violations {
        if found.len() >= limit::VIOLATIONS_MAX {
            return;
        }
        let is_known = |known: &Violation| {
            (known.keyword, &known.at, &known.message) == (violation.keyword, &violation.at, &violation.message)
        };
        if !found.iter().any(is_known) {
            found.push(violation);
        }
    }
}

/// An error of a cut schema, which stands for itself; `at` is the place of the value that was judged.
pub(super) fn cut(error: &ValidationError<'_>, origins: Origins<'_>, at: &str) -> Violation {
    let violation = plain(error, origins);
    Violation { at: format!("{at}{}", violation.at), ..violation }
}

/// What is said where nothing closer can be found.
pub(super) fn whole(at: &str, schema: Option<Location>) -> Violation {
    let message = "must satisfy its schema".to_owned();
    Violation { keyword: "$ref", at: at.to_owned(), property: None, message, schema }
}

/// What is said of a value that was not judged to the end.
pub(super) fn too_involved(schema: Option<Location>) -> Violation {
    let message = "takes too many steps to be judged by its schema, which has choices within choices".to_owned();
    Violation { keyword: Code::TOO_INVOLVED.as_str(), at: String::new(), property: None, message, schema }
}

/// One error that is no choice of branches.
fn plain(error: &ValidationError<'_>, origins: Origins<'_>) -> Violation {
    let path = error.schema_path().as_str();
    let (schema, keyword) = match origins(path) {
        Some((at, keyword)) => (Some(at), keyword),
        None => (None, None),
    };
    let keyword = keyword.unwrap_or_else(|| keyword_of(error.kind(), path));
    Violation {
        keyword,
        at: error.instance_path().as_str().to_owned(),
        property: property_of(error.kind()),
        message: wording::message(error, keyword),
        schema,
    }
}

fn property_of(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Required { property } => property.as_str().map(str::to_owned),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.first().cloned()
        }
        _ => None,
    }
}

fn keyword_of(kind: &Kind, path: &str) -> &'static str {
    match kind {
        Kind::AdditionalItems { .. } => "items",
        Kind::AdditionalProperties { .. } => "additionalProperties",
        Kind::AnyOf { .. } => "anyOf",
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } | Kind::Pattern { .. } => "pattern",
        Kind::Constant { .. } => "const",
        Kind::Contains => contains_keyword(path),
        Kind::Enum { .. } => "enum",
        Kind::ExclusiveMaximum { .. } => "exclusiveMaximum",
        Kind::ExclusiveMinimum { .. } => "exclusiveMinimum",
        Kind::FalseSchema => false_keyword(path),
        Kind::Format { .. } => "format",
        Kind::MaxItems { .. } => "maxItems",
        Kind::Maximum { .. } => "maximum",
        Kind::MaxLength { .. } => "maxLength",
        Kind::MaxProperties { .. } => "maxProperties",
        Kind::MinItems { .. } => "minItems",
        Kind::Minimum { .. } => "minimum",
        Kind::MinLength { .. } => "minLength",
        Kind::MinProperties { .. } => "minProperties",
        Kind::MultipleOf { .. } => "multipleOf",
        Kind::Not { .. } => "not",
        Kind::OneOfMultipleValid { .. } | Kind::OneOfNotValid { .. } => "oneOf",
        Kind::PropertyNames { .. } => "propertyNames",
        Kind::Required { .. } if path.ends_with("/dependentRequired") => "dependentRequired",
        Kind::Required { .. } => "required",
        Kind::Type { .. } => "type",
        Kind::UnevaluatedItems { .. } => "unevaluatedItems",
        Kind::UnevaluatedProperties { .. } => "unevaluatedProperties",
        Kind::UniqueItems => "uniqueItems",
        Kind::ContentEncoding { .. } | Kind::FromUtf8 { .. } => "contentEncoding",
        Kind::ContentMediaType { .. } => "contentMediaType",
        Kind::Custom { .. } | Kind::Referencing(_) => "$ref",
    }
}

fn contains_keyword(path: &str) -> &'static str {
    ["minContains", "maxContains"].into_iter().find(|keyword| path.ends_with(keyword)).unwrap_or("contains")
}

/// The keyword whose value is the schema `false`.
fn false_keyword(path: &str) -> &'static str {
    let known = ["additionalProperties", "unevaluatedProperties", "items", "prefixItems", "not", "then", "else"];
    let mut tokens = path.rsplit('/');
    let last = tokens.next().unwrap_or_default();
    let before = tokens.next().unwrap_or_default();
    let holder = |token: &str| known.into_iter().find(|keyword| *keyword == token);
    holder(last).or_else(|| holder(before)).unwrap_or("properties")
}

/// A value as it is quoted in a message: JSON, cut when it is long.
fn quoted(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(wording::QUOTE_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests;

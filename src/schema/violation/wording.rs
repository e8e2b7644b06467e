//! What a violation says: to follow the name of the value.

use std::fmt::Write;

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::quoted;

/// Characters of a value that a message shows.
pub(super) const QUOTE_MAX: usize = 60;
/// Values of an `enum` that a message lists.
const CHOICES_MAX: usize = 12;

/// The message of an error about `keyword`.
pub(super) fn message(error: &ValidationError<'_>, keyword: &str) -> String {
    if keyword == "format" && !matches!(error.kind(), Kind::Format { .. }) {
        return numeric_format(error.kind());
    }
    match error.kind() {
        Kind::Required { property } => {
            ["must have required property '", property.as_str().unwrap_or_default(), "'"].concat()
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("must not have {}", properties(unexpected))
        }
        Kind::Enum { options } => one_of(options),
        Kind::Constant { expected_value } => format!("must be {}", quoted(expected_value)),
        Kind::Type { kind } => types(kind),
        Kind::Format { format } => format_message(format),
        Kind::Pattern { pattern } => format!("must match the pattern {}", quoted_pattern(pattern)),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "is too long or too involved to be matched against its pattern".to_owned()
        }
        Kind::FalseSchema => "must not be there".to_owned(),
        Kind::Not { .. } => "must not be valid against the schema of `not`".to_owned(),
        Kind::AnyOf { context } => format!("must match at least one of {} schemas", context.len()),
        Kind::OneOfNotValid { context } => {
            format!("must match exactly one of {} schemas, but matches none", context.len())
        }
        Kind::OneOfMultipleValid { context } => several(context),
        Kind::PropertyNames { error } => {
            format!("has the property name {}, which {}", quoted(error.instance()), message(error, ""))
        }
        Kind::Contains => "must have fitting items as `contains` asks for".to_owned(),
        Kind::UniqueItems => "must not have the same item twice".to_owned(),
        Kind::UnevaluatedItems { .. } => "must not have more items than are described".to_owned(),
        Kind::AdditionalItems { limit } => at_most(*limit as u64, "item"),
        kind => bound(kind),
    }
}

fn bound(kind: &Kind) -> String {
    match kind {
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MaxLength { limit } => at_most_long(*limit),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {}", counted(*limit, "character")),
        Kind::MaxItems { limit } => at_most(*limit, "item"),
        Kind::MinItems { limit } => format!("must have at least {}", counted(*limit, "item")),
        Kind::MaxProperties { limit } => format!("must have at most {}", counted_properties(*limit)),
        Kind::MinProperties { limit } => format!("must have at least {}", counted_properties(*limit)),
        kind => format!("does not satisfy `{}`", kind.keyword()),
    }
}

fn numeric_format(kind: &Kind) -> String {
    match kind {
        // see `format::INT64_LOW`
        Kind::Custom { .. } => "must be a 64-bit integer".to_owned(),
        Kind::Maximum { limit } | Kind::Minimum { limit } => match limit.to_string().as_str() {
            "2147483647" | "-2147483648" => "must be a 32-bit integer".to_owned(),
            "9223372036854775807" | "-9223372036854775808" => "must be a 64-bit integer".to_owned(),
            _ => format!("is out of the range of its format, {}", bound(kind)),
        },
        kind => bound(kind),
    }
}

fn at_most(limit: u64, what: &str) -> String {
    match limit {
        0 => format!("must not have any {what}"),
        limit => format!("must have at most {}", counted(limit, what)),
    }
}

fn at_most_long(limit: u64) -> String {
    if limit == 0 { "must be empty".to_owned() } else { format!("must have at most {}", counted(limit, "character")) }
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn counted_properties(count: u64) -> String {
    if count == 1 { "1 property".to_owned() } else { format!("{count} properties") }
}

/// `property 'a'`, or `properties 'a', 'b' and 3 more`.
fn properties(names: &[String]) -> String {
    match names {
        [one] => format!("property '{one}', which is not described"),
        names => {
            let mut text = "properties ".to_owned();
            list(&mut text, names.iter().map(|name| format!("'{name}'")), names.len());
            text.push_str(", which are not described");
            text
        }
    }
}

/// `must be one of "a", "b"`
fn one_of(options: &Value) -> String {
    let Some(options) = options.as_array() else { return format!("must be {}", quoted(options)) };
    if let [one] = options.as_slice() {
        return format!("must be {}", quoted(one));
    }
    let mut text = "must be one of ".to_owned();
    list(&mut text, options.iter().map(quoted), options.len());
    text
}

/// Writes at most [`CHOICES_MAX`] things, and how many more there are.
fn list(text: &mut String, things: impl Iterator<Item = String>, count: usize) {
    for (index, thing) in things.take(CHOICES_MAX).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&thing);
    }
    if count > CHOICES_MAX {
        // writing to a String does not fail
        let _ = write!(text, " and {} more", count - CHOICES_MAX);
    }
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<&str> = match kind {
        TypeKind::Single(one) => vec![one.as_str()],
        TypeKind::Multiple(set) => set.iter().map(JsonType::as_str).collect(),
    };
    must_be_types(&names)
}

/// `must be a string or null`
pub(in crate::schema) fn must_be_types(names: &[&str]) -> String {
    let named: Vec<&str> = names.iter().map(|name| with_article(name)).collect();
    match named.as_slice() {
        [] => "has no type that is allowed".to_owned(),
        [one] => format!("must be {one}"),
        [some @ .., last] => format!("must be {} or {last}", some.join(", ")),
    }
}

/// A type as a sentence names it.
fn with_article(name: &str) -> &str {
    match name {
        "array" => "an array",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        "object" => "an object",
        "string" => "a string",
        other => other,
    }
}

fn format_message(format: &str) -> String {
    let what = match format {
        "date-time" => "a date and time as in RFC 3339 (`2019-08-24T14:15:22Z`)",
        "date" => "a date as in RFC 3339 (`2019-08-24`)",
        "time" => "a time as in RFC 3339 (`14:15:22Z`)",
        "duration" => "a duration as in ISO 8601 (`P1DT2H`)",
        "email" | "idn-email" => "an e-mail address",
        "hostname" | "idn-hostname" => "a host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" | "iri" => "an absolute URI",
        "uri-reference" | "iri-reference" => "a URI or a relative reference",
        "uri-template" => "a URI template",
        "uuid" => "a UUID",
        "regex" => "a regular expression",
        "json-pointer" => "a JSON Pointer",
        "relative-json-pointer" => "a relative JSON Pointer",
        "byte" => "Base64",
        "base64url" => "Base64 for URLs",
        "char" => "a single character",
        other => return format!("must have the format `{other}`"),
    };
    format!("must be {what}")
}

fn quoted_pattern(pattern: &str) -> String {
    match pattern.char_indices().nth(4 * QUOTE_MAX) {
        Some((end, _)) => format!("`{}…`", &pattern[..end]),
        None => format!("`{pattern}`"),
    }
}

/// What is said only of a value that fits several branches.
pub(super) const SEVERAL: &str = ", but matches number ";

fn several(context: &[Vec<ValidationError<'_>>]) -> String {
    let matching: Vec<String> = context
        .iter()
        .enumerate()
        .filter(|(_, errors)| errors.is_empty())
        .map(|(index, _)| (index + 1).to_string())
        .collect();
    format!("must match exactly one of {} schemas{SEVERAL}{}", context.len(), matching.join(" and number "))
}

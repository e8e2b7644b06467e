//! What the text of a YAML scalar means: the core schema of YAML 1.2.2, section 10.3.

use std::borrow::Cow;

use granit_parser::{ScalarStyle, Tag};
use serde_json::{Number, Value};

/// A plain scalar as a value.
pub(super) fn plain(text: Cow<'_, str>) -> Value {
    // Most scalars are words, and no word but these few begins like a number, a null or a boolean.
    let meaning = match text.as_bytes().first() {
        None => Some(Value::Null),
        Some(b'~' | b'n' | b'N') if is_null(&text) => Some(Value::Null),
        Some(b't' | b'T' | b'f' | b'F') => boolean(&text).map(Value::Bool),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => integer(&text).or_else(|| float(&text)).map(Value::Number),
        Some(_) => None,
    };
    meaning.unwrap_or_else(|| Value::String(text.into_owned()))
}

/// A scalar with a tag as a value; the error has the value without the tag, and what is wrong with the tag.
pub(super) fn tagged(tag: &Tag, text: Cow<'_, str>, style: ScalarStyle) -> Result<Value, (Value, String)> {
    let core = match tag.core_suffix() {
        Some("str") => return Ok(Value::String(text.into_owned())),
        Some("null") if is_null(&text) => Some(Value::Null),
        Some("bool") => boolean(&text).map(Value::Bool),
        Some("int") => integer(&text).map(Value::Number),
        Some("float") => float(&text).or_else(|| integer(&text)).map(Value::Number),
        Some(_) => None,
        // `!` alone: the text as it is; times and Base64 are text in JSON.
        None if is_text(tag) => return Ok(Value::String(text.into_owned())),
        None => {
            let message = format!("the tag `{}` is ignored", tag.original());
            let value = if style == ScalarStyle::Plain { plain(text) } else { Value::String(text.into_owned()) };
            return Err((value, message));
        }
    };
    core.ok_or_else(|| {
        let message = format!("`{text}` is not what the tag `{}` says; it is read as text", tag.original());
        (Value::String(text.into_owned()), message)
    })
}

/// What to say of a tag on a mapping or a list; `None` if it says what is there anyway.
pub(super) fn ignored_on_collection(tag: &Tag) -> Option<String> {
    let known = matches!(tag.core_suffix(), Some("map" | "seq")) || is_text(tag);
    (!known).then(|| format!("the tag `{}` is ignored", tag.original()))
}

fn is_text(tag: &Tag) -> bool {
    tag.parts() == ("", "!")
        || tag.parts() == ("!", "")
        || matches!(tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref(), Some("timestamp" | "binary"))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`; beyond 64 bits it is the nearest float.
///
/// Digits with a zero before them stay text, as in YAML's JSON schema, which OpenAPI asks for: they are postal codes and
/// the like, and would lose the zero.
fn integer(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // The number types accept a sign, the core schema does not.
            let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            return u64::from_str_radix(digits, radix).ok().filter(|_| valid).map(Number::from);
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let has_zero_before = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || has_zero_before || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let signed = text.strip_prefix('+').unwrap_or(text);
    signed
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| signed.parse::<u64>().map(Number::from))
        .ok()
        .or_else(|| Number::from_f64(signed.parse().ok()?))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; `None` for what JSON cannot hold.
fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let some_digits = !whole.is_empty() || !fraction.is_empty();
    let is_padded = fraction.is_empty() && exponent.is_none() && whole.len() > 1 && whole.starts_with('0');
    let exponent_fits = exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if is_padded || !(some_digits && digits(whole) && digits(fraction) && exponent_fits) {
        return None;
    }
    Number::from_f64(text.parse().ok()?)
}

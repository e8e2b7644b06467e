//! String formats: `OpenAPI`'s registry as checks.

use std::sync::LazyLock;

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jsonschema::{Draft, Keyword, PatternOptions, ValidationError, json::Node};

use super::{
    instance::{Instance, Instances},
    rounded::{KEYWORDS, Lenient},
    validator::Options,
};
use crate::limit;

/// Formats of JSON Schema 2020-12, which the validating crate knows.
const BUILT_IN: [&str; 19] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Says whether a string has a format.
type Check = fn(&str) -> bool;

/// Formats of `OpenAPI` that are checked here.
const OWN: [(&str, Check); 3] = [("byte", is_base64), ("base64url", is_base64url), ("char", is_char)];

/// The keyword that stands for the lower bound of 64-bit integers.
///
/// JSON makes floats of integers beyond 64 bits, and the first of those below the bound are rounded to the bound itself,
/// so that `minimum` lets them pass.
pub(super) const INT64_LOW: &str = "mimeo-int64";

struct Int64Low;

impl<'i> Keyword<'i, Instances> for Int64Low {
    fn validate(&self, instance: Instance<'i>) -> Result<(), ValidationError<'i>> {
        if Keyword::<Instances>::is_valid(self, instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("is below 64 bits"))
        }
    }

    fn is_valid(&self, instance: Instance<'i>) -> bool {
        // -2^63 as an integer is no float
        const LOW: f64 = -9_223_372_036_854_775_808.0;
        match instance.as_number() {
            Some(number) if number.is_f64() => number.as_f64().is_some_and(|float| float > LOW),
            _ => true,
        }
    }
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// True if strings of that format are checked.
pub(super) fn is_checked(name: &str) -> bool {
    BUILT_IN.contains(&name) || OWN.iter().any(|(own, _)| *own == name)
}

/// How every schema is compiled: 2020-12, formats checked, nothing fetched, patterns within limits.
pub(super) fn options() -> &'static Options {
    static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(limit::PATTERN_STEPS_MAX)
            .size_limit(limit::PATTERN_BYTES_MAX)
            .dfa_size_limit(limit::PATTERN_BYTES_MAX);
        let options = jsonschema::options_for()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .with_pattern_options(patterns)
            .offline()
            .with_keyword(INT64_LOW, |_, _, _| Ok(Box::new(Int64Low)));
        let options = KEYWORDS.into_iter().fold(options, |options, keyword| {
            options.with_keyword(keyword, move |_, value, _| Ok(Box::new(Lenient::new(keyword, value))))
        });
        OWN.into_iter().fold(options, |options, (name, check)| options.with_format(name, check))
    });
    &OPTIONS
}

/// RFC 4648, section 4; padding may be left out. The bits that it fills need not be zero: section 3.5 lets a decoder
/// choose, and most take them.
fn is_base64(text: &str) -> bool {
    GeneralPurpose::new(&STANDARD, LENIENT).decode(text).is_ok()
}

/// RFC 4648, section 5; as lenient.
fn is_base64url(text: &str) -> bool {
    GeneralPurpose::new(&URL_SAFE, LENIENT).decode(text).is_ok()
}

fn is_char(text: &str) -> bool {
    text.chars().count() == 1
}

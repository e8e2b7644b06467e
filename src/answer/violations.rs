//! Findings as Prism shows them: the `sl-violations` header field and the `validation` member of a problem.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    finding::{Finding, Part, Place, Reason, Severity, Side},
    message::header_value,
};

/// The header field that says what is wrong with an exchange.
pub(crate) const FIELD: HeaderName = HeaderName::from_static("sl-violations");

/// Bytes of `sl-violations`, above which findings are left out: many clients refuse more than 8 KiB of header.
const HEADER_MAX: usize = 4096;

/// The value of `sl-violations`; `None` if nothing is wrong with the messages.
pub(crate) fn header(findings: &[Finding]) -> Option<HeaderValue> {
    let mut told = findings.iter().filter(|finding| matches!(finding.place, Place::Message { .. })).peekable();
    told.peek()?;
    let mut text = Vec::with_capacity(512);
    for finding in told {
        let length = text.len();
        text.push(if text.is_empty() { b'[' } else { b',' });
        serde_json::to_writer(&mut text, &Violation::of(finding, true)).ok()?;
        if text.len() >= HEADER_MAX {
            text.truncate(length);
            break;
        }
    }
    if text.is_empty() {
        return None;
    }
    text.push(b']');
    let text = Bytes::from(text);
    let value = HeaderValue::from_maybe_shared(text.clone());
    // JSON escapes all control characters but one, U+007F.
    Some(value.unwrap_or_else(|_| header_value(&String::from_utf8_lossy(&text))))
}

/// Findings as a JSON array; with `side`, each location begins with `request` or `response`.
pub(crate) fn json(findings: &[Finding], side: bool) -> Value {
    findings.iter().map(|finding| json!(Violation::of(finding, side))).collect()
}

/// A finding in Prism's form.
#[derive(Serialize)]
struct Violation<'f> {
    location: Vec<Cow<'f, str>>,
    severity: &'static str,
    code: Code<'f>,
    message: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Prism has the status for what concerns credentials, and the keyword for all else.
#[derive(Serialize)]
#[serde(untagged)]
enum Code<'f> {
    Status(u16),
    Keyword(&'f str),
}

impl<'f> Violation<'f> {
    fn of(finding: &'f Finding, with_side: bool) -> Self {
        let code = match finding.reason {
            Some(reason) if reason.is_security() => Code::Status(401),
            _ => Code::Keyword(finding.code.as_str()),
        };
        let severity = match finding.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Information",
        };
        Self {
            location: location(&finding.place, with_side),
            severity,
            code,
            message: &finding.message,
            help: finding.help.as_deref(),
            reason: finding.reason.map(Reason::as_str),
        }
    }
}

fn location(place: &Place, with_side: bool) -> Vec<Cow<'_, str>> {
    let Place::Message { side, part, at } = place else { return Vec::new() };
    let mut location = Vec::with_capacity(4);
    if with_side || *side == Side::Response {
        location.push(if *side == Side::Request { "request" } else { "response" }.into());
    }
    match part {
        Part::Security => (),
        Part::Body => {
            location.push("body".into());
            location.extend(at.split('/').skip(1).map(unescaped));
        }
        part => {
            location.push(part.as_str().into());
            location.extend(at.split('/').filter(|token| !token.is_empty()).map(unescaped));
        }
    }
    location
}

/// A token of a JSON Pointer as the key that it stands for.
fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

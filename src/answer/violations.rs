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
        Violation::of(finding, true).write(&mut text);
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

impl Violation<'_> {
    /// Writes it as it is serialised, in a third of the time, since every refusal has some.
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"location\":[");
        for (index, token) in self.location.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            quote(out, token);
        }
        out.push(b']');
        member(out, b",\"severity\":", self.severity);
        match self.code {
            Code::Keyword(keyword) => member(out, b",\"code\":", keyword),
            Code::Status(status) => out.extend_from_slice(format!(",\"code\":{status}").as_bytes()),
        }
        member(out, b",\"message\":", self.message);
        for (name, text) in [(&b",\"help\":"[..], self.help), (b",\"reason\":", self.reason)] {
            if let Some(text) = text {
                member(out, name, text);
            }
        }
        out.push(b'}');
    }
}

fn member(out: &mut Vec<u8>, name: &[u8], text: &str) {
    out.extend_from_slice(name);
    quote(out, text);
}

/// Adds a JSON string.
fn quote(out: &mut Vec<u8>, text: &str) {
    // Counting all of them is faster than to stop at the first.
    let escaped = text.bytes().filter(|byte| matches!(byte, 0..b' ' | b'"' | b'\\')).count();
    if escaped == 0 {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // writing to a Vec does not fail
        let _ = serde_json::to_writer(out, text);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn a_header_holds_what_a_problem_holds() {
        let place = |part, at: &str| Place::Message { side: Side::Request, part, at: at.to_owned() };
        let findings = [
            Finding::error(Code("required"), place(Part::Body, "/a~1b/0"), "must have 'x'"),
            Finding::error(Code("type"), place(Part::Query, "q\"u"), "is \\ no\n\u{1}\"é\u{7f}").help("say it \"so\""),
            Finding::warning(Code("pattern"), place(Part::Header, ""), "").because(Reason::InvalidParam),
            Finding::error(Code("x"), place(Part::Security, ""), "no token").because(Reason::TokenMissing),
        ];
        for finding in &findings {
            let violation = Violation::of(finding, true);
            let mut written = Vec::new();
            violation.write(&mut written);
            assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&violation).unwrap());
        }
        let header = header(&findings[..1]).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(header.as_bytes()).unwrap(), json(&findings[..1], true));
    }
}

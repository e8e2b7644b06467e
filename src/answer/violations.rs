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
///
/// Where not all findings fit, the first one about the answer is there all the same, however much is wrong with the request,
/// unless it alone is too long.
pub(crate) fn header(findings: &[Finding]) -> Option<HeaderValue> {
    let told = findings.iter().filter(|finding| matches!(finding.place, Place::Message { .. }));
    told.clone().next()?;
    let (mut text, are_all_told) = array(told.clone()).unwrap_or_default();
    if !are_all_told {
        let of =
            |side| move |finding: &&Finding| matches!(finding.place, Place::Message { side: own, .. } if own == side);
        let first = [Side::Request, Side::Response].map(|side| told.clone().find(of(side)));
        let is_first = |finding: &Finding| first.iter().flatten().any(|it| std::ptr::eq(*it, finding));
        let rest = told.filter(|finding| !is_first(finding));
        let mut first: Vec<&Finding> = first.into_iter().flatten().collect();
        // What is wrong with the answer is said nowhere else.
        if array(first.iter().copied()).is_none_or(|(_, are_both)| !are_both) {
            first.reverse();
        }
        (text, _) = array(first.into_iter().chain(rest))?;
    }
    let text = Bytes::from(text);
    let value = HeaderValue::from_maybe_shared(text.clone());
    // JSON escapes all control characters but one, U+007F.
    Some(value.unwrap_or_else(|_| header_value(&String::from_utf8_lossy(&text))))
}

/// The findings that fit, and whether these are all; `None` if there are none.
fn array<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<(Vec<u8>, bool)> {
    let mut findings = findings.peekable();
    findings.peek()?;
    let mut text = Vec::with_capacity(512);
    let mut are_all = true;
    for finding in findings {
        let length = text.len();
        text.push(if text.is_empty() { b'[' } else { b',' });
        Violation::of(finding, true).write(&mut text);
        if text.len() >= HEADER_MAX {
            text.truncate(length);
            are_all = false;
        }
    }
    if text.is_empty() {
        return None;
    }
    text.push(b']');
    Some((text, are_all))
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

    fn told(findings: &[Finding]) -> Vec<Value> {
        let value = header(findings).map(|value| serde_json::from_slice(value.as_bytes()).unwrap());
        value.unwrap_or_default()
    }

    #[test]
    fn findings_about_the_answer_are_not_crowded_out() {
        let wrong = |side: fn(Part, String) -> Place, index: usize| {
            Finding::error(Code::MALFORMED_BODY, side(Part::Body, format!("/{index}")), "x".repeat(100))
        };
        let of_request = |count: usize| (0..count).map(move |index| wrong(Place::request, index));
        let of_answer = || (0..2).map(move |index| wrong(Place::response, index));
        assert_eq!(told(&[]), [Value::Null; 0]);
        let few: Vec<Finding> = of_request(3).chain(of_answer()).collect();
        let sides = |told: &[Value]| told.iter().map(|it| it["location"][0].clone()).collect::<Vec<_>>();
        assert_eq!(sides(&told(&few)), ["request", "request", "request", "response", "response"]);
        let many: Vec<Finding> = of_request(100).chain(of_answer()).collect();
        let many = told(&many);
        assert_eq!(sides(&many)[..3], ["request", "response", "request"]);
        assert_eq!(many[2]["location"][2], "1");
        assert!(header(&few).unwrap().len() < HEADER_MAX && many.len() < 50);
        let long = |side: fn(Part, String) -> Place, bytes: usize| {
            Finding::error(Code::MALFORMED_BODY, side(Part::Body, format!("/{}", "x".repeat(bytes))), "is wrong")
        };
        let both = [long(Place::request, 2_500), long(Place::response, 2_500), long(Place::request, 10)];
        assert_eq!(sides(&told(&both)), ["response", "request"]);
        let unfit = [long(Place::request, 5_000), long(Place::response, 10)];
        assert_eq!(sides(&told(&unfit)), ["response"]);
        let one_side: Vec<Finding> = of_request(100).collect();
        assert_eq!(told(&one_side)[1]["location"][2], "1");
    }

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

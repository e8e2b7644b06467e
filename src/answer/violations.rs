//! Findings as Prism shows them: the `sl-violations` header field and the `validation` member of a problem.

use http::HeaderValue;
use serde_json::{Value, json};

use crate::{
    finding::{Finding, Part, Place, Severity, Side},
    message::header_value,
};

/// Bytes of `sl-violations`, above which findings are left out: many clients refuse more than 8 KiB of header.
const HEADER_MAX: usize = 4096;

/// The value of `sl-violations`; `None` if nothing is wrong with the messages.
pub(crate) fn header(findings: &[Finding]) -> Option<HeaderValue> {
    let about: Vec<&Finding> =
        findings.iter().filter(|finding| matches!(finding.place, Place::Message { .. })).collect();
    for count in (1..=about.len()).rev() {
        let list: Vec<Value> = about.iter().take(count).map(|finding| violation(finding, true)).collect();
        let text = Value::Array(list).to_string();
        if text.len() <= HEADER_MAX {
            return Some(header_value(&text));
        }
    }
    None
}

/// Findings as a JSON array; with `side`, each location begins with `request` or `response`.
pub(crate) fn json(findings: &[Finding], side: bool) -> Value {
    Value::Array(findings.iter().map(|finding| violation(finding, side)).collect())
}

fn violation(finding: &Finding, with_side: bool) -> Value {
    let mut location = Vec::new();
    if let Place::Message { side, part, at } = &finding.place {
        if with_side || *side == Side::Response {
            location.push(if *side == Side::Request { "request" } else { "response" }.to_owned());
        }
        match part {
            Part::Body => {
                location.push("body".to_owned());
                location.extend(at.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")));
            }
            Part::Security => (),
            part => {
                location.push(part.as_str().to_owned());
                if !at.is_empty() {
                    location.push(at.clone());
                }
            }
        }
    }
    let code = match finding.reason {
        Some(reason) if reason.is_security() => json!(401),
        _ => json!(finding.code.as_str()),
    };
    let severity = match finding.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Information",
    };
    let mut object = json!({ "location": location, "severity": severity, "code": code, "message": finding.message });
    if let (Some(help), Some(members)) = (&finding.help, object.as_object_mut()) {
        members.insert("help".to_owned(), json!(help));
    }
    if let (Some(reason), Some(members)) = (finding.reason, object.as_object_mut()) {
        members.insert("reason".to_owned(), json!(reason.as_str()));
    }
    object
}

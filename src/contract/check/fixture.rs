//! Descriptions and messages written as text, for the tests of this folder and its neighbours.

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderName, Method, StatusCode};
use serde_json::Value;

use crate::{
    contract::{Checked, Contract, Match, OperationId, Routed},
    finding::{Finding, Place},
    message::{Request, Response},
    openapi::{SourceError, Sources, load},
};

struct Text<'t>(&'t str);

impl Sources for Text<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        if path == "api.yaml" { Ok(self.0.into()) } else { Err(SourceError::NotFound) }
    }
}

/// The contract of a description in YAML.
#[track_caller]
pub(in crate::contract) fn contract(description: &str) -> Contract {
    let loaded = load(&Text(description), "api.yaml", "api.yaml", &[]);
    let Some(api) = loaded.api else { panic!("{:?}", loaded.findings) };
    Contract::compile(api).0
}

/// The contract of `POST /` with a body of one media type; `media` is the rest of the description's lines below it.
#[track_caller]
pub(in crate::contract) fn posting(media_type: &str, media: &str) -> Contract {
    let mut text = format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /:\n    post:\n      requestBody:\n        \
         content:\n          '{media_type}':\n"
    );
    for line in media.lines() {
        writeln!(text, "            {}", line.trim_end()).unwrap();
    }
    text.push_str("      responses: {'200': {description: ok}}\n");
    contract(&text)
}

/// A request from its lines: method and target, header fields, an empty line, the body.
pub(in crate::contract) fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), target);
    for (name, value) in lines.map(|line| line.split_once(':').unwrap()) {
        request.headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.trim().parse().unwrap());
    }
    request.body = Bytes::copy_from_slice(body.as_bytes());
    request
}

/// An answer with a body, if `media_type` is not empty.
pub(in crate::contract) fn answer(status: u16, media_type: &str, body: &str) -> Response {
    let response = Response::new(StatusCode::from_u16(status).unwrap());
    if media_type.is_empty() { response } else { response.with_body(media_type, body.to_owned()) }
}

/// Routes a request and judges it.
#[track_caller]
pub(in crate::contract) fn judge(contract: &Contract, text: &str) -> Checked {
    judged(contract, &request(text))
}

/// Routes a request that is made already and judges it.
#[track_caller]
pub(in crate::contract) fn judged(contract: &Contract, request: &Request) -> Checked {
    match contract.route(&request.method, &request.path, request.query.as_deref()) {
        Routed::Operation(found) => contract.check_request(&found, request),
        other => panic!("{other:?}"),
    }
}

/// The findings, a line each: code, place, message.
pub(in crate::contract) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let Place::Message { part, at, .. } = &finding.place else { panic!("{:?}", finding.place) };
        format!("{} {} {at}: {}", finding.code.as_str(), part.as_str(), finding.message)
    };
    findings.iter().map(line).collect()
}

/// Judges a request against `POST /` and compares its value and findings.
#[track_caller]
pub(in crate::contract) fn check_body(contract: &Contract, text: &str, value: impl Into<Value>, findings: &[&str]) {
    let checked = judge(contract, text);
    assert_eq!(lines(&checked.findings), findings);
    assert_eq!(checked.body.into_value().unwrap_or(Value::Null), value.into());
}

/// The only operation of a description.
pub(in crate::contract) const ONLY: OperationId = OperationId(0);

/// A match without captures.
pub(in crate::contract) fn plain() -> Match<'static> {
    Match { operation: ONLY, captures: Vec::new() }
}

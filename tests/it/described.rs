//! Descriptions and requests as text, and what is said about them.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use mimeo::{
    contract::{Checked, Contract, Match, Routed},
    finding::{Finding, Place, Severity},
    message::Request,
    openapi::{MemorySources, load},
};

/// The contract of a description, which must have no errors.
#[track_caller]
pub(crate) fn contract(description: &str) -> Contract {
    let sources = MemorySources::new().with("api.yaml", description);
    let loaded = load(&sources, "api.yaml", "api.yaml", &[]);
    let (contract, more) = Contract::compile(loaded.api.expect("a description"));
    let findings = loaded.findings.into_iter().chain(more);
    let errors: Vec<Finding> = findings.filter(|finding| finding.severity == Severity::Error).collect();
    assert_eq!(errors, [], "{description}");
    contract
}

/// A request from its lines: method and target, header fields, an empty line, the body as it stands.
pub(crate) fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').expect("METHOD TARGET");
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), target);
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header line");
        let value = HeaderValue::from_bytes(value.trim().as_bytes()).unwrap();
        request.headers.append(HeaderName::try_from(name).unwrap(), value);
    }
    request.body = Bytes::copy_from_slice(body.as_bytes());
    request
}

/// The operation that a request is for.
#[track_caller]
pub(crate) fn routed<'r>(contract: &'r Contract, request: &'r Request) -> Match<'r> {
    match contract.route(&request.method, &request.path, request.query.as_deref()) {
        Routed::Operation(found) => found,
        other => panic!("{} {}: {other:?}", request.method, request.path),
    }
}

/// Routes a request and judges it.
#[track_caller]
pub(crate) fn judge(contract: &Contract, request: &Request) -> Checked {
    contract.check_request(&routed(contract, request), request)
}

/// The findings, a line each: code, part, place.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| match &finding.place {
        Place::Message { part, at, .. } => format!("{} {} {at}", finding.code.as_str(), part.as_str()),
        other => panic!("{other:?}"),
    };
    findings.iter().map(|finding| line(finding).trim_end().to_owned()).collect()
}

//! The proxy: what becomes of a request that a real server is to answer, and what is wrong with the exchange.
//!
//! Two pure steps with the upstream between them: [`decide`] judges the request and says whether it is forwarded;
//! [`conclude`] judges the answer. Who forwards, and who answers in the upstream's stead where it cannot
//! ([`Step::Refuse`], [`Ending::Mock`]), is the caller's matter.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::{
    answer::{Entry, Origin, Outcome, Problem, cors, violations},
    contract::{Contract, Located, OperationId, Routed, Site},
    finding::{Code, Finding, Part, Place, Severity, Side},
    message::{Request, Response},
};

/// Fields that concern one connection and are never passed on, apart from those that `Connection` names.
///
/// Source: RFC 9110, section 7.6.1. `Trailer` goes with them, because a body is passed on whole and without trailers.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// How the proxy behaves.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Answer CORS preflights and set CORS header fields.
    pub cors: bool,
    /// Stop what breaks the description: refuse such requests, and answer 500 instead of such answers.
    pub errors: bool,
    /// Judge requests too, not only answers.
    pub validate_request: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cors: true, errors: false, validate_request: true }
    }
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Step {
    /// It is answered without the upstream.
    Answer(Box<Outcome>),
    /// It is wrong, and wrong requests are stopped: the mock knows the API's own answer to that.
    Refuse,
    /// It goes to the upstream.
    Forward(Box<Forward>),
}

/// A request on its way.
#[derive(Debug)]
pub struct Forward {
    /// What the upstream gets: path and query below its address; `Host` and `Content-Length` belong to the connection.
    pub request: Request,
    /// The operation, if the description knows it.
    known: Option<(Arc<Contract>, OperationId)>,
    /// What is said about it so far.
    entry: Entry,
}

/// Why the upstream gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection could be made, for the reason given.
    Unreachable(String),
    /// The connection or the answer is no proper HTTP, for the reason given.
    Broken(String),
    /// The body of the answer has more bytes than are allowed.
    TooLarge(usize),
    /// There was no whole answer within this time.
    Slow(Duration),
}

/// How an exchange ends.
#[derive(Debug)]
pub enum Ending {
    /// With this.
    Answer(Box<Outcome>),
    /// The upstream does not have the operation yet: the mock answers.
    Mock,
}

/// Judges a request and says what is to be done with it. `now_ms` is in milliseconds since the Unix epoch.
///
/// What the description does not know is forwarded as well, and not judged.
pub fn decide(site: &Site, settings: Settings, request: &Request, now_ms: u64) -> Step {
    let mut entry = Entry { origin: Origin::Upstream, ..Entry::new(now_ms) };
    if settings.cors && cors::is_preflight(request) {
        entry.origin = Origin::Mimeo;
        return Step::Answer(Box::new(Outcome { reply: cors::preflight(request), effects: Vec::new(), entry }));
    }
    if request.method == Method::CONNECT {
        return Step::Answer(Box::new(end_with(settings, request, entry, tunnel())));
    }
    let mut known = None;
    if let Located::Api { contract, path } = site.locate(request) {
        entry.api = Some(contract.api.id.as_str().into());
        if let Routed::Operation(found) = contract.route(&request.method, path, request.query.as_deref()) {
            let operation = contract.operation(found.operation);
            entry.operation =
                Some(operation.id.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path)).into());
            if operation.body.is_none() && request.has_body() && is_bodiless(&request.method) {
                let problem = unexpected_body(&request.method).written_as(contract.problem_type(found.operation));
                return Step::Answer(Box::new(end_with(settings, request, entry, problem)));
            }
            if settings.validate_request {
                entry.findings = contract.authenticate(&found, request);
                if entry.findings.is_empty() {
                    let findings = contract.check_request(&found, request).findings;
                    entry.findings = without_coded_body(findings, &request.headers, Side::Request);
                }
            }
            if settings.errors && has_error(&entry.findings) {
                return Step::Refuse;
            }
            known = Some((Arc::clone(contract), found.operation));
        }
    }
    Step::Forward(Box::new(Forward { request: outgoing(request), known, entry }))
}

/// Judges what came of a forwarded request. `request` is the one that the client sent.
pub fn conclude(settings: Settings, request: &Request, forward: Forward, answer: Result<Response, Failure>) -> Ending {
    let Forward { known, mut entry, .. } = forward;
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return Ending::Answer(Box::new(end_with(settings, request, entry, failed(failure)))),
    };
    if let Some((contract, id)) = known {
        if answer.status == StatusCode::NOT_IMPLEMENTED {
            return Ending::Mock;
        }
        let mut findings = contract.check_response(id, &answer);
        if request.method == Method::HEAD {
            findings.retain(|finding| !is_about_body(finding));
        } else {
            findings = without_coded_body(findings, &answer.headers, Side::Response);
        }
        let wrong = has_error(&findings);
        entry.findings.extend(findings);
        if settings.errors && wrong {
            let problem = Problem::violations(std::mem::take(&mut entry.findings));
            let problem = problem.written_as(contract.problem_type(id));
            return Ending::Answer(Box::new(end_with(settings, request, entry, problem)));
        }
    }
    remove_hop_by_hop(&mut answer.headers);
    // The length of the body that GET would have is all that an answer to HEAD says about it.
    if request.method != Method::HEAD {
        answer.headers.remove(header::CONTENT_LENGTH);
    }
    Ending::Answer(Box::new(dress(settings, request, answer, entry)))
}

/// An outcome that is a problem instead of the upstream's answer.
fn end_with(settings: Settings, request: &Request, mut entry: Entry, problem: Problem) -> Outcome {
    entry.origin = Origin::Mimeo;
    let reply = problem.response();
    entry.findings.extend(problem.findings);
    dress(settings, request, reply, entry)
}

/// Adds what every answer of the proxy has around it.
fn dress(settings: Settings, request: &Request, mut reply: Response, entry: Entry) -> Outcome {
    entry.origin.mark(&mut reply);
    if entry.operation.is_some()
        && let Some(text) = violations::header(&entry.findings)
    {
        reply.headers.insert(violations::FIELD, text);
    }
    if settings.cors {
        cors::allow(&mut reply, request);
    }
    Outcome { reply, effects: Vec::new(), entry }
}

/// The request as the upstream gets it.
fn outgoing(request: &Request) -> Request {
    let mut request = request.clone();
    remove_hop_by_hop(&mut request.headers);
    for field in [header::HOST, header::CONTENT_LENGTH, header::EXPECT] {
        request.headers.remove(field);
    }
    // A compressed answer could not be judged.
    if request.headers.contains_key(header::ACCEPT_ENCODING) {
        request.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    request
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// True for the methods whose content means nothing unless the server says so (RFC 9110, sections 9.3.1 and 9.3.2).
fn is_bodiless(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn is_about_body(finding: &Finding) -> bool {
    matches!(finding.place, Place::Message { part: Part::Body, .. })
}

/// The findings; without those about the body if it is compressed, which is then said instead.
fn without_coded_body(mut findings: Vec<Finding>, headers: &HeaderMap, side: Side) -> Vec<Finding> {
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("identity");
    if coding.eq_ignore_ascii_case("identity") {
        return findings;
    }
    findings.retain(|finding| !is_about_body(finding));
    let place = Place::Message { side, part: Part::Body, at: String::new() };
    findings.push(
        Finding::note(Code::BODY_NOT_JUDGED, place, format!("the body is coded as `{coding}` and was not judged"))
            .help("send it without Content-Encoding to have it judged"),
    );
    findings
}

fn tunnel() -> Problem {
    Problem::new("NOT_IMPLEMENTED", StatusCode::NOT_IMPLEMENTED, "The proxy opens no tunnels for CONNECT", Vec::new())
}

fn unexpected_body(method: &Method) -> Problem {
    let finding = Finding::error(
        Code::UNEXPECTED_BODY,
        Place::request(Part::Body, ""),
        format!("a {method} request has a body, and the operation describes none"),
    )
    .help("send it without a body, or describe one");
    Problem::new(
        "PROXY_UNSUPPORTED_REQUEST_BODY",
        StatusCode::NOT_IMPLEMENTED,
        "The proxy does not forward an undescribed body of a GET or HEAD request",
        vec![finding],
    )
}

fn failed(failure: Failure) -> Problem {
    let (status, title, message, help) = match failure {
        Failure::Unreachable(why) => (
            StatusCode::BAD_GATEWAY,
            "The upstream cannot be reached",
            format!("the upstream cannot be reached: {why}"),
            "check that it runs, and its address",
        ),
        Failure::Broken(why) => (
            StatusCode::BAD_GATEWAY,
            "The upstream gave no proper answer",
            format!("the exchange with the upstream broke: {why}"),
            "look at what the upstream logs",
        ),
        Failure::TooLarge(max) => (
            StatusCode::BAD_GATEWAY,
            "The answer of the upstream is too large",
            format!("the upstream's answer has a body of more than {max} bytes"),
            "allow more with --body-max",
        ),
        Failure::Slow(time) => (
            StatusCode::GATEWAY_TIMEOUT,
            "The upstream is too slow",
            format!("the upstream gave no whole answer within {} s", time.as_secs_f32()),
            "look at what keeps it busy; the proxy does not pass on streams without an end",
        ),
    };
    let finding = Finding::error(Code::UPSTREAM, Place::Nowhere, message).help(help);
    Problem::new("UPSTREAM_FAILED", status, title, vec![finding])
}

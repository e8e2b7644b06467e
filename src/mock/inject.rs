//! What a scenario makes of an answer.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use super::{
    decide::{self, Case, Choice},
    handle::Mock,
    token::Desk,
};
use crate::{
    answer::{Fault, Origin, Problem, cors},
    contract::{Contract, Match, Received},
    finding::{Finding, Part, Place, Reason},
    message::{Request, Response, header_value},
    scenario::{Body, Respond, Situation, Turn},
    session::{Progress, State},
    template::Pattern,
};

/// The header field that switches a scenario on for one request, and says in an answer which one had a hand in it.
const HEADER: HeaderName = HeaderName::from_static("mimeo-scenario");

/// Seconds after which a client may come back that was sent away.
const RETRY_AFTER: &str = "30";

/// The fields of draft-ietf-httpapi-ratelimit-headers, up to version 7, which most servers send that have any.
const RATE_LIMIT: [HeaderName; 3] = [
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
];

/// The scenario that a request asks for, if it asks for one; refused if that does not exist.
pub(super) fn wish<'r>(mock: &Mock, request: &'r Request) -> Result<Option<&'r str>, Problem> {
    let Some(value) = request.field(&HEADER) else { return Ok(None) };
    let unknown = |name: &str| {
        Problem::unknown_scenario(mock.scenarios.unknown(name, Place::request(Part::Header, "Mimeo-Scenario")))
    };
    match std::str::from_utf8(value.as_bytes()).map(str::trim) {
        Ok(name) if mock.scenarios.get(name).is_some() => Ok(Some(name)),
        Ok(name) => Err(unknown(name)),
        Err(_) => Err(unknown(String::from_utf8_lossy(value.as_bytes()).trim())),
    }
}

/// What a scenario makes of a request: the one that it asks for by `wish`, or else the one that is on in its session;
/// `None` if none is on. A scenario that does not exist any more is noted in `findings`.
#[inline(never)]
pub(super) fn turn<'m>(
    mock: &'m Mock,
    state: &State,
    received: &Received<'_>,
    desk: &Desk<'_>,
    moment: super::Moment,
    wish: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Option<Turn<'m>> {
    let progress = match (wish, &state.scenario) {
        (Some(name), _) => Cow::Owned(Progress::start(name, desk.now_ms)),
        (None, Some(progress)) => Cow::Borrowed(progress),
        (None, None) => return None,
    };
    let Some(scenario) = mock.scenarios.get(&progress.scenario) else {
        let finding = mock.scenarios.unknown(&progress.scenario, Place::Nowhere);
        findings.push(Finding { severity: crate::finding::Severity::Warning, ..finding });
        return None;
    };
    // Credentials that are wrong in form keep the rest of a request from being read.
    let is_unread = findings.iter().any(|finding| finding.reason.is_some_and(Reason::is_security));
    let checked = is_unread.then(|| received.contract.check_request(received.found, received.request));
    let received = Received { checked: checked.as_ref().unwrap_or(received.checked), ..*received };
    Some(scenario.turn(&Situation {
        received: &received,
        state,
        progress: &progress,
        real_ms: moment.now_ms,
        seed: moment.seed,
        token: &|name| desk.standing(name, &received),
        is_remembered: wish.is_none(),
    }))
}

/// The operation's own documented answer that a scenario asks for; `None` if it has none, or if the answer stands in
/// the scenario.
pub(super) fn described(case: &Case<'_>, respond: &Respond) -> Option<Choice> {
    if respond.body.is_some() {
        return None;
    }
    // The scenario says which example it is to be.
    let preference = case.preference.without_example();
    decide::described(&Case { preference: &preference, ..*case }, &respond.statuses, &respond.examples)
}

/// An answer that the description does not have: the scenario's own, or a problem. `fill` fills in a template.
pub(super) fn own(
    turn: &Turn<'_>,
    respond: &Respond,
    contract: &Contract,
    found: &Match<'_>,
    fill: &mut dyn FnMut(&Pattern) -> Option<Value>,
) -> (Response, Origin) {
    let name = Arc::clone(&turn.scenario.name);
    let status = respond.statuses.first().copied().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let Some(body) = &respond.body else {
        let title = status.canonical_reason().unwrap_or("An answer of a scenario");
        let detail = format!("The scenario `{name}` answers so; the description has no answer of the status {status}.");
        let mut problem = Problem::new("SCENARIO", status, title, Vec::new()).with_detail(detail);
        problem = problem.written_as(contract.problem_type(found.operation));
        if let Some(challenge) = contract.challenge(found.operation).filter(|_| status == StatusCode::UNAUTHORIZED) {
            problem = problem.with_header(header::WWW_AUTHENTICATE, &challenge);
        }
        return (problem.response(), Origin::Scenario { name, from: Some(Box::new(Origin::Mimeo)) });
    };
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let mut reply = Response::new(status);
    if !bodiless {
        reply = reply.with_body(body.media_type, rendered(body, fill));
    }
    (reply, Origin::Scenario { name, from: None })
}

/// The text of a body, filled in if it is a template.
fn rendered(body: &Body, fill: &mut dyn FnMut(&Pattern) -> Option<Value>) -> Bytes {
    match body.template.as_deref().and_then(fill) {
        Some(Value::String(text)) if body.media_type.starts_with("text/") => text.into(),
        Some(value) => value.to_string().into(),
        None => body.text.clone(),
    }
}

/// What would be sent if the fault did not keep it back: whoever cannot break connections sends this.
pub(super) fn cut_off(turn: &Turn<'_>, fault: Fault) -> (Response, Origin) {
    let name = Arc::clone(&turn.scenario.name);
    let what = match fault {
        Fault::ConnectionResetByPeer => "resets the connection",
        Fault::EmptyResponse => "closes the connection without an answer",
        Fault::MalformedResponseChunk | Fault::RandomDataThenClose => "sends garbage and closes the connection",
    };
    let problem = Problem::new("SCENARIO", StatusCode::SERVICE_UNAVAILABLE, "No answer", Vec::new());
    let reply = problem.with_detail(format!("The scenario `{name}` {what} here.")).response();
    (reply, Origin::Scenario { name, from: Some(Box::new(Origin::Mimeo)) })
}

/// Adds the header fields of an injected answer: those of the scenario, and those that tell a client when to come back.
pub(super) fn finish(reply: &mut Response, respond: Option<&Respond>, origin: &Origin, with_cors: bool) {
    let status = reply.status;
    let sends_away = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if sends_away && !reply.headers.contains_key(header::RETRY_AFTER) {
        reply.set_header(header::RETRY_AFTER, RETRY_AFTER);
    }
    let names = |name: &HeaderName| name.as_str().contains("ratelimit") || name.as_str().contains("rate-limit");
    if status == StatusCode::TOO_MANY_REQUESTS && !reply.headers.keys().any(names) {
        // Both say when to come back, so they say the same.
        let seconds = reply.header("retry-after").filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let seconds = seconds.unwrap_or(RETRY_AFTER).to_owned();
        for (name, value) in RATE_LIMIT.into_iter().zip(["60", "0", &seconds]) {
            reply.set_header(name, value);
        }
    }
    for (name, value) in respond.iter().flat_map(|respond| &respond.headers) {
        reply.set_header(name.clone(), value);
    }
    origin.mark(reply);
    if with_cors {
        cors::allow_any(reply);
    }
}

/// Says in an answer which scenario had a hand in it.
#[inline(never)]
pub(super) fn mark(reply: &mut Response, scenario: &str) {
    reply.headers.insert(HEADER, header_value(scenario));
}

//! Answers whose example is a template: filled in for each request, and judged each time.

use http::{HeaderName, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::{
    decide::Choice,
    respond::json_in_text,
    token::{Desk, Entrance, holder},
};
use crate::{
    answer::violations,
    contract::{Contract, OperationId, Received, simple},
    finding::{Code, Finding, Part, Place},
    fnv,
    message::{Response, header_value},
    openapi::{ExampleValue, Issue, MediaType, ParameterPlace},
    session::{Change, Holder},
    template::{Fault, Form, Pattern, Scope},
};

/// The templates of one answer.
#[derive(Debug, Default)]
pub(super) struct Filling {
    /// That of the body, and whether it is already written in its media type.
    pub(super) body: Option<(Pattern, bool)>,
    /// Those of header fields.
    pub(super) headers: Vec<(HeaderName, Pattern)>,
}

/// What came of filling in.
#[derive(Debug)]
pub(super) struct Filled {
    /// What is wrong with the answer.
    pub(super) findings: Vec<Finding>,
    /// True if it depends on chance.
    pub(super) drew: bool,
}

impl Filling {
    /// True if there is nothing to fill in.
    pub(super) fn is_empty(&self) -> bool {
        self.body.is_none() && self.headers.is_empty()
    }

    /// Fills in an answer, and judges it. Where that fails, the example stays as it is written, and a finding says so.
    pub(super) fn fill(
        &self,
        contract: &Contract,
        id: OperationId,
        choice: &Choice,
        scope: &Scope,
        reply: &mut Response,
    ) -> Filled {
        let mut unwritten = None;
        let mut filled = Filled { findings: Vec::new(), drew: false };
        let mut run = |pattern: &Pattern, place: &dyn Fn(&Fault) -> Place, more: u64| {
            // Each template of an answer has numbers of its own.
            let done = pattern.fill(&Scope { seed: scope.seed.wrapping_add(more), ..scope.clone() });
            match done {
                Ok(done) => {
                    filled.drew |= done.drew;
                    Some(done.value)
                }
                Err(fault) => {
                    let message = format!("{}; the example is served as written", fault.message);
                    let finding = Finding::error(Code::BAD_TEMPLATE, place(&fault), message);
                    filled.findings.push(finding.help(fault.help));
                    None
                }
            }
        };
        let responses = &contract.operation(id).responses;
        let described = choice.response.and_then(|index| responses.get(index));
        let media = described.and_then(|response| response.content.get(choice.media?));
        if let (Some((pattern, is_written)), Some(media)) = (&self.body, media)
            && let Some(value) = run(pattern, &|fault| Place::response(Part::Body, &fault.at), 0)
        {
            let written = match value {
                Value::String(text) if *is_written => contract.write_as_is(media, &text),
                value => contract.write(media, &value),
            };
            unwritten = written.json_instead_of.map(|what| json_in_text(what, &written.media_type));
            reply.set_header(CONTENT_TYPE, &written.media_type);
            reply.body = written.body;
        }
        for ((name, pattern), more) in self.headers.iter().zip(1..) {
            if let Some(value) = run(pattern, &|_| Place::response(Part::Header, name.as_str()), more) {
                reply.headers.insert(name, header_value(&simple(&value)));
            }
        }
        if filled.findings.is_empty() {
            filled.findings = contract.check_response(id, reply);
        }
        filled.findings.extend(unwritten);
        filled
    }
}

/// Compiles the template that an answer's example is, if it is one.
pub(super) fn body_pattern(contract: &Contract, media: &MediaType, example: usize) -> Option<(Pattern, bool)> {
    let example = media.examples.get(example)?;
    let pattern = contract.pattern(Some(media), example)?;
    let is_written = pattern.form() != Form::Data && matches!(example.value, ExampleValue::Serialized(_));
    Some((pattern, is_written))
}

/// Fills in a template that stands alone: the body of a scenario. `None` if that fails, which is noted in `findings`.
pub(super) fn alone(
    pattern: &Pattern,
    scope: &Scope,
    changes: &mut Vec<Change>,
    findings: &mut Vec<Finding>,
) -> Option<Value> {
    match pattern.fill(scope) {
        Ok(filled) => {
            changes.extend(filled.drew.then_some(Change::ChanceDrawn));
            Some(filled.value)
        }
        Err(fault) => {
            let message = format!("{}; the body is sent as it stands", fault.message);
            let finding = Finding::error(Code::BAD_TEMPLATE, Place::response(Part::Body, &fault.at), message);
            findings.push(finding.help(fault.help));
            None
        }
    }
}

/// All that the templates of an answer may look at.
pub(super) fn scope(
    desk: &Desk<'_>,
    received: &Received<'_>,
    entrance: Option<&Entrance>,
    issues: &[Issue],
    findings: &[Finding],
    seed: u64,
) -> Scope {
    let state = desk.state;
    let scenario = state.scenario.as_ref().map(|it| json!({"name": &*it.scenario, "state": &*it.state}));
    let values = [
        ("request", request(received)),
        ("path", parameters(received, ParameterPlace::Path)),
        ("query", parameters(received, ParameterPlace::Query)),
        ("token", token(desk, received, entrance, issues)),
        ("session", json!({"id": state.session.as_str()})),
        ("scenario", scenario.unwrap_or(Value::Null)),
        ("findings", violations::json(findings, true)),
    ];
    let operation = received.contract.operation(received.found.operation);
    let parts = [&*received.contract.api.id, operation.method.as_str(), &operation.path, state.session.as_str()];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0])).chain(state.drawn.to_be_bytes());
    Scope {
        values: values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
        now_ms: desk.now_ms,
        seed: fnv::seeded(seed, bytes),
    }
}

fn request(received: &Received<'_>) -> Value {
    let request = received.request;
    let query = form_urlencoded::parse(request.query.as_deref().unwrap_or_default().as_bytes());
    let query: Map<String, Value> = query.map(|(name, value)| (name.into_owned(), value.into())).collect();
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        match headers.get_mut(name.as_str()) {
            // Fields of one name are one list (RFC 9110, section 5.3).
            Some(Value::String(before)) => *before = format!("{before}, {value}"),
            _ => drop(headers.insert(name.as_str().to_owned(), value.into())),
        }
    }
    let text = || (!request.body.is_empty()).then(|| String::from_utf8_lossy(&request.body).into());
    let body = received.checked.body.get().cloned().or_else(text);
    json!({
        "method": request.method.as_str(),
        "path": request.path,
        "query": query,
        "headers": headers,
        "body": body,
    })
}

/// The parameters of one place that were sent and could be read.
fn parameters(received: &Received<'_>, place: ParameterPlace) -> Value {
    let described = &received.contract.operation(received.found.operation).parameters;
    let sent = received.checked.parameters.iter().filter_map(|(index, value)| {
        let parameter = described.get(*index).filter(|it| it.place == place)?;
        Some((parameter.name.clone(), value.clone()))
    });
    Value::Object(sent.collect())
}

/// The token that lets the request in, or the one that is going to be issued.
fn token(desk: &Desk<'_>, received: &Received<'_>, entrance: Option<&Entrance>, issues: &[Issue]) -> Value {
    let Some(entrance) = entrance else { return Value::Null };
    let said = |holder: &Holder, kind: Option<&str>| {
        let Holder { claims, scopes, .. } = holder;
        json!({"kind": kind, "account": claims.get("account"), "claims": claims, "scopes": scopes})
    };
    let issued = issues.iter().find(|issue| issue.when.as_ref().is_none_or(|at| received.value(at).is_some()));
    if let Some(issue) = issued {
        let parent = entrance.holder.as_deref().cloned().unwrap_or_default();
        let family = parent.family;
        return said(&holder(received, issue, &parent, family), Some(&issue.token));
    }
    let admitting = desk.admitting(received.found.operation, received.request);
    let kind = admitting.as_ref().map(|token| &*token.kind.name);
    entrance.holder.as_deref().map_or(Value::Null, |holder| said(holder, kind))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::Method;

    use super::*;
    use crate::{
        contract::Site,
        message::Request,
        mock::{Mock, Moment, Settings, arrive, handle},
        openapi::{MemorySources, load},
        session::{Change, Clock, Progress, SessionId, State},
    };

    /// A mock whose answer to `GET /a` is this template.
    fn mock(template: Value, settings: Settings) -> Mock {
        let examples = json!({"e": {"x-mimeo-template": true, "value": template}});
        let schema = json!({"type": ["object", "array"]});
        let content = json!({"application/json": {"schema": schema, "examples": examples}});
        let plain = json!({"get": {"responses": {"200": {"description": "d"}}}});
        let paths =
            json!({"/a": {"get": {"responses": {"200": {"description": "d", "content": content}}}}, "/b": plain});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths});
        let sources = MemorySources::new().with("a.json", document.to_string());
        let (contract, findings) = Contract::compile(load(&sources, "a.json", "a.json", &[]).api.unwrap());
        assert_eq!(findings, []);
        Mock::new(Site { contracts: vec![Arc::new(contract)] }, settings)
    }

    fn answered(mock: &Mock, state: &mut State, seed: u64) -> (u16, Value) {
        let request = Request::new(Method::GET, "/a");
        let handled = handle(mock, state, &request, Moment { now_ms: 5_000, seed });
        state.apply_all(&handled.changes);
        let reply = handled.outcome.reply;
        (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn chance_goes_by_session_and_seed() {
        let mock = mock(json!(["{{ uuid() }}"]), Settings::default());
        let run = |name: &str, seed| {
            let mut state = State::of(SessionId::new(name).unwrap());
            [(); 3].map(|()| answered(&mock, &mut state, seed).1)
        };
        let one = run("one", 0);
        assert_eq!(one, run("one", 0));
        assert!(one[0] != one[1] && one[1] != one[2]);
        assert_ne!(one, run("two", 0));
        assert_ne!(one, run("one", 1));
        let mut state = State::default();
        let first = answered(&mock, &mut state, 0);
        state.apply(&Change::Reset);
        assert_eq!(answered(&mock, &mut state, 0), first);
    }

    #[test]
    fn what_the_session_knows() {
        let template = json!(["{{ now() }}", "{{ now('+1m') }}", "{{ session.id }}", "{{ scenario }}", "{{ token }}"]);
        let mock = mock(template, Settings::default());
        let mut state = State::of(SessionId::new("one").unwrap());
        assert_eq!(answered(&mock, &mut state, 0).1, json!([5_000, 65_000, "one", null, null]));
        assert_eq!(state.drawn, 0);
        state.apply(&Change::Clock(Clock::default().advanced(1_000)));
        state.apply(&Change::ScenarioStarted(Box::new(Progress::start("s", 0))));
        let scenario = json!({"name": "s", "state": "Started"});
        assert_eq!(answered(&mock, &mut state, 0).1, json!([6_000, 66_000, "one", scenario, null]));
    }

    #[test]
    fn only_templates_need_the_state() {
        let mock = mock(json!(["{{ 1 }}"]), Settings::default());
        for (path, needs) in [("/a", true), ("/b", false)] {
            let request = Request::new(Method::GET, path);
            assert_eq!(arrive(&mock, &request, Moment { now_ms: 0, seed: 0 }).needs_state(), needs);
        }
    }

    #[test]
    fn faults_can_stop_the_answer() {
        let wrong = mock(json!("{{ 1 }}"), Settings { errors: true, ..Settings::default() });
        assert_eq!(answered(&wrong, &mut State::default(), 0).0, 500);
        let unfilled = mock(json!(["{{ request.body.x }}"]), Settings { errors: true, ..Settings::default() });
        assert_eq!(answered(&unfilled, &mut State::default(), 0).0, 500);
        let right = mock(json!(["{{ 1 }}"]), Settings { errors: true, ..Settings::default() });
        assert_eq!(answered(&right, &mut State::default(), 0), (200, json!([1])));
    }
}

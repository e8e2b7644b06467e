//! One request on a connection, from its head to what is sent.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use axum::body::Body;
use http::StatusCode;
use http_body_util::Either;
use hyper::{Request as HttpRequest, Response as HttpResponse, body::Incoming, ext::ReasonPhrase};
use tracing::{Level, enabled, error, info, warn};

use super::{
    admin::{self, Gate},
    alarm::Alarm,
    effects::{self, Line},
    intake::{Bounds, misaddressed, read, refuse},
    relay::relay,
    serve::{Server, now_ms},
    sessions::Session,
    whole::Whole,
};
use crate::{
    answer::{Entry, Outcome},
    finding::Severity,
    limit,
    message::{Request, Response, reason_phrase},
    mock::{Mock, Moment, arrive},
    session::{BadSession, Record, SessionId, State},
};

/// What is served behind a socket.
#[derive(Debug)]
pub(super) struct Door {
    /// The mock, or the proxy.
    pub(super) has_apis: bool,
    /// The admin API, and who may speak to it.
    pub(super) admin: Option<Gate>,
}

/// Whoever is at the other end of a connection, and what they came for.
pub(super) struct Visitor {
    pub(super) server: Server,
    pub(super) door: Arc<Door>,
    pub(super) line: Line,
    /// For the time that a body takes.
    pub(super) body_alarm: Alarm,
}

/// An answer of a mock, which is whole, or one of the server itself.
pub(super) type Reply = HttpResponse<Either<Whole, Body>>;

/// Answers one request.
pub(super) async fn serve(visitor: Arc<Visitor>, request: HttpRequest<Incoming>) -> Result<Reply, Infallible> {
    let Visitor { server, door, line, body_alarm } = &*visitor;
    if let Some(refusal) = misaddressed(&request) {
        return Ok(reply(refusal));
    }
    if let Some(gate) = &door.admin
        && (request.uri().path().starts_with(admin::PREFIX) || !door.has_apis)
    {
        return Ok(admin::serve(server, gate, body_alarm, request).await.map(Either::Right));
    }
    let settings = server.settings();
    let _in_flight = server.metrics().begin();
    let bounds = Bounds {
        bytes_max: settings.body_bytes_max,
        timeout: settings.body_read_timeout,
        advice: "--body-max allows more",
    };
    let (mut request, share) = match read(request, bounds, server.bodies(), body_alarm).await {
        Ok(read) => read,
        Err(refusal) => return Ok(reply(refusal)),
    };
    let id = match SessionId::of(&mut request) {
        Ok(id) => id,
        Err(fault) => return Ok(reply(bad_session(&fault))),
    };
    let moment = Moment { now_ms: now_ms(), seed: settings.seed };
    let session = server.sessions().get(&id, moment.now_ms);
    let after = session.written();
    let answered = match &settings.proxy {
        None => guarded(|| server.with_mock(|mock| answer(mock, &session, &request, moment))),
        Some(proxy) => {
            let mock = server.mock();
            let stand_in = || guarded(|| answer(&mock, &session, &request, moment).0);
            let outcome = relay(&mock, proxy, &request, moment, stand_in).await;
            outcome.map(|outcome| (outcome, session.time(moment.now_ms)))
        }
    };
    let (outcome, virtual_ms) = answered.unwrap_or_else(|| (broken(&request, moment), moment.now_ms));
    tell(&request, &outcome);
    let Outcome { reply: response, entry, effects } = outcome;
    server.metrics().answered(entry.api.as_ref(), entry.operation.as_ref(), response.status.as_u16());
    let mut record = Record::of(&request, entry, &response, virtual_ms);
    record.after = after;
    let witness = settings.witness.as_deref();
    let written = session.record(record, server.sessions().ledger(), |record| {
        if let Some(witness) = witness {
            witness.see(&id, record);
        }
    });
    if let Some(written) = written {
        written.await;
    }
    drop(share);
    if effects.is_empty() {
        return Ok(reply(response));
    }
    Ok(effects::perform(&effects, response, line).await)
}

/// Answers a request in its session, and says when that was by the session's clock. The state is only locked if the
/// answer depends on it.
fn answer(mock: &Mock, session: &Session, request: &Request, moment: Moment) -> (Outcome, u64) {
    let arrival = arrive(mock, request, moment);
    if session.is_plain() && !arrival.needs_state() {
        return (arrival.answer(State::plain()).outcome, moment.now_ms);
    }
    session.transact(|state| {
        let virtual_ms = state.clock.at(moment.now_ms);
        let handled = arrival.answer(state);
        ((handled.outcome, virtual_ms), handled.changes)
    })
}

/// The answer to a request that met a fault in mimeo itself.
fn broken(request: &Request, moment: Moment) -> Outcome {
    error!("a fault in mimeo itself at {} {}; please report it", request.method, request.path);
    let detail = "The log has more; please report it.";
    let reply = refuse(StatusCode::INTERNAL_SERVER_ERROR, "A fault in mimeo itself", detail);
    Outcome { reply, effects: Vec::new(), entry: Entry::new(moment.now_ms) }
}

/// The answer to a request that names a session as none can be called.
fn bad_session(fault: &BadSession) -> Response {
    let detail = format!(
        "{fault}: it has 1 to {} letters, digits, `.`, `_`, `~` or `-`. It is named by the header field Mimeo-Session, \
         by the path prefix /_session/NAME, or by the cookie mimeo_session.",
        limit::SESSION_NAME_MAX
    );
    refuse(StatusCode::BAD_REQUEST, "The session cannot have this name", &detail)
}

/// Does pure work; `None` if it panics: a fault in one operation must not take the connection, let alone the server,
/// with it.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

pub(super) fn reply(response: Response) -> Reply {
    let mut reply = HttpResponse::new(Either::Left(Whole::new(response.body)));
    *reply.status_mut() = response.status;
    *reply.headers_mut() = response.headers;
    let phrase = reason_phrase(response.status);
    // The crate writes most of them itself.
    if response.status.canonical_reason() != Some(phrase) {
        reply.extensions_mut().insert(ReasonPhrase::from_static(phrase.as_bytes()));
    }
    reply
}

/// Writes an exchange to the log.
fn tell(request: &Request, outcome: &Outcome) {
    let entry = &outcome.entry;
    let status = outcome.reply.status.as_u16();
    if enabled!(Level::INFO) {
        info!(
            status,
            api = entry.api.as_deref(),
            operation = entry.operation.as_deref(),
            origin = %entry.origin,
            "{} {}",
            request.method,
            request.path
        );
        for finding in &entry.findings {
            let message = &finding.message;
            match finding.severity {
                Severity::Error => warn!(code = finding.code.as_str(), "{message}"),
                Severity::Warning | Severity::Note => info!(code = finding.code.as_str(), "{message}"),
            }
        }
    }
}

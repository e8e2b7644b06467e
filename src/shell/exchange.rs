//! One request on a connection, from its head to what is sent.

use std::{
    convert::Infallible,
    future::{Future, ready},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
};

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::Either;
use hyper::{Request as HttpRequest, Response as HttpResponse, body::Incoming, ext::ReasonPhrase};
use tokio::sync::futures::Notified;
use tracing::{Level, enabled, error, info, warn};

use super::{
    admin::{self, Gate},
    alarm::Alarm,
    effects::{self, Line},
    intake::{Bounds, misaddressed, read_body, refuse, taken},
    relay::{ProxySettings, relay},
    serve::{Server, ServerSettings, now_ms},
    sessions::{Session, spare_record},
    whole::Whole,
};
use crate::{
    answer::{Effect, Entry, Outcome},
    finding::Severity,
    limit,
    message::{Request, Response, phrase_of_ours},
    mock::{Arrival, Handled, Mock, Moment, arrive},
    session::{BadSession, SessionId, State},
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

/// What is to be sent.
struct Sent<'v> {
    response: Response,
    effects: Vec<Effect>,
    /// Done once the exchange is on disk.
    written: Option<Notified<'v>>,
}

/// A request that has its session.
struct Begun<'r> {
    request: &'r Request,
    id: SessionId,
    session: Arc<Session>,
    moment: Moment,
    /// The number of the newest record in the session.
    after: u64,
}

/// An answer that is waited for by itself.
type Aside<'v> = Pin<Box<dyn Future<Output = Reply> + Send + 'v>>;

/// Answers one request.
///
/// What it waits for is made anew for each request and moved several times. So what only some requests wait for is put
/// aside, and what needs no waiting is done in functions of its own. What is put aside is made in functions that are not
/// inlined: it is large, and would spread what every request needs over more of the stack.
pub(super) fn serve(
    visitor: Arc<Visitor>,
    request: HttpRequest<Incoming>,
) -> impl Future<Output = Result<Reply, Infallible>> {
    let mut start = start(&visitor, request);
    // Everything stays where it is: what is taken out would have a place of its own beside the old one.
    async move {
        let (request, body) = match &mut start {
            Ok((request, body)) => (request, body.take()),
            Err(aside) => return Ok(aside.await),
        };
        let Visitor { server, line, body_alarm, .. } = &*visitor;
        let _in_flight = server.metrics().begin();
        let mut share = server.bodies().share();
        if let Some(body) = body {
            let bounds = bounds(server.settings());
            let read = Box::pin(read_body(&request.headers, body, bounds, &mut share, body_alarm)).await;
            match read {
                Ok(body) => request.body = body,
                Err(refusal) => return Ok(reply(refusal)),
            }
        }
        let answered = match &server.settings().proxy {
            None => respond(server, request, line),
            Some(proxy) => passed_on(server, proxy, request, line).await,
        };
        // The answer is out of here before anything is waited for, so that it needs no place across the wait.
        let aside = match answered {
            Ok(reply) => return Ok(reply),
            Err(aside) => aside,
        };
        // It may be sent much later.
        request.body = Bytes::new();
        drop(share);
        Ok(aside.await)
    }
}

/// Begins with what was read of a request, and its body if it has one; or sees that something else is to answer it.
fn start(
    visitor: &Arc<Visitor>,
    request: HttpRequest<Incoming>,
) -> Result<(Request, Option<Incoming>), Aside<'static>> {
    if let Some(refusal) = misaddressed(&request) {
        return Err(refused(refusal));
    }
    let Door { has_apis, admin } = &*visitor.door;
    if admin.is_some() && (request.uri().path().starts_with(admin::PREFIX) || !has_apis) {
        return Err(administered(Arc::clone(visitor), request));
    }
    Ok(taken(request))
}

#[cold]
fn refused(refusal: Response) -> Aside<'static> {
    Box::pin(ready(reply(refusal)))
}

#[inline(never)]
fn administered(visitor: Arc<Visitor>, request: HttpRequest<Incoming>) -> Aside<'static> {
    Box::pin(async move { administer(&visitor, request).await })
}

/// Lets the admin API answer.
async fn administer(visitor: &Visitor, request: HttpRequest<Incoming>) -> Reply {
    match &visitor.door.admin {
        Some(gate) => admin::serve(&visitor.server, gate, &visitor.body_alarm, request).await.map(Either::Right),
        None => reply(Response::new(StatusCode::NOT_FOUND)),
    }
}

/// The answer, or what is to be waited for before it is sent.
fn ended<'v>(sent: Sent<'v>, line: &'v Line) -> Result<Reply, Aside<'v>> {
    if sent.written.is_none() && sent.effects.is_empty() {
        return Ok(reply(sent.response));
    }
    Err(finished(sent, line))
}

#[inline(never)]
fn finished<'v>(sent: Sent<'v>, line: &'v Line) -> Aside<'v> {
    Box::pin(finish(sent, line))
}

/// Waits until the exchange is on disk, and goes wrong on the wire where that is asked for.
async fn finish(sent: Sent<'_>, line: &Line) -> Reply {
    if let Some(written) = sent.written {
        written.await;
    }
    if sent.effects.is_empty() {
        return reply(sent.response);
    }
    effects::perform(&sent.effects, sent.response, line).await
}

fn bounds(settings: &ServerSettings) -> Bounds {
    Bounds { bytes_max: settings.body_bytes_max, timeout: settings.body_read_timeout, advice: "--body-max allows more" }
}

/// Lets the mock answer.
fn respond<'v>(server: &'v Server, request: &mut Request, line: &'v Line) -> Result<Reply, Aside<'v>> {
    let begun = match in_session(server, request) {
        Ok(begun) => begun,
        Err(fault) => return ended(bad_session(&fault), line),
    };
    // What is given back through several hands is moved each time.
    let mut answered = None;
    guarded(|| server.with_mock(|mock| answered = Some(answer(mock, &begun.session, begun.request, begun.moment))));
    match answered {
        Some((handled, virtual_ms)) => ended(conclude(server, begun, handled.outcome, virtual_ms), line),
        None => ended(conclude_broken(server, begun), line),
    }
}

#[inline(never)]
fn passed_on<'a, 'v: 'a>(
    server: &'v Server,
    proxy: &'v ProxySettings,
    request: &'a mut Request,
    line: &'v Line,
) -> Pin<Box<dyn Future<Output = Result<Reply, Aside<'v>>> + Send + 'a>> {
    Box::pin(pass_on(server, proxy, request, line))
}

/// Lets the proxy answer.
async fn pass_on<'v>(
    server: &'v Server,
    proxy: &ProxySettings,
    request: &mut Request,
    line: &'v Line,
) -> Result<Reply, Aside<'v>> {
    let begun = match in_session(server, request) {
        Ok(begun) => begun,
        Err(fault) => return ended(bad_session(&fault), line),
    };
    let Begun { request, session, moment, .. } = &begun;
    let mock = server.mock();
    let stand_in = || guarded(|| answer(&mock, session, request, *moment).0.outcome);
    let outcome = relay(&mock, proxy, request, *moment, stand_in).await;
    let virtual_ms = session.time(moment.now_ms);
    match outcome {
        Some(outcome) => ended(conclude(server, begun, outcome, virtual_ms), line),
        None => ended(conclude_broken(server, begun), line),
    }
}

/// Finds the session of a request, or says why there is none.
fn in_session<'r>(server: &Server, request: &'r mut Request) -> Result<Begun<'r>, BadSession> {
    let id = SessionId::of(request)?;
    let moment = Moment { now_ms: now_ms(), seed: server.settings().seed };
    let session = server.sessions().get(&id, moment.now_ms);
    let after = session.written();
    Ok(Begun { request, id, session, moment, after })
}

/// Writes an exchange down wherever it is to be known; with the time of the answer by the session's clock.
#[inline(never)]
fn conclude<'v>(server: &'v Server, begun: Begun<'_>, outcome: Outcome, virtual_ms: u64) -> Sent<'v> {
    let Begun { request, id, session, after, .. } = begun;
    let (entry, status) = (&outcome.entry, outcome.reply.status);
    if enabled!(Level::INFO) {
        tell(request, entry, status);
    }
    server.metrics().answered(entry.api.as_ref(), entry.operation.as_ref(), status.as_u16());
    let mut record = spare_record();
    let filled = Arc::make_mut(&mut record);
    filled.fill(request, outcome.entry, &outcome.reply, virtual_ms);
    filled.after = after;
    let witness = server.settings().witness.as_deref();
    let written = session.record(record, server.sessions().ledger(), |record| {
        if let Some(witness) = witness {
            witness.see(&id, record);
        }
    });
    Sent { response: outcome.reply, effects: outcome.effects, written }
}

/// The same of an exchange that met a fault in mimeo itself.
#[cold]
fn conclude_broken<'v>(server: &'v Server, begun: Begun<'_>) -> Sent<'v> {
    let (outcome, now_ms) = (broken(begun.request, begun.moment), begun.moment.now_ms);
    conclude(server, begun, outcome, now_ms)
}

/// Answers a request in its session, and says when that was by the session's clock. The state is only locked if the
/// answer depends on it.
fn answer(mock: &Mock, session: &Session, request: &Request, moment: Moment) -> (Handled, u64) {
    let arrival = arrive(mock, request, moment);
    if session.is_plain() && !arrival.needs_state() {
        return (arrival.answer(State::plain()), moment.now_ms);
    }
    answer_by_state(arrival, session, moment)
}

/// The same where the answer depends on the state or moves it.
#[inline(never)]
fn answer_by_state(arrival: Arrival<'_>, session: &Session, moment: Moment) -> (Handled, u64) {
    session.transact(|state| {
        let virtual_ms = state.clock.at(moment.now_ms);
        let mut handled = arrival.answer(state);
        let changes = mem::take(&mut handled.changes);
        ((handled, virtual_ms), changes)
    })
}

/// The answer to a request that met a fault in mimeo itself.
#[cold]
fn broken(request: &Request, moment: Moment) -> Outcome {
    error!("a fault in mimeo itself at {} {}; please report it", request.method, request.path);
    let detail = "The log has more; please report it.";
    let reply = refuse(StatusCode::INTERNAL_SERVER_ERROR, "A fault in mimeo itself", detail);
    Outcome { reply, effects: Vec::new(), entry: Entry::new(moment.now_ms) }
}

/// The answer to a request that names a session as none can be called.
#[cold]
fn bad_session<'v>(fault: &BadSession) -> Sent<'v> {
    let detail = format!(
        "{fault}: it has 1 to {} letters, digits, `.`, `_`, `~` or `-`. It is named by the header field Mimeo-Session, \
         by the path prefix /_session/NAME, or by the cookie mimeo_session.",
        limit::SESSION_NAME_MAX
    );
    let response = refuse(StatusCode::BAD_REQUEST, "The session cannot have this name", &detail);
    Sent { response, effects: Vec::new(), written: None }
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
    if let Some(phrase) = phrase_of_ours(response.status) {
        reply.extensions_mut().insert(ReasonPhrase::from_static(phrase.as_bytes()));
    }
    reply
}

/// Writes an exchange to the log.
#[inline(never)]
fn tell(request: &Request, entry: &Entry, status: StatusCode) {
    let status = status.as_u16();
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

//! The server: connections, bounds, graceful stop, swapping descriptions.

use std::{
    convert::Infallible,
    future::Future,
    io, iter, net,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{Either, Full};
use hyper::{
    Request as HttpRequest, Response as HttpResponse, body::Incoming, ext::ReasonPhrase, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, watch},
    time::{interval, sleep, timeout},
};
use tracing::{Level, debug, enabled, error, info, warn};

use super::{
    admin::{self, AdminSettings, Gate},
    alarm::Alarm,
    bodies::Bodies,
    description::{Described, site},
    effects::{self, Line},
    fate::{Fate, Fated},
    intake::{Bounds, misaddressed, read, refuse},
    ledger::{JournalError, JournalSettings, Ledger},
    listen::Listener,
    metrics::Metrics,
    patience::Patient,
    relay::{ProxySettings, relay},
    sessions::{Session, Sessions},
    witness::Witness,
};
use crate::{
    answer::{Entry, Outcome},
    contract::Site,
    finding::Severity,
    limit,
    message::{Request, Response, reason_phrase},
    mock::{Mock, Moment, Settings, arrive},
    scenario::Library,
    session::{BadSession, Change, Journal, Progress, Record, Secrets, SessionId, State},
};

/// How a server runs.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// How the mock answers.
    pub mock: Settings,
    /// The server to which requests are passed on; without one, the mock answers them all.
    pub proxy: Option<ProxySettings>,
    /// The scenario that every session begins with.
    pub scenario: Option<Arc<str>>,
    /// How the admin API is reached.
    pub admin: AdminSettings,
    /// Who sees all exchanges.
    pub witness: Option<Arc<Witness>>,
    /// The seed of all varied values.
    pub seed: u64,
    /// Bytes of one request body.
    pub body_bytes_max: usize,
    /// Bytes of all request bodies at once; one body has room in any case.
    pub bodies_bytes_max: usize,
    /// Time for a client to send its request headers.
    pub header_read_timeout: Duration,
    /// Time for a client to send its request body.
    pub body_read_timeout: Duration,
    /// Time in which a client must take [`limit::WRITE_BYTES_MIN`] of an answer, or what is left of it.
    pub write_timeout: Duration,
    /// Time for requests in flight once the server is told to stop.
    pub shutdown_timeout: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            mock: Settings::default(),
            proxy: None,
            scenario: None,
            admin: AdminSettings::default(),
            witness: None,
            seed: 0,
            body_bytes_max: limit::BODY_BYTES_MAX,
            bodies_bytes_max: limit::BODIES_BYTES_MAX,
            header_read_timeout: limit::HEADER_READ_TIMEOUT,
            body_read_timeout: limit::BODY_READ_TIMEOUT,
            write_timeout: limit::WRITE_TIMEOUT,
            shutdown_timeout: limit::SHUTDOWN_TIMEOUT,
        }
    }
}

/// A server of mocks. Clones are handles to the same server.
#[derive(Clone, Debug)]
pub struct Server {
    state: Arc<Serving>,
}

#[derive(Debug)]
struct Serving {
    mock: ArcSwap<Mock>,
    sessions: Sessions,
    bodies: Bodies,
    settings: ServerSettings,
    metrics: Metrics,
    /// Whose turn it is to read the description again.
    turn: Mutex<()>,
    is_stopping: AtomicBool,
}

/// What is served behind a socket.
#[derive(Debug)]
struct Door {
    /// The mock, or the proxy.
    has_apis: bool,
    /// The admin API, and who may speak to it.
    admin: Option<Gate>,
}

impl Server {
    /// A server of the APIs that were described.
    pub fn new(described: &[Described], settings: ServerSettings) -> Self {
        let mock = Mock::new(site(described), settings.mock.clone());
        let now_ms = now_ms();
        let first =
            settings.scenario.iter().map(|name| Change::ScenarioStarted(Box::new(Progress::start(name, now_ms))));
        let sessions = Sessions::new(first.collect(), now_ms);
        let bodies = Bodies::new(settings.bodies_bytes_max.max(settings.body_bytes_max));
        Self {
            state: Arc::new(Serving {
                mock: ArcSwap::from_pointee(mock),
                sessions,
                bodies,
                settings,
                metrics: Metrics::default(),
                turn: Mutex::default(),
                is_stopping: AtomicBool::default(),
            }),
        }
    }

    /// Writes every exchange down in a file as well, before its answer leaves. What sessions did before is there again;
    /// what is wrong with the file is logged.
    pub fn keep_journal(&self, settings: &JournalSettings) -> Result<(), JournalError> {
        let (ledger, recalled) = Ledger::open(settings)?;
        for note in &recalled.notes {
            warn!("{note}");
        }
        ledger.introduce(&Secrets::of(&self.mock().site));
        self.state.sessions.keep(Arc::new(ledger), recalled.sessions, now_ms());
        Ok(())
    }

    /// What is served at the moment.
    pub(super) fn mock(&self) -> Arc<Mock> {
        self.state.mock.load_full()
    }

    /// The sessions.
    pub(super) fn sessions(&self) -> &Sessions {
        &self.state.sessions
    }

    /// The request bodies in memory.
    pub(super) fn bodies(&self) -> &Bodies {
        &self.state.bodies
    }

    /// How the server runs.
    pub(super) fn settings(&self) -> &ServerSettings {
        &self.state.settings
    }

    /// What is counted.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.state.metrics
    }

    /// Whose turn it is to read the description again.
    pub(super) fn turn(&self) -> &Mutex<()> {
        &self.state.turn
    }

    /// True if a request that comes now gets an answer of an API.
    pub(super) fn is_ready(&self) -> bool {
        let has_operations = self.state.mock.load().site.contracts.iter().any(|it| !it.api.operations.is_empty());
        has_operations && !self.state.is_stopping.load(Ordering::Relaxed)
    }

    /// Serves a new description, and the scenarios that were compiled for it, from the next request on; requests in
    /// flight end with the old one.
    pub fn replace(&self, described: &[Described], scenarios: Arc<Library>) {
        let mock = Mock::new(site(described), self.state.settings.mock.clone());
        if let Some(ledger) = self.state.sessions.ledger() {
            ledger.introduce(&Secrets::of(&mock.site));
        }
        self.state.mock.store(Arc::new(mock.with_scenarios(scenarios)));
    }

    /// The scenarios that can be switched on.
    pub fn scenarios(&self) -> Arc<Library> {
        Arc::clone(&self.state.mock.load().scenarios)
    }

    /// Offers other scenarios from the next request on; they were compiled for the APIs that are served.
    pub fn stage(&self, scenarios: &Arc<Library>) {
        self.state.mock.rcu(|mock| Mock::clone(mock).with_scenarios(Arc::clone(scenarios)));
    }

    /// Decides something by the state of a session and real time, and moves the state by what was decided. The session
    /// is made if there is none.
    pub fn transact<T>(&self, session: &SessionId, decide: impl FnOnce(&State, u64) -> (T, Vec<Change>)) -> T {
        let now_ms = now_ms();
        self.state.sessions.get(session, now_ms).transact(|state| decide(state, now_ms))
    }

    /// Lets a session begin anew: its state is as at first, its journal is empty.
    pub fn reset(&self, session: &SessionId) {
        let sessions = &self.state.sessions;
        sessions.reset(&sessions.get(session, now_ms()));
    }

    /// The journals of all sessions that did something, each from the oldest record on.
    pub fn journals(&self) -> Vec<(SessionId, Vec<Arc<Record>>)> {
        let sessions = self.state.sessions.list().into_iter();
        let journals = sessions.map(|(id, session)| {
            (id, session.with_journal(|journal| journal.iter().map(Arc::clone).collect::<Vec<_>>()))
        });
        journals.filter(|(_, records)| !records.is_empty()).collect()
    }

    /// The APIs that are served at the moment.
    pub fn site(&self) -> Site {
        self.state.mock.load().site.clone()
    }

    /// Looks at the journal of a session, which is made if there is none.
    pub fn look_up<T>(&self, session: &SessionId, look: impl FnOnce(&Journal) -> T) -> T {
        self.state.sessions.get(session, now_ms()).with_journal(|journal| look(journal))
    }

    /// Waits until `look` finds in the journal of a session what it looks for. It is asked again after each new record.
    pub async fn watch<T>(&self, session: &SessionId, look: impl FnMut(&Journal) -> Option<T>) -> T {
        self.state.sessions.get(session, now_ms()).watch(look).await
    }

    /// As [`Server::run`], beside whatever else goes on.
    pub fn spawn(self, listener: Listener, stop: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.run(listener, stop));
    }

    /// Serves the APIs, and the admin API unless it has a port of its own, until `stop` is done; then lets requests in
    /// flight end.
    ///
    /// True if all of them ended in time.
    pub async fn run(self, listener: Listener, stop: impl Future<Output = ()>) -> bool {
        let settings = &self.state.settings.admin;
        let gate = (!settings.is_apart).then(|| Gate::new(&listener, settings));
        self.accept(listener, Door { has_apis: true, admin: gate }, stop).await
    }

    /// Serves the admin API alone, likewise.
    pub async fn run_admin(self, listener: Listener, stop: impl Future<Output = ()>) -> bool {
        let gate = Gate::new(&listener, &self.state.settings.admin);
        self.accept(listener, Door { has_apis: false, admin: Some(gate) }, stop).await
    }

    async fn accept(self, listener: Listener, door: Door, stop: impl Future<Output = ()>) -> bool {
        if let Some(warning) = door.admin.as_ref().and_then(Gate::warning) {
            warn!("{warning}");
        }
        let door = Arc::new(door);
        let (connections, _) = watch::channel(());
        let room = Arc::new(Semaphore::new(limit::CONNECTIONS_MAX));
        let mut can_accept = true;
        let mut stop = pin!(stop);
        let mut sweep = interval(limit::SESSION_SWEEP);
        loop {
            let accepted = tokio::select! {
                accepted = listener.socket.accept() => accepted,
                _ = sweep.tick() => {
                    self.state.sessions.sweep(now_ms());
                    continue;
                }
                () = &mut stop => break,
            };
            match accepted {
                Ok((socket, _)) => {
                    can_accept = true;
                    self.welcome(socket, &door, &connections, &room);
                }
                Err(fault) => {
                    // Too few file descriptors: wait for some to be closed instead of spinning, and say it once.
                    if can_accept {
                        warn!("cannot accept connections at the moment: {fault}");
                    }
                    can_accept = false;
                    sleep(limit::ACCEPT_PAUSE).await;
                }
            }
        }
        self.state.is_stopping.store(true, Ordering::Relaxed);
        // Clients whose connections the system has made already, but we have not seen, may have sent a request.
        if let Ok(waiting) = listener.socket.into_std() {
            for socket in iter::from_fn(|| waiting.accept().ok()).take(limit::CONNECTIONS_MAX) {
                if let Ok(socket) = unblocked(socket.0) {
                    self.welcome(socket, &door, &connections, &room);
                }
            }
        }
        sleep(limit::STOP_GRACE).await;
        connections.send_replace(());
        timeout(self.state.settings.shutdown_timeout, connections.closed()).await.is_ok()
    }

    /// Serves a connection, if there is room for it, until it ends or a change of `connections` says that the server
    /// stops.
    fn welcome(&self, socket: TcpStream, door: &Arc<Door>, connections: &watch::Sender<()>, room: &Arc<Semaphore>) {
        let Ok(place) = Arc::clone(room).try_acquire_owned() else {
            debug!("refused a connection: {} are open", limit::CONNECTIONS_MAX);
            return;
        };
        let settings = &self.state.settings;
        let _ = socket.set_nodelay(true);
        let (server, door) = (self.clone(), Arc::clone(door));
        let body_alarm = Alarm::new();
        let mut stop = connections.subscribe();
        let line = Arc::new(Line { fate: Fate::default(), stop: stop.clone() });
        let patient = Patient::new(socket, settings.write_timeout, forget);
        let fated = Fated::new(patient, line.fate.clone(), Patient::forget);
        let service = service_fn(move |request| {
            serve(server.clone(), Arc::clone(&door), Arc::clone(&line), body_alarm.clone(), request)
        });
        let connection = http1::Builder::new()
            .timer(Alarm::new())
            .header_read_timeout(settings.header_read_timeout)
            .max_buf_size(limit::HEADER_BYTES_MAX)
            .max_header_size(limit::HEADER_BYTES_MAX)
            .max_headers(limit::HEADER_COUNT_MAX)
            .half_close(true)
            .serve_connection(TokioIo::new(fated), service);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                // A request that has arrived is read first: a connection that has read nothing ends at the stop.
                biased;
                ended = connection.as_mut() => ended,
                _ = stop.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(fault) = ended {
                debug!("a connection ended: {fault}");
            }
            drop(place);
        });
    }
}

/// Lets the system drop what a client has not read when its socket is closed.
fn forget(socket: &TcpStream) {
    let _ = socket.set_zero_linger();
}

/// A socket as the runtime takes it.
fn unblocked(socket: net::TcpStream) -> io::Result<TcpStream> {
    socket.set_nonblocking(true)?;
    TcpStream::from_std(socket)
}

/// An answer of a mock, which is whole, or one of the server itself.
pub(super) type Reply = HttpResponse<Either<Full<Bytes>, Body>>;

/// Answers one request. `alarm` is for the time that its body takes.
async fn serve(
    server: Server,
    door: Arc<Door>,
    line: Arc<Line>,
    alarm: Alarm,
    request: HttpRequest<Incoming>,
) -> Result<Reply, Infallible> {
    if let Some(refusal) = misaddressed(&request) {
        return Ok(reply(refusal));
    }
    if let Some(gate) = &door.admin
        && (request.uri().path().starts_with(admin::PREFIX) || !door.has_apis)
    {
        return Ok(admin::serve(&server, gate, &alarm, request).await.map(Either::Right));
    }
    let state = &*server.state;
    let _in_flight = state.metrics.begin();
    let bounds = Bounds {
        bytes_max: state.settings.body_bytes_max,
        timeout: state.settings.body_read_timeout,
        advice: "--body-max allows more",
    };
    let (mut request, share) = match read(request, bounds, &state.bodies, &alarm).await {
        Ok(read) => read,
        Err(refusal) => return Ok(reply(refusal)),
    };
    let id = match SessionId::of(&mut request) {
        Ok(id) => id,
        Err(fault) => return Ok(reply(bad_session(&fault))),
    };
    let moment = Moment { now_ms: now_ms(), seed: state.settings.seed };
    let session = state.sessions.get(&id, moment.now_ms);
    let after = session.written();
    let answered = match &state.settings.proxy {
        None => guarded(|| answer(&state.mock.load(), &session, &request, moment)),
        Some(proxy) => {
            let mock = state.mock.load_full();
            let stand_in = || guarded(|| answer(&mock, &session, &request, moment).0);
            let outcome = relay(&mock, proxy, &request, moment, stand_in).await;
            outcome.map(|outcome| (outcome, session.time(moment.now_ms)))
        }
    };
    let (outcome, virtual_ms) = answered.unwrap_or_else(|| (broken(&request, moment), moment.now_ms));
    tell(&request, &outcome);
    let Outcome { reply: response, entry, effects } = outcome;
    state.metrics.answered(entry.api.as_ref(), entry.operation.as_ref(), response.status.as_u16());
    let mut record = Record::of(&request, entry, &response, virtual_ms);
    record.after = after;
    let witness = state.settings.witness.as_deref();
    let written = session.record(record, state.sessions.ledger(), |record| {
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
    Ok(effects::perform(&effects, response, &line).await)
}

/// Answers a request in its session, and says when that was by the session's clock. The state is only locked if the
/// answer depends on it.
fn answer(mock: &Mock, session: &Session, request: &Request, moment: Moment) -> (Outcome, u64) {
    let arrival = arrive(mock, request, moment);
    if session.is_plain() && !arrival.needs_state() {
        return (arrival.answer(&State::default()).outcome, moment.now_ms);
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

/// Real time, in milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

pub(super) fn reply(response: Response) -> Reply {
    let mut reply = HttpResponse::new(Either::Left(Full::new(response.body)));
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

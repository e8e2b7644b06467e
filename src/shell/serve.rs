//! The server: connections, bounds, graceful stop, swapping descriptions.

use std::{
    future::{Future, poll_fn},
    io, iter, net,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, watch},
    task::coop::unconstrained,
    time::{interval, sleep, timeout},
};
use tracing::{debug, warn};

use super::{
    admin::{AdminSettings, Gate},
    alarm::Alarm,
    bodies::Bodies,
    description::{Described, site},
    effects::Line,
    exchange::{Door, Visitor, serve},
    fate::{Fate, Fated},
    ledger::{JournalError, JournalSettings, Ledger},
    listen::Listener,
    metrics::Metrics,
    patience::Patient,
    relay::ProxySettings,
    sessions::Sessions,
    witness::Witness,
};
use crate::{
    contract::Site,
    limit,
    mock::{Mock, Settings},
    scenario::Library,
    session::{Change, Journal, Progress, Record, Secrets, SessionId, State},
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

    /// Looks at what is served at the moment, which is cheaper than having a part in it.
    pub(super) fn with_mock<T>(&self, look: impl FnOnce(&Mock) -> T) -> T {
        look(&self.state.mock.load())
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
        let mut stop = connections.subscribe();
        let line = Line { fate: Fate::default(), stop: stop.clone() };
        let patient = Patient::new(socket, settings.write_timeout, forget);
        let fated = Fated::new(patient, line.fate.clone(), Patient::forget);
        let visitor =
            Arc::new(Visitor { server: self.clone(), door: Arc::clone(door), line, body_alarm: Alarm::new() });
        let service = service_fn(move |request| serve(Arc::clone(&visitor), request));
        let connection = http1::Builder::new()
            .timer(Alarm::new())
            .header_read_timeout(settings.header_read_timeout)
            .max_buf_size(limit::HEADER_BYTES_MAX)
            .max_header_size(limit::HEADER_BYTES_MAX)
            .max_headers(limit::HEADER_COUNT_MAX)
            .half_close(true)
            // See `whole`.
            .writev(false)
            .serve_connection(TokioIo::new(fated), service);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // A request that has arrived is read first: a connection that has read nothing ends at the stop.
            let ended = match until(connection.as_mut(), &mut stop).await {
                Some(ended) => ended,
                None => {
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

/// Waits for `work`; `None` if `stop` changes before it is done. Work that is done counts even then.
///
/// Whether it has changed is one look each time that the work goes on; to wait for it takes more, and is done once: its
/// task is woken as long as the waiting is not dropped.
async fn until<T>(work: impl Future<Output = T>, stop: &mut watch::Receiver<()>) -> Option<T> {
    let mut work = pin!(work);
    let look = stop.clone();
    // It is asked once: that must not be put off because the work has had its share of this turn.
    let mut stopped = pin!(unconstrained(stop.changed()));
    let mut waits: Option<Waker> = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        let is_waiting = waits.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        if is_waiting && matches!(look.has_changed(), Ok(false)) {
            return Poll::Pending;
        }
        waits = Some(context.waker().clone());
        stopped.as_mut().poll(context).map(|_| None)
    })
    .await
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

/// Real time, in milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

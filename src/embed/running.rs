//! A mock that runs, and its sessions.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::timeout};

use crate::{
    duration,
    finding::Place,
    session::{
        Change, Ending, Journal, Order, Progress, Query, Record, SessionId, State, Token, order, parse_date_time,
    },
    shell::Server,
    snapshot::{About, Recorded, Rules, Snapshot},
};

/// A mock that runs until this handle is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    ids: Vec<String>,
    server: Server,
    /// Dropped with the handle, which stops the server.
    _stop: oneshot::Sender<()>,
}

impl Running {
    pub(super) fn new(address: SocketAddr, ids: Vec<String>, server: Server, stop: oneshot::Sender<()>) -> Self {
        Self { address, ids, server, _stop: stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL without a trailing slash: `http://127.0.0.1:51234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of one of several APIs; `None` if there is none with that id.
    pub fn url_of(&self, api: &str) -> Option<String> {
        self.ids.iter().any(|id| id == api).then(|| format!("http://{}/{api}", self.address))
    }

    /// How clients behaved so far, in all sessions: a test compares it with what is stored.
    ///
    /// `stored` is what it will be compared with; what that says about the order of exchanges holds for the new one too.
    pub fn snapshot(&self, rules: &Rules, stored: Option<&Snapshot>) -> Snapshot {
        let journals = self.server.journals();
        let recorded = journals.iter().map(|(id, records)| Recorded { session: id.as_str(), records });
        let recorded: Vec<Recorded<'_>> = recorded.collect();
        Snapshot::of(&self.server.site(), About::default(), &recorded, rules, stored)
    }

    /// A session, which is made when it is first used.
    ///
    /// # Panics
    ///
    /// If no session can have that name: it has letters, digits, `.`, `_`, `~` and `-` only.
    #[expect(clippy::panic, reason = "a name that a test writes down is right or wrong in every run")]
    pub fn session(&self, name: &str) -> Session<'_> {
        match SessionId::new(name) {
            Ok(id) => Session { mock: self, id },
            Err(error) => panic!("{error}"),
        }
    }
}

/// A session of a mock that runs: its own clock, tokens and scenario. Requests reach it by [`Session::url`], or by the
/// header field `Mimeo-Session` with its name.
#[derive(Clone, Debug)]
pub struct Session<'m> {
    mock: &'m Running,
    id: SessionId,
}

impl Session<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.id.as_str()
    }

    /// The address under which every request belongs to this session.
    pub fn url(&self) -> String {
        if self.id.is_default() { self.mock.url() } else { format!("{}/_session/{}", self.mock.url(), self.id) }
    }

    /// Lets time pass, at once.
    ///
    /// # Panics
    ///
    /// If `by` is no duration such as `5m`, `90s` or `1h30m`.
    #[expect(clippy::panic, reason = "a duration that a test writes down is right or wrong in every run")]
    pub fn advance(&self, by: &str) {
        let Some(ms) = duration::parse(by).and_then(|ms| i64::try_from(ms).ok()) else {
            panic!("`{by}` is no duration: write a number with ms, s, m, h or d, such as `5m`");
        };
        self.change(|state, _| vec![Change::Clock(state.clock.advanced(ms))]);
    }

    /// Sets the clock; it goes on from there, unless it stands still.
    ///
    /// # Panics
    ///
    /// If `to` is no time such as `2026-11-25T12:00:00Z`.
    #[expect(clippy::panic, reason = "a time that a test writes down is right or wrong in every run")]
    pub fn set_clock(&self, to: &str) {
        let Some(to_ms) = parse_date_time(to) else {
            panic!("`{to}` is no time as RFC 3339 has it, such as `2026-11-25T12:00:00Z`");
        };
        self.change(|state, now_ms| vec![Change::Clock(state.clock.set(to_ms, now_ms))]);
    }

    /// Lets the clock stand still.
    pub fn freeze(&self) {
        self.change(|state, now_ms| vec![Change::Clock(state.clock.frozen(now_ms))]);
    }

    /// Lets the clock go on.
    pub fn resume(&self) {
        self.change(|state, now_ms| vec![Change::Clock(state.clock.released(now_ms))]);
    }

    /// The tokens that were issued in it, the oldest first.
    pub fn tokens(&self) -> Vec<Token> {
        self.mock.server.transact(&self.id, |state, _| (state.tokens.iter().cloned().collect(), Vec::new()))
    }

    /// Lets all live tokens of a kind expire: those of a security scheme, or of a member of `x-mimeo-tokens`. Says how
    /// many there were.
    pub fn expire(&self, kind: &str) -> usize {
        self.end(kind, Ending::Expired)
    }

    /// Revokes all live tokens of a kind. Says how many there were.
    pub fn revoke(&self, kind: &str) -> usize {
        self.end(kind, Ending::Revoked)
    }

    /// Switches a scenario on, from its beginning.
    ///
    /// # Panics
    ///
    /// If there is no scenario of that name; the message names those that there are.
    #[expect(clippy::panic, reason = "a scenario that a test names is there in every run, or in none")]
    pub fn scenario(&self, name: &str) {
        let library = self.mock.server.scenarios();
        if library.get(name).is_none() {
            let unknown = library.unknown(name, Place::Nowhere);
            panic!("{}; {}", unknown.message, unknown.help.unwrap_or_default());
        }
        self.change(|state, now_ms| {
            vec![Change::ScenarioStarted(Box::new(Progress::start(name, state.clock.at(now_ms))))]
        });
    }

    /// Switches the scenario off that is on.
    pub fn no_scenario(&self) {
        self.change(|_, _| vec![Change::ScenarioStopped]);
    }

    /// Where the scenario stands that is on.
    pub fn progress(&self) -> Option<Progress> {
        self.mock.server.transact(&self.id, |state, _| (state.scenario.clone(), Vec::new()))
    }

    /// What was asked of it, the oldest first, as far as its journal keeps it.
    pub fn records(&self) -> Vec<Arc<Record>> {
        self.mock.server.look_up(&self.id, |journal| journal.iter().map(Arc::clone).collect())
    }

    /// How many records fit; [`Query::operation`] asks for those of an operation.
    pub fn count(&self, query: &Query) -> usize {
        self.mock.server.look_up(&self.id, |journal| count(journal, query))
    }

    /// Waits until as many records fit. False if `time` was over first.
    pub async fn wait(&self, query: &Query, at_least: usize, time: Duration) -> bool {
        let enough = |journal: &Journal| (count(journal, query) >= at_least).then_some(());
        timeout(time, self.mock.server.watch(&self.id, enough)).await.is_ok()
    }

    /// Whether operations were called one after the other, with any others in between.
    pub fn order(&self, operations: &[&str]) -> Order {
        self.mock.server.look_up(&self.id, |journal| order(journal.iter().map(|record| &**record), operations))
    }

    /// Forgets everything that happened in it; a scenario that all sessions begin with is on again.
    pub fn reset(&self) {
        self.mock.server.reset(&self.id);
    }

    fn end(&self, kind: &str, ending: Ending) -> usize {
        self.mock.server.transact(&self.id, |state, now_ms| {
            let now_ms = state.clock.at(now_ms);
            let live = state.tokens.iter().filter(|token| *token.kind.name == *kind && token.is_live(now_ms));
            let changes: Vec<Change> =
                live.map(|token| Change::TokenEnded { value: token.value.clone(), ending }).collect();
            (changes.len(), changes)
        })
    }

    fn change(&self, decide: impl FnOnce(&State, u64) -> Vec<Change>) {
        self.mock.server.transact(&self.id, |state, now_ms| ((), decide(state, now_ms)));
    }
}

fn count(journal: &Journal, query: &Query) -> usize {
    journal.iter().filter(|record| query.fits(record)).count()
}

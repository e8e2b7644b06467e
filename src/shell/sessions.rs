//! The sessions of a server, in memory.

use std::{
    cell::Cell,
    cmp::Ordering::{Equal, Greater, Less},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use papaya::HashMap;
use tokio::sync::{Notify, futures::Notified};

use super::ledger::Ledger;
use crate::{
    limit,
    session::{
        Change, Journal, Progress, Record, SessionId, State,
        codec::{self, Noted},
    },
};

thread_local! {
    /// A record that a journal has forgotten. The next one is written into its memory: it was out of use for so long that
    /// to fetch two such places, one to be freed and one to be taken, is what takes most of writing a record.
    static SPARE: Cell<Option<Arc<Record>>> = const { Cell::new(None) };
}

/// A record that nobody else has.
pub(super) fn spare_record() -> Arc<Record> {
    let spare = SPARE.take().filter(|record| Arc::strong_count(record) == 1);
    spare.unwrap_or_default()
}

/// The sessions of a server: made on first use, dropped after a time unused, bounded in number.
///
/// A request that neither looks at a session's state nor changes it takes no lock.
#[derive(Debug)]
pub(super) struct Sessions {
    default: Arc<Session>,
    named: HashMap<SessionId, Arc<Session>>,
    /// What every session begins with.
    first: Vec<Change>,
    totals: Arc<Totals>,
    /// Where exchanges are written as well.
    ledger: OnceLock<Arc<Ledger>>,
}

/// What is counted over all sessions.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Bytes of all journals.
    journal_bytes: AtomicUsize,
    /// Tokens that were ever issued.
    tokens_issued: AtomicU64,
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    id: SessionId,
    state: Mutex<State>,
    /// Whether the state is plain, to be read without the lock.
    is_plain: AtomicBool,
    /// When it was made, in milliseconds of real time since the Unix epoch.
    pub(super) made_ms: u64,
    /// When it was last used, in milliseconds of real time since the Unix epoch.
    used_ms: AtomicU64,
    /// What it did. It has a lock of its own, so that looking at it holds up no decision.
    journal: Mutex<Journal>,
    /// The number of the newest record, to be read without the lock.
    written: AtomicU64,
    /// Wakes those who wait for a record.
    news: Notify,
    /// How many there are of them.
    watchers: AtomicUsize,
    totals: Arc<Totals>,
}

impl Totals {
    /// Bytes that the journal of one session may have.
    fn journal_bytes_max(&self) -> usize {
        let is_full = self.journal_bytes.load(Ordering::Relaxed) > limit::JOURNALS_BYTES_MAX;
        if is_full { limit::JOURNAL_BYTES_LOW } else { limit::JOURNAL_BYTES_MAX }
    }

    /// Tokens ever issued, and bytes of all journals.
    pub(super) fn read(&self) -> (u64, u64) {
        (self.tokens_issued.load(Ordering::Relaxed), self.journal_bytes.load(Ordering::Relaxed) as u64)
    }
}

impl Session {
    fn of(id: SessionId, first: &[Change], now_ms: u64, totals: &Arc<Totals>) -> Self {
        let mut state = State::of(id.clone());
        state.apply_all(first);
        // A session that is made later begins later.
        if let Some(progress) = state.scenario.take() {
            state.scenario = Some(Progress::start(&progress.scenario, state.clock.at(now_ms)));
        }
        Self {
            id,
            is_plain: state.is_plain().into(),
            state: Mutex::new(state),
            made_ms: now_ms,
            used_ms: now_ms.into(),
            journal: Mutex::default(),
            written: AtomicU64::new(0),
            news: Notify::new(),
            watchers: AtomicUsize::new(0),
            totals: Arc::clone(totals),
        }
    }

    /// When it was last used, in milliseconds of real time since the Unix epoch.
    pub(super) fn used_ms(&self) -> u64 {
        self.used_ms.load(Ordering::Relaxed)
    }

    fn use_at(&self, now_ms: u64) {
        // Mostly it was used in the same millisecond: then nothing is written that other cores would have to fetch.
        if self.used_ms() < now_ms {
            self.used_ms.fetch_max(now_ms, Ordering::Relaxed);
        }
    }

    /// True if answers that are not bound to tokens are the same as without a session.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain.load(Ordering::Acquire)
    }

    /// Decides something by the state, and moves the state by what was decided; nobody else gets in between.
    ///
    /// A panic in `decide` leaves the state as it was.
    pub(super) fn transact<T>(&self, decide: impl FnOnce(&State) -> (T, Vec<Change>)) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (decided, changes) = decide(&state);
        if !changes.is_empty() {
            state.apply_all(&changes);
            self.is_plain.store(state.is_plain(), Ordering::Release);
            drop(state);
            let issued = changes.iter().filter(|change| matches!(change, Change::TokenIssued(_))).count() as u64;
            if issued > 0 {
                self.totals.tokens_issued.fetch_add(issued, Ordering::Relaxed);
            }
        }
        decided
    }

    /// Looks at the state.
    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.transact(|state| (look(state), Vec::new()))
    }

    /// What its clock shows at a point in real time. Both in milliseconds since the Unix epoch.
    pub(super) fn time(&self, real_ms: u64) -> u64 {
        if self.is_plain() { real_ms } else { self.look(|state| state.clock.at(real_ms)) }
    }

    /// Looks at the journal.
    pub(super) fn with_journal<T>(&self, look: impl FnOnce(&mut Journal) -> T) -> T {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let before = journal.bytes();
        let seen = look(&mut journal);
        let after = journal.bytes();
        drop(journal);
        let total = &self.totals.journal_bytes;
        // Mostly a record takes the room of one like it: then nothing is written that other cores would have to fetch.
        match after.cmp(&before) {
            Greater => drop(total.fetch_add(after - before, Ordering::Relaxed)),
            Less => drop(total.fetch_sub(before - after, Ordering::Relaxed)),
            Equal => (),
        }
        seen
    }

    /// The number of its newest record.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Writes down an exchange, in the ledger as well if there is one, shows it to `witness` as it was written, and
    /// wakes those who wait for it. The answer must not leave before what is given back is done.
    pub(super) fn record<'l>(
        &self,
        record: Arc<Record>,
        ledger: Option<&'l Arc<Ledger>>,
        witness: impl FnOnce(&Arc<Record>),
    ) -> Option<Notified<'l>> {
        let Some(ledger) = ledger else {
            self.write(record, witness);
            return None;
        };
        self.record_on_disk(record, ledger, witness)
    }

    #[inline(never)]
    fn record_on_disk<'l>(
        &self,
        record: Arc<Record>,
        ledger: &'l Arc<Ledger>,
        witness: impl FnOnce(&Arc<Record>),
    ) -> Option<Notified<'l>> {
        let draft = codec::record(&self.id, &record);
        // Queued under the journal's lock, so that the file has the order of the numbers.
        let mut turn = None;
        self.write(record, |record| {
            witness(record);
            turn = Some(ledger.append(&draft.finish(record.number)));
        });
        let turn = turn?;
        if turn.leads {
            tokio::spawn(Arc::clone(ledger).write());
        }
        turn.written
    }

    /// Writes a record into the journal, and does something with it before the next one gets in.
    fn write(&self, record: Arc<Record>, then: impl FnOnce(&Arc<Record>)) {
        self.with_journal(|journal| {
            let (number, forgotten) = journal.write(record, self.totals.journal_bytes_max());
            SPARE.set(forgotten);
            self.written.store(number, Ordering::Release);
            if let Some(record) = journal.iter().next_back() {
                then(record);
            }
        });
        // Whoever looked before this record was written has enlisted before that, under the same lock.
        if self.watchers.load(Ordering::Relaxed) > 0 {
            self.news.notify_waiters();
        }
    }

    /// Takes in records that were written before the server began.
    fn restore(&self, records: Vec<Record>) {
        self.with_journal(|journal| {
            journal.restore(records, self.totals.journal_bytes_max());
            self.written.store(journal.written(), Ordering::Release);
        });
    }

    /// Empties the journal, in the ledger as well: the records do not come back when the server is started again.
    fn forget(&self, ledger: Option<&Arc<Ledger>>, is_dropped: bool) {
        let turn = self.with_journal(|journal| {
            journal.clear();
            let note = Noted::Forgotten { session: self.id.clone(), is_dropped };
            ledger.map(|ledger| ledger.append(&codec::note(&note)))
        });
        if let (Some(ledger), Some(true)) = (ledger, turn.map(|turn| turn.leads)) {
            ledger.write_now();
        }
    }

    /// Waits until `look` finds in the journal what it looks for. It is asked again after each new record.
    pub(super) async fn watch<T>(&self, mut look: impl FnMut(&Journal) -> Option<T>) -> T {
        let _watcher = Watcher::of(&self.watchers);
        loop {
            // Enlisted before looking: a record that comes in between is not missed.
            let mut news = std::pin::pin!(self.news.notified());
            news.as_mut().enable();
            if let Some(found) = self.with_journal(|journal| look(journal)) {
                return found;
            }
            news.await;
        }
    }
}

/// Somebody who waits for a record; counts until it is dropped.
struct Watcher<'s>(&'s AtomicUsize);

impl<'s> Watcher<'s> {
    fn of(watchers: &'s AtomicUsize) -> Self {
        watchers.fetch_add(1, Ordering::Relaxed);
        Self(watchers)
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let journal = self.journal.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.totals.journal_bytes.fetch_sub(journal.bytes(), Ordering::Relaxed);
    }
}

impl Sessions {
    /// Sessions that begin with these changes.
    pub(super) fn new(first: Vec<Change>, now_ms: u64) -> Self {
        let totals = Arc::default();
        let default = Arc::new(Session::of(SessionId::DEFAULT, &first, now_ms, &totals));
        Self { default, named: HashMap::new(), first, totals, ledger: OnceLock::new() }
    }

    /// The session of that name, which is made if there is none.
    pub(super) fn get(&self, id: &SessionId, now_ms: u64) -> Arc<Session> {
        if id.is_default() {
            self.default.use_at(now_ms);
            return Arc::clone(&self.default);
        }
        let named = self.named.pin();
        if let Some(session) = named.get(id) {
            session.use_at(now_ms);
            return Arc::clone(session);
        }
        if named.len() >= limit::SESSIONS_MAX {
            self.make_room(now_ms);
        }
        let made = || Arc::new(Session::of(id.clone(), &self.first, now_ms, &self.totals));
        Arc::clone(named.get_or_insert_with(id.clone(), made))
    }

    /// The session of that name, if there is one. Looking for it does not use it.
    pub(super) fn find(&self, id: &SessionId) -> Option<Arc<Session>> {
        if id.is_default() { Some(Arc::clone(&self.default)) } else { self.named.pin().get(id).cloned() }
    }

    /// All sessions by name: first the default one, then the others in the order of their names.
    pub(super) fn list(&self) -> Vec<(SessionId, Arc<Session>)> {
        let mut list: Vec<_> = self.named.pin().iter().map(|(id, session)| (id.clone(), Arc::clone(session))).collect();
        list.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        list.insert(0, (SessionId::DEFAULT, Arc::clone(&self.default)));
        list
    }

    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.named.len() + 1
    }

    /// What is counted over all of them.
    pub(super) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Where exchanges are written as well.
    pub(super) fn ledger(&self) -> Option<&Arc<Ledger>> {
        self.ledger.get()
    }

    /// Writes exchanges down in a file as well from now on, and takes in what sessions did before, the session that was
    /// used last at the end.
    pub(super) fn keep(&self, ledger: Arc<Ledger>, before: Vec<(SessionId, Vec<Record>)>, now_ms: u64) {
        // They make room in the order in which they were used.
        let first_ms = now_ms.saturating_sub(before.len() as u64);
        for ((id, records), used_ms) in before.into_iter().zip(first_ms..) {
            self.get(&id, used_ms).restore(records);
        }
        // There is one at most: a server is told once.
        let _ = self.ledger.set(ledger);
    }

    /// Empties the journal of a session.
    pub(super) fn clear(&self, session: &Session) {
        session.forget(self.ledger(), false);
    }

    /// Lets a session begin anew: its state is as at first, its journal is empty.
    pub(super) fn reset(&self, session: &Session) {
        session.transact(|_| ((), [&[Change::Reset], &*self.first].concat()));
        self.clear(session);
    }

    /// Drops a session. The default one cannot go: it begins anew.
    pub(super) fn remove(&self, id: &SessionId) {
        if id.is_default() {
            self.reset(&self.default);
        } else if let Some(session) = self.named.pin().remove(id) {
            session.forget(self.ledger(), true);
        }
    }

    /// Drops the sessions that were not used for [`limit::SESSION_IDLE`].
    pub(super) fn sweep(&self, now_ms: u64) {
        let idle = u64::try_from(limit::SESSION_IDLE.as_millis()).unwrap_or(u64::MAX);
        self.named.pin().retain(|_, session| session.used_ms.load(Ordering::Relaxed).saturating_add(idle) > now_ms);
    }

    /// Drops the sessions that are not used any more; where that is not enough, a tenth of all, those that were used
    /// longest ago.
    fn make_room(&self, now_ms: u64) {
        self.sweep(now_ms);
        let named = self.named.pin();
        if named.len() < limit::SESSIONS_MAX {
            return;
        }
        let mut used: Vec<u64> = named.values().map(|session| session.used_ms.load(Ordering::Relaxed)).collect();
        used.sort_unstable();
        let oldest = used.get(used.len() / 10).copied().unwrap_or(now_ms);
        named.retain(|_, session| session.used_ms.load(Ordering::Relaxed) > oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: usize) -> SessionId {
        SessionId::new(&format!("s{number}")).unwrap()
    }

    #[test]
    fn one_state_for_each_name() {
        let sessions = Sessions::new(Vec::new(), 0);
        let one = sessions.get(&named(1), 0);
        one.transact(|_| ((), vec![Change::FamilyBegun]));
        assert_eq!(sessions.get(&named(1), 0).transact(|state| (state.families, Vec::new())), 1);
        assert_eq!(sessions.get(&named(2), 0).transact(|state| (state.families, Vec::new())), 0);
        assert_eq!(sessions.get(&SessionId::DEFAULT, 0).transact(|state| (state.families, Vec::new())), 0);
    }

    #[test]
    fn the_mark_follows_the_state() {
        let sessions = Sessions::new(Vec::new(), 0);
        let session = sessions.get(&SessionId::DEFAULT, 0);
        assert!(session.is_plain());
        let clock = session.transact(|state| (state.clock, Vec::new()));
        session.transact(|_| ((), vec![Change::Clock(clock.advanced(1))]));
        assert!(!session.is_plain());
        session.transact(|_| ((), vec![Change::Reset]));
        assert!(session.is_plain());
    }

    #[test]
    fn a_session_begins_when_it_is_made() {
        let first = vec![Change::ScenarioStarted(Box::new(Progress::start("slow", 5)))];
        let sessions = Sessions::new(first, 5);
        let started = |id: &SessionId, now_ms| {
            sessions.get(id, now_ms).transact(|state| (state.scenario.clone().map(|it| it.started_ms), Vec::new()))
        };
        assert_eq!(
            (started(&SessionId::DEFAULT, 9), started(&named(1), 9), started(&named(1), 11)),
            (Some(5), Some(9), Some(9))
        );
    }

    #[test]
    fn a_panic_leaves_the_state() {
        let sessions = Sessions::new(Vec::new(), 0);
        let session = sessions.get(&named(1), 0);
        let work = std::panic::AssertUnwindSafe(|| session.transact::<()>(|_| panic!("as the test wants")));
        assert!(std::panic::catch_unwind(work).is_err());
        assert_eq!(session.transact(|state| (state.families, vec![Change::FamilyBegun])), 0);
        assert_eq!(session.transact(|state| (state.families, Vec::new())), 1);
    }

    #[test]
    fn the_longest_unused_make_room() {
        let sessions = Sessions::new(Vec::new(), 0);
        for number in 0..=limit::SESSIONS_MAX {
            sessions.get(&named(number), number as u64 + 1);
        }
        let kept = |number| sessions.named.pin().contains_key(&named(number));
        assert!(sessions.named.len() <= limit::SESSIONS_MAX);
        assert!(!kept(0) && kept(limit::SESSIONS_MAX) && kept(limit::SESSIONS_MAX - 1));
        let idle = u64::try_from(limit::SESSION_IDLE.as_millis()).unwrap();
        sessions.sweep(idle + limit::SESSIONS_MAX as u64);
        assert!(!kept(limit::SESSIONS_MAX - 1) && kept(limit::SESSIONS_MAX));
    }
}

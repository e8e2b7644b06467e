//! The sessions of a server, in memory.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use papaya::HashMap;

use crate::{
    limit,
    session::{Change, Progress, SessionId, State},
};

/// The sessions of a server: made on first use, dropped after a time unused, bounded in number.
///
/// A request that neither looks at a session's state nor changes it takes no lock.
#[derive(Debug)]
pub(super) struct Sessions {
    default: Arc<Session>,
    named: HashMap<SessionId, Arc<Session>>,
    /// What every session begins with.
    first: Vec<Change>,
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    state: Mutex<State>,
    /// Whether the state is plain, to be read without the lock.
    is_plain: AtomicBool,
    /// When it was last used, in milliseconds of real time since the Unix epoch.
    used_ms: AtomicU64,
}

impl Session {
    fn of(id: SessionId, first: &[Change], now_ms: u64) -> Self {
        let mut state = State::of(id);
        state.apply_all(first);
        // A session that is made later begins later.
        if let Some(progress) = state.scenario.take() {
            state.scenario = Some(Progress::start(&progress.scenario, state.clock.at(now_ms)));
        }
        Self { is_plain: state.is_plain().into(), state: Mutex::new(state), used_ms: now_ms.into() }
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
        }
        decided
    }
}

impl Sessions {
    /// Sessions that begin with these changes.
    pub(super) fn new(first: Vec<Change>, now_ms: u64) -> Self {
        let default = Arc::new(Session::of(SessionId::DEFAULT, &first, now_ms));
        Self { default, named: HashMap::new(), first }
    }

    /// The session of that name, which is made if there is none.
    pub(super) fn get(&self, id: &SessionId, now_ms: u64) -> Arc<Session> {
        if id.is_default() {
            return Arc::clone(&self.default);
        }
        let named = self.named.pin();
        if let Some(session) = named.get(id) {
            session.used_ms.fetch_max(now_ms, Ordering::Relaxed);
            return Arc::clone(session);
        }
        if named.len() >= limit::SESSIONS_MAX {
            self.make_room(now_ms);
        }
        Arc::clone(named.get_or_insert_with(id.clone(), || Arc::new(Session::of(id.clone(), &self.first, now_ms))))
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

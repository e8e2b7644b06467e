//! Sees all exchanges of clients with a server, whatever becomes of their sessions: who looks at a whole run need not fear that a
//! session was reset, dropped or forgotten.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use indexmap::IndexMap;

use crate::{
    limit,
    session::{Record, SessionId},
};

/// Keeps the exchanges of all sessions, within bounds.
#[derive(Debug, Default)]
pub struct Witness {
    seen: Mutex<Seen>,
}

/// What a witness saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// The exchanges of each session, the oldest first; sessions in the order in which they began. One that was dropped
    /// and began anew under its name is another one: `cart~2`.
    pub sessions: IndexMap<String, Vec<Arc<Record>>>,
    /// How many exchanges there were no room for.
    pub dropped: u64,
    records: usize,
    bytes: usize,
    /// How often each session has begun; those that are not here, once.
    lives: HashMap<SessionId, u32>,
}

impl Witness {
    /// Keeps an exchange, if it is one of the client: a browser's preflights are its own.
    pub(super) fn see(&self, session: &SessionId, record: &Arc<Record>) {
        if record.is_preflight() {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = seen.bytes + record.weight();
        if seen.records >= limit::RUN_RECORDS_MAX || bytes > limit::RUN_BYTES_MAX {
            seen.dropped += 1;
            return;
        }
        seen.bytes = bytes;
        seen.records += 1;
        let name = |life: u32| if life == 1 { session.to_string() } else { format!("{session}~{life}") };
        let mut life = seen.lives.get(session).copied().unwrap_or(1);
        let newest = seen.sessions.get(&name(life)).and_then(|records| records.last());
        // The numbers of a session go on as long as it lives.
        if newest.is_some_and(|newest| newest.number >= record.number) {
            life += 1;
            seen.lives.insert(session.clone(), life);
        }
        seen.sessions.entry(name(life)).or_default().push(Arc::clone(record));
    }

    /// Takes what was seen; it goes on with nothing.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Seen {
    /// How many exchanges are kept.
    pub fn len(&self) -> usize {
        self.records
    }

    /// True if there was none.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }
}

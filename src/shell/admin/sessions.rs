//! Sessions: which there are, and letting them begin anew.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    asked::{Answered, Asked, done, json},
    clock::ClockView,
    operation::Operation,
    text,
};
use crate::{duration, limit, session::SessionId, shell::sessions::Session};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "/sessions", "listSessions", "The sessions, the default one first", list)
            .query::<SessionPage>()
            .answers::<SessionList>("The sessions, by name."),
        Operation::new(Method::GET, "/sessions/{session}", "getSession", "One session", one)
            .answers::<SessionView>("The session.")
            .refuses(404, "There is no such session."),
        Operation::new(Method::DELETE, "/sessions/{session}", "deleteSession", "Drop a session", delete)
            .answers_nothing("It is gone; the default session has begun anew.")
            .refuses(404, "There is no such session."),
        Operation::new(Method::POST, "/sessions/{session}/reset", "resetSession", "Let a session begin anew", reset)
            .answers::<SessionView>("The session as at first, with an empty journal.")
            .refuses(404, "There is no such session."),
    ]
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SessionPage {
    /// Sessions after this name only.
    #[schemars(regex(pattern = text::SESSION))]
    after: Option<String>,
    /// How many at most; 100 unless said otherwise.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// Sessions.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionList {
    /// The sessions of this page.
    sessions: Vec<SessionView>,
    /// How many there are in all.
    total: usize,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionView {
    /// Its name.
    name: String,
    /// How long ago it began, in real time.
    age: String,
    /// For how long it was not used, in real time.
    idle: String,
    /// The scenario that is switched on; null if none is.
    scenario: Option<String>,
    /// Its clock.
    clock: ClockView,
    /// What it did and has.
    counts: Counts,
}

/// What a session did and has.
#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    /// Requests that were answered in it.
    requests: u64,
    /// Records that its journal keeps.
    journal_records: usize,
    /// Bytes of its journal, about.
    journal_bytes: usize,
    /// Tokens that were issued in it.
    tokens_issued: u64,
    /// Tokens that can be used.
    tokens_live: usize,
}

impl SessionView {
    fn of(id: &SessionId, session: &Session, now_ms: u64) -> Self {
        let ago = |ms: u64| duration::write(now_ms.saturating_sub(ms));
        let (requests, journal_records, journal_bytes) =
            session.with_journal(|journal| (journal.written(), journal.len(), journal.bytes()));
        session.look(|state| {
            let time_ms = state.clock.at(now_ms);
            Self {
                name: id.to_string(),
                age: ago(session.made_ms),
                idle: ago(session.used_ms()),
                scenario: state.scenario.as_ref().map(|progress| progress.scenario.to_string()),
                clock: ClockView::of(state.clock, now_ms),
                counts: Counts {
                    requests,
                    journal_records,
                    journal_bytes,
                    tokens_issued: state.tokens.issued(),
                    tokens_live: state.tokens.iter().filter(|token| token.is_live(time_ms)).count(),
                },
            }
        })
    }
}

async fn list(asked: Asked) -> Answered {
    let page: SessionPage = asked.query()?;
    let all = asked.server.sessions().list();
    let from = match page.after.as_deref().map(SessionId::new) {
        Some(Ok(after)) => all.partition_point(|(id, _)| *id <= after),
        _ => 0,
    };
    let until = from.saturating_add(page.limit.unwrap_or(limit::PAGE_ITEMS)).min(all.len());
    let sessions: Vec<SessionView> =
        all[from..until].iter().map(|(id, session)| SessionView::of(id, session, asked.now_ms)).collect();
    let next = if until < all.len() { sessions.last().map(|session| session.name.clone()) } else { None };
    Ok(json(&SessionList { sessions, total: all.len(), next }))
}

async fn one(asked: Asked) -> Answered {
    Ok(json(&SessionView::of(&asked.session_id()?, &*asked.session()?, asked.now_ms)))
}

async fn delete(asked: Asked) -> Answered {
    asked.session()?;
    asked.server.sessions().remove(&asked.session_id()?);
    Ok(done())
}

async fn reset(asked: Asked) -> Answered {
    let session = asked.session()?;
    asked.server.sessions().reset(&session);
    Ok(json(&SessionView::of(&asked.session_id()?, &session, asked.now_ms)))
}

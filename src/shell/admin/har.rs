//! The journal of a session as a HAR file, which browsers and proxies open.

use http::Method;
use schemars::json_schema;

use super::{
    asked::{Answered, Asked, json},
    journal::{Filter, fitting},
    operation::Operation,
};
use crate::{interchange::har, session::Secrets};

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    let form = |_: &mut schemars::SchemaGenerator| {
        json_schema!({
            "type": "object",
            "required": ["log"],
            "properties": {"log": {"type": "object", "required": ["version", "creator", "entries"]}}
        })
    };
    vec![
        Operation::new(
            Method::GET,
            "/sessions/{session}/journal.har",
            "exportJournal",
            "The records that fit as HTTP archive (HAR 1.2), the oldest first",
            export,
        )
        .query::<Filter>()
        .answer(200, "The archive. Secrets are masked.", Some(("application/json", form)))
        .refuses(404, "There is no such session."),
    ]
}

async fn export(asked: Asked) -> Answered {
    let query = asked.query::<Filter>()?.query()?;
    let session = asked.session()?;
    let records = session.with_journal(|journal| fitting(journal, &query));
    let id = asked.session_id()?;
    let records = records.iter().map(|record| (id.as_str(), &**record));
    Ok(json(&har::of_records(records, &Secrets::of(&asked.server.mock().site))))
}

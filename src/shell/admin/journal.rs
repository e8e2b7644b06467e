//! The journal of a session: what it did, by query; waiting for it.

use std::{sync::Arc, time::Duration};

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    asked::{Answered, Asked, done, json},
    operation::Operation,
    refusal::Refusal,
    text,
};
use crate::{
    limit,
    mock::Mock,
    session::{Glob, Journal, Query, Record, RecordView, Secrets, Statuses, WholeRecord, order},
    shell::sessions::Session,
};

/// Operations shown for a request that met none.
const NEAREST: usize = 3;
/// Requests shown that met no operation, unless another number is asked for.
const NEAR_MISSES: usize = 20;

/// The operations of this file.
pub(super) fn operations() -> Vec<Operation> {
    const PATH: &str = "/sessions/{session}/journal";
    let missing = "There is no such session.";
    vec![
        Operation::new(Method::GET, PATH, "listRecords", "What a session did, the oldest first", list)
            .query::<RecordPage>()
            .answers::<RecordList>("The records that fit.")
            .refuses(404, missing),
        Operation::new(Method::DELETE, PATH, "clearJournal", "Empty the journal of a session", clear)
            .answers_nothing("It is empty; numbers go on.")
            .refuses(404, missing),
        Operation::new(Method::GET, "/sessions/{session}/journal/count", "countRecords", "How many records fit", count)
            .query::<Filter>()
            .answers::<Count>("How many.")
            .refuses(404, missing),
        Operation::new(
            Method::GET,
            "/sessions/{session}/journal/order",
            "checkOrder",
            "Whether operations were called in this order",
            ordered,
        )
        .query::<Sequence>()
        .answers::<Ordered>("Whether they were.")
        .refuses(404, missing),
        Operation::new(Method::GET, "/sessions/{session}/journal/wait", "awaitRecords", "Wait until records fit", wait)
            .query::<Wait>()
            .answers::<Waited>("What fits, or what fitted when the time was over.")
            .refuses(404, missing),
        Operation::new(
            Method::POST,
            "/sessions/{session}/journal/wait",
            "prepareAndAwaitRecords",
            "Wait until records fit, in a session that need not have begun",
            wait_made,
        )
        .query::<Wait>()
        .answers::<Waited>("What fits, or what fitted when the time was over."),
        Operation::new(
            Method::GET,
            "/sessions/{session}/journal/near-misses",
            "listNearMisses",
            "Requests that met no operation, and what they came nearest to",
            near_misses,
        )
        .query::<NearPage>()
        .answers::<NearList>("The requests.")
        .refuses(404, missing),
        Operation::new(
            Method::GET,
            "/sessions/{session}/journal/records/{number}",
            "getRecord",
            "One record, with header fields and bodies",
            one,
        )
        .answers::<WholeRecord>("The record. Secrets are masked.")
        .refuses(404, "There is no such session or record."),
    ]
}

/// Which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NearPage {
    /// How many requests at most, the newest; 20 unless said otherwise.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
}

/// Requests that met no operation.
#[derive(Debug, Serialize, JsonSchema)]
struct NearList {
    /// The requests, the newest first.
    near_misses: Vec<NearView>,
    /// How many there are in all.
    total: usize,
}

/// A request that met no operation.
#[derive(Debug, Serialize, JsonSchema)]
struct NearView {
    /// The request.
    record: RecordView,
    /// What it came nearest to, best first.
    nearest: Vec<NearOperation>,
}

/// An operation that a request nearly met.
#[derive(Debug, Serialize, JsonSchema)]
struct NearOperation {
    /// The API's id.
    api: String,
    /// The method.
    method: String,
    /// The path template.
    path: String,
    /// The operationId; null if it has none.
    operation: Option<String>,
    /// From 0, the same, to 1, nothing in common.
    distance: f64,
    /// What would have to be different in the request.
    differs: Vec<String>,
}

impl NearOperation {
    /// The operations that a request came nearest to, over all APIs or in the one that it was for.
    fn of(record: &Record, mock: &Mock) -> Vec<Self> {
        let asked = mock.site.contracts.iter().filter(|it| record.api.as_deref().is_none_or(|api| it.api.id == api));
        let mut near: Vec<(f64, Self)> = Vec::new();
        for contract in asked {
            let path = contract.without_address(record.path());
            for miss in contract.near_misses(&record.method, path, NEAREST) {
                let operation = contract.operation(miss.operation);
                let view = Self {
                    api: contract.api.id.clone(),
                    method: operation.method.to_string(),
                    path: operation.path.clone(),
                    operation: operation.id.clone(),
                    distance: (miss.distance * 1_000.0).round() / 1_000.0,
                    differs: miss.differs,
                };
                near.push((miss.distance, view));
            }
        }
        near.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        near.into_iter().map(|(_, view)| view).take(NEAREST).collect()
    }
}

/// What a record must be like; what is not said does not matter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// The operation: its operationId, or its method and path (`GET /pets/{id}`).
    #[schemars(length(min = 1, max = 500))]
    operation: Option<String>,
    /// The API's id.
    #[schemars(length(min = 1, max = 200))]
    api: Option<String>,
    /// The status: `404`, `4XX` or `400-499`.
    #[schemars(regex(pattern = "^([1-5][0-9]{2}(-[1-5][0-9]{2})?|[1-5]XX|[1-5]xx)$"))]
    status: Option<String>,
    /// The method.
    #[schemars(regex(pattern = "^[A-Za-z]{1,20}$"))]
    method: Option<String>,
    /// The path: `*` stands for anything within a segment, `**` for anything.
    #[schemars(length(min = 1, max = 1000))]
    path: Option<String>,
    /// From this time of the session's clock on.
    #[schemars(extend("format" = "date-time"), regex(pattern = text::TIME))]
    since: Option<String>,
    /// Before this time of the session's clock.
    #[schemars(extend("format" = "date-time"), regex(pattern = text::TIME))]
    until: Option<String>,
    /// Whether something must be wrong with the exchange, or nothing.
    findings: Option<bool>,
}

impl Filter {
    /// The query that it stands for.
    pub(super) fn query(self) -> Result<Query, Refusal> {
        let status = self.status.map(|text| {
            Statuses::parse(&text)
                .ok_or_else(|| Refusal::bad_request(format!("`{text}` is no status; write 404, 4XX or 400-499")))
        });
        let path = self.path.map(|text| {
            Glob::parse(&text).ok_or_else(|| Refusal::bad_request("the pattern for the path has too many stars"))
        });
        Ok(Query {
            operation: self.operation,
            api: self.api,
            status: status.transpose()?,
            method: self.method,
            path: path.transpose()?,
            since_ms: self.since.as_deref().map(text::time_ms).transpose()?,
            until_ms: self.until.as_deref().map(text::time_ms).transpose()?,
            has_findings: self.findings,
        })
    }
}

/// Which records, and which part of the list.
#[derive(Debug, Deserialize, JsonSchema)]
struct RecordPage {
    #[serde(flatten)]
    filter: Filter,
    /// Records after this number only.
    after: Option<u32>,
    /// How many at most; 100 unless said otherwise.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// Which records to wait for.
#[derive(Debug, Deserialize, JsonSchema)]
struct Wait {
    #[serde(flatten)]
    filter: Filter,
    /// How many must fit; 1 unless said otherwise.
    #[schemars(range(min = 1, max = 1000))]
    count: Option<usize>,
    /// For how long to wait; `10s` unless said otherwise, and one minute at most.
    #[schemars(regex(pattern = text::DURATION))]
    timeout: Option<String>,
}

/// Records.
#[derive(Debug, Serialize, JsonSchema)]
struct RecordList {
    /// The records of this page.
    records: Vec<RecordView>,
    /// How many fit in all.
    total: usize,
    /// How many records were forgotten for want of room.
    forgotten: u64,
    /// Records up to this number are from before the server began, and were read from the journal's file; null if none
    /// is.
    restored: Option<u64>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<u64>,
}

/// How many records fit.
#[derive(Debug, Serialize, JsonSchema)]
struct Count {
    /// How many.
    count: usize,
}

/// Operations, one after the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sequence {
    /// The operations with commas between them, each as in `operation`. Others may have been called in between.
    #[schemars(length(min = 1, max = 10_000))]
    operations: String,
    /// Records after this number only.
    after: Option<u32>,
}

/// Whether operations were called in an order.
#[derive(Debug, Serialize, JsonSchema)]
struct Ordered {
    /// True if they were, going by when each was answered.
    in_order: bool,
    /// True if a request was sent before the one that comes before it was answered: the client did not wait, and the
    /// next run may be in another order.
    overlapping: bool,
    /// The numbers of the records that were found, as far as they were.
    records: Vec<u64>,
    /// The first operation that was not called in its place; null if all were.
    missing: Option<String>,
}

/// What waiting came to.
#[derive(Debug, Serialize, JsonSchema)]
struct Waited {
    /// True if as many records fit as were waited for; false if the time was over first.
    reached: bool,
    /// How many fit.
    count: usize,
    /// The newest that fit, as many as were waited for at most.
    records: Vec<RecordView>,
}

async fn list(asked: Asked) -> Answered {
    let page: RecordPage = asked.query()?;
    let session = asked.session()?;
    let query = page.filter.query()?;
    let after = page.after.map_or(0, u64::from);
    let (fitting, forgotten, restored) =
        session.with_journal(|journal| (fitting(journal, &query), journal.dropped(), journal.restored()));
    let restored = Some(restored).filter(|number| *number > 0);
    let from = fitting.partition_point(|record| record.number <= after);
    let until = from.saturating_add(page.limit.unwrap_or(limit::PAGE_ITEMS)).min(fitting.len());
    let shown = &fitting[from..until];
    let next = if until < fitting.len() { shown.last().map(|record| record.number) } else { None };
    let secrets = Secrets::of(&asked.server.mock().site);
    let records = shown.iter().map(|record| RecordView::of(record, &secrets)).collect();
    Ok(json(&RecordList { records, total: fitting.len(), forgotten, restored, next }))
}

async fn count(asked: Asked) -> Answered {
    let query = asked.query::<Filter>()?.query()?;
    let count = asked.session()?.with_journal(|journal| journal.iter().filter(|record| query.fits(record)).count());
    Ok(json(&Count { count }))
}

async fn ordered(asked: Asked) -> Answered {
    let asked_for: Sequence = asked.query()?;
    let wanted: Vec<&str> = asked_for.operations.split(',').map(str::trim).collect();
    let after = asked_for.after.map_or(0, u64::from);
    let found = asked.session()?.with_journal(|journal| {
        let records = journal.iter().map(|record| &**record).filter(|record| record.number > after);
        order(records, &wanted)
    });
    let missing = found.missing.and_then(|index| wanted.get(index)).map(|operation| (*operation).to_owned());
    let in_order = missing.is_none();
    Ok(json(&Ordered { in_order, overlapping: found.overlaps, records: found.numbers, missing }))
}

async fn one(asked: Asked) -> Answered {
    let number = asked.given.path.get("number").and_then(Value::as_u64).unwrap_or_default();
    let found = asked.session()?.with_journal(|journal| journal.get(number).cloned());
    let Some(record) = found else {
        let detail = format!("record {number} is not kept: there was none yet, or it was forgotten for want of room");
        return Err(Refusal::not_found("There is no such record", detail));
    };
    Ok(json(&WholeRecord::of(&record, &Secrets::of(&asked.server.mock().site))))
}

async fn near_misses(asked: Asked) -> Answered {
    let page: NearPage = asked.query()?;
    let met_none = |record: &&Arc<Record>| record.operation.is_none() && record.status >= 400;
    let missed: Vec<Arc<Record>> =
        asked.session()?.with_journal(|journal| journal.iter().rev().filter(met_none).map(Arc::clone).collect());
    let mock = asked.server.mock();
    let secrets = Secrets::of(&mock.site);
    let shown = missed.iter().take(page.limit.unwrap_or(NEAR_MISSES));
    let near_misses = shown
        .map(|record| NearView { record: RecordView::of(record, &secrets), nearest: NearOperation::of(record, &mock) });
    Ok(json(&NearList { near_misses: near_misses.collect(), total: missed.len() }))
}

async fn clear(asked: Asked) -> Answered {
    let session = asked.session()?;
    asked.server.sessions().clear(&session);
    Ok(done())
}

async fn wait(asked: Asked) -> Answered {
    let session = asked.session()?;
    wait_in(&asked, &session).await
}

async fn wait_made(asked: Asked) -> Answered {
    // A wish that cannot be read makes no session.
    asked.query::<Wait>()?.filter.query()?;
    let session = asked.session_made()?;
    wait_in(&asked, &session).await
}

async fn wait_in(asked: &Asked, session: &Session) -> Answered {
    let wish: Wait = asked.query()?;
    let query = wish.filter.query()?;
    let count = wish.count.unwrap_or(1);
    let time = wish.timeout.as_deref().map(text::duration_ms).transpose()?.map_or(limit::WAIT, Duration::from_millis);
    let enough = |journal: &Journal| {
        let fitting = fitting(journal, &query);
        (fitting.len() >= count).then_some(fitting)
    };
    let reached = timeout(time.min(limit::WAIT_MAX), session.watch(enough)).await;
    let is_reached = reached.is_ok();
    let fitting = reached.unwrap_or_else(|_| session.with_journal(|journal| fitting(journal, &query)));
    let newest = &fitting[fitting.len().saturating_sub(count)..];
    let secrets = Secrets::of(&asked.server.mock().site);
    let records = newest.iter().map(|record| RecordView::of(record, &secrets)).collect();
    Ok(json(&Waited { reached: is_reached, count: fitting.len(), records }))
}

/// The records that fit, the oldest first.
pub(super) fn fitting(journal: &Journal, query: &Query) -> Vec<Arc<Record>> {
    journal.iter().filter(|record| query.fits(record)).map(Arc::clone).collect()
}

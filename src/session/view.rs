//! A record as it is shown: with secrets masked, and nothing else left out.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Record, Secrets};
use crate::{answer::violations, date::date_time};

/// An exchange.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordView {
    /// Its number in the session, from 1.
    number: u64,
    /// The number of the newest record when the request arrived. If it is less than the number before this one, the
    /// requests overlapped.
    after: u64,
    /// When it was answered, by the session's clock.
    #[schemars(extend("format" = "date-time"))]
    time: String,
    /// When it was answered, in real time.
    #[schemars(extend("format" = "date-time"))]
    real_time: String,
    /// The method.
    method: String,
    /// The path as sent.
    path: String,
    /// The query as sent, with secrets masked; null if there was none.
    query: Option<String>,
    /// The API; null if none was found.
    api: Option<String>,
    /// The operation; null if none was found.
    operation: Option<String>,
    /// The status of the answer.
    status: u16,
    /// Where the answer comes from.
    origin: String,
    /// The scenario that acted; null if none did.
    scenario: Option<String>,
    /// The number of its rule, from 0; null if none acted.
    rule: Option<usize>,
    /// What was wrong with the request or the answer.
    findings: Vec<Value>,
    /// Bytes of the request's body.
    request_bytes: usize,
    /// Bytes of the answer's body.
    answer_bytes: usize,
}

impl RecordView {
    /// The record as it is shown.
    pub fn of(record: &Record, secrets: &Secrets) -> Self {
        let findings: Vec<_> = record.findings.iter().map(|finding| secrets.finding(finding).into_owned()).collect();
        let findings = match violations::json(&findings, true) {
            Value::Array(findings) => findings,
            _ => Vec::new(),
        };
        Self {
            number: record.number,
            after: record.after,
            time: date_time(record.virtual_ms),
            real_time: date_time(record.real_ms),
            method: record.method.to_string(),
            path: record.path().to_owned(),
            query: record.query().map(|query| secrets.query(query)),
            api: record.api.as_deref().map(str::to_owned),
            operation: record.operation.as_deref().map(str::to_owned),
            status: record.status,
            origin: record.origin.to_string(),
            scenario: record.acted.as_ref().map(|acted| acted.scenario.to_string()),
            rule: record.acted.as_ref().map(|acted| acted.rule),
            findings,
            request_bytes: record.body_bytes,
            answer_bytes: record.answer_bytes,
        }
    }
}

/// An exchange with all that is kept of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WholeRecord {
    #[serde(flatten)]
    record: RecordView,
    /// The header fields of the request, with secrets masked.
    headers: Vec<HeaderField>,
    /// The request's body.
    request_body: BodyView,
    /// The answer's body.
    answer_body: BodyView,
}

/// A header field.
#[derive(Debug, Serialize, JsonSchema)]
struct HeaderField {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// A body as far as it is kept and can be shown.
#[derive(Debug, Serialize, JsonSchema)]
struct BodyView {
    /// JSON as a value, other text as a string, with secrets masked. Null if there was none, if it is no text, or if a
    /// secret in it could not be told from the rest.
    content: Value,
    /// True if only its beginning is kept.
    is_cut: bool,
}

impl WholeRecord {
    /// The record with all that is kept of it, as it is shown.
    pub fn of(record: &Record, secrets: &Secrets) -> Self {
        let fields = secrets.headers(record.headers()).into_iter().map(|(name, value)| HeaderField { name, value });
        Self {
            record: RecordView::of(record, secrets),
            headers: fields.collect(),
            request_body: BodyView {
                content: secrets.body(record.body()).unwrap_or_default(),
                is_cut: record.body().len() < record.body_bytes,
            },
            answer_body: BodyView {
                content: secrets.body(&record.answer).unwrap_or_default(),
                is_cut: record.answer.len() < record.answer_bytes,
            },
        }
    }
}

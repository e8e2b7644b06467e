//! From records to a HAR file. Secrets are masked here: whoever sends the file to somebody need not think of them.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::StatusCode;
use serde_json::Value;

use super::model::{Cache, Content, Creator, Entry, Har, Log, NameValue, Note, PostData, Request, Response, Timings};
use crate::{
    answer::violations,
    date::date_time,
    message::reason_phrase,
    session::{Record, Secrets},
};

/// The version of HTTP that is spoken; the journal holds no other.
const HTTP_VERSION: &str = "HTTP/1.1";
/// Where requests went that name no host: only HTTP/1.0 lets a client leave it out.
const ADDRESS: &str = "http://localhost";
/// Not known, in the words of the format.
const UNKNOWN: i64 = -1;

/// What a reader of the file should know.
pub(super) const COMMENT: &str = "Written from the journal of a mock: secrets are masked, times of single steps are not \
                                  measured, and of the header fields of answers only the media type is kept.";

/// The version of the format.
pub(super) const VERSION: &str = "1.2";

/// The program that writes.
pub(super) const CREATOR: Creator = Creator { name: "mimeo", version: env!("CARGO_PKG_VERSION") };

/// The records of sessions as a HAR file. Names of sessions go with their records.
pub fn of_records<'r>(records: impl IntoIterator<Item = (&'r str, &'r Record)>, secrets: &Secrets) -> Har {
    let mut entries: Vec<(u64, Entry)> =
        records.into_iter().map(|(session, record)| (record.real_ms, entry(session, record, secrets))).collect();
    // The format asks for the oldest first; exchanges of one millisecond stay in their order.
    entries.sort_by_key(|(real_ms, _)| *real_ms);
    Har {
        log: Log {
            version: VERSION,
            creator: CREATOR,
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
            comment: Some(COMMENT.to_owned()),
        },
    }
}

pub(super) fn entry(session: &str, record: &Record, secrets: &Secrets) -> Entry {
    Entry {
        started_date_time: date_time(record.real_ms),
        time: 0,
        request: request(record, secrets),
        response: response(record, secrets),
        cache: Cache {},
        timings: Timings { send: 0, wait: 0, receive: 0, comment: "not measured" },
        note: note(session, record, secrets),
    }
}

fn request(record: &Record, secrets: &Secrets) -> Request {
    let headers: Vec<NameValue> =
        secrets.headers(record.headers()).into_iter().map(|(name, value)| NameValue::new(name, value)).collect();
    let field = |name: &str| headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    let address = field("host").map_or(ADDRESS.to_owned(), |host| format!("http://{}", host.value));
    let query = record.query().map(|query| secrets.query(query));
    let asked = query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    Request {
        method: record.method.to_string(),
        url: format!("{address}{}{asked}", record.path()),
        http_version: HTTP_VERSION,
        cookies: cookies(record.headers()),
        query_string: pairs.map(|(name, value)| NameValue::new(name, value)).collect(),
        post_data: (record.body_bytes > 0).then(|| {
            let media_type = field("content-type").map(|field| field.value.clone()).unwrap_or_default();
            post_data(record, media_type, field("content-encoding").is_some(), secrets)
        }),
        headers,
        headers_size: UNKNOWN,
        body_size: i64::try_from(record.body_bytes).unwrap_or(UNKNOWN),
    }
}

/// The names of the cookies; their values are secrets, all of them.
fn cookies(lines: &[u8]) -> Vec<NameValue> {
    let text = String::from_utf8_lossy(lines);
    let fields = text.lines().filter_map(|line| line.split_once(": "));
    let cookies =
        fields.filter(|(name, _)| name.eq_ignore_ascii_case("cookie")).flat_map(|(_, value)| value.split(';'));
    let names = cookies.filter_map(|pair| pair.split('=').next()).map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| NameValue::new(name, Secrets::MASK)).collect()
}

fn post_data(record: &Record, mime_type: String, is_coded: bool, secrets: &Secrets) -> PostData {
    let is_form = mime_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
    let body = Body::of(record.body(), record.body_bytes, &mime_type, is_coded, secrets);
    let text = body.text.unwrap_or_default();
    let params = if is_form && body.encoding.is_none() {
        form_urlencoded::parse(text.as_bytes()).map(|(name, value)| NameValue::new(name, value)).collect()
    } else {
        Vec::new()
    };
    PostData { mime_type, params, text, encoding: body.encoding, comment: body.comment }
}

fn response(record: &Record, secrets: &Secrets) -> Response {
    let sent = record.answer_type.as_ref().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let headers = sent.iter().map(|sent| NameValue::new("content-type", sent)).collect();
    let mime_type = sent.unwrap_or_else(|| "x-unknown".to_owned());
    let body = Body::of(&record.answer, record.answer_bytes, &mime_type, false, secrets);
    let status = StatusCode::from_u16(record.status).ok();
    Response {
        status: record.status,
        status_text: status.map(reason_phrase).unwrap_or_default().to_owned(),
        http_version: HTTP_VERSION,
        cookies: Vec::new(),
        headers,
        content: Content {
            size: record.answer_bytes,
            mime_type,
            text: body.text,
            encoding: body.encoding,
            comment: body.comment,
        },
        redirect_url: String::new(),
        headers_size: UNKNOWN,
        body_size: i64::try_from(record.answer_bytes).unwrap_or(UNKNOWN),
    }
}

fn note(session: &str, record: &Record, secrets: &Secrets) -> Note {
    let findings: Vec<_> = record.findings.iter().map(|finding| secrets.finding(finding).into_owned()).collect();
    Note {
        session: session.to_owned(),
        number: record.number,
        virtual_time: date_time(record.virtual_ms),
        api: record.api.as_deref().map(str::to_owned),
        operation: record.operation.as_deref().map(str::to_owned),
        origin: record.origin.to_string(),
        scenario: record.acted.as_ref().map(|acted| acted.scenario.to_string()),
        rule: record.acted.as_ref().map(|acted| acted.rule),
        findings: violations::json(&findings, true),
        request_cut: record.body().len() < record.body_bytes,
        response_cut: record.answer.len() < record.answer_bytes,
    }
}

/// A body as far as it is kept and can be shown.
#[derive(Debug, Default)]
struct Body {
    text: Option<String>,
    encoding: Option<&'static str>,
    comment: Option<String>,
}

impl Body {
    fn of(kept: &[u8], bytes: usize, mime_type: &str, is_coded: bool, secrets: &Secrets) -> Self {
        if bytes == 0 {
            return Self::default();
        }
        let cut = (kept.len() < bytes).then(|| format!("only the first {} of {bytes} bytes were kept", kept.len()));
        let hidden = || Self {
            comment: Some("left out, because a secret in it could not be told from the rest".to_owned()),
            ..Self::default()
        };
        if is_coded {
            return hidden();
        }
        if let Ok(sent) = serde_json::from_slice::<Value>(kept) {
            let masked = secrets.body(kept).unwrap_or_default();
            // As it was sent, where nothing in it had to be masked.
            let text = if masked == sent { String::from_utf8_lossy(kept).into_owned() } else { masked.to_string() };
            return Self { text: Some(text), encoding: None, comment: cut };
        }
        match secrets.body(kept) {
            Some(Value::String(text)) => Self { text: Some(text), encoding: None, comment: cut },
            _ => {
                let is_text = std::str::from_utf8(kept).is_ok();
                let is_mixed = mime_type.to_ascii_lowercase().starts_with("multipart/");
                if is_text || is_mixed || !secrets.is_open(&String::from_utf8_lossy(kept)) {
                    return hidden();
                }
                Self { text: Some(BASE64_STANDARD.encode(kept)), encoding: Some("base64"), comment: cut }
            }
        }
    }
}

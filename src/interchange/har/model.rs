//! The objects of HAR 1.2, with the field names of the format. What Mimeo adds stands under `_mimeo`.

use serde::Serialize;
use serde_json::Value;

/// A file.
#[derive(Clone, Debug, Serialize)]
pub struct Har {
    /// Its one member.
    pub log: Log,
}

impl Har {
    /// The file as text, with a line end.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }
}

/// What was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    /// The version of the format: `1.2`.
    pub version: &'static str,
    /// The program that wrote it.
    pub creator: Creator,
    /// The exchanges, the oldest first.
    pub entries: Vec<Entry>,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A program.
#[derive(Clone, Debug, Serialize)]
pub struct Creator {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// One exchange.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When it began: RFC 3339, with milliseconds.
    pub started_date_time: String,
    /// How long it took, in milliseconds.
    pub time: u64,
    /// The request.
    pub request: Request,
    /// The answer.
    pub response: Response,
    /// Which cache answered: none.
    pub cache: Cache,
    /// Where the time went.
    pub timings: Timings,
    /// What only Mimeo knows.
    #[serde(rename = "_mimeo")]
    pub note: Note,
}

/// An empty object: nothing is known of caches.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cache {}

/// Where the time went, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Timings {
    /// Sending the request.
    pub send: u64,
    /// Waiting for the answer.
    pub wait: u64,
    /// Reading the answer.
    pub receive: u64,
    /// What a reader should know.
    pub comment: &'static str,
}

/// A request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole address, without a fragment.
    pub url: String,
    /// `HTTP/1.1`.
    pub http_version: &'static str,
    /// Cookies.
    pub cookies: Vec<NameValue>,
    /// Header fields.
    pub headers: Vec<NameValue>,
    /// The pairs of the query, decoded.
    pub query_string: Vec<NameValue>,
    /// The body, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_data: Option<PostData>,
    /// Bytes of the head; -1: not known.
    pub headers_size: i64,
    /// Bytes of the body.
    pub body_size: i64,
}

/// An answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The words that belong to the status.
    pub status_text: String,
    /// `HTTP/1.1`.
    pub http_version: &'static str,
    /// Cookies.
    pub cookies: Vec<NameValue>,
    /// Header fields.
    pub headers: Vec<NameValue>,
    /// The body.
    pub content: Content,
    /// Where the answer leads; empty: nowhere.
    #[serde(rename = "redirectURL")]
    pub redirect_url: String,
    /// Bytes of the head; -1: not known.
    pub headers_size: i64,
    /// Bytes of the body.
    pub body_size: i64,
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl NameValue {
    /// A pair.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// The body of a request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostData {
    /// Its media type.
    pub mime_type: String,
    /// The fields of a form; empty for all else.
    pub params: Vec<Param>,
    /// The text; in base64 if `_encoding` says so.
    pub text: String,
    /// `base64` for what is no text. The format has no field for it in requests.
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// What is missing, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A field of a form.
pub type Param = NameValue;

/// The body of an answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// Bytes of the whole body.
    pub size: usize,
    /// Its media type.
    pub mime_type: String,
    /// The text; in base64 if `encoding` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `base64` for what is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// What is missing, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What only Mimeo knows of an exchange.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// The session.
    pub session: String,
    /// The number of the record in its session.
    pub number: u64,
    /// When it was answered by the session's clock.
    pub virtual_time: String,
    /// The API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Where the answer comes from.
    pub origin: String,
    /// The scenario that acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The number of its rule, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    /// What was wrong with the request or the answer.
    pub findings: Value,
    /// True if only the beginning of the request's body is here.
    pub request_cut: bool,
    /// True if only the beginning of the answer's body is here.
    pub response_cut: bool,
}

//! HTTP messages as plain, owned values: whole, bounded, without sockets.
//!
//! The shell reads a request once into a [`Request`]; everything below it is synchronous.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use http::{
    HeaderMap, Method, StatusCode,
    header::{self, AsHeaderName, HeaderName, HeaderValue},
};

/// Fields that say how a message is sent.
const FRAMING: [HeaderName; 10] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::DATE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Header fields up to which looking at one after the other is faster than to look for one by its hash.
const FIELDS_FEW: usize = 8;

/// True for a field that says how a message is sent. Such fields belong to the connection: a value that a description
/// gives would contradict what is sent.
pub fn is_framing(name: &HeaderName) -> bool {
    FRAMING.contains(name)
}

/// True for statuses whose answers have no content (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5).
pub fn is_bodiless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

/// A request as the client sent it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as sent: percent-encoded, with its leading slash, without the query.
    pub path: String,
    /// The query as sent, without its question mark; `None` when there was no question mark.
    pub query: Option<String>,
    /// The header fields.
    pub headers: Fields,
    /// The whole body; empty when there was none.
    pub body: Bytes,
}

impl Request {
    /// A request without header fields or body; `target` is a path with or without a query.
    pub fn new(method: Method, target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Self { method, path: path.to_owned(), query, headers: Fields::default(), body: Bytes::new() }
    }

    /// The value of a header field, the first if it is there more than once.
    pub fn field(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.headers.first(name)
    }

    /// The value of a header field, if it is there once or more and is text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// True if the client sent a body, even one that it only announced by its length.
    pub fn has_body(&self) -> bool {
        !self.body.is_empty()
    }
}

/// Header fields that are asked for many a name which they do not have: that is mostly seen without looking at them.
///
/// They can be used as the map that they are.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    map: HeaderMap,
    /// A bit for each name, see [`trace`]; more may be set.
    traces: u64,
}

impl Fields {
    /// The first value of a field.
    pub fn first(&self, name: &HeaderName) -> Option<&HeaderValue> {
        if self.traces & trace(name) == 0 { None } else { field(&self.map, name) }
    }
}

impl From<HeaderMap> for Fields {
    fn from(map: HeaderMap) -> Self {
        let traces = map.keys().fold(0, |traces, name| traces | trace(name));
        Self { map, traces }
    }
}

impl Deref for Fields {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.map
    }
}

impl<'f> IntoIterator for &'f Fields {
    type Item = (&'f HeaderName, &'f HeaderValue);
    type IntoIter = header::Iter<'f, HeaderValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.iter()
    }
}

impl DerefMut for Fields {
    /// Whatever may be put in is looked for from now on.
    fn deref_mut(&mut self) -> &mut HeaderMap {
        self.traces = u64::MAX;
        &mut self.map
    }
}

/// The bit that a name sets: one of 64, by its length and its first letter, in which the usual names differ.
fn trace(name: &HeaderName) -> u64 {
    let name = name.as_str().as_bytes();
    let first = name.first().copied().unwrap_or_default();
    1 << ((usize::from(first) ^ name.len() << 2) % 64)
}

fn field<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    if headers.keys_len() > FIELDS_FEW {
        return headers.get(name);
    }
    headers.iter().find(|(each, _)| *each == name).map(|(_, value)| value)
}

/// An answer, ready to be written to a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The header fields, without `Date` and `Content-Length`, which belong to the connection.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// An answer without header fields or body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Adds a body and its media type. A media type that cannot stand in a header is left out.
    #[must_use]
    pub fn with_body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.set_header(header::CONTENT_TYPE, media_type);
        self.body = body.into();
        self
    }

    /// The value of a header field, the first if it is there more than once.
    pub fn field(&self, name: &HeaderName) -> Option<&HeaderValue> {
        field(&self.headers, name)
    }

    /// Sets a header field. What cannot stand in one (CR, LF, NUL) is cut out, so no value can start another field.
    pub fn set_header(&mut self, name: HeaderName, value: &str) {
        self.headers.insert(name, header_value(value));
    }

    /// The value of a header field, if it is text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The reason phrase of a status: the one that most servers send, which is that of the registry or an older one of it
/// (`Unprocessable Entity`); `unknown` for a status that has none.
pub fn reason_phrase(status: StatusCode) -> &'static str {
    phrase_of_ours(status).or(status.canonical_reason()).unwrap_or_default()
}

/// The reason phrase of a status for which the crate that writes answers has none, or another.
pub fn phrase_of_ours(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::NON_AUTHORITATIVE_INFORMATION => Some("Non-Authoritative Information"),
        status if status.canonical_reason().is_none() => Some("unknown"),
        _ => None,
    }
}

/// `text` as a header value; characters that are not allowed there are dropped, text beyond ASCII is kept as UTF-8.
pub fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).or_else(|_| HeaderValue::from_bytes(text.as_bytes())).unwrap_or_else(|_| {
        let clean: Vec<u8> = text.bytes().filter(|byte| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f)).collect();
        HeaderValue::from_bytes(&clean).unwrap_or(HeaderValue::from_static(""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_however_they_got_in() {
        let mut map = HeaderMap::new();
        map.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        map.append(header::ACCEPT, HeaderValue::from_static("text/html"));
        let mut fields = Fields::from(map);
        assert_eq!(fields.first(&header::ACCEPT).unwrap(), "*/*");
        assert_eq!(fields.first(&header::ORIGIN), None);
        fields.insert("x-mine", HeaderValue::from_static("1"));
        assert_eq!(fields.first(&HeaderName::from_static("x-mine")).unwrap(), "1");
        assert_eq!(fields.first(&header::ORIGIN), None);
    }

    #[test]
    fn what_is_asked_for_is_told_from_what_clients_send() {
        let usual = [
            "accept",
            "accept-encoding",
            "accept-language",
            "connection",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        ];
        let asked = ["authorization", "cookie", "mimeo-scenario", "mimeo-session", "origin", "prefer"];
        let traced = |names: &[&'static str]| {
            names.iter().fold(0, |traces, name| traces | trace(&HeaderName::from_static(name)))
        };
        assert_eq!(traced(&usual) & traced(&asked), 0);
    }
}

//! One exchange, as the journal keeps it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method, header};

use crate::{
    answer::{Acted, Entry, Origin, cors},
    finding::Finding,
    limit,
    message::{Request, Response},
};

/// Bytes that a record may have room for beyond what it keeps of a request.
const SPARE_BYTES_MAX: usize = 256;

/// One exchange. Times are in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its number in the session, from 1; given by the journal.
    pub number: u64,
    /// The number of the newest record that the session had when this request arrived, 0 if it had none. Of a client
    /// that waits for each answer it is always the number before; if it is less, the request and the one before it were
    /// on their way at once.
    pub after: u64,
    /// When it was answered, in real time.
    pub real_ms: u64,
    /// When it was answered, by the session's clock.
    pub virtual_ms: u64,
    /// The method.
    pub method: Method,
    /// What is kept of the request.
    pub(super) sent: Sent,
    /// Bytes of the whole request body.
    pub body_bytes: usize,
    /// The API, if one was found.
    pub api: Option<Arc<str>>,
    /// The operation, if one was found.
    pub operation: Option<Arc<str>>,
    /// The status of the answer.
    pub status: u16,
    /// The media type of the answer.
    pub answer_type: Option<http::HeaderValue>,
    /// The beginning of the answer's body.
    pub answer: Bytes,
    /// Bytes of the whole answer body.
    pub answer_bytes: usize,
    /// Where the answer comes from.
    pub origin: Origin,
    /// The scenario that acted, and its rule.
    pub acted: Option<Acted>,
    /// Everything that was wrong with the request or the answer.
    pub findings: Vec<Finding>,
}

impl Default for Record {
    /// The record of nothing, to be filled.
    fn default() -> Self {
        Self {
            number: 0,
            after: 0,
            real_ms: 0,
            virtual_ms: 0,
            method: Method::GET,
            sent: Sent::default(),
            body_bytes: 0,
            api: None,
            operation: None,
            status: 0,
            answer_type: None,
            answer: Bytes::new(),
            answer_bytes: 0,
            origin: Origin::Mimeo,
            acted: None,
            findings: Vec::new(),
        }
    }
}

impl Record {
    /// The record of an exchange that is over. `virtual_ms` is when it was answered, by the session's clock.
    pub fn of(request: &Request, entry: Entry, reply: &Response, virtual_ms: u64) -> Self {
        let mut record = Self::default();
        record.fill(request, entry, reply, virtual_ms);
        record
    }

    /// Makes it the record of another exchange, see [`Record::of`], in the memory that it has.
    ///
    /// It takes what it needs of the request and shares the rest: nothing is made into text before somebody asks.
    pub fn fill(&mut self, request: &Request, entry: Entry, reply: &Response, virtual_ms: u64) {
        // All of it by name, so that nothing of the other exchange stays.
        let Self {
            number,
            after,
            real_ms,
            virtual_ms: by_clock,
            method,
            sent,
            body_bytes,
            api,
            operation,
            status,
            answer_type,
            answer,
            answer_bytes,
            origin,
            acted,
            findings,
        } = self;
        (*number, *after, *real_ms, *by_clock) = (0, 0, entry.at_ms, virtual_ms);
        method.clone_from(&request.method);
        sent.fill(request);
        *body_bytes = request.body.len();
        *api = entry.api;
        *operation = entry.operation;
        *status = reply.status.as_u16();
        *answer_type = reply.field(&header::CONTENT_TYPE).cloned();
        // A slice would keep all of a large body.
        *answer = if reply.body.len() > limit::JOURNAL_BODY_BYTES_MAX {
            Bytes::copy_from_slice(beginning(&reply.body))
        } else {
            reply.body.clone()
        };
        *answer_bytes = reply.body.len();
        *origin = entry.origin;
        *acted = entry.acted;
        *findings = entry.findings;
    }

    /// The path as sent, without a prefix that names the session.
    pub fn path(&self) -> &str {
        self.sent.text(0, self.sent.path_end)
    }

    /// The query as sent.
    pub fn query(&self) -> Option<&str> {
        self.sent.query_end.map(|end| self.sent.text(self.sent.path_end, end))
    }

    /// The header fields of the request, as `name: value` lines.
    pub fn headers(&self) -> &[u8] {
        let from = self.sent.query_end.unwrap_or(self.sent.path_end);
        &self.sent.packed[from as usize..self.sent.headers_end as usize]
    }

    /// True for the question that a browser asks before it sends a request to another origin. How often it asks depends
    /// on what it remembers, not on what the client does.
    pub fn is_preflight(&self) -> bool {
        let has = |name: &HeaderName| {
            self.headers()
                .split(|byte| *byte == b'\n')
                .any(|line| line.strip_prefix(name.as_str().as_bytes()).is_some_and(|rest| rest.starts_with(b": ")))
        };
        cors::asks_leave(&self.method, has)
    }

    /// The beginning of the request's body.
    pub fn body(&self) -> &[u8] {
        &self.sent.packed[self.sent.headers_end as usize..]
    }

    /// Bytes that it takes, about: room to spare depends on what was there before, and does not count.
    pub fn weight(&self) -> usize {
        let findings = self
            .findings
            .iter()
            .map(|finding| size_of::<Finding>() + finding.message.len() + finding.help.as_ref().map_or(0, String::len));
        size_of::<Self>() + self.sent.packed.len() + self.answer.len() + findings.sum::<usize>()
    }
}

/// What is kept of a request, in one piece: path, query, header fields as `name: value` lines, the beginning of the
/// body. Values of header fields hold no line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) packed: Vec<u8>,
    pub(super) path_end: u32,
    /// `None` if there was no query.
    pub(super) query_end: Option<u32>,
    pub(super) headers_end: u32,
}

impl Sent {
    fn fill(&mut self, request: &Request) {
        let Self { packed, path_end, query_end, headers_end } = self;
        let headers = &request.headers;
        let query = request.query.as_deref().unwrap_or_default();
        let body = beginning(&request.body);
        let lines: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 3).sum();
        let bytes = request.path.len() + query.len() + lines + body.len();
        packed.clear();
        // A record is kept for long: it has little room that it does not need.
        if packed.capacity() > bytes + SPARE_BYTES_MAX {
            *packed = Vec::new();
        }
        packed.reserve_exact(bytes);
        packed.extend_from_slice(request.path.as_bytes());
        *path_end = place(packed);
        packed.extend_from_slice(query.as_bytes());
        *query_end = request.query.is_some().then(|| place(packed));
        for (name, value) in headers {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"] {
                packed.extend_from_slice(part);
            }
        }
        *headers_end = place(packed);
        packed.extend_from_slice(body);
    }

    fn text(&self, from: u32, to: u32) -> &str {
        std::str::from_utf8(&self.packed[from as usize..to as usize]).unwrap_or_default()
    }
}

/// Where the next byte comes to lie. What is packed is bounded far below 4 GiB: see [`limit::HEADER_BYTES_MAX`].
pub(super) fn place(packed: &[u8]) -> u32 {
    u32::try_from(packed.len()).unwrap_or(u32::MAX)
}

/// What is kept of a body.
fn beginning(body: &Bytes) -> &[u8] {
    &body[..body.len().min(limit::JOURNAL_BODY_BYTES_MAX)]
}

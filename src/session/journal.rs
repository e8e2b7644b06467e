//! What a session did: its exchanges, the newest ones, within bounds.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, header};

use crate::{
    answer::{Acted, Entry, Origin},
    finding::Finding,
    limit,
    message::{Request, Response},
};

/// One exchange. Times are in milliseconds since the Unix epoch.
#[derive(Debug)]
pub struct Record {
    /// Its number in the session, from 1; given by the journal.
    pub number: u64,
    /// When it was answered, in real time.
    pub real_ms: u64,
    /// When it was answered, by the session's clock.
    pub virtual_ms: u64,
    /// The method.
    pub method: Method,
    /// The path as sent, without a prefix that names the session.
    pub path: String,
    /// The query as sent.
    pub query: Option<String>,
    /// The header fields of the request, as `name: value` lines.
    pub headers: Box<[u8]>,
    /// The beginning of the request's body.
    pub body: Bytes,
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

impl Record {
    /// The record of an exchange that is over. `virtual_ms` is when it was answered, by the session's clock.
    ///
    /// It takes what it needs of the request and shares the rest: nothing is made into text before somebody asks.
    pub fn of(request: Request, entry: Entry, reply: &Response, virtual_ms: u64) -> Self {
        Self {
            number: 0,
            real_ms: entry.at_ms,
            virtual_ms,
            headers: lines(&request.headers),
            body: beginning(&request.body),
            body_bytes: request.body.len(),
            method: request.method,
            path: request.path,
            query: request.query,
            api: entry.api,
            operation: entry.operation,
            status: reply.status.as_u16(),
            answer_type: reply.headers.get(header::CONTENT_TYPE).cloned(),
            answer: if reply.body.len() > limit::JOURNAL_BODY_BYTES_MAX {
                beginning(&reply.body)
            } else {
                reply.body.clone()
            },
            answer_bytes: reply.body.len(),
            origin: entry.origin,
            acted: entry.acted,
            findings: entry.findings,
        }
    }

    /// Bytes that it takes, about.
    fn weight(&self) -> usize {
        let findings = self
            .findings
            .iter()
            .map(|finding| size_of::<Finding>() + finding.message.len() + finding.help.as_ref().map_or(0, String::len));
        size_of::<Self>()
            + self.path.len()
            + self.query.as_ref().map_or(0, String::len)
            + self.headers.len()
            + self.body.len()
            + self.answer.len()
            + findings.sum::<usize>()
    }
}

/// Header fields, packed: values hold no line ends.
fn lines(headers: &HeaderMap) -> Box<[u8]> {
    let length = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 3).sum();
    let mut lines = Vec::with_capacity(length);
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"] {
            lines.extend_from_slice(part);
        }
    }
    lines.into_boxed_slice()
}

/// A copy of the beginning of a body: a slice would keep all that was read with it.
fn beginning(body: &Bytes) -> Bytes {
    Bytes::copy_from_slice(&body[..body.len().min(limit::JOURNAL_BODY_BYTES_MAX)])
}

/// A record, and the bytes that it takes, about.
#[derive(Debug)]
struct Kept {
    record: Arc<Record>,
    bytes: usize,
}

/// The newest exchanges of a session, the oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    records: VecDeque<Kept>,
    written: u64,
    dropped: u64,
    bytes: usize,
}

impl Journal {
    /// Writes a record down, and forgets the oldest ones beyond [`limit::JOURNAL_RECORDS_MAX`] and beyond `bytes_max`.
    pub fn write(&mut self, mut record: Record, bytes_max: usize) {
        self.written += 1;
        record.number = self.written;
        let bytes = record.weight();
        self.bytes += bytes;
        self.records.push_back(Kept { record: Arc::new(record), bytes });
        while self.records.len() > limit::JOURNAL_RECORDS_MAX || (self.bytes > bytes_max && self.records.len() > 1) {
            let Some(oldest) = self.records.pop_front() else { break };
            self.bytes -= oldest.bytes;
            self.dropped += 1;
        }
    }

    /// Forgets all records; numbers go on.
    pub fn clear(&mut self) {
        self.records = VecDeque::new();
        self.bytes = 0;
        self.dropped = 0;
    }

    /// The records that are kept, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Record>> {
        self.records.iter().map(|kept| &kept.record)
    }

    /// The record with that number, if it is kept.
    pub fn get(&self, number: u64) -> Option<&Arc<Record>> {
        let index = self.records.binary_search_by_key(&number, |kept| kept.record.number).ok()?;
        self.records.get(index).map(|kept| &kept.record)
    }

    /// How many records are kept.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True if none is kept.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many exchanges there ever were.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How many records were forgotten for want of room since the journal was last emptied.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes that the records take, about.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn record(body: &str) -> Record {
        let mut request = Request::new(Method::POST, "/pets?a=1");
        request.headers.insert("accept", "*/*".parse().unwrap());
        request.body = Bytes::copy_from_slice(body.as_bytes());
        let reply = Response::new(StatusCode::OK).with_body("text/plain", "fine");
        Record::of(request, Entry::new(5), &reply, 7)
    }

    #[test]
    fn keeps_the_beginning_of_bodies() {
        let long = record(&"x".repeat(limit::JOURNAL_BODY_BYTES_MAX + 1));
        assert_eq!(
            (long.body.len(), long.body_bytes),
            (limit::JOURNAL_BODY_BYTES_MAX, limit::JOURNAL_BODY_BYTES_MAX + 1)
        );
        assert_eq!((&*long.headers, &*long.answer, long.answer_bytes), (&b"accept: */*\n"[..], &b"fine"[..], 4));
        assert_eq!((long.real_ms, long.virtual_ms, long.query.as_deref()), (5, 7, Some("a=1")));
    }

    #[test]
    fn forgets_the_oldest_by_number_and_by_bytes() {
        let mut journal = Journal::default();
        for _ in 0..limit::JOURNAL_RECORDS_MAX + 5 {
            journal.write(record(""), usize::MAX);
        }
        assert_eq!((journal.len(), journal.dropped()), (limit::JOURNAL_RECORDS_MAX, 5));
        assert_eq!(journal.iter().next().map(|record| record.number), Some(6));
        assert!(journal.get(5).is_none());
        assert_eq!(journal.get(6).map(|record| record.number), Some(6));
        journal.write(record(&"x".repeat(900)), 1_000);
        assert_eq!((journal.len(), journal.written()), (1, limit::JOURNAL_RECORDS_MAX as u64 + 6));
        assert_eq!(journal.bytes(), journal.iter().map(|record| record.weight()).sum::<usize>());
        journal.clear();
        assert_eq!((journal.len(), journal.bytes(), journal.dropped()), (0, 0, 0));
        journal.write(record(""), 1_000);
        assert_eq!(journal.iter().next().map(|record| record.number), Some(limit::JOURNAL_RECORDS_MAX as u64 + 7));
    }
}

//! What a session did: its exchanges, the newest ones, within bounds.

use std::{collections::VecDeque, sync::Arc};

use super::Record;
use crate::limit;

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
    restored: u64,
}

impl Journal {
    /// Writes a record down, and forgets the oldest ones beyond [`limit::JOURNAL_RECORDS_MAX`] and beyond `bytes_max`.
    /// Gives the record's number, and a record that was forgotten.
    pub fn write(&mut self, mut record: Arc<Record>, bytes_max: usize) -> (u64, Option<Arc<Record>>) {
        self.written += 1;
        // Nobody else has it yet, so that it is not copied.
        Arc::make_mut(&mut record).number = self.written;
        let forgotten = self.keep(record, bytes_max);
        (self.written, forgotten)
    }

    /// Takes in records that were written before the server began, the oldest first, each with the number that it has.
    pub fn restore(&mut self, records: impl IntoIterator<Item = Record>, bytes_max: usize) {
        for record in records {
            self.written = record.number;
            self.restored = record.number;
            self.keep(Arc::new(record), bytes_max);
        }
    }

    /// Keeps a record; gives one that was forgotten for it.
    fn keep(&mut self, record: Arc<Record>, bytes_max: usize) -> Option<Arc<Record>> {
        let mut forgotten = None;
        let bytes = record.weight();
        self.bytes += bytes;
        self.records.push_back(Kept { record, bytes });
        while self.records.len() > limit::JOURNAL_RECORDS_MAX || (self.bytes > bytes_max && self.records.len() > 1) {
            let Some(oldest) = self.records.pop_front() else { break };
            self.bytes -= oldest.bytes;
            self.dropped += 1;
            forgotten = Some(oldest.record);
        }
        forgotten
    }

    /// Forgets all records; numbers go on.
    pub fn clear(&mut self) {
        self.records = VecDeque::new();
        self.bytes = 0;
        self.dropped = 0;
    }

    /// The records that are kept, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Record>> + Clone {
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

    /// The number of the newest record that was written before the server began; 0 if there is none.
    pub fn restored(&self) -> u64 {
        self.restored
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
    use bytes::Bytes;
    use http::{Method, StatusCode};

    use super::*;
    use crate::{
        answer::{Acted, Entry, Origin},
        finding::{Code, Finding, Place},
        message::{Request, Response},
    };

    fn record(body: &str) -> Arc<Record> {
        let mut request = Request::new(Method::POST, "/pets?a=1");
        request.headers.insert("accept", "*/*".parse().unwrap());
        request.body = Bytes::copy_from_slice(body.as_bytes());
        let reply = Response::new(StatusCode::OK).with_body("text/plain", "fine");
        Arc::new(Record::of(&request, Entry::new(5), &reply, 7))
    }

    #[test]
    fn keeps_the_beginning_of_bodies() {
        let long = record(&"x".repeat(limit::JOURNAL_BODY_BYTES_MAX + 1));
        assert_eq!(
            (long.body().len(), long.body_bytes),
            (limit::JOURNAL_BODY_BYTES_MAX, limit::JOURNAL_BODY_BYTES_MAX + 1)
        );
        assert_eq!((long.headers(), &*long.answer, long.answer_bytes), (&b"accept: */*\n"[..], &b"fine"[..], 4));
        assert_eq!((long.real_ms, long.virtual_ms, long.query()), (5, 7, Some("a=1")));
    }

    #[test]
    fn a_record_is_filled_again_without_a_trace_of_the_other() {
        let mut entry = Entry::new(1);
        entry.findings.push(Finding::note(Code::BAD_PREFERENCE, Place::Nowhere, "once"));
        (entry.api, entry.operation, entry.origin) = (Some("pets".into()), Some("list".into()), Origin::Schema);
        entry.acted = Some(Acted { scenario: "flaky".into(), rule: 1 });
        let mut request = Request::new(Method::PUT, "/a/longer/path?with=query");
        request.headers.insert("accept", "text/plain".parse().unwrap());
        request.body = Bytes::from_static(b"long enough");
        let mut used = Record::of(&request, entry, &Response::new(StatusCode::CREATED).with_body("a/b", "c"), 9);
        (used.number, used.after) = (7, 6);
        let (small, empty) = (Request::new(Method::GET, "/"), Response::new(StatusCode::NO_CONTENT));
        used.fill(&small, Entry::new(2), &empty, 3);
        assert_eq!(used, Record::of(&small, Entry::new(2), &empty, 3));
        request.body = Bytes::from(vec![b'x'; limit::JOURNAL_BODY_BYTES_MAX]);
        used.fill(&request, Entry::new(2), &empty, 3);
        assert!(used.weight() > limit::JOURNAL_BODY_BYTES_MAX);
        used.fill(&small, Entry::new(2), &empty, 3);
        assert_eq!(used.weight(), Record::of(&small, Entry::new(2), &empty, 3).weight());
        assert!(used.sent.packed.capacity() < limit::JOURNAL_BODY_BYTES_MAX);
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

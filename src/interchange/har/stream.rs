//! A HAR file that is written while its records are read: the file of a journal holds more than a program should.

use std::collections::BTreeMap;

use serde_json::json;

use super::write::{COMMENT, CREATOR, VERSION, entry};
use crate::session::{Record, Secrets};

/// Entries that wait for one that is older. Records are in the order of their answers, and those that were answered out of
/// turn are seldom more than these apart.
const WAITING_MAX: usize = 1_000;

/// The entries that are not written yet, and how far the text is.
///
/// The text is what [`Stream::add`] gives, piece by piece, and [`Stream::end`] after it: an entry a line.
#[derive(Debug, Default)]
pub struct Stream {
    /// By when they began; those of one millisecond stay in their order.
    waiting: BTreeMap<(u64, usize), String>,
    added: usize,
    has_begun: bool,
}

impl Stream {
    /// Takes a record; gives the text that goes before it or with it.
    pub fn add(&mut self, session: &str, record: &Record, secrets: &Secrets) -> String {
        let text = serde_json::to_string(&entry(session, record, secrets)).unwrap_or_default();
        self.waiting.insert((record.real_ms, self.added), text);
        self.added += 1;
        if self.waiting.len() > WAITING_MAX { self.next() } else { String::new() }
    }

    /// The oldest entry that waits, and what goes before it.
    fn next(&mut self) -> String {
        let entry = self.waiting.pop_first().map(|(_, entry)| entry).unwrap_or_default();
        if self.has_begun {
            return format!(",\n{entry}");
        }
        format!("{}\n{entry}", self.begin())
    }

    fn begin(&mut self) -> String {
        self.has_begun = true;
        let log = json!({"version": VERSION, "creator": CREATOR, "comment": COMMENT}).to_string();
        format!("{{\"log\":{},\"entries\":[", log.strip_suffix('}').unwrap_or(&log))
    }

    /// The end of the text.
    pub fn end(mut self) -> String {
        let mut text = if self.waiting.is_empty() && !self.has_begun { self.begin() } else { String::new() };
        while !self.waiting.is_empty() {
            text.push_str(&self.next());
        }
        text.push_str("\n]}}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};
    use serde_json::Value;

    use super::*;
    use crate::{
        answer::Entry,
        interchange::har,
        message::{Request, Response},
    };

    fn record(number: u64, real_ms: u64) -> Record {
        let request = Request::new(Method::GET, "/pets");
        let mut record = Record::of(&request, Entry::new(real_ms), &Response::new(StatusCode::OK), real_ms);
        record.number = number;
        record
    }

    fn streamed(records: &[Record]) -> Value {
        let mut stream = Stream::default();
        let mut text: String = records.iter().map(|record| stream.add("s", record, &Secrets::default())).collect();
        assert!(stream.waiting.len() <= WAITING_MAX);
        text.push_str(&stream.end());
        serde_json::from_str(&text).unwrap()
    }

    /// The same file as the one that is made at once.
    #[test]
    fn streamed_and_whole() {
        for count in [0, 1, 2, WAITING_MAX as u64 + 1, 3_000] {
            // In pairs that were answered out of turn.
            let records: Vec<Record> = (0..count).map(|number| record(number, 1_000 + (number ^ 1))).collect();
            let whole = har::of_records(records.iter().map(|record| ("s", record)), &Secrets::default());
            assert_eq!(streamed(&records), serde_json::to_value(&whole).unwrap(), "{count}");
        }
    }
}

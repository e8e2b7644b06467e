//! What the frames of a journal's file say: records and notes, as bytes and back.
//!
//! Integers are little endian; texts and bytes have their length before them (32 bits). What is absent has the length
//! `0xffffffff`. The first byte of a payload says what it is.

use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderValue, Method};

use super::{
    Record, SessionId,
    frame::{Draft, payloads},
    record::{Sent, place},
};
use crate::{
    answer::{Acted, Origin},
    finding::{Code, Finding, Mark, Part, Place, Reason, Severity, Side},
    limit,
};

const RECORD: u8 = 1;
const GAP: u8 = 2;
const FORGOTTEN: u8 = 3;
const SECRETS: u8 = 4;

/// The length of what is absent.
const ABSENT: u32 = u32::MAX;
/// Scenarios within scenarios that an origin may have: there is one.
const ORIGIN_DEPTH_MAX: usize = 4;
const SEVERITIES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

/// What a frame says.
#[derive(Clone, Debug, PartialEq)]
pub enum Noted {
    /// An exchange.
    Record {
        /// Whose it is.
        session: SessionId,
        /// The exchange.
        record: Box<Record>,
    },
    /// Records that could not be written are missing here.
    Gap {
        /// How many.
        lost: u64,
        /// Since when, in milliseconds since the Unix epoch.
        since_ms: u64,
        /// Until when.
        until_ms: u64,
    },
    /// The records of a session that come before this are forgotten.
    Forgotten {
        /// Whose.
        session: SessionId,
        /// True if the session was dropped, so that its numbers begin anew.
        is_dropped: bool,
    },
    /// Names whose values are secrets, beside the usual ones.
    Secrets(Vec<String>),
}

/// What a frame is about, to be had without reading all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'p> {
    /// An exchange of a session, with its number.
    Record {
        /// The session's name.
        session: &'p str,
        /// The record's number.
        number: u64,
    },
    /// As [`Noted::Gap`].
    Gap {
        /// How many records are missing.
        lost: u64,
    },
    /// As [`Noted::Forgotten`].
    Forgotten {
        /// The session's name.
        session: &'p str,
        /// True if the session was dropped.
        is_dropped: bool,
    },
    /// As [`Noted::Secrets`], or something that a newer version writes.
    Other,
}

/// The frame of a record, but for its number.
pub fn record(session: &SessionId, record: &Record) -> Draft {
    let capacity = 256 + record.sent.packed.len() + record.answer.len() + record.findings.len() * 256;
    Draft::new(capacity, |out| {
        name(out, RECORD, session);
        for number in [record.after, record.real_ms, record.virtual_ms] {
            out.put_u64_le(number);
        }
        out.put_u64_le(record.body_bytes as u64);
        out.put_u64_le(record.answer_bytes as u64);
        out.put_u16_le(record.status);
        text(out, record.method.as_str());
        sent(out, &record.sent);
        maybe(out, record.api.as_deref().map(str::as_bytes));
        maybe(out, record.operation.as_deref().map(str::as_bytes));
        maybe(out, record.answer_type.as_ref().map(HeaderValue::as_bytes));
        maybe(out, Some(&record.answer));
        origin(out, &record.origin);
        maybe(out, record.acted.as_ref().map(|acted| acted.scenario.as_bytes()));
        out.put_u64_le(record.acted.as_ref().map_or(0, |acted| acted.rule as u64));
        findings(out, &record.findings);
    })
}

/// The frame of anything but a record.
pub fn note(noted: &Noted) -> Vec<u8> {
    match noted {
        Noted::Record { session, record: exchange } => record(session, exchange).finish(exchange.number),
        Noted::Gap { lost, since_ms, until_ms } => {
            let write = |out: &mut Vec<u8>| {
                out.put_u8(GAP);
                out.put_u64_le(*since_ms);
                out.put_u64_le(*until_ms);
            };
            Draft::new(32, write).finish(*lost)
        }
        Noted::Forgotten { session, is_dropped } => {
            Draft::new(64, |out| name(out, FORGOTTEN, session)).finish(u64::from(*is_dropped))
        }
        Noted::Secrets(names) => {
            let write = |out: &mut Vec<u8>| {
                out.put_u8(SECRETS);
                for name in names {
                    text(out, name);
                }
            };
            Draft::new(names.len() * 32, write).finish(names.len() as u64)
        }
    }
}

fn name(out: &mut Vec<u8>, kind: u8, session: &SessionId) {
    out.put_u8(kind);
    // A name has at most `limit::SESSION_NAME_MAX` characters of ASCII.
    out.put_u8(u8::try_from(session.as_str().len()).unwrap_or(u8::MAX));
    out.put_slice(session.as_str().as_bytes());
}

fn maybe(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => out.put_u32_le(ABSENT),
        Some(bytes) => {
            out.put_u32_le(place(bytes));
            out.put_slice(bytes);
        }
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    maybe(out, Some(text.as_bytes()));
}

fn sent(out: &mut Vec<u8>, sent: &Sent) {
    out.put_u32_le(sent.path_end);
    out.put_u32_le(sent.query_end.unwrap_or(ABSENT));
    out.put_u32_le(sent.headers_end);
    maybe(out, Some(&sent.packed));
}

fn origin(out: &mut Vec<u8>, from: &Origin) {
    match from {
        Origin::Example(name) => {
            out.put_u8(0);
            maybe(out, name.as_deref().map(str::as_bytes));
        }
        Origin::Schema => out.put_u8(1),
        Origin::Empty => out.put_u8(2),
        Origin::Upstream => out.put_u8(3),
        Origin::OAuth => out.put_u8(4),
        Origin::Mimeo => out.put_u8(5),
        Origin::Scenario { name, from: None } => {
            out.put_u8(6);
            text(out, name);
        }
        Origin::Scenario { name, from: Some(from) } => {
            out.put_u8(7);
            text(out, name);
            origin(out, from);
        }
    }
}

fn findings(out: &mut Vec<u8>, all: &[Finding]) {
    let end = out.len() + limit::JOURNAL_FINDINGS_BYTES_MAX;
    let count = out.len();
    let mut written: u32 = 0;
    out.put_u32_le(0);
    for each in all {
        if out.len() >= end {
            break;
        }
        finding(out, each);
        written += 1;
    }
    out[count..count + 4].copy_from_slice(&written.to_le_bytes());
}

fn finding(out: &mut Vec<u8>, finding: &Finding) {
    let number = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX);
    text(out, finding.code.as_str());
    out.put_u8(number(SEVERITIES.iter().position(|it| *it == finding.severity)));
    match &finding.place {
        Place::Nowhere => out.put_u8(0),
        Place::File { file, pointer, mark } => {
            out.put_u8(1);
            text(out, file);
            text(out, pointer);
            out.put_u8(u8::from(mark.is_some()));
            if let Some(mark) = mark {
                for number in [mark.start, mark.end, mark.line, mark.column] {
                    out.put_u64_le(number as u64);
                }
            }
        }
        Place::Message { side, part, at } => {
            out.put_u8(if *side == Side::Request { 2 } else { 3 });
            out.put_u8(number(Part::ALL.iter().position(|it| it == part)));
            text(out, at);
        }
    }
    text(out, &finding.message);
    maybe(out, finding.help.as_deref().map(str::as_bytes));
    out.put_u8(number(finding.reason.and_then(|reason| Reason::ALL.iter().position(|it| *it == reason))));
}

/// What a frame is about; `None` if it cannot be read.
pub fn subject(payload: &[u8]) -> Option<Subject<'_>> {
    let number = payload.last_chunk().map(|bytes| u64::from_le_bytes(*bytes))?;
    let mut from = Reader(&payload[..payload.len() - size_of::<u64>()]);
    Some(match from.0.try_get_u8().ok()? {
        RECORD => Subject::Record { session: from.name()?, number },
        GAP => Subject::Gap { lost: number },
        FORGOTTEN => Subject::Forgotten { session: from.name()?, is_dropped: number != 0 },
        _ => Subject::Other,
    })
}

/// What is lost with frames that are not written: how many records are in them, and how many are missing in all, with
/// those that gaps among them speak of.
pub fn lost_with(frames: &[u8]) -> (u64, u64) {
    payloads(frames).fold((0, 0), |(records, missing), payload| match subject(payload) {
        Some(Subject::Record { .. }) => (records + 1, missing + 1),
        Some(Subject::Gap { lost }) => (records, missing + lost),
        _ => (records, missing),
    })
}

/// What a frame says; `None` if it cannot be read, as what a newer version writes cannot.
pub fn decode(payload: &[u8]) -> Option<Noted> {
    let number = payload.last_chunk().map(|bytes| u64::from_le_bytes(*bytes))?;
    let mut from = Reader(&payload[..payload.len() - size_of::<u64>()]);
    let noted = match from.0.try_get_u8().ok()? {
        RECORD => {
            let session = SessionId::new(from.name()?).ok()?;
            Noted::Record { session, record: Box::new(from.record(number)?) }
        }
        GAP => Noted::Gap { lost: number, since_ms: from.u64()?, until_ms: from.u64()? },
        FORGOTTEN => Noted::Forgotten { session: SessionId::new(from.name()?).ok()?, is_dropped: number != 0 },
        SECRETS => {
            let mut names = Vec::new();
            while !from.0.is_empty() {
                names.push(from.text()?.to_owned());
            }
            Noted::Secrets(names)
        }
        _ => return None,
    };
    from.0.is_empty().then_some(noted)
}

/// What is left to be read.
struct Reader<'p>(&'p [u8]);

impl<'p> Reader<'p> {
    fn u8(&mut self) -> Option<u8> {
        self.0.try_get_u8().ok()
    }

    fn u32(&mut self) -> Option<u32> {
        self.0.try_get_u32_le().ok()
    }

    fn u64(&mut self) -> Option<u64> {
        self.0.try_get_u64_le().ok()
    }

    fn usize(&mut self) -> Option<usize> {
        usize::try_from(self.u64()?).ok()
    }

    fn take(&mut self, length: usize) -> Option<&'p [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn name(&mut self) -> Option<&'p str> {
        let length = self.u8()?;
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }

    /// The outer `None` says that there is a fault, the inner one that it is absent.
    #[expect(clippy::option_option, reason = "a fault and what is absent are two things")]
    fn maybe(&mut self) -> Option<Option<&'p [u8]>> {
        match self.u32()? {
            ABSENT => Some(None),
            length => self.take(length as usize).map(Some),
        }
    }

    fn bytes(&mut self) -> Option<&'p [u8]> {
        self.maybe()?
    }

    fn text(&mut self) -> Option<&'p str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    #[expect(clippy::option_option, reason = "as for `maybe`")]
    fn shared(&mut self) -> Option<Option<Arc<str>>> {
        self.maybe()?.map_or(Some(None), |bytes| std::str::from_utf8(bytes).ok().map(|text| Some(text.into())))
    }

    fn record(&mut self, number: u64) -> Option<Record> {
        let (after, real_ms, virtual_ms) = (self.u64()?, self.u64()?, self.u64()?);
        let (body_bytes, answer_bytes) = (self.usize()?, self.usize()?);
        let status = self.0.try_get_u16_le().ok()?;
        let method = Method::from_bytes(self.bytes()?).ok()?;
        let sent = self.sent()?;
        let (api, operation) = (self.shared()?, self.shared()?);
        let answer_type = match self.maybe()? {
            None => None,
            Some(value) => Some(HeaderValue::from_bytes(value).ok()?),
        };
        let answer = Bytes::copy_from_slice(self.bytes()?);
        let origin = self.origin(ORIGIN_DEPTH_MAX)?;
        let (scenario, rule) = (self.shared()?, self.usize()?);
        let acted = scenario.map(|scenario| Acted { scenario, rule });
        let mut findings = Vec::new();
        for _ in 0..self.u32()? {
            findings.push(self.finding()?);
        }
        Some(Record {
            number,
            after,
            real_ms,
            virtual_ms,
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
        })
    }

    fn sent(&mut self) -> Option<Sent> {
        let path_end = self.u32()?;
        let query_end = Some(self.u32()?).filter(|end| *end != ABSENT);
        let headers_end = self.u32()?;
        let packed: Vec<u8> = self.bytes()?.into();
        let text_end = query_end.unwrap_or(path_end);
        std::str::from_utf8(packed.get(..path_end as usize)?).ok()?;
        std::str::from_utf8(packed.get(path_end as usize..text_end as usize)?).ok()?;
        packed.get(text_end as usize..headers_end as usize)?;
        Some(Sent { packed, path_end, query_end, headers_end })
    }

    fn origin(&mut self, depth: usize) -> Option<Origin> {
        Some(match self.u8()? {
            0 => Origin::Example(self.shared()?),
            1 => Origin::Schema,
            2 => Origin::Empty,
            3 => Origin::Upstream,
            4 => Origin::OAuth,
            5 => Origin::Mimeo,
            6 => Origin::Scenario { name: self.text()?.into(), from: None },
            7 if depth > 0 => {
                Origin::Scenario { name: self.text()?.into(), from: Some(Box::new(self.origin(depth - 1)?)) }
            }
            _ => return None,
        })
    }

    fn finding(&mut self) -> Option<Finding> {
        let code = self.text()?;
        let severity = *SEVERITIES.get(usize::from(self.u8()?))?;
        let place = match self.u8()? {
            0 => Place::Nowhere,
            1 => {
                let (file, pointer) = (self.text()?.into(), self.text()?.to_owned());
                let mark = if self.u8()? == 0 {
                    None
                } else {
                    let (start, end) = (self.usize()?, self.usize()?);
                    Some(Mark { start, end, line: self.usize()?, column: self.usize()? })
                };
                Place::File { file, pointer, mark }
            }
            side @ (2 | 3) => {
                let side = if side == 2 { Side::Request } else { Side::Response };
                let part = *Part::ALL.get(usize::from(self.u8()?))?;
                Place::Message { side, part, at: self.text()?.to_owned() }
            }
            _ => return None,
        };
        let message = self.text()?;
        let help = self.maybe()?.map(|bytes| std::str::from_utf8(bytes).map(str::to_owned)).transpose().ok()?;
        let reason = Reason::ALL.get(usize::from(self.u8()?)).copied();
        // A newer version has codes that this one does not know.
        let (code, message) = match Code::named(code) {
            Some(code) => (code, message.to_owned()),
            None => (Code("unknown"), format!("{code}: {message}")),
        };
        Some(Finding { code, severity, place, message, help, reason })
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;

//! Any bytes as the file of a journal: it is walked, and what its frames hold is read, shown, and written again.
//!
//! Few inputs have a checksum that is right. So the file is walked as it stands, and then what follows each mark and the
//! eight bytes after it is taken for a payload, and put into a frame that is sound.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    finding::Code,
    interchange::har::{self, Stream},
    session::{
        Record, Secrets, SessionId, WholeRecord,
        codec::{self, Noted, Subject},
        frame::{self, Beginning, Draft, HEAD_BYTES, HEADER_BYTES, Step, Walk},
    },
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 8 * 1024;
/// What a frame begins with.
const MARK: &[u8] = b"\xf5mj\n";

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > BYTES_MAX {
        return Corpus::Reject;
    }
    Beginning::of(bytes);
    walked(bytes.get(HEADER_BYTES..).unwrap_or_default());
    let payloads = payloads(bytes);
    for payload in &payloads {
        read(payload);
    }
    found_again(&payloads);
    Corpus::Keep
});

/// Walks through the bytes: each of them is in one step, and a step is not empty.
fn walked(bytes: &[u8]) {
    let mut walk = Walk::new(bytes, HEADER_BYTES as u64);
    let mut end = HEADER_BYTES as u64;
    while let Some(step) = walk.step().expect("bytes in memory are read") {
        let (at, length) = match step {
            Step::Frame { at, payload } => (at, (HEAD_BYTES + payload.len()) as u64),
            Step::Damage { at, bytes, .. } => (at, bytes),
        };
        assert!(at == end && length > 0, "{length} bytes at {at} follow {end}");
        end += length;
    }
    assert_eq!(end, (HEADER_BYTES + bytes.len()) as u64);
    assert!(frame::whole(bytes) <= bytes.len());
    codec::lost_with(bytes);
}

/// What follows each mark, without the length and the checksum.
fn payloads(bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        rest = &rest[at + MARK.len()..];
        let end = rest.windows(MARK.len()).position(|window| window == MARK).unwrap_or(rest.len());
        found.extend(rest[..end].get(HEAD_BYTES - MARK.len()..));
    }
    found
}

/// Reads a payload. What can be read is shown, and written so that the same is read again.
fn read(payload: &[u8]) {
    let subject = codec::subject(payload);
    let Some(noted) = codec::decode(payload) else { return };
    if is_known(&noted) {
        let written = codec::note(&noted);
        let again = frame::payloads(&written).next().and_then(codec::decode);
        assert_eq!(again.as_ref(), Some(&noted), "what is written is read");
    }
    match (&noted, subject) {
        (Noted::Record { session, record }, Some(Subject::Record { session: name, number })) => {
            assert_eq!((session.as_str(), record.number), (name, number));
            shown(session, record);
        }
        (Noted::Gap { lost, .. }, Some(Subject::Gap { lost: same })) => assert_eq!(*lost, same),
        (Noted::Forgotten { session, is_dropped }, Some(Subject::Forgotten { session: name, is_dropped: same })) => {
            assert_eq!((session.as_str(), *is_dropped), (name, same));
        }
        (Noted::Secrets(_), Some(Subject::Other)) => (),
        (noted, subject) => panic!("{noted:?} is about {subject:?}"),
    }
}

/// False for what has a code of a newer version, which is read as another one.
fn is_known(noted: &Noted) -> bool {
    !matches!(noted, Noted::Record { record, .. } if record.findings.iter().any(|it| it.code.as_str() == "unknown"))
}

/// Shows a record as `mimeo journal show` does. What is written as HAR is read as HAR.
fn shown(session: &SessionId, record: &Record) {
    let secrets = Secrets::default();
    serde_json::to_string(&WholeRecord::of(record, &secrets)).expect("a record is shown as JSON");
    let mut stream = Stream::default();
    let text = stream.add(session.as_str(), record, &secrets) + &stream.end();
    let recording = har::read("journal.har", text.into_bytes());
    let is_archive = recording.findings.iter().all(|finding| finding.code != Code::NOT_A_HAR);
    assert!(is_archive && recording.exchanges.len() <= 1, "{:?}", recording.findings);
}

/// Frames that are sound are found, each of them as it was made, also after damage.
fn found_again(payloads: &[&[u8]]) {
    let mut bytes = b"\xf5mj".to_vec();
    let mut made = Vec::new();
    for (number, payload) in payloads.iter().enumerate() {
        let start = bytes.len();
        bytes.extend(Draft::new(payload.len(), |out| out.extend_from_slice(payload)).finish(number as u64));
        made.push(bytes[start + HEAD_BYTES..].to_vec());
    }
    let mut walk = Walk::new(&*bytes, 0);
    let mut found = Vec::new();
    while let Some(step) = walk.step().expect("bytes in memory are read") {
        if let Step::Frame { payload, .. } = step {
            found.push(payload.to_vec());
        }
    }
    assert_eq!(found, made);
}

//! What is written is read, and whatever is read does no harm.

use http::{HeaderName, StatusCode};
use proptest::prelude::*;

use super::*;
use crate::{
    answer::Entry,
    message::{Request, Response},
    session::frame::{HEAD_BYTES, Step, Walk},
};

fn some_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,8}", ".{0,12}"]
}

fn some_origin() -> impl Strategy<Value = Origin> {
    let plain = prop_oneof![
        prop::option::of(some_text()).prop_map(|name| Origin::Example(name.map(Into::into))),
        Just(Origin::Schema),
        Just(Origin::Empty),
        Just(Origin::Upstream),
        Just(Origin::OAuth),
        Just(Origin::Mimeo),
    ];
    let staged = (some_text(), prop::option::of(plain.clone()))
        .prop_map(|(name, from)| Origin::Scenario { name: name.into(), from: from.map(Box::new) });
    prop_oneof![plain, staged]
}

fn some_place() -> impl Strategy<Value = Place> {
    let mark = (any::<u16>(), any::<u16>()).prop_map(|(start, line)| Mark {
        start: start.into(),
        end: usize::from(start) + 3,
        line: line.into(),
        column: 1,
    });
    prop_oneof![
        Just(Place::Nowhere),
        (some_text(), some_text(), prop::option::of(mark)).prop_map(|(file, pointer, mark)| Place::File {
            file: file.into(),
            pointer,
            mark
        }),
        (any::<bool>(), prop::sample::select(&Part::ALL[..]), some_text()).prop_map(|(is_request, part, at)| {
            let side = if is_request { Side::Request } else { Side::Response };
            Place::Message { side, part, at }
        }),
    ]
}

fn some_finding() -> impl Strategy<Value = Finding> {
    let codes: Vec<Code> =
        Code::ALL.iter().map(|(code, _)| *code).chain([Code("required"), Code("uniqueItems")]).collect();
    (
        prop::sample::select(codes),
        prop::sample::select(&SEVERITIES[..]),
        some_place(),
        some_text(),
        prop::option::of(some_text()),
        prop::option::of(prop::sample::select(&Reason::ALL[..])),
    )
        .prop_map(|(code, severity, place, message, help, reason)| Finding {
            code,
            severity,
            place,
            message,
            help,
            reason,
        })
}

fn some_request() -> impl Strategy<Value = Request> {
    (
        prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::from_bytes(b"PURGE-ALL").unwrap())],
        ".{0,20}",
        prop::option::of(".{0,20}"),
        prop::collection::vec(("[a-z-]{1,12}", "[ -~]{0,20}"), 0..6),
        prop::collection::vec(any::<u8>(), 0..40),
    )
        .prop_map(|(method, path, query, fields, body)| {
            let mut request = Request::new(method, "");
            (request.path, request.query, request.body) = (path, query, body.into());
            for (name, value) in fields {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                request.headers.append(name, HeaderValue::from_str(&value).unwrap());
            }
            request
        })
}

prop_compose! {
    fn some_record()(
        request in some_request(),
        answered in (any::<bool>(), prop::collection::vec(any::<u8>(), 0..40), 100_u16..600),
        numbers in any::<[u64; 4]>(),
        names in (prop::option::of(some_text()), prop::option::of(some_text())),
        origin in some_origin(),
        acted in prop::option::of((some_text(), any::<u16>())),
        findings in prop::collection::vec(some_finding(), 0..4),
    ) -> Record {
        let (has_type, answer, status) = answered;
        let mut reply = Response::new(StatusCode::from_u16(status).unwrap());
        if has_type {
            reply = reply.with_body("text/plain", answer);
        }
        let mut entry = Entry::new(numbers[0]);
        (entry.api, entry.operation) = (names.0.map(Into::into), names.1.map(Into::into));
        (entry.origin, entry.findings) = (origin, findings);
        entry.acted = acted.map(|(scenario, rule)| Acted { scenario: scenario.into(), rule: rule.into() });
        let mut record = Record::of(&request, entry, &reply, numbers[1]);
        (record.number, record.after) = (numbers[2], numbers[3]);
        record
    }
}

fn some_note() -> impl Strategy<Value = Noted> {
    let session = || "[A-Za-z0-9._~-]{1,30}".prop_map(|name| SessionId::new(&name).unwrap());
    prop_oneof![
        4 => (session(), some_record())
            .prop_map(|(session, record)| Noted::Record { session, record: Box::new(record) }),
        1 => any::<[u64; 3]>()
            .prop_map(|[lost, since_ms, until_ms]| Noted::Gap { lost, since_ms, until_ms }),
        1 => (session(), any::<bool>()).prop_map(|(session, is_dropped)| Noted::Forgotten { session, is_dropped }),
        1 => prop::collection::vec(some_text(), 0..4).prop_map(Noted::Secrets),
    ]
}

/// The payload of the only frame in `bytes`.
fn payload(bytes: &[u8]) -> Vec<u8> {
    let mut walk = Walk::new(bytes, 0);
    match walk.step().unwrap() {
        Some(Step::Frame { payload, .. }) if payload.len() + HEAD_BYTES == bytes.len() => payload.to_vec(),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(noted in some_note()) {
        let payload = payload(&note(&noted));
        prop_assert_eq!(decode(&payload), Some(noted.clone()));
        let subject = subject(&payload);
        match &noted {
            Noted::Record { session, record } => {
                prop_assert_eq!(subject, Some(Subject::Record { session: session.as_str(), number: record.number }));
            }
            Noted::Gap { lost, .. } => prop_assert_eq!(subject, Some(Subject::Gap { lost: *lost })),
            Noted::Forgotten { session, is_dropped } => {
                let expected = Subject::Forgotten { session: session.as_str(), is_dropped: *is_dropped };
                prop_assert_eq!(subject, Some(expected));
            }
            Noted::Secrets(_) => prop_assert_eq!(subject, Some(Subject::Other)),
        }
    }

    /// Whatever a frame holds: it is read or it is not, and what is read can be asked for all that it has.
    #[test]
    fn what_is_damaged_does_no_harm(noted in some_note(), changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..6), cut in any::<prop::sample::Index>()) {
        let mut payload = payload(&note(&noted));
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        for bytes in [&payload[..], &payload[..cut.index(payload.len())]] {
            let _ = subject(bytes);
            if let Some(Noted::Record { record, .. }) = decode(bytes) {
                let _ = (record.path(), record.query(), record.headers(), record.body(), record.weight());
            }
        }
    }

    #[test]
    fn any_payload_does_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (subject(&bytes), decode(&bytes));
    }
}

#[test]
fn a_code_of_a_newer_version_is_kept_in_the_words() {
    let mut made = Record::of(&Request::new(Method::GET, "/"), Entry::new(0), &Response::new(StatusCode::OK), 0);
    made.findings.push(Finding::error(Code("invented-later"), Place::Nowhere, "wrong"));
    let bytes = record(&SessionId::DEFAULT, &made).finish(1);
    let Some(Noted::Record { record, .. }) = decode(&payload(&bytes)) else { panic!("it is read") };
    assert_eq!((record.findings[0].code.as_str(), &*record.findings[0].message), ("unknown", "invented-later: wrong"));
}

/// A record with more findings than fit is written without the last of them.
#[test]
fn findings_are_bounded() {
    let mut made = Record::of(&Request::new(Method::GET, "/"), Entry::new(0), &Response::new(StatusCode::OK), 0);
    let finding = Finding::error(Code::SYNTAX, Place::Nowhere, "x".repeat(limit::MESSAGE_BYTES_MAX));
    made.findings = vec![finding; 10_000];
    let bytes = record(&SessionId::DEFAULT, &made).finish(1);
    let Some(Noted::Record { record, .. }) = decode(&payload(&bytes)) else { panic!("it is read") };
    assert!((4_000..10_000).contains(&record.findings.len()), "{}", record.findings.len());
}

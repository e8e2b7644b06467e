//! Any request against mocks: of every case in `fixtures/cases/`, of `handle.yaml`, and of all of them on one server.
//!
//! The first byte of the input says which mock is meant, the second one its settings, the third one is the seed of varied
//! values, the rest is the request.
#![no_main]

mod request;

use std::sync::{Arc, OnceLock};

use http::{Method, StatusCode, header};
use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    answer::{Origin, Outcome},
    contract::{Contract, Located, Routed, Site},
    finding::{Place, Severity, Side},
    message::Request,
    mock::{Auth, Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    session::State,
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 4 * 1024;

/// Descriptions, by names for their addresses. What follows in a case are its requests.
const DESCRIPTIONS: [(&str, &str); 11] = [
    ("everything.yaml", include_str!("handle.yaml")),
    ("by-reason.yaml", include_str!("../../fixtures/cases/answers/by-reason.case")),
    ("negotiation.yaml", include_str!("../../fixtures/cases/answers/negotiation.case")),
    ("own-faults.yaml", include_str!("../../fixtures/cases/answers/own-faults.case")),
    ("pairing.yaml", include_str!("../../fixtures/cases/answers/pairing.case")),
    ("real-life.yaml", include_str!("../../fixtures/cases/answers/real-life.case")),
    ("statuses.yaml", include_str!("../../fixtures/cases/answers/statuses.case")),
    ("parameters.yaml", include_str!("../../fixtures/cases/requests/parameters.case")),
    ("routes.yaml", include_str!("../../fixtures/cases/requests/routes.case")),
    ("security.yaml", include_str!("../../fixtures/cases/requests/security.case")),
    ("swagger2.yaml", include_str!("../../fixtures/cases/requests/swagger2.case")),
];

/// One site a description, and one of all.
const SITES: usize = DESCRIPTIONS.len() + 1;
/// How strict to be with credentials.
const AUTH: [Auth; 3] = [Auth::Strict, Auth::Lenient, Auth::Off];
/// Each of the five switches on or off, for each kind of strictness.
const SETTINGS: usize = AUTH.len() << 5;

static CONTRACTS: [OnceLock<Arc<Contract>>; DESCRIPTIONS.len()] = [const { OnceLock::new() }; DESCRIPTIONS.len()];
static MOCKS: [OnceLock<Mock>; SITES * SETTINGS] = [const { OnceLock::new() }; SITES * SETTINGS];

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let [site, settings, seed, text @ ..] = bytes else { return Corpus::Reject };
    let Some(request) = request::request(text).filter(|_| bytes.len() <= BYTES_MAX) else { return Corpus::Reject };
    let mock = mock(*site, *settings);
    let moment = Moment { now_ms: 0, seed: u64::from(*seed) };
    let outcome = handle(mock, &State::default(), &request, moment).outcome;
    is_well_formed(&outcome);
    is_described(mock, &request, &outcome);
    let again = handle(mock, &State::default(), &request, moment).outcome;
    assert_eq!(outcome.reply, again.reply, "the same request has the same answer");
    Corpus::Keep
});

/// The mock that two bytes mean; letters and digits mean all of them.
fn mock(site: u8, settings: u8) -> &'static Mock {
    let site = usize::from(site.wrapping_sub(b'A')) % SITES;
    let settings = usize::from(settings.wrapping_sub(b'0')) % SETTINGS;
    MOCKS[site * SETTINGS + settings].get_or_init(|| {
        let has = |bit: usize| settings >> bit & 1 == 1;
        let settings = Settings {
            cors: has(0),
            errors: has(1),
            validate_request: !has(2),
            auth: AUTH[settings >> 5],
            dynamic: has(3),
            ignore_examples: has(4),
        };
        let chosen = if site < DESCRIPTIONS.len() { site..site + 1 } else { 0..DESCRIPTIONS.len() };
        Mock::new(Site { contracts: chosen.map(contract).collect() }, settings)
    })
}

fn contract(index: usize) -> Arc<Contract> {
    let made = CONTRACTS[index].get_or_init(|| {
        let (name, text) = DESCRIPTIONS[index];
        let description = text.split("\n==== ").next().unwrap_or_default();
        let loaded = load(&MemorySources::new().with(name, description), name, name, &[]);
        Arc::new(Contract::compile(loaded.api.expect("a description")).0)
    });
    Arc::clone(made)
}

/// What every answer is: header fields that can be sent, problems that are JSON.
fn is_well_formed(outcome: &Outcome) {
    let reply = &outcome.reply;
    for (name, value) in &reply.headers {
        let is_text = value.as_bytes().iter().all(|byte| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f));
        assert!(is_text, "{name}: {value:?}");
        assert!(*name != header::TRANSFER_ENCODING, "{name} belongs to the connection");
        assert!(*name != header::CONTENT_LENGTH || value == "0" && reply.body.is_empty(), "{name} is for preflights");
    }
    assert!(!reply.status.is_informational(), "{} is no answer", reply.status);
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&reply.status);
    assert!(reply.body.is_empty() || !bodiless, "{} has no body", reply.status);
    if reply.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"))
        && outcome.entry.origin == Origin::Mimeo
    {
        let problem: serde_json::Value = serde_json::from_slice(&reply.body).expect("a problem is JSON");
        assert_eq!(problem["status"], reply.status.as_u16());
    }
}

/// What an answer of the description is: one that the operation has.
fn is_described(mock: &Mock, request: &Request, outcome: &Outcome) {
    if !matches!(outcome.entry.origin, Origin::Example(_) | Origin::Schema) {
        return;
    }
    let Located::Api { contract, path } = mock.site.locate(request) else { panic!("an answer of no API") };
    let Routed::Operation(found) = contract.route(&request.method, path, request.query.as_deref()) else {
        panic!("an answer of no operation");
    };
    let operation = contract.operation(found.operation);
    let status = outcome.reply.status.as_u16();
    let mut responses = operation.responses.iter();
    assert!(
        responses.any(|response| response.status.covers(status)),
        "{status} of {} is not described",
        operation.path
    );
    if outcome.entry.origin == Origin::Schema && !request.headers.contains_key(header::ACCEPT) {
        holds(outcome, &request.method);
    }
}

/// An answer that was made from its schema satisfies it. `schema: false` is the exception: nothing does.
fn holds(outcome: &Outcome, method: &Method) {
    let of_answer = |place: &Place| matches!(place, Place::Message { side: Side::Response, .. });
    let mut faults = outcome.entry.findings.iter().filter(|finding| of_answer(&finding.place));
    let fault = faults.find(|finding| {
        finding.severity == Severity::Error && outcome.reply.status != StatusCode::INTERNAL_SERVER_ERROR
    });
    assert_eq!(fault, None, "{method} {}", String::from_utf8_lossy(&outcome.reply.body));
}

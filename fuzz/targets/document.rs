//! Any bytes as a description: it is read, compiled and judged, reported, and its first operations are served.
//!
//! Lines `====` part the description from a second file, `other.yaml`, which it may refer to, and that from an overlay.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    contract::{Contract, Site},
    limit,
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    report::{Chapter, Colour, github, json, text},
    session::State,
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 8 * 1024;
/// Operations that are asked for an answer.
const SERVED_MAX: usize = 4;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > BYTES_MAX {
        return Corpus::Reject;
    }
    played(bytes);
    Corpus::Keep
});

fn played(bytes: &[u8]) {
    let files = parts(bytes);
    let mut sources = MemorySources::new();
    for (name, bytes) in ["api.yaml", "other.yaml", "overlay.yaml"].into_iter().zip(&files) {
        sources = sources.with(name, *bytes);
    }
    let overlays = files.get(2).map(|_| "overlay.yaml".to_owned());
    let loaded = load(&sources, "api.yaml", "api.yaml", overlays.as_slice());
    let mut findings = loaded.findings;
    assert!(findings.len() <= limit::FINDINGS_MAX);
    let contract = loaded.api.map(|api| {
        let (contract, more) = Contract::compile(api);
        findings.extend(more);
        findings.extend(contract.check_all());
        Arc::new(contract)
    });
    assert!(contract.is_some() || !findings.is_empty(), "what is no description has a finding that says so");
    let chapters = [Chapter { findings: &findings, documents: &loaded.documents }];
    text(&chapters, Colour::Plain);
    json(&chapters);
    github(&chapters);
    if let Some(contract) = contract {
        serve(&contract);
    }
}

/// Asks the first operations for an answer, a plain one and a varied one.
fn serve(contract: &Arc<Contract>) {
    for dynamic in [false, true] {
        let settings = Settings { validate_request: dynamic, dynamic, ..Settings::default() };
        let mock = Mock::new(Site { contracts: vec![Arc::clone(contract)] }, settings);
        for operation in contract.api.operations.iter().take(SERVED_MAX) {
            let request = Request::new(operation.method.clone(), &operation.path);
            handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 7 });
        }
    }
}

/// The input, split at lines `====`.
fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    const SEPARATOR: &[u8] = b"\n====\n";
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        parts.push(&rest[..at + 1]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    parts.push(rest);
    parts
}

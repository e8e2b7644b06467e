//! Any text as the file of a snapshot: it is read, shown, written so that the same is read again, and compared.
//!
//! A line `====` parts it from a second snapshot, which it is compared with.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    report::{self, Chapter, Colour},
    snapshot::{Snapshot, compare},
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 8 * 1024;

fuzz_target!(|text: &str| -> Corpus {
    if text.len() > BYTES_MAX {
        return Corpus::Reject;
    }
    let (first, second) = text.split_once("\n====\n").unwrap_or((text, text));
    let (Some(first), Some(second)) = (read(first), read(second)) else { return Corpus::Keep };
    let comparison = compare(&first, &second);
    report::comparison(&comparison, Colour::Plain);
    report::comparison_summary(&comparison);
    report::unified(("first", &first.write()), ("second", &second.write()), Colour::Plain);
    Corpus::Keep
});

/// Reads a snapshot, or says what is wrong with it.
fn read(text: &str) -> Option<Snapshot> {
    let snapshot = match Snapshot::read("client.snap", text) {
        Ok(snapshot) => snapshot,
        Err(unreadable) => {
            assert!(!unreadable.findings.is_empty(), "what is no snapshot has a finding that says so");
            let chapter = Chapter { findings: &unreadable.findings, documents: &unreadable.documents };
            report::text(&[chapter], Colour::Plain);
            return None;
        }
    };
    let written = snapshot.write();
    let again = Snapshot::read("client.snap", &written);
    let again = again.unwrap_or_else(|unreadable| panic!("{:?}\n{written}", unreadable.findings));
    assert_eq!(again, snapshot, "what is written is read");
    assert_eq!(again.write(), written, "the same snapshot is the same file");
    let differences = compare(&snapshot, &again).differences;
    assert!(differences.is_empty(), "a client that does the same does not differ: {differences:?}");
    report::snapshot(&snapshot, Colour::Plain);
    serde_json::from_str::<serde_json::Value>(&report::snapshot_json(&snapshot)).expect("it is JSON");
    Some(snapshot)
}

//! Any bytes as an HTTP archive: it is read and reported, judged against a description, and made a snapshot, a pact and an
//! archive.
#![no_main]

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use libfuzzer_sys::{Corpus, fuzz_target};
use mimeo::{
    contract::{Contract, Site},
    finding::Code,
    interchange::{
        har::{self, Base, Judged},
        pact::{self, Parties},
    },
    openapi::{MemorySources, load},
    report::{self, Chapter, Colour},
    session::{Record, Secrets},
    snapshot::{About, Recorded, Rules, Snapshot, compare},
    usage::{Client, bind},
};

/// Larger inputs say nothing new and are slow.
const BYTES_MAX: usize = 8 * 1024;

static SITE: OnceLock<Site> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > BYTES_MAX {
        return Corpus::Reject;
    }
    let recording = har::read("recording.har", bytes.to_vec());
    report::text(&[Chapter { findings: &recording.findings, documents: &recording.documents }], Colour::Plain);
    let site = SITE.get_or_init(site);
    let base: Base = "https://example.test/base".parse().expect("an address");
    for base in [None, Some(&base)] {
        let judged = har::judge(&recording, site, base);
        assert!(
            judged.exchanges.len() + judged.skipped.len() == recording.exchanges.len(),
            "each entry is judged once"
        );
        for (index, ..) in &judged.exchanges {
            recording.place(*index);
        }
        judged.elsewhere();
        used(site, &judged);
    }
    Corpus::Keep
});

fn site() -> Site {
    let sources = MemorySources::new().with("everything.yaml", include_str!("handle.yaml"));
    let api = load(&sources, "everything.yaml", "everything.yaml", &[]).api.expect("a description");
    Site { contracts: vec![Arc::new(Contract::compile(api).0)] }
}

/// Makes of the exchanges what can be made of them.
fn used(site: &Site, judged: &Judged) {
    let mut sessions: BTreeMap<&str, Vec<Arc<Record>>> = BTreeMap::new();
    for (_, session, record) in &judged.exchanges {
        sessions.entry(session.as_str()).or_default().push(Arc::new(record.clone()));
    }
    let recorded: Vec<Recorded<'_>> = sessions.iter().map(|(session, records)| Recorded { session, records }).collect();
    let snapshot = Snapshot::of(site, About::default(), &recorded, &Rules::default(), None);
    let written = snapshot.write();
    let again = Snapshot::read("client.snap", &written);
    let again = again.unwrap_or_else(|unreadable| panic!("{:?}\n{written}", unreadable.findings));
    assert_eq!(again, snapshot, "what is written is read");
    let differences = compare(&snapshot, &again).differences;
    assert!(differences.is_empty(), "a client that does the same does not differ: {differences:?}");
    let contract = &site.contracts[0];
    let client = Client { name: "client", snapshot: &snapshot };
    let met: Vec<_> = bind(&[client], contract, true)
        .into_iter()
        .map(|seen| (&snapshot, (seen.exchange, seen.operation.map(|id| contract.operation(id)))))
        .collect();
    let parties = Parties { consumer: "client", provider: &contract.api.title };
    assert!(pact::is_ours(&pact::of_clients(parties, contract, &met)), "a pact is JSON");
    let exchanges = judged.exchanges.iter().map(|(_, session, record)| (session.as_str(), record));
    let text = har::of_records(exchanges, &Secrets::of(site)).text();
    let recording = har::read("again.har", text.into_bytes());
    assert!(recording.findings.iter().all(|finding| finding.code != Code::NOT_A_HAR), "{:?}", recording.findings);
}

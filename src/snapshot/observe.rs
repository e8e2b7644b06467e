//! From the journals of sessions to a snapshot.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    About, Described, Order, Rules, Snapshot,
    exchange::passwords,
    hidden::Hidden,
    ledger::{Ledger, Tokens},
    links::Links,
    order::{Draft, arranged},
    rules::Called,
    seen::{self, Seen},
    symbols::Symbols,
    value::Values,
    volatile,
};
use crate::{
    contract::{Contract, Site},
    limit,
    message::Request,
    session::{Record, Secrets, sha256_hex},
};

/// What one session did.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The session's name.
    pub session: &'a str,
    /// Its records, the oldest first.
    pub records: &'a [Arc<Record>],
}

/// The exchanges of one session that are kept, with what is known about their tokens.
struct Walk<'a> {
    name: &'a str,
    kept: Vec<(Seen<'a>, Tokens)>,
    order: Option<Order>,
}

impl Snapshot {
    /// The snapshot of what clients did.
    ///
    /// The descriptions in `about` are filled in from the site. What `stored`, the snapshot that the new one will be
    /// compared with, says about order holds for the new one too, so that a client whose requests overlap only sometimes
    /// gives the same file.
    pub fn of(site: &Site, mut about: About, sessions: &[Recorded<'_>], rules: &Rules, stored: Option<&Self>) -> Self {
        let mut room = limit::SNAPSHOT_EXCHANGES_MAX;
        let requests: Vec<Vec<(&Record, Request)>> =
            sessions.iter().map(|session| kept(session.records, &mut room, &mut about.left_out)).collect();
        let mut walks: Vec<Walk<'_>> = Vec::new();
        for (session, requests) in sessions.iter().zip(&requests) {
            let seen: Vec<Seen<'_>> =
                requests.iter().map(|(record, request)| Seen::of(site, record, request)).collect();
            let mut ledger = Ledger::default();
            let noted = seen.into_iter().map(|seen| {
                let tokens = ledger.note(&seen);
                (seen, tokens)
            });
            let kept: Vec<(Seen<'_>, Tokens)> = noted.filter(|(seen, _)| !is_ignored(seen, rules)).collect();
            if !kept.is_empty() {
                let order = order(session.session, &kept, rules, stored);
                walks.push(Walk { name: session.session, kept, order });
            }
        }
        about.apis = described(&walks, site);
        let secrets = Secrets::of(site);
        let mut values = Values { rules, secrets: &secrets, symbols: Symbols::default(), hidden: Hidden::default() };
        values.note_hidden(&walks);
        let drafts = walks.iter().map(|walk| values.draft(walk, site.contracts.len() > 1)).collect();
        Self { about, sessions: arranged(drafts, &values.symbols) }
    }
}

impl Values<'_> {
    /// Learns the tokens and passwords of all sessions, so that they are hidden wherever they stand.
    fn note_hidden(&mut self, walks: &[Walk<'_>]) {
        // The same text may be several things: which of them is told must not depend on who came first.
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        let mut note = |label: &str, value: &str| {
            let known = labels.entry(value.to_owned()).or_insert_with(|| label.to_owned());
            if label < known.as_str() {
                label.clone_into(known);
            }
        };
        for (seen, tokens) in walks.iter().flat_map(|walk| &walk.kept) {
            tokens.issued.iter().for_each(|(label, value)| note(label, value));
            let sent = tokens.sent.values().filter(|sent| !sent.is_companion);
            sent.for_each(|sent| note(&sent.label, &sent.value));
            let Some(received) = seen.received() else { continue };
            passwords(seen).into_iter().filter_map(|at| received.text(at)).for_each(|it| note("secret", &it));
        }
        for (value, label) in labels {
            self.symbols.hide(&label, &value);
            self.hidden.add(&value);
        }
    }

    fn draft(&mut self, walk: &Walk<'_>, many_apis: bool) -> Draft {
        self.symbols.begin_session();
        let mut links = Links::default();
        let is_sequence = walk.order != Some(Order::Set);
        if !is_sequence {
            walk.kept.iter().for_each(|(seen, _)| links.note(seen, is_sequence));
        }
        let mut exchanges = Vec::with_capacity(walk.kept.len());
        for (seen, tokens) in &walk.kept {
            exchanges.push(self.exchange(seen, tokens, &links, many_apis));
            if is_sequence {
                links.note(seen, is_sequence);
            }
        }
        Draft {
            name: walk.name.to_owned(),
            is_generated: volatile::is_made_name(walk.name),
            order: walk.order,
            exchanges,
        }
    }
}

/// The records of a session that somebody asked for, as far as there is room.
fn kept<'a>(records: &'a [Arc<Record>], room: &mut usize, left_out: &mut usize) -> Vec<(&'a Record, Request)> {
    let mut kept = Vec::new();
    // A client never asked for preflights.
    for record in records.iter().filter(|record| !record.is_preflight()) {
        if *room == 0 {
            *left_out += 1;
            continue;
        }
        *room -= 1;
        kept.push((&**record, seen::request(record)));
    }
    kept
}

fn is_ignored(seen: &Seen<'_>, rules: &Rules) -> bool {
    let call = format!("{} {}", seen.record.method, seen.template());
    rules.ignores(Called { id: seen.operation().and_then(|operation| operation.id.as_deref()), call: &call })
}

/// What the file says about the order of a session: what the stored one says, else what the rules say, else whether the
/// client sent several requests at once.
fn order(name: &str, kept: &[(Seen<'_>, Tokens)], rules: &Rules, stored: Option<&Snapshot>) -> Option<Order> {
    let is_generated = volatile::is_made_name(name);
    let mut known = stored
        .into_iter()
        .flat_map(|stored| &stored.sessions)
        .filter(|session| if is_generated { session.is_generated() } else { session.session == name });
    if let Some(order) = known.find_map(|session| session.order) {
        return Some(order);
    }
    match rules.order {
        Some(Order::Set) => Some(Order::Set),
        Some(Order::Sequence) => None,
        None => overlaps(kept).then_some(Order::Set),
    }
}

/// True if a request arrived before one was answered that was answered before it.
fn overlaps(kept: &[(Seen<'_>, Tokens)]) -> bool {
    kept.windows(2).any(|pair| match pair {
        [(before, _), (seen, _)] => seen.record.after < before.record.number,
        _ => false,
    })
}

/// The descriptions that were met.
fn described(walks: &[Walk<'_>], site: &Site) -> Vec<Described> {
    let is_met = |contract: &Arc<Contract>| {
        let mut seen = walks.iter().flat_map(|walk| &walk.kept);
        seen.any(|(seen, _)| seen.contract.is_some_and(|met| Arc::ptr_eq(met, contract)))
    };
    let met = site.contracts.iter().filter(|contract| is_met(contract));
    met.map(|contract| Described {
        id: contract.api.id.clone(),
        title: contract.api.title.clone(),
        version: contract.api.version.clone(),
        sha256: digest(contract),
    })
    .collect()
}

/// The SHA-256 of all files of a description, one after the other.
fn digest(contract: &Contract) -> String {
    let texts: Vec<&str> = contract.api.documents.iter().map(|(_, document)| &*document.text).collect();
    sha256_hex(texts.concat())
}

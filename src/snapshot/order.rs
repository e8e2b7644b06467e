//! The order of exchanges and sessions, and with it the numbers of everything that changes from run to run.
//!
//! Where order does not count, exchanges are sorted by what does not change. Two that are alike but for the values in
//! them are told apart by where else these values are.

use std::collections::HashMap;

use super::{
    Exchange, Order, Placeholder, Session,
    symbols::{self, Symbols},
};
use crate::fnv;

/// How often a value is told apart by the exchanges that it is in, and these by their values.
const ROUNDS: usize = 3;

/// What one session did, with markers.
pub(super) struct Draft {
    /// The session's name.
    pub(super) name: String,
    /// True if the name was made for one run.
    pub(super) is_generated: bool,
    /// What the file says about order.
    pub(super) order: Option<Order>,
    pub(super) exchanges: Vec<Exchange>,
}

/// An exchange as JSON with markers, and what it is sorted by.
struct Line {
    text: String,
    key: (String, String, String, u64),
}

/// The sessions as they stand in the file: those with a name of their own by it, `default` first, then the others by
/// what they did.
pub(super) fn arranged(drafts: Vec<Draft>, symbols: &Symbols) -> Vec<Session> {
    let mut drafts: Vec<(Draft, Vec<Line>, String)> = drafts
        .into_iter()
        .map(|draft| {
            let mut lines = lines(&draft.exchanges, symbols);
            if draft.order == Some(Order::Set) {
                lines.sort_by(|a, b| a.key.cmp(&b.key));
            }
            let whole = lines.iter().map(|line| line.key.2.as_str()).collect::<Vec<_>>().join("\n");
            (draft, lines, whole)
        })
        .collect();
    drafts.sort_by(|(a, _, a_whole), (b, _, b_whole)| {
        let by_name = |draft: &Draft| (draft.is_generated, draft.name != "default");
        by_name(a).cmp(&by_name(b)).then_with(
            || {
                if a.is_generated { a_whole.cmp(b_whole) } else { a.name.cmp(&b.name) }
            },
        )
    });
    let mut numbers = Numbers::new(symbols);
    let mut generated = 0;
    let sessions = drafts.into_iter().map(|(draft, lines, _)| {
        let session = if draft.is_generated {
            generated += 1;
            Placeholder { label: "session".into(), number: Some(generated) }.to_string()
        } else {
            draft.name
        };
        let exchanges = lines.iter().filter_map(|line| serde_json::from_str(&numbers.numbered(&line.text)).ok());
        Session { session, order: draft.order, exchanges: folded(exchanges) }
    });
    sessions.collect()
}

fn lines(exchanges: &[Exchange], symbols: &Symbols) -> Vec<Line> {
    let texts: Vec<String> =
        exchanges.iter().map(|exchange| serde_json::to_string(exchange).unwrap_or_default()).collect();
    let hashes = hashes(&texts, symbols);
    let keyed = exchanges.iter().zip(texts).zip(hashes);
    keyed
        .map(|((exchange, text), hash)| {
            let plain = symbols::replace(&text, |index| format!("<{}>", symbols.label(index)));
            let template = symbols::replace(exchange.template(), |index| format!("<{}>", symbols.label(index)));
            Line { key: (template, exchange.method().to_owned(), plain, hash), text }
        })
        .collect()
}

/// For each text a hash of it with its values, each of which is known by the texts that it is in.
fn hashes(texts: &[String], symbols: &Symbols) -> Vec<u64> {
    let within: Vec<Vec<usize>> = texts.iter().map(|text| symbols::symbols(text)).collect();
    let mut colours: HashMap<usize, u64> =
        within.iter().flatten().map(|index| (*index, fnv::hash(symbols.label(*index).bytes()))).collect();
    let hash = |text: &String, colours: &HashMap<usize, u64>| {
        fnv::hash(symbols::replace(text, |index| format!("{:x}", colours.get(&index).copied().unwrap_or(0))).bytes())
    };
    for _ in 0..ROUNDS {
        let mut seen: HashMap<usize, Vec<(u64, usize)>> = HashMap::new();
        for (text, indexes) in texts.iter().zip(&within) {
            let hash = hash(text, &colours);
            for (place, index) in indexes.iter().enumerate() {
                seen.entry(*index).or_default().push((hash, place));
            }
        }
        colours = seen
            .into_iter()
            .map(|(index, mut places)| {
                places.sort_unstable();
                let bytes = places.iter().flat_map(|(hash, place)| [*hash, *place as u64]).flat_map(u64::to_le_bytes);
                (index, fnv::hash(bytes))
            })
            .collect();
    }
    texts.iter().map(|text| hash(text, &colours)).collect()
}

/// Gives numbers to symbols as they are met.
struct Numbers<'s> {
    symbols: &'s Symbols,
    given: Vec<Option<usize>>,
    counts: HashMap<&'s str, usize>,
}

impl<'s> Numbers<'s> {
    fn new(symbols: &'s Symbols) -> Self {
        Self { symbols, given: vec![None; symbols.len()], counts: HashMap::new() }
    }

    fn numbered(&mut self, text: &str) -> String {
        let symbols = self.symbols;
        symbols::replace(text, |index| {
            let label = symbols.label(index);
            let Some(slot) = self.given.get_mut(index) else { return String::new() };
            let number = *slot.get_or_insert_with(|| {
                let count = self.counts.entry(label).or_default();
                *count += 1;
                *count
            });
            Placeholder { label: label.into(), number: Some(number) }.to_string()
        })
    }
}

/// Exchanges that are alike and follow each other, as one.
fn folded(exchanges: impl Iterator<Item = Exchange>) -> Vec<Exchange> {
    let mut folded: Vec<Exchange> = Vec::new();
    for exchange in exchanges {
        match folded.last_mut() {
            Some(last) if (Exchange { times: 1, ..last.clone() }) == exchange => last.times += 1,
            _ => folded.push(exchange),
        }
    }
    folded
}

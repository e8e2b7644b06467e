//! What differs between two recordings of one session.

use super::{
    Difference, DifferenceKind as Kind,
    align::{Item, Step, align, items},
    change::{broken, changes},
    gather::{gathered, once},
    numbers::Numbers,
    words::{apart, called, nth_time, times},
};
use crate::snapshot::Session;

/// Calls listed for a session that is new or gone.
const CALLS_LISTED: usize = 20;

/// The two recordings, exchange by exchange.
struct Pair<'s> {
    name: &'s str,
    old: Vec<Item<'s>>,
    new: Vec<Item<'s>>,
    steps: Vec<Step>,
    is_sequence: bool,
}

/// What differs between two recordings of one session.
pub(super) fn differences(old: &Session, new: &Session, numbers: &mut Numbers) -> Vec<Difference> {
    let is_sequence = old.is_sequence() && new.is_sequence();
    let (old_items, new_items) = (items(old), items(new));
    let steps = align(&old_items, &new_items, is_sequence);
    let pair = Pair { name: &new.session, old: old_items, new: new_items, steps, is_sequence };
    let mut found = Vec::new();
    if old.is_sequence() != new.is_sequence() {
        let text = if old.is_sequence() {
            "several requests are now on their way at once: their order does not count any more"
        } else {
            "the order of the requests counts now"
        };
        found.push(pair.whole(Kind::Reordered, text.to_owned()));
    }
    let mut at = 0;
    while let Some(step) = pair.steps.get(at) {
        match *step {
            Step::Both(old, new) => found.extend(pair.changed(old, new, numbers)),
            Step::Moved(old, new) => {
                found.push(pair.moved(old, new));
                found.extend(pair.changed(old, new, numbers));
            }
            Step::Old(_) | Step::New(_) => {
                let count = pair.run(at);
                found.extend(if matches!(step, Step::New(_)) {
                    pair.added(at, count)
                } else {
                    pair.removed(at, count)
                });
                at += count;
                continue;
            }
        }
        at += 1;
    }
    once(gathered(found))
}

/// The difference that a whole session is.
pub(super) fn whole(session: &Session, kind: Kind) -> Vec<Difference> {
    let count: usize = session.exchanges.iter().map(|exchange| exchange.times).sum();
    let (word, exchanges) =
        (if kind == Kind::Added { "new" } else { "gone" }, if count == 1 { "exchange" } else { "exchanges" });
    let mut text = vec![format!("the whole session is {word}: {count} {exchanges}")];
    text.extend(session.exchanges.iter().take(CALLS_LISTED).map(|exchange| match exchange.times {
        1 => called(exchange),
        several => format!("{}, {}", called(exchange), times(several)),
    }));
    if session.exchanges.len() > CALLS_LISTED {
        text.push(format!("… and {} more", session.exchanges.len() - CALLS_LISTED));
    }
    let difference = |kind, position: Option<usize>, operation: String, text| {
        let (old, new) = if kind == Kind::Removed { (position, None) } else { (None, position) };
        Difference { kind, session: session.session.clone(), old, new, operation, text }
    };
    let mut found = Vec::new();
    if kind == Kind::Added {
        for (position, exchange) in session.exchanges.iter().enumerate() {
            let wrong = broken(exchange).into_iter();
            found.extend(wrong.map(|(kind, text)| difference(kind, Some(position), exchange.call.clone(), text)));
        }
    }
    found.push(difference(kind, None, String::new(), text));
    once(found)
}

impl Pair<'_> {
    fn whole(&self, kind: Kind, line: String) -> Difference {
        let (session, operation) = (self.name.to_owned(), String::new());
        Difference { kind, session, old: None, new: None, operation, text: vec![line] }
    }

    fn one(&self, kind: Kind, old: Option<usize>, new: Option<usize>, text: Vec<String>) -> Difference {
        let position =
            |items: &[Item<'_>], at: Option<usize>| at.and_then(|at| items.get(at)).map(|item| item.position);
        let item = new.and_then(|at| self.new.get(at)).or_else(|| self.old.get(old?));
        Difference {
            kind,
            session: self.name.to_owned(),
            old: position(&self.old, old),
            new: position(&self.new, new),
            operation: item.map(|item| item.exchange.call.clone()).unwrap_or_default(),
            text,
        }
    }

    fn changed(&self, old: usize, new: usize, numbers: &mut Numbers) -> Vec<Difference> {
        let (Some(was), Some(now)) = (self.old.get(old), self.new.get(new)) else { return Vec::new() };
        let first_use = |value: &str| {
            let mut before = self.old.iter().take(old);
            !before.any(|item| item.exchange.credentials.values().any(|sent| sent.value == value))
        };
        let changes = changes(was.exchange, now.exchange, numbers, &first_use);
        changes.into_iter().map(|(kind, text)| self.one(kind, Some(old), Some(new), text)).collect()
    }

    /// How many steps from one on are of one kind and one operation.
    fn run(&self, at: usize) -> usize {
        let key = |step: &Step| match *step {
            Step::Old(old) => Some((true, called(self.old.get(old)?.exchange))),
            Step::New(new) => Some((false, called(self.new.get(new)?.exchange))),
            _ => None,
        };
        let first = self.steps.get(at).and_then(key);
        self.steps.iter().skip(at).take_while(|step| key(step) == first).count().max(1)
    }

    /// How often an operation is called before a place of a list, and in all of it.
    fn counts(list: &[Item<'_>], call: &str, before: usize) -> (usize, usize) {
        let is_it = |item: &&Item<'_>| called(item.exchange) == call;
        (list.iter().take(before).filter(is_it).count(), list.iter().filter(is_it).count())
    }

    /// `, after GET /users`; nothing where order does not count.
    fn after(&self, list: &[Item<'_>], at: usize) -> String {
        if !self.is_sequence {
            return String::new();
        }
        match at.checked_sub(1).and_then(|before| list.get(before)) {
            Some(item) => format!(", after {}", called(item.exchange)),
            None => ", before all else".to_owned(),
        }
    }

    fn added(&self, at: usize, count: usize) -> Vec<Difference> {
        let Some(Step::New(new)) = self.steps.get(at).copied() else { return Vec::new() };
        let Some(item) = self.new.get(new) else { return Vec::new() };
        let call = called(item.exchange);
        let after = self.after(&self.new, new);
        let (before, now) = Self::counts(&self.new, &call, new);
        let (_, was) = Self::counts(&self.old, &call, 0);
        let line = match (was, count) {
            (0, 1) => format!("{call} is now called{after}"),
            (0, _) => format!("{call} is now called {}{after}", times(count)),
            (_, 1) if now > was => format!("{call} is now called {}{after}", nth_time(before + 1)),
            (_, 1) => format!("{call} is called{after}, where it was not"),
            _ => format!("{call} is now called {} more{after} (now {}, was {})", times(count), times(now), times(was)),
        };
        let mut found: Vec<Difference> = Vec::new();
        for step in self.steps.iter().skip(at).take(count) {
            let Step::New(new) = *step else { continue };
            let wrong = self.new.get(new).map(|item| broken(item.exchange)).unwrap_or_default();
            found.extend(wrong.into_iter().map(|(kind, text)| self.one(kind, None, Some(new), text)));
        }
        found.push(self.one(Kind::Added, None, Some(new), vec![line, answered(item)]));
        found
    }

    fn removed(&self, at: usize, count: usize) -> Vec<Difference> {
        let Some(Step::Old(old)) = self.steps.get(at).copied() else { return Vec::new() };
        let Some(item) = self.old.get(old) else { return Vec::new() };
        let call = called(item.exchange);
        let after = self.after(&self.old, old);
        let (_, was) = Self::counts(&self.old, &call, 0);
        let (_, now) = Self::counts(&self.new, &call, 0);
        let line = match (now, count) {
            (0, _) => format!("{call} is no longer called (was: {}{after})", times(was)),
            _ => format!("{call} is called {} less{after} (now {}, was {})", times(count), times(now), times(was)),
        };
        vec![self.one(Kind::Removed, Some(old), None, vec![line])]
    }

    /// What became of the order of an exchange, by what it passed.
    fn moved(&self, old: usize, new: usize) -> Difference {
        let stayed = self.steps.iter().filter_map(|step| match *step {
            Step::Both(old, new) => Some((old, new)),
            _ => None,
        });
        let next = stayed.clone().filter(|(was, now)| *was < old && *now > new).min_by_key(|(_, now)| *now);
        let last = stayed.filter(|(was, now)| *was > old && *now < new).max_by_key(|(_, now)| *now);
        let exchange = |now: usize| self.new.get(now).map(|item| item.exchange);
        let passed = next.map(|(_, now)| ("before", now)).or(last.map(|(_, now)| ("after", now)));
        let passed = passed.and_then(|(side, now)| Some((side, exchange(now)?)));
        let how = match (exchange(new), passed) {
            (Some(moved), Some((side, passed))) => {
                // Two calls of one operation are told apart by what they send.
                let (own, others) = apart(moved, passed);
                format!("{}{own} now comes {side} {}{others}", called(moved), called(passed))
            }
            (moved, _) => format!("{} comes in another place now", moved.map(called).unwrap_or_default()),
        };
        self.one(Kind::Reordered, Some(old), Some(new), vec![format!("the order changed: {how}")])
    }
}

/// `answered with 200 example login`
fn answered(item: &Item<'_>) -> String {
    format!("answered with {}", item.exchange.answer)
}

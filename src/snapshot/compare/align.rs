//! Which exchange of one session is which of the other.

use std::collections::{HashMap, HashSet, VecDeque};

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::{
    limit,
    snapshot::{Exchange, Session, placeholder},
};

/// One exchange of a session: those that are folded in the file stand each for itself.
#[derive(Clone, Debug)]
pub(super) struct Item<'s> {
    /// Its position in the file.
    pub(super) position: usize,
    pub(super) exchange: &'s Exchange,
    /// All that it says, without the numbers of placeholders.
    content: String,
}

impl Item<'_> {
    /// The operation, as exchanges are matched by it.
    fn operation(&self) -> (Option<&str>, &str) {
        (self.exchange.api.as_deref(), &self.exchange.call)
    }
}

/// The exchanges of a session, one by one, as far as there is room.
pub(super) fn items(session: &Session) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    for (position, exchange) in session.exchanges.iter().enumerate() {
        let once = Exchange { times: 1, issues: Vec::new(), ..exchange.clone() };
        let content = placeholder::split(&serde_json::to_string(&once).unwrap_or_default()).0;
        let room = limit::SNAPSHOT_EXCHANGES_MAX.saturating_sub(items.len());
        let item = Item { position, exchange, content };
        items.extend(std::iter::repeat_n(item, exchange.times.min(room)));
    }
    items
}

/// What became of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is in both: its places in the old list and in the new one.
    Both(usize, usize),
    /// It is in both, in another place of the order.
    Moved(usize, usize),
    /// It is only in the old one.
    Old(usize),
    /// It is only in the new one.
    New(usize),
}

/// Aligns two lists. The steps come in the order of the new list; what is only in the old one comes where it was.
pub(super) fn align(old: &[Item<'_>], new: &[Item<'_>], is_sequence: bool) -> Vec<Step> {
    let mut ids = Ids::default();
    let contents = (ids.of(old, |item| item.content.clone()), ids.of(new, |item| item.content.clone()));
    let mut ids = Ids::default();
    let operation = |item: &Item<'_>| format!("{:?}", item.operation());
    let operations = (ids.of(old, operation), ids.of(new, operation));
    if is_sequence {
        let mut steps = Vec::new();
        by_content(&contents, &operations, &mut steps);
        // What is gone in one place and new in another was moved.
        pair(&mut steps, &contents, Step::Moved);
        pair(&mut steps, &operations, Step::Moved);
        steps
    } else {
        let mut steps: Vec<Step> = (0..old.len()).map(Step::Old).chain((0..new.len()).map(Step::New)).collect();
        pair(&mut steps, &contents, Step::Both);
        pair(&mut steps, &operations, Step::Both);
        steps
    }
}

/// Numbers for texts: the same text, the same number.
#[derive(Default)]
struct Ids {
    known: HashMap<String, u32>,
}

impl Ids {
    fn of(&mut self, items: &[Item<'_>], key: impl Fn(&Item<'_>) -> String) -> Vec<u32> {
        items
            .iter()
            .map(|item| {
                let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
                *self.known.entry(key(item)).or_insert(next)
            })
            .collect()
    }
}

type Keys = (Vec<u32>, Vec<u32>);

/// Exchanges that are alike in all hold the two lists together; between them, those of one operation are the same one.
fn by_content(contents: &Keys, operations: &Keys, steps: &mut Vec<Step>) {
    for op in capture_diff_slices(Algorithm::Patience, &contents.0, &contents.1) {
        let (old, new) = (op.old_range(), op.new_range());
        if op.tag() == DiffTag::Equal {
            steps.extend(old.zip(new).map(|(old, new)| Step::Both(old, new)));
            continue;
        }
        let (first_old, first_new) = (old.start, new.start);
        for op in capture_diff_slices(Algorithm::Myers, &operations.0[old], &operations.1[new]) {
            let old = op.old_range().map(|at| at + first_old);
            let new = op.new_range().map(|at| at + first_new);
            if op.tag() == DiffTag::Equal {
                steps.extend(old.zip(new).map(|(old, new)| Step::Both(old, new)));
            } else {
                steps.extend(old.map(Step::Old));
                steps.extend(new.map(Step::New));
            }
        }
    }
}

/// Pairs what is only in one list with what is only in the other and has the same key, in their order.
fn pair(steps: &mut Vec<Step>, keys: &Keys, as_what: fn(usize, usize) -> Step) {
    let mut waiting: HashMap<u32, VecDeque<usize>> = HashMap::new();
    for step in steps.iter() {
        if let Step::Old(at) = step {
            waiting.entry(keys.0[*at]).or_default().push_back(*at);
        }
    }
    let mut paired = HashSet::new();
    for step in steps.iter_mut() {
        if let Step::New(new) = *step
            && let Some(old) = waiting.get_mut(&keys.1[new]).and_then(VecDeque::pop_front)
        {
            *step = as_what(old, new);
            paired.insert(old);
        }
    }
    steps.retain(|step| !matches!(step, Step::Old(old) if paired.contains(old)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exchanges by letters: the letter is the operation, a digit after it what is sent.
    fn session(text: &str) -> Session {
        let exchanges = text.split_whitespace().map(|word| {
            let query = word[1..].chars().map(|c| ("q".to_owned(), c.to_string().into())).collect();
            Exchange { call: format!("GET /{}", &word[..1]), query, times: 1, ..Exchange::default() }
        });
        Session { session: "default".to_owned(), order: None, exchanges: exchanges.collect() }
    }

    #[track_caller]
    fn check(old: &str, new: &str, is_sequence: bool, expected: &str) {
        let (old, new) = (session(old), session(new));
        let steps = align(&items(&old), &items(&new), is_sequence);
        let shown: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Both(old, new) => format!("{old}={new}"),
                Step::Moved(old, new) => format!("{old}~{new}"),
                Step::Old(old) => format!("-{old}"),
                Step::New(new) => format!("+{new}"),
            })
            .collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn sequences() {
        check("a b c", "a b c", true, "0=0 1=1 2=2");
        check("a b c", "a c", true, "0=0 -1 2=1");
        check("a b", "a b b", true, "0=0 1=1 +2");
        check("a1 b", "a2 b", true, "0=0 1=1");
        check("a1 a2", "a2", true, "-0 1=0");
        check("a b c", "b c a", true, "1=0 2=1 0~2");
        check("a1 b c", "b c a2", true, "1=0 2=1 0~2");
        check("", "a", true, "+0");
        check("a", "", true, "-0");
    }

    #[test]
    fn sets() {
        check("a1 a2 b", "b a2 a1", false, "2=0 1=1 0=2");
        check("a1 b", "a2 c", false, "-1 0=0 +1");
    }
}

//! Tells what differs in the same words in several places once.

use std::{collections::HashMap, fmt::Write as _};

use super::{Difference, DifferenceKind as Kind, words::times};

/// Different calls in which the same words are told once for all of them.
const CALLS_GATHERED_MIN: usize = 3;
/// Calls that are listed below such words.
const CALLS_LISTED: usize = 10;
/// What stands for the call in words that are compared.
const ANY_CALL: &str = "\0";

/// What differs in the same words several times is told once.
pub(super) fn once(found: Vec<Difference>) -> Vec<Difference> {
    let mut places: HashMap<(Kind, Vec<String>), (usize, usize)> = HashMap::new();
    let mut kept: Vec<Difference> = Vec::new();
    for difference in found {
        let next = kept.len();
        let (_, count) = places
            .entry((difference.kind, difference.text.clone()))
            .and_modify(|(_, count)| *count += 1)
            .or_insert((next, 1));
        if *count == 1 {
            kept.push(difference);
        }
    }
    for (place, count) in places.into_values().filter(|(_, count)| *count > 1) {
        if let Some(line) = kept.get_mut(place).and_then(|difference| difference.text.first_mut()) {
            let _ = write!(line, " ({count} times)");
        }
    }
    kept
}

/// What is sent otherwise to many operations, in the same words, is told once for all of them: a header field that a
/// client sends everywhere is one change of the client.
pub(super) fn gathered(found: Vec<Difference>) -> Vec<Difference> {
    let mut groups: HashMap<(Kind, String), Group> = HashMap::new();
    for (index, difference) in found.iter().enumerate() {
        if let Some(key) = key(difference) {
            let group =
                groups.entry((difference.kind, key)).or_insert_with(|| Group { first: index, calls: Vec::new() });
            match group.calls.iter_mut().find(|(call, _)| *call == difference.operation) {
                Some((_, count)) => *count += 1,
                None => group.calls.push((difference.operation.clone(), 1)),
            }
        }
    }
    groups.retain(|_, group| group.calls.len() >= CALLS_GATHERED_MIN);
    let mut kept = Vec::new();
    for (index, difference) in found.into_iter().enumerate() {
        match key(&difference).map(|key| (difference.kind, key)).and_then(|key| Some((groups.get(&key)?, key.1))) {
            None => kept.push(difference),
            Some((group, key)) if group.first == index => {
                kept.push(Difference { operation: String::new(), text: group.text(&key), ..difference });
            }
            Some(_) => (),
        }
    }
    kept
}

/// The words of a difference without its call; `None` for one that is not gathered.
fn key(difference: &Difference) -> Option<String> {
    let [line] = difference.text.as_slice() else { return None };
    let is_gathered = matches!(difference.kind, Kind::Sent | Kind::Credentials) && !difference.operation.is_empty();
    (is_gathered && line.contains(&difference.operation)).then(|| line.replacen(&difference.operation, ANY_CALL, 1))
}

/// The same words for several calls.
struct Group {
    /// The first of the differences, by its index.
    first: usize,
    /// The calls, each with how many differences it has.
    calls: Vec<(String, usize)>,
}

impl Group {
    fn text(&self, key: &str) -> Vec<String> {
        let count = self.calls.len();
        let mut text = vec![key.replacen(ANY_CALL, &format!("{count} operations"), 1)];
        text.extend(self.calls.iter().take(CALLS_LISTED).map(|(call, count)| match count {
            1 => call.clone(),
            _ => format!("{call}, {}", times(*count)),
        }));
        if count > CALLS_LISTED {
            text.push(format!("… and {} more", count - CALLS_LISTED));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(operation: &str, line: &str) -> Difference {
        Difference {
            kind: Kind::Sent,
            session: "default".to_owned(),
            old: Some(0),
            new: Some(0),
            operation: operation.to_owned(),
            text: vec![line.to_owned()],
        }
    }

    fn told(calls: &[&str]) -> Vec<Vec<String>> {
        let found = calls.iter().map(|call| sent(call, &format!("header x-a is now sent to {call}: 1"))).collect();
        gathered(found).into_iter().map(|difference| difference.text).collect()
    }

    #[test]
    fn words_for_many_calls_are_told_once() {
        let all = ["GET /a", "GET /b", "GET /a", "GET /c"];
        assert_eq!(told(&all), [["header x-a is now sent to 3 operations: 1", "GET /a, 2 times", "GET /b", "GET /c"]]);
        assert_eq!(told(&all[..3]).len(), 3, "two calls are told one by one");
        let many: Vec<String> = (0..12).map(|number| format!("GET /{number}/x")).collect();
        let many = told(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((many.len(), many[0].len(), many[0][11].as_str()), (1, 12, "… and 2 more"));
    }

    #[test]
    fn other_words_stay_apart() {
        let found = vec![
            sent("GET /a", "header x-a is now sent to GET /a: 1"),
            sent("GET /b", "header x-a is now sent to GET /b: 2"),
            sent("GET /c", "header x-a is now sent to GET /c: 1"),
            sent("", "the order of the requests counts now"),
        ];
        assert_eq!(gathered(found.clone()), found);
    }
}

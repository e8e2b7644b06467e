//! Words that differences are made of.

use serde_json::{Map, Value};

use crate::snapshot::Exchange;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 80;

/// What an exchange calls: `GET /users`, with the API where there are several.
pub(super) fn called(exchange: &Exchange) -> String {
    match &exchange.api {
        Some(api) => format!("{} ({api})", exchange.call),
        None => exchange.call.clone(),
    }
}

/// What tells two exchanges of one operation apart, after what each calls: ` with id 3`, ` with id 1`.
pub(super) fn apart(one: &Exchange, other: &Exchange) -> (String, String) {
    if called(one) != called(other) {
        return (String::new(), String::new());
    }
    let places = [(&one.path, &other.path), (&one.query, &other.query), (&one.headers, &other.headers)];
    let differs = |name: &&String, (own, others): (&Map<_, _>, &Map<_, _>)| own.get(*name) != others.get(*name);
    let name = places.iter().find_map(|&(own, others)| {
        let name = own.keys().chain(others.keys()).find(|name| differs(name, (own, others)))?;
        Some((name, own.get(name), others.get(name)))
    });
    let said = |name: &str, value: Option<&Value>| match value {
        Some(value) => format!(" with {name} {}", shown(value)),
        None => format!(" without {name}"),
    };
    match name {
        Some((name, own, others)) => (said(name, own), said(name, others)),
        None if one.body != other.body => (" with one body".to_owned(), " with another".to_owned()),
        None => (String::new(), String::new()),
    }
}

/// A value, in one line.
pub(super) fn shown(value: &Value) -> String {
    // What stands for something else is no text.
    let text = match value {
        Value::String(text) if crate::snapshot::literal(text).is_none() => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// `a second time`
pub(super) fn nth_time(number: usize) -> String {
    const WORDS: [&str; 9] = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    match number.checked_sub(2).and_then(|index| WORDS.get(index)) {
        Some(word) => format!("a{} {word} time", if *word == "eighth" { "n" } else { "" }),
        None => format!("for the {number}{} time", ending(number)),
    }
}

fn ending(number: usize) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// `once`, `3 times`
pub(super) fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!(nth_time(2), "a second time");
        assert_eq!(nth_time(8), "an eighth time");
        assert_eq!(nth_time(11), "for the 11th time");
        assert_eq!(nth_time(22), "for the 22nd time");
        assert_eq!((times(1), times(3)), ("once".to_owned(), "3 times".to_owned()));
    }

    #[test]
    fn values_stay_in_their_line() {
        assert_eq!(shown(&"<uuid #1>".into()), "<uuid #1>");
        assert_eq!(shown(&"a\nb".into()), "\"a\\nb\"");
        assert_eq!(shown(&"x".repeat(100).into()).chars().count(), 81);
    }
}

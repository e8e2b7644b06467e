//! Values that change from run to run, each under one label: which number one has is only known when all are in order.
//!
//! Until then a value is written as a marker: the index of its symbol between two characters that no text of a client
//! has, because they are replaced there.

use std::collections::HashMap;

/// Begins a marker.
const OPEN: char = '\u{e000}';
/// Ends it.
const CLOSE: char = '\u{e001}';

/// All values that were met so far.
///
/// In one session a value has one label, the first that it gets; what another session calls it is its own affair, so that
/// it does not matter which session is looked at first.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    labels: Vec<String>,
    by_value: HashMap<(String, String), usize>,
    /// Tokens and secrets, which have one label in all sessions.
    hidden: HashMap<String, usize>,
    /// The other values of the session that is being looked at.
    session: HashMap<String, usize>,
}

impl Symbols {
    /// Gives a token or a secret its label for all sessions.
    pub(super) fn hide(&mut self, label: &str, value: &str) {
        let index = self.index(label, value);
        self.hidden.entry(value.to_owned()).or_insert(index);
    }

    /// Looks at another session from now on.
    pub(super) fn begin_session(&mut self) {
        self.session.clear();
    }

    /// The marker of a value.
    pub(super) fn of(&mut self, label: &str, value: &str) -> String {
        if let Some(known) = self.known(value) {
            return known;
        }
        let index = self.index(label, value);
        self.session.insert(value.to_owned(), index);
        marker(index)
    }

    fn index(&mut self, label: &str, value: &str) -> usize {
        // A label stands in JSON for a while, and between the brackets of a placeholder for ever.
        let label = label.replace(|c: char| c.is_control() || "\"\\<>".contains(c), "");
        let next = self.labels.len();
        let index = *self.by_value.entry((label.clone(), value.to_owned())).or_insert(next);
        if index == next {
            self.labels.push(label);
        }
        index
    }

    /// The marker of a value that the session has already.
    pub(super) fn known(&self, value: &str) -> Option<String> {
        self.hidden.get(value).or_else(|| self.session.get(value)).map(|index| marker(*index))
    }

    /// The marker of a token or a secret.
    pub(super) fn hidden(&self, value: &str) -> Option<String> {
        self.hidden.get(value).map(|index| marker(*index))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The label under an index.
    pub(super) fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }
}

fn marker(index: usize) -> String {
    format!("{OPEN}{index}{CLOSE}")
}

/// The characters at which only some readers of YAML end a line: what is written with them is not read again.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// A text of a client, without the characters that markers are made of, and without those that a file cannot keep.
pub(super) fn clean(text: &str) -> String {
    text.replace([OPEN, CLOSE], "\u{fffd}").replace(SEPARATORS, "\u{fffd}")
}

/// A text with each marker replaced by what `shown` says for its symbol.
pub(super) fn replace(text: &str, mut shown: impl FnMut(usize) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        let Some((index, after)) = after.split_once(CLOSE) else {
            rest = after;
            continue;
        };
        if let Ok(index) = index.parse::<usize>() {
            out.push_str(&shown(index));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The symbols of a text, in their order.
pub(super) fn symbols(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    replace(text, |index| {
        found.push(index);
        String::new()
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_is_the_same_symbol() {
        let mut symbols = Symbols::default();
        let one = symbols.of("uuid", "a");
        assert_eq!(symbols.of("token", "a"), one);
        assert_eq!(symbols.known("a"), Some(one.clone()));
        let other = symbols.of("uuid", "b");
        let text = replace(&format!("x{other}y{one}z"), |index| format!("<{} {index}>", symbols.label(index)));
        assert_eq!(text, "x<uuid 1>y<uuid 0>z");
        assert_eq!(super::symbols(&format!("{other}{one}{other}")), [1, 0, 1]);
        assert_eq!(clean(&one), "\u{fffd}0\u{fffd}");
        assert_eq!(clean("a\u{2028}b\u{2029}"), "a\u{fffd}b\u{fffd}");
        symbols.begin_session();
        assert_eq!(symbols.known("a"), None);
        assert_eq!(symbols.of("uuid", "a"), one);
        symbols.begin_session();
        assert_ne!(symbols.of("list.id", "a"), one, "each session has its own word for it");
        symbols.hide("secret", "hunter2");
        assert_eq!(symbols.of("uuid", "hunter2"), symbols.hidden("hunter2").unwrap());
    }
}

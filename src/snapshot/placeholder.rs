//! Texts that stand for what changes from run to run: `<date-time>`, `<uuid #1>`, `<token beauth #2>`.
//!
//! A text that a client really sends and that looks like one has another `<` in front.

use std::{borrow::Cow, fmt};

/// What stands for a value that changes from run to run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Placeholder<'t> {
    /// What kind of value: `date-time`, `uuid`, `token beauth`.
    pub label: Cow<'t, str>,
    /// Which of them: the same value has the same number throughout the file. `None` where they are not told apart.
    pub number: Option<usize>,
}

impl<'t> Placeholder<'t> {
    /// Reads a whole text; `None` if it is not one.
    pub fn parse(text: &'t str) -> Option<Self> {
        let inner = inner(text)?;
        let numbered = inner.rsplit_once(" #").and_then(|(label, number)| Some((label, number.parse().ok()?)));
        Some(match numbered {
            Some((label, number)) => Self { label: label.into(), number: Some(number) },
            None => Self { label: inner.into(), number: None },
        })
    }
}

impl fmt::Display for Placeholder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "<{} #{number}>", self.label),
            None => write!(f, "<{}>", self.label),
        }
    }
}

/// What stands between the brackets of a text that has brackets around it, and none inside.
fn inner(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    (!inner.is_empty() && !inner.contains(['<', '>'])).then_some(inner)
}

/// A text as it was sent, so that it is not taken for a placeholder; nor for the key `<<`, which merges in YAML.
pub(super) fn escaped(text: String) -> String {
    if is_doubled(&text) || is_merge(&text) { format!("<{text}") } else { text }
}

/// The text that was sent, if this is no placeholder.
pub fn literal(text: &str) -> Option<&str> {
    match inner(text) {
        Some(_) => None,
        None if is_doubled(text) || (is_merge(text) && text.len() > 2) => text.get(1..),
        None => Some(text),
    }
}

/// True for `<<`, and for more of them.
fn is_merge(text: &str) -> bool {
    text.len() >= 2 && text.bytes().all(|byte| byte == b'<')
}

/// True for a placeholder with one `<` or more in front.
fn is_doubled(text: &str) -> bool {
    let rest = text.trim_start_matches('<');
    rest.len() < text.len() && rest.strip_suffix('>').is_some_and(|rest| !rest.is_empty() && !rest.contains(['<', '>']))
}

/// A text without the numbers of its placeholders, and the placeholders that have one, in their order.
pub(super) fn split(text: &str) -> (String, Vec<Placeholder<'_>>) {
    let mut plain = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((start, length)) = next(rest) {
        let whole = &rest[start..start + length];
        match Placeholder::parse(whole) {
            Some(placeholder) if placeholder.number.is_some() => {
                plain.push_str(&rest[..start]);
                plain.push('<');
                plain.push_str(&placeholder.label);
                plain.push('>');
                found.push(placeholder);
            }
            _ => plain.push_str(&rest[..start + length]),
        }
        rest = &rest[start + length..];
    }
    plain.push_str(rest);
    (plain, found)
}

/// The next text in brackets that has none inside: where it starts, and its length.
fn next(text: &str) -> Option<(usize, usize)> {
    // A bracket that closes nothing is passed over.
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (b'<', _) => open = Some(at),
            (b'>', Some(start)) => return Some((start, at + 1 - start)),
            _ => (),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_literals() {
        for (text, expected) in [
            ("<date-time>", Some(("date-time", None))),
            ("<uuid #12>", Some(("uuid", Some(12)))),
            ("<token a b #1>", Some(("token a b", Some(1)))),
            ("<uuid #x>", Some(("uuid #x", None))),
            ("<>", None),
            ("<<uuid #1>", None),
            ("a<uuid #1>", None),
            ("uuid", None),
        ] {
            let found = Placeholder::parse(text);
            assert_eq!(found.as_ref().map(|it| (&*it.label, it.number)), expected, "{text}");
            assert_eq!(found.map(|it| it.to_string()), expected.map(|_| text.to_owned()));
        }
        for sent in ["", "a", "<b>", "<<b>", "<", "<<", "<<<", "<>", "<b>x</b>", "a<b>", "<uuid #1>", "<<<uuid #1>"] {
            let shown = escaped(sent.to_owned());
            assert_eq!(literal(&shown), Some(sent), "{shown}");
            assert_eq!(Placeholder::parse(&shown), None, "{shown}");
        }
        assert_eq!(literal("<b>"), None);
    }

    #[test]
    fn numbers_are_taken_out() {
        let (plain, found) = split("/a/<uuid #1>/<date>/x<token t #2>>y< #3");
        assert_eq!(plain, "/a/<uuid>/<date>/x<token t>>y< #3");
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["<uuid #1>", "<token t #2>"]);
        assert_eq!(split("a>b>c").0, "a>b>c");
        assert_eq!(split("<a<b #1>").0, "<a<b>");
    }
}

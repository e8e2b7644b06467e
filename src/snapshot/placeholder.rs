//! Texts that stand for what changes from run to run: `<date-time>`, `<uuid #1>`, `<token beauth #2>`.
//!
//! A text that a client really sends and that looks like one has another `<` in front.

use std::{borrow::Cow, fmt};

use serde_json::Value;

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

/// A text as it was sent, so that it is not taken for a placeholder.
pub(super) fn escaped(text: String) -> String {
    if inner(text.trim_start_matches('<')).is_some() || is_doubled(&text) { format!("<{text}") } else { text }
}

/// The text that was sent, if this is no placeholder.
pub fn literal(text: &str) -> Option<&str> {
    match inner(text) {
        Some(_) => None,
        None if is_doubled(text) => text.get(1..),
        None => Some(text),
    }
}

/// True for a placeholder with more than one `<` in front.
fn is_doubled(text: &str) -> bool {
    let rest = text.trim_start_matches('<');
    rest.len() < text.len() && rest.strip_suffix('>').is_some_and(|rest| !rest.is_empty() && !rest.contains(['<', '>']))
}

/// True if a value has a placeholder for the whole of one of its texts.
pub(super) fn is_whole(value: &Value) -> bool {
    value.as_str().is_some_and(|text| inner(text).is_some())
}

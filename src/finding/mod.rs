//! Finding: the one way to say "this is wrong", about a description, a request or an answer.
//!
//! Whoever judges makes findings; `report` renders them; nobody in between words them anew.

mod code;
mod place;

pub use code::{Code, Reason};
pub use place::{Mark, Part, Place, Side};

use crate::limit;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Served all the same, but probably not as meant.
    Warning,
    /// Wrong: a document part that is not served as described, a message that breaks its contract.
    Error,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing: stable, listed in `docs/findings.md`.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
    /// For a request: which of the API's own error examples answers it.
    pub reason: Option<Reason>,
}

impl Finding {
    /// An error.
    // Most requests have none: what makes one stays out of the way of the code that they take.
    #[cold]
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        let message = shortened(message.into());
        Self { code, severity: Severity::Error, place, message, help: None, reason: None }
    }

    /// A warning.
    #[cold]
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// A note.
    #[cold]
    pub fn note(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, place, message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shortened(help.into()));
        self
    }

    /// Adds which of the API's error examples answers it.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }
}

/// A text without its middle if it is too long.
fn shortened(mut text: String) -> String {
    if text.len() > limit::MESSAGE_BYTES_MAX {
        let boundary = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let head = boundary(limit::MESSAGE_BYTES_MAX * 3 / 4);
        let tail = boundary(text.len() - limit::MESSAGE_BYTES_MAX / 5);
        text.replace_range(head..tail, " […] ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_lose_their_middle() {
        let message = format!("the value `{}` is wrong", "\u{1f600}".repeat(1000));
        let finding = Finding::error(Code::SYNTAX, Place::Nowhere, message).help("x".repeat(1_000_000));
        assert!(finding.message.len() <= limit::MESSAGE_BYTES_MAX, "{}", finding.message.len());
        assert!(finding.message.starts_with("the value") && finding.message.ends_with("is wrong"));
        assert!(finding.help.is_some_and(|help| help.len() <= limit::MESSAGE_BYTES_MAX));
    }
}

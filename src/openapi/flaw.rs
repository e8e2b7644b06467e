//! What is wrong with one file, while it is read and has no number yet.

use std::{fmt::Write as _, sync::Arc};

use super::document::Document;
use crate::finding::{Code, Finding, Mark, Place, Severity};

/// A stretch of text: byte offsets of its first byte and after its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    /// The span from `start` to `end`. Files are far below 4 GiB ([`crate::limit::DOCUMENT_BYTES_MAX`]).
    pub(super) fn new(start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }
}

/// A finding in the making: it knows its text, not yet its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// For a repeated key: where it is for the first time. Its line is only known once the text is indexed.
    pub(super) also: Option<Span>,
}

impl Flaw {
    pub(super) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, span, message: message.into(), help: None, also: None }
    }

    pub(super) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// A key that stands in its object for the second time; `first` is where it stands for the first time.
    pub(super) fn repeated_key(text: &str, first: Span, second: Span) -> Self {
        let flaw = Self::error(Code::DUPLICATE_KEY, second, format!("the key `{text}` is here for the second time"));
        Self { also: Some(first), ..flaw }.help("remove one of the two, or rename it")
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The finding, now that the file is known.
    pub(super) fn into_finding(mut self, document: &Document) -> Finding {
        if let Some(first) = self.also {
            let Mark { line, column, .. } = document.mark(first);
            let _ = write!(self.message, "; the first, in line {line}, column {column}, is the one that counts");
        }
        Finding {
            code: self.code,
            severity: self.severity,
            place: Place::File {
                file: Arc::clone(&document.name),
                pointer: String::new(),
                mark: Some(document.mark(self.span)),
            },
            message: self.message,
            help: self.help,
            reason: None,
        }
    }
}

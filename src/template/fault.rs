//! What is wrong with a template.

use minijinja::{Error, ErrorKind};

use crate::limit;

/// What is wrong with one template of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer to the string, in the value of the example.
    pub at: String,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Fault {
    pub(super) fn new(at: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: at.to_owned(), message: message.into(), help: help.into() }
    }

    /// A template that cannot be read.
    pub(super) fn unread(at: &str, source: &str, error: &Error) -> Self {
        let message = format!("the template `{}` cannot be read: {}", shown(source), said(error));
        Self::new(at, message, "correct it, or remove `x-mimeo-template` if the braces are meant as they are")
    }

    /// A template that cannot be filled in.
    pub(super) fn unfilled(at: &str, source: &str, error: &Error) -> Self {
        let message = format!("the template `{}` cannot be filled in: {}", shown(source), said(error));
        let help = match error.kind() {
            ErrorKind::UndefinedError => "check the name, or say what counts without it: `{{ name | default('x') }}`",
            ErrorKind::OutOfFuel => "let it take fewer steps",
            ErrorKind::WriteFailure => "let it yield less",
            _ => "see docs/answers.md for what templates can do",
        };
        Self::new(at, message, help)
    }
}

/// A template as a message quotes it.
fn shown(source: &str) -> String {
    const MOST: usize = 80;
    let mut text: String = source.chars().take(MOST).collect();
    if text.len() < source.len() {
        text.push('…');
    }
    text.replace(['\r', '\n'], " ")
}

fn said(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => return format!("it takes more than {} steps", limit::TEMPLATE_STEPS_MAX),
        ErrorKind::WriteFailure => {
            return format!("all together yield more than {} bytes", limit::TEMPLATE_BYTES_MAX);
        }
        kind => kind.to_string(),
    };
    match error.detail() {
        Some(detail) => format!("{what}: {detail}"),
        None => what,
    }
}

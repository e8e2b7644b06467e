//! How findings about messages are worded.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use crate::{
    contract::body::Fault,
    finding::{Code, Finding, Part, Place, Reason, Side},
    openapi::ParameterPlace,
    schema::Violation,
};

/// Something in a message that is judged by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'n> {
    /// A parameter of a request.
    Parameter(ParameterPlace, &'n str),
    /// A header field of an answer.
    AnswerHeader(&'n str),
    /// A field of a form, or a part of a multipart body.
    Field(Side, &'n str),
    /// A header field of a part of a multipart body.
    PartHeader(Side, &'n str, &'n str),
    /// A whole body.
    Body(Side),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(ParameterPlace::QueryString, _) => f.write_str("the query"),
            Self::Parameter(place, name) => write!(f, "{} parameter `{name}`", part_of(*place).as_str()),
            Self::AnswerHeader(name) => write!(f, "the answer's header `{name}`"),
            Self::Field(Side::Request, name) => write!(f, "the body's field `{name}`"),
            Self::Field(Side::Response, name) => write!(f, "the answer's field `{name}`"),
            Self::PartHeader(_, part, name) => write!(f, "the header `{name}` of the part `{part}`"),
            Self::Body(Side::Request) => f.write_str("the body"),
            Self::Body(Side::Response) => f.write_str("the answer's body"),
        }
    }
}

fn part_of(place: ParameterPlace) -> Part {
    match place {
        ParameterPlace::Path => Part::Path,
        ParameterPlace::Query | ParameterPlace::QueryString => Part::Query,
        ParameterPlace::Header => Part::Header,
        ParameterPlace::Cookie => Part::Cookie,
    }
}

/// A name as a token of a JSON Pointer.
fn token(name: &str) -> String {
    let mut token = String::new();
    crate::openapi::push_token(&mut token, name);
    token.split_off(1)
}

impl Subject<'_> {
    fn side(self) -> Side {
        match self {
            Self::Parameter(..) => Side::Request,
            Self::AnswerHeader(_) => Side::Response,
            Self::Field(side, _) | Self::PartHeader(side, ..) | Self::Body(side) => side,
        }
    }

    /// The place of a value inside the subject.
    fn place(self, pointer: &str) -> Place {
        let (part, mut at) = match self {
            Self::Parameter(ParameterPlace::QueryString, _) => (Part::Query, String::new()),
            Self::Parameter(place, name) => (part_of(place), token(name)),
            Self::AnswerHeader(name) => (Part::Header, token(name)),
            Self::Field(_, name) | Self::PartHeader(_, name, _) => {
                let mut at = String::new();
                crate::openapi::push_token(&mut at, name);
                (Part::Body, at)
            }
            Self::Body(_) => (Part::Body, String::new()),
        };
        at.push_str(pointer);
        Place::Message { side: self.side(), part, at }
    }

    /// The finding with its reason; only a request is refused for one.
    #[cold]
    fn finding(self, code: Code, pointer: &str, message: String, reason: Reason) -> Finding {
        let finding = Finding::error(code, self.place(pointer), message);
        if self.side() == Side::Request { finding.because(reason) } else { finding }
    }

    /// It was not sent, but must be.
    #[cold]
    pub(super) fn missing(self) -> Finding {
        let message = match self {
            Self::Body(Side::Request) => "a body is required".to_owned(),
            _ => format!("{self} is required"),
        };
        let finding = self.finding(Code("required"), "", message, Reason::MissingParam);
        match self {
            Self::Parameter(ParameterPlace::Path, _) => finding.help("put a value in its segment of the path"),
            Self::Parameter(ParameterPlace::Query, name) => finding.help(format!("add `{name}=…` to the query")),
            Self::Parameter(ParameterPlace::Header, name) => finding.help(format!("send the header `{name}: …`")),
            Self::Parameter(ParameterPlace::Cookie, name) => finding.help(format!("send the cookie `{name}=…`")),
            _ => finding,
        }
    }

    /// It is not written as described.
    #[cold]
    pub(super) fn malformed(self, message: &str) -> Finding {
        let code = match self {
            Self::Field(..) | Self::PartHeader(..) | Self::Body(_) => Code::MALFORMED_BODY,
            Self::Parameter(..) | Self::AnswerHeader(_) => Code::MALFORMED_PARAMETER,
        };
        self.finding(code, "", format!("{self} {message}"), Reason::InvalidParam)
    }

    /// It is a form that can be read, but another one.
    #[cold]
    pub(super) fn foreign(self) -> Finding {
        self.finding(Code("properties"), "", format!("{self} has none of the described fields"), Reason::InvalidParam)
    }

    /// It was sent without a value, though the description refuses that.
    #[cold]
    pub(super) fn empty(self) -> Finding {
        self.finding(Code("minLength"), "", format!("{self} must not be empty"), Reason::InvalidParam)
            .help("the description says `allowEmptyValue: false`")
    }

    /// A part of it cannot be read.
    #[cold]
    pub(super) fn fault(self, fault: &Fault) -> Finding {
        let message = at(self, &fault.at, &fault.message);
        self.finding(fault.code, &fault.at, message, Reason::InvalidParam)
    }

    /// It breaks its schema. `inside` is the JSON Pointer of the value that was judged.
    #[cold]
    pub(super) fn violation(self, inside: &str, violation: &Violation) -> Finding {
        let missing = matches!(violation.keyword, "required" | "dependentRequired");
        let reason = if missing { Reason::MissingParam } else { Reason::InvalidParam };
        let pointer: Cow<'_, str> = match inside {
            "" => Cow::Borrowed(&violation.at),
            inside => Cow::Owned(format!("{inside}{}", violation.at)),
        };
        let message = at(self, &pointer, &violation.message);
        let finding = self.finding(Code(violation.keyword), &pointer, message, reason);
        match violation.help() {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

/// Room for what a message says of its subject.
const SUBJECT_BYTES: usize = 48;

fn at(subject: Subject<'_>, pointer: &str, message: &str) -> String {
    let mut text = String::with_capacity(SUBJECT_BYTES + pointer.len() + message.len());
    // writing to a String does not fail
    let _ = write!(text, "{subject}");
    if !pointer.is_empty() {
        text.extend([" at `", pointer, "`"]);
    }
    text.extend([" ", message]);
    text
}

//! Where a finding is: in a file, or in a part of a message.

use std::sync::Arc;

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    Nowhere,
    /// In a file.
    File {
        /// The file's name as the user would say it.
        file: Arc<str>,
        /// JSON Pointer (RFC 6901) to the value; empty for the whole document.
        pointer: String,
        /// The text it is about, if it could be found.
        mark: Option<Mark>,
    },
    /// In a request or an answer.
    Message {
        /// Which of the two.
        side: Side,
        /// Which part of it.
        part: Part,
        /// A JSON Pointer into the body; for all other parts, the parameter's or field's name as a token of one,
        /// followed by the pointer into its value.
        at: String,
    },
}

impl Place {
    /// A place in a request.
    pub fn request(part: Part, at: impl Into<String>) -> Self {
        Self::Message { side: Side::Request, part, at: at.into() }
    }

    /// A place in an answer.
    pub fn response(part: Part, at: impl Into<String>) -> Self {
        Self::Message { side: Side::Response, part, at: at.into() }
    }
}

/// A stretch of text in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// The two messages of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What the client sends.
    Request,
    /// What the server answers.
    Response,
}

/// The parts of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A path parameter.
    Path,
    /// The query or a query parameter.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
    /// The body.
    Body,
    /// The credentials, wherever they are sent.
    Security,
    /// The status of an answer.
    Status,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Path, Self::Query, Self::Header, Self::Cookie, Self::Body, Self::Security, Self::Status];

    /// The part's name in lower case, as Prism's `location` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Security => "security",
            Self::Status => "status",
        }
    }
}

//! One difference between two versions.

use std::fmt::{self, Write as _};

use http::Method;
use sha2::{Digest as _, Sha256};

use crate::openapi::{Location, ParameterPlace, StatusRange};

/// Bytes of the hash that a fingerprint shows.
const FINGERPRINT_BYTES: usize = 6;

/// Whom a change can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nobody.
    Info,
    /// A client that relied on more than it was promised, or nobody, as the case may be.
    Warning,
    /// A client that kept to the old version.
    Error,
}

impl Level {
    /// `INFO`, `WARN` or `ERR`, as oasdiff has them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARN",
            Self::Error => "ERR",
        }
    }
}

/// Which part of a description a change is in, as oasdiff names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Paths and their operations.
    Paths,
    /// Components.
    Components,
    /// Security requirements of the whole API.
    Security,
    /// Addresses of the whole API.
    Servers,
}

impl Section {
    /// `paths`, `components`, `security` or `servers`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paths => "paths",
            Self::Components => "components",
            Self::Security => "security",
            Self::Servers => "servers",
        }
    }
}

/// An operation by its method and path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OperationName {
    /// The method.
    pub method: Method,
    /// The path template as the old version writes it (the new one, if the operation is new), or a webhook's name.
    pub path: String,
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A step from a value into a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The property of that name.
    Property(String),
    /// Any item of an array.
    Item,
    /// Any property without a schema of its own.
    AnyProperty,
}

/// What of an exchange a change is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Touch {
    /// Nothing that goes over the wire.
    Nothing,
    /// Every request to the operation, and every answer of it.
    Operation,
    /// The credentials of a request.
    Security,
    /// A parameter of a request.
    Parameter {
        /// Where it is sent.
        place: ParameterPlace,
        /// Its name in the old version; in the new one if it is new.
        name: String,
        /// The part of its value; empty for the whole.
        part: Vec<Step>,
    },
    /// A request's body.
    RequestBody {
        /// Its media type; `None` for any.
        media: Option<String>,
        /// The part of its value; empty for the whole.
        part: Vec<Step>,
    },
    /// An answer.
    Response {
        /// Its status.
        status: StatusRange,
        /// Its media type; `None` for any, and for an answer as a whole.
        media: Option<String>,
        /// The part of its body; empty for the whole.
        part: Vec<Step>,
    },
    /// A header field of an answer.
    ResponseHeader {
        /// The status of the answer.
        status: StatusRange,
        /// The field's name.
        name: String,
        /// The part of its value; empty for the whole.
        part: Vec<Step>,
    },
}

/// One difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of change it is, in oasdiff's words.
    pub id: &'static str,
    /// Whom it can break.
    pub level: Level,
    /// What it was, and what it is: a sentence without a full stop.
    pub text: String,
    /// What to know about it beyond the text.
    pub comment: Option<&'static str>,
    /// The operation that it is in.
    pub operation: Option<OperationName>,
    /// `operationId` of that operation.
    pub operation_id: Option<String>,
    /// The part of the description that it is in.
    pub section: Section,
    /// Where it was in the old version.
    pub base: Option<Location>,
    /// Where it is in the new version.
    pub revision: Option<Location>,
    /// What of an exchange it is about.
    pub touches: Touch,
    /// Which clients it touches, in words, where clients are known: the exchange of each. Empty otherwise.
    pub touched: Vec<String>,
}

impl Change {
    /// A short name of the change, which stays the same as long as its id, operation and text do.
    pub fn fingerprint(&self) -> String {
        let (method, path) = match &self.operation {
            Some(OperationName { method, path }) => (method.as_str(), path.as_str()),
            None => ("", ""),
        };
        let hash = Sha256::digest(format!("{}:{method}:{path}:{}", self.id, self.text));
        hash.iter().take(FINGERPRINT_BYTES).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_names_the_change() {
        let change = Change {
            id: "endpoint-added",
            level: Level::Info,
            text: "the endpoint was added".to_owned(),
            comment: None,
            operation: Some(OperationName { method: Method::GET, path: "/pets".to_owned() }),
            operation_id: None,
            section: Section::Paths,
            base: None,
            revision: None,
            touches: Touch::Operation,
            touched: Vec::new(),
        };
        let named = change.fingerprint();
        assert_eq!(named.len(), 12);
        assert_eq!(named, Change { level: Level::Error, ..change.clone() }.fingerprint());
        assert_ne!(named, Change { operation: None, ..change }.fingerprint());
    }
}

//! What a request leads to, and what is said about it.

use std::{fmt, sync::Arc};

use http::{HeaderName, HeaderValue};

use crate::{
    finding::Finding,
    message::{Response, header_value},
};

/// The field in which an answer says where it comes from.
const ORIGIN: HeaderName = HeaderName::from_static("mimeo-origin");

/// What a request leads to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the client gets. For a HEAD request the body is that of GET: the connection leaves it out.
    pub reply: Response,
    /// What is done while the answer is sent, in this order.
    pub effects: Vec<Effect>,
    /// What is said about the exchange.
    pub entry: Entry,
}

/// Something that happens while an answer is sent. It is data: whoever holds the connection performs it, after the
/// session's state has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The answer is held back.
    Delay {
        /// For how long, in milliseconds.
        ms: u64,
    },
    /// The body is sent in pieces.
    Dribble {
        /// How many.
        chunks: u32,
        /// How long all of them take, in milliseconds.
        over_ms: u64,
    },
    /// Something goes wrong on the wire.
    Fault(Fault),
}

/// What goes wrong on the wire; the names are `WireMock`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `CONNECTION_RESET_BY_PEER`: the connection is reset, nothing is sent.
    ConnectionResetByPeer,
    /// `EMPTY_RESPONSE`: the connection is closed, nothing is sent.
    EmptyResponse,
    /// `MALFORMED_RESPONSE_CHUNK`: status and header fields, then garbage where a chunk should be, then the end.
    MalformedResponseChunk,
    /// `RANDOM_DATA_THEN_CLOSE`: garbage instead of an answer, then the end.
    RandomDataThenClose,
}

/// What is said about an exchange: for the log and the journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When the request was answered, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// The id of the API, if one was found.
    pub api: Option<Arc<str>>,
    /// The operation, if one was found: its operationId, or `GET /pets/{id}`.
    pub operation: Option<Arc<str>>,
    /// Everything that is wrong with the request or with the answer.
    pub findings: Vec<Finding>,
    /// Where the answer comes from.
    pub origin: Origin,
    /// The scenario that acted, and its rule.
    pub acted: Option<Acted>,
}

/// What a scenario did to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The scenario.
    pub scenario: Arc<str>,
    /// The number of its rule, from 0.
    pub rule: usize,
}

impl Entry {
    /// What is said about a request of which nothing is known yet. `at_ms` is in milliseconds since the Unix epoch.
    pub fn new(at_ms: u64) -> Self {
        Self { at_ms, api: None, operation: None, findings: Vec::new(), origin: Origin::Mimeo, acted: None }
    }
}

/// Where an answer comes from; said in the header field `Mimeo-Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An example of the description, by its name if it has one.
    Example(Option<Arc<str>>),
    /// Made from the schema.
    Schema,
    /// An answer that is described without a body.
    Empty,
    /// The server behind the proxy.
    Upstream,
    /// The authorization server that stands in for the API's own.
    OAuth,
    /// Mimeo itself: the description has no answer for this case.
    Mimeo,
    /// A scenario asked for it.
    Scenario {
        /// The scenario's name.
        name: Arc<str>,
        /// Where the answer was taken from; `None` if it stands in the scenario.
        from: Option<Box<Self>>,
    },
}

impl Origin {
    /// Says in an answer where it comes from.
    pub(crate) fn mark(&self, reply: &mut Response) {
        let value = match self {
            Self::Example(None) => HeaderValue::from_static("example"),
            Self::Schema => HeaderValue::from_static("schema"),
            Self::Empty => HeaderValue::from_static("empty"),
            Self::Upstream => HeaderValue::from_static("upstream"),
            Self::OAuth => HeaderValue::from_static("oauth"),
            Self::Mimeo => HeaderValue::from_static("mimeo"),
            Self::Example(Some(_)) | Self::Scenario { .. } => header_value(&self.to_string()),
        };
        reply.headers.insert(ORIGIN, value);
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Example(Some(name)) => write!(f, "example {name}"),
            Self::Example(None) => f.write_str("example"),
            Self::Schema => f.write_str("schema"),
            Self::Empty => f.write_str("empty"),
            Self::Upstream => f.write_str("upstream"),
            Self::OAuth => f.write_str("oauth"),
            Self::Mimeo => f.write_str("mimeo"),
            Self::Scenario { name, from: None } => write!(f, "scenario {name}"),
            Self::Scenario { name, from: Some(from) } => write!(f, "scenario {name}, {from}"),
        }
    }
}

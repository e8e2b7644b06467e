//! What a snapshot says, as plain data.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use super::placeholder;

/// How a client behaved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// What it is about.
    pub about: About,
    /// What the client did, by session.
    pub sessions: Vec<Session>,
}

/// What a snapshot is about: the first of the two parts of its file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// What was recorded, in words: the command, or the name of a test.
    pub description: Option<String>,
    /// The descriptions of the APIs.
    pub apis: Vec<Described>,
    /// The scenario that all sessions began with.
    pub scenario: Option<String>,
    /// How many exchanges there were besides, for which there was no room.
    pub left_out: usize,
}

/// A description that the client was held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The API's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of all its files, in hexadecimal.
    pub sha256: String,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Exchanges in all sessions.
    pub exchanges: usize,
    /// Different operations that were called.
    pub operations: usize,
    /// Findings in all exchanges.
    pub findings: usize,
}

/// Whether the order of a session's exchanges counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// It does.
    Sequence,
    /// It does not: the client sends several requests at once. The exchanges are sorted.
    Set,
}

/// What a client did in one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The session's name; `<session #1>` for a name that was made for one run.
    pub session: String,
    /// Whether the order of its exchanges counts; without it, it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Its exchanges.
    pub exchanges: Vec<Exchange>,
}

impl Session {
    /// True if the order of its exchanges counts.
    pub fn is_sequence(&self) -> bool {
        self.order != Some(Order::Set)
    }

    /// True for a session whose name was made for one run.
    pub fn is_generated(&self) -> bool {
        placeholder::Placeholder::parse(&self.session).is_some()
    }
}

/// One request and its answer, or several that are alike and follow each other.
///
/// Texts in angle brackets stand for what changes from run to run (see [`Placeholder`](super::Placeholder)).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The method and the path template, or the path as sent where the description has none.
    #[schemars(regex(pattern = "^[^ ]+ ."))]
    pub call: String,
    /// The operationId, if the operation has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The API's id, where there is more than one API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The parameters of the path.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub path: Map<String, Value>,
    /// The parameters of the query that are described.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// The header fields that are described.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// The cookies that are described.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub cookies: Map<String, Value>,
    /// What the client sends though no description mentions it.
    #[serde(default, skip_serializing_if = "Undescribed::is_empty")]
    pub undescribed: Undescribed,
    /// The credentials, by security scheme.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, Credential>,
    /// The media type of the body, if it is not `application/json`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub body: Option<Value>,
    /// The answer that it met.
    pub answer: Answer,
    /// What the answer issued: `<token beauth #1>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<String>,
    /// What is wrong with the request or the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Note>,
    /// How often it follows itself.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    #[schemars(range(min = 1, max = 10_000))]
    pub times: usize,
}

fn once() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_once(times: &usize) -> bool {
    *times == 1
}

/// A value that is there, also where it is `null`.
fn present<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(reader).map(Some)
}

impl Exchange {
    /// The method.
    pub fn method(&self) -> &str {
        self.call.split_once(' ').map_or(self.call.as_str(), |(method, _)| method)
    }

    /// The path template, or the path as sent.
    pub fn template(&self) -> &str {
        self.call.split_once(' ').map_or("", |(_, path)| path)
    }
}

/// What a client sends though no description mentions it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undescribed {
    /// Parameters of the query.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// Header fields; those that every client sends are left out.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// Cookies.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub cookies: Map<String, Value>,
}

impl Undescribed {
    /// True if there is nothing.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty() && self.headers.is_empty() && self.cookies.is_empty()
    }
}

/// The answer that a request met, written `200 example login`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it came from: `example login`, `schema`, `scenario flaky, schema`; empty where that is not known.
    pub origin: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if self.origin.is_empty() { Ok(()) } else { write!(f, " {}", self.origin) }
    }
}

impl Answer {
    fn parse(text: &str) -> Option<Self> {
        let (status, origin) = text.split_once(' ').unwrap_or((text, ""));
        let status = status.parse().ok().filter(|status| (100..1000).contains(status))?;
        Some(Self { status, origin: origin.to_owned() })
    }
}

/// Credentials that were sent, written `<token beauth #1>` or `<token beauth #1>, expired`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// What was sent.
    pub value: String,
    /// How it stood, if it was not good.
    pub standing: Option<Standing>,
}

/// How a token stands that is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
    /// It was used up by a rotation.
    Used,
    /// No answer of the session issued it.
    Unknown,
    /// It is good, but not for this operation.
    Lacking,
    /// It is of another kind than the one that is asked for there.
    Misplaced,
}

impl Standing {
    const ALL: [Self; 6] = [Self::Expired, Self::Revoked, Self::Used, Self::Unknown, Self::Lacking, Self::Misplaced];

    /// The word after the credentials in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Used => "used",
            Self::Unknown => "unknown",
            Self::Lacking => "lacking",
            Self::Misplaced => "misplaced",
        }
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)?;
        match self.standing {
            Some(standing) => write!(f, ", {}", standing.as_str()),
            None => Ok(()),
        }
    }
}

impl Credential {
    fn parse(text: &str) -> Self {
        let split = text.rsplit_once(", ").and_then(|(value, word)| {
            let standing = Standing::ALL.into_iter().find(|standing| standing.as_str() == word)?;
            Some(Self { value: value.to_owned(), standing: Some(standing) })
        });
        split.unwrap_or_else(|| Self { value: text.to_owned(), standing: None })
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        // `answer: 200` is a number in YAML.
        let text = match Value::deserialize(reader)? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no status")))
    }
}

impl JsonSchema for Answer {
    fn schema_name() -> Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The status of the answer, and where it came from.",
            "type": ["string", "integer"],
            "pattern": "^[1-9][0-9]{2}( |$)",
            "minimum": 100,
            "maximum": 999
        })
    }
}

impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader).map(|text| Self::parse(&text))
    }
}

impl JsonSchema for Credential {
    fn schema_name() -> Cow<'static, str> {
        "Credential".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "What was sent, and how it stood if it was not good.", "type": "string" })
    }
}

/// Something that is wrong with an exchange.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The finding's code, or its reason where it has one.
    pub code: String,
    /// Where: `request body /name`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// What is wrong.
    pub says: String,
}

impl Snapshot {
    /// How much there is.
    pub fn totals(&self) -> Totals {
        let exchanges = || self.sessions.iter().flat_map(|session| &session.exchanges);
        let mut operations: Vec<_> = exchanges().map(|exchange| (&exchange.api, &exchange.call)).collect();
        operations.sort_unstable();
        operations.dedup();
        Totals {
            exchanges: exchanges().map(|exchange| exchange.times).sum(),
            operations: operations.len(),
            findings: exchanges().map(|exchange| exchange.findings.len() * exchange.times).sum(),
        }
    }

    /// The session of that name.
    pub fn session(&self, name: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.session == name)
    }
}

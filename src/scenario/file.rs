//! A scenario as it is written: the types that its JSON Schema is made from.
//!
//! What is said here about a key is what `mimeo schema scenario` shows.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use crate::form::{self, OneOrMany};

/// How an API behaves over a whole session: rules that are tried in order, of which the first that fits acts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Mimeo scenario")]
#[schemars(rename = "Scenario")]
pub(super) struct ScenarioFile {
    /// What the scenario is switched on by: letters, digits, `.`, `_` and `-`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"), length(max = 128))]
    pub(super) name: String,
    /// What it shows, for people.
    pub(super) description: Option<String>,
    /// The ids of the APIs that it is for; without it, all that are served.
    pub(super) api: Option<OneOrMany<String>>,
    /// The rules, in the order in which they are tried.
    #[schemars(length(min = 1))]
    pub(super) rules: Vec<RuleFile>,
}

/// One rule: when it fits, and what it does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Rule")]
pub(super) struct RuleFile {
    /// When the rule fits: all conditions must hold. Without it, always.
    #[serde(default)]
    pub(super) when: WhenFile,
    /// What happens then.
    #[serde(rename = "do")]
    pub(super) act: DoFile,
}

/// When a rule fits: all conditions must hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "When")]
pub(super) struct WhenFile {
    /// Which operations: one of these.
    pub(super) operation: Option<OneOrMany<SelectorFile>>,
    /// In which state of the scenario: one of these. It begins in `Started`.
    pub(super) state: Option<OneOrMany<String>>,
    /// What the request must say: all of these.
    pub(super) request: Option<OneOrMany<RequestFile>>,
    /// How the tokens stand that the request sends: for each kind, one of these.
    pub(super) token: Option<BTreeMap<String, OneOrMany<TokenIs>>>,
    /// Which of the requests that fit the rest: `3`, `">=3"` or `"every 2"`. Each session counts for itself, from 1.
    pub(super) call: Option<CallFile>,
    /// The virtual time since the scenario was switched on: `">=5m"` or `"<30s"`.
    pub(super) since_start: Option<String>,
    /// The virtual time since the scenario entered its state: `">=5m"` or `"<30s"`.
    pub(super) in_state: Option<String>,
    /// How likely it is that the rule fits, from 0 to 1. The same seed gives the same draws.
    #[schemars(range(min = 0, max = 1))]
    pub(super) chance: Option<f64>,
}

/// Which operations are meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Selector")]
pub(super) enum SelectorFile {
    /// An operationId, `METHOD /path`, or `security:SCHEME`; `*` stands for any text.
    Text(String),
    /// All operations with a tag.
    Tag(TagFile),
}

/// All operations with a tag.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Tag")]
pub(super) struct TagFile {
    /// The tag; `*` stands for any text.
    pub(super) tag: String,
}

/// What one value of the request must be. Exactly one of `body`, `header`, `query`, `path` and `cookie` says which
/// value; without a test, it must be there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Request")]
pub(super) struct RequestFile {
    /// A value in the body, by JSON Pointer; `""` is the whole body.
    #[schemars(regex(pattern = "^(/.*)?$"))]
    pub(super) body: Option<String>,
    /// A header field, by name.
    pub(super) header: Option<String>,
    /// A parameter of the query, by name.
    pub(super) query: Option<String>,
    /// A parameter of the path, by name.
    pub(super) path: Option<String>,
    /// A cookie, by name.
    pub(super) cookie: Option<String>,
    /// The value is this one.
    #[serde(default, deserialize_with = "some_value")]
    pub(super) equals: Option<Value>,
    /// The value, as text, is matched by this regular expression.
    pub(super) matches: Option<String>,
    /// The value satisfies this schema (JSON Schema 2020-12).
    #[serde(default, deserialize_with = "some_value")]
    pub(super) schema: Option<Value>,
    /// `true`: the value is not there.
    pub(super) absent: Option<bool>,
}

/// A value that is there, though it may be `null`.
fn some_value<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// How a token stands that a request sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenIs {
    /// It can be used.
    Live,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
    /// It was used up by a rotation.
    Used,
    /// It was never issued in this session, though its kind is.
    Unknown,
    /// None was sent.
    Missing,
}

/// Which of the requests that fit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Call")]
pub(super) enum CallFile {
    /// That one.
    Number(#[schemars(range(min = 1))] u64),
    /// `>=3`, `>3`, `<=3`, `<3` or `every 2`.
    Text(String),
}

/// What a rule does. `expire`, `revoke` and `advance` act before the credentials of the request are judged.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Do")]
pub(super) struct DoFile {
    /// Answers so.
    pub(super) respond: Option<RespondFile>,
    /// Holds the answer back, or sends it in pieces.
    pub(super) delay: Option<DelayFile>,
    /// Breaks the connection.
    pub(super) fault: Option<FaultFile>,
    /// Lets the session's tokens of these kinds expire.
    pub(super) expire: Option<OneOrMany<String>>,
    /// Revokes the session's tokens of these kinds.
    pub(super) revoke: Option<OneOrMany<String>>,
    /// Moves the session's clock on: `5m`.
    pub(super) advance: Option<DurationFile>,
    /// The state that the scenario enters.
    #[schemars(length(min = 1))]
    pub(super) then: Option<String>,
}

/// An answer. Without `body` it is the operation's own documented answer of that status, if there is one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Respond")]
pub(super) struct RespondFile {
    /// The status; of several, the first that the operation describes.
    pub(super) status: OneOrMany<StatusFile>,
    /// The example, by name or by what its `x-mimeo-for` lists; of several, the first that there is.
    pub(super) example: Option<OneOrMany<String>>,
    /// A body of its own: a text as it is, anything else as JSON.
    #[serde(default, deserialize_with = "some_value")]
    pub(super) body: Option<Value>,
    /// `true`: the texts of `body` are templates.
    #[serde(default)]
    pub(super) template: bool,
    /// Header fields, which replace those of the same name.
    pub(super) headers: Option<BTreeMap<String, String>>,
}

/// The status of an answer.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "Status")]
pub(super) struct StatusFile(#[schemars(range(min = 200, max = 599))] pub(super) u16);

/// How an answer is held back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Delay")]
pub(super) enum DelayFile {
    /// By a distribution, or piece by piece.
    Form(DelayForm),
    /// Always that long.
    Fixed(DurationFile),
}

/// How an answer is held back: exactly one of these.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct DelayForm {
    /// Always that long.
    pub(super) fixed: Option<DurationFile>,
    /// Between two durations, all equally likely.
    pub(super) uniform: Option<UniformFile>,
    /// As real servers are: mostly about the median, sometimes much longer.
    pub(super) lognormal: Option<LognormalFile>,
    /// The body is sent in pieces.
    pub(super) dribble: Option<DribbleFile>,
}

/// Between two durations, all equally likely.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Uniform")]
pub(super) struct UniformFile {
    /// The shortest.
    pub(super) lower: DurationFile,
    /// The longest.
    pub(super) upper: DurationFile,
}

/// Mostly about the median, sometimes much longer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Lognormal")]
pub(super) struct LognormalFile {
    /// Half of all answers take no longer.
    pub(super) median: DurationFile,
    /// How far they spread: the standard deviation of the logarithm. 0.1 is narrow, 1 is wide.
    #[schemars(range(min = 0, max = 10))]
    pub(super) sigma: f64,
    /// None takes longer.
    pub(super) max: Option<DurationFile>,
}

/// A body in pieces.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Dribble")]
pub(super) struct DribbleFile {
    /// How many pieces.
    #[schemars(range(min = 1, max = 10_000))]
    pub(super) chunks: u32,
    /// How long all of them take.
    pub(super) over: DurationFile,
}

/// A duration: numbers with `ms`, `s`, `m`, `h` or `d`, such as `80ms` or `1h30m`; a plain number is seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum DurationFile {
    /// With its units.
    Text(String),
    /// Seconds.
    Seconds(u64),
}

impl JsonSchema for DurationFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "minimum": 0,
            "examples": ["80ms", "1h30m", 5],
        })
    }
}

/// What goes wrong on the wire, by the names that `WireMock` gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "Fault")]
pub(super) enum FaultFile {
    /// The connection is reset, nothing is sent.
    ConnectionResetByPeer,
    /// The connection is closed, nothing is sent.
    EmptyResponse,
    /// Status and header fields are sent, then garbage, then the connection is closed.
    MalformedResponseChunk,
    /// Garbage is sent, then the connection is closed.
    RandomDataThenClose,
}

/// The JSON Schema (2020-12) of scenario files.
pub fn json_schema() -> Value {
    form::json_schema::<ScenarioFile>()
}

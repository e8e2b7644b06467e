//! What a project says about its snapshots (`snapshot` in `mimeo.yaml`).

use schemars::JsonSchema;
use serde::Deserialize;

use super::Order;

/// What is hidden, kept and left out of snapshots, and whether order counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Values that are hidden: `<redacted #1>` stands for each.
    #[serde(default)]
    pub redact: Vec<Selector>,
    /// Values that are shown as they are sent, though they look like one that changes from run to run. Secrets are
    /// hidden all the same.
    #[serde(default)]
    pub keep: Vec<Selector>,
    /// What is left out: values, or whole operations.
    #[serde(default)]
    pub ignore: Vec<Selector>,
    /// Whether the order of exchanges counts. Without it: where a client never sends two requests at once.
    pub order: Option<Order>,
}

/// Which values are meant: those of one place, in all operations or in those that are named. Only an operation means
/// the whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// An operationId, or `METHOD /path` as the description has it; `*` stands for any text.
    #[schemars(length(min = 1, max = 500))]
    pub operation: Option<String>,
    /// The name of a header field.
    #[schemars(length(min = 1, max = 200))]
    pub header: Option<String>,
    /// The name of a parameter of the query.
    #[schemars(length(min = 1, max = 200))]
    pub query: Option<String>,
    /// The name of a cookie.
    #[schemars(length(min = 1, max = 200))]
    pub cookie: Option<String>,
    /// The name of a parameter of the path.
    #[schemars(length(min = 1, max = 200))]
    pub path: Option<String>,
    /// A JSON Pointer into the body, which means all that is below as well; `*` stands for any name or index.
    #[schemars(regex(pattern = "^(/[^/]*)*$"), length(max = 500))]
    pub body: Option<String>,
}

//! All that a template may look at.

use serde_json::{Map, Value};

/// The names that a [`Scope`] may have; a template that uses another is told so when it is read.
pub(super) const NAMES: [&str; 7] = ["request", "path", "query", "token", "session", "scenario", "findings"];

/// All that the templates of one answer may look at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Values by name: `request`, `path`, `query`, `token`, `session`, `scenario`, `findings`.
    pub values: Map<String, Value>,
    /// What time it is, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// What `random()`, `uuid()` and `fake()` follow from.
    pub seed: u64,
}

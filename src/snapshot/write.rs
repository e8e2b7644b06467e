//! From a snapshot to the text of its file.
//!
//! The file is one of insta's: metadata between two `---` lines, of which insta keeps `description` and `info`, then the
//! content.

use serde::Serialize;

use super::{Described, FORMAT, Session, Snapshot, Totals};

/// The first part of the file.
#[derive(Serialize)]
struct Head<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'s str>,
    info: Info<'s>,
}

#[derive(Serialize)]
struct Info<'s> {
    mimeo: u32,
    apis: &'s [Described],
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'s str>,
    totals: Totals,
    #[serde(rename = "left-out", skip_serializing_if = "is_none")]
    left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// The second part.
#[derive(Serialize)]
struct Content<'s> {
    sessions: &'s [Session],
}

impl Snapshot {
    /// The text of the file.
    pub fn write(&self) -> String {
        let head = Head {
            description: self.about.description.as_deref(),
            info: Info {
                mimeo: FORMAT,
                apis: &self.about.apis,
                scenario: self.about.scenario.as_deref(),
                totals: self.totals(),
                left_out: self.about.left_out,
            },
        };
        format!("---\n{}---\n{}", yaml(&head), yaml(&Content { sessions: &self.sessions }))
    }
}

/// A value as YAML. Values of a snapshot have texts as keys only, so that all of them can be written.
fn yaml(value: &impl Serialize) -> String {
    serde_yaml::to_string(value).unwrap_or_else(|error| format!("# not written: {error}\n"))
}

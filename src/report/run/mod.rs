//! What came of a run of a client against a mock: what it did, what was wrong, and how it differs from before.

mod json;
mod junit;
mod ours;
mod text;

pub use json::run_json;
pub use junit::run_junit;
pub use ours::is_run_report;
pub use text::run_text;

use super::comparison_summary;
use crate::{finding::Severity, snapshot::Comparison};

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// The command, as it would be typed.
    pub command: String,
    /// Its exit code.
    pub code: u8,
    /// How many exchanges there were.
    pub exchanges: u64,
    /// How many sessions.
    pub sessions: usize,
    /// What was called, in the order in which it was called first.
    pub calls: Vec<Call>,
    /// What became of the snapshot.
    pub snapshot: Option<Outcome>,
}

/// Everything that was sent to one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The API's id; none where the description has no such path.
    pub api: Option<String>,
    /// The operation as people know it: its operationId, `GET /pets/{id}`, or the method and path as sent.
    pub operation: String,
    /// How often.
    pub times: u64,
    /// What was wrong, each reason once.
    pub faults: Vec<Fault>,
}

/// One thing that was wrong with requests of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The finding's code, or its reason where it has one.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// True if it makes the run fail.
    pub fails: bool,
    /// Where: `request body /items/*/name`.
    pub place: String,
    /// What is wrong, as it was said first.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// How often.
    pub times: u64,
    /// The first request: its session and its number there.
    pub first: (String, u64),
}

/// What became of a snapshot.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The file.
    pub file: String,
    /// What became of it.
    pub became: Became,
}

/// What became of a snapshot.
#[derive(Clone, Debug)]
pub enum Became {
    /// The client behaves as before. With what changed around it.
    Same(Comparison),
    /// There was none, and this one was kept.
    Recorded,
    /// The client behaves otherwise, and that was kept.
    Updated(Comparison),
    /// There was none; the new one waits in this file for a review.
    New(String),
    /// The client behaves otherwise; the new snapshot waits in this file for a review, if one was written.
    Changed(Comparison, Option<String>),
    /// There is none, and none may be written. With why.
    Missing(String),
    /// It was not compared. With why.
    NotCompared(String),
}

impl Became {
    /// One word for it.
    fn as_str(&self) -> &'static str {
        match self {
            Self::Same(_) => "same",
            Self::Recorded => "recorded",
            Self::Updated(_) => "updated",
            Self::New(_) => "new",
            Self::Changed(..) => "changed",
            Self::Missing(_) => "missing",
            Self::NotCompared(_) => "not-compared",
        }
    }

    /// What differs, where that was looked at.
    fn comparison(&self) -> Option<&Comparison> {
        match self {
            Self::Same(comparison) | Self::Updated(comparison) | Self::Changed(comparison, _) => Some(comparison),
            _ => None,
        }
    }

    /// True if it makes the run fail.
    pub fn fails(&self) -> bool {
        matches!(self, Self::New(_) | Self::Changed(..) | Self::Missing(_) | Self::NotCompared(_))
    }

    /// What it means for the run, as a sentence.
    fn says(&self, file: &str) -> String {
        let review = |pending: &str| {
            format!(
                "the new one is {pending}: look at it with `mimeo snapshot review {file}`, or take it with `mimeo snapshot accept {file}`"
            )
        };
        match self {
            Self::Same(_) => "the client behaves as before".to_owned(),
            Self::Recorded => "recorded".to_owned(),
            Self::Updated(comparison) => format!("{}, taken over", comparison_summary(comparison)),
            Self::New(pending) => format!("there was none; {}", review(pending)),
            Self::Changed(comparison, Some(pending)) => {
                format!("{}; {}", comparison_summary(comparison), review(pending))
            }
            Self::Changed(comparison, None) => format!("{}; nothing was written", comparison_summary(comparison)),
            Self::Missing(why) | Self::NotCompared(why) => why.clone(),
        }
    }
}

impl RunReport {
    /// True if something makes the run fail though its command did not.
    pub fn fails(&self) -> bool {
        self.calls.iter().flat_map(|call| &call.faults).any(|fault| fault.fails)
            || self.snapshot.as_ref().is_some_and(|snapshot| snapshot.became.fails())
    }
}

//! Renders findings, changes, runs and what differs between snapshots: text with carets, data, pages, what pipelines show.
//! Decides nothing.

mod changes;
mod comparison;
mod escape;
mod github;
mod json;
mod junit;
mod run;
mod snapshot;
mod text;
mod usage;
mod window;

pub use changes::{
    ApiChanges, Edition, count_changes, github_changes, html_changes, json_changes, json_checks, junit_changes,
    markdown_changes, markdown_checks, single_lines, sum_of_changes, text_changes, text_checks, yaml_changes,
};
pub use comparison::{comparison, comparison_summary, unified};
pub use escape::printable;
pub use github::github;
pub use json::json;
pub use junit::{Case, Suite, junit};
pub use run::{Became, Call, Fault, Outcome, RunReport, is_run_report, run_json, run_junit, run_text};
pub use snapshot::{snapshot, snapshot_json, snapshot_summary};
pub use text::{Colour, text};
pub use usage::{json_usage, markdown_usage, text_usage};

use crate::{finding::Finding, openapi::Documents};

/// The findings about one description, with the files that they quote.
#[derive(Clone, Copy, Debug)]
pub struct Chapter<'a> {
    /// The findings.
    pub findings: &'a [Finding],
    /// The files.
    pub documents: &'a Documents,
}

/// How many findings of each severity there are: errors, warnings, notes.
pub fn count(chapters: &[Chapter<'_>]) -> [usize; 3] {
    use crate::finding::Severity::{Error, Note, Warning};
    [Error, Warning, Note].map(|severity| {
        chapters.iter().flat_map(|chapter| chapter.findings).filter(|finding| finding.severity == severity).count()
    })
}

/// The last line of a report: `2 errors, 1 warning`.
pub fn summary(chapters: &[Chapter<'_>]) -> String {
    let counts = count(chapters);
    let words = [("error", counts[0]), ("warning", counts[1]), ("note", counts[2])];
    let parts: Vec<String> = words
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

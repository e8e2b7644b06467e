//! Changes as workflow commands, which GitHub shows beside the lines they are about.

use std::fmt::Write as _;

use super::{ApiChanges, subject, touched};
use crate::{
    diff::Level,
    report::github::{data, property},
};

/// All changes, a workflow command each.
pub fn github_changes(comparisons: &[ApiChanges<'_>]) -> String {
    let mut out = String::new();
    for comparison in comparisons {
        for change in comparison.changes {
            let command = match change.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Info => "notice",
            };
            let mut properties = format!("title={}", property(change.id));
            if let Some(spot) = comparison.main_spot(change) {
                let _ = write!(properties, ",file={}", property(&spot.file));
                if let Some(mark) = spot.mark {
                    let _ = write!(properties, ",line={},col={}", mark.line, mark.column);
                }
            }
            let touched = touched(change).map(|touched| format!("; {touched}")).unwrap_or_default();
            let text = format!("{}: {}{touched}", subject(change), change.text);
            let _ = writeln!(out, "::{command} {properties}::{}", data(&text));
        }
    }
    out
}

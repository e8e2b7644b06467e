//! Findings as workflow commands, which GitHub shows beside the lines they are about.

use std::fmt::Write as _;

use super::Chapter;
use crate::finding::{Place, Severity};

/// All findings, a workflow command each.
pub fn github(chapters: &[Chapter<'_>]) -> String {
    let mut out = String::new();
    for finding in chapters.iter().flat_map(|chapter| chapter.findings) {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = format!("title={}", property(finding.code.as_str()));
        if let Place::File { file, mark, .. } = &finding.place {
            let _ = write!(properties, ",file={}", property(file));
            if let Some(mark) = mark {
                let _ = write!(properties, ",line={},col={}", mark.line, mark.column);
            }
        }
        let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        let _ = writeln!(out, "::{command} {properties}::{}", data(&format!("{}{help}", finding.message)));
    }
    out
}

/// Text as the value of a workflow command.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as a property of a workflow command.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

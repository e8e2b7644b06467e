//! A run in words.

use std::fmt::Write as _;

use annotate_snippets::{Level, Origin, Renderer};

use super::{Call, Fault, RunReport};
use crate::{
    finding::Severity,
    report::{Colour, comparison, printable},
};

/// What was wrong, how the client differs from before, and the sum of it.
pub fn run_text(report: &RunReport, colour: Colour) -> String {
    // What the command wrote last need not end its line.
    let mut out = "\n".to_owned();
    for call in &report.calls {
        for fault in &call.faults {
            let _ = write!(out, "{}\n\n", one(call, fault, colour));
        }
    }
    if let Some(snapshot) = &report.snapshot {
        if let Some(differences) = snapshot.became.comparison().filter(|it| !it.is_empty() || !it.notes.is_empty()) {
            let text = comparison(differences, colour);
            let _ = writeln!(out, "{text}");
        }
        let _ = writeln!(out, "snapshot {}: {}", snapshot.file, snapshot.became.says(&snapshot.file));
    }
    let _ = writeln!(out, "{}", sum(report));
    out
}

fn one(call: &Call, fault: &Fault, colour: Colour) -> String {
    let level = match fault.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let (session, number) = &fault.first;
    let times = match fault.times {
        1 => format!("request {number} of session `{session}`"),
        times => format!("{times} times, first in request {number} of session `{session}`"),
    };
    let place = if fault.place.is_empty() { String::new() } else { format!(", {}", fault.place) };
    let title = level.primary_title(printable(&fault.message)).id(fault.code.clone());
    let mut group = title
        .element(Origin::path(printable(&format!("{}{place}", call.operation))))
        .element(Level::NOTE.message(printable(&times)));
    if let Some(help) = &fault.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let renderer = if colour == Colour::Ansi { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// The last line: `12 requests to 4 operations in 1 session: 2 errors`.
fn sum(report: &RunReport) -> String {
    let number = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let operations = report.calls.iter().filter(|call| call.api.is_some()).count() as u64;
    let faults = |severity| report.calls.iter().flat_map(|it| &it.faults).filter(|it| it.severity == severity).count();
    let found: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .map(|(severity, word)| (faults(severity) as u64, word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| number(count, word))
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let requests = number(report.exchanges, "request");
    let (operations, sessions) = (number(operations, "operation"), number(report.sessions as u64, "session"));
    match (report.code, report.exchanges) {
        (0, 0) => "The command sent no request to the mock: does it use MIMEO_URL?".to_owned(),
        (0, _) => format!("{requests} to {operations} in {sessions}: {found}"),
        (code, _) => format!("{requests} to {operations} in {sessions}: {found}; the command ended with {code}"),
    }
}

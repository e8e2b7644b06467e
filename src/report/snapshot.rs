//! A snapshot in words, and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Colour, printable};
use crate::snapshot::{Exchange, Session, Snapshot};

/// Characters of a value that are shown on a line.
const VALUE_CHARS: usize = 100;

/// What a client did, in words.
pub fn snapshot(snapshot: &Snapshot, colour: Colour) -> String {
    let mut out = String::new();
    let about = &snapshot.about;
    if let Some(description) = &about.description {
        let _ = writeln!(out, "recorded from: {}", printable(description));
    }
    for api in &about.apis {
        let _ = writeln!(out, "API: {} ({} {})", printable(&api.id), printable(&api.title), printable(&api.version));
    }
    if let Some(scenario) = &about.scenario {
        let _ = writeln!(out, "scenario: {}", printable(scenario));
    }
    for it in &snapshot.sessions {
        session(&mut out, it, colour);
    }
    let _ = writeln!(out, "\n{}", snapshot_summary(snapshot));
    out
}

/// How much there is: `12 exchanges with 4 operations in 1 session`.
pub fn snapshot_summary(snapshot: &Snapshot) -> String {
    let totals = snapshot.totals();
    let number = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let found = if totals.findings == 0 { String::new() } else { format!("; {}", number(totals.findings, "finding")) };
    format!(
        "{} with {} in {}{found}",
        number(totals.exchanges, "exchange"),
        number(totals.operations, "operation"),
        number(snapshot.sessions.len(), "session")
    )
}

fn session(out: &mut String, session: &Session, colour: Colour) {
    let order = if session.is_sequence() { "" } else { ", in no order" };
    let title = format!("session {}{order}", printable(&session.session));
    let title = if colour == Colour::Ansi { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title };
    let _ = writeln!(out, "\n{title}");
    let width = session.exchanges.len().to_string().len();
    for (number, it) in session.exchanges.iter().enumerate() {
        exchange(out, it, &format!("{:>width$}", number + 1));
    }
}

fn exchange(out: &mut String, it: &Exchange, number: &str) {
    let times = if it.times == 1 { String::new() } else { format!(", {} times", it.times) };
    let operation = it.operation.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let api = it.api.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let _ = writeln!(out, "  {number}  {} -> {}{times}", printable(&format!("{}{operation}{api}", it.call)), it.answer);
    let indent = " ".repeat(number.len() + 6);
    let mut line = |text: String| {
        let _ = writeln!(out, "{indent}{}", printable(&text.replace('\n', "\\n")));
    };
    for (scheme, credential) in &it.credentials {
        line(format!("credentials {scheme}: {credential}"));
    }
    let groups: [(&str, &Map<String, Value>); 7] = [
        ("path", &it.path),
        ("query", &it.query),
        ("header", &it.headers),
        ("cookie", &it.cookies),
        ("query, not described:", &it.undescribed.query),
        ("header, not described:", &it.undescribed.headers),
        ("cookie, not described:", &it.undescribed.cookies),
    ];
    for (group, values) in groups {
        for (name, value) in values {
            line(format!("{group} {name}: {}", written(value)));
        }
    }
    if let Some(body) = &it.body {
        let kind = it.media_type.as_ref().map(|kind| format!(" {kind}")).unwrap_or_default();
        line(format!("body{kind}: {}", written(body)));
    }
    if !it.issues.is_empty() {
        line(format!("issues {}", it.issues.join(", ")));
    }
    for note in &it.findings {
        let at = if note.at.is_empty() { String::new() } else { format!(" ({})", note.at) };
        line(format!("! {}: {}{at}", note.code, note.says));
    }
}

/// A value on a line.
fn written(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// What a client did, as one JSON document.
pub fn snapshot_json(snapshot: &Snapshot) -> String {
    let about = &snapshot.about;
    let document = json!({
        "mimeo": crate::snapshot::FORMAT,
        "description": about.description,
        "apis": about.apis,
        "scenario": about.scenario,
        "totals": snapshot.totals(),
        "sessions": snapshot.sessions,
    });
    format!("{document:#}\n")
}

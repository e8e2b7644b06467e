//! What differs between two exchanges that are the same one.

use serde_json::{Map, Value};

use super::{
    DifferenceKind as Kind,
    numbers::{Numbers, Same},
    words::{called, shown},
};
use crate::{
    openapi::push_token,
    snapshot::{Credential, Exchange, Note, Standing, placeholder::Placeholder},
};

/// Differences of one body that are told one by one.
const BODY_LINES_MAX: usize = 20;

/// One thing that differs, in lines.
pub(super) type Change = (Kind, Vec<String>);

/// What differs. `first_use` says whether the old exchange was the first to send a placeholder.
pub(super) fn changes(
    old: &Exchange,
    new: &Exchange,
    numbers: &mut Numbers,
    first_use: &dyn Fn(&str) -> bool,
) -> Vec<Change> {
    let call = called(new);
    let mut found = Vec::new();
    notes(old, new, &call, &mut found);
    credentials(old, new, &call, numbers, first_use, &mut found);
    for (what, old, new) in [
        ("path parameter", &old.path, &new.path),
        ("query parameter", &old.query, &new.query),
        ("header", &old.headers, &new.headers),
        ("cookie", &old.cookies, &new.cookies),
        ("undescribed query parameter", &old.undescribed.query, &new.undescribed.query),
        ("undescribed header", &old.undescribed.headers, &new.undescribed.headers),
        ("undescribed cookie", &old.undescribed.cookies, &new.undescribed.cookies),
    ] {
        parameters(what, old, new, &call, numbers, &mut found);
    }
    body(old, new, &call, numbers, &mut found);
    if old.answer != new.answer && numbers.compare(&old.answer.to_string(), &new.answer.to_string()) != Same::Yes {
        found.push((Kind::Answered, vec![format!("{call} is answered with {} (was: {})", new.answer, old.answer)]));
    }
    for (old, new) in old.issues.iter().zip(&new.issues) {
        numbers.compare(old, new);
    }
    found
}

/// What is wrong with an exchange that is new.
pub(super) fn broken(new: &Exchange) -> Vec<Change> {
    let call = called(new);
    new.findings.iter().map(|note| (Kind::Broken, vec![wrong(&call, note)])).collect()
}

fn notes(old: &Exchange, new: &Exchange, call: &str, found: &mut Vec<Change>) {
    let same = |a: &Note, b: &Note| a.code == b.code && a.at == b.at;
    for note in new.findings.iter().filter(|note| !old.findings.iter().any(|known| same(known, note))) {
        found.push((Kind::Broken, vec![wrong(call, note)]));
    }
    for note in old.findings.iter().filter(|note| !new.findings.iter().any(|left| same(left, note))) {
        found.push((Kind::Mended, vec![format!("no longer wrong with {}", wrong(call, note))]));
    }
}

fn wrong(call: &str, note: &Note) -> String {
    let at = if note.at.is_empty() { String::new() } else { format!(", {}", note.at) };
    format!("{call}{at}: {} ({})", note.says, note.code)
}

fn credentials(
    old: &Exchange,
    new: &Exchange,
    call: &str,
    numbers: &mut Numbers,
    first_use: &dyn Fn(&str) -> bool,
    found: &mut Vec<Change>,
) {
    let mut say = |line: String| found.push((Kind::Credentials, vec![line]));
    for (scheme, now) in &new.credentials {
        let Some(was) = old.credentials.get(scheme) else {
            say(format!("{} is now sent to {call}, as {scheme}", named(now)));
            continue;
        };
        let same = numbers.compare(&was.value, &now.value);
        if same == Same::Yes && was.standing == now.standing {
            continue;
        }
        let over = match now.standing {
            Some(Standing::Expired) => Some("after it expired"),
            Some(Standing::Revoked) => Some("after it was revoked"),
            Some(Standing::Used) => Some("after it was used up"),
            Some(Standing::Unknown) => Some("though no answer issued it"),
            Some(Standing::Lacking) => Some("though it does not allow that"),
            Some(Standing::Misplaced) => Some("though another kind of token belongs there"),
            None => None,
        };
        let was_new = first_use(&was.value) && was.standing.is_none();
        let before = match (was.standing, same == Same::Yes) {
            (None, false) if was_new && over.is_some() => format!("a new one, {}", named(was)),
            (None, true) => "while it was good".to_owned(),
            (None, false) => named(was),
            (Some(standing), _) => format!("{}, {}", named(was), standing.as_str()),
        };
        match over {
            Some(over) if was.standing != now.standing => {
                let was_good = !matches!(now.standing, Some(Standing::Unknown | Standing::Misplaced));
                let again = if same == Same::Other && was_good { "again " } else { "" };
                say(format!("{} is sent to {call} {again}{over} (was: {before})", named(now)));
            }
            _ if same == Same::Yes => {
                say(format!("{} is good again when {call} is called (was: {before})", named(now)));
            }
            _ => say(format!("{call} is now called with {} (was: {before})", named(now))),
        }
    }
    for (scheme, was) in old.credentials.iter().filter(|(scheme, _)| !new.credentials.contains_key(*scheme)) {
        say(format!("{} is no longer sent to {call}, as {scheme}", named(was)));
    }
}

/// `token beauth #1`
fn named(credential: &Credential) -> String {
    match Placeholder::parse(&credential.value) {
        Some(Placeholder { label, number: Some(number) }) => format!("{label} #{number}"),
        _ => credential.value.clone(),
    }
}

fn parameters(
    what: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    call: &str,
    numbers: &mut Numbers,
    found: &mut Vec<Change>,
) {
    let mut say = |line: String| found.push((Kind::Sent, vec![line]));
    for (name, now) in new {
        match old.get(name) {
            None => say(format!("{what} {name} is now sent to {call}: {}", shown(now))),
            Some(was) => match compare(was, now, numbers) {
                Same::Yes => (),
                Same::Other => {
                    say(format!("{what} {name} of {call} is another one now: {} (was: {})", shown(now), shown(was)));
                }
                Same::No => say(format!("{what} {name} of {call}: {} → {}", shown(was), shown(now))),
            },
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        say(format!("{what} {name} is no longer sent to {call}"));
    }
}

fn body(old: &Exchange, new: &Exchange, call: &str, numbers: &mut Numbers, found: &mut Vec<Change>) {
    let media_type = |exchange: &Exchange| exchange.media_type.clone().unwrap_or_else(|| "application/json".to_owned());
    match (&old.body, &new.body) {
        (None, None) => (),
        (None, Some(now)) => {
            found.push((Kind::Sent, vec![format!("{call} now has a body: {}", shown(now))]));
        }
        (Some(_), None) => found.push((Kind::Sent, vec![format!("{call} no longer has a body")])),
        (Some(was), Some(now)) => {
            if old.media_type != new.media_type {
                let line = format!("the body of {call} is {} (was: {})", media_type(new), media_type(old));
                found.push((Kind::Sent, vec![line]));
            }
            let mut lines = Vec::new();
            walk("", was, now, numbers, &mut lines);
            let more = lines.len().saturating_sub(BODY_LINES_MAX);
            lines.truncate(BODY_LINES_MAX);
            match lines.as_slice() {
                [] => (),
                [(at, what)] => found.push((Kind::Sent, vec![format!("{at} of {call}{what}")])),
                _ => {
                    let mut text = vec![format!("the body of {call} differs:")];
                    text.extend(lines.into_iter().map(|(at, what)| format!("{at}{what}")));
                    if more > 0 {
                        text.push(format!("… and in {more} more places"));
                    }
                    found.push((Kind::Sent, text));
                }
            }
        }
    }
}

/// Where two bodies differ, each place with what follows its name.
fn walk(at: &str, was: &Value, now: &Value, numbers: &mut Numbers, lines: &mut Vec<(String, String)>) {
    let place = |at: &str| if at.is_empty() { "the body".to_owned() } else { format!("body {at}") };
    match (was, now) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, now) in new {
                let at = below(at, name);
                match old.get(name) {
                    Some(was) => walk(&at, was, now, numbers, lines),
                    None => lines.push((place(&at), format!(" is now sent: {}", shown(now)))),
                }
            }
            for name in old.keys().filter(|name| !new.contains_key(*name)) {
                lines.push((place(&below(at, name)), " is no longer sent".to_owned()));
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (was, now)) in old.iter().zip(new).enumerate() {
                walk(&below(at, &index.to_string()), was, now, numbers, lines);
            }
            if old.len() != new.len() {
                lines.push((place(at), format!(" has {} items (was: {})", new.len(), old.len())));
            }
        }
        _ => match compare(was, now, numbers) {
            Same::Yes => (),
            Same::Other => {
                lines.push((place(at), format!(" is another one now: {} (was: {})", shown(now), shown(was))));
            }
            Same::No => lines.push((place(at), format!(": {} → {}", shown(was), shown(now)))),
        },
    }
}

fn below(at: &str, token: &str) -> String {
    let mut at = at.to_owned();
    push_token(&mut at, token);
    at
}

fn compare(was: &Value, now: &Value, numbers: &mut Numbers) -> Same {
    match (was, now) {
        (Value::String(was), Value::String(now)) => numbers.compare(was, now),
        _ if was == now => Same::Yes,
        (Value::Array(_) | Value::Object(_), Value::Array(_) | Value::Object(_)) => {
            numbers.compare(&was.to_string(), &now.to_string())
        }
        _ => Same::No,
    }
}

//! Operations: which came and went, and how they live.

use std::collections::HashSet;

use super::{
    change::Touch,
    differ::{Differ, Places},
    matching::{self, Pair},
    sunset::{self, STABILITY, SUNSET, Stability},
    version::{Version, member},
};
use crate::openapi::{DocId, Location, Operation};

/// Says of each operation that is gone whether it could go.
pub(super) fn gone(differ: &mut Differ<'_>, operations: &[&Operation]) {
    let paths = paths_of(differ.revision);
    for operation in operations {
        let with_path = !paths.contains(&matching::nameless(&operation.path));
        removed(differ, operation, with_path);
    }
}

/// The paths of a version, without the names of their parameters; those without any operation, too.
fn paths_of(version: Version<'_>) -> HashSet<String> {
    let root = Location::new(DocId::ENTRY, "");
    let keys = version.member(&root, "paths").and_then(|paths| paths.as_object());
    let keys = keys.into_iter().flat_map(|paths| paths.keys());
    keys.map(|key| matching::nameless(key.split(['?', '#']).next().unwrap_or(key))).collect()
}

fn removed(differ: &mut Differ<'_>, operation: &Operation, with_path: bool) {
    let at = &operation.at;
    match sunset::stability(differ.base, at) {
        Err(word) => return bad_stability(differ, operation, Side::Base, &word),
        Ok(stability) if stability.promises_nothing() => return,
        Ok(_) => (),
    }
    let what = if with_path { "the operation was removed with its whole path" } else { "the operation was removed" };
    let (id, text) = match (operation.deprecated, sunset::sunset(differ.base, at)) {
        (false, _) => ("without-deprecation", format!("{what}, and it was not deprecated before")),
        (true, None) => ("with-deprecation", format!("{what}, after it had been deprecated")),
        (true, Some(written)) => match sunset::day(written) {
            None => return bad_sunset(differ, operation, Side::Base, "api-path-sunset-parse", written),
            Some(day) if day > sunset::today(differ.settings) => {
                ("before-sunset", format!("{what} before its sunset on {day}"))
            }
            Some(_) => return,
        },
    };
    let text = match moved_to(differ, operation) {
        Some(other) => format!("{text}; its operationId is that of `{} {}` now", other.method, other.path),
        None => text,
    };
    let family = if with_path { "api-path-removed" } else { "api-removed" };
    differ.say_of(operation, &format!("{family}-{id}"), text, Places::base(at), Touch::Operation);
}

/// The operation of the new version that has the operationId of one that is gone.
fn moved_to<'a>(differ: &Differ<'a>, operation: &Operation) -> Option<&'a Operation> {
    let id = operation.id.as_ref().filter(|id| !id.is_empty())?;
    differ.revision.api.operations.iter().find(|other| other.id.as_ref() == Some(id))
}

/// Says of each operation that it is new.
pub(super) fn added(differ: &mut Differ<'_>, operations: &[&Operation]) {
    for operation in operations {
        let text = match &operation.summary {
            Some(summary) => format!("the operation was added: {}", one_line(summary)),
            None => "the operation was added".to_owned(),
        };
        differ.say_of(operation, "endpoint-added", text, Places::revision(&operation.at), Touch::Operation);
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Base,
    Revision,
}

/// Compares stability levels. True if nobody may rely on the operation, so that nothing else about it is said.
pub(super) fn stability(differ: &mut Differ<'_>, pair: &Pair<'_>) -> bool {
    let base = sunset::stability(differ.base, &pair.base.at);
    let revision = sunset::stability(differ.revision, &pair.revision.at);
    // What is wrong in both versions alike is no change.
    if base != revision {
        if let Err(word) = &base {
            bad_stability(differ, pair.base, Side::Base, word);
        }
        if let Err(word) = &revision {
            bad_stability(differ, pair.revision, Side::Revision, word);
        }
    }
    let (Ok(base), Ok(revision)) = (base, revision) else { return false };
    let text = |more| format!("the operation is {} now, and was {}: {more}", revision.as_str(), base.as_str());
    let places = Places {
        base: Some(member(differ.base, &pair.base.at, STABILITY)),
        revision: Some(member(differ.revision, &pair.revision.at, STABILITY)),
    };
    if revision < base {
        differ.say(pair, "api-stability-decreased", text("it promises less"), places, Touch::Nothing);
        return false;
    }
    if revision > base && base == Stability::Beta {
        differ.say(pair, "api-stability-increased", text("it promises more"), places, Touch::Nothing);
    }
    revision.promises_nothing()
}

fn bad_stability(differ: &mut Differ<'_>, operation: &Operation, side: Side, word: &str) {
    let text = format!("`{STABILITY}` is {word}, and must be draft, alpha, beta or stable");
    let places = places(differ, operation, side, STABILITY);
    differ.say_of(operation, "api-invalid-stability-level", text, places, Touch::Nothing);
}

fn bad_sunset(differ: &mut Differ<'_>, operation: &Operation, side: Side, id: &str, written: &serde_json::Value) {
    let text = format!("the sunset `{}` is no date: write `{SUNSET}: 2030-01-31`", sunset::shown(written));
    let places = places(differ, operation, side, SUNSET);
    differ.say_of(operation, id, text, places, Touch::Nothing);
}

/// Where a field of an operation stands that is about one version.
fn places(differ: &Differ<'_>, operation: &Operation, side: Side, field: &str) -> Places {
    match side {
        Side::Base => Places::base(&member(differ.base, &operation.at, field)),
        Side::Revision => Places::revision(&member(differ.revision, &operation.at, field)),
    }
}

/// Both places of a field of the operation.
fn field(differ: &Differ<'_>, pair: &Pair<'_>, field: &str) -> Places {
    Places {
        base: Some(member(differ.base, &pair.base.at, field)),
        revision: Some(member(differ.revision, &pair.revision.at, field)),
    }
}

/// Compares how an operation lives: deprecated, until when.
pub(super) fn life(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    if pair.base.deprecated != pair.revision.deprecated {
        deprecation(differ, pair);
    }
    if pair.revision.deprecated {
        moved_sunset(differ, pair);
    }
}

fn deprecation(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let places = field(differ, pair, "deprecated");
    if !pair.revision.deprecated {
        let text = "the operation is no longer deprecated".to_owned();
        return differ.say(pair, "endpoint-reactivated", text, places, Touch::Nothing);
    }
    let Ok(stability) = sunset::stability(differ.revision, &pair.revision.at) else { return };
    let least = stability.days(differ.settings);
    let Some(written) = sunset::sunset(differ.revision, &pair.revision.at) else {
        if least > 0 {
            let text = format!("the operation was deprecated without a sunset, which must be {least} days away");
            differ.say(pair, "api-deprecated-sunset-missing", text, places, Touch::Nothing);
        } else {
            let text = "the operation was deprecated".to_owned();
            differ.say(pair, "endpoint-deprecated", text, places, Touch::Nothing);
        }
        return;
    };
    let Some(day) = sunset::day(written) else {
        return bad_sunset(differ, pair.revision, Side::Revision, "api-deprecated-sunset-parse", written);
    };
    if sunset::days_until(day, differ.settings) < i64::from(least) {
        let text =
            format!("the operation was deprecated with the sunset {day}, which must be at least {least} days away");
        let places = field(differ, pair, SUNSET);
        return differ.say(pair, "api-sunset-date-too-small", text, places, Touch::Nothing);
    }
    let text = format!("the operation was deprecated, with its sunset on {day}");
    differ.say(pair, "endpoint-deprecated", text, places, Touch::Nothing);
}

fn moved_sunset(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let Some(old) = sunset::sunset(differ.base, &pair.base.at) else { return };
    let places = field(differ, pair, SUNSET);
    let Some(new) = sunset::sunset(differ.revision, &pair.revision.at) else {
        let text = format!("the sunset `{}` was removed, and the operation is still deprecated", sunset::shown(old));
        return differ.say(pair, "sunset-deleted", text, places, Touch::Nothing);
    };
    if old == new {
        return;
    }
    let Some(new) = read(differ, pair.revision, Side::Revision, new) else { return };
    let Some(old) = read(differ, pair.base, Side::Base, old) else { return };
    let Ok(stability) = sunset::stability(differ.revision, &pair.revision.at) else { return };
    let least = stability.days(differ.settings);
    if old > new && sunset::days_until(new, differ.settings) < i64::from(least) {
        let text = format!("the sunset was moved from {old} to {new}, which must be at least {least} days away");
        differ.say(pair, "api-sunset-date-changed-too-small", text, places, Touch::Nothing);
    }
}

/// The day of a sunset that was moved; says so if it is none.
fn read(
    differ: &mut Differ<'_>,
    operation: &Operation,
    side: Side,
    written: &serde_json::Value,
) -> Option<jiff::civil::Date> {
    let day = sunset::day(written);
    if day.is_none() {
        bad_sunset(differ, operation, side, "api-path-sunset-parse", written);
    }
    day
}

/// Compares what an operation is called.
pub(super) fn names(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let places = || field(differ, pair, "operationId");
    let id = |operation: &Operation| operation.id.clone().filter(|id| !id.is_empty());
    match (id(pair.base), id(pair.revision)) {
        (None, Some(new)) => {
            let (text, places) = (format!("the operationId `{new}` was added"), places());
            differ.say(pair, "api-operation-id-added", text, places, Touch::Nothing);
        }
        (Some(old), None) => {
            let (text, places) = (format!("the operationId `{old}` was removed"), places());
            differ.say(pair, "api-operation-id-removed", text, places, Touch::Nothing);
        }
        (Some(old), Some(new)) if old != new => {
            let (text, places) = (format!("the operationId `{old}` became `{new}`"), places());
            differ.say(pair, "api-operation-id-removed", text, places, Touch::Nothing);
        }
        _ => (),
    }
    for tag in pair.base.tags.iter().filter(|tag| !pair.revision.tags.contains(tag)) {
        let places = field(differ, pair, "tags");
        differ.say(pair, "api-tag-removed", format!("the tag `{tag}` was removed"), places, Touch::Nothing);
    }
    for tag in pair.revision.tags.iter().filter(|tag| !pair.base.tags.contains(tag)) {
        let places = field(differ, pair, "tags");
        differ.say(pair, "api-tag-added", format!("the tag `{tag}` was added"), places, Touch::Nothing);
    }
}

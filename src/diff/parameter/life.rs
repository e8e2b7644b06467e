//! How a parameter lives: deprecated, until when, and whether it could go.

use super::naming::{touch, words};
use crate::{
    diff::{
        change::Touch,
        differ::{Differ, Places},
        matching::Pair,
        sunset::{self, SUNSET},
        version::member,
    },
    openapi::Parameter,
};

const UNREADABLE: &str = "request-parameter-sunset-parse";

/// Compares whether, and until when, a parameter is deprecated.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter, revision: &Parameter) {
    if base.deprecated != revision.deprecated {
        deprecation(differ, pair, base, revision);
    }
    if revision.deprecated {
        moved_sunset(differ, pair, base, revision);
    }
}

/// Both places of a field of the parameter.
fn field(differ: &Differ<'_>, base: &Parameter, revision: &Parameter, field: &str) -> Places {
    Places {
        base: Some(member(differ.base, &base.at, field)),
        revision: Some(member(differ.revision, &revision.at, field)),
    }
}

fn deprecation(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter, revision: &Parameter) {
    let places = field(differ, base, revision, "deprecated");
    let what = words(base);
    if !revision.deprecated {
        let text = format!("{what} is no longer deprecated");
        return differ.say(pair, "request-parameter-reactivated", text, places, touch(base));
    }
    let Ok(stability) = sunset::stability(differ.revision, &pair.revision.at) else { return };
    let least = stability.days(differ.settings);
    let Some(written) = sunset::sunset(differ.revision, &revision.at) else {
        let (id, text) = if least > 0 {
            let text = format!("{what} was deprecated without a sunset, which must be {least} days away");
            ("request-parameter-deprecated-sunset-missing", text)
        } else {
            ("request-parameter-deprecated", format!("{what} was deprecated"))
        };
        return differ.say(pair, id, text, places, touch(base));
    };
    let places = field(differ, base, revision, SUNSET);
    let Some(day) = sunset::day(written) else {
        return differ.say(pair, UNREADABLE, unreadable(revision, written), places, touch(base));
    };
    let (id, text) = if sunset::days_until(day, differ.settings) < i64::from(least) {
        let text = format!("{what} was deprecated with the sunset {day}, which must be at least {least} days away");
        ("request-parameter-sunset-date-too-small", text)
    } else {
        ("request-parameter-deprecated", format!("{what} was deprecated, with its sunset on {day}"))
    };
    differ.say(pair, id, text, places, touch(base));
}

fn moved_sunset(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter, revision: &Parameter) {
    let Some(old) = sunset::sunset(differ.base, &base.at) else { return };
    let places = field(differ, base, revision, SUNSET);
    let Some(new) = sunset::sunset(differ.revision, &revision.at) else {
        let text =
            format!("the sunset `{}` of {} was removed, and it is still deprecated", sunset::shown(old), words(base));
        return differ.say(pair, "request-parameter-sunset-deleted", text, places, Touch::Nothing);
    };
    if old == new {
        return;
    }
    let (Some(old_day), Some(new_day)) = (sunset::day(old), sunset::day(new)) else {
        let (parameter, written) = if sunset::day(new).is_none() { (revision, new) } else { (base, old) };
        return differ.say(pair, UNREADABLE, unreadable(parameter, written), places, touch(base));
    };
    let Ok(stability) = sunset::stability(differ.revision, &pair.revision.at) else { return };
    let least = stability.days(differ.settings);
    if old_day > new_day && sunset::days_until(new_day, differ.settings) < i64::from(least) {
        let text = format!(
            "the sunset of {} was moved from {old_day} to {new_day}, which must be at least {least} days away",
            words(base)
        );
        differ.say(pair, "request-parameter-sunset-date-changed-too-small", text, places, touch(base));
    }
}

fn unreadable(parameter: &Parameter, written: &serde_json::Value) -> String {
    let what = words(parameter);
    format!("the sunset `{}` of {what} is no date: write `{SUNSET}: 2030-01-31`", sunset::shown(written))
}

/// What is to say about a parameter that is gone; nothing if its sunset is over.
pub(super) fn removal(differ: &Differ<'_>, base: &Parameter) -> Option<(&'static str, String)> {
    let what = words(base);
    if !base.deprecated {
        return Some(("request-parameter-removed", format!("{what} was removed, and it was not deprecated before")));
    }
    let Some(written) = sunset::sunset(differ.base, &base.at) else {
        let text = format!("{what} was removed, after it had been deprecated");
        return Some(("request-parameter-removed-with-deprecation", text));
    };
    match sunset::day(written) {
        None => Some((UNREADABLE, unreadable(base, written))),
        Some(day) if day > sunset::today(differ.settings) => {
            Some(("request-parameter-removed-before-sunset", format!("{what} was removed before its sunset on {day}")))
        }
        Some(_) => None,
    }
}

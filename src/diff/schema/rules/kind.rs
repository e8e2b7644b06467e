//! Types, formats, and `null`.

use crate::diff::{
    look::{
        Facts,
        types::{SOME, contain, describe, format_contains},
    },
    schema::{site::Site, subject::Subject},
};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    types(site);
    null(site);
}

fn types(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts, &site.revision.facts);
    if (old.types, &old.format) == (new.types, &new.format) {
        return;
    }
    let text = format!(
        "the type was {} and is {}",
        describe(old.types, old.format.as_deref()),
        describe(new.types, new.format.as_deref())
    );
    // where a parameter's parts are written as text, and where with quotes, is not known
    let is_part = matches!(site.subject, Subject::Parameter { .. }) && !site.is_whole();
    if is_part {
        let what = match (holds(new, old, false), holds(new, old, true)) {
            (true, true) => "type-generalized",
            (false, false) => "type-specialized",
            _ => "type-changed",
        };
        site.say(what, "type", &text);
    } else if site.is_request() {
        if site.is_unseen() {
            return;
        }
        let what = if holds(new, old, site.subject.is_text()) { "type-generalized" } else { "type-changed" };
        site.say(what, "type", &text);
    } else if !holds(old, new, site.subject.is_text()) {
        site.say("type-changed", "type", &text);
    }
}

/// True if all values of `inner` are values of `outer`, as far as types and formats go.
fn holds(outer: &Facts, inner: &Facts, is_text: bool) -> bool {
    if outer.types != inner.types {
        // what a format means belongs to its type: it is not compared with that of another
        return contain(outer.types, inner.types, is_text);
    }
    format_contains(outer.types, outer.format.as_deref(), inner.format.as_deref())
}

fn null(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts, &site.revision.facts);
    // what says no type allows `null` anyhow, and is compared as a type
    let is_typed = (old.types == SOME) == (new.types == SOME);
    let is_said_twice = site.base.allows_null_anyhow() && site.revision.allows_null_anyhow();
    if old.is_nullable == new.is_nullable || !is_typed || is_said_twice {
        return;
    }
    if new.is_nullable {
        site.say("became-nullable", "nullable", "it may be null now");
    } else {
        site.say("became-not-nullable", "nullable", "it may not be null any more");
    }
}

//! Values: those that are listed, the only one, and the one that is meant if there is none.

use std::collections::BTreeSet;

use crate::{
    diff::{
        look::Facts,
        schema::{site::Site, subject::Subject},
    },
    openapi::ParameterPlace,
};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    listed(site);
    extensible(site);
    default(site);
}

/// `enum` and `const`.
fn listed(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts, &site.revision.facts);
    if old.values == new.values {
        return;
    }
    let none = BTreeSet::new();
    let (before, now) = (old.values.as_ref().unwrap_or(&none).clone(), new.values.as_ref().unwrap_or(&none).clone());
    let is_const_or_nothing = |facts: &Facts| facts.is_const || facts.values.is_none();
    let is_about_const =
        [old, new].into_iter().any(|facts| facts.is_const) && is_const_or_nothing(old) && is_const_or_nothing(new);
    if is_about_const {
        return constant(site, before.first(), now.first());
    }
    match (old.values.is_some(), new.values.is_some()) {
        (false, _) => became(site, &now),
        (_, false) => no_more(site, &before),
        _ => changed(site, &before, &now),
    }
}

fn constant(site: &mut Site<'_, '_>, before: Option<&String>, now: Option<&String>) {
    match (before, now) {
        (None, Some(now)) => site.say("const-added", "const", &format!("the only value is `{now}` now")),
        (Some(before), None) => site.say("const-removed", "const", &format!("the only value was `{before}`")),
        (Some(before), Some(now)) => {
            site.say("const-changed", "const", &format!("the only value was `{before}` and is `{now}`"));
        }
        (None, None) => (),
    }
}

/// Values are listed that were not.
fn became(site: &mut Site<'_, '_>, now: &BTreeSet<String>) {
    if !site.is_request() {
        return;
    }
    let text = format!("only these values are allowed now: {}", list(now));
    if in_header(site) {
        site.say_as("request-header-property-became-enum", "enum", &text);
        return;
    }
    site.say("became-enum", "enum", &text);
    let is_part = matches!(site.subject, Subject::Parameter { .. }) && !site.is_whole();
    if !is_part {
        each(site, "enum-value-added", now, "is in the list of values");
    }
}

/// No values are listed any more.
fn no_more(site: &mut Site<'_, '_>, before: &BTreeSet<String>) {
    match site.subject {
        // oasdiff counts the values of whole bodies, whether or not a list is left
        Subject::RequestBody { .. } if site.is_request() && site.is_whole() => {
            each(site, "enum-value-removed", before, "is not listed any more, and no list is left");
        }
        _ if site.is_request() => {
            let text = format!("values other than these are allowed now: {}", list(before));
            site.say("became-not-enum", "enum", &text);
        }
        _ => gone_from_answer(site, before),
    }
}

fn changed(site: &mut Site<'_, '_>, before: &BTreeSet<String>, now: &BTreeSet<String>) {
    let gone: BTreeSet<String> = before.difference(now).cloned().collect();
    let added: BTreeSet<String> = now.difference(before).cloned().collect();
    if site.is_request() {
        if site.is_unseen() {
            for value in &gone {
                let text = format!("the value `{value}` is not allowed any more");
                site.say_as("request-read-only-property-enum-value-removed", "enum", &text);
            }
        } else {
            each(site, "enum-value-removed", &gone, "is not allowed any more");
        }
        each(site, "enum-value-added", &added, "is allowed, too");
        return;
    }
    gone_from_answer(site, &gone);
    if site.is_unseen() {
        for value in &added {
            let text = format!("there is the new value `{value}`");
            site.say_as("response-write-only-property-enum-value-added", "enum", &text);
        }
    } else {
        each(site, "enum-value-added", &added, "can come, which no client knows");
    }
}

fn gone_from_answer(site: &mut Site<'_, '_>, gone: &BTreeSet<String>) {
    let is_body =
        matches!(site.subject, Subject::ResponseBody { .. } | Subject::RequestBody { .. } | Subject::Callback { .. });
    if site.is_whole() && is_body {
        for value in gone {
            let text = format!("the value `{value}` does not come any more");
            site.say_as("response-mediatype-enum-value-removed", "enum", &text);
        }
    } else {
        each(site, "enum-value-removed", gone, "does not come any more");
    }
}

fn each(site: &mut Site<'_, '_>, what: &str, values: &BTreeSet<String>, happened: &str) {
    for value in values {
        site.say(what, "enum", &format!("the value `{value}` {happened}"));
    }
}

fn list(values: &BTreeSet<String>) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// True for a part of a header of a request.
pub(super) fn in_header(site: &Site<'_, '_>) -> bool {
    matches!(site.subject, Subject::Parameter { place: ParameterPlace::Header, .. }) && !site.is_whole()
}

/// `x-extensible-enum`: values may come, but none may go.
fn extensible(site: &mut Site<'_, '_>) {
    let (Some(old), Some(new)) = (&site.base.facts.extensible, &site.revision.facts.extensible) else { return };
    let gone: Vec<String> = old.difference(new).cloned().collect();
    for value in gone {
        let text = format!("the value `{value}` is not among the known ones any more");
        site.say("x-extensible-enum-value-removed", "x-extensible-enum", &text);
    }
}

fn default(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts.default, &site.revision.facts.default);
    if old == new || !default_counts(site) {
        return;
    }
    let of_media = site.subject.media().filter(|_| site.is_whole());
    let of_media = of_media.map_or_else(String::new, |media| format!(" of `{media}`"));
    match (old, new) {
        (None, Some(new)) => {
            site.say("default-value-added", "default", &format!("the default{of_media} is `{new}` now"));
        }
        (Some(old), None) => {
            site.say("default-value-removed", "default", &format!("the default{of_media} was `{old}`"));
        }
        (Some(old), Some(new)) => {
            let text = format!("the default{of_media} was `{old}` and is `{new}`");
            site.say("default-value-changed", "default", &text);
        }
        (None, None) => (),
    }
}

/// A default of a parameter counts only if the parameter can be left out.
fn default_counts(site: &Site<'_, '_>) -> bool {
    let Subject::Parameter { place, name } = site.subject else { return true };
    let new_name = if *place == ParameterPlace::Path { site.pair.renamed(name) } else { name };
    let required = |parameters: &[crate::openapi::Parameter], version: crate::diff::Version<'_>, name: &str| {
        let found = parameters.iter().find(|it| it.place == *place && it.name.eq_ignore_ascii_case(name));
        // a path's parameter is required whatever it says; oasdiff takes its word
        found.is_some_and(|it| {
            it.required && (*place != ParameterPlace::Path || version.member(&it.at, "required").is_some())
        })
    };
    !required(&site.pair.base.parameters, site.differ.base, name)
        && !required(&site.pair.revision.parameters, site.differ.revision, new_name)
}

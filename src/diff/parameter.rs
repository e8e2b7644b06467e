//! Parameters of requests.

mod astray;
mod life;
mod naming;
mod spread;

use super::{
    differ::{Differ, Places},
    matching::Pair,
    schema::{self, schema_of},
    version::{Version, member},
};
use crate::openapi::{Location, Operation, Parameter, ParameterFormat, ParameterPlace, SchemaRef, Style};
use naming::{touch, words};

/// Compares the parameters of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let spread = spread::find(differ, pair);
    for base in &pair.base.parameters {
        let partner = pair.revision.parameters.iter().find(|revision| is_same(pair, base, revision));
        match partner {
            Some(revision) => match (is_declared(base), is_declared(revision)) {
                (true, true) => both(differ, pair, base, revision),
                // A template names a parameter that nothing describes: what it may be was, or is now, anybody's guess.
                (true, false) if !is_of_item(differ.base, pair.base, base) => removed(differ, pair, base),
                (false, true) if !is_of_item(differ.revision, pair.revision, revision) => added(differ, pair, revision),
                _ => (),
            },
            None if spread.iter().any(|it| it.covers_base(base)) => (),
            None => removed(differ, pair, base),
        }
    }
    astray::compare(differ, pair);
    for it in &spread {
        it.compare(differ, pair);
    }
    for revision in &pair.revision.parameters {
        let is_new = !pair.base.parameters.iter().any(|base| is_same(pair, base, revision));
        if is_new && !spread.iter().any(|it| it.covers_revision(revision)) {
            added(differ, pair, revision);
        }
    }
}

/// True if a parameter of the old version is that one of the new version.
fn is_same(pair: &Pair<'_>, base: &Parameter, revision: &Parameter) -> bool {
    base.place == revision.place
        && match base.place {
            ParameterPlace::Path => pair.renamed(&base.name) == revision.name,
            ParameterPlace::Header => base.name.eq_ignore_ascii_case(&revision.name),
            _ => base.name == revision.name,
        }
}

/// False for a parameter that only the path template names: it stands where the path does.
fn is_declared(parameter: &Parameter) -> bool {
    parameter.at.parent().is_none_or(|(owner, _)| &*owner.pointer != "/paths")
}

fn both(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter, revision: &Parameter) {
    if base.required != revision.required {
        let places = Places {
            base: Some(member(differ.base, &base.at, "required")),
            revision: Some(member(differ.revision, &revision.at, "required")),
        };
        let (id, now) = if revision.required {
            ("request-parameter-became-required", "became required, and was optional")
        } else {
            ("request-parameter-became-optional", "became optional, and was required")
        };
        differ.say(pair, id, format!("{} {now}", words(base)), places, touch(base));
    }
    life::compare(differ, pair, base, revision);
    style(differ, pair, base, revision);
    let subject = schema::Subject::Parameter { place: base.place, name: base.name.clone() };
    schema::compare(differ, pair, &subject, schema_of(base), schema_of(revision));
}

/// Compares how a value is written. `explode` only counts for what is no single value.
fn style(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter, revision: &Parameter) {
    let (
        ParameterFormat::Style { style: old, explode: old_explode, schema: Some(old_schema) },
        ParameterFormat::Style { style: new, explode: new_explode, schema: Some(new_schema) },
    ) = (&base.format, &revision.format)
    else {
        return;
    };
    if is_single(differ.base, old_schema) && is_single(differ.revision, new_schema) && usual(*old) == usual(*new) {
        return;
    }
    let places = |field| Places {
        base: Some(member(differ.base, &base.at, field)),
        revision: Some(member(differ.revision, &revision.at, field)),
    };
    if old != new {
        let text = format!("{} is written in the style `{}`, and was in `{}`", words(base), word(*new), word(*old));
        let places = places("style");
        differ.say(pair, "request-parameter-style-changed", text, places, touch(base));
    } else if old_explode != new_explode {
        let how = if *new_explode { "is spread over several pairs now" } else { "is one value now, and was spread" };
        let text = format!("{} {how} (`explode: {new_explode}`)", words(base));
        let places = places("explode");
        differ.say(pair, "request-parameter-explode-changed", text, places, touch(base));
    }
}

/// The style that a single value looks the same in.
fn usual(style: Style) -> Style {
    match style {
        Style::SpaceDelimited | Style::PipeDelimited | Style::TabDelimited | Style::DeepObject => Style::Form,
        other => other,
    }
}

fn word(style: Style) -> &'static str {
    match style {
        Style::Matrix => "matrix",
        Style::Label => "label",
        Style::Simple => "simple",
        Style::Form => "form",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::TabDelimited => "tsv",
        Style::DeepObject => "deepObject",
        Style::Cookie => "cookie",
    }
}

/// True if every value that a schema allows is known to be a single one.
fn is_single(version: Version<'_>, schema: &SchemaRef) -> bool {
    let single = |word: &str| matches!(word, "string" | "number" | "integer" | "boolean" | "null" | "file");
    match version.member(&schema.at, "type") {
        Some(serde_json::Value::String(word)) => single(word),
        Some(serde_json::Value::Array(words)) => words.iter().all(|word| word.as_str().is_some_and(single)),
        _ => false,
    }
}

fn removed(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Parameter) {
    let Some((id, text)) = life::removal(differ, base) else { return };
    differ.say(pair, id, text, Places::base(&base.at), touch(base));
}

fn added(differ: &mut Differ<'_>, pair: &Pair<'_>, revision: &Parameter) {
    let what = words(revision);
    let (id, text) = match (revision.place, revision.required, is_of_item(differ.revision, pair.revision, revision)) {
        (ParameterPlace::Path, ..) => ("new-request-path-parameter", format!("{what} was added")),
        (_, true, false) => ("new-required-request-parameter", format!("{what} was added, and is required")),
        (_, false, false) => ("new-optional-request-parameter", format!("{what} was added, and is optional")),
        (_, true, true) => (
            "new-required-request-default-parameter-to-existing-path",
            format!("{what} was added to all operations of the path, and is required"),
        ),
        (_, false, true) => (
            "new-optional-request-default-parameter-to-existing-path",
            format!("{what} was added to all operations of the path, and is optional"),
        ),
    };
    differ.say(pair, id, text, Places::revision(&revision.at), touch(revision));
}

/// True if the parameter stands in the path item, for all its operations.
fn is_of_item(version: Version<'_>, operation: &Operation, parameter: &Parameter) -> bool {
    let Some((item, _)) = operation.at.parent() else { return false };
    let documents = version.documents();
    let lists = |owner: &Location| {
        let list = owner.child("parameters");
        let count = documents.get(&list).and_then(|list| list.as_array()).map_or(0, Vec::len);
        (0..count).any(|index| documents.follow(&list.item(index)).is_some_and(|(at, _)| at == parameter.at))
    };
    !lists(&operation.at) && lists(&item)
}

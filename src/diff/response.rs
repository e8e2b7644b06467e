//! Answers.

use super::{
    change::Touch,
    differ::{Differ, Places},
    matching::Pair,
    media::{self, Kinship},
    schema::{self, schema_of},
    version::{Version, member},
};
use crate::openapi::{Location, Operation, Parameter, Response, StatusRange};

/// Compares the answers of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    for base in &pair.base.responses {
        let Some(revision) = partner(base, &pair.revision.responses) else {
            status(differ, pair, base, false);
            continue;
        };
        headers(differ, pair, base, revision);
        content(differ, pair, base, revision);
    }
    for revision in &pair.revision.responses {
        if !pair.base.responses.iter().any(|base| base.status == revision.status) {
            status(differ, pair, revision, true);
        }
    }
}

/// Compares the schemas of bodies alone.
pub(super) fn schemas(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    for base in &pair.base.responses {
        let Some(revision) = partner(base, &pair.revision.responses) else { continue };
        for (old, new, _) in media::matching(&base.content, &revision.content).both {
            let subject = schema::Subject::ResponseBody { status: base.status, media: old.range.clone() };
            schema::compare_content(differ, pair, &subject, old, new);
        }
    }
}

/// The answer of the other version for the same status: the one that says so, or the range that it falls in.
fn partner<'r>(base: &Response, revisions: &'r [Response]) -> Option<&'r Response> {
    let same = revisions.iter().find(|revision| revision.status == base.status);
    same.or_else(|| match base.status {
        StatusRange::Exact(status) => {
            revisions.iter().find(|it| matches!(it.status, StatusRange::Hundred(_)) && it.status.covers(status))
        }
        _ => None,
    })
}

/// Says that a status came or went. `default` is not said: it stands for every status that is not described.
fn status(differ: &mut Differ<'_>, pair: &Pair<'_>, response: &Response, is_new: bool) {
    let hundred = match response.status {
        StatusRange::Exact(status) => status / 100,
        StatusRange::Hundred(digit) => u16::from(digit),
        StatusRange::Default => return,
    };
    let places = if is_new {
        Places::revision(&key(differ.revision, pair.revision, response))
    } else {
        Places::base(&key(differ.base, pair.base, response))
    };
    let status = response.status;
    let (id, text) = match (hundred == 2, is_new) {
        (true, true) => ("response-success-status-added", format!("the success status {status} was added")),
        (true, false) => ("response-success-status-removed", format!("the success status {status} was removed")),
        (false, true) => ("response-non-success-status-added", format!("the status {status} was added")),
        (false, false) => ("response-non-success-status-removed", format!("the status {status} was removed")),
    };
    differ.say(pair, id, text, places, Touch::Response { status, media: None, part: Vec::new() });
}

/// Where the status stands in the operation, even if its answer is described elsewhere.
fn key(version: Version<'_>, operation: &Operation, response: &Response) -> Location {
    let responses = operation.at.child("responses");
    let written = response.status.to_string();
    if version.member(&responses, &written).is_some() { responses.child(&written) } else { response.at.clone() }
}

fn headers(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Response, revision: &Response) {
    let status = base.status;
    let touch = |header: &Parameter| Touch::ResponseHeader { status, name: header.name.clone(), part: Vec::new() };
    for old in &base.headers {
        let Some(new) = revision.headers.iter().find(|new| new.name.eq_ignore_ascii_case(&old.name)) else {
            let (id, what) = if old.required {
                ("required-response-header-removed", "the required header field")
            } else {
                ("optional-response-header-removed", "the optional header field")
            };
            let text = format!("{what} `{}` of the answer {status} was removed", old.name);
            differ.say(pair, id, text, Places::base(&old.at), touch(old));
            continue;
        };
        if old.required && !new.required {
            let places = Places {
                base: Some(member(differ.base, &old.at, "required")),
                revision: Some(member(differ.revision, &new.at, "required")),
            };
            let text =
                format!("the header field `{}` of the answer {status} became optional, and was required", old.name);
            differ.say(pair, "response-header-became-optional", text, places, touch(old));
        }
        let subject = schema::Subject::ResponseHeader { status, name: old.name.clone() };
        schema::compare(differ, pair, &subject, schema_of(old), schema_of(new));
    }
}

fn content(differ: &mut Differ<'_>, pair: &Pair<'_>, base: &Response, revision: &Response) {
    let status = base.status;
    let touch = |range: &str| Touch::Response { status, media: Some(range.to_owned()), part: Vec::new() };
    let matched = media::matching(&base.content, &revision.content);
    for gone in matched.gone {
        let places = Places::base(&gone.at);
        let text = format!("the answer {status} is not `{}` any more", gone.range);
        differ.say(pair, "response-media-type-removed", text, places, touch(&gone.range));
    }
    for added in matched.added {
        let places = Places::revision(&added.at);
        let text = format!("the answer {status} may be `{}`, too", added.range);
        differ.say(pair, "response-media-type-added", text, places, touch(&added.range));
    }
    for (old, new, kinship) in matched.both {
        let said = match kinship {
            Kinship::Same => None,
            Kinship::Special => Some(("response-media-type-name-specialized", "a more special one")),
            Kinship::General => Some(("response-media-type-name-generalized", "a more general one")),
            Kinship::Parameters => Some(("response-media-type-name-changed", "with other parameters")),
        };
        if let Some((id, how)) = said {
            let text =
                format!("the media type of the answer {status} was `{}`, and is `{}`: {how}", old.range, new.range);
            differ.say(pair, id, text, Places::both(&old.at, &new.at), touch(&old.range));
        }
        let subject = schema::Subject::ResponseBody { status, media: old.range.clone() };
        schema::compare_content(differ, pair, &subject, old, new);
    }
}

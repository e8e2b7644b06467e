//! Bodies of requests.

use super::{
    change::Touch,
    differ::{Differ, Places},
    matching::Pair,
    media, schema,
    version::member,
};
use crate::openapi::{MediaType, RequestBody};

/// Compares the request bodies of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    match (&pair.base.body, &pair.revision.body) {
        (None, None) => (),
        (None, Some(new)) => added(differ, pair, new),
        (Some(old), None) => {
            let text = "the request's body was removed".to_owned();
            differ.say(pair, "request-body-removed", text, Places::base(&old.at), whole(None));
        }
        (Some(old), Some(new)) => {
            required(differ, pair, old, new);
            content(differ, pair, old, new);
        }
    }
}

/// Compares the schemas of bodies alone.
pub(super) fn schemas(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let (Some(old), Some(new)) = (&pair.base.body, &pair.revision.body) else { return };
    for (base, revision, _) in media::matching(&old.content, &new.content).both {
        let subject = schema::Subject::RequestBody { media: base.range.clone() };
        schema::compare_content(differ, pair, &subject, base, revision);
    }
}

fn whole(media: Option<&MediaType>) -> Touch {
    Touch::RequestBody { media: media.map(|media| media.range.clone()), part: Vec::new() }
}

fn added(differ: &mut Differ<'_>, pair: &Pair<'_>, new: &RequestBody) {
    let places = Places::revision(&new.at);
    let (id, text) = if new.required {
        ("request-body-added-required", "a request's body was added, and is required")
    } else {
        ("request-body-added-optional", "a request's body was added, and is optional")
    };
    differ.say(pair, id, text.to_owned(), places, whole(None));
}

fn required(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &RequestBody, new: &RequestBody) {
    if old.required == new.required {
        return;
    }
    let places = Places {
        base: Some(member(differ.base, &old.at, "required")),
        revision: Some(member(differ.revision, &new.at, "required")),
    };
    let (id, text) = if new.required {
        ("request-body-became-required", "the request's body became required, and was optional")
    } else {
        ("request-body-became-optional", "the request's body became optional, and was required")
    };
    differ.say(pair, id, text.to_owned(), places, whole(None));
}

fn content(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &RequestBody, new: &RequestBody) {
    let matched = media::matching(&old.content, &new.content);
    for gone in matched.gone {
        let places = Places::base(&gone.at);
        let text = format!("the request's body may not be `{}` any more", gone.range);
        differ.say(pair, "request-body-media-type-removed", text, places, whole(Some(gone)));
    }
    for added in matched.added {
        let places = Places::revision(&added.at);
        let text = format!("the request's body may be `{}`, too", added.range);
        differ.say(pair, "request-body-media-type-added", text, places, whole(Some(added)));
    }
    schemas(differ, pair);
}

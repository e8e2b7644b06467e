//! Callbacks: what the API sends, after a request, to an address that the request has named.
//!
//! oasdiff has no ids for them. What they send is compared as an answer is: the client receives it. What the client answers
//! to them is compared as a request is.

mod field;
mod reply;

use super::{
    change::Touch,
    differ::{Differ, Places},
    matching::Pair,
    schema,
    version::Version,
};
use crate::openapi::{Location, SchemaKind, SchemaRef};

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// One request of a callback. It is the same in both versions if it goes to the same address by the same method.
struct Call {
    name: String,
    address: String,
    method: String,
    at: Location,
}

impl Call {
    fn is(&self, other: &Self) -> bool {
        (&self.name, &self.address, &self.method) == (&other.name, &other.address, &other.method)
    }

    fn words(&self) -> String {
        format!("the callback `{}` ({} to `{}`)", self.name, self.method.to_ascii_uppercase(), self.address)
    }
}

/// Compares the callbacks of an operation.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let (old, new) = (calls(differ.base, &pair.base.at), calls(differ.revision, &pair.revision.at));
    for call in &old {
        match new.iter().find(|other| other.is(call)) {
            Some(other) => {
                let sent = as_sent(pair);
                field::parameters(differ, &sent, call, other);
                bodies(differ, &sent, call, other);
                reply::compare(differ, &sent, call, other);
            }
            None => {
                let text = format!("{} was removed", call.words());
                differ.say(pair, "mimeo-callback-removed", text, Places::base(&call.at), Touch::Operation);
            }
        }
    }
    for call in new.iter().filter(|call| !old.iter().any(|other| other.is(call))) {
        let text = format!("{} was added", call.words());
        differ.say(pair, "mimeo-callback-added", text, Places::revision(&call.at), Touch::Operation);
    }
}

fn calls(version: Version<'_>, operation: &Location) -> Vec<Call> {
    let mut found = Vec::new();
    for (name, callback) in described(version, &operation.child("callbacks")) {
        for (address, item) in described(version, &callback) {
            for (method, at) in members(version, &item) {
                if METHODS.contains(&&*method) {
                    let (name, address) = (name.clone(), address.clone());
                    found.push(Call { name, address, method, at });
                }
            }
        }
    }
    found
}

/// The members of an object that are no extensions.
fn described(version: Version<'_>, at: &Location) -> impl Iterator<Item = (String, Location)> {
    members(version, at).into_iter().filter(|(key, _)| !key.starts_with("x-"))
}

/// The members of an object, with their places; references are followed.
fn members(version: Version<'_>, at: &Location) -> Vec<(String, Location)> {
    let Some((at, value)) = version.documents().follow(at) else { return Vec::new() };
    let keys = value.as_object().into_iter().flat_map(|map| map.keys());
    keys.map(|key| (key.clone(), at.child(key))).collect()
}

/// The operations without the names of parameters in their paths, which have nothing to do with those of a callback.
fn as_sent<'p>(pair: &Pair<'p>) -> Pair<'p> {
    Pair { base: pair.base, revision: pair.revision, is_webhook: pair.is_webhook, path_names: Vec::new() }
}

fn bodies(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &Call, new: &Call) {
    let sent = |version: Version<'_>, call: &Call| contents(version, &call.at.child("requestBody"));
    let (before, after) = (sent(differ.base, old), sent(differ.revision, new));
    for Content { media, at, schema: was } in &before {
        let Some(partner) = after.iter().find(|other| other.is(media)) else {
            let text = format!("{} is not sent as `{media}` any more", old.words());
            differ.say(pair, "mimeo-callback-media-type-removed", text, Places::base(at), Touch::Operation);
            continue;
        };
        if was.is_some() || partner.schema.is_some() {
            let subject = schema::Subject::Callback { name: old.name.clone(), media: media.clone() };
            schema::compare(differ, pair, &subject, was.as_ref(), partner.schema.as_ref());
        }
    }
    for Content { media, at, .. } in after.iter().filter(|it| !before.iter().any(|other| other.is(&it.media))) {
        let text = format!("{} may be sent as `{media}`", new.words());
        differ.say(pair, "mimeo-callback-media-type-added", text, Places::revision(at), Touch::Operation);
    }
}

/// What is sent in one media type.
struct Content {
    media: String,
    at: Location,
    schema: Option<SchemaRef>,
}

impl Content {
    fn is(&self, media: &str) -> bool {
        self.media.eq_ignore_ascii_case(media)
    }
}

/// What a body or an answer is, by media type.
fn contents(version: Version<'_>, holder: &Location) -> Vec<Content> {
    let documents = version.documents();
    let Some((body, _)) = documents.follow(holder) else { return Vec::new() };
    let types = members(version, &body.child("content")).into_iter();
    let content = types.map(|(media, at)| {
        let schema = documents.follow(&at).map(|(at, _)| at.child("schema")).filter(|at| documents.get(at).is_some());
        Content { media, at, schema: schema.map(|at| SchemaRef { at, kind: SchemaKind::Schema }) }
    });
    content.collect()
}

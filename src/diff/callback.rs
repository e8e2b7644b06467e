//! Callbacks: what the API sends, after a request, to an address that the request has named.
//!
//! oasdiff has no ids for them. What they send is compared as an answer is: the client receives it.

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
            Some(other) => bodies(differ, pair, call, other),
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
    for (name, callback) in members(version, &operation.child("callbacks")) {
        for (address, item) in members(version, &callback).into_iter().filter(|(key, _)| !key.starts_with("x-")) {
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

/// The members of an object, with their places; references are followed.
fn members(version: Version<'_>, at: &Location) -> Vec<(String, Location)> {
    let Some((at, value)) = version.documents().follow(at) else { return Vec::new() };
    let keys = value.as_object().into_iter().flat_map(|map| map.keys());
    keys.map(|key| (key.clone(), at.child(key))).collect()
}

fn bodies(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &Call, new: &Call) {
    let sent = Pair { base: pair.base, revision: pair.revision, is_webhook: pair.is_webhook, path_names: Vec::new() };
    let after = content(differ.revision, new);
    for (media, was) in content(differ.base, old) {
        let partner = after.iter().find(|(other, _)| other.eq_ignore_ascii_case(&media));
        if let Some((_, is)) = partner {
            let subject = schema::Subject::Callback { name: old.name.clone(), media };
            schema::compare(differ, &sent, &subject, Some(&was), Some(is));
        }
    }
}

/// The schemas of the bodies that a call sends, by media type.
fn content(version: Version<'_>, call: &Call) -> Vec<(String, SchemaRef)> {
    let documents = version.documents();
    let Some((body, _)) = documents.follow(&call.at.child("requestBody")) else { return Vec::new() };
    let types = members(version, &body.child("content"));
    let schema = |(media, at): (String, Location)| {
        let at = documents.follow(&at)?.0.child("schema");
        documents.get(&at)?;
        Some((media, SchemaRef { at, kind: SchemaKind::Schema }))
    };
    types.into_iter().filter_map(schema).collect()
}

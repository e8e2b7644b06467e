//! What a client answers to a callback.

use super::{Call, Content, contents, described, field};
use crate::{
    diff::{
        change::Touch,
        differ::{Differ, Places},
        matching::Pair,
        schema,
        version::Version,
    },
    openapi::Location,
};

/// What a client may answer with one status.
struct Reply {
    status: String,
    at: Location,
}

impl Reply {
    fn words(&self, call: &Call) -> String {
        format!("the answer {} to {}", self.status, call.words())
    }
}

/// Compares what clients may answer to a call. They send it, so it is compared as a request is.
pub(super) fn compare(differ: &mut Differ<'_>, pair: &Pair<'_>, old: &Call, new: &Call) {
    let (before, after) = (replies(differ.base, old), replies(differ.revision, new));
    for reply in &before {
        match partner(reply, &after) {
            Some(other) => {
                let words = reply.words(old);
                field::headers(differ, pair, (old, &reply.status, &words), (&reply.at, &other.at));
                bodies(differ, pair, (old, reply), (new, other));
            }
            None => {
                let text = format!("{} is not expected any more", reply.words(old));
                differ.say(pair, "mimeo-callback-reply-removed", text, Places::base(&reply.at), Touch::Operation);
            }
        }
    }
    for reply in after.iter().filter(|reply| !before.iter().any(|other| other.status == reply.status)) {
        let text = format!("{} may be given", reply.words(new));
        differ.say(pair, "mimeo-callback-reply-added", text, Places::revision(&reply.at), Touch::Operation);
    }
}

/// The answers that are described. `default` is none of them: it stands for what is not described.
fn replies(version: Version<'_>, call: &Call) -> Vec<Reply> {
    let at = call.at.child("responses");
    let all = described(version, &at);
    let all = all.map(|(status, at)| Reply { status: status.to_ascii_uppercase(), at });
    all.filter(|reply| reply.status != "DEFAULT").collect()
}

/// The answer of the other version for the same status: the one that says so, or the range that it falls in.
fn partner<'r>(reply: &Reply, others: &'r [Reply]) -> Option<&'r Reply> {
    let with = |status: &str| others.iter().find(|other| other.status == status);
    with(&reply.status).or_else(|| with(&format!("{}XX", reply.status.get(..1)?)))
}

fn bodies(differ: &mut Differ<'_>, pair: &Pair<'_>, (call, old): (&Call, &Reply), (other, new): (&Call, &Reply)) {
    let (before, after) = (contents(differ.base, &old.at), contents(differ.revision, &new.at));
    for Content { media, at, schema: was } in &before {
        let Some(partner) = after.iter().find(|other| other.is(media)) else {
            let text = format!("{} may not be `{media}` any more", old.words(call));
            let id = "mimeo-callback-reply-media-type-removed";
            differ.say(pair, id, text, Places::base(at), Touch::Operation);
            continue;
        };
        let (name, status) = (call.name.clone(), old.status.clone());
        let subject = schema::Subject::CallbackReply { name, status, media: media.clone() };
        schema::compare(differ, pair, &subject, was.as_ref(), partner.schema.as_ref());
    }
    for Content { media, at, .. } in after.iter().filter(|it| !before.iter().any(|other| other.is(&it.media))) {
        let text = format!("{} may be `{media}`, too", new.words(other));
        differ.say(pair, "mimeo-callback-reply-media-type-added", text, Places::revision(at), Touch::Operation);
    }
}

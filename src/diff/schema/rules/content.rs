//! Texts that hold a document: its media type and encoding.

use crate::diff::schema::site::Site;

pub(super) fn compare(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts, &site.revision.facts);
    let said = |it: &Option<String>| it.as_deref().map_or_else(|| "not said".to_owned(), |it| format!("`{it}`"));
    if old.media_type != new.media_type {
        let text =
            format!("the media type of its content was {} and is {}", said(&old.media_type), said(&new.media_type));
        site.say("content-media-type-changed", "contentMediaType", &text);
    }
    if old.encoding != new.encoding {
        let text = format!("the encoding of its content was {} and is {}", said(&old.encoding), said(&new.encoding));
        site.say("content-encoding-changed", "contentEncoding", &text);
    }
}

//! Properties that are only read, only written, or not to be used any more.

use crate::diff::schema::{site::Site, subject::Subject};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    let Some(was_required) = site.was_required else { return };
    if matches!(site.subject, Subject::Parameter { .. } | Subject::ResponseHeader { .. }) {
        return;
    }
    let way = if site.is_request() { "request" } else { "response" };
    let need = if was_required { "required" } else { "optional" };
    let (old, new) = (&site.base.facts, &site.revision.facts);
    let flags = [
        ("writeOnly", "write-only", old.is_write_only, new.is_write_only),
        ("readOnly", "read-only", old.is_read_only, new.is_read_only),
    ];
    for (keyword, name, was, is) in flags {
        if was != is {
            let not = if is { "" } else { "not-" };
            let text = if is { format!("it is {name} now") } else { format!("it is not {name} any more") };
            site.say_as(&format!("{way}-{need}-property-became-{not}{name}"), keyword, &text);
        }
    }
    match (site.base.facts.is_deprecated, site.revision.facts.is_deprecated) {
        (false, true) => site.say("deprecated", "deprecated", "it should not be used any more"),
        (true, false) => site.say("reactivated", "deprecated", "it may be used again"),
        _ => (),
    }
}

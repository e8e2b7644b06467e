//! Patterns.

use crate::diff::schema::site::Site;

/// Patterns that every text fits.
const ANYTHING: [&str; 4] = [".*", "^.*$", "^.*", ".*$"];

pub(super) fn compare(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts.pattern, &site.revision.facts.pattern);
    if old == new {
        return;
    }
    match (old, new) {
        (None, Some(new)) => site.say("pattern-added", "pattern", &format!("it must fit the pattern `{new}` now")),
        (Some(old), None) => {
            site.say("pattern-removed", "pattern", &format!("it need not fit the pattern `{old}` any more"));
        }
        (Some(old), Some(new)) => {
            let is_wider = site.is_request() && ANYTHING.contains(&new.as_str());
            let what = if is_wider { "pattern-generalized" } else { "pattern-changed" };
            site.say(what, "pattern", &format!("the pattern was `{old}` and is `{new}`"));
        }
        (None, None) => (),
    }
}

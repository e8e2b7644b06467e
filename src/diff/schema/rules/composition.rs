//! `allOf`, `anyOf`, `oneOf`, and how a value names the schema that it is of.

use crate::diff::{look::Discriminator, schema::site::Site};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    for (keyword, gone, added) in &site.kids.branches {
        let name = match *keyword {
            "allOf" => "all-of",
            "anyOf" => "any-of",
            _ => "one-of",
        };
        if !added.is_empty() {
            site.say(&format!("{name}-added"), keyword, &format!("{} added to `{keyword}`", were(added)));
        }
        if !gone.is_empty() {
            site.say(&format!("{name}-removed"), keyword, &format!("{} removed from `{keyword}`", were(gone)));
        }
    }
    match (&site.base.facts.discriminator, &site.revision.facts.discriminator) {
        (None, Some(new)) => {
            let text = format!("`{}` says now which schema a value is of", new.property);
            site.say("discriminator-added", "discriminator", &text);
        }
        (Some(old), None) => {
            let text = format!("`{}` does not say any more which schema a value is of", old.property);
            site.say("discriminator-removed", "discriminator", &text);
        }
        (Some(old), Some(new)) => discriminators(site, old, new),
        (None, None) => (),
    }
}

fn discriminators(site: &mut Site<'_, '_>, old: &Discriminator, new: &Discriminator) {
    let keyword = "discriminator";
    if old.property != new.property {
        let text = format!("which schema a value is of was said by `{}` and is by `{}`", old.property, new.property);
        site.say("discriminator-property-name-changed", keyword, &text);
    }
    let missing = |from: &Discriminator, other: &Discriminator| -> Vec<String> {
        from.mapping.keys().filter(|key| !other.mapping.contains_key(*key)).cloned().collect()
    };
    let (added, gone) = (missing(new, old), missing(old, new));
    if !added.is_empty() {
        let text = format!("the discriminator has new values: {}", list(&added));
        site.say("discriminator-mapping-added", keyword, &text);
    }
    if !gone.is_empty() {
        let text = format!("the discriminator does not have these values any more: {}", list(&gone));
        site.say("discriminator-mapping-deleted", keyword, &text);
    }
    for (key, was) in &old.mapping {
        if let Some(is) = new.mapping.get(key).filter(|is| *is != was) {
            let text = format!("the value `{key}` of the discriminator meant `{was}` and means `{is}`");
            site.say("discriminator-mapping-changed", keyword, &text);
        }
    }
}

/// The names, and the verb that goes with so many.
fn were(names: &[String]) -> String {
    format!("{} {}", list(names), if names.len() == 1 { "was" } else { "were" })
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

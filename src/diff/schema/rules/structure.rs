//! Subschemas that only one version has, and what is closed to others.

use crate::diff::{look::OneSided, schema::site::Site};

pub(super) fn compare(site: &mut Site<'_, '_>) {
    for (keyword, id, name) in &site.kids.added {
        site.say(&format!("{id}-added"), keyword, &format!("{} was added", call(&(keyword, id, name.clone()))));
    }
    for (keyword, id, name) in &site.kids.gone {
        site.say(&format!("{id}-removed"), keyword, &format!("{} was removed", call(&(keyword, id, name.clone()))));
    }
    positions(site);
    dependent(site);
    let flags = [
        ("unevaluated-properties", "properties", site.base.facts.is_closed, site.revision.facts.is_closed),
        ("unevaluated-items", "items", site.base.facts.is_closed_list, site.revision.facts.is_closed_list),
    ];
    for (id, what, was, is) in flags {
        match (was, is) {
            (false, true) => {
                site.say(&format!("{id}-added"), id, &format!("no {what} are allowed any more beside those described"));
            }
            (true, false) => {
                site.say(&format!("{id}-removed"), id, &format!("{what} are allowed now beside those described"));
            }
            _ => (),
        }
    }
}

fn call((keyword, _, name): &OneSided) -> String {
    if name.is_empty() { format!("`{keyword}`") } else { format!("`{name}` in `{keyword}`") }
}

fn positions(site: &mut Site<'_, '_>) {
    let (before, now) = site.kids.positions;
    let text = format!("{before} of the first items had a schema of their own, and {now} have");
    if now > before {
        site.say("prefix-items-added", "prefixItems", &text);
    } else if now < before {
        site.say("prefix-items-removed", "prefixItems", &text);
    }
}

fn dependent(site: &mut Site<'_, '_>) {
    let (old, new) = (&site.base.facts.dependent, &site.revision.facts.dependent);
    let keyword = "dependentRequired";
    for (name, with) in new {
        match old.get(name) {
            None => site.say("dependent-required-added", keyword, &format!("`{name}` asks for other properties now")),
            Some(before) if before != with => {
                site.say("dependent-required-changed", keyword, &format!("`{name}` asks for others than before"));
            }
            Some(_) => (),
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        site.say("dependent-required-removed", keyword, &format!("`{name}` asks for no other properties any more"));
    }
}

//! What credentials are asked for, as it is written: also those of schemes that nothing declares.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    change::{Section, Touch},
    differ::{Differ, Places},
    matching::Pair,
    version::Version,
};
use crate::openapi::{DocId, Location};

/// One of the alternatives: schemes that are all needed, each with its scopes.
type Alternative = BTreeMap<String, Vec<String>>;

/// Compares what the whole API asks for.
pub(super) fn of_api(differ: &mut Differ<'_>) {
    let root = Location::new(DocId::ENTRY, "");
    let (old, new) = (written(differ.base, &root), written(differ.revision, &root));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let places = Places { base: place(differ.base, &root, true), revision: place(differ.revision, &root, true) };
    for (what, text) in differences(&old, &new) {
        let id = format!("api-global-security-{}", what.id());
        let text = format!("the API {text}");
        differ.say_everywhere(Section::Security, &id, text, places.clone(), Touch::Security);
    }
}

/// Compares what an operation asks for. What both versions leave to the whole API was said there.
pub(super) fn of_operation(differ: &mut Differ<'_>, pair: &Pair<'_>) {
    let root = Location::new(DocId::ENTRY, "");
    let (old_at, new_at) = (&pair.base.at, &pair.revision.at);
    let (old_own, new_own) = (written(differ.base, old_at), written(differ.revision, new_at));
    if old_own.is_none() && new_own.is_none() {
        return;
    }
    let places = Places {
        base: place(differ.base, if old_own.is_some() { old_at } else { &root }, false).or(Some(old_at.clone())),
        revision: place(differ.revision, if new_own.is_some() { new_at } else { &root }, false)
            .or(Some(new_at.clone())),
    };
    let old = old_own.or_else(|| written(differ.base, &root)).unwrap_or_default();
    let new = new_own.or_else(|| written(differ.revision, &root)).unwrap_or_default();
    for (what, text) in differences(&old, &new) {
        let id = format!("api-security-{}", what.id());
        differ.say(pair, &id, format!("the operation {text}"), places.clone(), Touch::Security);
    }
}

/// Where `security` stands; `None` if it does not.
fn place(version: Version<'_>, owner: &Location, or_root: bool) -> Option<Location> {
    if version.member(owner, "security").is_some() {
        return Some(owner.child("security"));
    }
    or_root.then(|| owner.clone())
}

/// The alternatives under `security`; `None` if there is no such member.
fn written(version: Version<'_>, owner: &Location) -> Option<Vec<Alternative>> {
    let list = version.member(owner, "security")?.as_array()?;
    let scopes = |value: &Value| {
        let mut scopes: Vec<String> =
            value.as_array().into_iter().flatten().filter_map(|scope| scope.as_str().map(str::to_owned)).collect();
        scopes.sort();
        scopes.dedup();
        scopes
    };
    let alternatives = list.iter().filter_map(Value::as_object);
    Some(alternatives.map(|schemes| schemes.iter().map(|(name, it)| (name.clone(), scopes(it))).collect()).collect())
}

/// What happened to what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Added,
    Removed,
    ScopeAdded,
    ScopeRemoved,
}

impl What {
    fn id(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::ScopeAdded => "scope-added",
            Self::ScopeRemoved => "scope-removed",
        }
    }
}

/// What became of the alternatives, with the rest of a sentence about it.
///
/// Of those that are not the same in both, two are one with other scopes if no other names the same schemes.
fn differences(old: &[Alternative], new: &[Alternative]) -> Vec<(What, String)> {
    // Where nothing is asked for, requests without credentials are taken.
    let nothing = [Alternative::new()];
    let (asked, asks) = (!old.is_empty(), !new.is_empty());
    let mut new: Vec<&Alternative> = if asks { new } else { &nothing }.iter().collect();
    let mut old: Vec<&Alternative> = if asked { old } else { &nothing }.iter().collect();
    old.retain(|one| {
        let same = new.iter().position(|other| other == one);
        same.is_none_or(|index| {
            new.remove(index);
            false
        })
    });
    let mut found = Vec::new();
    let names = |one: &Alternative| one.keys().cloned().collect::<Vec<_>>();
    let alone = |list: &[&Alternative], one: &Alternative| {
        let mut same = list.iter().enumerate().filter(|(_, other)| names(other) == names(one));
        same.next().filter(|_| same.next().is_none()).map(|(index, _)| index)
    };
    let unmatched = old.clone();
    for one in &unmatched {
        let (Some(mine), Some(theirs)) = (alone(&old, one), alone(&new, one)) else { continue };
        old.remove(mine);
        let partner = new.remove(theirs);
        for (scheme, scopes) in *one {
            let others = partner.get(scheme).map(Vec::as_slice).unwrap_or_default();
            for scope in others.iter().filter(|scope| !scopes.contains(scope)) {
                found.push((What::ScopeAdded, format!("asks for the further scope `{scope}` of `{scheme}`")));
            }
            for scope in scopes.iter().filter(|scope| !others.contains(scope)) {
                found
                    .push((What::ScopeRemoved, format!("does not ask for the scope `{scope}` of `{scheme}` any more")));
            }
        }
    }
    // That it asks for something now, or for nothing any more, is said with what it asks, or asked, for.
    new.retain(|one| asks || !one.is_empty());
    old.retain(|one| asked || !one.is_empty());
    let now = |one: &Alternative| {
        let words = words(one);
        if asked { format!("takes {words}") } else { format!("asks for {words}, and asked for none") }
    };
    let once = |one: &Alternative| {
        let words = words(one);
        if asks {
            format!("does not take {words} any more")
        } else {
            format!("asks for no credentials any more, and took {words}")
        }
    };
    found.extend(new.iter().map(|one| (What::Added, now(one))));
    found.extend(old.iter().map(|one| (What::Removed, once(one))));
    found
}

/// An alternative, in words.
fn words(one: &Alternative) -> String {
    if one.is_empty() {
        return "requests without credentials".to_owned();
    }
    let parts: Vec<String> = one
        .iter()
        .map(|(scheme, scopes)| match scopes.as_slice() {
            [] => format!("`{scheme}`"),
            scopes => format!("`{scheme}` with the scopes {}", scopes.join(", ")),
        })
        .collect();
    format!("credentials of {}", parts.join(" and "))
}

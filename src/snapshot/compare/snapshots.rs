//! Two whole snapshots: which session is which, and what changed around the client.

use std::collections::HashSet;

use super::{Comparison, DifferenceKind as Kind, numbers::Numbers, session};
use crate::{
    limit,
    snapshot::{Session, Snapshot, placeholder},
};

/// Sessions with made names that are matched by how much they have in common; of more, only those that are alike are.
const MATCHED_MAX: usize = 200;

/// What differs between two snapshots.
pub fn compare(old: &Snapshot, new: &Snapshot) -> Comparison {
    let mut numbers = Numbers::default();
    let mut differences = Vec::new();
    let matches = matches(old, new);
    for (session, old) in new.sessions.iter().zip(&matches) {
        differences.extend(match old {
            Some(old) => session::differences(old, session, &mut numbers),
            None => session::whole(session, Kind::Added),
        });
    }
    let matched: HashSet<*const Session> =
        matches.iter().flatten().map(|session| std::ptr::from_ref(*session)).collect();
    for session in old.sessions.iter().filter(|session| !matched.contains(&std::ptr::from_ref(*session))) {
        differences.extend(session::whole(session, Kind::Removed));
    }
    // Stable: what breaks the contract comes first, the rest stays session by session.
    differences.sort_by_key(|difference| difference.kind != Kind::Broken);
    let mut notes = notes(old, new);
    if differences.len() > limit::SNAPSHOT_DIFFERENCES_MAX {
        notes.push(format!("{} differences more are not shown", differences.len() - limit::SNAPSHOT_DIFFERENCES_MAX));
        differences.truncate(limit::SNAPSHOT_DIFFERENCES_MAX);
    }
    Comparison { differences, notes }
}

/// For each new session the old one that it is.
///
/// Sessions with names of their own are the same by these. Of those with made names, those that are alike are the same;
/// of the others, those that have most in common.
fn matches<'s>(old: &'s Snapshot, new: &Snapshot) -> Vec<Option<&'s Session>> {
    let mut matches: Vec<Option<&Session>> = new
        .sessions
        .iter()
        .map(|session| if session.is_generated() { None } else { old.session(&session.session) })
        .collect();
    let mut left: Vec<(&Session, Vec<String>)> = old
        .sessions
        .iter()
        .filter(|session| session.is_generated())
        .map(|session| (session, contents(session)))
        .collect();
    let wanted: Vec<(usize, Vec<String>)> = (new.sessions.iter().enumerate())
        .filter(|(_, session)| session.is_generated())
        .map(|(index, session)| (index, contents(session)))
        .collect();
    let mut open = Vec::new();
    for (index, content) in wanted {
        match left.iter().position(|(_, known)| *known == content) {
            Some(found) => matches[index] = Some(left.remove(found).0),
            None => open.push((index, content)),
        }
    }
    for (index, content) in open.into_iter().take(MATCHED_MAX) {
        let best = left.iter().take(MATCHED_MAX).enumerate().map(|(at, (_, known))| (common(known, &content), at));
        // Of those with as much in common the first one.
        let best = best.filter(|(common, _)| *common > 0).max_by_key(|(common, at)| (*common, usize::MAX - at));
        if let Some((_, at)) = best {
            matches[index] = Some(left.remove(at).0);
        }
    }
    matches
}

/// What a session is known by: its calls, and all that its exchanges say but numbers.
fn contents(session: &Session) -> Vec<String> {
    let exchanges = session.exchanges.iter().flat_map(|exchange| {
        let text = serde_json::to_string(exchange).unwrap_or_default();
        [exchange.call.clone(), placeholder::split(&text).0]
    });
    let mut contents: Vec<String> = exchanges.collect();
    contents.sort_unstable();
    contents
}

/// How many texts two sorted lists have in common.
fn common(a: &[String], b: &[String]) -> usize {
    let (mut a, mut b, mut count) = (a.iter().peekable(), b.iter().peekable(), 0);
    while let (Some(first), Some(second)) = (a.peek(), b.peek()) {
        match first.cmp(second) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                count += 1;
                a.next();
                b.next();
            }
        }
    }
    count
}

/// What changed around the client.
fn notes(old: &Snapshot, new: &Snapshot) -> Vec<String> {
    let mut notes = Vec::new();
    for api in &new.about.apis {
        let Some(was) = old.about.apis.iter().find(|was| was.id == api.id) else { continue };
        if was.version != api.version {
            notes.push(format!("{} is described in version {} (was: {})", api.title, api.version, was.version));
        } else if was.sha256 != api.sha256 {
            notes.push(format!("the description of {} {} was changed", api.title, api.version));
        }
    }
    if old.about.scenario != new.about.scenario {
        let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
        notes.push(format!("the scenario is {} (was: {})", named(&new.about.scenario), named(&old.about.scenario)));
    }
    if new.about.left_out > 0 {
        notes.push(format!("there was no room for {} more exchanges", new.about.left_out));
    }
    notes
}

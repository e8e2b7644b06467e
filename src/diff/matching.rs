//! Which operations of two versions are the same one.

use std::collections::HashMap;

use http::Method;

use super::{change::OperationName, version::Version};
use crate::openapi::Operation;

/// An operation in both versions.
pub(super) struct Pair<'a> {
    /// In the old version.
    pub(super) base: &'a Operation,
    /// In the new version.
    pub(super) revision: &'a Operation,
    /// True if it is one of the API's own calls.
    pub(super) is_webhook: bool,
    /// Names of the path's parameters, old and new, in the order of the template.
    pub(super) path_names: Vec<(String, String)>,
}

impl Pair<'_> {
    pub(super) fn name(&self) -> OperationName {
        OperationName { method: self.base.method.clone(), path: self.base.path.clone() }
    }

    /// The name in the new version of a path's parameter of the old one.
    pub(super) fn renamed<'n>(&'n self, base: &'n str) -> &'n str {
        self.path_names.iter().find(|(old, _)| old == base).map_or(base, |(_, new)| new)
    }
}

/// The operations of two versions, in document order.
pub(super) struct Matched<'a> {
    /// In both, in the order of the old version.
    pub(super) both: Vec<Pair<'a>>,
    /// Only in the old version.
    pub(super) gone: Vec<&'a Operation>,
    /// Only in the new version.
    pub(super) added: Vec<&'a Operation>,
}

/// Matches the operations under `paths`, or those under `webhooks`, by method and path.
///
/// Templates that differ in nothing but the names of their parameters are the same path.
pub(super) fn operations<'a>(base: Version<'a>, revision: Version<'a>, are_webhooks: bool) -> Matched<'a> {
    let of = |version: Version<'a>| if are_webhooks { &version.api.webhooks } else { &version.api.operations };
    let mut waiting: HashMap<Key, Vec<&Operation>> = HashMap::new();
    for operation in of(revision).iter().rev() {
        waiting.entry(key(operation)).or_default().push(operation);
    }
    let mut matched = Matched { both: Vec::new(), gone: Vec::new(), added: Vec::new() };
    for operation in of(base) {
        // of several paths that differ in names only, the one that is written the same is meant
        let candidates = waiting.get_mut(&key(operation)).filter(|candidates| !candidates.is_empty());
        match candidates {
            Some(candidates) => {
                let same = candidates.iter().position(|candidate| candidate.path == operation.path);
                let partner = candidates.remove(same.unwrap_or(candidates.len() - 1));
                matched.both.push(Pair {
                    base: operation,
                    revision: partner,
                    is_webhook: are_webhooks,
                    path_names: names(&operation.path).zip(names(&partner.path)).collect(),
                });
            }
            None => matched.gone.push(operation),
        }
    }
    let left: Vec<&Operation> = waiting.into_values().flatten().collect();
    matched.added =
        of(revision).iter().filter(|operation| left.iter().any(|it| std::ptr::eq(*it, *operation))).collect();
    matched
}

/// What makes an operation the same in both versions.
type Key = (Method, String, Vec<(String, Option<String>)>);

fn key(operation: &Operation) -> Key {
    (operation.method.clone(), nameless(&operation.path), operation.fixed_query.clone())
}

/// A path template without the names of its parameters.
pub(super) fn nameless(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str("{}");
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The names of the parameters in a path template.
fn names(template: &str) -> impl Iterator<Item = String> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parameters_do_not_count() {
        assert_eq!(nameless("/a/{b}/c{d}e"), "/a/{}/c{}e");
        assert_eq!(nameless("/a/{b"), "/a/{b");
        assert_eq!(names("/a/{b}/c{d}e").collect::<Vec<_>>(), ["b", "d"]);
    }
}

//! Which schemas of `allOf`, `anyOf` or `oneOf` are the same one in both versions.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use super::{
    facts::said,
    view::{LISTS, View},
};
use crate::{
    diff::version::Version,
    openapi::{SchemaRef, unescape_token},
};

/// Levels of inline schemas that are looked at to tell whether two are the same.
const LEVELS_MAX: usize = 16;

/// The schemas of one list of both versions.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// In both versions, each with a name to call it by.
    pub(super) both: Vec<(String, SchemaRef, SchemaRef)>,
    /// Names of those that are new.
    pub(super) added: Vec<String>,
    /// Names of those that are gone.
    pub(super) gone: Vec<String>,
}

/// One schema of a list.
struct Branch<'a> {
    schema: SchemaRef,
    index: usize,
    /// The last part of its `$ref`.
    reference: Option<String>,
    title: Option<&'a str>,
    version: Version<'a>,
}

impl Branch<'_> {
    /// What to call it.
    fn name(&self) -> String {
        match (&self.reference, self.title) {
            (Some(name), _) => name.clone(),
            (None, Some(title)) => title.to_owned(),
            (None, None) => format!("#{}", self.index + 1),
        }
    }
}

/// Pairs the schemas of a list: by the name of their `$ref`, by what they say, by their title; and what is left over, if
/// it is one on each side without a name.
pub(super) fn pair(base: &View<'_>, revision: &View<'_>, keyword: &str) -> Branches {
    let (mut old, mut new) = (of(base, keyword), of(revision, keyword));
    let mut found = Branches::default();
    let mut take =
        |old: &mut Vec<Branch<'_>>, new: &mut Vec<Branch<'_>>, same: &dyn Fn(&Branch<'_>, &Branch<'_>) -> bool| {
            let mut index = 0;
            while let Some(branch) = old.get(index) {
                match new.iter().position(|other| same(branch, other)) {
                    Some(partner) => {
                        let (branch, partner) = (old.remove(index), new.remove(partner));
                        found.both.push((branch.name(), branch.schema, partner.schema));
                    }
                    None => index += 1,
                }
            }
        };
    take(&mut old, &mut new, &|old, new| old.reference.is_some() && old.reference == new.reference);
    if !old.is_empty() && !new.is_empty() {
        let signatures = |branches: &[Branch<'_>]| -> Vec<(usize, u64)> {
            branches.iter().map(|branch| (branch.index, signature(branch.version, &branch.schema))).collect()
        };
        let (of_old, of_new) = (signatures(&old), signatures(&new));
        let of =
            |list: &[(usize, u64)], index| list.iter().find(|(at, _)| *at == index).map(|(_, signature)| *signature);
        take(&mut old, &mut new, &|old, new| of(&of_old, old.index) == of(&of_new, new.index));
        let is_inline = |branch: &Branch<'_>| branch.reference.is_none();
        take(&mut old, &mut new, &|old, new| {
            is_inline(old) && is_inline(new) && old.title.is_some() && old.title == new.title
        });
        let is_nameless = |branch: &Branch<'_>| is_inline(branch) && branch.title.is_none();
        let are_lone = [&old, &new].iter().all(|list| list.iter().filter(|branch| is_nameless(branch)).count() == 1);
        if are_lone {
            take(&mut old, &mut new, &|old, new| is_nameless(old) && is_nameless(new));
        }
    }
    found.added = new.iter().map(Branch::name).collect();
    found.gone = old.iter().map(Branch::name).collect();
    found
}

fn of<'a>(view: &View<'a>, keyword: &str) -> Vec<Branch<'a>> {
    let documents = view.version.documents();
    let branch = |(index, schema): (usize, SchemaRef)| {
        let value = documents.get(&schema.at);
        let reference = value.and_then(|value| value.get("$ref")?.as_str()).map(reference_name);
        let title = value.and_then(|value| value.get("title")?.as_str()).filter(|title| !title.is_empty());
        Branch { schema, index, reference, title, version: view.version }
    };
    view.list(keyword).into_iter().map(branch).collect()
}

/// The last part of a reference: the name that people know a schema by.
fn reference_name(reference: &str) -> String {
    let last = reference.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(reference);
    unescape_token(last)
}

/// A number that is the same for schemas that say the same: references below the first are compared by their names.
pub(super) fn signature(version: Version<'_>, schema: &SchemaRef) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash(version, schema, &mut hasher, LEVELS_MAX, false);
    hasher.finish()
}

fn hash(version: Version<'_>, schema: &SchemaRef, hasher: &mut DefaultHasher, levels: usize, stops_at_ref: bool) {
    let value = version.documents().get(&schema.at);
    if stops_at_ref && let Some(reference) = value.and_then(|value| value.get("$ref")?.as_str()) {
        return reference_name(reference).hash(hasher);
    }
    if let Some(Value::Bool(all)) = value {
        return all.hash(hasher);
    }
    let view = View::of(version, schema, &LISTS);
    format!("{:?}", view.facts).hash(hasher);
    if levels == 0 {
        return;
    }
    let mut below = |schema: &SchemaRef| hash(version, schema, hasher, levels - 1, true);
    let (items, prefix) = view.items();
    for keyword in ["properties", "patternProperties", "dependentSchemas"] {
        for (_, schema) in view.schemas(keyword) {
            below(&schema);
        }
    }
    items.iter().chain(&prefix).for_each(&mut below);
    for keyword in ["additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"] {
        view.schema(keyword).iter().for_each(&mut below);
    }
    for keyword in LISTS {
        view.list(keyword).iter().for_each(|(_, schema)| below(schema));
    }
    for keyword in ["properties", "patternProperties", "dependentSchemas"] {
        view.schemas(keyword).keys().for_each(|name| name.hash(hasher));
    }
    if let Some(constant) = view.get("const") {
        said(constant).hash(hasher);
    }
}

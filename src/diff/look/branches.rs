//! Which schemas of `allOf`, `anyOf` or `oneOf` are the same one in both versions.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher as _},
    mem,
};

use serde_json::Value;

use super::view::{LISTS, View};
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
    let mut pairing = Pairing { old: of(base, keyword), new: of(revision, keyword), both: Vec::new() };
    pairing.take(|branch| branch.reference.clone());
    if !pairing.old.is_empty() && !pairing.new.is_empty() {
        pairing.take(|branch| Some(signature(branch.version, &branch.schema)));
        pairing.take(|branch| branch.title.filter(|_| branch.reference.is_none()));
        let is_nameless = |branch: &Branch<'_>| branch.reference.is_none() && branch.title.is_none();
        let are_lone =
            [&pairing.old, &pairing.new].iter().all(|list| list.iter().filter(|it| is_nameless(it)).count() == 1);
        if are_lone {
            pairing.take(|branch| is_nameless(branch).then_some(()));
        }
    }
    let names = |branches: &[Branch<'_>]| branches.iter().map(Branch::name).collect();
    Branches { added: names(&pairing.new), gone: names(&pairing.old), both: pairing.both }
}

/// The schemas of one list that have no partner yet, and those that have one.
struct Pairing<'a> {
    old: Vec<Branch<'a>>,
    new: Vec<Branch<'a>>,
    both: Vec<(String, SchemaRef, SchemaRef)>,
}

impl<'a> Pairing<'a> {
    /// Pairs those of one key, the first with the first. Lists may be long: each schema is looked at once.
    fn take<K: Eq + Hash>(&mut self, key: impl Fn(&Branch<'a>) -> Option<K>) {
        let mut partners: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, branch) in self.new.iter().enumerate() {
            if let Some(key) = key(branch) {
                partners.entry(key).or_default().push_back(index);
            }
        }
        let mut new: Vec<Option<Branch<'a>>> = mem::take(&mut self.new).into_iter().map(Some).collect();
        for branch in mem::take(&mut self.old) {
            let partner = key(&branch).and_then(|key| partners.get_mut(&key)?.pop_front());
            match partner.and_then(|index| new[index].take()) {
                Some(partner) => self.both.push((branch.name(), branch.schema, partner.schema)),
                None => self.old.push(branch),
            }
        }
        self.new = new.into_iter().flatten().collect();
    }
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
    let mut view = View::of(version, schema, &LISTS);
    // An `enum` of one value says the same.
    view.facts.is_const = false;
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
}

//! Which pairs of schemas differ, themselves or in what they reach.
//!
//! Schemas refer to each other in cycles, and a shared one is reached in very many ways. So each pair is looked at once:
//! the pairs are nodes of a graph, and a node differs if it reaches one that differs by itself.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use serde_json::Value;

use super::{
    kids::Kids,
    view::{LISTS, View, honours_siblings},
};
use crate::{
    diff::version::Version,
    limit,
    openapi::{Location, SchemaKind, SchemaRef},
};

/// The pairs of schemas that were looked at.
#[derive(Debug, Default)]
pub(in crate::diff) struct Graph<'a> {
    numbers: HashMap<(Location, Location), usize>,
    differ: Vec<bool>,
    /// Those that the walk came to, by their numbers.
    nodes: HashMap<usize, Rc<Node<'a>>>,
}

/// A pair of schemas that differ.
#[derive(Debug)]
pub(in crate::diff) struct Node<'a> {
    pub(in crate::diff) looked: Looked<'a>,
    /// The pairs of subschemas that differ: where they stand among the subschemas, and their numbers.
    pub(in crate::diff) differing: Vec<(usize, usize)>,
}

/// Both versions of a schema, as far as their subschemas.
#[derive(Debug)]
pub(in crate::diff) struct Looked<'a> {
    pub(in crate::diff) base: View<'a>,
    pub(in crate::diff) revision: View<'a>,
    pub(in crate::diff) kids: Kids,
}

/// Looks at both versions of a schema. A list of one schema is looked through if the other version has no such list.
pub(in crate::diff) fn look<'a>(
    base: Version<'a>,
    revision: Version<'a>,
    old: &SchemaRef,
    new: &SchemaRef,
) -> Looked<'a> {
    let (mut was, mut is) = (View::of(base, old, &[]), View::of(revision, new, &[]));
    let lengths = |view: &View<'_>| LISTS.map(|keyword| view.list(keyword).len());
    let (before, now) = (lengths(&was), lengths(&is));
    let lone = |ours: [usize; 3], theirs: [usize; 3]| -> Vec<&'static str> {
        let lists = LISTS.into_iter().zip(ours.into_iter().zip(theirs));
        lists.filter(|(_, (ours, theirs))| *ours == 1 && *theirs == 0).map(|(keyword, _)| keyword).collect()
    };
    let (through_old, through_new) = (lone(before, now), lone(now, before));
    if !through_old.is_empty() {
        was = View::of(base, old, &through_old);
    }
    if !through_new.is_empty() {
        is = View::of(revision, new, &through_new);
    }
    let kids = Kids::of(&was, &is);
    Looked { base: was, revision: is, kids }
}

impl<'a> Graph<'a> {
    /// The number of a pair, if it differs or reaches one that does.
    pub(in crate::diff) fn differing(
        &mut self,
        base: Version<'_>,
        revision: Version<'_>,
        old: &SchemaRef,
        new: &SchemaRef,
    ) -> Option<usize> {
        let number = self.solve(base, revision, old, new);
        self.differ[number].then_some(number)
    }

    /// What the walk needs to know of a pair.
    pub(in crate::diff) fn node(
        &mut self,
        (base, revision): (Version<'a>, Version<'a>),
        number: usize,
        old: &SchemaRef,
        new: &SchemaRef,
    ) -> Rc<Node<'a>> {
        if let Some(node) = self.nodes.get(&number) {
            return Rc::clone(node);
        }
        let looked = look(base, revision, &settle(base, old), &settle(revision, new));
        let node = Rc::new(self.held(base, revision, looked));
        self.nodes.insert(number, Rc::clone(&node));
        node
    }

    /// Finds out which subschemas differ.
    pub(in crate::diff) fn held(&mut self, base: Version<'_>, revision: Version<'_>, looked: Looked<'a>) -> Node<'a> {
        let pairs = looked.kids.both.iter().enumerate();
        let differing = pairs
            .filter_map(|(index, (_, old, new))| Some((index, self.differing(base, revision, old, new)?)))
            .collect();
        Node { looked, differing }
    }

    /// The number of a pair, after it was found out whether it differs.
    fn solve(&mut self, base: Version<'_>, revision: Version<'_>, old: &SchemaRef, new: &SchemaRef) -> usize {
        let first = self.differ.len();
        let mut waiting = Vec::new();
        let root = self.number(base, revision, old, new, &mut waiting);
        // for each new node, the nodes that hold it
        let mut holders: Vec<Vec<usize>> = Vec::new();
        let mut differing = Vec::new();
        while let Some((number, old, new)) = waiting.pop() {
            let (is_different, below) = own_difference(base, revision, &old, &new);
            let mut is_different = is_different;
            for (old, new) in &below {
                let child = self.number(base, revision, old, new, &mut waiting);
                if child >= first {
                    holders.resize_with(self.differ.len() - first, Vec::new);
                    holders[child - first].push(number);
                } else {
                    is_different |= self.differ[child];
                }
            }
            if is_different {
                differing.push(number);
            }
        }
        holders.resize_with(self.differ.len() - first, Vec::new);
        while let Some(number) = differing.pop() {
            if !std::mem::replace(&mut self.differ[number], true) {
                differing.extend(&holders[number - first]);
            }
        }
        root
    }

    /// The number of a pair; a pair without one gets one, and waits to be looked at.
    fn number(
        &mut self,
        base: Version<'_>,
        revision: Version<'_>,
        old: &SchemaRef,
        new: &SchemaRef,
        waiting: &mut Vec<(usize, SchemaRef, SchemaRef)>,
    ) -> usize {
        let (old, new) = (settle(base, old), settle(revision, new));
        let next = self.differ.len();
        let number = *self.numbers.entry((old.at.clone(), new.at.clone())).or_insert(next);
        if number == next {
            self.differ.push(false);
            waiting.push((number, old, new));
        }
        number
    }
}

/// The schema that is meant: `$ref`s with nothing beside them are followed.
pub(in crate::diff) fn settle(version: Version<'_>, schema: &SchemaRef) -> SchemaRef {
    let documents = version.documents();
    let mut schema = schema.clone();
    for _ in 0..limit::REF_CHAIN_MAX {
        let Some(map) = documents.get(&schema.at).and_then(Value::as_object) else { break };
        let Some(reference) = map.get("$ref").and_then(Value::as_str) else { break };
        if honours_siblings(version, map) {
            break;
        }
        let Ok(at) = documents.resolve_at(&schema.at, reference) else { break };
        schema = SchemaRef { at, kind: SchemaKind::Schema };
    }
    schema
}

/// Whether two schemas differ apart from their subschemas, and the pairs of those.
fn own_difference(
    base: Version<'_>,
    revision: Version<'_>,
    old: &SchemaRef,
    new: &SchemaRef,
) -> (bool, Vec<(SchemaRef, SchemaRef)>) {
    let (was, is) = (base.documents().get(&old.at), revision.documents().get(&new.at));
    if old.kind == new.kind && base.api.dialect == revision.api.dialect && was == is {
        // written the same: only what is referred to can differ
        let mut found = BTreeSet::new();
        references(was.unwrap_or(&Value::Null), &mut found);
        let target = |version: Version<'_>, at: &Location, reference: &str| {
            let at = version.documents().resolve_at(at, reference).ok()?;
            Some(SchemaRef { at, kind: SchemaKind::Schema })
        };
        let pairs = found
            .into_iter()
            .filter_map(|reference| Some((target(base, &old.at, reference)?, target(revision, &new.at, reference)?)));
        return (false, pairs.collect());
    }
    if let (Some(Value::Bool(was)), Some(Value::Bool(is))) = (was, is) {
        return (was != is, Vec::new());
    }
    let Looked { base, revision, kids } = look(base, revision, old, new);
    let is_different = base.facts != revision.facts || !kids.are_the_same();
    (is_different, kids.both.into_iter().map(|(_, old, new)| (old, new)).collect())
}

/// All references in a value, each once. Recursion is as deep as the tree: [`limit::DOCUMENT_DEPTH_MAX`].
fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, member) in map {
                match member {
                    Value::String(reference) if key == "$ref" => {
                        found.insert(reference);
                    }
                    member => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}

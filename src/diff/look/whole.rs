//! What holds for a value whichever of the schemas of its `allOf` says so.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    rc::Rc,
};

use super::{graph::settle, view::View};
use crate::openapi::SchemaRef;

/// Schemas of `allOf` within `allOf` that are looked at.
const MEMBERS_MAX: usize = 200;

/// What both versions say of one value, all of it together.
#[derive(Debug)]
pub(in crate::diff) struct Wholes<'a> {
    pub(in crate::diff) base: Whole<'a>,
    pub(in crate::diff) revision: Whole<'a>,
}

impl<'a> Wholes<'a> {
    /// What two schemas of a value say. `around` is what is said of the same value outside of them, where they hold only
    /// if something else does.
    pub(in crate::diff) fn of(base: &View<'a>, revision: &View<'a>, around: Option<&Rc<Self>>) -> Rc<Self> {
        let of = |view: &View<'a>, around: Option<&Whole<'a>>| {
            let mut whole = around.cloned().unwrap_or_default();
            whole.gather(view);
            whole
        };
        Rc::new(Self {
            base: of(base, around.map(|around| &around.base)),
            revision: of(revision, around.map(|around| &around.revision)),
        })
    }
}

/// What the schemas that hold for one value say of its properties: a schema, and those of its `allOf` at any depth.
#[derive(Clone, Debug, Default)]
pub(in crate::diff) struct Whole<'a> {
    required: BTreeSet<String>,
    properties: BTreeMap<&'a str, SchemaRef>,
}

impl<'a> Whole<'a> {
    /// True if the value must have the property.
    pub(in crate::diff) fn requires(&self, name: &str) -> bool {
        self.required.contains(name)
    }

    /// What is said of a property; where several schemas describe it, the first one's.
    pub(in crate::diff) fn property(&self, name: &str) -> Option<&SchemaRef> {
        self.properties.get(name)
    }

    fn gather(&mut self, view: &View<'a>) {
        self.add(view);
        let mut waiting = members(view);
        let mut seen = HashSet::new();
        while let Some(schema) = waiting.pop() {
            let schema = settle(view.version, &schema);
            if seen.len() < MEMBERS_MAX && seen.insert(schema.at.clone()) {
                let member = View::of(view.version, &schema, &[]);
                self.add(&member);
                waiting.extend(members(&member));
            }
        }
    }

    fn add(&mut self, view: &View<'a>) {
        self.required.extend(view.facts.required.iter().cloned());
        for (name, schema) in view.schemas("properties") {
            self.properties.entry(name).or_insert(schema);
        }
    }
}

/// The schemas of `allOf`, the last first.
fn members(view: &View<'_>) -> Vec<SchemaRef> {
    view.list("allOf").into_iter().rev().map(|(_, schema)| schema).collect()
}

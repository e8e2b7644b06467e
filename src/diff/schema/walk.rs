//! The walk over two schemas and all that they reach, as far as it differs.

use std::{
    collections::{HashSet, VecDeque},
    rc::Rc,
};

use super::{
    graph::{Looked, look, settle},
    kids::Edge,
    rules,
    site::{Site, join},
    subject::Subject,
};
use crate::{
    diff::{change::Step, differ::Differ, matching::Pair},
    openapi::{Location, SchemaRef},
};

/// Places of one subject up to which a schema is looked at wherever it occurs. Beyond it, each is looked at once: where
/// schemas are shared in many ways, the ways to one of them are too many to be said.
const PLACES_MAX: usize = 500;

/// A place that is still to be looked at.
struct Place {
    old: SchemaRef,
    new: SchemaRef,
    name: String,
    part: Vec<Step>,
    was_required: Option<bool>,
    /// The pairs of schemas on the way here.
    way: Option<Rc<Way>>,
}

/// The pairs of schemas on the way to a place, the last first.
struct Way {
    pair: (Location, Location),
    before: Option<Rc<Way>>,
}

impl Way {
    fn holds(way: Option<&Rc<Self>>, pair: &(Location, Location)) -> bool {
        let mut way = way;
        while let Some(step) = way {
            if step.pair == *pair {
                return true;
            }
            way = step.before.as_ref();
        }
        false
    }
}

/// Says how two schemas of the same thing differ, the nearest parts first.
pub(super) fn schemas(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, old: &SchemaRef, new: &SchemaRef) {
    let root = Place {
        old: old.clone(),
        new: new.clone(),
        name: String::new(),
        part: Vec::new(),
        was_required: None,
        way: None,
    };
    from(differ, pair, subject, VecDeque::from([root]));
}

/// Says how the items of a sequence differ.
pub(super) fn items(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, old: &SchemaRef, new: &SchemaRef) {
    let item = Place {
        old: old.clone(),
        new: new.clone(),
        name: "items".to_owned(),
        part: vec![Step::Item],
        was_required: None,
        way: None,
    };
    from(differ, pair, subject, VecDeque::from([item]));
}

/// Says how two schemas differ that are written nowhere, and all that they reach.
pub(super) fn looked(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, looked: &Looked<'_>) {
    let root = Place {
        old: SchemaRef { at: looked.base.at.clone(), kind: crate::openapi::SchemaKind::Schema },
        new: SchemaRef { at: looked.revision.at.clone(), kind: crate::openapi::SchemaKind::Schema },
        name: String::new(),
        part: Vec::new(),
        was_required: None,
        way: None,
    };
    let mut waiting = VecDeque::new();
    visit(differ, pair, subject, &root, looked, &mut waiting);
    from(differ, pair, subject, waiting);
}

fn from(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, mut waiting: VecDeque<Place>) {
    let (base, revision) = (differ.base, differ.revision);
    let mut seen: HashSet<(Location, Location)> = HashSet::new();
    let mut places = 0;
    while let Some(place) = waiting.pop_front() {
        if !differ.schemas.differ(base, revision, &place.old, &place.new) {
            continue;
        }
        let key = (settle(base, &place.old).at, settle(revision, &place.new).at);
        if Way::holds(place.way.as_ref(), &key) {
            continue;
        }
        let is_first = seen.insert(key.clone());
        places += 1;
        if places > PLACES_MAX && !is_first {
            continue;
        }
        let place = Place { way: Some(Rc::new(Way { pair: key, before: place.way.clone() })), ..place };
        let found = look(base, revision, &place.old, &place.new);
        visit(differ, pair, subject, &place, &found, &mut waiting);
    }
}

/// Applies the rules at one place, and lets its subschemas wait.
fn visit(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    place: &Place,
    looked: &Looked<'_>,
    waiting: &mut VecDeque<Place>,
) {
    let Looked { base, revision, kids } = looked;
    rules::apply(&mut Site {
        differ,
        pair,
        subject,
        base,
        revision,
        kids,
        name: &place.name,
        part: &place.part,
        was_required: place.was_required,
    });
    for (edge, old, new) in &kids.both {
        let Some((name, step)) = step(edge) else { continue };
        let was_required = match edge {
            Edge::Property(name) => Some(base.facts.required.contains(name)),
            _ => None,
        };
        let mut part = place.part.clone();
        part.extend(step);
        let (old, new) = (old.clone(), new.clone());
        waiting.push_back(Place {
            old,
            new,
            name: join(&place.name, &name),
            part,
            was_required,
            way: place.way.clone(),
        });
    }
}

/// The words and the step for an edge; `None` if what is below is no part of the value, or turns what it says around.
fn step(edge: &Edge) -> Option<(String, Option<Step>)> {
    Some(match edge {
        Edge::Property(name) => (name.clone(), Some(Step::Property(name.clone()))),
        Edge::Pattern(pattern) => (format!("patternProperties[{pattern}]"), Some(Step::AnyProperty)),
        Edge::Additional => ("additionalProperties".to_owned(), Some(Step::AnyProperty)),
        Edge::Items => ("items".to_owned(), Some(Step::Item)),
        Edge::Position(index) => (format!("prefixItems[{}]", index + 1), Some(Step::Item)),
        Edge::Branch(keyword, name) => (format!("{keyword}[{name}]"), None),
        Edge::Keyword(_) => return None,
    })
}

//! The walk over two schemas and all that they reach, as far as it differs.

use std::{
    collections::{HashSet, VecDeque},
    rc::Rc,
};

use super::{
    graph::{Looked, Node},
    kids::Edge,
    rules,
    site::{Site, join},
    subject::Subject,
};
use crate::{
    diff::{change::Step, differ::Differ, matching::Pair},
    openapi::SchemaRef,
};

/// Places of one subject up to which a schema is looked at wherever it occurs. Beyond it, each is looked at once: where
/// schemas are shared in many ways, the ways to one of them are too many to be said.
const PLACES_MAX: usize = 200;

/// A place that is still to be looked at.
struct Place {
    /// The number of the pair of schemas.
    number: usize,
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
    number: usize,
    before: Option<Rc<Way>>,
}

impl Way {
    fn holds(way: Option<&Rc<Self>>, number: usize) -> bool {
        let mut way = way;
        while let Some(step) = way {
            if step.number == number {
                return true;
            }
            way = step.before.as_ref();
        }
        false
    }
}

/// Says how two schemas of the same thing differ, the nearest parts first.
pub(super) fn schemas(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, old: &SchemaRef, new: &SchemaRef) {
    start(differ, pair, subject, (old, new), (String::new(), Vec::new()));
}

/// Says how the items of a sequence differ.
pub(super) fn items(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, old: &SchemaRef, new: &SchemaRef) {
    start(differ, pair, subject, (old, new), ("items".to_owned(), vec![Step::Item]));
}

fn start(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    (old, new): (&SchemaRef, &SchemaRef),
    (name, part): (String, Vec<Step>),
) {
    let Some(number) = differ.schemas.differing(differ.base, differ.revision, old, new) else { return };
    let (old, new) = (old.clone(), new.clone());
    let root = Place { number, old, new, name, part, was_required: None, way: None };
    from(differ, pair, subject, VecDeque::from([root]));
}

/// Says how two schemas differ that are written nowhere, and all that they reach.
pub(super) fn looked<'a>(differ: &mut Differ<'a>, pair: &Pair<'_>, subject: &Subject, looked: Looked<'a>) {
    let node = differ.schemas.held(differ.base, differ.revision, looked);
    let mut waiting = VecDeque::new();
    visit(differ, pair, subject, (&node, None), ("", &[], None), &mut waiting);
    from(differ, pair, subject, waiting);
}

fn from(differ: &mut Differ<'_>, pair: &Pair<'_>, subject: &Subject, mut waiting: VecDeque<Place>) {
    let versions = (differ.base, differ.revision);
    let mut seen = HashSet::new();
    let mut places = 0;
    while let Some(place) = waiting.pop_front() {
        let Place { number, old, new, name, part, was_required, way } = place;
        if Way::holds(way.as_ref(), number) {
            continue;
        }
        let is_first = seen.insert(number);
        places += 1;
        if places > PLACES_MAX && !is_first {
            continue;
        }
        let node = differ.schemas.node(versions, number, &old, &new);
        let way = Rc::new(Way { number, before: way });
        visit(differ, pair, subject, (&node, Some(&way)), (&name, &part, was_required), &mut waiting);
    }
}

/// Applies the rules at one place, and lets its subschemas wait.
fn visit(
    differ: &mut Differ<'_>,
    pair: &Pair<'_>,
    subject: &Subject,
    (node, way): (&Node<'_>, Option<&Rc<Way>>),
    (name, part, was_required): (&str, &[Step], Option<bool>),
    waiting: &mut VecDeque<Place>,
) {
    let Looked { base, revision, kids } = &node.looked;
    rules::apply(&mut Site { differ, pair, subject, base, revision, kids, name, part, was_required });
    for (index, number) in &node.differing {
        let Some((edge, old, new)) = kids.both.get(*index) else { continue };
        let Some((words, step)) = step(edge) else { continue };
        let was_required = match edge {
            Edge::Property(name) => Some(base.facts.required.contains(name)),
            _ => None,
        };
        let mut part = part.to_vec();
        part.extend(step);
        waiting.push_back(Place {
            number: *number,
            old: old.clone(),
            new: new.clone(),
            name: join(name, &words),
            part,
            was_required,
            way: way.cloned(),
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

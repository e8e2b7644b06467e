//! The walk over two schemas and all that they reach, as far as it differs.

use std::{
    collections::{HashSet, VecDeque},
    rc::Rc,
};

use super::{
    rules,
    site::{Site, join},
    subject::Subject,
};
use crate::{
    diff::{
        change::Step,
        differ::Differ,
        look::{Edge, Looked, Node, View, Wholes},
        matching::Pair,
    },
    openapi::SchemaRef,
};

/// Places of one subject up to which a schema is looked at wherever it occurs. Beyond it, each is looked at once: where
/// schemas are shared in many ways, the ways to one of them are too many to be said.
const PLACES_MAX: usize = 200;

/// A place that is still to be looked at.
struct Place<'a> {
    /// The number of the pair of schemas.
    number: usize,
    old: SchemaRef,
    new: SchemaRef,
    name: String,
    part: Vec<Step>,
    was_required: Option<bool>,
    /// What is said of the value besides, if the schema is for the same value as the one that holds it.
    around: Option<Around<'a>>,
    /// The pairs of schemas on the way here.
    way: Option<Rc<Way>>,
}

/// What is said of a value outside of the schema.
#[derive(Clone)]
struct Around<'a> {
    wholes: Rc<Wholes<'a>>,
    /// True if the schema holds only if something else does, and so is no part of what is said of the value anyhow.
    is_condition: bool,
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
    let root = Place { number, old, new, name, part, was_required: None, around: None, way: None };
    from(differ, pair, subject, VecDeque::from([root]));
}

/// Says how two schemas differ that are written nowhere, and all that they reach.
pub(super) fn looked<'a>(differ: &mut Differ<'a>, pair: &Pair<'_>, subject: &Subject, looked: Looked<'a>) {
    let node = differ.schemas.held(differ.base, differ.revision, looked);
    let mut waiting = VecDeque::new();
    visit(differ, pair, subject, (&node, None), ("", &[], None, None), &mut waiting);
    from(differ, pair, subject, waiting);
}

fn from<'a>(differ: &mut Differ<'a>, pair: &Pair<'_>, subject: &Subject, mut waiting: VecDeque<Place<'a>>) {
    let versions = (differ.base, differ.revision);
    let mut seen = HashSet::new();
    let mut places = 0;
    while let Some(place) = waiting.pop_front() {
        let Place { number, old, new, name, part, was_required, around, way } = place;
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
        visit(differ, pair, subject, (&node, Some(&way)), (&name, &part, was_required, around), &mut waiting);
    }
}

/// Applies the rules at one place, and lets its subschemas wait.
fn visit<'a>(
    differ: &mut Differ<'a>,
    pair: &Pair<'_>,
    subject: &Subject,
    (node, way): (&Node<'a>, Option<&Rc<Way>>),
    (name, part, was_required, around): (&str, &[Step], Option<bool>, Option<Around<'a>>),
    waiting: &mut VecDeque<Place<'a>>,
) {
    let Looked { base, revision, kids } = &node.looked;
    let differing = || node.differing.iter().filter_map(|(index, number)| Some((kids.both.get(*index)?, *number)));
    let hold = |edge: &Edge| hold(edge, base, revision);
    let turned: Vec<&str> = differing()
        .filter_map(|((edge, ..), _)| match edge {
            Edge::Keyword(keyword) if hold(edge) == Hold::Turned => Some(*keyword),
            _ => None,
        })
        .collect();
    let turned = &turned;
    let wholes = match around {
        Some(Around { wholes, is_condition: false }) => wholes,
        around => Wholes::of(base, revision, around.as_ref().map(|around| &around.wholes)),
    };
    rules::apply(&mut Site {
        differ,
        pair,
        subject,
        base,
        revision,
        kids,
        wholes: &wholes,
        turned,
        name,
        part,
        was_required,
    });
    for ((edge, old, new), number) in differing().filter(|((edge, ..), _)| hold(edge) == Hold::Straight) {
        let (words, step) = step(edge);
        let was_required = match edge {
            Edge::Property(name) => Some(wholes.base.requires(name)),
            _ => None,
        };
        let mut part = part.to_vec();
        part.extend(step);
        waiting.push_back(Place {
            number,
            old: old.clone(),
            new: new.clone(),
            name: join(name, &words),
            part,
            was_required,
            around: around_below(edge, &wholes),
            way: way.cloned(),
        });
    }
}

/// How a subschema stands to the value that the whole schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// What it forbids is forbidden for the value, or for a part of it.
    Straight,
    /// Whether more is allowed cannot be told from what it allows.
    Turned,
    /// It says nothing.
    Idle,
}

fn hold(edge: &Edge, base: &View<'_>, revision: &View<'_>) -> Hold {
    let has = |keyword: &str| base.get(keyword).is_some() || revision.get(keyword).is_some();
    match edge {
        Edge::Keyword("not") => Hold::Turned,
        Edge::Keyword("if") if has("then") || has("else") => Hold::Turned,
        Edge::Keyword("if") => Hold::Idle,
        Edge::Keyword("then" | "else") if !has("if") => Hold::Idle,
        // Where matching items are too many at some number, those that match no more are allowed.
        Edge::Keyword("contains") if has("maxContains") => Hold::Turned,
        _ => Hold::Straight,
    }
}

/// What is said of the value of a subschema outside of it; `None` if it is for another value, a part of this one mostly.
fn around_below<'a>(edge: &Edge, wholes: &Rc<Wholes<'a>>) -> Option<Around<'a>> {
    let is_condition = match edge {
        Edge::Branch("allOf", _) => false,
        Edge::Branch(..) | Edge::Dependent(_) | Edge::Keyword("then" | "else") => true,
        Edge::Property(_)
        | Edge::Pattern(_)
        | Edge::Additional
        | Edge::Items
        | Edge::Position(_)
        | Edge::Keyword(_) => return None,
    };
    Some(Around { wholes: Rc::clone(wholes), is_condition })
}

/// The words and the step for an edge; no step if what is below is for the same value.
fn step(edge: &Edge) -> (String, Option<Step>) {
    match edge {
        Edge::Property(name) => (name.clone(), Some(Step::Property(name.clone()))),
        Edge::Pattern(pattern) => (format!("patternProperties[{pattern}]"), Some(Step::AnyProperty)),
        Edge::Additional => ("additionalProperties".to_owned(), Some(Step::AnyProperty)),
        Edge::Items => ("items".to_owned(), Some(Step::Item)),
        Edge::Position(index) => (format!("prefixItems[{}]", index + 1), Some(Step::Item)),
        Edge::Branch(keyword, name) => (format!("{keyword}[{name}]"), None),
        Edge::Dependent(name) => (format!("dependentSchemas[{name}]"), None),
        Edge::Keyword("contains") => ("contains".to_owned(), Some(Step::Item)),
        Edge::Keyword(keyword) => ((*keyword).to_owned(), None),
    }
}

//! Makes a value for a schema.
//!
//! A value is made in one pass over the lowered schema, then judged by the schema's own validator. What it finds wrong
//! is repaired in the plan for the next pass: an example that is invalid itself is not used again, another branch is
//! taken, a property is left out or added. So nothing invalid ever leaves, and most values need one pass.

mod apart;
mod chance;
mod maker;
mod merge;
mod number;
mod plan;
mod regular;
mod structure;
mod text;

use std::{collections::HashSet, sync::Arc};

use serde_json::Value;

use super::{
    Direction, Violation,
    core::Core,
    definitions::{Key, Purpose},
};
use crate::{
    limit,
    openapi::{MadeItems, SchemaRef},
};
use chance::Chance;
use maker::{Maker, Stop};
use plan::{Fullness, LastResort, Plan};
pub(super) use regular::run as name_pattern;

/// Said where only a value would do that has itself inside.
const ENDLESS: &str = "it can only be satisfied by a value that never ends";
/// Passes for one value.
const PASSES_MAX: usize = 24;
/// Passes to bring optional properties back that were left out together.
const GROWTH_MAX: usize = 24;

/// A text that a regular expression matches, the same for the same seed; `None` if the pattern cannot be followed.
pub fn matching(pattern: &str, seed: u64) -> Option<String> {
    let mut chance = Chance::new(Some(seed), 0);
    regular::make(&[pattern], merge::Range::default(), &mut chance).filter(|text| regular::matches(pattern, text))
}

/// A text of a format of JSON Schema, the same for the same seed; `None` if the format is not known.
pub fn of_format(format: &str, seed: u64) -> Option<String> {
    text::by_format(format, &mut Chance::new(Some(seed), 0))
}

/// How values are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// The plainest value: examples and defaults first, every property of an object, one item of an array; always the
    /// same.
    Plain,
    /// The plainest value with nothing that is not required.
    Least,
    /// Varied values from a seed: the same seed gives the same value.
    Seeded(u64),
}

/// Why no value was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The schema contradicts itself, or asks for more than the generator can solve.
    #[error("no value was found that satisfies the schema at `{at}`: {why}")]
    Unsolved {
        /// JSON Pointer of the schema that stopped it.
        at: String,
        /// What stopped it.
        why: String,
        /// What came nearest, if anything was made.
        nearest: Option<Box<Value>>,
    },
    /// The value would be larger than [`crate::limit::GENERATED_ITEMS_MAX`] or [`crate::limit::GENERATED_NODES_MAX`].
    #[error("the schema at `{at}` asks for a value that is too large")]
    TooLarge {
        /// JSON Pointer of the schema that stopped it.
        at: String,
    },
}

impl Impossible {
    /// What came nearest to a value of the schema, if anything was made.
    pub fn nearest(self) -> Option<Value> {
        match self {
            Self::Unsolved { nearest, .. } => nearest.map(|value| *value),
            Self::TooLarge { .. } => None,
        }
    }
}

/// Makes a value.
pub(super) fn make(
    core: &Arc<Core>,
    schema: &SchemaRef,
    direction: Direction,
    sampling: Sampling,
) -> Result<Value, Impossible> {
    let mut overlaps = HashSet::new();
    let (impossible, endless) = match attempt(core, schema, direction, sampling, LastResort::default(), &mut overlaps) {
        Ok(value) => {
            return Ok(with_overlaps(value, overlaps, |last, seen| {
                attempt(core, schema, direction, sampling, last, seen).ok()
            }));
        }
        Err(failure) => failure,
    };
    let Impossible::Unsolved { nearest: Some(nearest), .. } = &impossible else { return Err(impossible) };
    let violations = core.validator(schema, direction).violations(&**nearest);
    let apart = violations.into_iter().filter(Violation::fits_several).map(|violation| violation.at);
    let last = LastResort { apart: apart.collect(), reuses: usize::from(endless) };
    if last.apart.is_empty() && !endless {
        return Err(impossible);
    }
    attempt(core, schema, direction, sampling, last, &mut overlaps).map_err(|_| impossible)
}

/// The value, or one that has what was left out because it fitted several branches of `oneOf`, if that can be made.
fn with_overlaps(
    value: Value,
    mut overlaps: HashSet<String>,
    make: impl Fn(LastResort, &mut HashSet<String>) -> Option<Value>,
) -> Value {
    let count =
        |value: &Value, places: &HashSet<String>| places.iter().filter(|at| value.pointer(at).is_some()).count();
    let known = count(&value, &overlaps);
    if known == overlaps.len() {
        return value;
    }
    let last = LastResort { apart: overlaps.clone(), reuses: 0 };
    let fuller = make(last, &mut overlaps);
    fuller.filter(|fuller| count(fuller, &overlaps) > count(&value, &overlaps)).unwrap_or(value)
}

/// Makes a value; where it fails, says too whether that is for a value that never ends. Adds to `overlaps` where what was
/// made fitted several branches of `oneOf`.
fn attempt(
    core: &Arc<Core>,
    schema: &SchemaRef,
    direction: Direction,
    sampling: Sampling,
    last: LastResort,
    overlaps: &mut HashSet<String>,
) -> Result<Value, (Impossible, bool)> {
    let at = schema.at.pointer.to_string();
    let root = core.definitions.number(Key::whole(schema, direction, Purpose::Generate));
    let validator = core.validator(schema, direction);
    let seed = match sampling {
        Sampling::Seeded(seed) => Some(seed),
        Sampling::Plain | Sampling::Least => None,
    };
    let items = if seed.is_some() { core.made_items } else { MadeItems::default() };
    let mut plan = Plan::new(items, last);
    if sampling == Sampling::Least {
        plan.hurry();
    }
    let (mut why, mut nodes) = (String::new(), 0);
    let mut nearest: Option<(usize, Value)> = None;
    // What a full value had that it could do without; `None` where less is made for other reasons.
    let mut optionals = (sampling != Sampling::Least).then(Vec::new);
    for _ in 0..PASSES_MAX {
        let chance = Chance::new(seed, plan.salt());
        let mut maker = Maker::new(core, root, direction, &plan, chance);
        let made = maker.make();
        nodes += maker.nodes();
        let trace = maker.into_trace();
        let goes_on = match made {
            Ok(value) if validator.is_valid(&value) => {
                let lost = optionals.filter(|lost| plan.fullness != Fullness::Full && !lost.is_empty());
                return Ok(match lost {
                    Some(lost) => grown(&mut plan, value, lost, |plan| {
                        let made = Maker::new(core, root, direction, plan, Chance::new(seed, 0)).make();
                        made.ok().filter(|value| validator.is_valid(value))
                    }),
                    None => value,
                });
            }
            Ok(value) => {
                let violations = validator.violations(&value);
                overlaps.extend(violations.iter().filter(|it| it.fits_several()).map(|it| it.at.clone()));
                if let Some(first) = violations.first() {
                    why = format!("what was made {}{}", first.message, place(&first.at));
                }
                if nearest.as_ref().is_none_or(|(count, _)| violations.len() < *count) {
                    nearest = Some((violations.len(), value));
                }
                if plan.fullness == Fullness::Full
                    && let Some(optionals) = &mut optionals
                {
                    optionals.clone_from(&trace.optionals);
                }
                plan.repair(&violations, &trace)
            }
            Err(Stop::TooLarge) => {
                if !plan.tighten(&trace) {
                    optionals = None;
                    if !plan.shrink() {
                        return Err((Impossible::TooLarge { at }, false));
                    }
                }
                true
            }
            Err(Stop::Recursive) => {
                ENDLESS.clone_into(&mut why);
                plan.turn(&trace)
            }
            Err(Stop::Dead(reason)) => {
                reason.clone_into(&mut why);
                plan.turn(&trace)
            }
        };
        if !goes_on || nodes > 2 * limit::GENERATED_NODES_MAX {
            break;
        }
        if nodes > limit::GENERATED_NODES_MAX {
            optionals = None;
            plan.hurry();
        }
    }
    let nearest = nearest.map(|(_, value)| value).or_else(|| {
        let mut maker = Maker::new(core, root, direction, &plan, Chance::new(seed, 0));
        maker.yields = true;
        maker.make().ok()
    });
    let endless = why == ENDLESS;
    Err((Impossible::Unsolved { at, why, nearest: nearest.map(Box::new) }, endless))
}

/// Brings back those optional properties that a value was made without only because another one stood in the way:
/// half of them, and of what cannot be brought back a half again. `make` makes a value, if it is valid.
fn grown(plan: &mut Plan, least: Value, lost: Vec<String>, make: impl Fn(&Plan) -> Option<Value>) -> Value {
    plan.fill();
    plan.set_omitted(&lost, true);
    let Some(mut best) = make(plan) else { return least };
    let halves = |group: &[String]| {
        let (first, second) = group.split_at(group.len() / 2);
        [second.to_vec(), first.to_vec()]
    };
    let mut waiting: Vec<Vec<String>> = halves(&lost).into();
    for _ in 0..GROWTH_MAX {
        let Some(group) = waiting.pop() else { break };
        if group.is_empty() {
            continue;
        }
        plan.set_omitted(&group, false);
        match make(plan) {
            Some(value) => best = value,
            None => {
                plan.set_omitted(&group, true);
                if group.len() > 1 {
                    waiting.extend(halves(&group));
                }
            }
        }
    }
    best
}

/// ` at …` for a place below the whole value.
fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(" at `{at}`") }
}

#[cfg(test)]
mod tests;

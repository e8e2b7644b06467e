//! A compiled schema.
//!
//! Each definition is compiled by itself, *cut* at its references: in the place of `$ref` stands a keyword of ours that
//! asks the definition referred to, which is compiled when it is first asked. So a definition is in memory once, however
//! many schemas refer to it. Cutting is no use where a keyword looks through references (`unevaluatedProperties`) or
//! where a chain of references on one value has no end; such a definition is compiled *whole*, with all it reaches.
//!
//! To say what is wrong with a value, a schema that refers to others is compiled once more with all of them, since only
//! that sees through a choice of branches. That happens when the first wrong value is met. Values with many levels, and values of schemas that reach
//! very many others, are explained by the definitions one after the other instead.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, Weak},
};

use jsonschema::{Keyword, ValidationError, error::ValidationErrorKind, json::Node};
use serde_json::{Map, Value, json};

use super::{
    core::Core,
    definitions::{Chain, Definition, Number, number_of, reference},
    format,
    instance::{Instance, Instances},
    judging, lower, pattern,
    violation::{self, Violation},
};
use crate::{
    limit,
    openapi::{Location, unescape_token},
};

/// Keywords that are taken out of a schema one by one until it compiles; above that, nothing is checked.
const REPAIRS_MAX: usize = 8;

/// Bytes of stack for compiling a schema.
const COMPILE_STACK_BYTES: usize = 32 * 1024 * 1024;

/// Definitions that are asked to explain one value.
const EXPLAIN_STEPS_MAX: usize = 1_000;

/// The keyword that stands for `$ref` where a schema is cut.
const CUT: &str = "mimeo-cut";

/// The keyword that counts the definitions which are asked where a schema is whole.
const STEP: &str = "mimeo-step";

/// A definition, compiled; `None` where there is nothing to check.
pub(super) type Compiled = Option<jsonschema::Validator<Instances>>;

/// How schemas are compiled.
pub(super) type Options = jsonschema::ValidationOptions<'static, Arc<dyn jsonschema::Retrieve>, Instances>;

/// A compiled schema.
#[derive(Debug)]
pub struct Validator {
    number: Number,
    definition: Option<Arc<Definition>>,
    core: Weak<Core>,
    judge: OnceLock<Judge>,
    /// What says what is wrong.
    explained: OnceLock<Explained>,
}

/// The definition whose verdict counts.
#[derive(Debug)]
struct Judge {
    number: Number,
    definition: Arc<Definition>,
    /// True if it refers to no other, so that it asks none.
    is_alone: bool,
}

/// What says what is wrong with a value.
#[derive(Debug)]
enum Explained {
    /// The definition that judges as well: it refers to no other.
    Alone,
    /// The schema with all that it reaches; `None` where that would be large, since it is kept.
    Whole(Compiled),
}

impl Validator {
    /// The validator of a definition; it is compiled when it is first asked.
    pub(super) fn new(core: &Arc<Core>, number: Number) -> Self {
        let definition = core.definitions.get(number).cloned();
        Self { number, definition, core: Arc::downgrade(core), judge: OnceLock::new(), explained: OnceLock::new() }
    }

    /// True if the value satisfies the schema; false if that would take too many steps to say. The fast path.
    pub fn is_valid<'v>(&self, value: impl Into<Instance<'v>>) -> bool {
        self.verdict(value.into()) == Some(true)
    }

    /// Whether the value satisfies the schema; `None` if that would take more steps than it is worth.
    fn verdict(&self, value: Instance<'_>) -> Option<bool> {
        let Some(judge) = self.judge() else { return Some(true) };
        let ask = || is_valid(&judge.definition, judge.number, &self.core, value);
        if judge.is_alone {
            return Some(ask());
        }
        judging::within(limit::JUDGED_STEPS_MAX, ask).or_else(|| {
            // Only a large value is worth a second try.
            let worth = judging::worth(value);
            if worth > limit::JUDGED_STEPS_MAX * 5 / 4 { judging::within(worth, ask) } else { None }
        })
    }

    fn judge(&self) -> Option<&Judge> {
        let definition = self.definition.as_ref()?;
        Some(self.judge.get_or_init(|| {
            let Some(core) = self.core.upgrade() else {
                return Judge { number: self.number, definition: Arc::clone(definition), is_alone: false };
            };
            let behind = referred(&core, self.number);
            let (number, definition) = match core.definitions.get(behind) {
                Some(found) => (behind, found),
                None => (self.number, definition),
            };
            let refers = core.lowered(number).is_none_or(|lowered| !lowered.refs.is_empty());
            Judge { number, definition: Arc::clone(definition), is_alone: !refers && is_cut(&core, number) }
        }))
    }

    /// Everything that is wrong with a value, at most [`limit::VIOLATIONS_MAX`]; empty if it satisfies the schema.
    ///
    /// In a value with more than [`limit::EXPLAINED_LEVELS_MAX`] levels, a choice of branches is not looked into: that
    /// would cost its branches to the power of the levels.
    pub fn violations<'v>(&self, value: impl Into<Instance<'v>>) -> Vec<Violation> {
        let value = value.into();
        let verdict = self.verdict(value);
        if verdict == Some(true) {
            return Vec::new();
        }
        let Some(core) = self.core.upgrade() else { return Vec::new() };
        // What is said of a value holds it, so it is brought into that form once for all.
        let value = &*value.to_value();
        let value = Instance::from(value);
        let written = || core.lowered(self.number)?.origin("").map(|(written, _)| written);
        if verdict.is_none() {
            return vec![violation::too_involved(written())];
        }
        let mut found: Vec<Violation> = Vec::new();
        if is_plain(value, limit::EXPLAINED_LEVELS_MAX, &mut limit::EXPLAINED_VALUES_MAX.clone()) {
            let explain = || roomy(|| self.explain_whole(&core, value, &mut found));
            if judging::within(limit::EXPLAINED_STEPS_MAX, explain).is_none() {
                found.clear();
            }
        }
        if found.is_empty() {
            let mut explainer = Explainer { core: &core, found: &mut found, steps: EXPLAIN_STEPS_MAX };
            let explain = || explainer.explain(self.number, value, "");
            if judging::within(judging::worth(value), explain).is_none() {
                found = vec![violation::whole("", written())];
            }
        }
        found.truncate(limit::VIOLATIONS_MAX);
        without_echoes(found)
    }

    /// Explains by what sees through all branches; not at all where that would be large.
    fn explain_whole(&self, core: &Core, value: Instance<'_>, found: &mut Vec<Violation>) {
        let Some(judge) = self.judge() else { return };
        let explained = self.explained.get_or_init(|| {
            if judge.is_alone {
                return Explained::Alone;
            }
            let is_small = core.reached(self.number).is_some_and(|reached| reached.len() <= limit::EXPLAINED_REACH_MAX);
            Explained::Whole(if is_small { compiled_whole(core, self.number, weight) } else { None })
        });
        match explained {
            Explained::Alone => {
                let compiled = judge.definition.compiled.get().and_then(Option::as_ref);
                let lowered = judge.definition.lowered();
                explain_by(compiled, value, &|path| lowered?.origin(path), found);
            }
            Explained::Whole(compiled) => explain_by(compiled.as_ref(), value, &|path| origin(core, path), found),
        }
    }
}

fn explain_by(
    compiled: Option<&jsonschema::Validator<Instances>>,
    value: Instance<'_>,
    origins: violation::Origins<'_>,
    found: &mut Vec<Violation>,
) {
    let Some(compiled) = compiled else { return };
    for error in compiled.iter_errors(value) {
        violation::explain(&error, origins, found);
        if found.len() >= limit::VIOLATIONS_MAX {
            break;
        }
    }
}

/// Runs what recurses over schemas with room on the stack, which grows where there is not enough.
fn roomy<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(limit::STACK_FREE_BYTES, 8 * limit::STACK_FREE_BYTES, work)
}

/// True if a value has at most so many levels and values.
fn is_plain(value: Instance<'_>, levels: usize, values: &mut usize) -> bool {
    if *values == 0 {
        return false;
    }
    *values -= 1;
    !value.has_parts() || levels > 0 && value.parts().all(|part| is_plain(part, levels - 1, values))
}

/// Says what is wrong by asking one definition after the other, without looking into branches.
struct Explainer<'e> {
    core: &'e Arc<Core>,
    found: &'e mut Vec<Violation>,
    steps: usize,
}

impl Explainer<'_> {
    fn explain(&mut self, number: Number, value: Instance<'_>, at: &str) {
        let (Some(definition), Some(lowered)) = (self.core.definitions.get(number), self.core.lowered(number)) else {
            return;
        };
        self.steps = self.steps.saturating_sub(1);
        let compiled = definition.compiled.get_or_init(|| compiled(self.core, number));
        let Some(compiled) = compiled.as_ref().filter(|_| self.steps > 0 && is_cut(self.core, number)) else {
            self.found.push(violation::whole(at, lowered.origin("").map(|(written, _)| written)));
            return;
        };
        for error in compiled.iter_errors(value) {
            if self.found.len() >= limit::VIOLATIONS_MAX {
                return;
            }
            let target = match error.kind() {
                ValidationErrorKind::Custom { message, .. } => message.parse::<Number>().ok(),
                _ => None,
            };
            let below = error.instance_path().as_str();
            match target.zip(value.pointer(below)) {
                Some((target, value)) => roomy(|| self.explain(target, value, &format!("{at}{below}"))),
                None => self.found.push(violation::cut(&error, &|path| lowered.origin(path), at)),
            }
        }
    }
}

/// The keyword that asks another definition.
struct Cut {
    number: Number,
    definition: Weak<Definition>,
    core: Weak<Core>,
}

impl<'i> Keyword<'i, Instances> for Cut {
    fn validate(&self, instance: Instance<'i>) -> Result<(), ValidationError<'i>> {
        // The number tells whoever explains the error which definition to ask.
        if Keyword::<Instances>::is_valid(self, instance) {
            Ok(())
        } else {
            Err(ValidationError::custom(self.number.to_string()))
        }
    }

    fn is_valid(&self, instance: Instance<'i>) -> bool {
        let Some(definition) = self.definition.upgrade() else { return true };
        let judge = || is_valid(&definition, self.number, &self.core, instance);
        // Each reference is a step of recursion, and a body may be as deep as a description wants it.
        judging::ask(self.number, instance, || roomy(judge))
    }
}

/// The keyword that lets a definition of a whole schema be asked only as long as there are steps; its value is how many
/// it takes.
struct Step {
    steps: usize,
}

impl<'i> Keyword<'i, Instances> for Step {
    fn validate(&self, instance: Instance<'i>) -> Result<(), ValidationError<'i>> {
        if Keyword::<Instances>::is_valid(self, instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("no steps are left"))
        }
    }

    fn is_valid(&self, _: Instance<'i>) -> bool {
        judging::step(self.steps)
    }
}

/// A schema that is passed over once no steps are left. What it is wrapped in is known to [`origin`].
fn stepped(schema: Value, steps: usize) -> Value {
    if schema.is_object() { json!({ "if": { STEP: steps }, "then": schema }) } else { schema }
}

/// About how many errors a value can have by one definition.
fn weight(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => 1 + members.values().map(weight).sum::<usize>(),
        Value::Array(items) => items.iter().map(weight).sum(),
        _ => 0,
    }
}

/// The definition that another one is nothing but a reference to, and so on; itself if it is more.
fn referred(core: &Core, mut number: Number) -> Number {
    if core.chain(number) == Chain::Endless {
        return number;
    }
    while let Some(Value::Object(members)) = core.lowered(number).map(|lowered| &lowered.value)
        && members.len() == 1
        && let Some(next) = members.get("$ref").and_then(Value::as_str).and_then(number_of)
    {
        number = next;
    }
    number
}

fn is_valid(definition: &Definition, number: Number, core: &Weak<Core>, value: Instance<'_>) -> bool {
    let compiled = match definition.compiled.get() {
        Some(compiled) => compiled,
        None => match core.upgrade() {
            Some(core) => definition.compiled.get_or_init(|| compiled(&core, number)),
            None => return true,
        },
    };
    compiled.as_ref().is_none_or(|compiled| compiled.is_valid(value))
}

/// Compiles a definition by itself, or whole where that is needed.
fn compiled(core: &Arc<Core>, number: Number) -> Compiled {
    let lowered = core.lowered(number)?;
    if matches!(core.chain(number), Chain::Length(length) if length > limit::SCHEMA_CHAIN_MAX) {
        return None;
    }
    if !is_cut(core, number) {
        return compiled_whole(core, number, |_| 1);
    }
    let mut schema = lowered.value.clone();
    cut(&mut schema);
    build(schema, &|schema| cutting(core).build(schema))
}

/// True if a definition is compiled by itself.
fn is_cut(core: &Core, number: Number) -> bool {
    core.chain(number) != Chain::Endless && core.lowered(number).is_some_and(|lowered| !looks_through(&lowered.value))
}

/// Compiles a definition with all that it reaches; `steps` says what asking one of them takes.
fn compiled_whole(core: &Core, number: Number, steps: fn(&Value) -> usize) -> Compiled {
    let reached = core.reached(number)?;
    let is_long =
        |number: &Number| matches!(core.chain(*number), Chain::Length(length) if length > limit::SCHEMA_CHAIN_MAX);
    // What is endless is walked with care by the validating crate; what is only long would exhaust the stack.
    let endless = reached.iter().filter(|number| core.chain(**number) == Chain::Endless).count();
    let sees_too_much = |number: &Number| core.lowered(*number).is_some_and(|it| sees_too_much(core, &it.value));
    if reached.iter().any(is_long) || endless > limit::SCHEMA_CHAIN_MAX || reached.iter().any(sees_too_much) {
        return None;
    }
    let definition = |number: Number| {
        let schema = &core.lowered(number)?.value;
        Some((number.to_string(), stepped(schema.clone(), steps(schema))))
    };
    let definitions: Map<String, Value> = reached.into_iter().filter_map(definition).collect();
    let options = format::options().clone().with_keyword(STEP, |_, value, _| {
        let steps = value.as_u64().and_then(|steps| usize::try_from(steps).ok()).unwrap_or(1);
        Ok(Box::new(Step { steps }))
    });
    build(json!({ "$ref": reference(number), "$defs": definitions }), &|schema| options.build(schema))
}

/// Builds a schema; what cannot be compiled of it is left out.
fn build(
    mut schema: Value,
    build: &dyn for<'a> Fn(&'a Value) -> Result<jsonschema::Validator<Instances>, ValidationError<'a>>,
) -> Compiled {
    // Compiling recurses through all that a schema reaches, so it gets a stack of its own.
    let build = |schema: &Value| {
        stacker::maybe_grow(COMPILE_STACK_BYTES / 2, COMPILE_STACK_BYTES, || {
            build(schema).map_err(|error| error.instance_path().as_str().to_owned())
        })
    };
    if let Ok(compiled) = build(&schema) {
        return Some(compiled);
    }
    pattern::strip_bad(&mut schema);
    for _ in 0..REPAIRS_MAX {
        let path = match build(&schema) {
            Ok(compiled) => return Some(compiled),
            Err(path) => path,
        };
        remove(&mut schema, &path)?;
    }
    None
}

/// How a cut schema is compiled.
fn cutting(core: &Arc<Core>) -> Options {
    let core = Arc::downgrade(core);
    format::options().clone().with_keyword(CUT, move |_, value, _| {
        let number = value.as_u64().and_then(|number| Number::try_from(number).ok()).unwrap_or(Number::MAX);
        let definition = core.upgrade().and_then(|core| core.definitions.get(number).map(Arc::downgrade));
        Ok(Box::new(Cut { number, definition: definition.unwrap_or_default(), core: Weak::clone(&core) }))
    })
}

/// Replaces every reference to a definition by our own keyword.
fn cut(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(number) = map.get("$ref").and_then(Value::as_str).and_then(number_of) {
                map.shift_remove("$ref");
                map.insert(CUT.to_owned(), number.into());
            }
            // what stands in these is data
            map.iter_mut()
                .filter(|(key, _)| !matches!(key.as_str(), "const" | "enum"))
                .for_each(|(_, value)| cut(value));
        }
        Value::Array(items) => items.iter_mut().for_each(cut),
        _ => (),
    }
}

/// True if a keyword in the schema depends on what others on the same value have looked at, also behind references.
fn looks_through(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            map.contains_key("unevaluatedProperties")
                || map.contains_key("unevaluatedItems")
                || map.values().any(looks_through)
        }
        Value::Array(items) => items.iter().any(looks_through),
        _ => false,
    }
}

/// True if a keyword in the schema has to look through references in too many ways to be compiled: each way is a part of
/// its own, also where many lead to the same definition.
pub(super) fn sees_too_much(core: &Core, schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let looks = map.contains_key("unevaluatedProperties") || map.contains_key("unevaluatedItems");
            let mut seen = Vec::new();
            if looks {
                lower::collect_in_place(schema, &mut seen);
            }
            let mut known = HashMap::new();
            let ways = seen.into_iter().fold(0, |sum: usize, next| sum.saturating_add(ways(core, next, &mut known)));
            ways > limit::SCHEMA_WAYS_MAX || map.values().any(|value| sees_too_much(core, value))
        }
        Value::Array(items) => items.iter().any(|item| sees_too_much(core, item)),
        _ => false,
    }
}

/// In how many ways a definition and those that apply to the same value are met, by way of one another.
fn ways(core: &Core, number: Number, known: &mut HashMap<Number, usize>) -> usize {
    if let Some(ways) = known.get(&number) {
        return *ways;
    }
    // What comes back to itself is met no second time.
    known.insert(number, 0);
    let children = core.lowered(number).map(|lowered| lowered.in_place.as_slice()).unwrap_or_default();
    let sum = children.iter().fold(1, |sum: usize, child| sum.saturating_add(roomy(|| ways(core, *child, known))));
    known.insert(number, sum);
    sum
}

/// Where the keyword at a pointer of a whole compiled schema is written.
fn origin(core: &Core, path: &str) -> Option<(Location, Option<&'static str>)> {
    let rest = path.strip_prefix("/$defs/")?;
    let (number, below) = match rest.find('/') {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    core.lowered(number.parse().ok()?)?.origin(below.strip_prefix("/then").unwrap_or(below))
}

/// Without the values that were not met only because the type is wrong already.
fn without_echoes(mut found: Vec<Violation>) -> Vec<Violation> {
    let mistyped: Vec<String> =
        found.iter().filter(|violation| violation.keyword == "type").map(|violation| violation.at.clone()).collect();
    found.retain(|violation| !matches!(violation.keyword, "enum" | "const") || !mistyped.contains(&violation.at));
    found
}

/// Removes the keyword at a pointer, which an error of compiling is about.
fn remove(schema: &mut Value, path: &str) -> Option<()> {
    let (parent, token) = path.rsplit_once('/')?;
    match schema.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&unescape_token(token)).map(|_| ()),
        // an item cannot go without moving the others
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?).map(|item| *item = Value::Bool(true)),
        _ => None,
    }
}

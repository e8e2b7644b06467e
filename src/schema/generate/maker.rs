//! One pass: from the schemas of a value to the value.

use serde_json::Value;

use super::{
    chance::Chance,
    merge::Merged,
    number,
    plan::{Plan, Trace},
    text,
};
use crate::{
    openapi::push_token,
    schema::{Direction, core::Core, definitions::Number, hidden, violation::must_be_types},
};

/// Levels of a made value. What is deeper comes from recursion through objects that are not definitions.
const DEPTH_MAX: usize = 48;

/// Why a value cannot be made.
#[derive(Debug)]
pub(super) enum Stop {
    /// It would be too large.
    TooLarge,
    /// It would contain itself.
    Recursive,
    /// Nothing satisfies the schema.
    Dead(String),
}

/// A definition that a value is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Through {
    pub(super) number: Number,
    /// True if another definition led to it.
    pub(super) inherited: bool,
}

/// One pass over a schema.
pub(super) struct Maker<'g> {
    pub(super) core: &'g Core,
    root: Number,
    pub(super) direction: Direction,
    pub(super) plan: &'g Plan,
    pub(super) chance: Chance,
    /// JSON Pointer of the value at hand.
    pub(super) at: String,
    pub(super) depth: usize,
    pub(super) trace: Trace,
    /// Makes something even where nothing is allowed, to show how near it comes.
    pub(super) yields: bool,
    /// The definitions that the values around the one at hand are made from.
    open: Vec<Through>,
    /// What the example of a value around has at the place that is made next.
    shown: Option<&'g Value>,
    nodes: usize,
}

impl<'g> Maker<'g> {
    pub(super) fn new(core: &'g Core, root: Number, direction: Direction, plan: &'g Plan, chance: Chance) -> Self {
        let trace = Trace::default();
        Self {
            core,
            root,
            direction,
            plan,
            chance,
            at: String::new(),
            depth: 0,
            trace,
            yields: false,
            open: Vec::new(),
            shown: None,
            nodes: 0,
        }
    }

    /// Makes the value of the whole schema.
    pub(super) fn make(&mut self) -> Result<Value, Stop> {
        let Some(root) = self.core.lowered(self.root) else { return Ok(Value::Null) };
        self.open.push(Through { number: self.root, inherited: false });
        let made = self.value(&[&root.value]);
        self.open.pop();
        if self.yields { made.or(Ok(Value::Null)) } else { made }
    }

    /// Values made so far.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Hands on what an example of the object or array at hand has there, if it is not used whole because something in it is
    /// wrong: the rest of it may well be right.
    pub(super) fn show(&mut self, merged: &Merged<'g>, token: &str) {
        self.shown = None;
        if !self.chance.is_plain() {
            return;
        }
        let shown = merged.shown.filter(|_| self.plan.is_unshown(&self.at));
        let own = || merged.examples.iter().copied().chain(merged.default).find(|example| fits(merged, example));
        let example = shown.or_else(|| own().filter(|_| self.plan.is_banned(&self.at)));
        self.shown = example.and_then(|example| match example {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            example => example.get(token),
        });
    }

    pub(super) fn into_trace(self) -> Trace {
        self.trace
    }

    /// True if the value at hand is inside one that is made from this definition, and may not be made from it again.
    ///
    /// A definition that never leads back to itself may always be: that it is open only says that something around
    /// inherits from it. One that does lead back may be used once more where what is around only inherits from it.
    pub(super) fn is_open(&mut self, number: Number) -> bool {
        let uses = self.open.iter().filter(|open| open.number == number);
        let (all, own) = uses.fold((0, 0), |(all, own), open| (all + 1, own + usize::from(!open.inherited)));
        let reuses = self.plan.reuses();
        if all <= reuses {
            return false;
        }
        let is_open = self.plan.is_tight() || ((own > reuses || all > reuses + 1) && self.core.is_recursive(number));
        self.trace.reused |= !is_open;
        is_open
    }

    /// Makes a value that all these schemas apply to, below the one at hand.
    pub(super) fn below(&mut self, token: &str, parts: &[&'g Value]) -> Result<Value, Stop> {
        let length = self.at.len();
        push_token(&mut self.at, token);
        self.depth += 1;
        let made = if self.depth > DEPTH_MAX { Err(Stop::Recursive) } else { self.value(parts) };
        let made = if self.yields { made.or(Ok(Value::Null)) } else { made };
        self.depth -= 1;
        self.at.truncate(length);
        made
    }

    fn value(&mut self, parts: &[&'g Value]) -> Result<Value, Stop> {
        self.nodes += 1;
        if self.nodes > self.plan.fullness.nodes_max() {
            return Err(Stop::TooLarge);
        }
        let shown = self.shown.take();
        let mut merged = Box::new(self.merged(parts)?);
        merged.shown = shown.filter(|shown| fits(&merged, shown));
        if merged.is_never {
            return Err(match &merged.conflict {
                Some([one, other]) => self.dead(&format!("it {} and {}", must_be_types(one), must_be_types(other))),
                None => self.dead("nothing is allowed"),
            });
        }
        if let Some(given) = self.given(&merged, parts) {
            return Ok(given);
        }
        let length = self.open.len();
        self.open.extend(&merged.through);
        let made = self.made(&merged);
        self.open.truncate(length);
        made
    }

    /// A value that the schema itself shows.
    fn given(&mut self, merged: &Merged<'g>, parts: &[&'g Value]) -> Option<Value> {
        if let Some(shown) = merged.shown.filter(|_| self.chance.is_plain() && !self.plan.is_unshown(&self.at)) {
            self.trace.examples.push(self.at.clone());
            self.trace.shown.push(self.at.clone());
            return Some(self.stripped(shown, parts));
        }
        if self.chance.is_plain() && !self.plan.is_banned(&self.at) {
            let shown = merged.examples.iter().copied().chain(merged.default);
            // a null that is only a placeholder is passed over
            let mut fitting = shown.filter(|value| fits(merged, value) && !(value.is_null() && merged.types.is_none()));
            if let Some(example) = fitting.next() {
                self.trace.examples.push(self.at.clone());
                return Some(self.stripped(example, parts));
            }
        }
        if let Some(constant) = merged.constants.first() {
            return Some((*constant).clone());
        }
        let first = merged.choices.first()?;
        let fitting: Vec<&Value> = first.iter().filter(|value| fits(merged, value)).collect();
        let some: Vec<&Value> = fitting.iter().copied().filter(|value| !value.is_null()).collect();
        let candidates = if some.is_empty() { fitting } else { some };
        let chosen = self.chance.index(candidates.len());
        candidates.get(chosen).map(|value| (*value).clone())
    }

    /// An example without what is not sent in this direction.
    fn stripped(&self, example: &Value, parts: &[&Value]) -> Value {
        let mut example = example.clone();
        hidden::strip(self.core, self.direction, parts, &mut example);
        example
    }

    fn made(&mut self, merged: &Merged<'g>) -> Result<Value, Stop> {
        match self.kind(merged) {
            Some("object") => self.object(merged),
            Some("array") => self.array(merged),
            Some("string") => Ok(Value::String(text::make(merged, &mut self.chance))),
            Some(kind @ ("integer" | "number")) => {
                let made = number::make(merged, kind == "integer", &mut self.chance);
                let made = made.or_else(|| self.yields.then(|| Value::from(0)));
                made.ok_or_else(|| self.dead(&format!("no {kind} fits")))
            }
            Some("boolean") => Ok(Value::Bool(self.chance.below(2) == 0)),
            Some(_) => Ok(Value::Null),
            None => Ok(Value::Object(serde_json::Map::new())),
        }
    }

    /// The type to make: the first that is not null, or the one that the other keywords are about.
    fn kind(&mut self, merged: &Merged<'g>) -> Option<&'g str> {
        let Some(types) = &merged.types else { return merged.implied_type() };
        let some: Vec<&str> = types.iter().copied().filter(|name| *name != "null").collect();
        let implied = merged.implied_type().filter(|implied| some.contains(implied) && self.chance.is_plain());
        let chosen = self.chance.index(some.len());
        implied.or_else(|| some.get(chosen).copied()).or(Some("null"))
    }

    fn dead(&self, why: &str) -> Stop {
        Stop::Dead(format!("{why}{}", super::place(&self.at)))
    }
}

impl<'g> Merged<'g> {
    fn implied_type(&self) -> Option<&'g str> {
        if !self.properties.is_empty()
            || !self.required.is_empty()
            || self.additional.iter().any(|more| more.is_object())
        {
            Some("object")
        } else if !self.items.is_empty() || !self.prefix.is_empty() || !self.contains.is_empty() {
            Some("array")
        } else if !self.patterns.is_empty() || self.length.min > 0 || self.length.max < u64::MAX {
            Some("string")
        } else if self.minimum.or(self.maximum).or(self.above).or(self.below).is_some() {
            Some("number")
        } else if self.properties_count.min > 0 {
            Some("object")
        } else if self.items_count.min > 0 {
            Some("array")
        } else {
            self.format.map(|_| "string")
        }
    }
}

/// A first look at whether a shown value may be meant: its type, and the lists that it must be in.
fn fits(merged: &Merged<'_>, value: &Value) -> bool {
    let has_type = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    merged.types.as_ref().is_none_or(|types| types.iter().any(|name| has_type(name)))
        && merged.choices.iter().all(|choices| choices.contains(value))
        && merged.constants.iter().all(|constant| *constant == value)
}

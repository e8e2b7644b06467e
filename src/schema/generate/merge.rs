//! All schemas that apply to one value as one: references followed, `allOf` joined, a branch chosen.

use std::collections::VecDeque;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    maker::{Maker, Stop, Through},
    plan::{Choice, Fullness},
};
use crate::schema::definitions::number_of;

/// Steps through references and applicators for one value.
const STEPS_MAX: usize = 96;

/// Schema objects whose branches are still to be chosen, and the steps left below each.
type Choosing<'g> = VecDeque<(&'g Map<String, Value>, usize)>;

/// All that is asked of one value.
#[derive(Debug, Default)]
pub(super) struct Merged<'g> {
    /// The types that all schemas allow, in the order of the first that names some; `None` if none does.
    pub(super) types: Option<Vec<&'g str>>,
    pub(super) constants: Vec<&'g Value>,
    /// The lists of `enum`: a value must be in each.
    pub(super) choices: Vec<&'g [Value]>,
    pub(super) examples: Vec<&'g Value>,
    pub(super) default: Option<&'g Value>,
    /// What the example of a value around has here.
    pub(super) shown: Option<&'g Value>,
    pub(super) format: Option<&'g str>,
    pub(super) patterns: Vec<&'g str>,
    pub(super) minimum: Option<&'g Value>,
    pub(super) maximum: Option<&'g Value>,
    pub(super) above: Option<&'g Value>,
    pub(super) below: Option<&'g Value>,
    pub(super) multiples: Vec<f64>,
    pub(super) length: Range,
    pub(super) items_count: Range,
    pub(super) properties_count: Range,
    pub(super) contains_count: Range,
    pub(super) properties: IndexMap<&'g str, Vec<&'g Value>>,
    pub(super) required: Vec<&'g str>,
    pub(super) additional: Vec<&'g Value>,
    pub(super) pattern_properties: Vec<(&'g str, &'g Value)>,
    pub(super) names: Vec<&'g Value>,
    pub(super) prefix: Vec<Vec<&'g Value>>,
    pub(super) items: Vec<&'g Value>,
    pub(super) contains: Vec<&'g Value>,
    pub(super) unique: bool,
    /// Properties that name the chosen branch, with the name.
    pub(super) tags: Vec<(&'g str, &'g Value)>,
    /// The definitions that were gone through.
    pub(super) through: Vec<Through>,
    /// How many definitions are being gone through, each by way of the last.
    nesting: usize,
    /// Branches of `oneOf` that the value must not fit.
    pub(super) others: Vec<&'g Value>,
    /// Set by the schema `false`, and by types that no value has at once.
    pub(super) is_never: bool,
    /// The types that no value has at once.
    pub(super) conflict: Option<[Vec<&'g str>; 2]>,
    choice_count: usize,
}

/// How many there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) min: u64,
    pub(super) max: u64,
}

impl Default for Range {
    fn default() -> Self {
        Self { min: 0, max: u64::MAX }
    }
}

impl<'g> Maker<'g> {
    /// Joins the schemas that apply to the value at hand.
    pub(super) fn merged(&mut self, parts: &[&'g Value]) -> Result<Merged<'g>, Stop> {
        let mut merged = Merged::default();
        let mut choosing = VecDeque::new();
        for part in parts {
            self.absorb(&mut merged, part, STEPS_MAX, &mut choosing)?;
        }
        // What is asked in any case comes first, so that branches are chosen by all of it.
        while let Some((map, steps)) = choosing.pop_front() {
            self.choose_among(&mut merged, map, steps, &mut choosing)?;
        }
        self.keep_apart(&mut merged);
        Ok(merged)
    }

    fn absorb(
        &mut self,
        merged: &mut Merged<'g>,
        schema: &'g Value,
        steps: usize,
        choosing: &mut Choosing<'g>,
    ) -> Result<(), Stop> {
        let map = match schema {
            Value::Object(map) if steps > 0 => map,
            Value::Bool(false) => {
                merged.is_never = true;
                return Ok(());
            }
            _ => return Ok(()),
        };
        merged.own(map);
        if let Some(number) = map.get("$ref").and_then(Value::as_str).and_then(number_of)
            && !merged.through.iter().any(|through| through.number == number)
            && let Some(target) = self.core.lowered(number)
        {
            merged.through.push(Through { number, inherited: merged.nesting > 0 });
            if self.is_open(number) {
                return Err(Stop::Recursive);
            }
            merged.nesting += 1;
            self.absorb(merged, &target.value, steps - 1, choosing)?;
            merged.nesting -= 1;
        }
        for member in list(map, "allOf") {
            self.absorb(merged, member, steps - 1, choosing)?;
        }
        choosing.push_back((map, steps));
        Ok(())
    }

    /// Takes what of a schema depends on a choice.
    fn choose_among(
        &mut self,
        merged: &mut Merged<'g>,
        map: &'g Map<String, Value>,
        steps: usize,
        choosing: &mut Choosing<'g>,
    ) -> Result<(), Stop> {
        for keyword in ["oneOf", "anyOf"] {
            self.branch(merged, map, keyword, steps, choosing)?;
        }
        self.child(merged, map, steps, choosing)?;
        self.condition(merged, map, steps, choosing)?;
        if let Some(Value::Object(dependents)) = map.get("dependentSchemas") {
            for (name, dependent) in dependents {
                let is_made = merged.required.contains(&name.as_str())
                    || (self.plan.fullness == Fullness::Full && merged.properties.contains_key(name.as_str()));
                if is_made {
                    self.absorb(merged, dependent, steps - 1, choosing)?;
                }
            }
        }
        Ok(())
    }

    /// Goes into one branch of `oneOf` or `anyOf`.
    fn branch(
        &mut self,
        merged: &mut Merged<'g>,
        map: &'g Map<String, Value>,
        keyword: &str,
        steps: usize,
        choosing: &mut Choosing<'g>,
    ) -> Result<(), Stop> {
        let branches = list(map, keyword);
        let mut order: Vec<usize> = (0..branches.len()).collect();
        order.retain(|index| branches.get(*index).is_some_and(|branch| !self.leads_back(branch)));
        if order.is_empty() {
            return if branches.is_empty() { Ok(()) } else { Err(Stop::Recursive) };
        }
        // a branch that cannot be joined to the rest is passed over, if another one can
        if order.iter().any(|index| branches.get(*index).is_some_and(|branch| merged.allows(branch))) {
            order.retain(|index| branches.get(*index).is_some_and(|branch| merged.allows(branch)));
        }
        // null is taken last
        order
            .sort_by_key(|index| branches.get(*index).is_some_and(|branch| branch.get("type") == Some(&"null".into())));
        let Some(index) = self.choose(merged, order.len()).and_then(|chosen| order.get(chosen).copied()) else {
            return Ok(());
        };
        if keyword == "oneOf" && self.plan.is_apart(&self.at) {
            merged
                .others
                .extend(branches.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, branch)| branch));
        }
        if let Some(note) = map.get("discriminator") {
            let name = note.get("names").and_then(|names| names.get(index)).filter(|name| name.is_string());
            let property = note.get("propertyName").and_then(Value::as_str);
            merged.tags.extend(property.zip(name));
        }
        match branches.get(index) {
            Some(branch) => self.absorb(merged, branch, steps - 1, choosing),
            None => Ok(()),
        }
    }

    /// Goes into one child of a parent with a `discriminator`; the parent itself is the last choice.
    fn child(
        &mut self,
        merged: &mut Merged<'g>,
        map: &'g Map<String, Value>,
        steps: usize,
        choosing: &mut Choosing<'g>,
    ) -> Result<(), Stop> {
        let Some(note) = map.get("discriminator").and_then(Value::as_object) else { return Ok(()) };
        let children = list(note, "children");
        if children.is_empty() {
            return Ok(());
        }
        let order: Vec<usize> = (0..children.len())
            .filter(|index| children.get(*index).is_some_and(|child| !self.leads_back(child)))
            .collect();
        let chosen = self.choose(merged, order.len() + 1).and_then(|chosen| order.get(chosen).copied());
        let name = match chosen {
            Some(index) => note.get("names").and_then(|names| names.get(index)),
            None => note.get("own"),
        };
        merged.tags.extend(note.get("propertyName").and_then(Value::as_str).zip(name));
        match chosen.and_then(|index| children.get(index)) {
            Some(child) => self.absorb(merged, child, steps - 1, choosing),
            None => Ok(()),
        }
    }

    /// `if`: first left open, then met, then not met.
    fn condition(
        &mut self,
        merged: &mut Merged<'g>,
        map: &'g Map<String, Value>,
        steps: usize,
        choosing: &mut Choosing<'g>,
    ) -> Result<(), Stop> {
        let Some(condition) = map.get("if") else { return Ok(()) };
        match self.choose(merged, 3) {
            Some(1) => {
                self.absorb(merged, condition, steps - 1, choosing)?;
                map.get("then").map_or(Ok(()), |then| self.absorb(merged, then, steps - 1, choosing))
            }
            Some(2) => map.get("else").map_or(Ok(()), |otherwise| self.absorb(merged, otherwise, steps - 1, choosing)),
            _ => Ok(()),
        }
    }

    /// Chooses one of `count` ways, and remembers that it could have been another.
    fn choose(&mut self, merged: &mut Merged<'g>, count: usize) -> Option<usize> {
        if count == 0 {
            return None;
        }
        let key = format!("{}#{}", self.at, merged.choice_count);
        merged.choice_count += 1;
        let first = self.chance.index(count);
        let chosen = (first + self.plan.turns(&key)) % count;
        self.trace.choices.push(Choice { at: self.at.clone(), key, count });
        Some(chosen)
    }

    /// True if a branch refers straight to a definition that is being made.
    fn leads_back(&mut self, branch: &Value) -> bool {
        let target = branch.get("$ref").and_then(Value::as_str).and_then(number_of);
        target.is_some_and(|number| self.is_open(number))
    }
}

impl<'g> Merged<'g> {
    /// Adds what a schema object says by itself.
    fn own(&mut self, map: &'g Map<String, Value>) {
        for (keyword, value) in map {
            match keyword.as_str() {
                "type" => self.join_types(value),
                "const" => self.constants.push(value),
                "enum" => self.choices.extend(value.as_array().map(Vec::as_slice)),
                "examples" => self.examples.extend(value.as_array().into_iter().flatten()),
                "default" => self.default = self.default.or(Some(value)),
                "format" => self.format = self.format.or(value.as_str()),
                "pattern" => self.patterns.extend(value.as_str()),
                "minimum" => self.minimum = stricter(self.minimum, value, false),
                "maximum" => self.maximum = stricter(self.maximum, value, true),
                "exclusiveMinimum" => self.above = stricter(self.above, value, false),
                "exclusiveMaximum" => self.below = stricter(self.below, value, true),
                "multipleOf" => self.multiples.extend(value.as_f64()),
                "minLength" | "minItems" | "minProperties" | "minContains" | "maxLength" | "maxItems"
                | "maxProperties" | "maxContains" => self.count(keyword, value),
                "required" => self.require(value.as_array().into_iter().flatten().filter_map(Value::as_str)),
                "additionalProperties" | "unevaluatedProperties" => self.additional.push(value),
                "propertyNames" => self.names.push(value),
                "items" | "unevaluatedItems" => self.items.push(value),
                "contains" => self.contains.push(value),
                "uniqueItems" => self.unique |= value == true,
                _ => (),
            }
        }
        for (name, property) in members(map, "properties") {
            self.properties.entry(name).or_default().push(property);
        }
        self.pattern_properties.extend(members(map, "patternProperties"));
        for (index, item) in list(map, "prefixItems").iter().enumerate() {
            match self.prefix.get_mut(index) {
                Some(parts) => parts.push(item),
                None => self.prefix.push(vec![item]),
            }
        }
        for (name, more) in members(map, "dependentRequired") {
            if self.required.contains(&name) || self.properties.contains_key(name) {
                self.require(more.as_array().into_iter().flatten().filter_map(Value::as_str));
            }
        }
    }

    /// False if a schema asks for another type or value than what is merged already.
    fn allows(&self, branch: &Value) -> bool {
        let Some(branch) = branch.as_object() else { return branch != false };
        let values = branch.get("const").map(std::slice::from_ref);
        let values = values.or_else(|| branch.get("enum")?.as_array().map(Vec::as_slice));
        let fits = |value: &Value| {
            self.constants.iter().all(|constant| *constant == value)
                && self.choices.iter().all(|choices| choices.contains(value))
        };
        let type_fits = match (&self.types, branch.get("type").and_then(Value::as_str)) {
            (Some(types), Some(name)) => {
                let is_number = |name: &str| name == "integer" || name == "number";
                types.iter().any(|known| *known == name || (is_number(known) && is_number(name)))
            }
            _ => true,
        };
        type_fits && values.is_none_or(|values| values.iter().any(fits))
    }

    pub(super) fn require(&mut self, names: impl Iterator<Item = &'g str>) {
        for name in names {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
    }

    fn join_types(&mut self, value: &'g Value) {
        let names: Vec<&str> = match value {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        self.types = Some(match self.types.take() {
            None => names,
            Some(known) => {
                let allows = |names: &[&str], name: &str| {
                    names.contains(&name) || (name == "integer" && names.contains(&"number"))
                };
                let mut both: Vec<&str> = known.iter().copied().filter(|name| allows(&names, name)).collect();
                both.extend(names.iter().copied().filter(|name| !known.contains(name) && allows(&known, name)));
                if both.is_empty() {
                    self.is_never = true;
                    self.conflict.get_or_insert([known, names]);
                }
                both
            }
        });
    }

    fn count(&mut self, keyword: &str, value: &Value) {
        let Some(count) = value.as_u64() else { return };
        let range = match keyword.get(3..) {
            Some("Length") => &mut self.length,
            Some("Items") => &mut self.items_count,
            Some("Contains") => &mut self.contains_count,
            _ => &mut self.properties_count,
        };
        if keyword.starts_with("min") {
            range.min = range.min.max(count);
        } else {
            range.max = range.max.min(count);
        }
    }
}

pub(super) fn list<'g>(map: &'g Map<String, Value>, keyword: &str) -> &'g [Value] {
    map.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn members<'g>(map: &'g Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'g str, &'g Value)> {
    map.get(keyword).and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The bound that leaves less room.
fn stricter<'g>(known: Option<&'g Value>, value: &'g Value, is_upper: bool) -> Option<&'g Value> {
    let Some(known) = known else { return Some(value) };
    let (one, other) = (known.as_f64()?, value.as_f64()?);
    Some(if (other < one) == is_upper { value } else { known })
}

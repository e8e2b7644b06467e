//! Objects and arrays.

use serde_json::{Map, Value};

use super::{
    chance::Chance,
    maker::{Maker, Stop},
    merge::{Merged, Range},
    plan::Fullness,
    regular,
};
use crate::{limit, openapi::push_token, schema::definitions::number_of};

/// Levels whose optional properties are made in a lean value.
const LEAN_DEPTH: usize = 2;
/// Draws for an item that differs from the others.
const DRAWS_MAX: u64 = 30;

impl<'g> Maker<'g> {
    pub(super) fn object(&mut self, merged: &Merged<'g>) -> Result<Value, Stop> {
        let mut object = Map::new();
        let plan = self.plan;
        let added = plan.added(&self.at);
        let is_required = |name: &str| merged.required.contains(&name) || added.iter().any(|added| added == name);
        let required_count = merged.required.len() + added.len();
        let room = usize::try_from(merged.properties_count.max).unwrap_or(usize::MAX).saturating_sub(required_count);
        let mut optional_count = 0;
        for (name, parts) in &merged.properties {
            let required = is_required(name);
            if !required && (optional_count == room || !self.is_wanted(name, parts)) {
                continue;
            }
            if !required {
                let mut at = self.at.clone();
                push_token(&mut at, name);
                self.trace.optionals.push(at);
            }
            self.show(merged, name);
            match self.below(name, parts) {
                Ok(value) => {
                    object.insert((*name).to_owned(), value);
                    optional_count += usize::from(!required);
                }
                Err(Stop::Recursive | Stop::Dead(_)) if !required => (),
                Err(stop) => return Err(stop),
            }
        }
        for name in merged.required.iter().copied().chain(added.iter().map(String::as_str)) {
            if !object.contains_key(name) && !merged.properties.contains_key(name) {
                let parts = merged.undeclared(name);
                self.show(merged, name);
                let value = self.below(name, &parts)?;
                object.insert(name.to_owned(), value);
            }
        }
        self.more_properties(merged, &mut object)?;
        for (property, name) in &merged.tags {
            object.insert((*property).to_owned(), (*name).clone());
        }
        Ok(Value::Object(object))
    }

    /// True if an optional property is to be made.
    fn is_wanted(&mut self, name: &str, parts: &[&'g Value]) -> bool {
        let fullness = self.plan.fullness;
        if fullness == Fullness::Bare || (fullness == Fullness::Lean && self.depth >= LEAN_DEPTH) {
            return false;
        }
        let mut at = self.at.clone();
        push_token(&mut at, name);
        !self.plan.is_omitted(&at) && !parts.iter().any(|part| self.is_hidden(part))
    }

    /// True if the property is not sent in this direction.
    fn is_hidden(&self, part: &Value) -> bool {
        let note = self.direction.hiding();
        let hides = |schema: &Value| schema.get(note) == Some(&Value::Bool(true));
        let target = part.get("$ref").and_then(Value::as_str).and_then(number_of);
        hides(part) || target.and_then(|number| self.core.lowered(number)).is_some_and(|to| hides(&to.value))
    }

    /// Adds properties that have no name in the schema, where it asks for them or is a map.
    fn more_properties(&mut self, merged: &Merged<'g>, object: &mut Map<String, Value>) -> Result<(), Stop> {
        let Range { min, max } = merged.properties_count;
        let is_map =
            object.is_empty() && merged.properties.is_empty() && merged.additional.iter().any(|more| more.is_object());
        let is_cut = self.plan.fullness != Fullness::Full && self.depth > 0;
        let wanted = min.max(u64::from(is_map && !is_cut && max > 0));
        if wanted > limit::GENERATED_ITEMS_MAX as u64 {
            return Err(Stop::TooLarge);
        }
        let mut draws = 0;
        while (object.len() as u64) < wanted && draws < wanted + DRAWS_MAX {
            draws += 1;
            let (name, parts) = self.extra(merged, draws);
            if object.contains_key(&name) {
                continue;
            }
            match self.below(&name, &parts) {
                Ok(value) => _ = object.insert(name, value),
                Err(Stop::Recursive | Stop::Dead(_)) if min == 0 => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    /// A property that has no name in the schema: its name and its schemas.
    fn extra(&mut self, merged: &Merged<'g>, number: u64) -> (String, Vec<&'g Value>) {
        let kept = self.chance.clone();
        if number > 1 && kept.is_plain() {
            self.chance = Chance::new(None, number);
        }
        let extra = self.drawn_extra(merged, number);
        if kept.is_plain() {
            self.chance = kept;
        }
        extra
    }

    fn drawn_extra(&mut self, merged: &Merged<'g>, number: u64) -> (String, Vec<&'g Value>) {
        if merged.additional.iter().any(|more| **more == false)
            && let Some((pattern, schema)) = merged.pattern_properties.first()
        {
            let name = regular::make(&[pattern], Range::default(), &mut self.chance).unwrap_or_default();
            return (name, vec![schema]);
        }
        let parts = merged.undeclared("");
        let name = if merged.names.is_empty() { Ok(Value::Null) } else { self.below("", &merged.names) };
        match name {
            Ok(Value::String(name)) => (name, parts),
            _ => (format!("property{number}"), parts),
        }
    }

    pub(super) fn array(&mut self, merged: &Merged<'g>) -> Result<Value, Stop> {
        let count = self.item_count(merged)?;
        let Range { min, .. } = merged.items_count;
        let mut items: Vec<Value> = Vec::new();
        let contained = merged.contained();
        for index in 0..count {
            let mut parts = match merged.prefix.get(index) {
                Some(parts) => parts.clone(),
                None => merged.items.clone(),
            };
            if (index as u64) < contained {
                parts.extend(&merged.contains);
            }
            self.show(merged, &index.to_string());
            match self.item(index, &parts, merged.unique.then_some(&items)) {
                Ok(item) => items.push(item),
                Err(Stop::Recursive | Stop::Dead(_)) if items.len() as u64 >= min.max(contained) => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(Value::Array(items))
    }

    fn item_count(&mut self, merged: &Merged<'g>) -> Result<usize, Stop> {
        let Range { min, max } = merged.items_count;
        let least = min.max(merged.contained());
        let few = least.max(merged.prefix.len() as u64).max(u64::from(!merged.items.is_empty()));
        let few = if self.plan.fullness == Fullness::Bare { least } else { few };
        let more = if merged.items.is_empty() || self.depth > LEAN_DEPTH { 0 } else { self.chance.below(3) };
        let count = self.bounded(merged, few.saturating_add(more)).min(max).max(least);
        if count > limit::GENERATED_ITEMS_MAX as u64 {
            return Err(Stop::TooLarge);
        }
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// A count within the bounds of the whole description, where the schema has none of its own.
    fn bounded(&self, merged: &Merged<'g>, count: u64) -> u64 {
        let Range { min, max } = merged.items_count;
        let items = self.plan.items;
        if self.plan.fullness == Fullness::Bare || merged.items.is_empty() {
            return count;
        }
        let count = if min == 0 { count.max(items.min.unwrap_or(0)) } else { count };
        if max == u64::MAX { count.min(items.max.unwrap_or(max)) } else { count }
    }

    /// Makes an item; one that is not among `others` if these are given.
    fn item(&mut self, index: usize, parts: &[&'g Value], others: Option<&Vec<Value>>) -> Result<Value, Stop> {
        let token = index.to_string();
        let mut item = self.below(&token, parts)?;
        let Some(others) = others else { return Ok(item) };
        let chance = self.chance.clone();
        for draw in 1..=DRAWS_MAX {
            if !others.contains(&item) {
                return Ok(item);
            }
            self.chance = Chance::new(Some(draw), index as u64);
            let drawn = self.below(&token, parts);
            self.chance = chance.clone();
            item = drawn?;
        }
        Err(Stop::Dead(format!("no more different items were found{}", super::place(&self.at))))
    }
}

impl<'g> Merged<'g> {
    /// The schemas of a property that is not declared by name.
    fn undeclared(&self, name: &str) -> Vec<&'g Value> {
        let fitting = self.pattern_properties.iter().filter(|(pattern, _)| regular::matches(pattern, name));
        let parts: Vec<&Value> = fitting.map(|(_, schema)| *schema).collect();
        if parts.is_empty() { self.additional.clone() } else { parts }
    }

    /// How many items must satisfy `contains`.
    fn contained(&self) -> u64 {
        if self.contains.is_empty() { 0 } else { self.contains_count.min.max(1).min(self.contains_count.max) }
    }
}

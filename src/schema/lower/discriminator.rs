//! `discriminator`: the value of one property chooses the schema that the rest must satisfy.
//!
//! JSON Schema has no such keyword, so it becomes `if` and `then` per name. A value without the property, or one that
//! is no object, is left to `oneOf` or `anyOf` as written.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{Lowerer, one};
use crate::{
    openapi::{Dialect, Documents, Location, push_token, unescape_token},
    schema::definitions::Purpose,
};

/// Children of one parent that are tried; more than that is no hierarchy.
const CHILDREN_MAX: usize = 1_000;
/// Steps through `$ref` and `allOf` to find the values that a branch allows for the property.
const STEPS_MAX: usize = 8;

/// The component schemas that extend others by `allOf`.
#[derive(Debug, Default)]
pub(in crate::schema) struct Families {
    children: HashMap<Location, Vec<(String, Location)>>,
}

impl Families {
    /// Looks through the component schemas of all documents.
    pub(in crate::schema) fn of(documents: &Documents) -> Self {
        let mut families = Self::default();
        for (doc, document) in documents.iter() {
            for home in ["/components/schemas", "/definitions"] {
                let Some(Value::Object(components)) = document.tree.pointer(home) else { continue };
                let home = Location::new(doc, home);
                for (name, component) in components {
                    families.add(documents, name, &home.child(name), component);
                }
            }
        }
        families
    }

    fn add(&mut self, documents: &Documents, name: &str, at: &Location, component: &Value) {
        let members = component.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for member in members {
            let parent = member.get("$ref").and_then(Value::as_str);
            if let Some(parent) = parent.and_then(|reference| documents.resolve_at(at, reference).ok()) {
                self.children.entry(parent).or_default().push((name.to_owned(), at.clone()));
            }
        }
    }

    /// The children of a parent, and theirs.
    fn below(&self, parent: &Location) -> Vec<(String, Location)> {
        let mut found: Vec<(String, Location)> = Vec::new();
        let mut seen = HashSet::from([parent]);
        let mut waiting = vec![parent];
        while let Some(parent) = waiting.pop() {
            for (name, child) in self.children.get(parent).map(Vec::as_slice).unwrap_or_default() {
                if found.len() < CHILDREN_MAX && seen.insert(child) {
                    found.push((name.clone(), child.clone()));
                    waiting.push(child);
                }
            }
        }
        found
    }
}

/// A branch and the names by which it is chosen.
struct Branch {
    names: Vec<String>,
    schema: Value,
}

impl Lowerer<'_> {
    /// The parent that a member of `allOf` refers to, if it is one that chooses its children.
    pub(super) fn parent(&self, member: &Value) -> Option<Location> {
        let reference = member.as_object().filter(|member| member.len() == 1)?.get("$ref")?.as_str()?;
        let target = self.schemas.documents.resolve_at(&self.place(), reference).ok()?;
        let (at, parent) = self.schemas.documents.follow(&target)?;
        let is_parent =
            parent.get("discriminator").is_some() && parent.get("oneOf").is_none() && parent.get("anyOf").is_none();
        is_parent.then_some(at)
    }

    /// Lowers `discriminator`.
    pub(super) fn discriminator(&mut self, out: &mut Map<String, Value>, map: &Map<String, Value>) {
        let Some((property, mapping)) = map.get("discriminator").and_then(read) else { return };
        let mapping: Vec<(&str, Location)> =
            mapping.into_iter().filter_map(|(name, target)| Some((name, self.mapped(target)?))).collect();
        let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| out.contains_key(*keyword));
        match keyword {
            Some(keyword) => self.choose_branch(out, map, keyword, property, &mapping),
            None if self.written.as_str() == &*self.key.at.pointer && !self.key.base && self.chooses_children() => {
                self.choose_child(out, map, property, &mapping);
            }
            None => (),
        }
    }

    /// Until 3.0, `discriminator` aids validation too; since 3.1 it must not change what is valid, so that a parent is
    /// checked by its own keywords alone. Values are made as children in any case.
    fn chooses_children(&self) -> bool {
        self.key.purpose == Purpose::Generate || self.schemas.dialect != Dialect::JsonSchema
    }

    fn choose_branch(
        &mut self,
        out: &mut Map<String, Value>,
        map: &Map<String, Value>,
        keyword: &'static str,
        property: &str,
        mapping: &[(&str, Location)],
    ) {
        let (Some(Value::Array(written)), Some(Value::Array(lowered))) = (map.get(keyword), out.get(keyword)) else {
            return;
        };
        let Some(names) = self.names_of(written, property, mapping) else { return };
        if self.key.purpose == Purpose::Generate {
            let first = names.iter().map(|names| names.first().cloned().into()).collect::<Vec<Value>>();
            out.insert("discriminator".to_owned(), json!({ "propertyName": property, "names": first }));
            return;
        }
        let branches = names.into_iter().zip(lowered).filter(|(names, _)| !names.is_empty());
        let branches = branches.map(|(names, schema)| Branch { names, schema: schema.clone() }).collect::<Vec<_>>();
        let Some(otherwise) = out.shift_remove(keyword) else { return };
        let index = extra_index(out);
        self.move_origins(&format!("/{keyword}"), &format!("/allOf/{index}/else/{keyword}"), keyword);
        let mut choice = self.choice(index, property, branches, true, &[]);
        if let Some(choice) = choice.as_object_mut() {
            choice.insert("else".to_owned(), one(keyword, otherwise));
        }
        add_to_all_of(out, choice);
    }

    /// The names of each branch: those that `mapping` gives it, else the values that it allows, else its own name.
    ///
    /// `None` if a branch has no name, or two have the same: then `oneOf` decides alone.
    fn names_of(&self, written: &[Value], property: &str, mapping: &[(&str, Location)]) -> Option<Vec<Vec<String>>> {
        let documents = &self.schemas.documents;
        let mut taken = HashSet::new();
        let mut all = Vec::with_capacity(written.len());
        for branch in written {
            let Some(reference) = branch.get("$ref").and_then(Value::as_str) else {
                // null or a string beside the objects needs no name
                let kind = branch.get("type").and_then(Value::as_str)?;
                if kind == "object" {
                    return None;
                }
                all.push(Vec::new());
                continue;
            };
            let at = documents.resolve_at(&self.place(), reference).ok()?;
            // A branch that is a choice itself has many names, which only it knows.
            let (_, branch) = documents.follow(&at)?;
            if branch.get("oneOf").or_else(|| branch.get("anyOf")).is_some() {
                return None;
            }
            let mut names: Vec<String> =
                mapping.iter().filter(|(_, target)| *target == at).map(|(name, _)| (*name).to_owned()).collect();
            if names.is_empty() {
                names = pinned(documents, &at, property, STEPS_MAX).unwrap_or_else(|| vec![own_name(documents, &at)]);
            }
            if !names.iter().all(|name| taken.insert(name.clone())) {
                return None;
            }
            all.push(names);
        }
        Some(all)
    }

    fn choose_child(
        &mut self,
        out: &mut Map<String, Value>,
        map: &Map<String, Value>,
        property: &str,
        mapping: &[(&str, Location)],
    ) {
        let mut children: Vec<(String, Location)> =
            mapping.iter().map(|(name, target)| ((*name).to_owned(), target.clone())).collect();
        for (name, child) in self.schemas.families().below(&self.key.at) {
            if !mapping.iter().any(|(_, mapped)| *mapped == child) {
                let documents = &self.schemas.documents;
                let names = pinned(documents, &child, property, STEPS_MAX).filter(|names| names.len() == 1);
                children.extend(names.unwrap_or_else(|| vec![name]).into_iter().map(|name| (name, child.clone())));
            }
        }
        children.retain(|(_, child)| *child != self.key.at);
        if children.is_empty() {
            return;
        }
        let own = own_name(&self.schemas.documents, &self.key.at);
        let mut branches = Vec::with_capacity(children.len());
        for (name, child) in children {
            let schema = one("$ref", self.definition(child, false).into());
            branches.push(Branch { names: vec![name], schema });
        }
        if self.key.purpose == Purpose::Generate {
            let names = branches.iter().map(|branch| branch.names.first().cloned()).collect::<Vec<_>>();
            let children = branches.into_iter().map(|branch| branch.schema).collect::<Vec<_>>();
            let note = json!({ "propertyName": property, "names": names, "children": children, "own": own });
            out.insert("discriminator".to_owned(), note);
            return;
        }
        // where the parent lists the values itself, that list rules
        let is_listed = pinned_in(map.get("properties").and_then(|properties| properties.get(property))).is_some();
        let index = extra_index(out);
        let choice = self.choice(index, property, branches, !is_listed, &[own]);
        add_to_all_of(out, choice);
    }

    /// `if` the property is there, `then` its value must be a known name, and the branch of that name applies.
    fn choice(
        &mut self,
        index: usize,
        property: &str,
        branches: Vec<Branch>,
        is_closed: bool,
        more_names: &[String],
    ) -> Value {
        let mut names: Vec<Value> = Vec::new();
        let mut cases = Vec::with_capacity(branches.len());
        for Branch { names: own, schema } in branches {
            let allowed = json!({ "enum": own.clone() });
            names.extend(own.into_iter().map(Value::String));
            cases.push(json!({ "if": { "properties": one(property, allowed) }, "then": schema }));
        }
        names.extend(more_names.iter().cloned().map(Value::String));
        let mut then = Map::new();
        if is_closed {
            let mut token = String::new();
            push_token(&mut token, property);
            self.note_keyword(&format!("/allOf/{index}/then/properties{token}/enum"), "discriminator", "discriminator");
            names.dedup();
            then.insert("properties".to_owned(), one(property, json!({ "enum": names })));
        }
        then.insert("allOf".to_owned(), Value::Array(cases));
        json!({ "if": { "type": "object", "required": [property] }, "then": then })
    }

    /// What was lowered under `from` now stands under `to`; it is written under `keyword`.
    fn move_origins(&mut self, from: &str, to: &str, keyword: &str) {
        let (from, to) = (format!("{}{from}", self.lowered), format!("{}{to}", self.lowered));
        for origin in &mut self.origins {
            if let Some(rest) = super::rest_below(&origin.lowered, &from) {
                origin.lowered = format!("{to}{rest}");
            }
        }
        let written = self.place().child(keyword);
        self.origins.push(super::Origin { lowered: to, written, keyword: None });
    }

    /// The place that a value of `mapping` means: the name of a component, or a reference.
    fn mapped(&self, target: &str) -> Option<Location> {
        let documents = &self.schemas.documents;
        let home = if documents.get(&Location::new(self.key.at.doc, "/definitions")).is_some() {
            Location::new(self.key.at.doc, "/definitions")
        } else {
            Location::new(self.key.at.doc, "/components/schemas")
        };
        let named = home.child(target);
        if documents.get(&named).is_some() {
            return Some(named);
        }
        documents.resolve(self.key.at.doc, target).ok()
    }
}

/// The property and the mapping of a `discriminator`: an object, or in 2.0 the name of the property alone.
fn read(discriminator: &Value) -> Option<(&str, Vec<(&str, &str)>)> {
    if let Some(property) = discriminator.as_str() {
        return Some((property, Vec::new()));
    }
    let property = discriminator.get("propertyName")?.as_str()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let pairs = mapping.into_iter().flatten().filter_map(|(name, target)| Some((name.as_str(), target.as_str()?)));
    Some((property, pairs.collect()))
}

/// The values that a schema allows for the property, if it lists them.
fn pinned(documents: &Documents, at: &Location, property: &str, steps: usize) -> Option<Vec<String>> {
    let (at, schema) = documents.follow(at)?;
    if let Some(values) = pinned_in(schema.get("properties").and_then(|properties| properties.get(property))) {
        return Some(values);
    }
    if steps == 0 {
        return None;
    }
    let members = schema.get("allOf")?.as_array()?;
    let members_at = at.child("allOf");
    // the last member is the child's own part, and says more than its parents
    (0..members.len()).rev().find_map(|index| pinned(documents, &members_at.item(index), property, steps - 1))
}

fn pinned_in(property: Option<&Value>) -> Option<Vec<String>> {
    let property = property?;
    if let Some(Value::String(only)) = property.get("const") {
        return Some(vec![only.clone()]);
    }
    let values = property.get("enum")?.as_array()?;
    let names: Vec<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    (!names.is_empty() && names.len() == values.len()).then_some(names)
}

/// The name of a component: its key, or the stem of its file.
fn own_name(documents: &Documents, at: &Location) -> String {
    if let Some((_, token)) = at.pointer.rsplit_once('/') {
        return unescape_token(token);
    }
    let path = documents.document(at.doc).map_or("", |doc| doc.path.as_str());
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file).to_owned()
}

/// The index that the next added member of `allOf` gets.
fn extra_index(out: &Map<String, Value>) -> usize {
    out.get("allOf").and_then(Value::as_array).map_or(0, Vec::len)
}

fn add_to_all_of(out: &mut Map<String, Value>, schema: Value) {
    let members = out.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(members) = members.as_array_mut() {
        members.push(schema);
    }
}

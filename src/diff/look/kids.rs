//! The subschemas of two schemas side by side.

use super::{
    branches::{self, Branches},
    view::{LISTS, View},
};
use crate::openapi::SchemaRef;

/// How a subschema is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diff) enum Edge {
    /// A property.
    Property(String),
    /// Properties whose names fit a pattern.
    Pattern(String),
    /// All other properties.
    Additional,
    /// The items of an array.
    Items,
    /// The item at a position.
    Position(usize),
    /// A schema of a list for the same value: the keyword and its name.
    Branch(&'static str, String),
    /// Under `dependentSchemas`, for values that have the property.
    Dependent(String),
    /// Under a keyword, for the same value or something in it.
    Keyword(&'static str),
}

/// Keywords with one subschema that may be there or not, and their names in ids.
pub(in crate::diff) const SINGLE: [(&str, &str); 7] = [
    ("not", "not"),
    ("if", "if"),
    ("then", "then"),
    ("else", "else"),
    ("contains", "contains"),
    ("propertyNames", "property-names"),
    ("contentSchema", "content-schema"),
];

/// Keywords with subschemas by name, and their names in ids.
pub(in crate::diff) const NAMED: [(&str, &str); 2] =
    [("patternProperties", "pattern-property"), ("dependentSchemas", "dependent-schema")];

/// Something that only one version has: the keyword, its name in ids, and which one it is.
pub(in crate::diff) type OneSided = (&'static str, &'static str, String);

/// The subschemas of two schemas side by side.
#[derive(Debug, Default)]
pub(in crate::diff) struct Kids {
    /// In both versions.
    pub(in crate::diff) both: Vec<(Edge, SchemaRef, SchemaRef)>,
    /// Properties that only the old version has.
    pub(in crate::diff) properties_gone: Vec<(String, SchemaRef)>,
    /// Properties that only the new version has.
    pub(in crate::diff) properties_added: Vec<(String, SchemaRef)>,
    /// Names of list members that only one version has: the list, those that are gone, and those that are new.
    pub(in crate::diff) branches: Vec<(&'static str, Vec<String>, Vec<String>)>,
    /// Other subschemas that only the old version has.
    pub(in crate::diff) gone: Vec<OneSided>,
    /// Other subschemas that only the new version has.
    pub(in crate::diff) added: Vec<OneSided>,
    /// Positions of an array that have a schema of their own: before, and now.
    pub(in crate::diff) positions: (usize, usize),
}

impl Kids {
    pub(in crate::diff) fn of(base: &View<'_>, revision: &View<'_>) -> Self {
        let mut kids = Self::default();
        kids.properties(base, revision);
        kids.named(base, revision);
        for keyword in LISTS {
            let Branches { both, added, gone } = branches::pair(base, revision, keyword);
            kids.both.extend(both.into_iter().map(|(name, old, new)| (Edge::Branch(keyword, name), old, new)));
            if !added.is_empty() || !gone.is_empty() {
                kids.branches.push((keyword, gone, added));
            }
        }
        let (items, prefix) = base.items();
        let (new_items, new_prefix) = revision.items();
        kids.positions = (prefix.len(), new_prefix.len());
        let positions = prefix.into_iter().zip(new_prefix).enumerate();
        kids.both.extend(positions.map(|(index, (old, new))| (Edge::Position(index), old, new)));
        kids.both.extend(items.zip(new_items).map(|(old, new)| (Edge::Items, old, new)));
        let additional = base.schema("additionalProperties").zip(revision.schema("additionalProperties"));
        kids.both.extend(additional.map(|(old, new)| (Edge::Additional, old, new)));
        for (keyword, name) in SINGLE {
            match (base.schema(keyword), revision.schema(keyword)) {
                (Some(old), Some(new)) => kids.both.push((Edge::Keyword(keyword), old, new)),
                (Some(_), None) => kids.gone.push((keyword, name, String::new())),
                (None, Some(_)) => kids.added.push((keyword, name, String::new())),
                (None, None) => (),
            }
        }
        kids
    }

    fn properties(&mut self, base: &View<'_>, revision: &View<'_>) {
        let mut new = revision.schemas("properties");
        for (name, old) in base.schemas("properties") {
            match new.remove(name) {
                Some(new) => self.both.push((Edge::Property(name.to_owned()), old, new)),
                None => self.properties_gone.push((name.to_owned(), old)),
            }
        }
        self.properties_added = new.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    }

    fn named(&mut self, base: &View<'_>, revision: &View<'_>) {
        for (keyword, id) in NAMED {
            let mut new = revision.schemas(keyword);
            for (name, old) in base.schemas(keyword) {
                match new.remove(name) {
                    Some(new) if keyword == "patternProperties" => {
                        self.both.push((Edge::Pattern(name.to_owned()), old, new));
                    }
                    Some(new) => self.both.push((Edge::Dependent(name.to_owned()), old, new)),
                    None => self.gone.push((keyword, id, name.to_owned())),
                }
            }
            self.added.extend(new.into_keys().map(|name| (keyword, id, name.to_owned())));
        }
    }

    /// True if both versions have the same subschemas, whatever those say.
    pub(in crate::diff) fn are_the_same(&self) -> bool {
        self.properties_gone.is_empty()
            && self.properties_added.is_empty()
            && self.branches.is_empty()
            && self.gone.is_empty()
            && self.added.is_empty()
            && self.positions.0 == self.positions.1
    }
}

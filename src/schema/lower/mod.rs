//! A schema of any dialect to JSON Schema 2020-12.
//!
//! The lowered schema has the pointers of the written one wherever that is possible; where structure had to be added,
//! [`Origin`]s say what it stands for. Every `$ref` becomes `#/$defs/<number>`, see [`super::definitions`].

mod discriminator;
mod keyword;
mod numeric;
mod reference;
mod visibility;

use serde_json::{Map, Value};

pub(super) use discriminator::Families;
pub(super) use keyword::TYPES;
pub(super) use reference::{collect_in_place, ignores_siblings};

use super::{
    core::Core,
    definitions::{Key, Number, Purpose},
};
use crate::{
    limit,
    openapi::{Location, SchemaKind, push_token},
};

/// A schema as JSON Schema 2020-12.
#[derive(Debug)]
pub(super) struct Lowered {
    /// The schema, without `$defs`.
    pub(super) value: Value,
    /// The definitions that it refers to.
    pub(super) refs: Vec<Number>,
    /// Those among them that apply to the same value.
    pub(super) in_place: Vec<Number>,
    /// Where its parts were written, the whole first.
    origins: Vec<Origin>,
}

/// Where a part of a lowered schema was written.
#[derive(Debug)]
struct Origin {
    /// Pointer in the lowered schema.
    lowered: String,
    /// Where that part is written.
    written: Location,
    /// The keyword that a failure there is one of, if it is not the last token of the lowered pointer.
    keyword: Option<&'static str>,
}

impl Lowered {
    /// Where the part at `pointer` was written, and the keyword to name if it fails, where that is another.
    pub(super) fn origin(&self, pointer: &str) -> Option<(Location, Option<&'static str>)> {
        let (origin, rest) = self
            .origins
            .iter()
            .filter_map(|origin| Some((origin, rest_below(pointer, &origin.lowered)?)))
            .max_by_key(|(origin, _)| origin.lowered.len())?;
        let at = match origin.keyword {
            Some(_) => origin.written.clone(),
            None => Location::new(origin.written.doc, [&*origin.written.pointer, rest].concat()),
        };
        Some((at, origin.keyword))
    }
}

/// What follows `prefix` in `pointer`, if the one is below the other.
fn rest_below<'a>(pointer: &'a str, prefix: &str) -> Option<&'a str> {
    pointer.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Lowers the schema that a key means.
pub(super) fn lower(schemas: &Core, key: &Key) -> Lowered {
    let mut lowerer = Lowerer {
        schemas,
        key,
        refs: Vec::new(),
        origins: Vec::new(),
        lowered: String::new(),
        written: key.at.pointer.to_string(),
        depth: 0,
    };
    lowerer.note_origin(None);
    let siblings = schemas.honours_siblings(key.at.doc);
    let value = match schemas.documents.get(&key.at) {
        Some(schema) => lowerer.schema(schema, Context { siblings, kind: key.kind, outer: None }),
        None => Value::Bool(true),
    };
    let Lowerer { mut refs, origins, .. } = lowerer;
    refs.sort_unstable();
    refs.dedup();
    let mut in_place = Vec::new();
    collect_in_place(&value, &mut in_place);
    Lowered { value, refs, in_place, origins }
}

/// What surrounds a subschema.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// Whether keywords beside `$ref` count.
    siblings: bool,
    kind: SchemaKind,
    /// The schemas around this one that apply to the same value, innermost first.
    outer: Option<&'a Outer<'a>>,
}

/// A schema whose `allOf` holds the one at hand.
struct Outer<'a> {
    schema: &'a Value,
    next: Option<&'a Outer<'a>>,
}

struct Lowerer<'s> {
    schemas: &'s Core,
    key: &'s Key,
    refs: Vec<Number>,
    origins: Vec<Origin>,
    /// Pointer of the lowered subschema at hand.
    lowered: String,
    /// Pointer of the written subschema at hand.
    written: String,
    depth: usize,
}

impl Lowerer<'_> {
    /// Lowers one subschema; what is no schema allows everything.
    fn schema(&mut self, schema: &Value, context: Context<'_>) -> Value {
        match schema {
            Value::Bool(_) => schema.clone(),
            Value::Object(map) if self.depth < limit::DOCUMENT_DEPTH_MAX => {
                self.depth += 1;
                let lowered = self.object(schema, map, context);
                self.depth -= 1;
                lowered
            }
            _ => Value::Bool(true),
        }
    }

    fn object(&mut self, schema: &Value, map: &Map<String, Value>, mut context: Context<'_>) -> Value {
        if let Some(draft) = map.get("$schema").and_then(Value::as_str) {
            context.siblings = !ignores_siblings(draft);
        }
        if map.contains_key("$ref") && !context.siblings {
            return self.reference(map).map_or(Value::Bool(true), |reference| one("$ref", reference));
        }
        if !Self::is_wrapped_for_null(map) {
            return Value::Object(self.keywords(schema, map, context));
        }
        let length = self.lowered.len();
        self.lowered.push_str("/anyOf/0");
        self.note_origin(None);
        let inner = self.keywords(schema, map, context);
        self.lowered.truncate(length);
        one("anyOf", Value::Array(vec![Value::Object(inner), one("type", "null".into())]))
    }

    /// Lowers the keywords of a schema object, in a fixed order so that the later ones see the earlier ones.
    fn keywords(&mut self, schema: &Value, map: &Map<String, Value>, context: Context<'_>) -> Map<String, Value> {
        let mut out = Map::new();
        if let Some(reference) = self.reference(map) {
            out.insert("$ref".to_owned(), reference);
        }
        for (keyword, value) in map {
            self.keyword(&mut out, schema, keyword, value, context);
        }
        self.older_forms(&mut out, map, context);
        Self::null(&mut out, map);
        self.bounds(&mut out, map);
        self.discriminator(&mut out, map);
        if self.key.purpose == Purpose::Generate {
            keyword::notes(&mut out, map);
        }
        out
    }

    /// Lowers `value`, which stands below the schema at hand under `written` and goes under `lowered`.
    fn below(&mut self, lowered: &[&str], written: &[&str], value: &Value, context: Context<'_>) -> Value {
        let lengths = (self.lowered.len(), self.written.len());
        for token in lowered {
            push_token(&mut self.lowered, token);
        }
        for token in written {
            push_token(&mut self.written, token);
        }
        if lowered != written {
            self.note_origin(None);
        }
        let value = self.schema(value, context);
        self.lowered.truncate(lengths.0);
        self.written.truncate(lengths.1);
        value
    }

    /// Remembers that the lowered place at hand stands for the written place at hand.
    fn note_origin(&mut self, keyword: Option<&'static str>) {
        self.origins.push(Origin { lowered: self.lowered.clone(), written: self.place(), keyword });
    }

    /// Remembers that `lowered`, below the place at hand, stands for the keyword `written`.
    fn note_keyword(&mut self, lowered: &str, written: &str, keyword: &'static str) {
        let at = self.place().child(written);
        self.origins.push(Origin {
            lowered: format!("{}{lowered}", self.lowered),
            written: at,
            keyword: Some(keyword),
        });
    }

    fn place(&self) -> Location {
        Location::new(self.key.at.doc, self.written.as_str())
    }
}

/// An object with one member.
fn one(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

#[cfg(test)]
mod tests;

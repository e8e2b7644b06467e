//! What a value of a schema looks like, as far as reading and writing text needs to know.

use std::{collections::HashSet, sync::LazyLock};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::core::Core;
use crate::openapi::{Dialect, Location, SchemaKind, SchemaRef};

/// A set of JSON types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// `null`
    pub const NULL: Self = Self(1);
    /// `boolean`
    pub const BOOLEAN: Self = Self(2);
    /// `integer`
    pub const INTEGER: Self = Self(4);
    /// `number`
    pub const NUMBER: Self = Self(8);
    /// `string`
    pub const STRING: Self = Self(16);
    /// `array`
    pub const ARRAY: Self = Self(32);
    /// `object`
    pub const OBJECT: Self = Self(64);
    /// Every type: a schema that does not say.
    pub const ANY: Self = Self(127);

    /// The type of a value. A number that is written with a fraction or an exponent is no integer.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.is_f64() => Self::NUMBER,
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// True if one of `other`'s types is in the set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The types of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// True if there is no type in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a value of a schema looks like, one level deep.
///
/// Branches of `anyOf` and `oneOf` are united, those of `allOf` intersected; `$ref`s are followed.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The types it may have; [`Types::ANY`] if the schema does not say.
    pub types: Types,
    /// The schemas of the first array items, each by its position.
    pub prefix: Vec<SchemaRef>,
    /// The schema of all other array items.
    pub items: Option<SchemaRef>,
    /// The schemas of known properties, in document order.
    pub properties: IndexMap<String, SchemaRef>,
    /// The schema of other properties, if it is one.
    pub additional: Option<SchemaRef>,
    /// Names of required properties.
    pub required: Vec<String>,
    /// `format`.
    pub format: Option<String>,
    /// `contentMediaType`
    pub content_media_type: Option<String>,
    /// `contentEncoding`
    pub content_encoding: Option<String>,
    /// `default`, if there is one.
    pub default: Option<Value>,
    /// The `xml` object.
    pub xml: XmlNote,
}

/// See [`Shape::any`].
static ANY: LazyLock<Shape> = LazyLock::new(|| Shape { types: Types::ANY, ..Shape::default() });

impl Shape {
    /// The shape of a schema that says nothing.
    pub fn any() -> &'static Self {
        &ANY
    }
}

/// The `xml` object of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlNote {
    /// `name`
    pub name: Option<String>,
    /// `namespace`
    pub namespace: Option<String>,
    /// `prefix`
    pub prefix: Option<String>,
    /// `attribute`
    pub attribute: bool,
    /// `wrapped`
    pub wrapped: bool,
    /// 3.2: `nodeType`
    pub node_type: Option<String>,
}

/// Steps through `$ref`, `allOf` and branches that are followed.
const STEPS_MAX: usize = 64;
/// Schema objects that one shape is gathered from.
const VISITS_MAX: usize = 2_000;

/// The shape of a schema.
pub(super) fn of(schemas: &Core, schema: &SchemaRef) -> Shape {
    let mut gatherer = Gatherer { schemas, open: HashSet::new(), visits: 0 };
    let mut shape = gatherer.gather(schema, STEPS_MAX);
    if shape.types.is_empty() {
        shape.types = Types::ANY;
    }
    shape
}

struct Gatherer<'s> {
    schemas: &'s Core,
    /// The schemas that are being gathered: one that comes back to itself adds nothing.
    open: HashSet<Location>,
    visits: usize,
}

impl Gatherer<'_> {
    fn gather(&mut self, schema: &SchemaRef, steps: usize) -> Shape {
        let anything = Shape::any().clone();
        self.visits += 1;
        if steps == 0 || self.visits > VISITS_MAX || !self.open.insert(schema.at.clone()) {
            return anything;
        }
        let documents = &self.schemas.documents;
        let shape = match documents.get(&schema.at) {
            Some(Value::Object(map)) => self.object(schema, map, steps),
            _ => anything,
        };
        self.open.remove(&schema.at);
        shape
    }

    fn object(&mut self, schema: &SchemaRef, map: &Map<String, Value>, steps: usize) -> Shape {
        let target = map.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|reference| self.schemas.documents.resolve_at(&schema.at, reference).ok());
        let referred = target.map(|at| self.gather(&SchemaRef { at, kind: SchemaKind::Schema }, steps - 1));
        if let Some(referred) = referred {
            if !self.schemas.honours_siblings(schema.at.doc) {
                return referred;
            }
            let mut shape = own(schema, map);
            add(&mut shape, referred);
            return self.composed(shape, schema, map, steps);
        }
        let shape = own(schema, map);
        self.composed(shape, schema, map, steps)
    }

    /// Adds what `allOf`, `anyOf` and `oneOf` say.
    fn composed(&mut self, mut shape: Shape, schema: &SchemaRef, map: &Map<String, Value>, steps: usize) -> Shape {
        for member in members(schema, map, "allOf") {
            let member = self.gather(&member, steps - 1);
            add(&mut shape, member);
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = members(schema, map, keyword);
            let branches: Vec<Shape> = branches.iter().map(|branch| self.gather(branch, steps - 1)).collect();
            if let Some(united) = branches.into_iter().reduce(unite) {
                add(&mut shape, united);
            }
        }
        if self.schemas.dialect != Dialect::JsonSchema && (is_true(map, "nullable") || is_true(map, "x-nullable")) {
            shape.types = shape.types.union(Types::NULL);
        }
        shape
    }
}

/// The subschemas of a keyword whose value is a list.
fn members(schema: &SchemaRef, map: &Map<String, Value>, keyword: &str) -> Vec<SchemaRef> {
    let count = map.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
    let at = schema.at.child(keyword);
    (0..count).map(|index| SchemaRef { at: at.item(index), kind: SchemaKind::Schema }).collect()
}

/// What the schema object says by itself.
fn own(schema: &SchemaRef, map: &Map<String, Value>) -> Shape {
    let text = |keyword: &str| map.get(keyword).and_then(Value::as_str).map(str::to_owned);
    let part = |keyword: &str, kind| SchemaRef { at: schema.at.child(keyword), kind };
    let object = |keyword: &str| map.get(keyword).filter(|value| value.is_object());
    let properties = map.get("properties").and_then(Value::as_object);
    let properties_at = schema.at.child("properties");
    let property =
        |name: &String| (name.clone(), SchemaRef { at: properties_at.child(name), kind: SchemaKind::Schema });
    let required = map.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Shape {
        types: types(map),
        prefix: prefix(schema, map),
        items: object("items").map(|_| part("items", schema.kind)),
        properties: properties.into_iter().flat_map(Map::keys).map(property).collect(),
        additional: object("additionalProperties").map(|_| part("additionalProperties", SchemaKind::Schema)),
        required: required.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        format: text("format"),
        content_media_type: text("contentMediaType"),
        content_encoding: text("contentEncoding"),
        default: map.get("default").cloned(),
        xml: xml(map),
    }
}

/// The schemas of the first array items; before 2020-12, `items` itself is the list of them.
fn prefix(schema: &SchemaRef, map: &Map<String, Value>) -> Vec<SchemaRef> {
    let positional = members(schema, map, "prefixItems");
    if positional.is_empty() { members(schema, map, "items") } else { positional }
}

/// The types that a schema object allows, by `type` or else by its values.
fn types(map: &Map<String, Value>) -> Types {
    let type_named = |name: &Value| match name.as_str() {
        Some("null") => Types::NULL,
        Some("boolean") => Types::BOOLEAN,
        Some("integer") => Types::INTEGER,
        Some("number") => Types::NUMBER,
        // the content of a file is read as text
        Some("string" | "file") => Types::STRING,
        Some("array") => Types::ARRAY,
        Some("object") => Types::OBJECT,
        _ => Types::ANY,
    };
    match map.get("type") {
        Some(Value::Array(names)) => names.iter().map(type_named).fold(Types::default(), Types::union),
        Some(name) => type_named(name),
        None => {
            let values = map.get("const").map(std::slice::from_ref);
            let values = values.or_else(|| map.get("enum")?.as_array().map(Vec::as_slice)).unwrap_or_default();
            let types = values.iter().map(Types::of).fold(Types::default(), Types::union);
            if types.is_empty() { Types::ANY } else { types }
        }
    }
}

/// Adds to a shape what another, which holds at the same time, says.
fn add(shape: &mut Shape, other: Shape) {
    shape.types = both(shape.types, other.types);
    for (name, property) in other.properties {
        shape.properties.entry(name).or_insert(property);
    }
    for name in other.required {
        if !shape.required.contains(&name) {
            shape.required.push(name);
        }
    }
    if shape.prefix.is_empty() {
        shape.prefix = other.prefix;
    }
    shape.items = shape.items.take().or(other.items);
    shape.additional = shape.additional.take().or(other.additional);
    shape.format = shape.format.take().or(other.format);
    shape.content_media_type = shape.content_media_type.take().or(other.content_media_type);
    shape.content_encoding = shape.content_encoding.take().or(other.content_encoding);
    shape.default = shape.default.take().or(other.default);
    add_xml(&mut shape.xml, other.xml);
}

/// Either of two shapes.
fn unite(one: Shape, other: Shape) -> Shape {
    let types = one.types.union(other.types);
    let required = one.required.iter().filter(|name| other.required.contains(name)).cloned().collect();
    let mut united = one;
    add(&mut united, other);
    Shape { types, required, ..united }
}

/// The types that both allow; every integer is a number.
fn both(one: Types, other: Types) -> Types {
    let common = one.intersection(other);
    let numbers = Types::INTEGER.union(Types::NUMBER);
    if !common.has(numbers) && one.has(numbers) && other.has(numbers) { common.union(Types::INTEGER) } else { common }
}

fn is_true(map: &Map<String, Value>, keyword: &str) -> bool {
    map.get(keyword) == Some(&Value::Bool(true))
}

fn xml(map: &Map<String, Value>) -> XmlNote {
    let Some(note) = map.get("xml").and_then(Value::as_object) else { return XmlNote::default() };
    let text = |key: &str| note.get(key).and_then(Value::as_str).map(str::to_owned);
    XmlNote {
        name: text("name"),
        namespace: text("namespace"),
        prefix: text("prefix"),
        attribute: is_true(note, "attribute"),
        wrapped: is_true(note, "wrapped"),
        node_type: text("nodeType"),
    }
}

fn add_xml(xml: &mut XmlNote, other: XmlNote) {
    xml.name = xml.name.take().or(other.name);
    xml.namespace = xml.namespace.take().or(other.namespace);
    xml.prefix = xml.prefix.take().or(other.prefix);
    xml.attribute |= other.attribute;
    xml.wrapped |= other.wrapped;
    xml.node_type = xml.node_type.take().or(other.node_type);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::needless_pass_by_value, reason = "cases are written where they are checked")]

    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::openapi::{DocId, Document, Documents, MadeItems};

    fn shape(document: Value, pointer: &str) -> Arc<Shape> {
        let documents = Documents::new(vec![Document::from_value("api.json", document)]);
        let schemas = crate::schema::Schemas::new(Arc::new(documents), Dialect::OpenApi30, MadeItems::default());
        schemas.shape(&SchemaRef { at: Location::new(DocId::ENTRY, pointer), kind: SchemaKind::Schema })
    }

    #[track_caller]
    fn check(schema: Value, types: Types, properties: &[&str]) {
        let shape = shape(json!({ "s": schema, "n": { "type": "number" }, "o": { "properties": { "a": {} } } }), "/s");
        assert_eq!(shape.types, types);
        assert_eq!(shape.properties.keys().collect::<Vec<_>>(), properties);
    }

    #[test]
    fn types_and_properties_are_gathered() {
        check(json!({}), Types::ANY, &[]);
        check(json!(true), Types::ANY, &[]);
        check(json!({ "type": "string", "nullable": true }), Types::STRING.union(Types::NULL), &[]);
        check(json!({ "enum": [1, "a"] }), Types::INTEGER.union(Types::STRING), &[]);
        check(json!({ "allOf": [{ "type": "integer" }, { "$ref": "#/n" }] }), Types::INTEGER, &[]);
        check(json!({ "oneOf": [{ "type": "array" }, { "$ref": "#/n" }] }), Types::ARRAY.union(Types::NUMBER), &[]);
        check(
            json!({ "type": "object", "properties": { "b": {} }, "allOf": [{ "$ref": "#/o" }] }),
            Types::OBJECT,
            &["b", "a"],
        );
    }

    #[test]
    fn each_value_has_one_type() {
        let values = json!([null, true, 1, -1, 18_446_744_073_709_551_615_u64, 1.5, "", [], {}]);
        let types: Vec<Types> = values.as_array().unwrap().iter().map(Types::of).collect();
        let integer = Types::INTEGER;
        assert_eq!(types[..5], [Types::NULL, Types::BOOLEAN, integer, integer, integer]);
        assert_eq!(types[5..], [Types::NUMBER, Types::STRING, Types::ARRAY, Types::OBJECT]);
        assert_eq!(types.into_iter().reduce(Types::union), Some(Types::ANY));
    }

    #[test]
    fn cycles_end() {
        check(json!({ "$ref": "#/s" }), Types::ANY, &[]);
        check(json!({ "allOf": [{ "$ref": "#/s" }], "type": "object" }), Types::OBJECT, &[]);
    }

    #[test]
    fn only_what_all_branches_require_is_required() {
        let branch = |names: &[&str]| json!({ "required": names });
        let shape = shape(json!({ "s": { "oneOf": [branch(&["a", "b"]), branch(&["b", "c"])] } }), "/s");
        assert_eq!(shape.required, ["b"]);
    }
}

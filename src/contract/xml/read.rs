//! A tree of elements to a value, by shape.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};

use super::tree::{self, Element};
use crate::{
    contract::{
        body::Fault,
        parameter::{Typing, has_primitive},
    },
    openapi::SchemaRef,
    schema::{Shape, Types, XmlNote},
};

/// Reads an XML document whose root has the given shape, and the given name unless it has its own.
///
/// Names are compared without their prefixes. Elements that the shape does not know are read by what they contain.
pub(in crate::contract) fn read(
    text: &str,
    name: Option<&str>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Fault> {
    let root = tree::parse(text.trim_start_matches('\u{feff}'))?;
    match shape.xml.name.as_deref().or(name) {
        Some(name) if *name != root.name && !shape.types.has(Types::ARRAY) => {
            Err(Fault::body(format!("has the root element `{}`, not `{name}`", root.name)))
        }
        _ => Ok(value(&root, shape, typing)),
    }
}

/// The value of an element. Recursion is bounded by the depth of the tree.
fn value(element: &Element, shape: &Shape, typing: &Typing<'_>) -> Value {
    let has_inside = has_inside(element);
    if element.nil {
        Value::Null
    } else if shape.types == Types::ANY && shape.properties.is_empty() {
        if has_inside { generic(element) } else { typing.value(element.text.as_str().into(), shape.types) }
    } else if is_text(element) && !takes_text(shape, typing) {
        // Nothing but text is no object and no array: the schema then says so.
        typing.value(element.text.as_str().into(), shape.types)
    } else if shape.types.has(Types::OBJECT) && (has_inside || !has_primitive(shape.types)) {
        object(element, shape, typing)
    } else if shape.types.has(Types::ARRAY) && (has_inside || !has_primitive(shape.types)) {
        items(element.children.iter(), shape, typing)
    } else {
        typing.value(element.text.as_str().into(), shape.types)
    }
}

fn has_inside(element: &Element) -> bool {
    !element.children.is_empty() || !element.attributes.is_empty()
}

fn is_text(element: &Element) -> bool {
    !has_inside(element) && !element.text.trim().is_empty()
}

/// True if one of the properties is the text of the element.
fn takes_text(shape: &Shape, typing: &Typing<'_>) -> bool {
    shape.properties.iter().any(|(name, schema)| Note::of(name, &typing.shape(schema), typing).kind == NoteKind::Text)
}

fn items<'e>(elements: impl Iterator<Item = &'e Element>, shape: &Shape, typing: &Typing<'_>) -> Value {
    let item = typing.items(shape);
    Value::Array(elements.zip(0..).map(|(element, index)| value(element, &item(index), typing)).collect())
}

fn object(element: &Element, shape: &Shape, typing: &Typing<'_>) -> Value {
    let mut object = Map::new();
    let mut known: Vec<String> = Vec::new();
    for Property { name, shape: inner, note } in Property::all(shape, typing) {
        if let Some(value) = property(element, &note, &inner, typing) {
            object.insert(name.to_owned(), value);
        }
        known.push(note.name);
    }
    others(element, shape.additional.as_ref(), &known, &mut object, typing);
    Value::Object(object)
}

/// How a property is written, with the defaults of the `xml` object filled in.
pub(super) struct Note {
    /// Its element or attribute; for an array that is not wrapped, the element of each item.
    pub name: String,
    /// Which of the ways.
    pub kind: NoteKind,
}

/// The ways to write a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoteKind {
    Attribute,
    Text,
    Element,
    /// An array without an element around its items.
    Bare,
    /// An array with one.
    Wrapped,
}

impl Note {
    pub(super) fn of(property: &str, shape: &Shape, typing: &Typing<'_>) -> Self {
        let XmlNote { name, attribute, wrapped, node_type, .. } = &shape.xml;
        let own = name.as_deref().unwrap_or(property);
        let kind = match node_type.as_deref() {
            Some("attribute") => NoteKind::Attribute,
            Some("text" | "cdata") => NoteKind::Text,
            _ if *attribute => NoteKind::Attribute,
            node_type if shape.types.has(Types::ARRAY) && !has_primitive(shape.types) => {
                if *wrapped || node_type == Some("element") { NoteKind::Wrapped } else { NoteKind::Bare }
            }
            _ => NoteKind::Element,
        };
        // "wrapped: false" on an array: its own name has no effect, the items' name counts.
        let name = match kind {
            NoteKind::Bare => item_name(shape, typing).unwrap_or_else(|| property.to_owned()),
            _ => own.to_owned(),
        };
        Self { name, kind }
    }
}

/// A property and how it is written.
pub(super) struct Property<'s> {
    pub name: &'s str,
    pub shape: Arc<Shape>,
    pub note: Note,
}

impl<'s> Property<'s> {
    /// The properties of an object.
    ///
    /// Arrays whose items would have the name of another property's elements could not be told apart: each of them is
    /// wrapped after all, in the name that it gives itself, which is what such descriptions mean.
    pub(super) fn all(shape: &'s Shape, typing: &Typing<'_>) -> Vec<Self> {
        let property = |(name, schema): (&'s String, &SchemaRef)| {
            let shape = typing.shape(schema);
            Self { name, note: Note::of(name, &shape, typing), shape }
        };
        let mut all: Vec<Self> = shape.properties.iter().map(property).collect();
        let mut uses: HashMap<String, usize> = HashMap::new();
        for Property { note, .. } in &all {
            if !matches!(note.kind, NoteKind::Attribute | NoteKind::Text) {
                *uses.entry(note.name.clone()).or_default() += 1;
            }
        }
        for Property { name, shape, note } in &mut all {
            if note.kind == NoteKind::Bare && uses.get(&note.name).is_some_and(|count| *count > 1) {
                let own = shape.xml.name.as_deref().unwrap_or(name).to_owned();
                *note = Note { name: own, kind: NoteKind::Wrapped };
            }
        }
        all
    }
}

/// The name that the items of an array give themselves.
fn item_name(shape: &Shape, typing: &Typing<'_>) -> Option<String> {
    shape.items.as_ref().and_then(|items| typing.shape(items).xml.name.clone())
}

fn property(element: &Element, note: &Note, shape: &Shape, typing: &Typing<'_>) -> Option<Value> {
    let mut children = element.children.iter().filter(|child| child.name == note.name).peekable();
    match note.kind {
        NoteKind::Attribute => {
            let (_, text) = element.attributes.iter().find(|(name, _)| *name == note.name)?;
            Some(typing.value(text.as_str().into(), shape.types))
        }
        NoteKind::Text => Some(typing.value(element.text.as_str().into(), shape.types)),
        NoteKind::Bare => {
            children.peek()?;
            Some(items(children, shape, typing))
        }
        NoteKind::Wrapped | NoteKind::Element => {
            let read = |child| if note.kind == NoteKind::Wrapped { wrapped } else { value }(child, shape, typing);
            let first = read(children.next()?);
            let rest: Vec<Value> = children.map(read).collect();
            // An element that comes again is an array, which the schema then judges.
            Some(if rest.is_empty() { first } else { std::iter::once(first).chain(rest).collect() })
        }
    }
}

/// An array from the element around its items. Nothing but text is no array: the schema then says so.
fn wrapped(element: &Element, shape: &Shape, typing: &Typing<'_>) -> Value {
    if element.nil || is_text(element) {
        value(element, shape, typing)
    } else {
        items(element.children.iter(), shape, typing)
    }
}

/// Adds the attributes and elements that no property takes.
fn others(
    element: &Element,
    additional: Option<&SchemaRef>,
    known: &[String],
    object: &mut Map<String, Value>,
    typing: &Typing<'_>,
) {
    let inner = typing.inner(additional);
    for (name, text) in element.attributes.iter().filter(|(name, _)| !known.contains(name)) {
        object.insert(name.clone(), typing.value(text.as_str().into(), inner.types));
    }
    for child in element.children.iter().filter(|child| !known.contains(&child.name)) {
        add(object, &child.name, value(child, &inner, typing));
    }
}

/// Adds a member; a name that comes again makes an array.
fn add(object: &mut Map<String, Value>, name: &str, value: Value) {
    match object.get_mut(name) {
        None => drop(object.insert(name.to_owned(), value)),
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// An element of which nothing is known: its attributes and elements as members, or its text.
fn generic(element: &Element) -> Value {
    if element.children.is_empty() && element.attributes.is_empty() {
        return Value::String(element.text.clone());
    }
    let attributes = element.attributes.iter().map(|(name, text)| (name.clone(), Value::String(text.clone())));
    let mut object: Map<String, Value> = attributes.collect();
    for child in &element.children {
        add(&mut object, &child.name, generic(child));
    }
    Value::Object(object)
}

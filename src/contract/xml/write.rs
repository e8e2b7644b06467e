//! A value to XML, by shape.

use std::borrow::Cow;

use quick_xml::escape::escape;
use serde_json::Value;

use super::read::{Note, NoteKind, Property};
use crate::{
    contract::parameter::Typing,
    schema::{Shape, XmlNote},
};

/// Writes a value as an XML document without a declaration. A root without a name, its own or the given one, is called
/// `xml`.
pub(in crate::contract) fn write(value: &Value, name: Option<&str>, shape: &Shape, typing: &Typing<'_>) -> String {
    let mut out = String::new();
    element(&mut out, shape.xml.name.as_deref().or(name).unwrap_or("xml"), value, shape, typing);
    out
}

/// Writes one element. Recursion is bounded by the depth of the value.
fn element(out: &mut String, name: &str, value: &Value, shape: &Shape, typing: &Typing<'_>) {
    let mut attributes = namespace(&shape.xml);
    let mut inside = String::new();
    match value {
        Value::Object(members) => {
            let known = Property::all(shape, typing);
            for (name, value) in members {
                if let Some(property) = known.iter().find(|property| property.name == name) {
                    member(&mut attributes, &mut inside, &property.note, value, &property.shape, typing);
                } else {
                    let inner = typing.inner(shape.additional.as_ref());
                    member(&mut attributes, &mut inside, &Note::of(name, &inner, typing), value, &inner, typing);
                }
            }
        }
        Value::Array(values) => items(&mut inside, None, values, shape, typing),
        value => inside.push_str(&text(value)),
    }
    tagged(out, &tag(name, &shape.xml), &attributes, (!value.is_null()).then_some(&inside));
}

/// Writes a property: as an attribute of the element around it, else into its content.
fn member(
    attributes: &mut String,
    inside: &mut String,
    note: &Note,
    value: &Value,
    shape: &Shape,
    typing: &Typing<'_>,
) {
    match (note.kind, value) {
        (NoteKind::Attribute, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            attributes.extend([" ", &tag(&note.name, &shape.xml), "=\"", &text(value), "\""]);
        }
        (NoteKind::Text, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            inside.push_str(&text(value));
        }
        (NoteKind::Wrapped, Value::Array(values)) => {
            let mut wrapped = String::new();
            items(&mut wrapped, Some(&note.name), values, shape, typing);
            tagged(inside, &tag(&note.name, &shape.xml), &namespace(&shape.xml), Some(&wrapped));
        }
        (_, Value::Array(values)) => items(inside, Some(&note.name), values, shape, typing),
        (_, value) => element(inside, &note.name, value, shape, typing),
    }
}

/// Writes the items of an array, each under the name that it gives itself, else under `name`.
fn items(out: &mut String, name: Option<&str>, values: &[Value], shape: &Shape, typing: &Typing<'_>) {
    let item = typing.items(shape);
    for (index, value) in values.iter().enumerate() {
        let item = item(index);
        let name = item.xml.name.as_deref().or(name).unwrap_or("item");
        element(out, name, value, &item, typing);
    }
}

/// Writes `<tag attributes>inside</tag>`, or `<tag attributes/>` without an inside.
fn tagged(out: &mut String, tag: &str, attributes: &str, inside: Option<&String>) {
    out.extend(["<", tag, attributes]);
    match inside {
        Some(inside) => out.extend([">", inside, "</", tag, ">"]),
        None => out.push_str("/>"),
    }
}

/// A single value as text, escaped. Characters that XML 1.0 cannot hold are left out.
fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Null => return String::new(),
        value => Cow::Owned(value.to_string()),
    };
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}');
    if text.chars().all(allowed) {
        return escape(text).into_owned();
    }
    escape(text.chars().filter(|c| allowed(*c)).collect::<String>()).into_owned()
}

/// A tag or attribute name: with its prefix, and with `_` for every character that a name cannot have.
fn tag(name: &str, note: &XmlNote) -> String {
    let mut tag = note.prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}:"));
    for (index, c) in name.chars().enumerate() {
        let starts = c.is_alphabetic() || matches!(c, '_' | ':');
        let goes_on = c.is_alphanumeric() || matches!(c, '-' | '.');
        if index == 0 && !starts && goes_on {
            tag.push('_');
        }
        tag.push(if starts || goes_on { c } else { '_' });
    }
    if name.is_empty() {
        tag.push('_');
    }
    tag
}

/// The declaration of a namespace, with a space before it.
fn namespace(note: &XmlNote) -> String {
    match (&note.namespace, &note.prefix) {
        (Some(namespace), Some(prefix)) => format!(" xmlns:{prefix}=\"{}\"", escape(namespace.as_str())),
        (Some(namespace), None) => format!(" xmlns=\"{}\"", escape(namespace.as_str())),
        (None, _) => String::new(),
    }
}

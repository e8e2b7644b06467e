//! A value to XML, by shape.

use std::borrow::Cow;

use quick_xml::escape::escape;
use serde_json::Value;

use super::read::{Note, NoteKind, item_name};
use crate::{
    contract::parameter::Typing,
    schema::{Shape, XmlNote},
};

/// Writes a value as an XML document without a declaration. A root without a name is called `xml`.
pub(in crate::contract) fn write(value: &Value, shape: &Shape, typing: &Typing<'_>) -> String {
    let mut out = String::new();
    let name = shape.xml.name.as_deref().unwrap_or("xml");
    if let Value::Array(items) = value {
        let item = item_name(shape, typing).unwrap_or_else(|| "item".to_owned());
        let inner = typing.inner(shape.items.as_ref());
        let name = tag(name, &shape.xml);
        out.push_str(&format!("<{name}{}>", namespace(&shape.xml)));
        items.iter().for_each(|value| element(&mut out, &item, value, &inner, typing));
        out.push_str(&format!("</{name}>"));
    } else {
        element(&mut out, name, value, shape, typing);
    }
    out
}

/// Writes one element. Recursion is bounded by the depth of the value.
fn element(out: &mut String, name: &str, value: &Value, shape: &Shape, typing: &Typing<'_>) {
    let name = tag(name, &shape.xml);
    out.push('<');
    out.push_str(&name);
    out.push_str(&namespace(&shape.xml));
    let mut inside = String::new();
    match value {
        Value::Object(members) => {
            for (property, value) in members {
                let inner = typing.inner(Typing::property(shape, property));
                member(out, &mut inside, property, value, &inner, typing);
            }
        }
        Value::Array(items) => {
            let item = typing.inner(shape.items.as_ref());
            let item_name = item.xml.name.clone().unwrap_or_else(|| "item".to_owned());
            items.iter().for_each(|value| element(&mut inside, &item_name, value, &item, typing));
        }
        value => inside.push_str(&text(value)),
    }
    if inside.is_empty() && value.is_null() {
        out.push_str("/>");
    } else {
        out.push('>');
        out.push_str(&inside);
        out.push_str("</");
        out.push_str(&name);
        out.push('>');
    }
}

/// Writes a property: as an attribute into the open tag, else into the content.
fn member(
    tag_out: &mut String,
    inside: &mut String,
    property: &str,
    value: &Value,
    shape: &Shape,
    typing: &Typing<'_>,
) {
    let note = Note::of(property, shape, typing);
    match (note.kind, value) {
        (NoteKind::Attribute, value) if !value.is_object() && !value.is_array() => {
            let name = tag(&note.name, &shape.xml);
            tag_out.push_str(&format!(" {name}=\"{}\"", text(value)));
        }
        (NoteKind::Text, value) if !value.is_object() && !value.is_array() => inside.push_str(&text(value)),
        (NoteKind::Wrapped, Value::Array(items)) => {
            let item = typing.inner(shape.items.as_ref());
            let item_name = item.xml.name.as_deref().unwrap_or(&note.name);
            let wrapper = tag(&note.name, &shape.xml);
            inside.push_str(&format!("<{wrapper}{}>", namespace(&shape.xml)));
            items.iter().for_each(|value| element(inside, item_name, value, &item, typing));
            inside.push_str(&format!("</{wrapper}>"));
        }
        (_, Value::Array(items)) => {
            let item = typing.inner(shape.items.as_ref());
            items.iter().for_each(|value| element(inside, &note.name, value, &item, typing));
        }
        (_, value) => element(inside, &note.name, value, shape, typing),
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

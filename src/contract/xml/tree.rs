//! XML text to a tree of elements. Document type definitions are refused, and so every entity that one could declare.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use crate::{contract::body::Fault, limit::BODY_DEPTH_MAX};

/// An element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes: names without a prefix, values. Namespace declarations are left out.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// Its own text.
    pub text: String,
    /// True for `xsi:nil="true"`.
    pub nil: bool,
}

/// Reads a document into its root element.
pub(super) fn parse(text: &str) -> Result<Element, Fault> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| fault(text, reader.error_position(), &error.to_string()))?;
        let refuse = |what: &str| fault(text, reader.buffer_position(), what);
        match event {
            Event::Eof => break,
            Event::DocType(_) => return Err(refuse("document type definitions are not read")),
            Event::Start(_) | Event::Empty(_) if root.is_some() => {
                return Err(refuse("there is a second root element"));
            }
            Event::Start(_) if open.len() >= BODY_DEPTH_MAX => {
                return Err(refuse(&format!("elements are nested deeper than {BODY_DEPTH_MAX} levels")));
            }
            Event::Start(start) => open.push(element(&start).map_err(|message| refuse(&message))?),
            Event::Empty(start) => {
                let element = element(&start).map_err(|message| refuse(&message))?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| refuse("an element is closed that is not open"))?;
                close(element, &mut open, &mut root);
            }
            Event::Text(content) => match open.last_mut() {
                Some(element) => element.text.push_str(&content.xml10_content()),
                None if content.trim_ascii().is_empty() => (),
                None => return Err(refuse("there is text outside of the root element")),
            },
            Event::CData(content) => match open.last_mut() {
                Some(element) => element.text.push_str(&content.xml10_content()),
                None => return Err(refuse("there is text outside of the root element")),
            },
            Event::GeneralRef(entity) => {
                let c = character(&entity).ok_or_else(|| refuse(&format!("the entity `{}` is not known", &*entity)))?;
                open.last_mut().ok_or_else(|| refuse("there is text outside of the root element"))?.text.push(c);
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => (),
        }
    }
    match (root, open.last()) {
        (_, Some(element)) => Err(fault(text, text.len() as u64, &format!("`<{}>` is not closed", element.name))),
        (Some(root), None) => Ok(root),
        (None, None) => Err(fault(text, text.len() as u64, "there is no root element")),
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().into_inner().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
        let name = attribute.key.local_name().into_inner();
        if name == "nil" && attribute.key.prefix().is_some() {
            element.nil = matches!(&*value, "true" | "1");
        } else {
            element.attributes.push((name.to_owned(), value.into_owned()));
        }
    }
    Ok(element)
}

/// The character that a reference stands for: by number, or one of the five that XML itself knows.
fn character(entity: &BytesRef<'_>) -> Option<char> {
    if entity.is_char_ref() {
        return entity.resolve_char_ref().ok().flatten();
    }
    match &**entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// A fault at a byte of the text, said as line and column.
fn fault(text: &str, position: u64, message: &str) -> Fault {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let before = String::from_utf8_lossy(&text.as_bytes()[..end]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Fault::body(format!("is not XML that can be read: {message} at line {line} column {column}"))
}

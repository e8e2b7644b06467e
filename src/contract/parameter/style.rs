//! The serialization styles (`OpenAPI` 3.2, section 4.12.2, "Style Values") and the collection formats of Swagger 2.0.
//!
//! Text is cut at its delimiters before it is decoded, so that an escaped delimiter is data.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{
    Malformed,
    deep::{self, members_of},
    pairs::{Claims, Pairs},
    text::{Escape, Typing, decode, has_primitive, is_null, is_object},
};
use crate::{
    openapi::{SchemaRef, Style},
    schema::{Shape, Types},
};

/// How a value is spelled.
#[derive(Clone, Copy, Debug)]
pub(in crate::contract) struct Spelling<'p> {
    /// The parameter's name.
    pub name: &'p str,
    /// The style.
    pub style: Style,
    /// Whether arrays and objects are spread over several pairs.
    pub explode: bool,
}

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    One,
    List,
    Members,
}

impl Spelling<'_> {
    /// What the style writes between two items, in all the ways it may be escaped.
    fn delimiters(self) -> &'static [&'static str] {
        match self.style {
            Style::SpaceDelimited => &["%20", "+", " "],
            Style::PipeDelimited => &["|", "%7C", "%7c"],
            Style::TabDelimited => &["%09", "\t"],
            Style::Matrix if self.explode => &[";"],
            Style::Label if self.explode => &["."],
            _ => &[","],
        }
    }

    /// What text of this shape is read as.
    fn form(self, raw: &str, shape: &Shape, typing: &Typing<'_>) -> Form {
        let types = shape.types;
        if types == Types::ANY || !types.has(Types::ARRAY.union(Types::OBJECT)) {
            return Form::One;
        }
        if !has_primitive(types) {
            return if types.has(Types::ARRAY) { Form::List } else { Form::Members };
        }
        if is_object(types) {
            return if is_null(raw, types) { Form::One } else { Form::Members };
        }
        let cut = self.delimiters().iter().any(|delimiter| raw.contains(delimiter));
        if !types.has(Types::ARRAY) || !typing.choose(cut) { Form::One } else { Form::List }
    }
}

/// The value of a path parameter or header field.
pub(in crate::contract) fn from_text(
    spelling: Spelling<'_>,
    raw: &str,
    escape: Escape,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Malformed> {
    let bare = match spelling.style {
        Style::Matrix => strip_matrix(spelling, raw, shape, typing)?,
        Style::Label => Cow::Borrowed(
            raw.strip_prefix('.').ok_or_else(|| Malformed("does not start with the `.` of its style".to_owned()))?,
        ),
        _ => Cow::Borrowed(raw),
    };
    read(spelling, &bare, escape, shape, typing)
}

/// Takes `;name=` away, from each item of an exploded array.
fn strip_matrix<'r>(
    spelling: Spelling<'_>,
    raw: &'r str,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Cow<'r, str>, Malformed> {
    let rest = raw.strip_prefix(';').ok_or_else(|| Malformed("does not start with the `;` of its style".to_owned()))?;
    let form = spelling.form(rest, shape, typing);
    if form == Form::Members && spelling.explode {
        return Ok(Cow::Borrowed(rest));
    }
    let bare = |piece: &'r str| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let same = decode(name, Escape::Percent).is_ok_and(|name| name == spelling.name);
        same.then_some(value).ok_or_else(|| Malformed(format!("has `{name}` where its style has `{}`", spelling.name)))
    };
    if form == Form::List && spelling.explode {
        let values: Vec<&str> = rest.split(';').map(bare).collect::<Result<_, _>>()?;
        return Ok(Cow::Owned(values.join(";")));
    }
    bare(rest).map(Cow::Borrowed)
}

/// The value of a query parameter, a cookie or a form field; `None` if it was not sent.
pub(in crate::contract) fn from_pairs(
    spelling: Spelling<'_>,
    pairs: &Pairs<'_>,
    claims: &Claims,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    if spelling.style == Style::DeepObject {
        return deep::from_pairs(spelling.name, pairs, shape, typing);
    }
    if !shape.types.has(Types::ARRAY.union(Types::OBJECT)) {
        return single(spelling, pairs, shape, typing);
    }
    composite(spelling, pairs, claims, shape, typing)
}

/// A value that may be an array or an object; `None` if it was not sent.
#[inline(never)]
fn composite(
    spelling: Spelling<'_>,
    pairs: &Pairs<'_>,
    claims: &Claims,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let pairs = &if spelling.style == Style::Cookie {
        Cow::Owned(Pairs { list: pairs.list.clone(), escape: Escape::None })
    } else {
        Cow::Borrowed(pairs)
    };
    if spelling.explode && is_object(shape.types) {
        let own = pairs.values(spelling.name).next().filter(|_| !shape.properties.contains_key(spelling.name));
        return match own {
            Some(raw) if is_null(raw, shape.types) => Ok(Some(Value::Null)),
            _ => spread_object(pairs, claims, shape, typing),
        };
    }
    let mut values = pairs.values(spelling.name);
    let Some(first) = values.next() else { return Ok(None) };
    let more = values.count();
    if more > 0 {
        return repeated(spelling, pairs, more + 1, shape, typing).map(Some);
    }
    if spelling.explode && spelling.form(first, shape, typing) == Form::List {
        // RFC 6570 writes an exploded array in a cookie with `&`. An empty array is not written at all (section 3.2.8),
        // so a name without a value is one empty item.
        let joined = format!("&{}=", spelling.name);
        let pieces = first.split(joined.as_str()).filter(|_| pairs.escape == Escape::Lenient);
        let pieces: Vec<&str> = pieces.collect();
        let pieces = if pieces.is_empty() { vec![first] } else { pieces };
        return list(&pieces, pairs.escape, shape, typing).map(Some);
    }
    read(spelling, first, pairs.escape, shape, typing).map(Some)
}

/// A value that is one text, as most are; `None` if it was not sent.
fn single(
    spelling: Spelling<'_>,
    pairs: &Pairs<'_>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let mut values = pairs.values(spelling.name);
    let Some(raw) = values.next() else { return Ok(None) };
    let more = values.count();
    if more > 0 {
        return Err(sent_often(more + 1));
    }
    let escape = if spelling.style == Style::Cookie { Escape::None } else { pairs.escape };
    Ok(Some(typing.value(decode(raw, escape)?, shape.types)))
}

#[cold]
fn sent_often(count: usize) -> Malformed {
    Malformed(format!("is sent {count} times, but it is one value"))
}

/// Several pairs of the same name.
fn repeated(
    spelling: Spelling<'_>,
    pairs: &Pairs<'_>,
    count: usize,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Malformed> {
    if !shape.types.has(Types::ARRAY) {
        return Err(sent_often(count));
    }
    if !spelling.explode && shape.types != Types::ANY {
        let delimiter = spelling.delimiters().first().copied().unwrap_or(",");
        return Err(Malformed(format!("is sent {count} times, but its items go into one, with `{delimiter}` between")));
    }
    let values: Vec<&str> = pairs.values(spelling.name).collect();
    list(&values, pairs.escape, shape, typing)
}

/// An object whose members are pairs of their own; `None` if none of them was sent.
fn spread_object(
    pairs: &Pairs<'_>,
    claims: &Claims,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let open = shape.properties.is_empty() || shape.additional.is_some();
    let mine = |key: &str| shape.properties.contains_key(key) || (open && !claims.covers(key));
    let members = pairs.list.iter().filter(|pair| mine(&pair.key));
    let value = members_of(members.map(|pair| (pair.key.as_ref(), pair.raw)), pairs.escape, shape, typing)?;
    Ok((!value.is_empty()).then_some(Value::Object(value)))
}

/// One text: a single value, a list cut at its delimiters, or members.
fn read(
    spelling: Spelling<'_>,
    raw: &str,
    escape: Escape,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Malformed> {
    let form = spelling.form(raw, shape, typing);
    if form == Form::One {
        return Ok(typing.value(decode(raw, escape)?, shape.types));
    }
    read_many(spelling, raw, (escape, form), shape, typing)
}

/// A list cut at its delimiters, or members.
#[inline(never)]
fn read_many(
    spelling: Spelling<'_>,
    raw: &str,
    (escape, form): (Escape, Form),
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Malformed> {
    // An exploded list writes a name for each item (RFC 6570, section 3.2.7), so there is one, although it is empty.
    let is_one = spelling.style == Style::Matrix && spelling.explode && form == Form::List;
    // What is not escaped can hold delimiters of its own, which then are inside of JSON.
    let skip = if escape == Escape::None && holds_more(form, shape, typing) { json_end } else { |_: &str, _| 0 };
    let mut pieces = if raw.is_empty() && !is_one { Vec::new() } else { split(raw, spelling.delimiters(), skip) };
    if escape == Escape::None {
        // Only header fields are not escaped; white space around their commas has no meaning.
        for piece in &mut pieces {
            *piece = piece.trim();
        }
    }
    match form {
        Form::Members if spelling.explode => {
            members(named(&pieces, spelling.style == Style::Label)?, escape, shape, typing)
        }
        Form::Members => members(alternating(&pieces)?, escape, shape, typing),
        _ => list(&pieces, escape, shape, typing),
    }
}

fn list(pieces: &[&str], escape: Escape, shape: &Shape, typing: &Typing<'_>) -> Result<Value, Malformed> {
    let item = typing.items(shape);
    let items =
        pieces.iter().zip(0..).map(|(piece, index)| Ok(typing.inside(decode(piece, escape)?, item(index).types)));
    items.collect::<Result<_, _>>().map(Value::Array)
}

/// `name=value` pieces. The `.` of a label is also a decimal point: a piece without a name belongs to the one before.
fn named<'r>(pieces: &[&'r str], label: bool) -> Result<Vec<(&'r str, Cow<'r, str>)>, Malformed> {
    let mut members: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (piece.split_once('='), members.last_mut()) {
            (Some((name, value)), _) => members.push((name, Cow::Borrowed(value))),
            (None, Some((_, value))) if label => {
                let value = value.to_mut();
                value.push('.');
                value.push_str(piece);
            }
            (None, _) => return Err(Malformed(format!("has `{piece}` where its style has `name=value`"))),
        }
    }
    Ok(members)
}

/// `name,value,name,value` pieces.
fn alternating<'r>(pieces: &[&'r str]) -> Result<Vec<(&'r str, Cow<'r, str>)>, Malformed> {
    let pairs = pieces.chunks(2).map(|pair| match pair {
        [name, value] => Ok((*name, Cow::Borrowed(*value))),
        _ => Err(Malformed("has a name without a value: names and values take turns".to_owned())),
    });
    pairs.collect()
}

fn members(
    pairs: Vec<(&str, Cow<'_, str>)>,
    escape: Escape,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Value, Malformed> {
    let mut object = Map::with_capacity(pairs.len());
    for (name, raw) in pairs {
        let name = decode(name, escape)?.into_owned();
        let types = Typing::property(shape, &name).map_or(Types::ANY, |schema| typing.shape(schema).types);
        object.insert(name, typing.inside(decode(&raw, escape)?, types));
    }
    Ok(Value::Object(object))
}

/// True if items or members can be arrays or objects themselves.
fn holds_more(form: Form, shape: &Shape, typing: &Typing<'_>) -> bool {
    let can_hold = |schema: &SchemaRef| typing.shape(schema).types.has(Types::ARRAY.union(Types::OBJECT));
    match form {
        Form::One => false,
        Form::List => shape.items.is_none() || shape.prefix.iter().chain(&shape.items).any(can_hold),
        Form::Members => {
            shape.properties.is_empty() || shape.properties.values().chain(&shape.additional).any(can_hold)
        }
    }
}

/// Where the JSON array or object ends that a text begins with, or that stands there after a `=`; 0 if there is none. It
/// begins in the first `piece` bytes.
fn json_end(text: &str, piece: usize) -> usize {
    let Some(start) = text[..piece].find(['[', '{']) else { return 0 };
    let before = text[..start].trim();
    if !(before.is_empty() || before.ends_with('=')) {
        return 0;
    }
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => start + values.byte_offset(),
        _ => 0,
    }
}

/// The pieces of a text between any of the delimiters. `skip` is told a text and the bytes of it before its first
/// delimiter, and says how many of it hold none that counts.
fn split<'r>(raw: &'r str, delimiters: &[&str], skip: fn(&str, usize) -> usize) -> Vec<&'r str> {
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some(first) = next_mark(rest, delimiters) {
        let (at, length) = match skip(rest, first.0) {
            from if from > first.0 => match next_mark(&rest[from..], delimiters) {
                Some((at, length)) => (from + at, length),
                None => break,
            },
            _ => first,
        };
        pieces.push(&rest[..at]);
        rest = &rest[at + length..];
    }
    pieces.push(rest);
    pieces
}

/// Where the first of the delimiters is, and its length. It looks no further than there: a search for each of them would
/// go through all of the text for one that it does not have, at every piece.
fn next_mark(text: &str, delimiters: &[&str]) -> Option<(usize, usize)> {
    let mark_at = |at: usize| delimiters.iter().find(|mark| text.as_bytes()[at..].starts_with(mark.as_bytes()));
    (0..text.len()).find_map(|at| Some((at, mark_at(at)?.len())))
}

#[cfg(test)]
#[path = "style_tests.rs"]
mod tests;

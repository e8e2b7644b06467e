//! Urlencoded forms, and the fields that they share with multipart bodies.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Decoded, Fault, from_text, json};
use crate::{
    contract::{
        media::MediaRange,
        parameter::{Claims, Escape, Malformed, Pair, Pairs, Spelling, Typing, decode, from_pairs, has_text},
    },
    finding::Code,
    openapi::{Encoding, MediaType, Style},
    schema::{Shape, Types},
};

/// What a description says about single fields beyond the schema, compiled.
#[derive(Clone, Debug, Default)]
pub(in crate::contract) struct Fields {
    /// Fields that are described with `allowReserved: false` in so many words.
    pub no_reserved: Vec<String>,
}

/// A field to be read.
#[derive(Clone, Copy)]
pub(in crate::contract) struct Field<'p> {
    /// Its name.
    pub name: &'p str,
    /// How it is written, if the description says.
    pub encoding: Option<&'p Encoding>,
    /// What its value looks like.
    pub shape: &'p Shape,
}

/// Reads a form into an object, property by property; what is left becomes additional properties.
pub(super) fn read(text: &str, media: &MediaType, fields: &Fields, shape: &Shape, typing: &Typing<'_>) -> Decoded {
    if !shape.types.has(Types::OBJECT) {
        return Decoded { value: Some(typing.value(text.into(), shape.types)), ..Decoded::default() };
    }
    let pairs = Pairs::form(text);
    let mut object = Map::new();
    let mut faults = Vec::new();
    for (name, schema) in &shape.properties {
        let shape = typing.shape(schema);
        let field = Field { name, encoding: media.encoding.get(name), shape: &shape };
        match read_field(field, &pairs, typing) {
            Ok(None) => (),
            Ok(Some(value)) => drop(object.insert(name.clone(), value)),
            Err(Malformed(message)) => faults.push(Fault::field(name, Code::MALFORMED_BODY, message)),
        }
    }
    for (name, list) in others(&pairs, shape) {
        let pairs = Pairs { list, escape: pairs.escape };
        let inner = typing.inner(shape.additional.as_ref());
        let field = Field { name, encoding: media.encoding.get(name), shape: &inner };
        match read_field(field, &pairs, typing) {
            Ok(value) => object.extend(value.map(|value| (name.to_owned(), value))),
            Err(Malformed(message)) => faults.push(Fault::field(name, Code::MALFORMED_BODY, message)),
        }
    }
    faults.extend(fields.no_reserved.iter().filter_map(|name| check_reserved(name, &pairs)));
    Decoded { value: Some(Value::Object(object)), faults, ..Decoded::default() }
}

/// The pairs that belong to no property of the shape, by name.
fn others<'p>(pairs: &'p Pairs<'_>, shape: &Shape) -> IndexMap<&'p str, Vec<Pair<'p>>> {
    let mut others: IndexMap<&str, Vec<Pair<'_>>> = IndexMap::new();
    for pair in &pairs.list {
        if !shape.properties.contains_key(root(&pair.key)) && !shape.properties.contains_key(pair.key.as_ref()) {
            others.entry(&pair.key).or_default().push(Pair { key: Cow::Borrowed(&pair.key), raw: pair.raw });
        }
    }
    others
}

/// The name before the first bracket or dot.
fn root(key: &str) -> &str {
    key.split(['[', '.']).next().unwrap_or(key)
}

/// The value of one field; `None` if it was not sent.
pub(in crate::contract) fn read_field(
    field: Field<'_>,
    pairs: &Pairs<'_>,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let Field { name, encoding, shape } = field;
    if let Some((style, encoding)) = encoding.and_then(|encoding| Some((encoding.style?, encoding))) {
        let spelling = Spelling { name, style, explode: encoding.explode };
        return from_pairs(spelling, pairs, &Claims::default(), shape, typing);
    }
    let appended = format!("{name}[]");
    let raws: Vec<&str> = pairs.values(name).chain(pairs.values(&appended)).collect();
    if raws.is_empty() {
        return nested(name, pairs, shape, typing);
    }
    let is_json = encoding.is_some_and(describes_json);
    let value = |raw: &str, shape: &Shape| text_value(decode(raw, pairs.escape)?, is_json, shape, typing);
    match raws.as_slice() {
        // As in parameters: a list of one text `null` is less likely than no list.
        ["null"] if shape.types.has(Types::NULL) && !is_json && typing.choose(true) => Ok(Some(Value::Null)),
        [raw] if !shape.types.has(Types::ARRAY) || is_json || shape.types == Types::ANY => value(raw, shape).map(Some),
        [raw] if has_text(shape.types) && pairs.values(&appended).next().is_none() => value(raw, shape).map(Some),
        _ if !shape.types.has(Types::ARRAY) => {
            Err(Malformed(format!("is sent {} times, but it is one value", raws.len())))
        }
        _ => {
            let item = typing.items(shape);
            let items = raws.iter().zip(0..).map(|(raw, index)| value(raw, &item(index)));
            items.collect::<Result<_, _>>().map(|items| Some(Value::Array(items)))
        }
    }
}

fn text_value(text: Cow<'_, str>, is_json: bool, shape: &Shape, typing: &Typing<'_>) -> Result<Value, Malformed> {
    if is_json {
        return json(text.as_bytes()).map_err(|fault| Malformed(fault.message));
    }
    Ok(from_text(text, shape, typing))
}

/// True if a field is described as JSON.
pub(in crate::contract) fn describes_json(encoding: &Encoding) -> bool {
    encoding.content_types.iter().any(|range| MediaRange::parse(range).is_some_and(|range| range.is_json()))
}

/// Fields called `name[a][b]` or `name.a.b`.
fn nested(name: &str, pairs: &Pairs<'_>, shape: &Shape, typing: &Typing<'_>) -> Result<Option<Value>, Malformed> {
    if !shape.types.has(Types::OBJECT.union(Types::ARRAY)) {
        return Ok(None);
    }
    let mut bracketed = Pairs { list: Vec::new(), escape: pairs.escape };
    for pair in &pairs.list {
        let Some(rest) = pair.key.strip_prefix(name) else { continue };
        if rest.starts_with('[') {
            bracketed.list.push(pair.clone());
        } else if let Some(rest) = rest.strip_prefix('.') {
            let key = format!("{name}[{}]", rest.replace('.', "]["));
            bracketed.list.push(Pair { key: key.into(), raw: pair.raw });
        }
    }
    let spelling = Spelling { name, style: Style::DeepObject, explode: true };
    from_pairs(spelling, &bracketed, &Claims::default(), shape, typing)
}

/// A fault if a field has reserved characters (RFC 3986, section 2.2) that are not percent-encoded.
pub(in crate::contract) fn check_reserved(name: &str, pairs: &Pairs<'_>) -> Option<Fault> {
    // In a form, `+` is how a space is written.
    let reserved = |c: char| ":/?#[]@!$&'()*,;=".contains(c) || (c == '+' && pairs.escape == Escape::None);
    let found = pairs.values(name).find_map(|raw| raw.chars().find(|c| reserved(*c)))?;
    let message =
        format!("has the reserved character `{found}`, which must be percent-encoded (`allowReserved: false`)");
    Some(Fault::field(name, Code::MALFORMED_BODY, message))
}

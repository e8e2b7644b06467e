//! Multipart bodies (RFC 2046, section 5.1; RFC 7578).
//!
//! The body is whole in memory, so its parts are slices of it. Line ends without a carriage return are accepted, as
//! most servers do.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{
    body::{Decoded, Fault, Field, Fields, Raw, Slot, check_reserved, from_text, json, read_field},
    charset::{self, Charset},
    media::MediaRange,
    parameter::{Escape, Malformed, Pair, Pairs, Typing, has_text, is_null, is_object},
    xml,
};
use crate::{
    finding::Code,
    limit::MULTIPART_PARTS_MAX,
    openapi::{Encoding, MediaType, Style},
    schema::{Shape, Types},
};

/// One part.
#[derive(Debug)]
pub(super) struct Part<'m> {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// True if it says a file name.
    pub file: bool,
    /// Its header fields but `Content-Disposition`.
    pub headers: HeaderMap,
    /// Its content.
    bytes: &'m [u8],
    /// Its content in the character set that it names; without one, bytes that are not UTF-8 are replaced.
    pub text: Cow<'m, str>,
    /// What is wrong with its text.
    fault: Option<String>,
}

/// The field of a form that names the character set of all others (RFC 7578, section 4.6).
const CHARSET_FIELD: &str = "_charset_";

impl Part<'_> {
    fn content_type(&self) -> Option<MediaRange> {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| MediaRange::parse(value.to_str().ok()?))
    }

    fn decode(&mut self, charset: Charset) {
        match charset.decode(self.bytes) {
            Ok(text) => self.text = text,
            Err(fault) => self.fault = Some(fault.message),
        }
    }

    /// Reads the text in its own character set, or in `usual` if it is text that names none.
    fn decode_as(&mut self, usual: Option<Charset>) {
        let own = self.content_type();
        let named = own.as_ref().and_then(charset::named);
        let is_text = !self.file && own.as_ref().is_none_or(|range| range.kind == "text");
        if let Some(charset) = named.map_or(usual.filter(|_| is_text), Charset::by_name) {
            self.decode(charset);
        }
    }
}

/// The parts of a body, and what is wrong with those that could not be read; a fault if the body cannot be cut.
pub(super) fn parts(raw: Raw<'_>) -> Result<(Vec<Part<'_>>, Vec<Fault>), Fault> {
    let boundary = parameter(raw.content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or_else(|| Fault::body("cannot be cut into parts: its Content-Type has no boundary"))?;
    let mut parts = Vec::new();
    let mut faults = Vec::new();
    let pieces = cut(raw.bytes, &boundary).map_err(Fault::body)?;
    for (piece, number) in pieces.into_iter().zip(1..) {
        match part(piece) {
            Ok(part) => parts.push(part),
            Err(message) => faults.push(Fault::body(format!("has a bad part: part {number} {message}"))),
        }
    }
    let usual = parts.iter().find(|part| part.name.as_deref() == Some(CHARSET_FIELD));
    let usual = usual.and_then(|part| Charset::by_name(part.text.trim()));
    for part in &mut parts {
        part.decode_as(usual);
    }
    Ok((parts, faults))
}

/// The parts as pairs of names and texts.
pub(super) fn pairs<'m>(parts: &'m [Part<'_>]) -> Pairs<'m> {
    let named = parts.iter().filter_map(|part| Some(Pair { key: part.name.as_deref()?.into(), raw: &part.text }));
    Pairs { list: named.collect(), escape: Escape::None }
}

/// The text between the boundaries.
fn cut<'m>(bytes: &'m [u8], boundary: &str) -> Result<Vec<&'m [u8]>, String> {
    let mark = format!("--{boundary}");
    let mut pieces = Vec::new();
    let mut from = next_boundary(bytes, mark.as_bytes(), 0)
        .ok_or_else(|| format!("is not multipart: there is no `{mark}` in it"))?
        .1;
    while !bytes[from..].starts_with(b"--") {
        let start = from + line_end(&bytes[from..]).ok_or("is cut off after a boundary")?;
        let (end, next) = next_boundary(bytes, mark.as_bytes(), start)
            .ok_or_else(|| format!("is cut off: it does not end with `{mark}--`"))?;
        pieces.push(&bytes[start..end]);
        if pieces.len() > MULTIPART_PARTS_MAX {
            return Err(format!("has more than {MULTIPART_PARTS_MAX} parts"));
        }
        from = next;
    }
    Ok(pieces)
}

/// Finds a boundary at the start of a line: where the text before it ends, and where the boundary ends.
fn next_boundary(bytes: &[u8], mark: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut line = from;
    loop {
        let rest = bytes.get(line..)?;
        if let Some(after) = rest.strip_prefix(mark) {
            // A longer boundary that starts alike is another one.
            if after.is_empty() || after.starts_with(b"--") || line_end(after).is_some() {
                let before = bytes[from..line].strip_suffix(b"\n").unwrap_or(&bytes[from..line]);
                let before = before.strip_suffix(b"\r").unwrap_or(before);
                return Some((from + before.len(), line + mark.len()));
            }
        }
        line += rest.iter().position(|byte| *byte == b'\n')? + 1;
    }
}

/// Length of the white space and line end that bytes start with.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match &bytes[blank..] {
        [b'\r', b'\n', ..] => Some(blank + 2),
        [b'\n', ..] => Some(blank + 1),
        _ => None,
    }
}

/// Header fields, an empty line, content.
fn part(piece: &[u8]) -> Result<Part<'_>, String> {
    let mut headers = HeaderMap::new();
    let mut disposition: Option<&[u8]> = None;
    let mut rest = piece;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None if rest.is_empty() => (rest, rest),
            None => return Err("has no empty line after its header fields".to_owned()),
        };
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let (name, value) = field_line(line).ok_or("has a line that is no header field")?;
        if name == header::CONTENT_DISPOSITION {
            // The name of a part may have characters that a header field cannot hold.
            disposition = disposition.or(Some(value));
        } else {
            headers.append(name, HeaderValue::from_bytes(value).map_err(|_| "has a line that is no header field")?);
        }
    }
    let disposition = disposition.map(String::from_utf8_lossy);
    let said = |name: &str| disposition.as_deref().and_then(|text| parameter(text, name));
    let file = said("filename").or_else(|| said("filename*")).is_some();
    Ok(Part { name: said("name"), file, headers, bytes: rest, text: String::from_utf8_lossy(rest), fault: None })
}

/// The name and raw value of a header field.
fn field_line(line: &[u8]) -> Option<(HeaderName, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
    Some((name, line[colon + 1..].trim_ascii()))
}

/// A parameter of a header field, `; name=value` or `; name="value"`.
fn parameter(field: &str, wanted: &str) -> Option<String> {
    let mut rest = field.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_start_matches([';', ' ', '\t']).trim();
        let after = after.trim_start();
        let (value, next) = if let Some(quoted) = after.strip_prefix('"') {
            quoted_string(quoted)
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// The content of a quoted string after its opening quote, and what follows the closing one.
///
/// Browsers escape quotes and line ends as `%22`, `%0D`, `%0A`; others use backslashes.
fn quoted_string(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                return (value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"), &text[at + 1..]);
            }
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// Reads a body into an object with a property for each name, or into an array if only that is described.
pub(super) fn read(raw: Raw<'_>, media: &MediaType, fields: &Fields, shape: &Shape, typing: &Typing<'_>) -> Decoded {
    let (parts, mut faults) = match parts(raw) {
        Ok(parts) => parts,
        Err(fault) => return Decoded::of(Err(fault)),
    };
    if !shape.types.has(Types::OBJECT) || (media.is_positional() && shape.types.has(Types::ARRAY)) {
        return in_order(&parts, faults, media, shape, typing);
    }
    let mut decoded = Decoded::default();
    let mut object = Map::new();
    let mut groups = by_name(&parts, &mut faults);
    for (name, encoding) in &media.encoding {
        match spread(name, encoding, &mut groups, shape, typing) {
            Ok(value) => object.extend(value.map(|value| (name.clone(), value))),
            Err(Malformed(message)) => faults.push(Fault::field(name, Code::MALFORMED_BODY, message)),
        }
    }
    for (name, group) in groups {
        let inner = typing.inner(Typing::property(shape, name));
        let encoding = media.encoding.get(name);
        if encoding.is_some_and(|encoding| !encoding.headers.is_empty()) {
            let slot = || Slot::Name(name.to_owned());
            decoded.part_headers.extend(group.iter().map(|part| (slot(), part.headers.clone())));
        }
        if name == CHARSET_FIELD && !shape.properties.contains_key(name) {
            continue;
        }
        match property(Field { name, encoding, shape: &inner }, &group, typing) {
            Ok(value) => drop(object.insert(name.to_owned(), value)),
            Err(fault) => faults.push(fault),
        }
    }
    let pairs = pairs(&parts);
    faults.extend(fields.no_reserved.iter().filter_map(|name| check_reserved(name, &pairs)));
    decoded.value = Some(Value::Object(object));
    decoded.faults = faults;
    decoded
}

/// Reads the parts into an array, each by its position. One that cannot be read is a fault, and null in its place.
fn in_order(parts: &[Part<'_>], faults: Vec<Fault>, media: &MediaType, shape: &Shape, typing: &Typing<'_>) -> Decoded {
    let mut decoded = Decoded { faults, ..Decoded::default() };
    let mut items = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let schema = shape.prefix.get(index).or(shape.items.as_ref()).or(media.item_schema.as_ref());
        let encoding = media.encoding_at(index);
        if encoding.is_some_and(|encoding| !encoding.headers.is_empty()) {
            decoded.part_headers.push((Slot::Position(index), part.headers.clone()));
        }
        let read = check_content_type(part, encoding)
            .and_then(|()| content(part, encoding, &typing.inner(schema), typing))
            .map_err(|fault| Fault { at: format!("/{index}"), ..fault });
        items.push(read.unwrap_or_else(|fault| {
            decoded.faults.push(fault);
            Value::Null
        }));
    }
    decoded.value = Some(Value::Array(items));
    decoded
}

fn by_name<'p, 'm>(parts: &'p [Part<'m>], faults: &mut Vec<Fault>) -> IndexMap<&'p str, Vec<&'p Part<'m>>> {
    let mut groups: IndexMap<&str, Vec<&Part<'_>>> = IndexMap::new();
    for (part, number) in parts.iter().zip(1..) {
        match &part.name {
            Some(name) => groups.entry(name).or_default().push(part),
            None => faults.push(Fault::body(format!("has a bad part: part {number} has no name"))),
        }
    }
    groups
}

/// True if the members of an object have parts of their own: `name[member]`, or `member` alone.
fn is_spread(encoding: &Encoding, shape: &Shape) -> bool {
    match encoding.style {
        Some(Style::DeepObject) => true,
        Some(Style::Form) => encoding.explode && is_object(shape.types),
        _ => false,
    }
}

/// A property whose members have parts of their own, which are taken from `groups`. `None` if none of them was sent, or
/// one part has the whole property, as every object has without a style.
fn spread(
    name: &str,
    encoding: &Encoding,
    groups: &mut IndexMap<&str, Vec<&Part<'_>>>,
    shape: &Shape,
    typing: &Typing<'_>,
) -> Result<Option<Value>, Malformed> {
    let Some(schema) = shape.properties.get(name) else { return Ok(None) };
    let inner = typing.shape(schema);
    let (Some(style), true, false) = (encoding.style, is_spread(encoding, &inner), groups.contains_key(name)) else {
        return Ok(None);
    };
    let is_member = |part: &str| match style {
        Style::DeepObject => part.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')),
        _ => inner.properties.contains_key(part) && !shape.properties.contains_key(part),
    };
    let names: Vec<&str> = groups.keys().copied().filter(|part| is_member(part)).collect();
    let taken: Vec<(&str, Vec<&Part<'_>>)> =
        names.into_iter().filter_map(|part| Some((part, groups.shift_remove(part)?))).collect();
    let list = taken
        .iter()
        .flat_map(|(key, group)| group.iter().map(move |part| Pair { key: Cow::Borrowed(*key), raw: &part.text }));
    let pairs = Pairs { list: list.collect(), escape: Escape::None };
    read_field(Field { name, encoding: Some(encoding), shape: &inner }, &pairs, typing)
}

/// The value of all parts of one name.
fn property(field: Field<'_>, parts: &[&Part<'_>], typing: &Typing<'_>) -> Result<Value, Fault> {
    let Field { name, encoding, shape } = field;
    let here = |fault: Fault| Fault::field(name, fault.code, fault.message);
    for part in parts {
        check_content_type(part, encoding).map_err(here)?;
    }
    let is_styled = |encoding: &Encoding| encoding.style.is_some() && !is_spread(encoding, shape);
    let is_json = parts.len() == 1 && parts[0].content_type().is_some_and(|range| range.is_json());
    if encoding.is_some_and(is_styled) && !is_json {
        let list = parts.iter().map(|part| Pair { key: name.into(), raw: &part.text }).collect();
        return read_field(field, &Pairs { list, escape: Escape::None }, typing)
            .map(|value| value.unwrap_or(Value::Null))
            .map_err(|Malformed(message)| Fault::field(name, Code::MALFORMED_BODY, message));
    }
    match parts {
        // As in parameters: a list of one text `null` is less likely than no list.
        [part] if !part.file && !has_text(shape.types) && is_null(&part.text, shape.types) && typing.choose(true) => {
            Ok(Value::Null)
        }
        [part] if !shape.types.has(Types::ARRAY) || has_text(shape.types) || is_json_list(part, shape) => {
            content(part, encoding, shape, typing).map_err(here)
        }
        _ if !shape.types.has(Types::ARRAY) => {
            let message = format!("is sent {} times, but it is one value", parts.len());
            Err(Fault::field(name, Code::MALFORMED_BODY, message))
        }
        _ => {
            let of_index = typing.items(shape);
            let mut items = Vec::with_capacity(parts.len());
            for (index, part) in parts.iter().enumerate() {
                let item = of_index(index);
                match content(part, encoding, &item, typing).map_err(here)? {
                    // The whole array may have been sent as one JSON part.
                    Value::Array(whole) if parts.len() == 1 && !item.types.has(Types::ARRAY) => items.extend(whole),
                    Value::Array(whole) if parts.len() == 1 && item.types == Types::ANY => items.extend(whole),
                    value => items.push(value),
                }
            }
            Ok(Value::Array(items))
        }
    }
}

/// True if a list that may be null is sent as JSON.
fn is_json_list(part: &Part<'_>, shape: &Shape) -> bool {
    shape.types.has(Types::NULL) && part.text.trim_start().starts_with('[')
}

/// The value of one part, by its own media type, else the described one, else what its shape suggests.
fn content(part: &Part<'_>, encoding: Option<&Encoding>, shape: &Shape, typing: &Typing<'_>) -> Result<Value, Fault> {
    if let Some(fault) = &part.fault {
        return Err(Fault::body(fault.clone()));
    }
    let described = || encoding.and_then(|encoding| MediaRange::parse(encoding.content_types.first()?));
    match part.content_type().or_else(described) {
        // A file is bytes to its schema, whatever its own type is.
        _ if part.file && !shape.types.has(Types::OBJECT.union(Types::ARRAY)) => {
            Ok(Value::String(part.text.to_string()))
        }
        Some(range) if range.is_json() => json(part.bytes),
        Some(range) if range.is_xml() => {
            charset::xml(part.bytes, Some(&range)).and_then(|text| xml::read(&text, None, shape, typing))
        }
        _ => Ok(from_text(part.text.as_ref().into(), shape, typing)),
    }
}

fn check_content_type(part: &Part<'_>, encoding: Option<&Encoding>) -> Result<(), Fault> {
    let (Some(encoding), Some(sent)) = (encoding, part.content_type()) else { return Ok(()) };
    let fits = |range: &String| {
        MediaRange::parse(range).is_none_or(|range| {
            (range.kind == "*" || range.kind == sent.kind) && (range.subtype == "*" || range.subtype == sent.subtype)
        })
    };
    if encoding.content_types.is_empty() || encoding.content_types.iter().any(fits) {
        return Ok(());
    }
    let described = encoding.content_types.join("`, `");
    let message = format!("is a part of type `{}/{}`, not `{described}`", sent.kind, sent.subtype);
    Err(Fault { code: Code::UNSUPPORTED_MEDIA_TYPE, ..Fault::body(message) })
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;

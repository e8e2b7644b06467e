//! Media types: the entries of `content`.

use indexmap::IndexMap;

use super::{cursor::Cursor, cursor::kind, example, fields, parameter, style, version::Version};
use crate::{
    finding::{Code, Severity},
    openapi::{
        documents::unescape_token,
        model::{Encoding, MediaType, ParameterPlace, SchemaKind, SchemaRef, Style},
    },
};

/// How far a media type is from the message. It bounds the recursion of media types, encodings and headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// It describes a body, a parameter or a header of a message.
    Outer,
    /// It describes a header of one part of a body; encodings count for nothing there.
    Part,
}

/// The entries of `content`, in document order.
pub(super) fn content(owner: &Cursor<'_>, depth: Depth) -> Vec<MediaType> {
    owner.entries("content").filter_map(|(range, cursor)| media_type(range, &cursor, depth)).collect()
}

fn media_type(key: &str, entry: &Cursor<'_>, depth: Depth) -> Option<MediaType> {
    let range = range(key, entry)?;
    if !entry.spend() {
        return None;
    }
    let cursor = entry.open(&fields::MEDIA_TYPE)?;
    let is_outer = depth == Depth::Outer;
    Some(MediaType {
        schema: schema(&cursor, "schema"),
        item_schema: schema(&cursor, "itemSchema"),
        root_name: root_name(&cursor),
        form_fields: Vec::new(),
        encoding: if is_outer { encodings(&cursor) } else { IndexMap::new() },
        prefix_encoding: if is_outer { prefix_encoding(&cursor) } else { Vec::new() },
        item_encoding: if is_outer { item_encoding(&cursor) } else { None },
        examples: example::of(&cursor, Some(&range)),
        range,
        at: cursor.at,
    })
}

/// A media type or range as written, as far as it is one; `at` is where it is written.
pub(super) fn range(text: &str, at: &Cursor<'_>) -> Option<String> {
    let trimmed = text.trim();
    if mediatype::MediaType::parse(trimmed).is_ok() {
        return Some(trimmed.to_owned());
    }
    let bare = trimmed.split(';').next().unwrap_or_default().trim();
    let instead = match bare {
        "*" => Some("*/*"),
        bare => mediatype::MediaType::parse(bare).is_ok().then_some(bare),
    };
    match instead {
        Some(bare) => {
            let message = format!("`{text}` is no media type as it stands; it is taken as `{bare}`");
            at.report_key(Severity::Warning, Code::BAD_MEDIA_TYPE, message, &format!("write `{bare}`"));
            Some(bare.to_owned())
        }
        None => {
            let message = format!("`{text}` is no media type; it is left out");
            at.report_key(Severity::Error, Code::BAD_MEDIA_TYPE, message, "write one such as `application/json`");
            None
        }
    }
}

/// The schema under `name`. Its content is looked at when it is used.
pub(super) fn schema(owner: &Cursor<'_>, name: &str) -> Option<SchemaRef> {
    let schema = owner.field(name)?;
    if schema.value.is_object() || schema.value.is_boolean() {
        return Some(SchemaRef { at: schema.at, kind: SchemaKind::Schema });
    }
    let message = format!("`{name}` must be a schema, not {}; it is passed over", kind(schema.value));
    schema.report(Severity::Error, Code::WRONG_TYPE, message, "write a schema object");
    None
}

/// 3.2: the name of the component that the schema of a media type is. Older versions leave it to everyone.
fn root_name(owner: &Cursor<'_>) -> Option<String> {
    if owner.version() < Version::V32 {
        return None;
    }
    let reference = owner.value.get("schema")?.get("$ref")?.as_str()?;
    let at = owner.target(reference)?;
    let name = at.pointer.strip_prefix("/components/schemas/")?;
    (!name.contains('/')).then(|| unescape_token(name))
}

fn encodings(owner: &Cursor<'_>) -> IndexMap<String, Encoding> {
    owner
        .entries("encoding")
        .filter_map(|(name, cursor)| Some((name.to_owned(), encoding(&cursor.open(&fields::ENCODING)?))))
        .collect()
}

/// 3.2: encodings by position. One that cannot be read says nothing, so that the others keep their places.
fn prefix_encoding(owner: &Cursor<'_>) -> Vec<Encoding> {
    let Some(items) = owner.items("prefixEncoding") else { return Vec::new() };
    let silent = || Encoding { content_types: Vec::new(), headers: Vec::new(), style: None, explode: true };
    items.map(|item| item.open(&fields::ENCODING).map_or_else(silent, |cursor| encoding(&cursor))).collect()
}

/// 3.2: the encoding of all parts that have none by their position.
fn item_encoding(owner: &Cursor<'_>) -> Option<Encoding> {
    let item = owner.field("itemEncoding");
    if owner.has("encoding") && (item.is_some() || owner.has("prefixEncoding")) {
        let message =
            "`encoding` is for parts with names; beside `prefixEncoding` or `itemEncoding` it counts for nothing";
        let beside = owner.raw("encoding").unwrap_or_else(|| owner.clone());
        beside.report_key(Severity::Warning, Code::BAD_VALUE, message, "remove one of them");
    }
    Some(encoding(&item?.open(&fields::ENCODING)?))
}

fn encoding(cursor: &Cursor<'_>) -> Encoding {
    let content_types = cursor.text("contentType").map(|types| split(&types)).unwrap_or_default();
    let named = cursor.text("style").map(|name| {
        let style = style::by_name(&name).map(|(style, _)| style);
        style.filter(|style| style::fits(*style, ParameterPlace::Query)).unwrap_or_else(|| {
            let message = format!("`style: {name}` does not exist in this place; `form` counts");
            let help = format!("write {}", style::names_for(ParameterPlace::Query));
            cursor.report(Severity::Warning, Code::BAD_VALUE, message, &help);
            Style::Form
        })
    });
    let explode = cursor.flag("explode");
    let styled = explode.is_some() || cursor.has("allowReserved");
    let style = named.or(styled.then_some(Style::Form));
    Encoding {
        content_types,
        headers: parameter::headers(cursor, Depth::Part),
        style,
        explode: explode.unwrap_or_else(|| style::default_explode(style.unwrap_or(Style::Form))),
    }
}

/// Media types in one text, split at commas.
fn split(types: &str) -> Vec<String> {
    types.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// The media type without its parameters, in lower case.
pub(super) fn essence(range: &str) -> String {
    range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// True for `application/json`, `text/json` and every `+json`.
pub(super) fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json") || essence.ends_with("+json")
}

/// True if an example that is a string is the content itself and not a JSON string: for text formats whose values
/// JSON cannot show naturally. In plain text the two are the same, and binary content cannot stand in a string.
pub(super) fn is_structured_text(essence: &str) -> bool {
    let (kind, subtype) = essence.split_once('/').unwrap_or((essence, ""));
    kind == "multipart"
        || ["+xml", "+yaml", "+json-seq"].iter().any(|suffix| subtype.ends_with(suffix))
        || matches!(
            subtype,
            "xml"
                | "csv"
                | "x-www-form-urlencoded"
                | "event-stream"
                | "jsonl"
                | "x-ndjson"
                | "json-seq"
                | "yaml"
                | "x-yaml"
        )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::lower::testing::{codes, operation};

    #[track_caller]
    fn body(version: &str, content: Value) -> (Vec<MediaType>, Vec<String>) {
        let (operation, findings) = operation(version, json!({"requestBody": {"content": content}}), json!({}));
        (operation.body.unwrap().content, codes(&findings).into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn ranges() {
        #[track_caller]
        fn check(key: &str, expected: &[&str], faults: &[&str]) {
            let (content, codes) = body("3.0.4", json!({key: {"schema": {}}}));
            assert_eq!(content.iter().map(|media| &*media.range).collect::<Vec<_>>(), expected);
            assert_eq!(codes, faults);
        }
        check("application/json; charset=utf-8", &["application/json; charset=utf-8"], &[]);
        check("text/*", &["text/*"], &[]);
        check("*/*", &["*/*"], &[]);
        check("*", &["*/*"], &["bad-media-type"]);
        check("application/json;a b", &["application/json"], &["bad-media-type"]);
        check("json", &[], &["bad-media-type"]);
        check("", &[], &["bad-media-type"]);
    }

    #[test]
    fn encodings() {
        #[track_caller]
        fn check(encoding: Value, expected: (&[&str], Option<Style>, bool, usize), faults: &[&str]) {
            let (content, codes) = body("3.0.4", json!({"multipart/form-data": {"encoding": {"f": encoding}}}));
            let found = &content[0].encoding["f"];
            let types: Vec<_> = found.content_types.iter().map(String::as_str).collect();
            assert_eq!((&*types, found.style, found.explode, found.headers.len()), expected);
            assert_eq!(codes, faults);
        }
        check(json!({}), (&[], None, true, 0), &[]);
        check(json!({"contentType": "image/png, image/*"}), (&["image/png", "image/*"], None, true, 0), &[]);
        check(json!({"explode": false}), (&[], Some(Style::Form), false, 0), &[]);
        check(json!({"style": "deepObject"}), (&[], Some(Style::DeepObject), false, 0), &[]);
        check(json!({"style": "simple"}), (&[], Some(Style::Form), true, 0), &["bad-value"]);
        check(json!({"headers": {"X-A": {"schema": {}}}}), (&[], None, true, 1), &[]);
    }

    #[test]
    fn encodings_by_position() {
        let of = |content_type: &str| json!({ "contentType": content_type });
        let media = json!({"itemSchema": {}, "prefixEncoding": [of("a/b"), 5, of("c/d")], "itemEncoding": of("e/f")});
        let (content, codes) = body("3.2.0", json!({"multipart/mixed": media}));
        let types = |index| content[0].encoding_at(index).unwrap().content_types.join(",");
        assert_eq!([types(0), types(1), types(2), types(3), types(9)], ["a/b", "", "c/d", "e/f", "e/f"]);
        assert_eq!(codes, ["wrong-type"]);
        let both = json!({"schema": {}, "encoding": {"a": {}}, "itemEncoding": {}});
        assert_eq!(body("3.2.0", json!({"multipart/mixed": both.clone()})).1, ["bad-value"]);
        assert_eq!(body("3.1.1", json!({"multipart/mixed": both})).1, ["version", "bad-value"]);
        let (content, codes) = body("3.2.0", json!({"multipart/mixed": {"prefixEncoding": {}, "itemEncoding": null}}));
        assert!(content[0].encoding_at(0).is_none());
        assert_eq!(codes, ["wrong-type", "wrong-type"]);
    }

    #[test]
    fn headers_that_hold_themselves() {
        let header = json!({"content": {"multipart/form-data": {"encoding": {"f": {"headers": {
            "X-A": {"$ref": "#/components/headers/h"}}}}}}});
        let more = json!({"components": {"headers": {"h": header}}});
        let content = json!({"multipart/form-data": {"encoding": {"f": {"headers": {
            "X-A": {"$ref": "#/components/headers/h"}}}}}});
        let (operation, findings) = operation("3.0.4", json!({"requestBody": {"content": content}}), more);
        assert_eq!(operation.body.unwrap().content[0].encoding["f"].headers.len(), 1);
        assert_eq!(codes(&findings), [""; 0]);
    }

    #[test]
    fn sequences() {
        let stream = json!({"application/jsonl": {"itemSchema": {}}});
        let (content, codes) = body("3.2.0", stream.clone());
        assert!(content[0].item_schema.is_some());
        assert_eq!(codes, [""; 0]);
        let (_, codes) = body("3.1.0", stream);
        assert_eq!(codes, ["version"]);
    }
}

//! Media types: the entries of `content`.

use indexmap::IndexMap;

use super::{cursor::Cursor, cursor::kind, example, fields, parameter, style};
use crate::{
    finding::{Code, Severity},
    openapi::model::{Encoding, MediaType, ParameterPlace, SchemaKind, SchemaRef, Style},
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
    Some(MediaType {
        schema: schema(&cursor, "schema"),
        item_schema: schema(&cursor, "itemSchema"),
        form_fields: Vec::new(),
        encoding: if depth == Depth::Outer { encodings(&cursor) } else { IndexMap::new() },
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

fn encodings(owner: &Cursor<'_>) -> IndexMap<String, Encoding> {
    owner
        .entries("encoding")
        .filter_map(|(name, cursor)| Some((name.to_owned(), encoding(&cursor.open(&fields::ENCODING)?))))
        .collect()
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

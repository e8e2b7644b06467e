//! Parameters and header fields.

use super::{
    cursor::{Cursor, sentence},
    example, fields,
    media::{self, Depth},
    style,
    version::Version,
};
use crate::{
    finding::{Code, Severity},
    openapi::model::{Example, Parameter, ParameterFormat, ParameterPlace, SchemaKind, SchemaRef},
};

/// A parameter as it is declared. In 2.0, the body and its form fields are parameters too.
#[derive(Clone)]
pub(super) enum Declared<'c> {
    /// A parameter.
    Parameter(Parameter),
    /// 2.0, `in: body`: the parameter object.
    Body(Cursor<'c>),
    /// 2.0, `in: formData`.
    Field {
        /// The field, as if it were sent in the query.
        parameter: Parameter,
        /// True for `type: file`.
        file: bool,
    },
    /// 2.0: the values of a header parameter `Content-Type`, which are media types of the body.
    MediaTypes(Vec<String>),
}

impl Declared<'_> {
    /// True if both declare the same parameter: same name and same place. There is only one body.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Parameter(a), Self::Parameter(b)) => {
                a.place == b.place
                    && (a.name == b.name || (a.place == ParameterPlace::Header && a.name.eq_ignore_ascii_case(&b.name)))
            }
            (Self::Field { parameter: a, .. }, Self::Field { parameter: b, .. }) => a.name == b.name,
            (Self::Body(_), Self::Body(_)) | (Self::MediaTypes(_), Self::MediaTypes(_)) => true,
            _ => false,
        }
    }
}

/// The parameters listed under `parameters` of a path item or an operation. Of two that are the same, the first counts.
pub(super) fn list<'c>(owner: &Cursor<'c>) -> Vec<Declared<'c>> {
    let mut list: Vec<Declared<'c>> = Vec::new();
    for item in owner.items("parameters").into_iter().flatten() {
        let Some(declared) = declared(&item) else { continue };
        if list.iter().any(|known| known.is_same(&declared)) {
            item.report_key(
                Severity::Warning,
                Code::DUPLICATE_PARAMETER,
                "the parameter is declared twice in the same list; the first counts",
                "remove one of them",
            );
        } else {
            list.push(declared);
        }
    }
    list
}

/// The parameters of a path item with those of an operation put in their place or after them.
pub(super) fn merge<'c>(item: &[Declared<'c>], own: Vec<Declared<'c>>) -> Vec<Declared<'c>> {
    let mut merged = item.to_vec();
    for declared in own {
        match merged.iter_mut().find(|known| known.is_same(&declared)) {
            Some(known) => *known = declared,
            None => merged.push(declared),
        }
    }
    merged
}

/// Where a parameter object says that it is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Place(ParameterPlace),
    Body,
    Form,
}

fn declared<'c>(item: &Cursor<'c>) -> Option<Declared<'c>> {
    if !item.spend() {
        return None;
    }
    let cursor = item.open(&fields::PARAMETER)?;
    let place = place(&cursor)?;
    if place == In::Body {
        return Some(Declared::Body(cursor));
    }
    let Some(name) = cursor.text("name") else {
        cursor.missing(Severity::Error, "a parameter", "name");
        return None;
    };
    match place {
        In::Place(ParameterPlace::Header)
            if cursor.version() == Version::V20 && name.eq_ignore_ascii_case("Content-Type") =>
        {
            Some(Declared::MediaTypes(media_types(&cursor, &name)))
        }
        In::Place(place) => parameter(&cursor, &name, place).map(Declared::Parameter),
        In::Form => {
            let file = cursor.value.get("type").and_then(|word| word.as_str()) == Some("file");
            Some(Declared::Field { parameter: form_field(&cursor, &name), file })
        }
        In::Body => None,
    }
}

/// Reads `in`; `None` if the parameter cannot be read.
fn place(cursor: &Cursor<'_>) -> Option<In> {
    let Some(word) = cursor.text("in") else {
        cursor.missing(Severity::Error, "a parameter", "in");
        return None;
    };
    let (place, name, first, last) = match word.to_ascii_lowercase().as_str() {
        "path" => (In::Place(ParameterPlace::Path), "path", Version::V20, Version::V32),
        "query" => (In::Place(ParameterPlace::Query), "query", Version::V20, Version::V32),
        "header" => (In::Place(ParameterPlace::Header), "header", Version::V20, Version::V32),
        "cookie" => (In::Place(ParameterPlace::Cookie), "cookie", Version::V30, Version::V32),
        "querystring" => (In::Place(ParameterPlace::QueryString), "querystring", Version::V32, Version::V32),
        "body" => (In::Body, "body", Version::V20, Version::V20),
        "formdata" => (In::Form, "formData", Version::V20, Version::V20),
        _ => {
            let message = format!("a parameter cannot be in `{word}`; it is left out");
            let help = "write `path`, `query`, `header` or `cookie`; 2.0 has `body` and `formData`, 3.2 `querystring`";
            cursor.report(Severity::Error, Code::BAD_VALUE, message, help);
            return None;
        }
    };
    let version = cursor.version();
    if version > last {
        let message = format!("`in: {name}` does not belong to {}; the parameter is left out", version.name());
        cursor.report(Severity::Error, Code::VERSION, message, "describe the body under `requestBody`");
        return None;
    }
    if version < first {
        let message = format!("`in: {name}` does not belong to {}; it is read all the same", version.name());
        cursor.report(Severity::Warning, Code::VERSION, message, "write the document in a version that has it");
    }
    if name != word {
        let message = format!("`in: {word}` is not how the place is written; it is taken as `{name}`");
        cursor.report(Severity::Warning, Code::BAD_VALUE, message, &format!("write `in: {name}`"));
    }
    Some(place)
}

fn parameter(cursor: &Cursor<'_>, name: &str, place: ParameterPlace) -> Option<Parameter> {
    if place == ParameterPlace::Header && !is_header_parameter(cursor, name) {
        return None;
    }
    let mut required = cursor.flag("required").unwrap_or(false);
    if place == ParameterPlace::Path && !required {
        let message = format!("the path parameter `{name}` is not `required: true`; it is required all the same");
        cursor.report_key(Severity::Warning, Code::MISSING_FIELD, message, "add `required: true`");
        required = true;
    }
    let allow_empty_value = place == ParameterPlace::Query && cursor.flag("allowEmptyValue").unwrap_or(false);
    let format = format(cursor, place, "a parameter", Depth::Outer);
    Some(Parameter {
        name: name.to_owned(),
        place,
        required,
        deprecated: is_deprecated(cursor),
        allow_empty_value,
        examples: examples(cursor, &format),
        format,
        at: cursor.at.clone(),
    })
}

/// 2.0: the media types that a header parameter `Content-Type` lists. Unlike 3.0, Swagger 2.0 does not say that it counts for
/// nothing; but what it says is about the body, and nothing if there is none.
fn media_types(cursor: &Cursor<'_>, name: &str) -> Vec<String> {
    let listed = cursor.items("enum").into_iter().flatten();
    let ranges: Vec<String> = listed.filter_map(|item| media::range(&item.as_text("enum")?, &item)).collect();
    let message = if ranges.is_empty() {
        format!("a header parameter named `{name}` counts for nothing; it is left out")
    } else {
        format!("the values of the header parameter `{name}` are taken as media types of the body")
    };
    cursor.report(Severity::Note, Code::BAD_VALUE, message, "list media types under `consumes`");
    ranges
}

/// False for the headers that the specification describes elsewhere, and for names that cannot be sent.
fn is_header_parameter(cursor: &Cursor<'_>, name: &str) -> bool {
    if ["Accept", "Content-Type", "Authorization"].iter().any(|other| other.eq_ignore_ascii_case(name)) {
        let message = format!("a header parameter named `{name}` counts for nothing; it is left out");
        let help =
            "describe media types under `content` (2.0: `consumes`, `produces`) and credentials under `security`";
        cursor.report(Severity::Note, Code::BAD_VALUE, message, help);
        return false;
    }
    let possible = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
    if !possible {
        let message = format!("`{name}` cannot be the name of a header; the parameter is left out");
        cursor.report(Severity::Error, Code::BAD_VALUE, message, "write a name that HTTP allows");
    }
    possible
}

/// 2.0: a form field, read like a query parameter.
fn form_field(cursor: &Cursor<'_>, name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: ParameterPlace::Query,
        required: cursor.flag("required").unwrap_or(false),
        deprecated: false,
        allow_empty_value: cursor.flag("allowEmptyValue").unwrap_or(false),
        format: swagger_format(cursor, ParameterPlace::Query, "a parameter"),
        examples: Vec::new(),
        at: cursor.at.clone(),
    }
}

/// A parameter that is in the path template but nowhere declared: any text.
pub(super) fn undeclared(template: &Cursor<'_>, name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: ParameterPlace::Path,
        required: true,
        deprecated: false,
        allow_empty_value: false,
        format: ParameterFormat::Style {
            style: style::default_for(ParameterPlace::Path),
            explode: false,
            schema: None,
        },
        examples: Vec::new(),
        at: template.at.clone(),
    }
}

/// The header fields of an answer or of a part of a multipart body, without `Content-Type`.
pub(super) fn headers(owner: &Cursor<'_>, depth: Depth) -> Vec<Parameter> {
    owner.entries("headers").filter_map(|(name, cursor)| header(name, &cursor, depth)).collect()
}

fn header(name: &str, entry: &Cursor<'_>, depth: Depth) -> Option<Parameter> {
    if !entry.spend() {
        return None;
    }
    if name.eq_ignore_ascii_case("Content-Type") {
        let message = "the header `Content-Type` counts for nothing here; it is left out";
        let help = "describe media types under `content` (2.0: `produces`)";
        entry.report_key(Severity::Note, Code::BAD_VALUE, message, help);
        return None;
    }
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        let message = format!("`{name}` cannot be the name of a header; it is left out");
        entry.report_key(Severity::Error, Code::BAD_VALUE, message, "write a name that HTTP allows");
        return None;
    }
    let cursor = entry.open(&fields::HEADER)?;
    let format = format(&cursor, ParameterPlace::Header, "a header", depth);
    Some(Parameter {
        name: name.to_owned(),
        place: ParameterPlace::Header,
        required: cursor.version() != Version::V20 && cursor.flag("required").unwrap_or(false),
        deprecated: is_deprecated(&cursor),
        allow_empty_value: false,
        examples: examples(&cursor, &format),
        format,
        at: cursor.at,
    })
}

fn is_deprecated(cursor: &Cursor<'_>) -> bool {
    cursor.version() != Version::V20 && cursor.flag("deprecated").unwrap_or(false)
}

/// The examples of a parameter or header; those of its media type where it has none of its own. 2.0 has none.
fn examples(cursor: &Cursor<'_>, format: &ParameterFormat) -> Vec<Example> {
    if cursor.version() == Version::V20 {
        return Vec::new();
    }
    match (example::of(cursor, None), format) {
        (own, ParameterFormat::Content(media)) if own.is_empty() => media.examples.clone(),
        (own, _) => own,
    }
}

/// How the value is written, in any version.
fn format(cursor: &Cursor<'_>, place: ParameterPlace, what: &str, depth: Depth) -> ParameterFormat {
    if cursor.version() == Version::V20 {
        return swagger_format(cursor, place, what);
    }
    let schema = media::schema(cursor, "schema");
    if schema.is_none() && cursor.has("content") {
        if let Some(media) = only_media_type(cursor, what, depth) {
            return ParameterFormat::Content(Box::new(media));
        }
    } else if schema.is_some() && cursor.has("content") {
        let message = format!("{} has both `schema` and `content`; `schema` counts", sentence(what));
        cursor.report_key(Severity::Warning, Code::BAD_VALUE, message, "remove one of them");
    }
    let schema = schema.or_else(|| schema_in_place(cursor, what));
    let style = style_of(cursor, place);
    let explode = cursor.flag("explode").unwrap_or_else(|| style::default_explode(style));
    ParameterFormat::Style { style, explode, schema }
}

/// The media type of a `content` parameter: there must be exactly one.
fn only_media_type(cursor: &Cursor<'_>, what: &str, depth: Depth) -> Option<crate::openapi::model::MediaType> {
    let mut content = media::content(cursor, depth);
    let content_at = cursor.raw("content")?;
    if content.len() > 1 {
        let message = format!("`content` of {what} must have one media type; the first counts");
        content_at.report_key(Severity::Warning, Code::BAD_VALUE, message, "remove the others");
    }
    if content.is_empty() {
        content_at.missing(Severity::Warning, &format!("`content` of {what}"), "application/json");
        return None;
    }
    Some(content.swap_remove(0))
}

/// 3.x: a parameter without `schema` and `content`; `type` beside its name, as 2.0 has it, is understood.
fn schema_in_place(cursor: &Cursor<'_>, what: &str) -> Option<SchemaRef> {
    if cursor.has("content") {
        return None;
    }
    if cursor.has("type") {
        return Some(SchemaRef { at: cursor.at.clone(), kind: SchemaKind::Swagger2Parameter });
    }
    let message = format!("{} has neither `schema` nor `content`; any value is right", sentence(what));
    cursor.report_key(Severity::Warning, Code::MISSING_FIELD, message, "add a `schema`");
    None
}

fn style_of(cursor: &Cursor<'_>, place: ParameterPlace) -> crate::openapi::model::Style {
    let default = style::default_for(place);
    let Some(name) = cursor.text("style") else { return default };
    match style::by_name(&name) {
        Some((style, since)) if style::fits(style, place) => {
            if cursor.version() < since {
                let message = format!("`style: {name}` is read, although {} does not have it", cursor.version().name());
                cursor.report(Severity::Warning, Code::VERSION, message, "write the document in a version that has it");
            }
            style
        }
        _ => {
            let message = format!("`style: {name}` does not exist in this place; the default counts");
            let help = format!("write {}", style::names_for(place));
            cursor.report(Severity::Warning, Code::BAD_VALUE, message, &help);
            default
        }
    }
}

/// 2.0: how a parameter, form field or header is written.
fn swagger_format(cursor: &Cursor<'_>, place: ParameterPlace, what: &str) -> ParameterFormat {
    let default = (style::default_for(place), false);
    let (style, explode) = match cursor.text("collectionFormat") {
        None => default,
        Some(name) => style::of_collection(&name, place).unwrap_or_else(|| {
            let message = format!("`collectionFormat: {name}` does not exist in this place; `csv` counts");
            let help = "write `csv`, `ssv`, `tsv` or `pipes`; in a query or form also `multi`";
            cursor.report(Severity::Warning, Code::BAD_VALUE, message, help);
            default
        }),
    };
    let mut schema = SchemaRef { at: cursor.at.clone(), kind: SchemaKind::Swagger2Parameter };
    if !cursor.has("type") {
        match media::schema(cursor, "schema") {
            Some(own) => {
                let message =
                    format!("`schema` of {what} that is no body belongs to OpenAPI 3; it is read all the same");
                cursor.report_key(Severity::Warning, Code::VERSION, message, "write `type` and its like in its place");
                schema = own;
            }
            None => cursor.missing(Severity::Warning, what, "type"),
        }
    }
    ParameterFormat::Style { style, explode, schema: Some(schema) }
}

#[cfg(test)]
mod tests;

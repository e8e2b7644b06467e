//! Answers.

use http::StatusCode;
use indexmap::IndexMap;

use super::{
    cursor::Cursor,
    example, fields,
    media::{self, Depth},
    parameter, token,
    version::Version,
};
use crate::{
    finding::{Code, Severity},
    message::is_bodiless,
    openapi::model::{Example, ExampleValue, MediaType, Response, SchemaRef, StatusRange},
};

/// The answers under `responses`. `produces` are the media types that 2.0 says elsewhere.
pub(super) fn of_operation(operation: &Cursor<'_>, produces: &[String]) -> Vec<Response> {
    let mut responses: Vec<Response> = Vec::new();
    for (key, entry) in operation.entries("responses") {
        if key.starts_with("x-") {
            if let Some(owner) = operation.raw("responses") {
                fields::check_extension(&owner, key);
            }
            continue;
        }
        let Some(status) = status(key, &entry) else { continue };
        if responses.iter().any(|known| known.status == status) {
            let message = format!("the status `{key}` is described twice; the first counts");
            entry.report_key(Severity::Warning, Code::BAD_STATUS, message, "remove one of them");
            continue;
        }
        responses.extend(response(status, &entry, produces));
    }
    if responses.is_empty() {
        let severity = if operation.version() >= Version::V31 { Severity::Note } else { Severity::Warning };
        let message = "the operation describes no answer that can be served";
        operation.report_key(severity, Code::NO_RESPONSES, message, "describe at least one under `responses`");
    } else if let Some(message) = no_success(&responses) {
        operation.report_key(Severity::Note, Code::NO_SUCCESS, message, "describe the answer to a good request");
    }
    responses
}

/// Says that no success is described that can be sent.
fn no_success(responses: &[Response]) -> Option<&'static str> {
    let is_informational = |status| matches!(status, StatusRange::Exact(..200) | StatusRange::Hundred(1));
    if responses.iter().all(|response| is_informational(response.status)) {
        Some("the operation describes nothing but 1xx, which is no answer")
    } else if responses.iter().all(|response| response.status.is_failure() || is_informational(response.status)) {
        Some("the operation describes no success that can be sent")
    } else {
        None
    }
}

/// Reads a key of `responses`.
fn status(key: &str, entry: &Cursor<'_>) -> Option<StatusRange> {
    let warn = |code, message: String, help: &str| entry.report_key(Severity::Warning, code, message, help);
    if key.eq_ignore_ascii_case("default") {
        if key != "default" {
            warn(Code::BAD_STATUS, format!("`{key}` is taken as `default`"), "write `default`");
        }
        return Some(StatusRange::Default);
    }
    match key.as_bytes() {
        [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
            let digit = digit - b'0';
            if key.ends_with("XX") {
                if entry.version() == Version::V20 {
                    let message = format!("`{key}` is read, although Swagger 2.0 has no ranges of statuses");
                    warn(Code::VERSION, message, "write single statuses");
                }
            } else {
                warn(Code::BAD_STATUS, format!("`{key}` is taken as `{digit}XX`"), &format!("write `{digit}XX`"));
            }
            Some(StatusRange::Hundred(digit))
        }
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusRange::Exact),
        _ => {
            let message = format!("`{key}` is no status; the answer is left out");
            let help = "write a status from 100 to 599, a range such as `4XX`, or `default`";
            entry.report_key(Severity::Error, Code::BAD_STATUS, message, help);
            None
        }
    }
}

fn response(status: StatusRange, entry: &Cursor<'_>, produces: &[String]) -> Option<Response> {
    if !entry.spend() {
        return None;
    }
    let cursor = entry.open(&fields::RESPONSE)?;
    let description = described(entry, &cursor);
    if description.is_none() && cursor.version() < Version::V32 {
        cursor.missing(Severity::Note, "a response", "description");
    }
    let content = match cursor.version() {
        Version::V20 => swagger_content(&cursor, produces),
        _ => media::content(&cursor, Depth::Outer),
    };
    let exact = if let StatusRange::Exact(status) = status { StatusCode::from_u16(status).ok() } else { None };
    if exact.is_some_and(is_bodiless)
        && content.iter().any(|media| media.schema.is_some() || !media.examples.is_empty())
    {
        let message =
            format!("an answer with the status {status} has no content, so that what is described is never sent");
        entry.report_key(Severity::Warning, Code::NO_CONTENT, message, "describe it for another status, or remove it");
    }
    Some(Response {
        status,
        description,
        headers: parameter::headers(&cursor, Depth::Outer),
        content,
        answers: example::answers(&cursor),
        issues: token::issues(&cursor),
        claims: token::shown_claims(&cursor),
        provenance: example::provenance(&cursor),
        at: cursor.at,
    })
}

/// The description; from 3.1 one that stands beside the reference wins.
fn described(entry: &Cursor<'_>, target: &Cursor<'_>) -> Option<String> {
    let beside = entry.reference().is_some() && entry.version() >= Version::V31 && entry.has("description");
    // Not `text`, which would follow the reference.
    let owner = if beside { entry } else { target };
    owner.text("description").map(std::borrow::Cow::into_owned)
}

/// 2.0: the media types of an answer: `schema` in each that is produced, with its example.
///
/// Without a schema, the examples alone say what the answer may be.
fn swagger_content(response: &Cursor<'_>, produces: &[String]) -> Vec<MediaType> {
    let mut examples: IndexMap<&str, Cursor<'_>> = response.entries("examples").collect();
    let Some(schema) = media::schema(response, "schema") else {
        return examples
            .into_iter()
            .filter_map(|(key, value)| {
                let range = media::range(key, &value)?;
                let examples = swagger_example(&range, &value).into_iter().collect();
                Some(swagger_media(range, None, examples, response))
            })
            .collect();
    };
    let implied = [if is_file(response, &schema) { "application/octet-stream" } else { "application/json" }.to_owned()];
    let produces = if produces.is_empty() { &implied } else { produces };
    let content = produces
        .iter()
        .map(|range| {
            let same = examples.iter().position(|(key, _)| normal(key) == normal(range));
            let found = same.and_then(|index| examples.shift_remove_index(index));
            let examples = found.and_then(|(_, value)| swagger_example(range, &value)).into_iter().collect();
            swagger_media(range.clone(), Some(schema.clone()), examples, response)
        })
        .collect();
    for (key, value) in examples {
        let message = format!("the example for `{key}` is not served, because it is not produced");
        value.report_key(Severity::Note, Code::BAD_VALUE, message, "add the media type to `produces`");
    }
    content
}

fn swagger_media(range: String, schema: Option<SchemaRef>, examples: Vec<Example>, at: &Cursor<'_>) -> MediaType {
    MediaType {
        range,
        schema,
        item_schema: None,
        root_name: None,
        form_fields: Vec::new(),
        encoding: IndexMap::new(),
        prefix_encoding: Vec::new(),
        item_encoding: None,
        examples,
        at: at.at.clone(),
    }
}

/// A string is the content itself, unless the type is JSON.
fn swagger_example(range: &str, value: &Cursor<'_>) -> Option<Example> {
    let mut example = example::unnamed(value, None)?;
    if let (ExampleValue::Data(at), false) = (&example.value, media::is_json(&media::essence(range)))
        && value.elsewhere(at.clone()).value.is_string()
    {
        example.value = ExampleValue::Serialized(at.clone());
    }
    Some(example)
}

fn is_file(response: &Cursor<'_>, schema: &SchemaRef) -> bool {
    response.elsewhere(schema.at.clone()).value.get("type").and_then(|word| word.as_str()) == Some("file")
}

/// A media type for comparison: without spaces, in lower case.
fn normal(range: &str) -> String {
    range.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::openapi::lower::testing::{codes, operation};

    #[test]
    fn statuses() {
        #[track_caller]
        fn check(version: &str, key: &str, expected: Option<StatusRange>, faults: &[&str]) {
            let responses = json!({"204": {"description": "d"}, key: {"description": "d"}});
            let (operation, findings) = operation(version, json!({"responses": responses}), json!({}));
            assert_eq!(operation.responses.get(1).map(|response| response.status), expected);
            assert_eq!(codes(&findings), faults);
        }
        check("3.0.4", "200", Some(StatusRange::Exact(200)), &[]);
        check("3.0.4", "599", Some(StatusRange::Exact(599)), &[]);
        check("3.0.4", "4XX", Some(StatusRange::Hundred(4)), &[]);
        check("2.0", "4XX", Some(StatusRange::Hundred(4)), &["version"]);
        check("3.0.4", "4xx", Some(StatusRange::Hundred(4)), &["bad-status"]);
        check("3.0.4", "default", Some(StatusRange::Default), &[]);
        check("3.0.4", "Default", Some(StatusRange::Default), &["bad-status"]);
        for bad in ["099", "600", "6XX", "20", "2000", "ok", "20X", "", "é"] {
            check("3.0.4", bad, None, &["bad-status"]);
        }
        check("3.0.4", "x-any", None, &[]);
        check("3.0.4", "x-mimeo-any", None, &["unknown-extension"]);
    }

    #[test]
    fn missing() {
        #[track_caller]
        fn check(version: &str, responses: Value, count: usize, faults: &[&str]) {
            let (operation, findings) = operation(version, json!({"responses": responses}), json!({}));
            assert_eq!(operation.responses.len(), count);
            assert_eq!(codes(&findings), faults);
        }
        check("3.0.4", json!({}), 0, &["no-responses"]);
        check("3.0.4", json!(null), 0, &["wrong-type", "no-responses"]);
        check("3.0.4", json!([]), 0, &["wrong-type", "no-responses"]);
        check("3.0.4", json!({"200": null}), 1, &["wrong-type", "missing-field"]);
        check("3.0.4", json!({"200": {"$ref": "#/x"}}), 0, &["ref-not-found", "no-responses"]);
        check("3.2.0", json!({"200": {}}), 1, &[]);
        check("3.0.4", json!({"4XX": {"description": ""}, "4xx": {}}), 1, &["bad-status", "bad-status", "no-success"]);
    }

    #[test]
    fn only_failures() {
        #[track_caller]
        fn check(statuses: &[&str], faults: &[&str]) {
            let responses: serde_json::Map<_, _> =
                statuses.iter().map(|status| ((*status).to_owned(), json!({"description": "d"}))).collect();
            let (_, findings) = operation("3.0.4", json!({"responses": responses}), json!({}));
            assert_eq!(codes(&findings), faults);
        }
        check(&["405"], &["no-success"]);
        check(&["4XX", "500"], &["no-success"]);
        check(&["101", "400"], &["no-success"]);
        check(&["1XX"], &["no-success"]);
        for fine in ["200", "2XX", "default", "302", "3XX"] {
            check(&["405", fine], &[]);
        }
    }

    #[test]
    fn content_of_an_answer_without() {
        #[track_caller]
        fn check(version: &str, status: &str, response: Value, faults: &[&str]) {
            let mut response = response;
            response["description"] = json!("d");
            let own = json!({"responses": {status: response, "default": {"description": "d"}}});
            let (_, findings) = operation(version, own, json!({}));
            assert_eq!(codes(&findings), faults);
        }
        let content = json!({"content": {"application/json": {"schema": {}}}});
        for status in ["204", "205", "304"] {
            check("3.0.4", status, content.clone(), &["no-content"]);
        }
        check("3.0.4", "200", content.clone(), &[]);
        check("3.0.4", "2XX", content, &[]);
        check("3.0.4", "204", json!({"content": {"application/json": {}}}), &[]);
        check("3.0.4", "204", json!({"content": {"application/json": {"example": 1}}}), &["no-content"]);
        check("2.0", "204", json!({"schema": {}}), &["no-content"]);
        check("2.0", "204", json!({}), &[]);
    }

    #[test]
    fn references() {
        let more = json!({"components": {"responses": {"r": {"description": "shared", "content": {"a/b": {}}}}}});
        let own = json!({"responses": {"200": {"$ref": "#/components/responses/r", "description": "own"}}});
        let (lowered, findings) = operation("3.1.0", own.clone(), more.clone());
        assert_eq!(lowered.responses[0].description.as_deref(), Some("own"));
        assert_eq!(lowered.responses[0].content.len(), 1);
        assert_eq!(codes(&findings), [""; 0]);
        let (lowered, _) = operation("3.0.4", own, more);
        assert_eq!(lowered.responses[0].description.as_deref(), Some("shared"));
    }

    #[test]
    fn headers() {
        let headers = json!({"X-A": {"schema": {}}, "content-type": {"schema": {}}, "a b": {"schema": {}},
            "x-b": {"required": true, "schema": {}}});
        let own = json!({"responses": {"200": {"description": "d", "headers": headers}}});
        let (operation, findings) = operation("3.0.4", own, json!({}));
        let found: Vec<_> = operation.responses[0].headers.iter().map(|h| (&*h.name, h.required)).collect();
        assert_eq!(found, [("X-A", false), ("x-b", true)]);
        assert_eq!(codes(&findings), ["bad-value", "bad-value"]);
    }

    #[test]
    fn content_of_swagger_2() {
        #[track_caller]
        fn check(response: Value, produces: Value, expected: &[(&str, bool, &str)], faults: &[&str]) {
            let mut response = response;
            response["description"] = json!("d");
            let own = json!({"produces": produces, "responses": {"200": response}});
            let (operation, findings) = operation("2.0", own, json!({"produces": ["a/global"]}));
            let found: Vec<_> = operation.responses[0]
                .content
                .iter()
                .map(|media| {
                    let example = match media.examples.first().map(|example| &example.value) {
                        None => "",
                        Some(ExampleValue::Data(_)) => "data",
                        Some(ExampleValue::Serialized(_)) => "text",
                        Some(ExampleValue::External(_)) => "external",
                    };
                    (&*media.range, media.schema.is_some(), example)
                })
                .collect();
            assert_eq!(found, expected);
            assert_eq!(codes(&findings), faults);
        }
        check(json!({}), json!(["a/b"]), &[], &[]);
        check(json!({"schema": {}}), json!([]), &[("application/json", true, "")], &[]);
        check(json!({"schema": {}}), json!(null), &[("a/global", true, "")], &["wrong-type"]);
        check(json!({"schema": {"type": "file"}}), json!([]), &[("application/octet-stream", true, "")], &[]);
        check(json!({"schema": {}}), json!(["bad"]), &[("application/json", true, "")], &["bad-media-type"]);
        check(
            json!({"schema": {}, "examples": {"application/JSON": "a", "a/b": "b", "c/d": 1}}),
            json!(["application/json", "a/b"]),
            &[("application/json", true, "data"), ("a/b", true, "text")],
            &["bad-value"],
        );
        check(
            json!({"examples": {"application/json": {}, "bad": 1}}),
            json!(["a/b"]),
            &[("application/json", false, "data")],
            &["bad-media-type"],
        );
    }
}

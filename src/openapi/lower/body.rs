//! Request bodies: 3.x `requestBody`; 2.0 body and form parameters.

use indexmap::IndexMap;

use super::{
    cursor::Cursor,
    fields,
    media::{self, Depth},
};
use crate::{
    finding::{Code, Severity},
    openapi::model::{MediaType, Parameter, RequestBody, SchemaKind, SchemaRef},
};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// 3.x: the body under `requestBody`.
pub(super) fn of_operation(operation: &Cursor<'_>) -> Option<RequestBody> {
    let body = operation.field("requestBody")?.open(&fields::REQUEST_BODY)?;
    if !body.has("content") {
        body.missing(Severity::Warning, "a request body", "content");
    }
    Some(RequestBody {
        required: body.flag("required").unwrap_or(false),
        content: media::content(&body, Depth::Outer),
        at: body.at,
    })
}

/// 2.0: the body that a parameter `in: body` describes, in each media type of `consumes`.
pub(super) fn of_parameter(parameter: &Cursor<'_>, consumes: &[String]) -> RequestBody {
    let schema = media::schema(parameter, "schema").or_else(|| {
        parameter.missing(Severity::Warning, "a body parameter", "schema");
        let at = parameter.at.clone();
        parameter.has("type").then_some(SchemaRef { at, kind: SchemaKind::Swagger2Parameter })
    });
    let json = ["application/json".to_owned()];
    let consumes = if consumes.is_empty() { &json } else { consumes };
    RequestBody {
        required: parameter.flag("required").unwrap_or(false),
        content: consumes.iter().map(|range| media_type(range, schema.clone(), Vec::new(), parameter)).collect(),
        at: parameter.at.clone(),
    }
}

/// 2.0: the body that parameters `in: formData` describe. `has_file` if one of them is a file.
pub(super) fn of_fields(
    operation: &Cursor<'_>,
    form_fields: &[Parameter],
    has_file: bool,
    consumes: &[String],
) -> RequestBody {
    let named = |name: &str| consumes.iter().find(|range| media::essence(range) == name).cloned();
    let mut ranges: Vec<String> = match (named(MULTIPART), named(FORM)) {
        (multipart, Some(_)) if has_file => vec![multipart.unwrap_or_else(|| MULTIPART.to_owned())],
        (multipart, form) => {
            consumes.iter().filter(|r| multipart.as_ref() == Some(r) || form.as_ref() == Some(r)).cloned().collect()
        }
    };
    if ranges.is_empty() {
        let range = if has_file { MULTIPART } else { FORM };
        if !consumes.is_empty() {
            let message =
                format!("`consumes` has no media type of a form, although there are form fields; `{range}` counts");
            operation.report_key(Severity::Note, Code::BAD_VALUE, message, &format!("write `consumes: [{range}]`"));
        }
        ranges.push(range.to_owned());
    }
    let at = operation.elsewhere(form_fields.first().map_or_else(|| operation.at.clone(), |field| field.at.clone()));
    RequestBody {
        required: form_fields.iter().any(|field| field.required),
        content: ranges.iter().map(|range| media_type(range, None, form_fields.to_vec(), &at)).collect(),
        at: at.at,
    }
}

fn media_type(range: &str, schema: Option<SchemaRef>, form_fields: Vec<Parameter>, at: &Cursor<'_>) -> MediaType {
    MediaType {
        range: range.to_owned(),
        schema,
        item_schema: None,
        root_name: None,
        form_fields,
        encoding: IndexMap::new(),
        prefix_encoding: Vec::new(),
        item_encoding: None,
        examples: Vec::new(),
        at: at.at.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::openapi::lower::testing::{codes, operation};

    #[track_caller]
    fn check(parameters: Value, consumes: Value, expected: (bool, &[&str], usize), faults: &[&str]) {
        let own = json!({"parameters": parameters, "consumes": consumes});
        let (operation, findings) = operation("2.0", own, json!({"consumes": ["application/xml"]}));
        let body = operation.body.unwrap();
        let ranges: Vec<_> = body.content.iter().map(|media| &*media.range).collect();
        assert_eq!((body.required, &*ranges, body.content[0].form_fields.len()), expected);
        assert!(operation.parameters.is_empty());
        assert_eq!(codes(&findings), faults);
    }

    #[test]
    fn bodies_of_swagger_2() {
        let body = json!([{"in": "body", "name": "b", "required": true, "schema": {}}]);
        check(body.clone(), json!(null), (true, &["application/xml"], 0), &["wrong-type"]);
        check(body.clone(), json!([]), (true, &["application/json"], 0), &[]);
        check(body, json!(["text/plain", "a/b"]), (true, &["text/plain", "a/b"], 0), &[]);
        let bare = json!([{"in": "body", "name": "b", "type": "string"}]);
        check(bare, json!(["text/plain"]), (false, &["text/plain"], 0), &["missing-field"]);
    }

    #[test]
    fn media_types_of_a_header_parameter_of_swagger_2() {
        let header =
            |name: &str, values: Value| json!({"in": "header", "name": name, "type": "string", "enum": values});
        let body = json!({"in": "body", "name": "b", "schema": {}});
        let tar = json!([header("Content-type", json!(["application/x-tar", "a/b", "a b"])), body]);
        let ranges: &[&str] = &["a/b", "application/x-tar"];
        check(tar, json!(["a/b"]), (false, ranges, 0), &["bad-media-type", "bad-value"]);
        let bare = json!([{"in": "header", "name": "content-type", "type": "string"}, body]);
        check(bare, json!(["a/b"]), (false, &["a/b"], 0), &["bad-value"]);
    }

    #[test]
    fn forms_of_swagger_2() {
        let field =
            |kind: &str, required: bool| json!({"in": "formData", "name": kind, "type": kind, "required": required});
        let text = json!([field("string", false), field("integer", true)]);
        let file = json!([field("file", false), field("string", false)]);
        check(text.clone(), json!([]), (true, &[super::FORM], 2), &[]);
        check(text.clone(), json!([super::MULTIPART]), (true, &[super::MULTIPART], 2), &[]);
        check(text.clone(), json!([super::FORM, super::MULTIPART]), (true, &[super::FORM, super::MULTIPART], 2), &[]);
        check(text, json!(["application/json"]), (true, &[super::FORM], 2), &["bad-value"]);
        check(file.clone(), json!([]), (false, &[super::MULTIPART], 2), &[]);
        check(file, json!([super::FORM]), (false, &[super::MULTIPART], 2), &[]);
        let both = json!([field("string", false), {"in": "body", "name": "b", "schema": {}}]);
        check(both, json!([]), (false, &["application/json"], 0), &["bad-value"]);
    }

    #[test]
    fn bodies_of_openapi_3() {
        let more = json!({"components": {"requestBodies": {"b": {"required": true, "content": {"a/b": {}}}}}});
        let (lowered, findings) =
            operation("3.0.4", json!({"requestBody": {"$ref": "#/components/requestBodies/b"}}), more);
        let body = lowered.body.unwrap();
        assert!(body.required);
        assert_eq!(&*body.content[0].at.pointer, "/components/requestBodies/b/content/a~1b");
        assert_eq!(codes(&findings), [""; 0]);
        let (lowered, findings) = operation("3.0.4", json!({"requestBody": {}}), json!({}));
        assert!(lowered.body.unwrap().content.is_empty());
        assert_eq!(codes(&findings), ["missing-field"]);
        let (lowered, findings) = operation("2.0", json!({"requestBody": {"content": {}}}), json!({}));
        assert!(lowered.body.is_none());
        assert_eq!(codes(&findings), ["version"]);
    }
}

use serde_json::{Value, json};

use crate::openapi::lower::testing::{codes, operation, path_item};
use crate::openapi::model::{Parameter, ParameterFormat, ParameterPlace, SchemaKind, Style};

#[track_caller]
fn one(version: &str, parameter: Value) -> (Option<Parameter>, Vec<String>) {
    let path = if parameter["in"] == "path" { "/{p}" } else { "/a" };
    let item = json!({"get": {"parameters": [parameter]}});
    let (mut operation, findings) = path_item(version, path, item, json!({}));
    let codes = codes(&findings).into_iter().map(str::to_owned).collect();
    (operation.parameters.pop(), codes)
}

#[track_caller]
fn check_style(version: &str, parameter: Value, expected: (Style, bool), faults: &[&str]) {
    let (parameter, codes) = one(version, parameter);
    let ParameterFormat::Style { style, explode, schema } = parameter.unwrap().format else { panic!("no style") };
    assert_eq!((style, explode), expected);
    assert!(schema.is_some());
    assert_eq!(codes, faults);
}

#[test]
fn styles_of_openapi_3() {
    let with = |place: &str, more: Value| {
        let mut value = json!({"name": "p", "in": place, "required": true, "schema": {"type": "array"}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    check_style("3.0.4", with("path", json!({})), (Style::Simple, false), &[]);
    check_style("3.0.4", with("query", json!({})), (Style::Form, true), &[]);
    check_style("3.0.4", with("header", json!({})), (Style::Simple, false), &[]);
    check_style("3.0.4", with("cookie", json!({})), (Style::Form, true), &[]);
    check_style("3.0.4", with("path", json!({"style": "matrix"})), (Style::Matrix, false), &[]);
    check_style("3.0.4", with("path", json!({"style": "label", "explode": true})), (Style::Label, true), &[]);
    check_style("3.0.4", with("query", json!({"style": "deepObject"})), (Style::DeepObject, false), &[]);
    check_style("3.0.4", with("query", json!({"style": "form", "explode": false})), (Style::Form, false), &[]);
    check_style("3.0.4", with("query", json!({"explode": "false"})), (Style::Form, false), &["wrong-type"]);
    check_style("3.0.4", with("query", json!({"style": "matrix"})), (Style::Form, true), &["bad-value"]);
    check_style("3.0.4", with("header", json!({"style": "form"})), (Style::Simple, false), &["bad-value"]);
    check_style("3.2.0", with("cookie", json!({"style": "cookie"})), (Style::Cookie, true), &[]);
    check_style("3.1.0", with("cookie", json!({"style": "cookie"})), (Style::Cookie, true), &["version"]);
    check_style("3.1.0", with("Query", json!({})), (Style::Form, true), &["bad-value"]);
}

#[test]
fn collection_formats_of_swagger_2() {
    let with = |place: &str, format: &str| {
        let mut value = json!({"name": "p", "in": place, "required": true, "type": "array", "items": {}});
        if !format.is_empty() {
            value["collectionFormat"] = json!(format);
        }
        value
    };
    check_style("2.0", with("query", ""), (Style::Form, false), &[]);
    check_style("2.0", with("path", ""), (Style::Simple, false), &[]);
    check_style("2.0", with("header", "csv"), (Style::Simple, false), &[]);
    check_style("2.0", with("query", "multi"), (Style::Form, true), &[]);
    check_style("2.0", with("query", "ssv"), (Style::SpaceDelimited, false), &[]);
    check_style("2.0", with("path", "tsv"), (Style::TabDelimited, false), &[]);
    check_style("2.0", with("query", "pipes"), (Style::PipeDelimited, false), &[]);
    check_style("2.0", with("path", "multi"), (Style::Simple, false), &["bad-value"]);
}

#[test]
fn kinds_of_schema() {
    #[track_caller]
    fn check(version: &str, parameter: Value, expected: Option<(SchemaKind, &str)>, faults: &[&str]) {
        let (parameter, codes) = one(version, parameter);
        let ParameterFormat::Style { schema, .. } = parameter.unwrap().format else { panic!("no style") };
        let found = schema.as_ref().map(|schema| (schema.kind, &*schema.at.pointer));
        assert_eq!(found, expected);
        assert_eq!(codes, faults);
    }
    let own = (SchemaKind::Schema, "/paths/~1a/get/parameters/0/schema");
    let whole = (SchemaKind::Swagger2Parameter, "/paths/~1a/get/parameters/0");
    check("3.0.4", json!({"name": "p", "in": "query", "schema": {}}), Some(own), &[]);
    check("3.1.0", json!({"name": "p", "in": "query", "schema": true}), Some(own), &[]);
    check("3.0.4", json!({"name": "p", "in": "query", "schema": "string"}), None, &["wrong-type", "missing-field"]);
    check("3.0.4", json!({"name": "p", "in": "query"}), None, &["missing-field"]);
    check("3.0.4", json!({"name": "p", "in": "query", "type": "string"}), Some(whole), &["version"]);
    check("2.0", json!({"name": "p", "in": "query", "type": "string"}), Some(whole), &[]);
    check("2.0", json!({"name": "p", "in": "query"}), Some(whole), &["missing-field"]);
    check("2.0", json!({"name": "p", "in": "query", "schema": {}}), Some(own), &["version"]);
}

#[test]
fn content() {
    let both = json!({"application/json": {"schema": {}}, "text/plain": {}});
    let (parameter, codes) = one("3.0.4", json!({"name": "p", "in": "query", "content": both}));
    let ParameterFormat::Content(media) = parameter.unwrap().format else { panic!("no content") };
    assert_eq!(media.range, "application/json");
    assert_eq!(codes, ["bad-value"]);

    let whole = json!({"name": "p", "in": "querystring", "content": {"application/x-www-form-urlencoded": {}}});
    let (parameter, codes) = one("3.2.0", whole);
    assert_eq!(parameter.unwrap().place, ParameterPlace::QueryString);
    assert_eq!(codes, [""; 0]);
}

#[test]
fn left_out() {
    #[track_caller]
    fn check(version: &str, parameter: Value, faults: &[&str]) {
        let (parameter, codes) = one(version, parameter);
        assert!(parameter.is_none());
        assert_eq!(codes, faults);
    }
    for name in ["Accept", "content-type", "AUTHORIZATION"] {
        check("3.0.4", json!({"name": name, "in": "header", "schema": {}}), &["bad-value"]);
    }
    check("3.0.4", json!({"name": "a b", "in": "header", "schema": {}}), &["bad-value"]);
    check("3.0.4", json!({"in": "query", "schema": {}}), &["missing-field"]);
    check("3.0.4", json!({"name": "p", "schema": {}}), &["missing-field"]);
    check("3.0.4", json!({"name": "p", "in": "body", "schema": {}}), &["version"]);
    check("3.0.4", json!({"name": "p", "in": "fragment", "schema": {}}), &["bad-value"]);
    check("3.0.4", json!("p"), &["wrong-type"]);
    check("3.0.4", json!({"$ref": "#/nowhere"}), &["ref-not-found"]);
    check("3.0.4", json!({"$ref": "#/paths/~1a/get/parameters/0"}), &["ref-cycle"]);
}

#[test]
fn merged() {
    let parameter = |name: &str, place: &str, required: bool| json!({"name": name, "in": place, "required": required, "schema": {}});
    let item = json!({
        "parameters": [parameter("a", "query", false), parameter("X-B", "header", false)],
        "get": {"parameters": [
            parameter("a", "header", false), parameter("x-b", "header", true), parameter("x-B", "header", false)]},
    });
    let (operation, findings) = path_item("3.0.4", "/a", item, json!({}));
    let found: Vec<_> = operation.parameters.iter().map(|p| (&*p.name, p.place, p.required)).collect();
    let expected = [
        ("a", ParameterPlace::Query, false),
        ("x-b", ParameterPlace::Header, true),
        ("a", ParameterPlace::Header, false),
    ];
    assert_eq!(found, expected);
    assert_eq!(codes(&findings), ["duplicate-parameter"]);
}

#[test]
fn in_the_path() {
    #[track_caller]
    fn check(path: &str, parameter: Value, expected: &[(&str, bool)], faults: &[&str]) {
        let item = json!({"get": {"parameters": [parameter]}});
        let (operation, findings) = path_item("3.0.4", path, item, json!({}));
        let found: Vec<_> = operation.parameters.iter().map(|p| (&*p.name, p.required)).collect();
        assert_eq!(found, expected);
        assert_eq!(codes(&findings), faults);
    }
    let id = |required: bool| json!({"name": "id", "in": "path", "required": required, "schema": {}});
    check("/{id}", id(true), &[("id", true)], &[]);
    check("/{id}", id(false), &[("id", true)], &["missing-field"]);
    check("/a", id(true), &[], &["path-parameter"]);
    check("/{ID}", id(true), &[("ID", true)], &["path-parameter", "path-parameter"]);
}

#[test]
fn shared_over_files() {
    let more = json!({"components": {"parameters": {"p": {"$ref": "#/components/parameters/q"},
        "q": {"name": "q", "in": "query", "schema": {}}}}});
    let reference = json!({"parameters": [{"$ref": "#/components/parameters/p", "required": true}]});
    let (operation, findings) = operation("3.1.0", reference, more);
    assert_eq!(&*operation.parameters[0].at.pointer, "/components/parameters/q");
    assert_eq!(codes(&findings), ["unknown-field"]);
}

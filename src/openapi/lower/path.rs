//! Paths and webhooks: path items and their methods.

use std::collections::HashSet;

use http::Method;

use super::{
    cursor::Cursor,
    fields,
    operation::{Inherited, Item, operation},
    parameter, server,
    template::Template,
    version::Version,
};
use crate::{
    finding::{Code, Severity},
    limit,
    openapi::model::Operation,
};

/// What tells one route from another: method, path and fixed query.
type Route = (Method, String, Vec<(String, Option<String>)>);

/// The operations under `paths`. Of two that answer the same requests, the first counts.
pub(super) fn operations(root: &Cursor<'_>, inherited: &Inherited) -> Vec<Operation> {
    let mut operations = Vec::new();
    let mut routes: HashSet<Route> = HashSet::new();
    for (key, entry) in root.entries("paths") {
        if is_extension(root, "paths", key) {
            continue;
        }
        let template = Template::parse(key, &entry);
        for operation in of_item(&entry, template.path.clone(), Some(template), inherited) {
            let route = (operation.method.clone(), operation.path.clone(), operation.fixed_query.clone());
            if routes.contains(&route) {
                let message = format!("`{} {key}` is served by an operation before it; it is left out", route.0);
                let at = entry.elsewhere(operation.at);
                at.report_key(Severity::Error, Code::PATH_CONFLICT, message, "give it a path of its own");
            } else {
                routes.insert(route);
                operations.push(operation);
            }
        }
    }
    operations
}

/// The operations under `webhooks`, each with the webhook's name as its path.
pub(super) fn webhooks(root: &Cursor<'_>, inherited: &Inherited) -> Vec<Operation> {
    if root.version() < Version::V31 {
        return Vec::new();
    }
    let mut operations = Vec::new();
    for (name, entry) in root.entries("webhooks") {
        if !is_extension(root, "webhooks", name) {
            operations.extend(of_item(&entry, name.to_owned(), None, inherited));
        }
    }
    operations
}

fn is_extension(root: &Cursor<'_>, field: &str, key: &str) -> bool {
    let extension = key.starts_with("x-") && !key.contains(['/', '{']);
    if extension && let Some(map) = root.raw(field) {
        fields::check_extension(&map, key);
    }
    extension
}

/// The operations of one path item, in document order.
fn of_item(entry: &Cursor<'_>, path: String, template: Option<Template>, inherited: &Inherited) -> Vec<Operation> {
    let layers = layers(entry);
    let mut item = Item { key: entry.clone(), template, path, parameters: Vec::new(), servers: Vec::new() };
    for layer in &layers {
        item.parameters = parameter::merge(&parameter::list(layer), std::mem::take(&mut item.parameters));
        if item.servers.is_empty() && layer.version() != Version::V20 {
            item.servers = server::of_list(layer);
        }
    }
    let mut operations: Vec<Operation> = Vec::new();
    for layer in &layers {
        for (method, cursor) in methods(layer) {
            if operations.iter().all(|known| known.method != method) {
                operations.extend(operation(method, &cursor, &item, inherited));
            }
        }
    }
    operations
}

/// A path item and those that its `$ref`s lead to. What stands beside a reference wins over what it points to.
fn layers<'c>(entry: &Cursor<'c>) -> Vec<Cursor<'c>> {
    let mut layers = Vec::new();
    let mut here = entry.clone();
    for _ in 0..limit::REF_CHAIN_MAX {
        if here.value.is_null() {
            here.report_key(Severity::Note, Code::WRONG_TYPE, "the path item is empty", "describe it or remove it");
            return layers;
        }
        let Some(map) = here.as_map("a path item") else { return layers };
        fields::check(&here, map, &fields::PATH_ITEM);
        let next = here.step();
        layers.push(here);
        match next {
            Some(next) => here = next,
            None => return layers,
        }
    }
    let message = "the references of the path item lead back to themselves, or over too many others";
    entry.report(Severity::Error, Code::REF_CYCLE, message, "point it at the path item that is meant");
    layers
}

/// The methods of a path item, in document order.
fn methods<'c>(item: &Cursor<'c>) -> Vec<(Method, Cursor<'c>)> {
    let mut found = Vec::new();
    let keys = item.value.as_object().into_iter().flat_map(|map| map.keys());
    for key in keys {
        let Some(member) = item.raw(key) else { continue };
        if key == "additionalOperations" {
            found.extend(additional(item, &member));
            continue;
        }
        let Some(method) = fixed_method(key, item.version()) else { continue };
        if *key != key.to_ascii_lowercase() {
            let message = format!("`{key}` is not how the method is written; it is served all the same");
            let help = format!("write `{}`", key.to_ascii_lowercase());
            member.report_key(Severity::Warning, Code::BAD_VALUE, message, &help);
        }
        if member.value.is_null() {
            let message = format!("`{key}` has no operation; it is passed over");
            member.report_key(Severity::Warning, Code::WRONG_TYPE, message, "describe the operation or remove it");
            continue;
        }
        found.push((method, member));
    }
    found
}

/// The method that a field of a path item stands for, in the versions that have it.
fn fixed_method(key: &str, version: Version) -> Option<Method> {
    Some(match key.to_ascii_lowercase().as_str() {
        "get" => Method::GET,
        "put" => Method::PUT,
        "post" => Method::POST,
        "delete" => Method::DELETE,
        "options" => Method::OPTIONS,
        "head" => Method::HEAD,
        "patch" => Method::PATCH,
        "trace" if version > Version::V20 => Method::TRACE,
        "query" if version >= Version::V32 => Method::from_bytes(b"QUERY").ok()?,
        _ => return None,
    })
}

/// 3.2: the operations under `additionalOperations`, by their methods as they are sent.
fn additional<'c>(item: &Cursor<'c>, map: &Cursor<'c>) -> Vec<(Method, Cursor<'c>)> {
    if map.version() < Version::V32 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, member) in item.entries("additionalOperations") {
        let Ok(method) = Method::from_bytes(key.as_bytes()) else {
            let message = format!("`{key}` cannot be a method; the operation is left out");
            member.report_key(
                Severity::Error,
                Code::BAD_VALUE,
                message,
                "write a method as it is sent, such as `COPY`",
            );
            continue;
        };
        if fixed_method(key, member.version()).is_some_and(|fixed| fixed == method) {
            let message = format!("`{key}` has a field of its own; it is served all the same");
            let help = format!("move it from `additionalOperations` to `{}`", key.to_ascii_lowercase());
            member.report_key(Severity::Warning, Code::BAD_VALUE, message, &help);
        }
        found.push((method, member));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::openapi::lower::testing::{codes, lower_all, lowered};

    fn responses() -> Value {
        json!({"responses": {"200": {"description": "d"}}})
    }

    #[track_caller]
    fn check(version: &str, paths: Value, expected: &[&str], faults: &[&str]) {
        let field = if version == "2.0" { "swagger" } else { "openapi" };
        let document = json!({field: version, "info": {"title": "t", "version": "1"}, "paths": paths});
        let (api, findings) = lowered(document);
        let found: Vec<_> = api.operations.iter().map(|one| format!("{} {}", one.method, one.path)).collect();
        assert_eq!(found, expected);
        assert_eq!(codes(&findings), faults);
    }

    #[test]
    fn methods() {
        let all = |names: &[&str]| -> Value { names.iter().map(|name| (*name, responses())).collect() };
        let usual = ["put", "get", "post", "delete", "options", "head", "patch"];
        let expected = ["PUT /a", "GET /a", "POST /a", "DELETE /a", "OPTIONS /a", "HEAD /a", "PATCH /a"];
        check("2.0", json!({"/a": all(&usual)}), &expected, &[]);
        check("3.0.4", json!({"/a": all(&["trace"])}), &["TRACE /a"], &[]);
        check("2.0", json!({"/a": all(&["trace"])}), &[], &["version", "no-operations"]);
        check("3.2.0", json!({"/a": all(&["query"])}), &["QUERY /a"], &[]);
        check("3.1.0", json!({"/a": all(&["query", "get"])}), &["GET /a"], &["version"]);
        check("3.1.0", json!({"/a": all(&["GET"])}), &["GET /a"], &["unknown-field", "bad-value"]);
        check("3.1.0", json!({"/a": {"get": null, "put": responses()}}), &["PUT /a"], &["wrong-type"]);
        check("3.1.0", json!({"/a": {"get": [], "put": responses()}}), &["PUT /a"], &["wrong-type"]);
        let additional = json!({"/a": {"additionalOperations": all(&["COPY", "get", "POST", "a b"])}});
        check("3.2.0", additional, &["COPY /a", "get /a", "POST /a"], &["bad-value", "bad-value"]);
    }

    #[test]
    fn items() {
        check("3.0.4", json!({"x-a": {}, "/a": {"get": responses()}}), &["GET /a"], &[]);
        check("3.0.4", json!({"/a": null, "/b": [], "/c": {"get": responses()}}), &["GET /c"], &["wrong-type"; 2]);
        check("3.0.4", json!([]), &[], &["wrong-type", "no-operations"]);
        check(
            "3.0.4",
            json!({"/a#x": {"get": responses()}, "/a#y": {"get": responses(), "put": responses()}}),
            &["GET /a", "PUT /a"],
            &["bad-path", "bad-path", "path-conflict"],
        );
        check(
            "3.0.4",
            json!({"/a?x=1": {"get": responses()}, "/a?x=2": {"get": responses()}}),
            &["GET /a", "GET /a"],
            &["bad-path", "bad-path"],
        );
    }

    #[test]
    fn references_with_siblings() {
        let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {}});
        let entry = json!({"openapi": "3.0.4", "info": {"title": "t", "version": "1"}, "paths": {
            "/a": {"$ref": "paths/a.json", "get": responses(), "parameters": [parameter("own")]}}});
        let other = json!({"get": {"operationId": "other"}, "put": {"$ref": "put.json"},
            "parameters": [parameter("theirs"), parameter("own")]});
        let put = json!({"parameters": [{"$ref": "../api.json#/paths/~1a/parameters/0"}],
            "responses": {"200": {"description": "d"}}});
        let (api, findings) = lower_all(vec![("api.json", entry), ("paths/a.json", other), ("paths/put.json", put)]);
        let api = api.unwrap();
        let methods: Vec<_> = api.operations.iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["GET", "PUT"]);
        assert_eq!(api.operations[0].id, None);
        let names: Vec<_> = api.operations[1].parameters.iter().map(|one| &*one.name).collect();
        assert_eq!(names, ["theirs", "own"]);
        assert_eq!(codes(&findings), [""; 0]);
    }

    #[test]
    fn references_to_themselves() {
        let paths = json!({"/a": {"$ref": "#/paths/~1a", "get": responses()}});
        check("3.0.4", paths, &["GET /a"], &["ref-cycle"]);
    }

    #[test]
    fn webhooks() {
        let document = |version: &str| {
            json!({"openapi": version, "info": {"title": "t", "version": "1"},
                "webhooks": {"new": {"post": responses()}}})
        };
        let (api, findings) = lowered(document("3.1.0"));
        assert_eq!(api.webhooks[0].path, "new");
        assert_eq!(codes(&findings), ["no-operations"]);
        let (api, findings) = lowered(document("3.0.4"));
        assert!(api.webhooks.is_empty());
        assert_eq!(codes(&findings), ["version", "missing-field", "no-operations"]);
    }
}

//! Servers: base addresses.

use super::{cursor::Cursor, fields};
use crate::{
    finding::{Code, Severity},
    openapi::model::Server,
};

/// The servers of the whole API; never empty.
pub(super) fn of_root(root: &Cursor<'_>) -> Vec<Server> {
    let servers = if root.version() == super::version::Version::V20 { of_host(root) } else { of_list(root) };
    if servers.is_empty() { vec![Server { url: "/".to_owned(), base_path: String::new() }] } else { servers }
}

/// 3.x: the servers listed under `servers` of the root, a path item or an operation.
pub(super) fn of_list(owner: &Cursor<'_>) -> Vec<Server> {
    owner.items("servers").into_iter().flatten().filter_map(|item| server(&item)).collect()
}

fn server(cursor: &Cursor<'_>) -> Option<Server> {
    let server = cursor.open(&fields::SERVER)?;
    let Some(template) = server.text("url") else {
        server.missing(Severity::Warning, "a server", "url");
        return None;
    };
    let url = with_defaults(&server, &template);
    let at = server.raw("url").unwrap_or(server);
    let base_path = base_path(&at, &url);
    Some(Server { url, base_path })
}

/// The address with its variables replaced by their defaults. A variable without one stays as it is written.
fn with_defaults(server: &Cursor<'_>, template: &str) -> String {
    let variables: Vec<_> = server.entries("variables").collect();
    let mut url = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        url.push_str(before);
        match variables.iter().find(|(key, _)| *key == name).and_then(|(_, variable)| default(variable)) {
            Some(value) => url.push_str(&value),
            None => {
                server.report(
                    Severity::Warning,
                    Code::BAD_VALUE,
                    format!("the variable `{name}` of the server's address has no default"),
                    &format!("describe it: `variables: {{ {name}: {{ default: … }} }}`"),
                );
                url.push('{');
                url.push_str(name);
                url.push('}');
            }
        }
        rest = tail;
    }
    url.push_str(rest);
    url
}

/// A variable's default, or else the first of its values.
fn default(cursor: &Cursor<'_>) -> Option<String> {
    let variable = cursor.open(&fields::SERVER_VARIABLE)?;
    let values = variable.texts("enum").unwrap_or_default();
    let Some(default) = variable.text("default") else {
        variable.missing(Severity::Warning, "a server variable", "default");
        return values.into_iter().next();
    };
    if !values.is_empty() && !values.iter().any(|value| *value == default) {
        let message = format!("the default `{default}` is not one of the variable's values");
        variable.report(Severity::Warning, Code::BAD_VALUE, message, "add it to `enum`, or choose another default");
    }
    Some(default.into_owned())
}

/// The path of an address: starts with a slash, has none at its end, empty for the root.
fn base_path(at: &Cursor<'_>, url: &str) -> String {
    let (address, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    if !rest.is_empty() {
        let message = format!("`{rest}` is no part of a base address; it is passed over");
        at.report(Severity::Warning, Code::BAD_VALUE, message, "end the address after its path");
    }
    let path = match address.split_once("://").map(|(_, rest)| rest).or_else(|| address.strip_prefix("//")) {
        Some(authority) => authority.find('/').map_or("", |slash| authority.get(slash..).unwrap_or_default()),
        None => relative_path(at, address),
    };
    normal_path(path)
}

/// The path of an address without a scheme. One that starts like a host is taken for it.
fn relative_path<'u>(at: &Cursor<'_>, address: &'u str) -> &'u str {
    let (first, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let host = !first.is_empty() && first != "." && first != ".." && first.contains(['.', ':']);
    if !host && first != "localhost" {
        return address;
    }
    let message = format!("`{first}` is taken for a host, although the address has no scheme");
    at.report(Severity::Warning, Code::BAD_VALUE, message, &format!("write `https://{address}`"));
    path
}

/// A path without empty and dot segments (RFC 3986, section 5.2.4), with a leading slash unless it is the root.
fn normal_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => (),
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    segments.iter().fold(String::new(), |path, segment| path + "/" + segment)
}

/// 2.0: one server for each of `schemes`, at `host` and `basePath`.
fn of_host(root: &Cursor<'_>) -> Vec<Server> {
    let base = root.text("basePath").unwrap_or_default();
    let place = |name| root.raw(name).unwrap_or_else(|| root.clone());
    if !base.is_empty() && !base.starts_with('/') {
        let message = format!("`basePath: {base}` does not start with a slash; one is added");
        place("basePath").report(Severity::Warning, Code::BAD_VALUE, message, &format!("write `/{base}`"));
    }
    let base_path = normal_path(base.split(['?', '#']).next().unwrap_or_default());
    let Some(host) = root.text("host").filter(|host| !host.is_empty()) else {
        let url = if base_path.is_empty() { "/".to_owned() } else { base_path.clone() };
        return vec![Server { url, base_path }];
    };
    let bare = host.split_once("://").map_or(&*host, |(_, rest)| rest).split('/').next().unwrap_or_default();
    if bare != host {
        let message = format!("`host: {host}` has more than a host and a port; the rest is passed over");
        place("host").report(Severity::Warning, Code::BAD_VALUE, message, &format!("write `{bare}`"));
    }
    let schemes = root.texts("schemes").unwrap_or_default();
    if schemes.is_empty() {
        // The scheme is that of the address where the document lies, which a file does not know.
        return vec![Server { url: format!("//{bare}{base_path}"), base_path }];
    }
    let server = |scheme: String| Server { url: format!("{scheme}://{bare}{base_path}"), base_path: base_path.clone() };
    schemes.into_iter().map(server).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::openapi::lower::testing::{codes, lowered};

    #[track_caller]
    fn check(document: Value, expected: &[(&str, &str)], faults: &[&str]) {
        let (api, findings) = lowered(document);
        let servers: Vec<_> = api.servers.iter().map(|server| (&*server.url, &*server.base_path)).collect();
        assert_eq!(servers, expected);
        assert_eq!(codes(&findings), faults);
    }

    fn v3(servers: Value) -> Value {
        json!({"openapi": "3.0.4", "info": {"title": "t", "version": "1"}, "servers": servers,
            "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}})
    }

    #[test]
    fn list_of_servers() {
        check(v3(json!([])), &[("/", "")], &[]);
        check(v3(json!([{"url": "https://a.example/v1/"}])), &[("https://a.example/v1/", "/v1")], &[]);
        check(v3(json!([{"url": "https://a.example"}])), &[("https://a.example", "")], &[]);
        check(v3(json!([{"url": "./v1/../v%202"}])), &[("./v1/../v%202", "/v%202")], &[]);
        check(v3(json!([{"url": "v1"}])), &[("v1", "/v1")], &[]);
        check(v3(json!([{"url": "//a.example/v1"}])), &[("//a.example/v1", "/v1")], &[]);
        check(v3(json!([{"url": "a.example/v1"}])), &[("a.example/v1", "/v1")], &["bad-value"]);
        check(v3(json!([{"url": "https://a.example/v1?x#y"}])), &[("https://a.example/v1?x#y", "/v1")], &["bad-value"]);
        check(v3(json!([{"description": "d"}])), &[("/", "")], &["missing-field"]);
        check(v3(json!("https://a.example")), &[("/", "")], &["wrong-type"]);
    }

    #[test]
    fn variables() {
        let variables = json!({"port": {"default": 8443}, "base": {"enum": ["v1", "v2"], "default": "v2"}});
        check(
            v3(json!([{"url": "https://a.example:{port}/{base}", "variables": variables}])),
            &[("https://a.example:8443/v2", "/v2")],
            &["wrong-type"],
        );
        check(v3(json!([{"url": "/{base}/x"}])), &[("/{base}/x", "/{base}/x")], &["bad-value"]);
        check(v3(json!([{"url": "/{a}", "variables": {"a": {"enum": ["x"]}}}])), &[("/x", "/x")], &["missing-field"]);
        check(
            v3(json!([{"url": "/{a}{", "variables": {"a": {"enum": ["x"], "default": "y"}}}])),
            &[("/y{", "/y{")],
            &["bad-value"],
        );
    }

    #[test]
    fn host_and_base_path() {
        let v2 = |more: Value| {
            let mut document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"},
                "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}});
            document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            document
        };
        check(v2(json!({})), &[("/", "")], &[]);
        check(v2(json!({"basePath": "/v1/"})), &[("/v1", "/v1")], &[]);
        check(v2(json!({"basePath": "v1"})), &[("/v1", "/v1")], &["bad-value"]);
        check(v2(json!({"host": "a.example:81", "basePath": "/"})), &[("//a.example:81", "")], &[]);
        check(
            v2(json!({"host": "a.example", "basePath": "/v1", "schemes": ["http", "https"]})),
            &[("http://a.example/v1", "/v1"), ("https://a.example/v1", "/v1")],
            &[],
        );
        check(v2(json!({"host": "http://a.example/x"})), &[("//a.example", "")], &["bad-value"]);
    }
}

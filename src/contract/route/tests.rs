use std::fmt::Write;

use super::*;
use crate::contract::{
    check::fixture::contract as described,
    fixture::{api, contract},
};

/// Routes `"GET /path?query"` and says what was found: the operation as written, then its captures; or `404`, or the
/// methods that are allowed.
fn outcome(contract: &Contract, request: &str) -> String {
    let (method, target) = request.split_once(' ').unwrap();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    match contract.route(&Method::from_bytes(method.as_bytes()).unwrap(), path, query) {
        Routed::Operation(found) => {
            let operation = contract.operation(found.operation);
            let mut text = format!("{} {}", operation.method, operation.path);
            for (i, (name, value)) in operation.fixed_query.iter().enumerate() {
                let sign = if i == 0 { '?' } else { '&' };
                write!(text, "{sign}{name}").unwrap();
                if let Some(value) = value {
                    write!(text, "={value}").unwrap();
                }
            }
            for capture in found.captures {
                write!(text, " [{capture}]").unwrap();
            }
            text
        }
        Routed::MethodNotAllowed { allowed } => {
            let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
            format!("405 {}", allowed.join(", "))
        }
        Routed::NotFound => "404".to_owned(),
    }
}

#[track_caller]
fn check(operations: &[&str], requests: &[(&str, &str)]) {
    let contract = contract("a", operations);
    for (request, expected) in requests {
        assert_eq!(outcome(&contract, request), *expected, "{request} among {operations:?}");
    }
}

#[test]
fn concrete_wins_over_templated() {
    check(
        &[
            "GET /o/{id}",
            "GET /o/{id}.{ext}",
            "GET /o/{id}.json",
            "GET /o/{id}:archive",
            "GET /o/{a},{b}",
            "GET /o/mine",
        ],
        &[
            ("GET /o/7", "GET /o/{id} [7]"),
            ("GET /o/mine", "GET /o/mine"),
            ("GET /o/m%69ne", "GET /o/mine"),
            ("GET /o/Mine", "GET /o/{id} [Mine]"),
            ("GET /o/1.json", "GET /o/{id}.json [1]"),
            ("GET /o/1.tar.gz", "GET /o/{id}.{ext} [1.tar] [gz]"),
            ("GET /o/1:archive", "GET /o/{id}:archive [1]"),
            ("GET /o/a%2Fb,c", "GET /o/{a},{b} [a%2Fb] [c]"),
            ("GET /o/:archive", "GET /o/{id} [:archive]"),
        ],
    );
}

#[test]
fn a_dead_end_is_left_again() {
    check(
        &["GET /a/b/c", "GET /a/{x}/d", "GET /{y}/b/{z}", "GET /{all}"],
        &[
            ("GET /a/b/c", "GET /a/b/c"),
            ("GET /a/b/d", "GET /a/{x}/d [b]"),
            ("GET /a/b/e", "GET /{y}/b/{z} [a] [e]"),
            ("GET /a", "GET /{all} [a]"),
            ("GET /a/b", "404"),
        ],
    );
}

#[test]
fn odd_literals() {
    check(
        &[
            "GET /{owner}/compare/{base}...{head}",
            "GET /at/{lat};{lon}",
            "GET /Users({id})",
            "GET /{mount}/^.*$",
            "GET /<x>/*",
            "GET /~{user id}/",
            "GET /caf%C3%A9",
            "GET /tea é",
            "GET /set:batch",
            "GET /%7Braw%7D",
            "GET /v{version}/x",
            "GET /",
        ],
        &[
            ("GET /me/compare/v1.0...v2", "GET /{owner}/compare/{base}...{head} [me] [v1.0] [v2]"),
            ("GET /me/compare/a...b/c", "404"),
            ("GET /at/1;2", "GET /at/{lat};{lon} [1] [2]"),
            ("GET /Users(5)", "GET /Users({id}) [5]"),
            ("GET /kv/^.*$", "GET /{mount}/^.*$ [kv]"),
            ("GET /kv/%5E.%2A%24", "GET /{mount}/^.*$ [kv]"),
            ("GET /<x>/*", "GET /<x>/*"),
            ("GET /%3Cx%3e/%2A", "GET /<x>/*"),
            ("GET /~me/", "GET /~{user id}/ [me]"),
            ("GET /café", "GET /caf%C3%A9"),
            ("GET /caf%c3%a9", "GET /caf%C3%A9"),
            ("GET /tea%20%C3%A9", "GET /tea é"),
            ("GET /set:batch", "GET /set:batch"),
            ("GET /%7Braw%7D", "GET /%7Braw%7D"),
            ("GET /{raw}", "GET /%7Braw%7D"),
            ("GET /v2/x", "GET /v{version}/x [2]"),
            ("GET /", "GET /"),
            ("GET ", "GET /"),
        ],
    );
}

#[test]
fn empty_parameters_and_slashes() {
    check(
        &["GET /pets", "POST /pets", "GET /pets/{id}", "GET /pets/{id}/toys", "GET /users/", "PUT /users/{id}:lock"],
        &[
            ("GET /pets/", "GET /pets/{id} []"),
            ("POST /pets/", "POST /pets"),
            ("GET /pets//toys", "GET /pets/{id}/toys []"),
            ("GET /pets/7/", "GET /pets/{id} [7]"),
            ("GET /pets/7/toys/", "GET /pets/{id}/toys [7]"),
            ("GET /pets/7/toys//", "404"),
            ("GET /users", "GET /users/"),
            ("GET /users/", "GET /users/"),
            ("PUT /users/:lock", "PUT /users/{id}:lock []"),
            ("GET //pets", "404"),
        ],
    );
    check(&["GET /pets", "GET /pets/"], &[("GET /pets", "GET /pets"), ("GET /pets/", "GET /pets/")]);
    check(&["GET /{a}/b"], &[("GET //b", "GET /{a}/b []"), ("GET /", "404")]);
}

#[test]
fn methods() {
    check(
        &["POST /x", "GET /x", "DELETE /{y}", "HEAD /{y}", "GET /z", "OPTIONS /z", "HEAD /z", "QUERY /z"],
        &[
            ("HEAD /x", "GET /x"),
            ("HEAD /z", "HEAD /z"),
            ("HEAD /other", "HEAD /{y} [other]"),
            ("DELETE /other", "DELETE /{y} [other]"),
            ("DELETE /x", "405 POST, GET, HEAD"),
            ("PUT /x", "405 POST, GET, HEAD"),
            ("PUT /z", "405 GET, OPTIONS, HEAD, QUERY"),
            ("QUERY /z", "QUERY /z"),
            ("get /z", "405 GET, OPTIONS, HEAD, QUERY"),
            ("GET /x/y", "404"),
        ],
    );
    check(&["GET /a", "POST /a"], &[("PUT /a", "405 GET, HEAD, POST"), ("PUT /a/", "405 GET, HEAD, POST")]);
}

#[test]
fn a_concrete_path_hides_its_templated_counterparts() {
    check(
        &["GET /o/mine", "DELETE /o/{id}", "GET /o/{id}/x", "PUT /o/{id}/{part}", "POST /{all}/{id}/x"],
        &[
            ("DELETE /o/7", "DELETE /o/{id} [7]"),
            ("DELETE /o/mine", "405 GET, HEAD"),
            ("DELETE /o/m%69ne", "405 GET, HEAD"),
            ("PUT /o/7/y", "PUT /o/{id}/{part} [7] [y]"),
            ("PUT /o/7/x", "405 GET, HEAD"),
            ("POST /o/7/x", "405 GET, HEAD"),
            ("POST /p/7/x", "POST /{all}/{id}/x [p] [7]"),
        ],
    );
    // Neither is the counterpart of the other: the method tells which one is meant.
    check(
        &["GET /a/{x}", "PUT /{y}/b", "DELETE /{y}/{z}"],
        &[
            ("PUT /a/b", "PUT /{y}/b [a]"),
            ("GET /a/b", "GET /a/{x} [b]"),
            ("DELETE /a/b", "405 GET, HEAD, PUT"),
            ("DELETE /c/d", "DELETE /{y}/{z} [c] [d]"),
        ],
    );
    check(
        &["GET /n/{id}", "PUT /n/{id}.json"],
        &[("GET /n/1.json", "GET /n/{id} [1.json]"), ("PUT /n/1.json", "PUT /n/{id}.json [1]")],
    );
    check(
        &["GET /s/", "PUT /s/{id}", "POST /s"],
        &[("PUT /s/", "405 GET, HEAD"), ("POST /s/", "405 GET, HEAD"), ("GET /s", "405 POST")],
    );
}

#[test]
fn unknown_methods_of_one_path() {
    check(&["GET /a", "POST /a"], &[("PUT /a", "405 GET, HEAD, POST"), ("PUT /a/", "405 GET, HEAD, POST")]);
}

#[test]
fn fixed_queries() {
    check(
        &["GET /q?a=1", "GET /q", "GET /q?a=1&b", "GET /q?c={c}", "GET /only?x=y", "GET /two?x=1", "GET /two?x=2"],
        &[
            ("GET /q", "GET /q"),
            ("GET /q?a=1", "GET /q?a=1"),
            ("GET /q?b&a=%31", "GET /q?a=1&b"),
            ("GET /q?a=2&b", "GET /q"),
            ("GET /q?c=5", "GET /q?c={c}"),
            ("GET /only", "GET /only?x=y"),
            ("GET /two?x=2", "GET /two?x=2"),
            ("GET /two", "GET /two?x=1"),
        ],
    );
}

#[test]
fn templates_that_differ_in_names_share_a_route() {
    check(
        &["GET /a/{x}", "GET /a/{y}", "PUT /a/{z}", "GET /a/{x}/{y}.b", "PUT /a/{y}/{x}.b"],
        &[
            ("GET /a/1", "GET /a/{x} [1]"),
            ("PUT /a/1", "PUT /a/{z} [1]"),
            ("PUT /a/1/2.b", "PUT /a/{y}/{x}.b [1] [2]"),
            ("POST /a/1", "405 GET, HEAD, PUT"),
        ],
    );
}

#[track_caller]
fn check_problems(operations: &[&str], expected: &[(u32, RouteProblem)]) {
    let (_, problems) = Router::build(&api("a", operations).operations);
    let problems: Vec<_> = problems.into_iter().map(|(id, problem)| (id.0, problem)).collect();
    assert_eq!(problems, expected);
}

#[test]
fn problems_are_reported_once() {
    let by = OperationId(0);
    check_problems(&["GET /a/{x}", "GET /a/{y}"], &[(1, RouteProblem::Second { to: by })]);
    check_problems(&["GET /a/{x}", "PUT /a/{y}", "POST /a/{y}"], &[(1, RouteProblem::Twin { of: by })]);
    check_problems(&["GET /a/{x}", "PUT /a/{x}", "GET /b/{x}"], &[]);
    check_problems(&["GET /a?b=c", "GET /a"], &[]);
    check_problems(&["GET /a?b=c", "GET /a?b=c"], &[(1, RouteProblem::Hidden { by })]);
    check_problems(&["GET /{a", "PUT /{a"], &[(0, RouteProblem::StrayBrace)]);
    check_problems(&["GET /{a}{b}"], &[(0, RouteProblem::Touching)]);
    check_problems(&[&format!("GET {}", "/x".repeat(257))], &[(0, RouteProblem::TooLong)]);
}

#[test]
fn long_paths_do_no_harm() {
    let deep = "/{x}".repeat(256);
    let contract = contract("a", &[&format!("GET {deep}"), "GET /{a}.{b}.{c}.{d}.{e}"]);
    assert!(outcome(&contract, &format!("GET {}", "/v".repeat(256))).starts_with("GET /{x}/{x}"));
    assert_eq!(outcome(&contract, &format!("GET {}", "/v".repeat(100_000))), "404");
    assert_eq!(outcome(&contract, &format!("GET /{}", "%".repeat(50_000))), "404");
}

#[test]
fn a_path_that_lacks_the_method_is_passed_over_where_parameters_fit() {
    let text = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
        "/pulls/{index}.{format}": {"get": {"responses": {}}},
        "/pulls/{index}": {"patch": {"parameters": [
            {"name": "index", "in": "path", "required": true, "schema": {"type": "integer"}}], "responses": {}}},
        "/files/{name}.{format}": {"get": {"responses": {}}},
        "/files/{name}": {"patch": {"parameters": [
            {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}], "responses": {}}}
    }}"#;
    let contract = described(text);
    for (request, expected) in [
        ("PATCH /pulls/5", "PATCH /pulls/{index} [5]"),
        ("PATCH /pulls/5.diff", "405 GET, HEAD"),
        ("PATCH /pulls/x", "PATCH /pulls/{index} [x]"),
        ("GET /pulls/5.diff", "GET /pulls/{index}.{format} [5] [diff]"),
        ("PATCH /files/a.png", "PATCH /files/{name} [a.png]"),
        ("PUT /files/a.png", "405 GET, HEAD, PATCH"),
    ] {
        assert_eq!(outcome(&contract, request), expected, "{request}");
    }
}

#[test]
fn nearest_gives_methods() {
    let contract = contract("a", &["PUT /pets", "GET /pets", "GET /users/{id}"]);
    assert_eq!(contract.nearest("/pet", 1), [(Method::PUT, "/pets".to_owned())]);
    assert_eq!(contract.nearest("/pet", 5).len(), 2);
}

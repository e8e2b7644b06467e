//! The behaviours of Prism that its users rely on, one by one.

use std::{fmt::Write as _, sync::Arc};

use mimeo::{
    contract::Site,
    message::Response,
    mock::{Mock, Moment, Settings, handle},
    session::State,
    shell::ServerSettings,
};

use crate::{
    described::{contract, request},
    sockets::{begins, exchange, start},
};

/// The answer to a request; `description` is what follows `paths:`, with whatever stands beside it.
#[track_caller]
fn answer(description: &str, text: &str) -> Response {
    let description = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n{description}");
    let site = Site { contracts: vec![Arc::new(contract(&description))] };
    let mock = Mock::new(site, Settings::default());
    handle(&mock, &State::default(), &request(text), Moment { now_ms: 0, seed: 0 }).outcome.reply
}

/// Status, a header field (`-` if there is none), and the body.
#[track_caller]
fn check(description: &str, text: &str, status: u16, (name, value): (&str, &str), body: &str) {
    let reply = answer(description, text);
    let found = reply.header(name).unwrap_or("-");
    let shown = String::from_utf8_lossy(&reply.body).into_owned();
    let shown = if body == "…" { body.to_owned() } else { shown };
    assert_eq!((reply.status.as_u16(), found, shown.as_str()), (status, value, body), "{text}");
}

const TYPE: &str = "content-type";

#[test]
fn content_types_have_no_invented_charset() {
    let described = "paths: {/: {get: {responses: {'200': {description: ok, content: {'text/plain; charset=utf-8': {example: \
                     a}, text/html: {example: b}, 'application/json; version=2': {example: 2}, application/json: {example: \
                     1}}}}}}}\n";
    check(described, "GET /", 200, (TYPE, "application/json; version=2"), "2");
    check(described, "GET /\nAccept: text/plain", 200, (TYPE, "text/plain; charset=utf-8"), "a");
    check(described, "GET /\nAccept: text/html", 200, (TYPE, "text/html"), "b");
    check(described, "GET /\nAccept: application/json;version=2", 200, (TYPE, "application/json; version=2"), "2");
    check(
        described,
        "GET /\nAccept: application/json; version=1, */*;q=0.1",
        200,
        (TYPE, "text/plain; charset=utf-8"),
        "a",
    );
}

#[tokio::test]
async fn reason_phrases_are_those_of_the_registry() {
    let mut description =
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /:\n    get:\n      responses:\n".to_owned();
    let phrases = [
        (201, "Created"),
        (203, "Non-Authoritative Information"),
        (207, "Multi-Status"),
        (304, "Not Modified"),
        (402, "Payment Required"),
        (418, "I'm a teapot"),
        (422, "Unprocessable Entity"),
        (429, "Too Many Requests"),
        (451, "Unavailable For Legal Reasons"),
        (511, "Network Authentication Required"),
        (299, "unknown"),
        (520, "unknown"),
    ];
    for (status, _) in phrases {
        let _ = writeln!(description, "        '{status}': {{description: x}}");
    }
    let running = start(&description, ServerSettings::default()).await;
    for (status, phrase) in phrases {
        let get = format!("GET /?__code={status} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        begins(&exchange(&running, &get).await, &format!("{status} {phrase}\r\n"));
    }
}

#[test]
fn the_lowest_success_then_a_range_then_the_default() {
    let described = |statuses: &str| format!("paths: {{/: {{get: {{responses: {{{statuses}}}}}}}}}\n");
    let get = |statuses: &str, status| check(&described(statuses), "GET /", status, (TYPE, "-"), "");
    let any = "{description: x}";
    get(&format!("'404': {any}, '204': {any}, '202': {any}, 2XX: {any}, default: {any}"), 202);
    get(&format!("default: {any}, '404': {any}, 2XX: {any}"), 200);
    get(&format!("'404': {any}, default: {any}, 4XX: {any}"), 200);
    get(&format!("'404': {any}, 3XX: {any}"), 300);
    get(&format!("'400': {any}, '404': {any}"), 404);
    get(&format!("'100': {any}, '302': {any}"), 302);
}

#[test]
fn security_comes_first_and_its_schemes_are_combined() {
    let described = "security: [{basic: []}, {bearer: []}, {key: []}]\ncomponents: {securitySchemes: {basic: {type: http, scheme: \
                     basic}, bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Key}}}\npaths: {/: \
                     {get: {parameters: [{name: n, in: query, required: true, schema: {type: integer}}], responses: {'200': \
                     {description: ok}}}}}\n";
    check(described, "GET /", 401, ("www-authenticate", "Basic realm=\"*\", Bearer"), "…");
    check(described, "GET /\nAuthorization: Bearer x", 422, ("www-authenticate", "-"), "…");
    check(described, "GET /?n=1\nX-Key: x", 200, ("www-authenticate", "-"), "");
    check(
        described,
        "GET /?n=x\nAuthorization: Basic ???",
        401,
        ("www-authenticate", "Basic realm=\"*\", Bearer"),
        "…",
    );
}

#[test]
fn a_preflight_is_answered_and_a_plain_options_is_left() {
    let described = "paths: {/: {options: {responses: {'200': {description: ok, content: {text/plain: {example: own}}}}}, get: \
                     {responses: {'200': {description: ok}}}}, /other: {get: {responses: {'200': {description: ok}}}}}\n";
    let ask = "Origin: http://a.example\nAccess-Control-Request-Method: PUT";
    let methods = "access-control-allow-methods";
    check(described, &format!("OPTIONS /\n{ask}"), 204, (methods, "PUT"), "");
    check(described, &format!("OPTIONS /other\n{ask}"), 204, (methods, "PUT"), "");
    check(described, "OPTIONS /", 200, (methods, "-"), "own");
    check(described, "OPTIONS /other", 405, ("allow", "GET, HEAD"), "…");
    check(described, "GET /\nOrigin: http://a.example", 200, ("access-control-allow-origin", "http://a.example"), "");
}

#[test]
fn what_is_not_accepted_is_406_unless_there_is_no_content() {
    let described = "paths: {/: {get: {responses: {'200': {description: ok, content: {text/plain: {example: a}}}}}}, /no: {get: \
                     {responses: {'204': {description: ok}}}}, /bare: {get: {responses: {'200': {description: ok}}}}}\n";
    check(described, "GET /\nAccept: application/json", 406, (TYPE, "application/problem+json"), "…");
    check(described, "GET /\nAccept: text/plain;q=0", 406, (TYPE, "application/problem+json"), "…");
    check(described, "GET /\nAccept: text/*", 200, (TYPE, "text/plain"), "a");
    check(described, "GET /no\nAccept: application/json", 204, (TYPE, "-"), "");
    check(described, "GET /bare\nAccept: application/json", 200, (TYPE, "-"), "");
}

#[test]
fn a_content_type_counts_only_with_a_body() {
    let described = "paths: {/: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {'200': \
                     {description: ok}}}}}\n";
    check(described, "POST /\nContent-Type: application/xml", 200, (TYPE, "-"), "");
    check(described, "POST /\nContent-Type: application/xml\nContent-Length: 0", 200, (TYPE, "-"), "");
    check(described, "POST /\nContent-Type: application/xml\n\n<a/>", 415, (TYPE, "application/problem+json"), "…");
    check(described, "POST /\nContent-Type: application/json; charset=utf-8\n\n{}", 200, (TYPE, "-"), "");
}

#[test]
fn an_empty_segment_is_a_parameter_that_is_missing() {
    let described = "paths: {'/pets/{id}/toys': {get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], \
                     responses: {'200': {description: ok}}}}, '/cats/{id}': {get: {parameters: [{name: id, in: path, required: \
                     true, schema: {type: string}}], responses: {'200': {description: ok}}}}}\n";
    check(described, "GET /pets//toys", 422, (TYPE, "application/problem+json"), "…");
    check(described, "GET /cats/", 422, (TYPE, "application/problem+json"), "…");
    check(described, "GET /cats", 404, (TYPE, "application/problem+json"), "…");
    check(described, "GET /pets/1/toys", 200, (TYPE, "-"), "");
}

#[test]
fn paths_are_decoded_and_segments_have_several_parts() {
    let parameter = "parameters: [{name: id, in: path, required: true, schema: {type: integer}}]";
    let named =
        |text: &str| format!("responses: {{'200': {{description: ok, content: {{text/plain: {{example: {text}}}}}}}}}");
    let described = format!(
        "paths: {{'/a b/{{id}}': {{get: {{{parameter}, {}}}}}, '/a b/{{id}}:run': {{get: {{{parameter}, {}}}}}, '/a b/{{id}}.json': \
         {{get: {{{parameter}, {}}}}}}}\n",
        named("plain"),
        named("run"),
        named("file")
    );
    let get = |path: &str, status, body: &str| check(&described, &format!("GET {path}"), status, ("x", "-"), body);
    get("/a%20b/7", 200, "plain");
    get("/%61%20b/%37", 200, "plain");
    get("/a%20b/7:run", 200, "run");
    get("/a%20b/7%3Arun", 200, "run");
    get("/a%20b/7.json", 200, "file");
    get("/a%20b/x.json", 422, "…");
    get("/a%20b/x:run", 422, "…");
}

#[test]
fn paths_that_differ_in_names_are_told_apart_by_their_parameters() {
    let operation = |name: &str, schema: &str, text: &str| {
        format!(
            "{{get: {{parameters: [{{name: {name}, in: path, required: true, schema: {{{schema}}}}}], responses: {{'200': {{description: ok, \
             content: {{text/plain: {{example: {text}}}}}}}}}}}}}"
        )
    };
    let described = format!(
        "paths: {{'/a/{{id}}/b': {}, '/a/{{name}}/b': {}, '/a/{{code}}/b': {}, '/a/{{mount}}/b': {}}}\n",
        operation("id", "type: string, format: uuid", "by-id"),
        operation("name", "type: string, pattern: '^[a-z]+$'", "by-name"),
        operation("code", "type: integer", "by-code"),
        operation("mount", "type: string, default: usual", "by-mount"),
    );
    let get = |path: &str, status, body: &str| check(&described, &format!("GET {path}"), status, ("x", "-"), body);
    get("/a/123e4567-e89b-12d3-a456-426614174000/b", 200, "by-id");
    get("/a/rover/b", 200, "by-name");
    get("/a/7/b", 200, "by-code");
    get("/a/R-7/b", 200, "by-mount");
    get("/a/usual/b", 200, "by-mount");
}

#[test]
fn an_example_that_is_json_in_a_text_is_sent_as_what_it_holds() {
    let described = |schema: &str| {
        format!(
            "paths: {{/: {{get: {{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}, example: '{{\"n\": \
             \"x\"}}'}}}}}}}}}}}}}}\n"
        )
    };
    let json = (TYPE, "application/json");
    check(&described("{type: object}"), "GET /", 200, json, "{\"n\":\"x\"}");
    // Its faults are its own, and not that it is a text.
    check(&described("{type: object, properties: {n: {type: integer}}}"), "GET /", 200, json, "{\"n\":\"x\"}");
    check(&described("{type: string}"), "GET /", 200, json, "\"{\\\"n\\\": \\\"x\\\"}\"");
}

#[test]
fn an_example_of_the_error_can_be_asked_for() {
    let described = "paths: {/: {get: {parameters: [{name: n, in: query, required: true, schema: {type: integer}}], responses: {'200': \
                     {description: ok}, '422': {description: no, content: {application/json: {examples: {one: {value: 1}, two: \
                     {value: 2}, three: {value: 3}}}}}}}}}\n";
    let json = (TYPE, "application/json");
    check(described, "GET /", 422, json, "1");
    check(described, "GET /?__code=422&__example=three", 422, json, "3");
    check(described, "GET /?__example=two", 422, json, "2");
    check(described, "GET /?n=1&__code=422&__example=two", 422, json, "2");
    check(described, "GET /\nPrefer: code=422, example=three", 422, json, "3");
}

/// A 422 says that the body could be read (RFC 9110, section 15.5.21). The oneOf that several branches fit says what to do.
#[test]
fn a_body_that_cannot_be_read_is_a_bad_request() {
    let with = |responses: &str| {
        format!(
            "paths: {{/: {{post: {{requestBody: {{content: {{application/json: {{schema: {{oneOf: [{{type: object}}, {{required: [a]}}]\
             }}}}}}}}, responses: {{'200': {{description: ok}}{responses}}}}}}}}}\n"
        )
    };
    let no = |status: &str| {
        format!(", '{status}': {{description: no, content: {{application/json: {{example: '{status}'}}}}}}")
    };
    let both = with(&(no("422") + &no("400")));
    let json = (TYPE, "application/json");
    check(&both, "POST /\nContent-Type: application/json\n\n{\"a\":", 400, json, "\"400\"");
    check(&both, "POST /\nContent-Type: application/json\n\n{\"a\":1}", 422, json, "\"422\"");
    check(&with(&no("422")), "POST /\nContent-Type: application/json\n\n{", 422, json, "\"422\"");
    let problem = (TYPE, "application/problem+json");
    check(&with(""), "POST /\nContent-Type: application/json\n\n{", 400, problem, "…");
    check(&with(""), "POST /\nContent-Type: application/json\n\n{\"a\":1}", 422, problem, "…");
    let several = answer(&both, "POST /\nContent-Type: application/json\n\n{\"a\":1}");
    assert!(several.header("sl-violations").unwrap().contains("the description means `anyOf`"));
}

#[test]
fn violations_are_sent_where_an_answer_is_described() {
    let described = "paths: {/: {get: {parameters: [{name: n, in: query, schema: {type: integer}}], responses: {'200': {description: ok, \
                     content: {application/json: {schema: {type: integer}, example: x}}}, '422': {description: no}}}}}\n";
    let sent = |text: &str| {
        let reply = answer(described, text);
        let found: serde_json::Value =
            reply.header("sl-violations").map_or(serde_json::Value::Null, |text| serde_json::from_str(text).unwrap());
        (reply.status.as_u16(), found[0]["location"].to_string())
    };
    assert_eq!(sent("GET /?n=x"), (422, "[\"request\",\"query\",\"n\"]".to_owned()));
    assert_eq!(sent("GET /?n=1"), (200, "[\"response\",\"body\"]".to_owned()));
    assert_eq!(sent("GET /none").0, 404);
    assert_eq!(sent("GET /none").1, "null");
    let nested = "paths: {/: {get: {parameters: [{name: page, in: query, schema: {type: object, properties: {limit: {type: \
                  integer}}}}, {name: 'a/b', in: query, schema: {type: array, items: {type: integer}}}, {name: H, in: header, \
                  schema: {type: array, items: {type: integer}}}], responses: {'200': {description: ok}}}}}\n";
    let located = |text: &str| {
        let found = answer(nested, text).header("sl-violations").unwrap().to_owned();
        serde_json::from_str::<serde_json::Value>(&found).unwrap()[0]["location"].to_string()
    };
    assert_eq!(located("GET /?limit=x"), "[\"request\",\"query\",\"page\",\"limit\"]");
    assert_eq!(located("GET /?a/b=1&a/b=x"), "[\"request\",\"query\",\"a/b\",\"1\"]");
    assert_eq!(located("GET /\nH: 1,2,x"), "[\"request\",\"header\",\"H\",\"2\"]");
}

/// Where nothing is described of the content, the least that its media type allows.
#[test]
fn content_of_which_nothing_is_described() {
    let described = "paths: {/: {get: {responses: {'200': {description: ok, content: {application/json: {}, text/plain: {}, \
                     'image/*': {}, '*/*': {}}}}}}}\n";
    for (accept, media_type, body) in [
        ("application/json", "application/json", "{}"),
        ("text/plain", "text/plain", ""),
        ("image/gif", "image/png", ""),
    ] {
        check(described, &format!("GET /\nAccept: {accept}"), 200, (TYPE, media_type), body);
    }
    check(described, "GET /\nAccept: audio/mpeg", 200, (TYPE, "application/json"), "{}");
}

/// A header field has the example of its media type, and the style that is described.
#[test]
fn header_fields_are_written_as_described() {
    let described = "paths: {/: {get: {responses: {'200': {description: ok, headers: {A: {content: {application/json: {schema: \
                     {type: object}, example: {x: [4]}}}}, B: {content: {text/plain: {schema: {type: string}, examples: {one: \
                     {value: hi}}}}}, C: {content: {application/json: {schema: {type: string}}}}, D: {explode: true, schema: \
                     {type: object}, example: {R: 1, G: {x: 2}}}, E: {schema: {type: object}, example: {R: 1, G: [2, 3]}}, \
                     F: {schema: {type: array}, example: [{a: 1, b: 2}, 3]}, G: {content: {application/json: {schema: \
                     {type: object}, example: '{\"a\":1}'}}}}}}}}}\n";
    for (name, value) in [
        ("a", "{\"x\":[4]}"),
        ("b", "hi"),
        ("c", "\"string\""),
        ("d", "R=1,G={\"x\":2}"),
        ("e", "R,1,G,[2,3]"),
        ("f", "{\"a\":1,\"b\":2},3"),
        ("g", "{\"a\":1}"),
        ("sl-violations", "-"),
    ] {
        check(described, "GET /", 200, (name, value), "");
    }
}

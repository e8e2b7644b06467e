//! Requests and answers against whole descriptions.

use std::{fmt::Write, sync::OnceLock};

use serde_json::json;

use super::fixture::{ONLY, answer, contract, judge, lines, plain, request};
use crate::{
    contract::{Contract, Match},
    finding::{Place, Reason},
};

const PARAMETERS: &str = "
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /pets/{petId}/{kind}:
    get:
      parameters:
        - {name: petId, in: path, required: true, schema: {type: integer}}
        - {name: kind, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, required: true, schema: {type: integer, maximum: 10}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}, minItems: 2}}
        - name: page
          in: query
          schema: {type: object, properties: {offset: {type: integer}, size: {type: integer}}, required: [size]}
        - {name: empty, in: query, allowEmptyValue: true, schema: {type: integer}}
        - {name: full, in: query, allowEmptyValue: false, schema: {type: string}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object, required: [a]}}}}
        - {name: either, in: query, schema: {anyOf: [{type: integer, maximum: 5}, {type: string}]}}
        - {name: X-Age, in: header, required: true, schema: {type: array, items: {type: integer}}}
        - {name: session, in: cookie, required: true, schema: {type: string, minLength: 2}}
      responses: {'200': {description: ok}}
";

#[track_caller]
fn check(description: &str, text: &str, expected: &[&str]) {
    assert_eq!(lines(&judge(&contract(description), text).findings), expected);
}

const HEAD: &str = "\nx-age: 1\nx-age: 2\ncookie: session=\"abc\"";

#[test]
fn parameters_are_typed() {
    let query = "limit=3&tags=a&tags=b&offset=1&size=2&empty=&full=x&filter=%7B%22a%22:1%7D&either=12";
    let checked = judge(&contract(PARAMETERS), &format!("GET /pets/7/a%2Fb?{query}{HEAD}"));
    assert_eq!(lines(&checked.findings), Vec::<String>::new());
    let values: Vec<_> = checked.parameters.into_iter().map(|(_, value)| value).collect();
    let page = json!({"offset": 1, "size": 2});
    let expected = json!([7, "a/b", 3, ["a", "b"], page, "", "x", {"a": 1}, "12", [1, 2], "abc"]);
    assert_eq!(json!(values), expected);
}

#[test]
fn everything_that_is_wrong_is_found() {
    let target = "/pets/x/?tags=a&limit=12&offset=one&full=&filter=%7B&either=4&either=5";
    check(
        PARAMETERS,
        &format!("GET {target}\nX-Age: 1, old"),
        &[
            "type path petId: path parameter `petId` must be an integer",
            "required path kind: path parameter `kind` is required",
            "maximum query limit: query parameter `limit` must be at most 10",
            "minItems query tags: query parameter `tags` must have at least 2 items",
            "required query page: query parameter `page` must have required property 'size'",
            "type query page/offset: query parameter `page` at `/offset` must be an integer",
            "minLength query full: query parameter `full` must not be empty",
            "malformed-parameter query filter: query parameter `filter` is not JSON: EOF while parsing an object at line 1 \
         column 1",
            "malformed-parameter query either: query parameter `either` is sent 2 times, but it is one value",
            "type header X-Age/1: header parameter `X-Age` at `/1` must be an integer",
            "required cookie session: cookie parameter `session` is required",
        ],
    );
}

#[test]
fn findings_have_reasons() {
    let checked = judge(&contract(PARAMETERS), &format!("GET /pets/1/a?limit=12&filter=%7B%7D{HEAD}"));
    let reasons: Vec<_> = checked.findings.iter().map(|finding| finding.reason).collect();
    assert_eq!(reasons, [Some(Reason::InvalidParam), Some(Reason::MissingParam)]);
}

const BODY: &str = "
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /:
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}
          text/*: {schema: {type: integer}}
          image/png: {schema: {type: string, format: binary}}
      responses:
        '200':
          description: ok
          headers:
            X-Left: {required: true, schema: {type: integer}}
          content:
            application/json: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}
        4XX: {description: wrong, content: {application/problem+json: {schema: {type: object}}}}
        '204': {description: nothing}
        '205': {description: start again, content: {application/json: {schema: {type: object}}}}
";

#[test]
fn bodies() {
    let post = |rest: &str| format!("POST /{rest}");
    check(BODY, &post("\n\n{\"a\": 1}"), &[]);
    check(BODY, &post("\nContent-Type: application/json; charset=utf-8\n\n{\"a\": 1}"), &[]);
    check(BODY, &post("\nContent-Type: image/png\n\n\u{1}"), &[]);
    check(BODY, &post("\nContent-Type: text/plain\n\n12"), &[]);
    check(BODY, &post("\nContent-Type: text/plain\n\ntwelve"), &["type body : the body must be an integer"]);
    check(BODY, &post(""), &["required body : a body is required"]);
    check(BODY, &post("\n\n{}"), &["required body : the body must have required property 'a'"]);
    check(BODY, &post("\n\n{\"a\": \"x\"}"), &["type body /a: the body at `/a` must be an integer"]);
    let expected = "malformed-body body : the body is not JSON: expected `,` or `}` at line 2 column 1";
    check(BODY, &post("\n\n{\"a\": 1\n\"b\": 2}"), &[expected]);
    let deep = format!("\n\n{}", "[".repeat(200));
    let expected = "malformed-body body : the body is not JSON: recursion limit exceeded at line 1 column 128";
    check(BODY, &post(&deep), &[expected]);
    let expected =
        "unsupported-media-type header Content-Type: the body's media type `application/pdf` is not described";
    check(BODY, &post("\nContent-Type: application/pdf\n\n1"), &[expected]);
    let expected =
        "unsupported-media-type header Content-Type: the body's media type `multipart/mixed; a=1` is not described";
    check(BODY, &post("\nContent-Type: multipart/mixed; Boundary=\"x1\"; a=1\n\n1"), &[expected]);
    let checked = judge(&contract(BODY), &post("\nContent-Type: application/pdf\n\n1"));
    let help = checked.findings[0].help.as_deref();
    assert_eq!(help, Some("send one of `application/json`, `text/*`, `image/png`"));
}

#[test]
fn a_body_that_is_not_described_is_passed_over() {
    let description = "
openapi: 3.0.0
info: {title: t, version: '1'}
paths: {/: {get: {responses: {'200': {description: ok}}}}}
";
    let checked = contract(description).check_request(&plain(), &request("GET /\n\n{"));
    assert!(checked.findings.is_empty() && checked.body.get().is_none());
}

#[test]
fn swagger_2_forms() {
    let description = |more: &str| {
        format!(
            "
swagger: '2.0'
info: {{title: t, version: '1'}}
paths:
  /:
    post:
      consumes: [application/x-www-form-urlencoded, multipart/form-data]
      parameters:
        - {{in: formData, name: id, type: integer, required: true}}
        - {{in: formData, name: tags, type: array, items: {{type: string}}, collectionFormat: pipes}}
        - {{in: formData, name: full, type: string, allowEmptyValue: false}}
{more}
      responses: {{'200': {{description: ok}}}}
"
        )
    };
    let plain = &description("");
    let with_file = &description("        - {in: formData, name: picture, type: file}");
    let form = "POST /\nContent-Type: application/x-www-form-urlencoded\n\n";
    let checked = judge(&contract(plain), &format!("{form}id=1&tags=a%7Cb&full=x"));
    assert_eq!(lines(&checked.findings), Vec::<String>::new());
    assert_eq!(checked.body.into_value(), Some(json!({"id": 1, "tags": ["a", "b"], "full": "x"})));
    check(
        plain,
        &format!("{form}full"),
        &[
            "required body /id: the body's field `id` is required",
            "minLength body /full: the body's field `full` must not be empty",
        ],
    );
    let other = "properties body : the body has none of the described fields";
    let missing = "required body /id: the body's field `id` is required";
    check(plain, &format!("{form}a%2Fb"), &[other, missing]);
    let parts = "POST /\nContent-Type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition: form-data; \
                 name=id\r\n\r\n12\r\n--b\r\nContent-Disposition: form-data; name=picture; \
                 filename=a.png\r\n\r\n12\r\n--b--\r\n";
    let checked = judge(&contract(with_file), parts);
    assert_eq!(lines(&checked.findings), Vec::<String>::new());
    assert_eq!(checked.body.into_value(), Some(json!({"id": 12, "picture": "12"})));
}

#[test]
fn answers() {
    let contract = contract(BODY);
    let judge = |mut response: crate::message::Response, left: &str| {
        if !left.is_empty() {
            response.set_header(http::HeaderName::from_static("x-left"), left);
        }
        lines(&contract.check_response(ONLY, &response))
    };
    let json = "application/json";
    assert_eq!(judge(answer(200, json, "{\"a\": 1}"), "1"), [""; 0]);
    assert_eq!(judge(answer(204, "", ""), ""), [""; 0]);
    assert_eq!(judge(answer(205, "", ""), ""), [""; 0]);
    assert_eq!(judge(answer(404, "application/problem+json", "{}"), ""), [""; 0]);
    assert_eq!(
        judge(answer(500, "", ""), ""),
        ["undocumented-status status : the answer's status 500 is not described"]
    );
    assert_eq!(
        judge(answer(200, json, "{\"a\": \"x\"}"), "x"),
        [
            "type header X-Left: the answer's header `X-Left` must be an integer",
            "type body /a: the answer's body at `/a` must be an integer",
        ]
    );
    assert_eq!(
        judge(answer(200, "text/html", "x"), ""),
        [
            "required header X-Left: the answer's header `X-Left` is required",
            "undocumented-media-type header Content-Type: the answer's media type `text/html` is not described",
        ]
    );
    assert_eq!(judge(answer(200, "", ""), "1"), ["malformed-body body : the answer's body is empty"]);
    assert!(contract.check_response(ONLY, &answer(200, json, "{}"))[0].reason.is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]
    /// No text makes a reader panic, and every finding has a place in the request.
    #[test]
    fn readers_do_not_panic(
        kind in 0..7_usize,
        text in "([\\[\\]{}<>&;=,.:%\"'+\\-/!?#| \\r\\n\\t\u{1e}a-cxX0-9éß]|%[0-9a-f]{2}|--b|&amp;|<a>|</a>|data: ){0,40}",
    ) {
        let types = [
            "application/json", "application/jsonl", "application/json-seq", "text/event-stream", "application/xml",
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
        ];
        let contract = READERS.get_or_init(|| contract(&readers()));
        let target: String = text.chars().filter(|c| !c.is_control() && !" #".contains(*c)).collect();
        let head = format!("POST /x{target}?{target}\nContent-Type: {}", types[kind]);
        let mut request = request(&head);
        request.body = text.clone().into();
        let header = http::HeaderValue::from_bytes(target.as_bytes()).unwrap();
        request.headers.insert("h", header.clone());
        request.headers.insert("cookie", header);
        let found = Match { operation: ONLY, captures: vec![&target, &target] };
        for finding in contract.check_request(&found, &request).findings {
            let placed = matches!(finding.place, Place::Message { .. });
            proptest::prop_assert!(placed && finding.reason.is_some(), "{finding:?}");
        }
    }
}

static READERS: OnceLock<Contract> = OnceLock::new();

/// An operation with a parameter of every style and shape, and a body of every kind.
fn readers() -> String {
    let shapes = [
        "{type: integer}",
        "{type: [string, integer]}",
        "{type: array, items: {type: integer}}",
        "{type: object, properties: {a: {type: integer}, b: {type: array, items: {}}}, xml: {name: a}}",
    ];
    let styles = [
        ("path", "matrix"),
        ("path", "label"),
        ("path", "simple"),
        ("query", "form"),
        ("header", "simple"),
        ("query", "pipeDelimited"),
        ("query", "spaceDelimited"),
        ("query", "deepObject"),
        ("cookie", "form"),
    ];
    let mut text =
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /x{a}{b}:\n    post:\n      parameters:\n"
            .to_owned();
    for (index, (place, style)) in styles.iter().enumerate() {
        for (number, shape) in shapes.iter().enumerate() {
            for explode in [true, false] {
                let name = match (*place, index % 2) {
                    ("path", 0) => "a".to_owned(),
                    ("path", _) => "b".to_owned(),
                    ("header", _) => "h".to_owned(),
                    _ => format!("{}{}", ["a", "b", "c", "x"][number], if explode { "" } else { "1" }),
                };
                writeln!(text, "        - {{name: {name}, in: {place}, required: true, style: {style}, explode: {explode}, schema: {shape}}}").unwrap();
            }
        }
    }
    text.push_str("      requestBody:\n        content:\n");
    for media_type in [
        "application/json",
        "application/jsonl",
        "application/json-seq",
        "text/event-stream",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        writeln!(text, "          {media_type}: {{schema: {}}}", shapes[3]).unwrap();
    }
    text.push_str("      responses: {'200': {description: ok}}\n");
    text
}

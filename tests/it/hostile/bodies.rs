use std::{sync::Arc, time::Duration};

use http::{Method, header};
use mimeo::{
    contract::{Contract, Site},
    message::Request,
    mock::{Mock, Moment, Settings, handle},
    openapi::{MemorySources, load},
    session::State,
    shell::ServerSettings,
};
use tokio::time::timeout;

use crate::sockets::{begins, exchange, start};

/// A schema that refers to itself by each keyword that can hold a schema.
pub(super) const TREE: &str = "openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /tree:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Tree' } } } }
      responses:
        '200': { description: D, content: { application/json: { example: fine } } }
        '400': { description: D, content: { application/json: { example: wrong } } }
components:
  schemas:
    Tree:
      anyOf:
        - { type: string, maxLength: 3 }
        - { type: array, items: { $ref: '#/components/schemas/Tree' } }
        - oneOf:
            - type: object
              required: [a]
              properties: { a: { $ref: '#/components/schemas/Tree' } }
              additionalProperties: { allOf: [{ $ref: '#/components/schemas/Tree' }, { not: { const: x } }] }
              unevaluatedProperties: false
            - { type: 'null' }
";

pub(super) fn post(body: &str) -> String {
    format!(
        "POST /tree HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Bodies of 126 levels, right and wrong at the bottom, and deeper ones. Each connection is served by a thread of the
/// runtime, with 2 MiB of stack: an overflow would end this process.
#[tokio::test(flavor = "multi_thread")]
async fn deep_bodies_fit_on_the_stack() {
    let running = start(TREE, ServerSettings::default()).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"a\":\"\",\"b\":", "}")] {
        for (levels, leaf, status) in
            [(126, "\"ok\"", "200"), (126, "\"wrong\"", "400"), (200, "\"ok\"", "400"), (100_000, "1", "400")]
        {
            let body = format!("{}{leaf}{}", open.repeat(levels), close.repeat(levels));
            let (request, running) = (post(&body), &running);
            let answer = timeout(Duration::from_secs(10), exchange(running, &request)).await.expect("an answer");
            begins(&answer, status);
        }
    }
}

/// What an example puts into a header field cannot begin another one, or a body.
#[tokio::test]
async fn header_values_cannot_split_an_answer() {
    let text = r#"openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: "a\r\nx-evil: 1"
      deprecated: true
      responses:
        '200':
          description: "D\r\nx-evil: 1"
          headers:
            x-a: { schema: { type: string }, example: "one\r\nx-evil: 1\r\n\r\n<html>\0" }
            x-b: { schema: { type: array, items: { type: string } }, example: ["\nx-evil: 1", "\0"] }
            x-c: { schema: { const: "\rx-evil: 1" } }
            "x-d\r\nx-evil": { schema: { const: "1" } }
            Content-Length: { schema: { const: "3" } }
            Transfer-Encoding: { schema: { const: chunked } }
            Connection: { schema: { const: upgrade } }
            Location: { schema: { type: string }, example: "/b\r\nx-evil: 1" }
          content: { "application/json": { example: fine } }
"#;
    let running = start(text, ServerSettings::default()).await;
    let request =
        "GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: http://x\r\nprefer: example=\"x\"\r\n\r\n";
    let answer = exchange(&running, &request.replace("prefer: example=\"x\"\r\n", "")).await;
    begins(&answer, "200 OK");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "\"fine\"", "{answer}");
    assert!(!head.contains('\0'), "{head:?}");
    for line in head.split(['\r', '\n']) {
        assert!(!line.trim_start().starts_with("x-evil"), "{head}");
    }
    assert!(head.contains("\r\nx-a: onex-evil: 1<html>\r\n"), "{head}");
    assert_eq!(head.matches("content-length").count(), 1, "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    begins(&exchange(&running, request).await, "404");
}

/// Long values in a request do not come back as long header fields.
#[test]
fn faults_of_large_requests_are_said_shortly() {
    let text = "openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a/{p}:
    post:
      parameters:
        - { name: p, in: path, required: true, schema: { type: integer } }
        - { name: q, in: query, schema: { enum: [a, b] } }
      requestBody: { content: { application/json: { schema: { type: object, additionalProperties: { type: integer } } } } }
      responses: { '200': { description: D } }
";
    let loaded = load(&MemorySources::new().with("a.yaml", text), "a.yaml", "a.yaml", &[]);
    let (contract, _) = Contract::compile(loaded.api.unwrap());
    let mock = Mock::new(Site { contracts: vec![Arc::new(contract)] }, Settings::default());
    let long = "x".repeat(50_000);
    for (target, body) in [
        (format!("/a/{long}"), String::new()),
        (format!("/{long}"), String::new()),
        (format!("/a/1?q={long}"), String::new()),
        (format!("/a/1?{long}=1"), String::new()),
        ("/a/1".to_owned(), format!("\"{long}\"")),
        ("/a/1".to_owned(), format!("{{\"{long}\": \"{long}\"}}")),
        (
            "/a/1".to_owned(),
            format!("{{{}}}", (0..5000).map(|n| format!("\"k{n}\": \"x\"")).collect::<Vec<_>>().join(",")),
        ),
        ("/a/1".to_owned(), long.clone()),
    ] {
        let mut request = Request::new(Method::POST, &target);
        request.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        request.body = body.into();
        let outcome = handle(&mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 }).outcome;
        let fields: usize = outcome.reply.headers.values().map(http::HeaderValue::len).sum();
        let start = &target[..3];
        assert!(fields < 8 * 1024, "{start}: {fields} bytes of header fields");
        assert!(outcome.reply.body.len() < 200_000, "{start}: {} bytes of body", outcome.reply.body.len());
    }
}

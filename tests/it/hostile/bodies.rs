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

/// A mock of one operation that takes what the media types of these tests can carry.
fn anything() -> Mock {
    let text = "openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    post:
      parameters:
        - { name: q, in: query, content: { application/json: { schema: {} } } }
        - { name: d, in: query, style: deepObject, schema: { type: object } }
        - { name: x-h, in: header, content: { application/json: { schema: {} } } }
      requestBody: { content: {
        application/json: { schema: { type: object, additionalProperties: { type: [string, object] } } },
        application/xml: { schema: { type: object } }, application/x-www-form-urlencoded: { schema: { type: object } },
        multipart/form-data: { schema: { type: object, properties: { a: { type: object } } } },
        application/jsonl: { itemSchema: { type: object } } } }
      responses: { '200': { description: D }, '400': { description: D } }
";
    let loaded = load(&MemorySources::new().with("a.yaml", text), "a.yaml", "a.yaml", &[]);
    let (contract, _) = Contract::compile(loaded.api.unwrap());
    Mock::new(Site { contracts: vec![Arc::new(contract)] }, Settings::default())
}

/// Posts a body of a media type; the status, and the bytes of header fields that came back.
fn posted(mock: &Mock, target: &str, media_type: &str, body: impl Into<bytes::Bytes>) -> (u16, usize) {
    let mut request = Request::new(Method::POST, target);
    request.headers.insert(header::CONTENT_TYPE, media_type.parse().unwrap());
    request.body = body.into();
    let outcome = handle(mock, &State::default(), &request, Moment { now_ms: 0, seed: 0 }).outcome;
    (outcome.reply.status.as_u16(), outcome.reply.headers.values().map(http::HeaderValue::len).sum())
}

/// Nesting of 100,000 levels, wherever a request can have any.
#[test]
fn deep_nesting_of_every_kind_is_refused() {
    const LEVELS: usize = 100_000;
    let mock = anything();
    let list = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let part = format!(
        "--b\r\ncontent-disposition: form-data; name=\"a\"\r\ncontent-type: application/json\r\n\r\n{list}\r\n--b--\r\n"
    );
    for (media_type, body) in [
        ("application/json", list.clone()),
        ("application/json", "[".repeat(LEVELS)),
        ("application/json", "{\"a\":".repeat(LEVELS)),
        ("application/jsonl", format!("{{}}\n{list}\n")),
        ("application/xml", format!("{}{}", "<a>".repeat(LEVELS), "</a>".repeat(LEVELS))),
        ("application/xml", "<a>".repeat(LEVELS)),
        ("multipart/form-data; boundary=b", part),
    ] {
        assert_eq!(posted(&mock, "/a", media_type, body.clone()).0, 400, "{media_type}: {}", &body[..20]);
    }
    // Names of form fields and parameters that do not read as nested stand for themselves.
    let brackets = format!("a{}=1", "[a]".repeat(LEVELS));
    let (status, bytes) = posted(&mock, "/a", "application/x-www-form-urlencoded", brackets);
    assert!(matches!(status, 200 | 400) && bytes < 8 * 1024, "{status}, {bytes} bytes");
    let query = format!("/a?d{}=1", "[a]".repeat(LEVELS));
    let (status, bytes) = posted(&mock, &query, "application/json", "{}");
    assert!(matches!(status, 200 | 400) && bytes < 8 * 1024, "{status}, {bytes} bytes");
    assert_eq!(posted(&mock, &format!("/a?q={list}"), "application/json", "{}").0, 400);
}

/// Keys and texts of 8 MiB, right and wrong.
#[test]
fn long_keys_and_texts_in_bodies() {
    let mock = anything();
    let long = "k".repeat(8 * 1024 * 1024);
    for (media_type, body, status) in [
        ("application/json", format!("{{\"a\": \"{long}\"}}"), 200),
        ("application/json", format!("{{\"{long}\": \"a\"}}"), 200),
        ("application/json", format!("{{\"{long}\": 1}}"), 400),
        ("application/json", format!("\"{long}\""), 400),
        ("application/json", long.clone(), 400),
        ("application/json", "1".repeat(8 * 1024 * 1024), 400),
        ("application/xml", format!("<a><{long}>1</{long}></a>"), 200),
        ("application/xml", format!("<{long}"), 400),
        ("application/x-www-form-urlencoded", format!("{long}={long}"), 200),
        ("application/jsonl", format!("{{\"{long}\": 1}}\n\"{long}\""), 400),
    ] {
        let (got, bytes) = posted(&mock, "/a", media_type, body.clone());
        assert_eq!(got, status, "{media_type}: {}", &body[..12]);
        assert!(bytes < 8 * 1024, "{media_type}: {bytes} bytes of header fields");
    }
}

/// What is no UTF-8, or begins with a mark of its encoding, in bodies and in addresses.
#[test]
fn encodings_of_bodies() {
    let mock = anything();
    let utf_16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    for (media_type, body, status) in [
        ("application/json", b"\xEF\xBB\xBF{\"a\": \"b\"}".to_vec(), 200),
        ("application/json", b"{\"a\": \"\xFF\"}".to_vec(), 400),
        ("application/json", b"{\"a\xC3\": \"\"}".to_vec(), 400),
        ("application/json", b"{\"a\": \"\xED\xA0\x80\"}".to_vec(), 400),
        ("application/json", b"{\"a\": \"\xC0\x80\"}".to_vec(), 400),
        ("application/json", b"{\"a\": \"\\ud800\"}".to_vec(), 400),
        ("application/json", utf_16("{\"a\": \"b\"}"), 400),
        ("application/xml", b"<a>\xFF</a>".to_vec(), 400),
        // XML says by its mark that it is UTF-16 (XML 1.0, section 4.3.3).
        ("application/xml", utf_16("<a/>"), 200),
        ("application/xml", utf_16("<a>\u{d7ff}")[..7].to_vec(), 400),
        ("application/x-www-form-urlencoded", b"a=\xFF".to_vec(), 400),
        ("application/jsonl", b"{}\n\xFF\n".to_vec(), 400),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(posted(&mock, "/a", media_type, body).0, status, "{media_type}: {shown:?}");
    }
    for target in ["/a?%FF=%FE", "/a?q=%ED%A0%80", "/a?d[%C0%80]=1", "/%FF", "/a%00"] {
        let (status, _) = posted(&mock, target, "application/json", "{}");
        assert!(matches!(status, 200 | 400 | 404), "{target}: {status}");
    }
}

/// Of keys that are sent twice, the judge and the answer see the same one.
#[test]
fn repeated_keys_of_bodies() {
    let mock = anything();
    for (body, status) in [(r#"{"a": 1, "a": "b"}"#, 200), (r#"{"a": "b", "a": 1}"#, 400)] {
        assert_eq!(posted(&mock, "/a", "application/json", body).0, status, "{body}");
    }
    let many = format!("{{{}\"a\": \"b\"}}", "\"a\": 1,".repeat(500_000));
    assert_eq!(posted(&mock, "/a", "application/json", many).0, 200);
}

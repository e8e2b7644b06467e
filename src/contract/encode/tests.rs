//! Values written in each media type.

use serde_json::{Value, json};

use crate::contract::check::fixture::{ONLY, posting};

#[track_caller]
fn check(range: &str, media: &str, value: impl Into<Value>, media_type: &str, body: &str) {
    let contract = posting(range, media);
    let written = contract.write(&contract.operation(ONLY).body.as_ref().unwrap().content[0], &value.into());
    assert_eq!(String::from_utf8_lossy(&written.body), body);
    assert_eq!(written.media_type, media_type);
}

const ANY: &str = "schema: {}";

#[test]
fn json_and_text() {
    check("application/json", ANY, json!({"b": 1, "a": "x"}), "application/json", "{\"b\":1,\"a\":\"x\"}");
    check("application/json", ANY, json!("x"), "application/json", "\"x\"");
    check("application/hal+json; v=1", ANY, json!(null), "application/hal+json; v=1", "null");
    check("text/plain", ANY, json!("x"), "text/plain", "x");
    check("text/html; charset=utf-8", ANY, json!(1.5), "text/html; charset=utf-8", "1.5");
    check("text/yaml", ANY, json!({"a": 1}), "text/yaml", "{\"a\":1}");
    check("text/yaml", ANY, json!(["\u{7f}"]), "text/yaml", "[\"\\u007f\"]");
    check("application/x+yaml", ANY, json!("a: 1\n"), "application/x+yaml", "a: 1\n");
    let contract = posting("text/html", ANY);
    let media = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
    let written = contract.write(media, &json!({"a": 1}));
    assert_eq!((&*written.body, written.json_instead_of), (&b"{\"a\":1}"[..], Some("an object")));
    assert_eq!(contract.write(media, &json!("x")).json_instead_of, None);
}

#[test]
fn ranges_become_concrete() {
    check("*/*", ANY, json!({}), "application/json", "{}");
    check("*/*", ANY, json!("x"), "text/plain", "x");
    check("application/*", ANY, json!("x"), "application/json", "\"x\"");
    check("text/*", ANY, json!("x"), "text/plain", "x");
    check("image/*", ANY, json!("x"), "image/png", "x");
    check("font/*", ANY, json!("x"), "font/woff2", "x");
    check("MODEL/*; v=1", ANY, json!("x"), "model/x; v=1", "x");
    check("application/*+json", ANY, json!(1), "application/x+json", "1");
    check("application/*+xml", ANY, json!("<a/>"), "application/x+xml", "<a/>");
}

#[test]
fn bytes() {
    check(
        "application/octet-stream",
        "schema: {type: string, format: binary}",
        json!("eA=="),
        "application/octet-stream",
        "eA==",
    );
    check("image/png", "schema: {type: string, format: byte}", json!("eA=="), "image/png", "x");
    check("image/png", "schema: {type: string, contentEncoding: base64}", json!("eA=="), "image/png", "x");
    check("application/pdf", ANY, json!({"a": 1}), "application/pdf", "{\"a\":1}");
}

#[test]
fn sequences() {
    let items = json!([{"a": 1}, {"b": 2}]);
    check("application/jsonl", ANY, items.clone(), "application/jsonl", "{\"a\":1}\n{\"b\":2}\n");
    check("application/json-seq", ANY, items, "application/json-seq", "\u{1e}{\"a\":1}\n\u{1e}{\"b\":2}\n");
    let events = json!([{"event": "x", "data": "1\n2"}, {"a": 1}]);
    let text = "event: x\ndata: 1\ndata: 2\n\ndata: {\"a\":1}\n\n";
    check("text/event-stream", ANY, events, "text/event-stream", text);
}

/// An object is an event, or what one holds, by what its schema is about.
#[test]
fn events() {
    let check = |media: &str, value, text: &str| check("text/event-stream", media, value, "text/event-stream", text);
    let payload = "schema: {type: object, properties: {id: {type: integer}, name: {type: string}}}";
    check(payload, json!({"id": 1, "name": "x"}), "data: {\"id\":1,\"name\":\"x\"}\n\n");
    check(payload, json!({"id": 1}), "data: {\"id\":1}\n\n");
    check(payload, json!([{"event": "e", "data": {"id": 1}}]), "event: e\ndata: {\"id\":1}\n\n");
    let message = "schema: {type: array, items: {properties: {kind: {}, data: {}}}}";
    check(message, json!([{"kind": "k", "data": 1}]), "data: {\"kind\":\"k\",\"data\":1}\n\n");
    let fields = "itemSchema: {properties: {event: {}, data: {type: object}}}";
    check(fields, json!([{"event": "e", "data": {"a": 1}}]), "event: e\ndata: {\"a\":1}\n\n");
    check("schema: {type: string}", json!("data: a\n\n"), "data: a\n\n");
}

#[test]
fn forms() {
    let media = "
schema: {type: object, properties: {l: {type: array, items: {type: string}}}}
encoding: {c: {style: form, explode: false}, d: {style: deepObject, explode: true}}
";
    let value = json!({"a": "x y", "l": ["1", "2"], "c": [3, 4], "d": {"e": {"f": 5}}});
    let text = "a=x+y&l=1&l=2&c=3,4&d%5Be%5D%5Bf%5D=5";
    check("application/x-www-form-urlencoded", media, value, "application/x-www-form-urlencoded", text);
    let value = json!({"a": "x", "l": ["1", "mimeo-boundary"], "o": {"b": 1}});
    let text = "--mimeo-boundary0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n\
                --mimeo-boundary0\r\nContent-Disposition: form-data; name=\"l\"\r\n\r\n1\r\n\
                --mimeo-boundary0\r\nContent-Disposition: form-data; name=\"l\"\r\n\r\nmimeo-boundary\r\n\
                --mimeo-boundary0\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: application/json\r\n\r\n\
                {\"b\":1}\r\n--mimeo-boundary0--\r\n";
    check("multipart/form-data", media, value, "multipart/form-data; boundary=mimeo-boundary0", text);
}

//! Multipart bodies, read by whole descriptions.

use serde_json::{Value, json};

use super::parameter;
use crate::contract::check::fixture::{check_body, posting};

fn post(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
    format!("POST /\nContent-Type: multipart/form-data; boundary=\"b\"\n\nbefore\r\n{}--b--\r\n", parts.concat())
}

fn field(name: &str, more: &str, content: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}")
}

const FORM: &str = "
schema:
  type: object
  required: [id]
  properties:
    id: {type: integer}
    tags: {type: array, items: {type: string}}
    meta: {type: object, properties: {a: {type: integer}}}
    list: {type: array, items: {type: object}}
    picture: {type: string, format: binary}
encoding:
  picture: {contentType: 'image/png, image/jpeg', headers: {X-Width: {required: true, schema: {type: integer}}}}
";

#[test]
fn parts() {
    let contract = posting("multipart/form-data", FORM);
    let check = |parts: &[String], value, findings: &[&str]| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        check_body(&contract, &post(&parts), value, findings);
    };
    let id = field("id", "", "1");
    let plain = |name: &str, content: &str| field(name, "", content);
    check(&[id.clone(), plain("tags", "a"), plain("tags", "b\r\nc")], json!({"id": 1, "tags": ["a", "b\r\nc"]}), &[]);
    check(&[id.clone(), plain("meta", "{\"a\": 1}")], json!({"id": 1, "meta": {"a": 1}}), &[]);
    check(&[id.clone(), plain("list", "{}"), plain("list", "{}")], json!({"id": 1, "list": [{}, {}]}), &[]);
    check(&[id.clone(), plain("list", "[{}]")], json!({"id": 1, "list": [{}]}), &[]);
    check(&[id.clone(), plain("new", "x")], json!({"id": 1, "new": "x"}), &[]);
    let json = field("meta", "\r\nContent-Type: application/json", "{\"a\": }");
    let broken = "malformed-body body /meta: the body at `/meta` is not JSON: expected value at line 1 column 7";
    check(&[id.clone(), json], json!({"id": 1}), &[broken]);
    let missing = "required body : the body must have required property 'id'";
    check(&[plain("tags", "a")], json!({"tags": ["a"]}), &[missing]);
    let twice = "malformed-body body /id: the body at `/id` is sent 2 times, but it is one value";
    check(&[id.clone(), id.clone()], json!({}), &[twice]);
    let picture = field("picture", "; filename=\"a.png\"\r\nContent-Type: image/png\r\nX-Width: 4", "\u{1}");
    check(&[id.clone(), picture], json!({"id": 1, "picture": "\u{1}"}), &[]);
    let picture = field("picture", "; filename=\"a.txt\"\r\nContent-Type: text/plain", "x");
    check(
        &[id.clone(), picture],
        json!({"id": 1}),
        &[
            "unsupported-media-type body /picture: the body at `/picture` is a part of type `text/plain`, not `image/png`, \
         `image/jpeg`",
            "required body /picture: the header `X-Width` of the part `picture` is required",
        ],
    );
    let nameless = "malformed-body body : the body has a bad part: part 2 has no name";
    check(&[id.clone(), "X: y\r\n\r\nz".to_owned()], json!({"id": 1}), &[nameless]);
    let bad = "malformed-body body : the body has a bad part: part 2 has a line that is no header field";
    check(&[id, "junk\r\n\r\nz".to_owned()], json!({"id": 1}), &[bad]);
}

#[test]
fn a_list_that_may_be_null_has_one_part_or_more() {
    let contract = posting(
        "multipart/form-data",
        "schema: {type: object, properties: {l: {type: [array, 'null'], items: {type: string}}}}",
    );
    let check = |parts: &[&str], value| {
        let parts: Vec<String> = parts.iter().map(|content| field("l", "", content)).collect();
        check_body(&contract, &post(&parts.iter().map(String::as_str).collect::<Vec<_>>()), value, &[]);
    };
    check(&["a"], json!({"l": ["a"]}));
    check(&["a", "b"], json!({"l": ["a", "b"]}));
    check(&["[\"a\"]"], json!({"l": ["a"]}));
    check(&["null"], json!({"l": null}));
    let contract = posting("multipart/form-data", "schema: {type: object, properties: {s: {type: [string, 'null']}}}");
    // Of a text, nothing is the empty one.
    check_body(&contract, &post(&[&field("s", "", "")]), json!({"s": ""}), &[]);
}

#[test]
fn parts_in_a_style() {
    let contract = posting(
        "multipart/form-data",
        "schema:
  type: object
  properties:
    spread: {type: object, required: [a], properties: {a: {type: integer}, b: {type: array, items: {type: integer}}}}
    deep: {type: object, properties: {x: {type: object, properties: {y: {type: integer}}}}}
    list: {type: array, items: {type: integer}}
    own: {type: integer}
encoding:
  spread: {style: form}
  deep: {style: deepObject, explode: true}
  list: {style: form, explode: false}
",
    );
    let check = |parts: &[(&str, &str)], value, findings: &[&str]| {
        let parts: Vec<String> = parts.iter().map(|(name, content)| field(name, "", content)).collect();
        check_body(&contract, &post(&parts.iter().map(String::as_str).collect::<Vec<_>>()), value, findings);
    };
    check(&[("b", "1"), ("own", "5"), ("a", "2"), ("b", "3")], json!({"spread": {"b": [1, 3], "a": 2}, "own": 5}), &[]);
    check(
        &[("b", "1")],
        json!({"spread": {"b": [1]}}),
        &["required body /spread: the body at `/spread` must have required property 'a'"],
    );
    check(&[("deep[x][y]", "7"), ("list", "1,2")], json!({"deep": {"x": {"y": 7}}, "list": [1, 2]}), &[]);
    check(
        &[("spread", "{\"a\": 1}"), ("deep", "{}"), ("a", "x")],
        json!({"spread": {"a": 1}, "deep": {}, "a": "x"}),
        &[],
    );
    let listed = field("list", "\r\nContent-Type: application/json", "[3, 4]");
    check_body(&contract, &post(&[listed.as_str()]), json!({"list": [3, 4]}), &[]);
}

#[test]
fn bodies_that_cannot_be_cut() {
    let contract = posting("multipart/form-data", "schema: {type: object}");
    let check = |boundary: &str, body: &str, finding: &str| {
        let text = format!("POST /\nContent-Type: multipart/form-data{boundary}\n\n{body}");
        let finding = format!("malformed-body body : the body {finding}");
        check_body(&contract, &text, Value::Null, &[finding.as_str()]);
    };
    check("", "x", "cannot be cut into parts: its Content-Type has no boundary");
    check("; boundary=b", "x", "is not multipart: there is no `--b` in it");
    check("; boundary=b", "--b\r\nX: y\r\n\r\nz", "is cut off: it does not end with `--b--`");
    check("; boundary=b", "--bb\r\n\r\n--bb--", "is not multipart: there is no `--b` in it");
    check_body(&contract, "POST /\nContent-Type: multipart/form-data; boundary=b\n\n--b--", json!({}), &[]);
}

#[test]
fn parameters_of_header_fields() {
    let field = "form-data; name=\"a\\\"b; c\"; filename=x.png ; empty=\"\"";
    assert_eq!(parameter(field, "name").as_deref(), Some("a\"b; c"));
    assert_eq!(parameter(field, "FileName").as_deref(), Some("x.png"));
    assert_eq!(parameter(field, "empty").as_deref(), Some(""));
    assert_eq!(parameter(field, "other"), None);
    assert_eq!(parameter("form-data; name=\"open", "name").as_deref(), Some("open"));
}

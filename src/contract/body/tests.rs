//! Bodies of each kind, read by whole descriptions.

use serde_json::json;

use crate::contract::check::fixture::{check_body, judge, posting};

fn form(text: &str) -> String {
    format!("POST /\nContent-Type: application/x-www-form-urlencoded\n\n{text}")
}

const FORM: &str = "
schema:
  type: object
  required: [id]
  properties:
    id: {type: integer}
    tags: {type: array, items: {type: string}}
    csv: {type: array, items: {type: integer}}
    address: {type: object, properties: {city: {type: string}, zip: {type: integer}}}
    note: {type: [string, 'null']}
    items: {type: array, items: {type: object, properties: {n: {type: integer}}}}
    safe: {type: string}
    nicks: {type: [array, 'null'], items: {enum: [a, b]}}
encoding:
  csv: {style: form, explode: false}
  safe: {allowReserved: false}
";

#[test]
fn forms() {
    let contract = posting("application/x-www-form-urlencoded", FORM);
    let check = |text: &str, value, findings: &[&str]| check_body(&contract, &form(text), value, findings);
    check("id=1&tags=a&tags=b%26+c", json!({"id": 1, "tags": ["a", "b& c"]}), &[]);
    check("id=1&tags=a", json!({"id": 1, "tags": ["a"]}), &[]);
    check("id=1&tags[]=a&tags[]=b", json!({"id": 1, "tags": ["a", "b"]}), &[]);
    check("id=1&csv=1,2", json!({"id": 1, "csv": [1, 2]}), &[]);
    check("id=1&address[city]=x&address[zip]=9", json!({"id": 1, "address": {"city": "x", "zip": 9}}), &[]);
    check("id=1&address.city=x", json!({"id": 1, "address": {"city": "x"}}), &[]);
    check("id=1&address=%7B%22zip%22:9%7D", json!({"id": 1, "address": {"zip": 9}}), &[]);
    check("id=1&items[0][n]=4&items[1][n]=5", json!({"id": 1, "items": [{"n": 4}, {"n": 5}]}), &[]);
    check("id=1&items=%7B%22n%22:4%7D", json!({"id": 1, "items": [{"n": 4}]}), &[]);
    check("id=1&other=2&other=3", json!({"id": 1, "other": ["2", "3"]}), &[]);
    check("id=1&note=null", json!({"id": 1, "note": null}), &[]);
    check("id=1&nicks=null", json!({"id": 1, "nicks": null}), &[]);
    check("id=1&nicks=a", json!({"id": 1, "nicks": ["a"]}), &[]);
    check("tags=a", json!({"tags": ["a"]}), &["required body : the body must have required property 'id'"]);
    check("id=x", json!({"id": "x"}), &["type body /id: the body at `/id` must be an integer"]);
    let twice = "malformed-body body /id: the body at `/id` is sent 2 times, but it is one value";
    check("id=1&id=2", json!({}), &[twice]);
    let percent =
        "malformed-body body /note: the body at `/note` has a `%` that is not followed by two hexadecimal digits";
    check("id=1&note=5%", json!({"id": 1}), &[percent]);
    let reserved = "malformed-body body /safe: the body at `/safe` has the reserved character `:`, which must be \
                    percent-encoded (`allowReserved: false`)";
    check("id=1&safe=a:b", json!({"id": 1, "safe": "a:b"}), &[reserved]);
}

#[test]
fn yaml() {
    let object = "schema: {type: object, required: [a], properties: {a: {type: integer}, b: {type: string}}}";
    let contract = posting("*/*", object);
    let post = |media_type: &str, text: &str| format!("POST /\nContent-Type: {media_type}\n\n{text}");
    for media_type in ["application/yaml", "text/yaml", "application/apply-patch+yaml", "text/x-yaml; charset=utf-8"] {
        check_body(&contract, &post(media_type, "a: 1\nb: no\n"), json!({"a": 1, "b": "no"}), &[]);
    }
    let check = |text: &str, value, findings: &[&str]| {
        check_body(&contract, &post("application/yaml", text), value, findings);
    };
    check("{\"a\": 1}", json!({"a": 1}), &[]);
    check("a: &x 1\nc: *x\n", json!({"a": 1, "c": 1}), &[]);
    check("- 1\n", json!([1]), &["type body : the body must be an object"]);
    check("a: x\n", json!({"a": "x"}), &["type body /a: the body at `/a` must be an integer"]);
    let broken =
        "malformed-body body : the body is not YAML: mapping values are not allowed in this context at line 1 column 5";
    check("a: b: c", json!(null), &[broken]);
    let nowhere =
        "malformed-body body : the body is not YAML: the alias `*x` has no anchor `&x` before it at line 1 column 4";
    check("a: *x", json!(null), &[nowhere]);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let nine = [format!("*a{}", level - 1).as_str(); 9].join(", ");
        bomb = format!("{bomb}a{level}: &a{level} [{nine}]\n");
    }
    let refused = "malformed-body body : the body is not YAML: the aliases up to `*a2` would add more than 1 MiB to the document \
                   at line 4 column 20";
    check(&bomb, json!(null), &[refused]);
    check("a: x\na: 2\n", json!({"a": 2}), &[]);
    // Tags are passed over, however many there are, and hide nothing.
    check(&format!("a: 1\nt: [{}]", "!x 1,".repeat(3)), json!({"a": 1, "t": [1, 1, 1]}), &[]);
    let after_tags = nowhere.replace("line 1 column 4", "line 2 column 15005");
    check(&format!("a: 1\nt: [{}*x]", "!x 1,".repeat(3_000)), json!(null), &[&after_tags]);
    let two = "malformed-body body : the body is not YAML: there is more than one YAML document at line 3 column 1";
    check("a: 1\n---\n- 2\n", json!(null), &[two]);
    // What is wrong many times is said once, and repeated keys are not looked for.
    check(&format!("a: [{}]", "*x,".repeat(50_000)), json!(null), &[&nowhere.replace("column 4", "column 5")]);
    let keys = (0..20_000).map(|key| format!("k{key}: 1\n")).collect::<Vec<_>>().concat();
    let last = "k19999: 2\n".repeat(20_000);
    let value = judge(&contract, &post("application/yaml", &format!("a: 1\n{keys}{last}"))).body.into_value().unwrap();
    assert_eq!((&value["k19999"], &value["k0"]), (&json!(2), &json!(1)));
    let empty = judge(&contract, "POST /\nContent-Type: application/yaml\n\n");
    assert!(empty.findings.is_empty(), "no bytes are no body: {empty:?}");
    let text = posting("application/yaml", "schema: {type: string, minLength: 9}");
    check_body(&text, &post("application/yaml", "a: b: c\n\n\n"), json!("a: b: c\n\n\n"), &[]);
}

#[test]
fn sequences() {
    let item = "itemSchema: {type: object, required: [a]}";
    let contract = posting("application/x-ndjson", item).api.operations.len();
    assert_eq!(contract, 1);
    let lines = posting("application/jsonl", "schema: {type: array, items: {type: object, required: [a]}}");
    let post = |text: &str| format!("POST /\nContent-Type: application/jsonl\n\n{text}");
    check_body(&lines, &post("{\"a\":1}\n\n{\"a\":2}\n"), json!([{"a": 1}, {"a": 2}]), &[]);
    let missing = "required body /1: the body at `/1` must have required property 'a'";
    check_body(&lines, &post("{\"a\":1}\n{}"), json!([{"a": 1}, {}]), &[missing]);
    let broken = "malformed-body body : the body is not JSON in line 2: expected value at column 1";
    check_body(&lines, &post("{\"a\":1}\nx"), json!(null), &[broken]);
    let events = posting("text/event-stream", "schema: {type: array}");
    let post = "POST /\nContent-Type: text/event-stream\n\nevent: a\ndata: 1\ndata: 2\nretry: 5\n\n: note\nid: 7\n\n";
    check_body(&events, post, json!([{"event": "a", "data": "1\n2", "retry": 5}, {"id": "7"}]), &[]);
}

/// Without `itemSchema`, and with a `schema` that allows no array.
#[test]
fn sequences_of_what_one_schema_describes() {
    let object = "schema: {type: object, required: [a], properties: {a: {type: integer}, b: {type: string}}}";
    let missing = "required body /1: the body at `/1` must have required property 'a'";
    let lines = posting("application/x-ndjson", object);
    let post = |text: &str| format!("POST /\nContent-Type: application/x-ndjson\n\n{text}");
    check_body(&lines, &post("{\"a\":1}\n{\"a\":2}\n"), json!([{"a": 1}, {"a": 2}]), &[]);
    check_body(&lines, &post("{\"a\":1}\n{}"), json!([{"a": 1}, {}]), &[missing]);
    let text = posting("application/x-ndjson", "schema: {type: string, maxLength: 9}");
    check_body(&text, &post("{\"a\":1}\n"), json!("{\"a\":1}\n"), &[]);
    check_body(&text, &post("\"a\"\n\"b\"\n\"c\"\n"), json!(["a", "b", "c"]), &[]);
    let events = posting("text/event-stream", object);
    let post = |text: &str| format!("POST /\nContent-Type: text/event-stream\n\n{text}");
    let two = "event: x\ndata: {\"a\":\ndata: 1}\n\nretry: 3\n\ndata: {\"b\":\"c\"}\n\n";
    check_body(&events, &post(two), json!([{"a": 1}, {"b": "c"}]), &[missing]);
    let done = "type body /0: the body at `/0` must be an object";
    check_body(&events, &post("data: [DONE]\n\n"), json!(["[DONE]"]), &[done]);
    let text = posting("text/event-stream", "schema: {type: string}");
    check_body(&text, &post("data: a\n\n"), json!("data: a\n\n"), &[]);
    let word = posting("text/event-stream", "schema: {enum: [a, b]}");
    check_body(&word, &post("data: a\n\ndata: b\n\n"), json!(["a", "b"]), &[]);
}

/// What the schema of an event is about: its fields, or what is in `data`.
#[test]
fn events_and_what_they_hold() {
    let post = |text: &str| format!("POST /\nContent-Type: text/event-stream\n\n{text}");
    let check =
        |media: &str, text: &str, value| check_body(&posting("text/event-stream", media), &post(text), value, &[]);
    let one = "id: 7\nevent: x\ndata: {\"a\":1}\n\n";
    let fields = |data: &str| {
        format!("itemSchema: {{required: [data], properties: {{id: {{type: integer}}, event: {{}}, data: {data}}}}}")
    };
    check(&fields("{type: string}"), one, json!([{"id": 7, "event": "x", "data": "{\"a\":1}"}]));
    check(&fields("{type: object}"), one, json!([{"id": 7, "event": "x", "data": {"a": 1}}]));
    check(&fields("{type: [integer, 'null']}"), "data: 5\n\n", json!([{"data": 5}]));
    check("itemSchema: {type: object}", one, json!([{"id": "7", "event": "x", "data": "{\"a\":1}"}]));
    check("itemSchema: {required: [a], properties: {a: {type: integer}}}", one, json!([{"a": 1}]));
    check("schema: {type: array, items: {type: object, properties: {a: {type: integer}}}}", one, json!([{"a": 1}]));
    check("itemSchema: {type: object, additionalProperties: {type: integer}}", one, json!([{"a": 1}]));
    check("itemSchema: {type: integer}", "data: 5\n\n", json!([5]));
    // A member called `data` beside others belongs to what the event holds, unless only the event fits.
    let message =
        "itemSchema: {type: object, required: [data], properties: {kind: {type: string}, data: {type: integer}}}";
    check(message, "data: {\"kind\":\"k\",\"data\":1}\n\n", json!([{"kind": "k", "data": 1}]));
    check(message, "data: 1\n\n", json!([{"data": 1}]));
    let check = |media: &str, text: &str, value, finding| {
        check_body(&posting("text/event-stream", media), &post(text), value, &[finding]);
    };
    let missing = "required body /0: the body at `/0` must have required property 'data'";
    check(&fields("{type: string}"), "event: x\n\n", json!([{"event": "x"}]), missing);
    let type_of = "type body /0: the body at `/0` must be an object";
    check("itemSchema: {type: object, properties: {a: {}}}", "data: [DONE]\n\n", json!(["[DONE]"]), type_of);
}

#[test]
fn text_in_character_sets() {
    let contract = posting("text/plain", "schema: {type: string, maxLength: 2}");
    let post = |charset: &str, text: &str| format!("POST /\nContent-Type: text/plain; charset={charset}\n\n{text}");
    check_body(&contract, &post("utf-8", "äö"), json!("äö"), &[]);
    check_body(&contract, &post("iso-8859-1", "ä"), json!("Ã¤"), &[]);
    check_body(
        &contract,
        &post("us-ascii", "ä"),
        json!(null),
        &["malformed-body body : the body is not ASCII: see byte 1"],
    );
    check_body(&contract, &post("utf-16le", "x\0y\0"), json!("xy"), &[]);
    check_body(&contract, &post("klingon", "xxx"), json!(null), &[]);
    let odd = "malformed-body body : the body is not UTF-16BE";
    check_body(&contract, &post("utf-16", "xxx"), json!(null), &[odd]);
    check_body(
        &contract,
        &post("UTF-8", "xxx"),
        json!("xxx"),
        &["maxLength body : the body must have at most 2 characters"],
    );
}

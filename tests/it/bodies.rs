//! Bodies of every media type, read and written by whole descriptions.

use std::sync::Arc;

use http::Method;
use mimeo::{
    contract::{Contract, OperationId, Site},
    message::{Request, Response},
    mock::{Mock, Moment, Settings, handle},
    openapi::MediaType,
    session::State,
};
use serde_json::{Value, json};

use crate::described::{contract, judge, lines, request};

/// A description of `POST /` that takes what it answers; `content` is in YAML's flow style.
pub(crate) fn described(content: &str) -> String {
    format!(
        "openapi: 3.2.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /:\n    post:\n      requestBody: {{required: true, content: \
         {content}}}\n      responses: {{'200': {{description: ok, content: {content}}}}}\n"
    )
}

pub(crate) fn media(contract: &Contract, index: usize) -> &MediaType {
    &contract.operation(OperationId(0)).body.as_ref().unwrap().content[index]
}

/// What is read of a body, and the findings.
#[track_caller]
pub(crate) fn read(contract: &Contract, content_type: &str, body: &str) -> (Value, Vec<String>) {
    let mut request = request(&format!("POST /\nContent-Type: {content_type}"));
    request.body = body.to_owned().into();
    let checked = judge(contract, &request);
    (checked.body.into_value().unwrap_or(Value::Null), lines(&checked.findings))
}

#[track_caller]
pub(crate) fn check(content: &str, content_type: &str, body: &str, value: impl Into<Value>, findings: &[&str]) {
    let found = read(&contract(&described(content)), content_type, body);
    assert_eq!((found.0, found.1), (value.into(), findings.iter().map(|line| (*line).to_owned()).collect()));
}

/// A value is written as `text`, and `text` is read as that value, in both messages.
#[track_caller]
pub(crate) fn both_ways(media_type: &str, media_object: &str, value: impl Into<Value>, text: &str) {
    let value = value.into();
    let contract = contract(&described(&format!("{{'{media_type}': {media_object}}}")));
    let written = contract.write(media(&contract, 0), &value);
    assert_eq!(String::from_utf8_lossy(&written.body), text);
    assert_eq!(read(&contract, &written.media_type, text), (value, vec![]));
    let answer = Response::new(http::StatusCode::OK).with_body(&written.media_type, written.body);
    assert_eq!(lines(&contract.check_response(OperationId(0), &answer)), [""; 0]);
}

/// Parts, each its header lines, an empty line and its content, with `|` for line ends in the header.
pub(crate) fn parts(list: &[&str]) -> String {
    let part = |part: &&str| {
        let (head, content) = part.split_once("||").unwrap();
        format!("--b\r\n{}\r\n\r\n{content}\r\n", head.replace('|', "\r\n"))
    };
    format!("{}--b--\r\n", list.iter().map(part).collect::<String>())
}

const FORM: &str = "{multipart/form-data: {schema: {type: object, required: [id], properties: {id: {type: integer}, meta: \
                    {type: object, required: [a], properties: {a: {type: integer}}}, doc: {type: object, xml: {name: d}, \
                    properties: {n: {type: integer}}}, tags: {type: array, items: {type: string}}, list: {type: array, \
                    items: {type: integer}}, file: {type: string, format: binary}}}, encoding: {doc: {contentType: \
                    application/xml}, file: {contentType: 'image/*, text/csv', headers: {X-Size: {required: true, schema: \
                    {type: integer}}}}, list: {style: form, explode: false}}}}";

#[test]
fn parts_have_types_and_headers_of_their_own() {
    #[track_caller]
    fn send(list: &[&str], value: impl Into<Value>, findings: &[&str]) {
        check(FORM, "multipart/form-data; boundary=b", &parts(list), value, findings);
    }
    let id = "Content-Disposition: form-data; name=id||7";
    let meta =
        "Content-Disposition: form-data; name=\"meta\"|Content-Type: application/json; charset=utf-8||{\"a\": 1}";
    let doc = "content-disposition: form-data; name=\"doc\"|content-type: text/xml||<d><n>5</n></d>";
    send(&[id, meta], json!({"id": 7, "meta": {"a": 1}}), &[]);
    let untyped = "Content-Disposition: form-data; name=doc||<d><n>5</n></d>";
    send(&[id, untyped], json!({"id": 7, "doc": {"n": 5}}), &[]);
    send(&[id, doc], json!({"id": 7}), &["unsupported-media-type body /doc"]);
    let file = "Content-Disposition: form-data; name=file; filename=a.csv|Content-Type: text/csv|X-Size: 3||a,b";
    send(&[id, file], json!({"id": 7, "file": "a,b"}), &[]);
    let file = "Content-Disposition: form-data; name=file; filename=a.csv|Content-Type: image/png|X-Size: big||a,b";
    send(&[id, file], json!({"id": 7, "file": "a,b"}), &["type body /file"]);
    send(&[id, "Content-Disposition: form-data; name=list||1,2"], json!({"id": 7, "list": [1, 2]}), &[]);
    let tags = ["Content-Disposition: form-data; name=tags||a", "Content-Disposition: form-data; name=tags||b"];
    send(&[id, tags[0], tags[1]], json!({"id": 7, "tags": ["a", "b"]}), &[]);
}

#[test]
fn bad_parts_hurt_no_others() {
    #[track_caller]
    fn send(bad: &str, value: impl Into<Value>, findings: &[&str]) {
        let id = "Content-Disposition: form-data; name=id||7";
        let tag = "Content-Disposition: form-data; name=tags||t";
        check(FORM, "multipart/form-data; boundary=b", &parts(&[id, bad, tag]), value, findings);
    }
    let id = "Content-Disposition: form-data; name=id||7";
    let others = json!({"id": 7, "tags": ["t"]});
    let broken = "Content-Disposition: form-data; name=meta|Content-Type: application/json||{\"a\":";
    send(broken, others.clone(), &["malformed-body body /meta"]);
    send("X: y||z", others.clone(), &["malformed-body body"]);
    send("no header||z", others.clone(), &["malformed-body body"]);
    let wrong = "Content-Disposition: form-data; name=meta|Content-Type: application/json||{}";
    send(wrong, json!({"id": 7, "meta": {}, "tags": ["t"]}), &["required body /meta"]);
    for name in ["a\u{1}b", "a\u{0}b", "a\tb", "a\u{7f}b", "a\"b\\c", "ä", ""] {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let mut expected = json!({"id": 7, "tags": ["t"]});
        expected[name] = "x".into();
        send(&format!("Content-Disposition: form-data; name=\"{quoted}\"||x"), expected, &[]);
    }
    let cut =
        format!("{}--b\r\nContent-Disposition: form-data; name=tags\r\n\r\nx", parts(&[id]).replace("--b--\r\n", ""));
    check(FORM, "multipart/form-data; boundary=b", &cut, Value::Null, &["malformed-body body"]);
    check(FORM, "multipart/form-data", &parts(&[id]), Value::Null, &["malformed-body body"]);
}

#[test]
fn multipart_both_ways() {
    let media = "{schema: {type: object, properties: {a: {type: string}, l: {type: array, items: {type: integer}}, o: {type: \
                 object, properties: {x: {type: integer}}}, p: {type: array, items: {type: string}}}}, encoding: {p: {style: \
                 pipeDelimited, explode: false}}}";
    let text = "--mimeo-boundary\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--mimeo-boundary\r\n\
                Content-Disposition: form-data; name=\"l\"\r\n\r\n1\r\n--mimeo-boundary\r\nContent-Disposition: form-data; \
                name=\"l\"\r\n\r\n2\r\n--mimeo-boundary\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: \
                application/json\r\n\r\n{\"x\":3}\r\n--mimeo-boundary\r\nContent-Disposition: form-data; \
                name=\"p\"\r\n\r\nx|y\r\n--mimeo-boundary--\r\n";
    both_ways("multipart/form-data", media, json!({"a": "x", "l": [1, 2], "o": {"x": 3}, "p": ["x", "y"]}), text);
}

#[test]
fn multipart_in_styles_both_ways() {
    let media = "{schema: {type: object, properties: {o: {type: object, properties: {x: {type: integer}, y: {type: array, items: \
                 {type: string}}}}, d: {type: object, properties: {z: {type: integer}}}}}, encoding: {o: {style: form}, d: {style: \
                 deepObject, explode: true}}}";
    let part = |name: &str, text: &str| {
        format!("--mimeo-boundary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let text =
        format!("{}{}{}{}--mimeo-boundary--\r\n", part("x", "3"), part("y", "a"), part("y", "b"), part("d[z]", "4"));
    both_ways("multipart/form-data", media, json!({"o": {"x": 3, "y": ["a", "b"]}, "d": {"z": 4}}), &text);
}

#[test]
fn forms_both_ways() {
    let media = "{schema: {type: object, properties: {a: {type: string}, l: {type: array, items: {type: integer}}, c: {type: \
                 array, items: {type: string}}, p: {type: array, items: {type: string}}, d: {type: object, properties: {x: \
                 {type: object, properties: {y: {type: integer}}}}}}}, encoding: {c: {style: form, explode: false}, p: {style: \
                 pipeDelimited, explode: false}, d: {style: deepObject, explode: true}}}";
    let value = json!({"a": "x y&z", "l": [1, 2], "c": ["a", "b"], "p": ["a", "b"], "d": {"x": {"y": 3}}});
    let contract = contract(&described(&format!("{{application/x-www-form-urlencoded: {media}}}")));
    let written = contract.write(media_of(&contract), &value);
    let text = String::from_utf8_lossy(&written.body).into_owned();
    assert!(text.starts_with("a=x+y%26z&l=1&l=2&"), "{text}");
    let read_back = read(&contract, &written.media_type, &text);
    assert_eq!(read_back, (value, vec![]), "{text}");
}

fn media_of(contract: &Contract) -> &MediaType {
    media(contract, 0)
}

#[test]
fn dotted_names_in_forms() {
    let form = "{application/x-www-form-urlencoded: {schema: {type: object, properties: {a.b: {type: integer}, address: {type: \
                object, properties: {city: {type: string}, at: {type: object, properties: {lat: {type: number}}}}}}}}}";
    let media_type = "application/x-www-form-urlencoded";
    check(form, media_type, "a.b=1", json!({"a.b": 1}), &[]);
    check(
        form,
        media_type,
        "address.city=x&address.at.lat=1.5",
        json!({"address": {"city": "x", "at": {"lat": 1.5}}}),
        &[],
    );
    check(form, media_type, "address[city]=x", json!({"address": {"city": "x"}}), &[]);
    check(form, media_type, "a.b=x", json!({"a.b": "x"}), &["type body /a.b"]);
    check(form, media_type, "other.name=x", json!({"other.name": "x"}), &[]);
}

/// The examples of OpenAPI 3.1, section 4.8.26, "XML Object".
#[test]
fn xml_both_ways() {
    #[track_caller]
    fn xml(properties: &str, value: impl Into<Value>, inside: &str) {
        let media = format!("{{schema: {{type: object, xml: {{name: root}}, properties: {{{properties}}}}}}}");
        let text = if inside.starts_with('<') { format!("<root>{inside}</root>") } else { format!("<root{inside}") };
        both_ways("application/xml", &media, value, &text);
    }
    let animals = json!({"animals": ["a", "b"]});
    let array = |items: &str, own: &str| format!("animals: {{type: array, items: {{type: string{items}}}{own}}}");
    xml("animals: {type: string}", json!({"animals": "a"}), "<animals>a</animals>");
    xml("animals: {type: string, xml: {name: animal}}", json!({"animals": "a"}), "<animal>a</animal>");
    let named = ", xml: {name: animal}";
    let aliens = ", xml: {name: aliens}";
    let wrapped = ", xml: {wrapped: true}";
    let wrapped_aliens = ", xml: {name: aliens, wrapped: true}";
    xml(&array("", ""), animals.clone(), "<animals>a</animals><animals>b</animals>");
    xml(&array(named, ""), animals.clone(), "<animal>a</animal><animal>b</animal>");
    xml(&array(named, aliens), animals.clone(), "<animal>a</animal><animal>b</animal>");
    xml(&array("", aliens), animals.clone(), "<animals>a</animals><animals>b</animals>");
    let doubled = "<animals><animals>a</animals><animals>b</animals></animals>";
    xml(&array("", wrapped), animals.clone(), doubled);
    xml(&array(named, wrapped), animals.clone(), "<animals><animal>a</animal><animal>b</animal></animals>");
    xml(&array("", wrapped_aliens), animals.clone(), "<aliens><aliens>a</aliens><aliens>b</aliens></aliens>");
    xml(&array(named, wrapped_aliens), animals, "<aliens><animal>a</animal><animal>b</animal></aliens>");
    let person =
        "id: {type: integer, xml: {attribute: true}}, name: {type: string, xml: {namespace: 'urn:s', prefix: s}}";
    xml(person, json!({"id": 123, "name": "x"}), " id=\"123\"><s:name xmlns:s=\"urn:s\">x</s:name></root>");
    let nodes = "id: {type: integer, xml: {nodeType: attribute}}, text: {type: string, xml: {nodeType: text}}";
    xml(nodes, json!({"id": 1, "text": "a<b"}), " id=\"1\">a&lt;b</root>");
    let objects =
        "l: {type: array, items: {type: object, xml: {name: o}, properties: {n: {type: integer}, b: {type: boolean}}}}";
    xml(objects, json!({"l": [{"n": 1}, {"b": true}]}), "<o><n>1</n></o><o><b>true</b></o>");
    xml("e: {type: array, items: {type: string}, xml: {wrapped: true}}", json!({"e": []}), "<e></e>");
    xml("n: {type: [string, 'null'], minLength: 1}", json!({"n": null}), "<n/>");
    xml("n: {type: [string, 'null']}", json!({"n": ""}), "<n></n>");
}

/// OpenAPI 3.2, section "XML Node Names": a component gives its name to the root.
#[test]
fn xml_roots_of_components() {
    let pet = |version: &str, own: &str| {
        let content = "{application/xml: {schema: {$ref: '#/components/schemas/Pet'}}}";
        let described = described(content).replace("3.2.0", version);
        contract(&format!(
            "{described}components: {{schemas: {{Pet: {{type: object, {own}properties: {{a: {{type: integer}}}}}}}}}}\n"
        ))
    };
    let both = |version: &str, own: &str, text: &str| {
        let contract = pet(version, own);
        let written = contract.write(media_of(&contract), &json!({"a": 1}));
        assert_eq!(String::from_utf8_lossy(&written.body), text);
        assert_eq!(read(&contract, "application/xml", text), (json!({"a": 1}), vec![]));
        read(&contract, "application/xml", "<Cat><a>1</a></Cat>").1
    };
    assert_eq!(both("3.2.0", "", "<Pet><a>1</a></Pet>"), ["malformed-body body"]);
    assert_eq!(both("3.2.0", "xml: {name: pet}, ", "<pet><a>1</a></pet>"), ["malformed-body body"]);
    assert_eq!(both("3.1.1", "", "<xml><a>1</a></xml>"), [""; 0]);
}

#[test]
fn xml_is_judged() {
    let pet = "{application/xml: {schema: {type: object, xml: {name: pet, prefix: p, namespace: 'urn:p'}, required: [name], \
               properties: {id: {type: integer, xml: {attribute: true}}, name: {type: string, minLength: 2}}}}}";
    let xml = "application/xml; charset=utf-8";
    check(pet, xml, "<p:pet xmlns:p=\"urn:p\" id=\"1\"><name>ab</name></p:pet>", json!({"id": 1, "name": "ab"}), &[]);
    check(pet, xml, "<q:pet xmlns:q=\"urn:p\"><q:name>ab</q:name></q:pet>", json!({"name": "ab"}), &[]);
    check(pet, xml, "<pet id=\"x\"/>", json!({"id": "x"}), &["required body", "type body /id"]);
    check(pet, xml, "<pet><name>a</name></pet>", json!({"name": "a"}), &["minLength body /name"]);
    check(pet, xml, "<pet><name>ab</pet>", Value::Null, &["malformed-body body"]);
    check(pet, xml, "<cat/>", Value::Null, &["malformed-body body"]);
}

#[test]
fn character_sets() {
    let text = "{text/plain: {schema: {type: string, maxLength: 2}}, application/json: {schema: {type: string}}}";
    check(text, "text/plain; charset=\"UTF-8\"", "äö", json!("äö"), &[]);
    check(text, "text/plain;charset=latin1", "ä", json!("Ã¤"), &[]);
    check(text, "TEXT/Plain; Charset=US-ASCII", "abc", json!("abc"), &["maxLength body"]);
    check(text, "application/json;charset=utf-8", "\"ä\"", json!("ä"), &[]);
    check(text, "application/json; charset=UTF-8; x=y", "\u{feff}\"ä\"", json!("ä"), &[]);
}

#[test]
fn media_types_that_differ_in_parameters() {
    let content = "{'application/json; version=1': {schema: {type: object, required: [a]}}, 'application/json; version=2': \
                   {schema: {type: object, required: [b]}}, application/json: {schema: {type: object, required: [c]}}}";
    check(content, "application/json; version=1", "{}", json!({}), &["required body"]);
    for (parameter, member) in [
        ("; version=1", "a"),
        (";version=\"2\"", "b"),
        ("; charset=utf-8;version=2", "b"),
        ("", "c"),
        ("; version=3", "c"),
    ] {
        let media_type = format!("application/json{parameter}");
        check(content, &media_type, &format!("{{\"{member}\": 1}}"), json!({ member: 1 }), &[]);
        check(content, &media_type, "{\"x\": 1}", json!({"x": 1}), &["required body"]);
    }
    let ranges = "{application/json: {schema: {type: object}}, application/*+json: {schema: {type: array}}, text/*: {schema: \
                  {type: integer}}}";
    check(ranges, "application/json", "{}", json!({}), &[]);
    check(ranges, "application/vnd.x+json", "[]", json!([]), &[]);
    check(ranges, "text/html", "5", json!(5), &[]);
    check(ranges, "image/png", "5", Value::Null, &["unsupported-media-type header Content-Type"]);
}

const EVENTS: &str = "{text/event-stream: {itemSchema: {type: object, required: [data], properties: {event: {enum: [add, end]}, \
                      data: {type: string, minLength: 1}, retry: {type: integer}}}}}";
const LINES: &str =
    "{application/jsonl: {itemSchema: {type: object, required: [a], properties: {a: {type: integer}}}}}";

#[test]
fn items_of_sequences() {
    let events = "data: x\ndata: y\nevent: add\n\n: comment\n\ndata: z\nretry: 9\n\n";
    let value = json!([{"data": "x\ny", "event": "add"}, {"data": "z", "retry": 9}]);
    check(EVENTS, "text/event-stream", events, value, &[]);
    let wrong = "data: x\n\nevent: new\ndata: y\n\nevent: end\n\n";
    let value = json!([{"data": "x"}, {"event": "new", "data": "y"}, {"event": "end"}]);
    check(EVENTS, "text/event-stream", wrong, value, &["enum body /1/event", "required body /2"]);
    check(LINES, "application/jsonl", "{\"a\":1}\n{\"a\":2}\n", json!([{"a": 1}, {"a": 2}]), &[]);
    check(LINES, "application/jsonl", "{\"a\":1}\n{}\n", json!([{"a": 1}, {}]), &["required body /1"]);
    check(LINES, "application/jsonl", "{\"a\":1}\n{\"a\":", Value::Null, &["malformed-body body"]);
    let media = |content: &str| content[1..content.len() - 1].split_once(": ").unwrap().1.to_owned();
    let value = json!([{"event": "add", "data": "x\ny"}, {"data": "z"}]);
    both_ways("text/event-stream", &media(EVENTS), value, "event: add\ndata: x\ndata: y\n\ndata: z\n\n");
    both_ways("application/jsonl", &media(LINES), json!([{"a": 1}, {"a": 2}]), "{\"a\":1}\n{\"a\":2}\n");
    let ndjson = "{itemSchema: {type: integer}}";
    both_ways("application/x-ndjson", ndjson, json!([1, 2]), "1\n2\n");
    both_ways("application/json-seq", ndjson, json!([1, 2]), "\u{1e}1\n\u{1e}2\n");
}

/// A request made for a sequence is one, and the answer that is made for it too.
#[test]
fn made_sequences() {
    let payload = "{type: object, required: [id, kind], properties: {id: {type: integer}, kind: {enum: [a]}}}";
    let fields = format!("{{type: object, required: [data], properties: {{event: {{enum: [e]}}, data: {payload}}}}}");
    let described_by = |range: &str, keyword: &str, schema: &str| format!("{{{range}: {{{keyword}: {schema}}}}}");
    let more = [
        described_by("text/event-stream", "schema", payload),
        described_by("text/event-stream", "itemSchema", payload),
        described_by("text/event-stream", "schema", &fields),
        described_by("text/event-stream", "itemSchema", &fields),
        described_by("text/event-stream", "schema", &format!("{{type: array, minItems: 1, items: {payload}}}")),
        described_by("text/event-stream", "schema", "{type: string}"),
        described_by("text/event-stream", "schema", "{enum: [ping]}"),
        described_by("application/x-ndjson", "schema", payload),
        described_by("application/x-ndjson", "schema", "{type: string}"),
    ];
    let known = [EVENTS, LINES, "{application/json-seq: {itemSchema: {type: integer}}}"];
    for content in known.into_iter().chain(more.iter().map(String::as_str)) {
        let contract = contract(&described(content));
        let request = contract.sample_request(OperationId(0));
        assert_eq!(lines(&judge(&contract, &request).findings), [""; 0], "{content}");
        let outcome = played(contract, &request);
        assert_eq!(outcome.0, 200, "{content}");
        assert_eq!(outcome.2, [""; 0], "{content}");
        // An event without data is never given to whoever listens.
        assert!(!content.contains("event-stream") || outcome.1.contains("data: "), "{content}: {}", outcome.1);
    }
}

/// Status, body and findings of an answer.
pub(crate) fn played(contract: Contract, request: &Request) -> (u16, String, Vec<String>) {
    let mock = Mock::new(Site { contracts: vec![Arc::new(contract)] }, Settings::default());
    let outcome = handle(&mock, &State::default(), request, Moment { now_ms: 0, seed: 0 }).outcome;
    let body = String::from_utf8_lossy(&outcome.reply.body).into_owned();
    (outcome.reply.status.as_u16(), body, lines(&outcome.entry.findings))
}

#[test]
fn methods_and_examples_of_3_2() {
    let description = "
openapi: 3.2.0
$self: https://example.com/apis/main.yaml
info: {title: t, version: '1'}
paths:
  /find:
    query:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [q]}}}}
      responses: {'200': {description: ok, content: {text/plain: {schema: {type: string}, example: found}}}}
    additionalOperations:
      COPY:
        parameters: [{name: Destination, in: header, required: true, schema: {type: string}}]
        responses: {'201': {description: copied}}
  /shown:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: 'main.yaml#/components/schemas/A'}
              examples: {one: {dataValue: {a: 1}, serializedValue: '{ \"a\": 1 }'}}
            text/csv:
              schema: {type: array}
              examples: {one: {dataValue: [[1, 2]], serializedValue: \"1,2\\r\\n\"}}
components: {schemas: {A: {type: object, required: [a], properties: {a: {type: integer}}}}}
";
    let play = |text: &str| played(contract(description), &request(text));
    let json_type = "Content-Type: application/json";
    assert_eq!(play(&format!("QUERY /find\n{json_type}\n\n{{\"q\": 1}}")), (200, "found".to_owned(), vec![]));
    assert_eq!(play(&format!("QUERY /find\n{json_type}\n\n{{}}")).2, ["required body"]);
    assert_eq!(play("QUERY /find").2, ["required body"]);
    assert_eq!(play("COPY /find\nDestination: /x"), (201, String::new(), vec![]));
    assert_eq!(play("COPY /find").2, ["required header Destination"]);
    assert_eq!(play("GET /find").0, 405);
    assert_eq!(play("GET /shown"), (200, "{\"a\":1}".to_owned(), vec![]));
    assert_eq!(play("GET /shown\nAccept: text/csv"), (200, "1,2\r\n".to_owned(), vec![]));
    let methods: Vec<Method> = contract(description).api.operations.iter().map(|it| it.method.clone()).collect();
    assert_eq!(methods.iter().map(Method::as_str).collect::<Vec<_>>(), ["QUERY", "COPY", "GET"]);
}

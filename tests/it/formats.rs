//! Multipart bodies by position, tables, character sets, and text that should be more.

use mimeo::{
    contract::{Contract, OperationId},
    message::Request,
};
use serde_json::{Value, json};

use crate::{
    bodies::{both_ways, check, described, media, parts, played, read},
    described::{contract, judge, lines, request},
};

/// Sends bytes, and gives what is read and the findings.
#[track_caller]
fn send(contract: &Contract, content_type: &str, body: &[u8]) -> (Value, Vec<String>) {
    let mut request = request(&format!("POST /\nContent-Type: {content_type}"));
    request.body = body.to_vec().into();
    let checked = judge(contract, &request);
    (checked.body.into_value().unwrap_or(Value::Null), lines(&checked.findings))
}

const MIXED: &str = "{multipart/mixed: {schema: {type: array, minItems: 2, prefixItems: [{type: object, required: [a], \
                     properties: {a: {type: integer}}}, {type: string, format: binary}], items: {type: integer, maximum: \
                     9}}, prefixEncoding: [{contentType: application/json}, {contentType: 'image/*', headers: {X-Width: \
                     {required: true, schema: {type: integer}}}}], itemEncoding: {contentType: text/plain, headers: {X-At: \
                     {schema: {type: boolean}}}}}}";

/// OpenAPI 3.2, "Encoding By Position".
#[test]
fn parts_by_position() {
    #[track_caller]
    fn mixed(list: &[&str], value: impl Into<Value>, findings: &[&str]) {
        check(MIXED, "multipart/mixed; boundary=b", &parts(list), value, findings);
    }
    let first = "Content-Type: application/json||{\"a\": 1}";
    let image = "Content-Type: image/png|X-Width: 4||x";
    mixed(&[first, image], json!([{"a": 1}, "x"]), &[]);
    // Without a type of its own, a part is what the description says; names mean nothing here.
    let named = "Content-Disposition: attachment; filename=a||{\"a\": 1}";
    mixed(&[named, image, "X-At: true||5", "X: y||6"], json!([{"a": 1}, "x", 5, 6]), &[]);
    mixed(&[first, image, "X-At: often||5"], json!([{"a": 1}, "x", 5]), &["type body /2"]);
    mixed(&[first, image, "X: y||5", "X: y||10"], json!([{"a": 1}, "x", 5, 10]), &["maximum body /3"]);
    mixed(&[first], json!([{"a": 1}]), &["minItems body"]);
    mixed(&[first, "Content-Type: image/png||x"], json!([{"a": 1}, "x"]), &["required body /1"]);
    let wrong = "Content-Type: text/plain|X-Width: 4||x";
    mixed(&[first, wrong], json!([{"a": 1}, null]), &["unsupported-media-type body /1"]);
    // A bad part does not hurt the others, nor does what stands for it.
    let broken = "Content-Type: application/json||{\"a\":";
    mixed(&[broken, image, "X: y||5"], json!([null, "x", 5]), &["malformed-body body /0"]);
    mixed(&["Content-Type: application/json||{}", image], json!([{}, "x"]), &["required body /0"]);
}

#[test]
fn parts_by_position_both_ways() {
    let media = "{schema: {type: array, prefixItems: [{type: object, properties: {a: {type: integer}}}, {type: string}], items: \
                 {type: integer}}, prefixEncoding: [{headers: {X-Size: {required: true, schema: {type: integer, default: \
                 3}}}}, {contentType: text/markdown}], itemEncoding: {contentType: text/plain}}";
    let text = "--mimeo-boundary\r\nContent-Type: application/json\r\nx-size: 3\r\n\r\n{\"a\":1}\r\n--mimeo-boundary\r\n\
                Content-Type: text/markdown\r\n\r\n# x\r\n--mimeo-boundary\r\nContent-Type: text/plain\r\n\r\n7\r\n\
                --mimeo-boundary--\r\n";
    both_ways("multipart/mixed", media, json!([{"a": 1}, "# x", 7]), text);
    let streamed = "{itemSchema: {type: object, xml: {name: i}, properties: {n: {type: integer}}}, itemEncoding: {contentType: \
                    application/xml}}";
    let text = "--mimeo-boundary\r\nContent-Type: application/xml\r\n\r\n<i><n>1</n></i>\r\n--mimeo-boundary--\r\n";
    both_ways("multipart/mixed", streamed, json!([{"n": 1}]), text);
}

/// A request with parts by position, or with header fields in its parts, is made as it must be.
#[test]
fn made_parts_are_right() {
    let named = "{multipart/form-data: {schema: {type: object, required: [f], properties: {f: {type: string, format: binary}}}, \
                 encoding: {f: {contentType: image/png, headers: {X-Size: {required: true, schema: {type: integer}}}}}}}";
    let items = "{multipart/mixed: {itemSchema: {type: integer}, itemEncoding: {contentType: text/plain}}}";
    for content in [MIXED, named, items] {
        let contract = contract(&described(content));
        let request = contract.sample_request(OperationId(0));
        assert_eq!(lines(&judge(&contract, &request).findings), [""; 0], "{content} {request:?}");
        let (status, _, findings) = played(contract, &request);
        assert_eq!((status, findings), (200, vec![]), "{content}");
    }
}

#[test]
fn character_sets_of_texts() {
    let text = contract(&described("{text/plain: {schema: {type: string, maxLength: 2}}}"));
    let sent = |charset: &str, bytes: &[u8]| send(&text, &format!("text/plain; charset={charset}"), bytes);
    assert_eq!(sent("iso-8859-1", b"\xe4\xf6"), (json!("äö"), vec![]));
    assert_eq!(sent("windows-1252", b"\x80"), (json!("€"), vec![]));
    assert_eq!(sent("\"UTF-16\"", b"\xff\xfea\0b\0"), (json!("ab"), vec![]));
    assert_eq!(sent("utf-16le", b"a\0b\0c\0"), (json!("abc"), vec!["maxLength body".to_owned()]));
    assert_eq!(sent("utf-16", b"\0a\xd8\0"), (Value::Null, vec!["malformed-body body".to_owned()]));
    assert_eq!(sent("utf-8", b"\xe4"), (Value::Null, vec!["malformed-body body".to_owned()]));
    assert_eq!(sent("klingon", b"abc"), (Value::Null, vec![]));
    let xml =
        "{application/xml: {schema: {type: object, xml: {name: a}, properties: {n: {type: string, maxLength: 1}}}}}";
    let xml = contract(&described(xml));
    let declared = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><n>\xe4</n></a>";
    assert_eq!(send(&xml, "application/xml", declared), (json!({"n": "ä"}), vec![]));
    let wide: Vec<u8> = "\u{feff}<a><n>ä</n></a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(send(&xml, "application/xml", &wide), (json!({"n": "ä"}), vec![]));
    assert_eq!(send(&xml, "application/xml; charset=latin1", b"<a><n>\xe4</n></a>"), (json!({"n": "ä"}), vec![]));
}

#[test]
fn character_sets_of_parts() {
    let form = "{multipart/form-data: {schema: {type: object, additionalProperties: false, properties: {a: {type: string, \
                maxLength: 2}, b: {type: string}, o: {type: object}}}}}";
    let contract = contract(&described(form));
    let part = |name: &str, more: &str, content: &[u8]| {
        let head = format!("--b\r\nContent-Disposition: form-data; name={name}{more}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    };
    let sent = |list: &[Vec<u8>]| {
        send(&contract, "multipart/form-data; boundary=b", &[list.concat(), b"--b--\r\n".to_vec()].concat())
    };
    let typed = |charset: &str| format!("\r\nContent-Type: text/plain; charset={charset}");
    let ok = |value: Value| (value, Vec::<String>::new());
    assert_eq!(sent(&[part("a", &typed("iso-8859-1"), b"\xe4\xf6")]), ok(json!({"a": "äö"})));
    assert_eq!(sent(&[part("a", &typed("utf-16be"), b"\0a\0b")]), ok(json!({"a": "ab"})));
    assert_eq!(sent(&[part("a", "", "äö".as_bytes())]), ok(json!({"a": "äö"})));
    // RFC 7578, section 4.6
    let usual = part("_charset_", "", b"iso-8859-1");
    assert_eq!(sent(&[usual.clone(), part("a", "", b"\xe4")]), ok(json!({"a": "ä"})));
    assert_eq!(sent(&[usual, part("a", &typed("utf-8"), "ä".as_bytes())]), ok(json!({"a": "ä"})));
    let bad = part("a", &typed("utf-16be"), b"\xd8\0");
    assert_eq!(sent(&[bad, part("b", "", b"x")]), (json!({"b": "x"}), vec!["malformed-body body /a".to_owned()]));
    let json_part = part("o", "\r\nContent-Type: application/json", b"{\"a\": \"\xe4\"}");
    assert_eq!(sent(&[json_part]).1, ["malformed-body body /o"]);
}

/// What is sent is in the character set that it is said to be in.
#[test]
fn character_sets_of_answers() {
    #[track_caller]
    fn writes(range: &str, media_object: &str, value: impl Into<Value>, bytes: &[u8]) {
        let contract = contract(&described(&format!("{{'{range}': {media_object}}}")));
        let written = contract.write(media(&contract, 0), &value.into());
        assert_eq!((&*written.body, written.media_type.as_str()), (bytes, range));
    }
    let string = "{schema: {type: string}}";
    writes("text/plain; charset=iso-8859-1", string, "ä€", b"\xe4?");
    writes("text/plain; charset=utf-16le", string, "ä", b"\xe4\0");
    writes("text/plain; charset=utf-8", string, "ä", "ä".as_bytes());
    writes("text/plain; charset=klingon", string, "ä", "ä".as_bytes());
    let named = "{schema: {type: string, xml: {name: a}}}";
    writes("application/xml; charset=us-ascii", named, "ä", b"<a>&#228;</a>");
    writes(
        "text/csv; charset=windows-1252",
        "{schema: {type: array, items: {type: string}}}",
        json!(["€"]),
        b"\x80\r\n",
    );
}

const ROWS: &str = "{schema: {type: array, items: {type: object, required: [id], properties: {id: {type: integer}, name: {type: \
                    string, minLength: 2}, on: {type: boolean}, more: {type: array, items: {type: integer}}}}}}";

#[test]
fn tables_both_ways() {
    let value = json!([{"id": 1, "name": "a,\"b\"\nc", "on": true}, {"id": 2, "more": [1, 2]}]);
    let text = "id,name,on,more\r\n1,\"a,\"\"b\"\"\nc\",true,\r\n2,,,\"[1,2]\"\r\n";
    both_ways("text/csv", ROWS, value, text);
    both_ways("text/tab-separated-values", ROWS, json!([{"id": 1, "name": "ab"}]), "id\tname\r\n1\tab\r\n");
    both_ways(
        "text/csv; header=absent",
        ROWS,
        json!([{"id": 1, "name": "ab", "on": true, "more": [1]}]),
        "1,ab,true,[1]\r\n",
    );
    let lists = "{schema: {type: array, items: {type: array, prefixItems: [{type: integer}, {type: string}]}}}";
    both_ways("text/csv", lists, json!([[1, "2"], [3, "4"]]), "1,2\r\n3,4\r\n");
    both_ways(
        "text/csv",
        "{schema: {type: array, items: {type: string}}}",
        json!(["a", "", "b c"]),
        "a\r\n\"\"\r\nb c\r\n",
    );
    both_ways("text/csv", "{schema: {type: string}}", json!("a,b\r\n"), "a,b\r\n");
    both_ways(
        "text/csv",
        "{itemSchema: {properties: {a: {type: integer}}}}",
        json!([{"a": 1}, {"a": 2}]),
        "a\r\n1\r\n2\r\n",
    );
    let one = "{schema: {type: object, properties: {a: {type: integer}, b: {type: string}}}}";
    both_ways("text/csv", one, json!({"a": 1, "b": "x"}), "a,b\r\n1,x\r\n");
}

#[test]
fn tables_are_judged() {
    #[track_caller]
    fn table(body: &str, value: impl Into<Value>, findings: &[&str]) {
        check(&format!("{{text/csv: {ROWS}}}"), "text/csv; charset=utf-8", body, value, findings);
    }
    table("\u{feff}name,id\nab,1\n", json!([{"name": "ab", "id": 1}]), &[]);
    table("id,new\r\n1,x\r\n\r\n", json!([{"id": 1, "new": "x"}]), &[]);
    table("id,name\r\n", json!([]), &[]);
    table("name\nab\n", json!([{"name": "ab"}]), &["required body /0"]);
    table("id,name\n,ab\n", json!([{"name": "ab"}]), &["required body /0"]);
    table(
        "id,name\nx,ab\n2,b\n",
        json!([{"id": "x", "name": "ab"}, {"id": 2, "name": "b"}]),
        &["type body /0/id", "minLength body /1/name"],
    );
    // A row that is cut short does not hurt the others.
    table("id,name\n1\n2,ab\n", json!([null, {"id": 2, "name": "ab"}]), &["malformed-body body /0"]);
    table("id,name\n1,\"ab\n", Value::Null, &["malformed-body body"]);
    table("id,name\n1,\"ab\"c\n", Value::Null, &["malformed-body body"]);
    let contract = contract(&described(&format!("{{text/csv: {ROWS}}}")));
    let (status, body, findings) = played(contract, &request("POST /\nContent-Type: text/csv\n\nid\n1"));
    assert_eq!((status, body.as_str(), findings), (200, "id,name,on,more\r\n0,string,true,[0]\r\n", vec![]));
}

/// An object that is described as text is sent as JSON, and the answer says so; who insists on text is refused.
#[test]
fn objects_in_text() {
    let answer = |content: &str, headers: &str| {
        let description = format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{/: {{get: {{responses: {{'200': {{description: ok, \
             content: {content}}}}}}}}}}}\n"
        );
        let get: Request = request(&format!("GET /\n{headers}"));
        let (status, body, findings) = played(contract(&description), &get);
        (status, if status == 200 { body } else { String::new() }, findings)
    };
    let said = |body: &str| (200, body.to_owned(), vec!["json-in-text body".to_owned()]);
    let object = "schema: {type: object, properties: {a: {type: integer}}}";
    let text = format!("{{text/plain: {{{object}}}}}");
    assert_eq!(answer(&text, ""), said("{\"a\":0}"));
    assert_eq!(answer(&text, "Accept: */*"), said("{\"a\":0}"));
    assert_eq!(answer(&text, "Accept: text/*"), said("{\"a\":0}"));
    assert_eq!(answer(&text, "Accept: text/plain"), (500, String::new(), vec!["json-in-text body".to_owned()]));
    let shown = format!("{{text/plain: {{{object}, example: {{a: 5}}}}}}");
    assert_eq!(answer(&shown, "Accept: text/plain"), said("{\"a\":5}"));
    let both = format!("{{text/plain: {{{object}}}, application/json: {{{object}}}}}");
    assert_eq!(answer(&both, ""), (200, "{\"a\":0}".to_owned(), vec![]));
    assert_eq!(answer(&both, "Accept: text/plain"), said("{\"a\":0}"));
}

/// Each item of a tuple has the type of its position, in every place that cuts text into items.
#[test]
fn tuples() {
    let tuple =
        "{type: array, prefixItems: [{type: integer}, {type: string}, {type: boolean}], items: {type: integer}}";
    let description = |place: &str, more: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /:\n    post:\n      parameters: [{{name: t, in: \
             {place}, {more}schema: {tuple}}}]\n      responses: {{'200': {{description: ok}}}}\n"
        )
    };
    let values = |description: &str, text: &str| {
        let checked = judge(&contract(description), &request(text));
        (checked.parameters.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), lines(&checked.findings))
    };
    let expected = (vec![json!([1, "2", true, 4])], Vec::<String>::new());
    assert_eq!(values(&description("query", ""), "POST /?t=1&t=2&t=true&t=4"), expected);
    assert_eq!(values(&description("query", "explode: false, "), "POST /?t=1,2,true,4"), expected);
    assert_eq!(values(&description("header", ""), "POST /\nT: 1,2,true,4"), expected);
    assert_eq!(values(&description("query", "explode: false, "), "POST /?t=1,2,3").1, ["type query t/2"]);
    let form =
        format!("{{application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{t: {tuple}}}}}}}}}");
    let read_form = |text: &str| read(&contract(&described(&form)), "application/x-www-form-urlencoded", text);
    assert_eq!(read_form("t=1&t=2&t=true"), (json!({"t": [1, "2", true]}), vec![]));
    assert_eq!(read_form("t[0]=1&t[1]=2&t[2]=true"), (json!({"t": [1, "2", true]}), vec![]));
}

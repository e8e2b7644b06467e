//! XML in both directions, by whole descriptions.

use serde_json::{Value, json};

use crate::contract::{
    Contract,
    check::fixture::{ONLY, check_body, posting},
};

const PET: &str = "
schema:
  type: object
  required: [name]
  xml: {name: pet, prefix: p, namespace: 'urn:p'}
  properties:
    id: {type: integer, xml: {attribute: true}}
    name: {type: string}
    age: {type: [integer, 'null']}
    tags: {type: array, items: {type: string, xml: {name: tag}}, xml: {wrapped: true}}
    photos: {type: array, items: {type: string, xml: {name: photo}}}
    owner: {type: object, xml: {name: Owner}, properties: {good: {type: boolean}}}
    remark: {type: string, xml: {nodeType: text}}
";

fn post(text: &str) -> String {
    format!("POST /\nContent-Type: application/xml\n\n{text}")
}

fn written(contract: &Contract, value: &Value) -> String {
    let media = &contract.operation(ONLY).body.as_ref().unwrap().content[0];
    let written = contract.write(media, value);
    assert_eq!(written.media_type, "application/xml");
    String::from_utf8(written.body.to_vec()).unwrap()
}

#[test]
fn both_directions() {
    let contract = posting("application/xml", PET);
    let value = json!({
        "id": 7, "name": "a & <b>", "age": 3, "tags": ["x", "y"], "photos": ["u", "v"], "owner": {"good": true},
    });
    let text = "<p:pet xmlns:p=\"urn:p\" id=\"7\"><name>a &amp; &lt;b&gt;</name><age>3</age><tags><tag>x</tag>\
                <tag>y</tag></tags><photo>u</photo><photo>v</photo><Owner><good>true</good></Owner></p:pet>";
    assert_eq!(written(&contract, &value), text);
    let mut read = value;
    read["remark"] = json!("");
    check_body(&contract, &post(text), read, &[]);
}

#[test]
fn documents() {
    let contract = posting("application/xml", PET);
    let check = |text: &str, value, findings: &[&str]| check_body(&contract, &post(text), value, findings);
    let prolog = "<?xml version=\"1.0\"?><!-- x -->\n<pet>\n<name><![CDATA[<a>]]>&#65;</name></pet>\n";
    check(prolog, json!({"name": "<a>A", "remark": "\n"}), &[]);
    let nil = "<pet xmlns:xsi=\"x\"><name>a</name><age xsi:nil=\"true\"/><new a=\"1\"><b/><b/></new></pet>";
    check(nil, json!({"name": "a", "age": null, "remark": "", "new": {"a": "1", "b": ["", ""]}}), &[]);
    let missing = "required body : the body must have required property 'name'";
    check("<pet/>", json!({"remark": ""}), &[missing]);
    check(
        "<pet id=\"x\"><name/></pet>",
        json!({"id": "x", "name": "", "remark": ""}),
        &["type body /id: the body at `/id` must be an integer"],
    );
    check("<dog><name/></dog>", Value::Null, &["malformed-body body : the body has the root element `dog`, not `pet`"]);
}

#[test]
fn hostile_documents() {
    let contract = posting("application/xml", "schema: {}");
    let check = |text: &str, finding: &str| {
        let finding = format!("malformed-body body : the body is not XML that can be read: {finding}");
        check_body(&contract, &post(text), Value::Null, &[finding.as_str()]);
    };
    check("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "document type definitions are not read at line 1 column 31");
    check("<a>&b;</a>", "the entity `b` is not known at line 1 column 7");
    check(&"<a>".repeat(200), "elements are nested deeper than 128 levels at line 1 column 388");
    check("<a/><b/>", "there is a second root element at line 1 column 9");
    check("<a>", "`<a>` is not closed at line 1 column 4");
    check(" ", "there is no root element at line 1 column 2");
    check("x", "there is text outside of the root element at line 1 column 2");
}

#[test]
fn plain_objects() {
    let contract =
        posting("application/xml", "schema: {type: object, properties: {a: {type: array, items: {type: integer}}}}");
    let value = json!({"a": [1, 2], "b c": null, "1d": {"e": "\u{1}f"}});
    assert_eq!(written(&contract, &value), "<xml><a>1</a><a>2</a><b_c/><_1d><e>f</e></_1d></xml>");
    assert_eq!(written(&contract, &json!("<x/>")), "<x/>");
    assert_eq!(written(&contract, &json!("x")), "<xml>x</xml>");
    check_body(&contract, &post("<xml> </xml>"), json!({}), &[]);
    check_body(&contract, &post("<xml>true</xml>"), json!("true"), &["type body : the body must be an object"]);
    let list = posting("application/xml", "schema: {type: array, items: {type: object, xml: {name: n}}}");
    assert_eq!(written(&list, &json!([{"a": 1}, {}])), "<xml><n><a>1</a></n><n></n></xml>");
    check_body(&list, &post("<xml><n><a>1</a></n><n></n></xml>"), json!([{"a": "1"}, {}]), &[]);
    check_body(&list, &post("<xml>true</xml>"), json!("true"), &["type body : the body must be an array"]);
    let item = "type body /0: the body at `/0` must be an object";
    check_body(&list, &post("<xml><n>0.5</n></xml>"), json!(["0.5"]), &[item]);
}

#[test]
fn what_is_around_items_holds_only_them() {
    let contract = posting("application/xml", PET);
    let check = |inner: &str, tags: Value, findings: &[&str]| {
        let text = post(&format!("<pet xmlns:xsi=\"x\"><name/>{inner}</pet>"));
        check_body(&contract, &text, json!({"name": "", "tags": tags, "remark": ""}), findings);
    };
    check("<tags> </tags>", json!([]), &[]);
    check("<tags><tag/></tags>", json!([""]), &[]);
    let no_array = "type body /tags: the body at `/tags` must be an array";
    check("<tags>a</tags>", json!("a"), &[no_array]);
    check("<tags xsi:nil=\"true\"/>", Value::Null, &[no_array]);
    check(
        "<tags><tag>a</tag></tags><tags/>",
        json!([["a"], []]),
        &[
            "type body /tags/0: the body at `/tags/0` must be a string",
            "type body /tags/1: the body at `/tags/1` must be a string",
        ],
    );
}

#[test]
fn text_of_an_element_with_a_text_property() {
    let contract = posting("application/xml", PET);
    let missing = "required body : the body must have required property 'name'";
    check_body(&contract, &post("<pet>true</pet>"), json!({"remark": "true"}), &[missing]);
}

/// Two arrays whose items have the same name cannot be told apart without elements around them.
#[test]
fn arrays_of_items_with_the_same_name() {
    let schema = "
schema:
  type: object
  properties:
    groups: {type: array, items: {type: string, xml: {name: item}}, xml: {name: groupSet}}
    tags: {type: array, items: {type: object, xml: {name: item}, properties: {key: {type: string}}}}
    alone: {type: array, items: {type: integer, xml: {name: n}}, xml: {name: aloneSet}}
";
    let contract = posting("application/xml", schema);
    let value = json!({"groups": ["a", "b"], "tags": [{"key": "c"}], "alone": [1, 2]});
    let text = "<xml><groupSet><item>a</item><item>b</item></groupSet><tags><item><key>c</key></item></tags>\
                <n>1</n><n>2</n></xml>";
    assert_eq!(written(&contract, &value), text);
    check_body(&contract, &post(text), value, &[]);
}

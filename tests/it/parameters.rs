//! Every parameter style, explode, type and place, judged by whole descriptions.

use serde_json::{Value, json};

use crate::described::{contract, judge, lines, request};

const STRING: &str = "{type: string}";
const INTEGER: &str = "{type: integer}";
const COLORS: &str = "{type: array, items: {type: string}}";
const NUMBERS: &str = "{type: array, items: {type: integer}}";
const RGB: &str = "{type: object, properties: {R: {type: integer}, G: {type: integer}, B: {type: integer}}}";

fn colors() -> Value {
    json!(["blue", "black", "brown"])
}

fn rgb() -> Value {
    json!({"R": 100, "G": 200, "B": 150})
}

/// A description with one operation and these parameters, each in YAML's flow style without its braces.
fn describing(version: &str, parameters: &[&str]) -> String {
    let key = if version == "2.0" { "swagger: '2.0'" } else { &format!("openapi: {version}") };
    let path = if parameters.iter().any(|parameter| parameter.contains("in: path")) { "/x/{color}" } else { "/x" };
    let consumes = if version == "2.0" { "\n      consumes: [application/x-www-form-urlencoded]" } else { "" };
    let list: Vec<String> = parameters.iter().map(|parameter| format!("{{{parameter}}}")).collect();
    format!(
        "{key}\ninfo: {{title: t, version: '1'}}\npaths:\n  {path}:\n    post:{consumes}\n      parameters: [{}]\n      \
         responses: {{'200': {{description: ok}}}}\n",
        list.join(", ")
    )
}

/// What is read of the parameters of a request, and its findings.
#[track_caller]
fn read(description: &str, text: &str) -> (Vec<Value>, Vec<String>) {
    let checked = judge(&contract(description), &request(text));
    let values = checked.parameters.into_iter().map(|(_, value)| value).collect();
    (values, lines(&checked.findings))
}

/// Sends the parameter `color` as `wire` in its place, and compares what is read.
#[track_caller]
fn check(version: &str, place: &str, how: &str, wire: &str, expected: &Value) {
    let required = if place == "path" { "required: true, " } else { "" };
    let parameter = format!("name: color, in: {place}, {required}{how}");
    let text = match place {
        "path" => format!("POST /x/{wire}"),
        "query" | "querystring" => format!("POST /x?{wire}"),
        "header" => format!("POST /x\nColor: {wire}"),
        _ => format!("POST /x\nCookie: {wire}"),
    };
    let found = read(&describing(version, &[parameter.as_str()]), &text);
    assert_eq!(found, (vec![expected.clone()], vec![]), "{place} {how} {wire}");
}

/// The examples of OpenAPI 3.2, section 4.12.2, "Style Examples".
#[test]
fn style_values() {
    #[track_caller]
    fn row(place: &str, style: &str, explode: bool, cells: [&str; 4]) {
        let [empty, string, array, object] = cells;
        let cells = [
            (empty, STRING, json!("")),
            (string, STRING, json!("blue")),
            (array, COLORS, colors()),
            (object, RGB, rgb()),
        ];
        for (wire, schema, expected) in cells {
            if wire != "n/a" {
                let how = format!("style: {style}, explode: {explode}, schema: {schema}");
                check("3.2.0", place, &how, wire, &expected);
            }
        }
    }
    row("path", "matrix", false, [";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"]);
    let exploded = ";color=blue;color=black;color=brown";
    row("path", "matrix", true, [";color", ";color=blue", exploded, ";R=100;G=200;B=150"]);
    row("path", "label", false, [".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"]);
    row("path", "label", true, [".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"]);
    row("path", "simple", false, ["n/a", "blue", "blue,black,brown", "R,100,G,200,B,150"]);
    row("path", "simple", true, ["n/a", "blue", "blue,black,brown", "R=100,G=200,B=150"]);
    row("header", "simple", false, ["", "blue", "blue,black,brown", "R,100,G,200,B,150"]);
    row("header", "simple", true, ["", "blue", "blue,black,brown", "R=100,G=200,B=150"]);
    for place in ["query", "cookie"] {
        row(place, "form", false, ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]);
    }
    row("query", "form", true, ["color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]);
    let exploded = "color=blue; color=black; color=brown";
    row("cookie", "form", true, ["color=", "color=blue", exploded, "R=100; G=200; B=150"]);
    row("cookie", "form", true, ["n/a", "n/a", "color=blue&color=black&color=brown", "n/a"]);
    row("cookie", "cookie", true, ["color=", "color=blue", exploded, "R=100; G=200; B=150"]);
    row("cookie", "cookie", false, ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]);
    let spaced = ["color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"];
    row("query", "spaceDelimited", false, ["n/a", "n/a", spaced[0], spaced[1]]);
    row("query", "spaceDelimited", false, ["n/a", "n/a", "color=blue+black+brown", "n/a"]);
    let piped = ["color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"];
    row("query", "pipeDelimited", false, ["n/a", "n/a", piped[0], piped[1]]);
    row("query", "pipeDelimited", false, ["n/a", "n/a", "color=blue|black|brown", "color=R|100|G|200|B|150"]);
    let deep = "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150";
    row("query", "deepObject", true, ["n/a", "n/a", "n/a", deep]);
    row("query", "deepObject", true, ["n/a", "n/a", "n/a", "color[R]=100&color[G]=200&color[B]=150"]);
}

/// Where the description gives no style, that of the place counts.
#[test]
fn default_styles() {
    for version in ["3.0.4", "3.1.1", "3.2.0"] {
        let how = |schema: &str| format!("schema: {schema}");
        check(version, "path", &how(NUMBERS), "1,2,3", &json!([1, 2, 3]));
        check(version, "path", &how(RGB), "R,100,G,200,B,150", &rgb());
        check(version, "header", &how(NUMBERS), "1, 2 ,3", &json!([1, 2, 3]));
        check(version, "header", &how(RGB), "R,100,G,200,B,150", &rgb());
        check(version, "query", &how(NUMBERS), "color=1&color=2", &json!([1, 2]));
        check(version, "query", &how(NUMBERS), "color=1", &json!([1]));
        check(version, "query", &how(RGB), "R=100&B=150&G=200", &json!({"R": 100, "G": 200, "B": 150}));
        check(version, "cookie", &how(INTEGER), "a=b; color=7; c=d", &json!(7));
        check(version, "cookie", &how(NUMBERS), "color=1; color=2", &json!([1, 2]));
    }
}

/// Swagger 2.0: `collectionFormat` in every place that has it.
#[test]
fn collection_formats() {
    for (format, delimiter) in [("csv", ","), ("ssv", "%20"), ("tsv", "%09"), ("pipes", "%7C"), ("pipes", "|")] {
        let how = format!("type: array, items: {{type: integer}}, collectionFormat: {format}");
        let wire = ["1", "2", "3"].join(delimiter);
        check("2.0", "path", &how, &wire, &json!([1, 2, 3]));
        check("2.0", "query", &how, &format!("color={wire}"), &json!([1, 2, 3]));
        let wire = ["1", "2", "3"].join(&delimiter.replace("%20", " ").replace("%09", "\t").replace("%7C", "|"));
        check("2.0", "header", &how, &wire, &json!([1, 2, 3]));
    }
    let multi = "type: array, items: {type: integer}, collectionFormat: multi";
    check("2.0", "query", multi, "color=1&color=2", &json!([1, 2]));
    check("2.0", "query", "type: array, items: {type: string}", "color=a,b%2Cc", &json!(["a", "b,c"]));
    check("2.0", "query", "type: boolean", "color=true", &json!(true));
    check("2.0", "path", "type: number", "1.5", &json!(1.5));
}

/// An array that is empty is not written at all, so a name without a value is one empty item (RFC 6570).
#[test]
fn nothing_after_the_name() {
    let exploded = format!("schema: {COLORS}");
    for wire in ["color=", "color"] {
        check("3.1.0", "query", &exploded, wire, &json!([""]));
    }
    check("3.1.0", "query", &exploded, "color=&color=a", &json!(["", "a"]));
    check("3.1.0", "cookie", &exploded, "color=", &json!([""]));
    check("3.1.0", "query", &format!("explode: false, schema: {COLORS}"), "color=", &json!([]));
    check("3.1.0", "query", &format!("explode: false, schema: {COLORS}"), "color=,a", &json!(["", "a"]));
    let numbers = describing("3.1.0", &[&format!("name: color, in: query, schema: {NUMBERS}")]);
    assert_eq!(read(&numbers, "POST /x?color=").1, ["type query color/0"]);
    assert_eq!(read(&numbers, "POST /x").1, [""; 0]);
    let filled = "name: color, in: query, schema: {type: array, items: {type: string, minLength: 1}}";
    assert_eq!(read(&describing("3.1.0", &[filled]), "POST /x?color=").1, ["minLength query color/0"]);
}

#[test]
fn empty_values() {
    let parameter = |more: &str| describing("3.0.4", &[&format!("name: color, in: query, {more}schema: {INTEGER}")]);
    for wire in ["color=", "color"] {
        let text = format!("POST /x?{wire}");
        assert_eq!(read(&parameter("allowEmptyValue: true, "), &text), (vec![json!("")], vec![]));
        assert_eq!(read(&parameter("allowEmptyValue: false, "), &text).1, ["minLength query color"]);
        assert_eq!(read(&parameter(""), &text).1, ["type query color"]);
    }
    assert_eq!(read(&parameter("allowEmptyValue: true, "), "POST /x?color=x").1, ["type query color"]);
    assert_eq!(read(&parameter("allowEmptyValue: true, required: true, "), "POST /x").1, ["required query color"]);
}

/// A delimiter that is percent-encoded is data, but where the style itself encodes it.
#[test]
fn escaped_delimiters() {
    check("3.1.0", "path", &format!("schema: {COLORS}"), "a%2Cb,c%2Fd", &json!(["a,b", "c/d"]));
    check("3.1.0", "path", &format!("style: label, explode: true, schema: {COLORS}"), ".a%2Eb.c", &json!(["a.b", "c"]));
    let matrix = format!("style: matrix, explode: true, schema: {COLORS}");
    check("3.1.0", "path", &matrix, ";color=a%3Bb;color=c%3Dd", &json!(["a;b", "c=d"]));
    check("3.1.0", "query", &format!("explode: false, schema: {COLORS}"), "color=a%2Cb,c%26d", &json!(["a,b", "c&d"]));
    check("3.1.0", "query", &format!("schema: {COLORS}"), "color=a%26b&color=c,d", &json!(["a&b", "c,d"]));
    check("3.1.0", "query", &format!("schema: {STRING}"), "color=a+b%2Bc%20d%25", &json!("a b+c d%"));
    check("3.1.0", "query", &format!("schema: {STRING}"), "c%6Flor=blue", &json!("blue"));
    check("3.1.0", "cookie", &format!("schema: {STRING}"), "color=a%3Bb%2Cc", &json!("a;b,c"));
    check("3.2.0", "cookie", &format!("style: cookie, schema: {STRING}"), "color=a%3Bb", &json!("a%3Bb"));
    check("3.1.0", "header", &format!("schema: {STRING}"), "50%, a%2Cb", &json!("50%, a%2Cb"));
    let spaced = format!("style: spaceDelimited, explode: false, schema: {COLORS}");
    check("3.1.0", "query", &spaced, "color=a,b%20c", &json!(["a,b", "c"]));
    let bad = describing("3.1.0", &[&format!("name: color, in: query, schema: {STRING}")]);
    for wire in ["color=%", "color=%zz", "color=%ff"] {
        assert_eq!(read(&bad, &format!("POST /x?{wire}")).1, ["malformed-parameter query color"]);
    }
}

/// `allowReserved` says how a client may write; a server reads both ways.
#[test]
fn reserved_characters() {
    for more in ["", "allowReserved: true, ", "allowReserved: false, "] {
        let how = format!("{more}schema: {STRING}");
        check("3.1.0", "query", &how, "color=a/b:c?d@e", &json!("a/b:c?d@e"));
        check("3.1.0", "query", &how, "color=a%2Fb%3Ac%3Fd%40e", &json!("a/b:c?d@e"));
        check("3.1.0", "query", &how, "color=a=b", &json!("a=b"));
    }
}

/// A value that may be an array or not is read in the way that is valid.
#[test]
fn arrays_in_any_of() {
    let either = "schema: {anyOf: [{type: integer}, {type: array, items: {type: integer}}]}";
    check("3.1.0", "query", either, "color=1", &json!(1));
    check("3.1.0", "query", either, "color=1&color=2", &json!([1, 2]));
    let joined = &format!("explode: false, {either}");
    check("3.1.0", "query", joined, "color=1,2", &json!([1, 2]));
    check("3.1.0", "path", either, "1,2", &json!([1, 2]));
    check("3.1.0", "header", either, "1, 2", &json!([1, 2]));
    let text = "schema: {oneOf: [{type: string, pattern: '^x'}, {type: array, items: {type: string, maxLength: 1}}]}";
    check("3.1.0", "query", text, "color=a", &json!(["a"]));
    check("3.1.0", "query", text, "color=xyz", &json!("xyz"));
    check("3.1.0", "query", "schema: {type: [array, 'null'], items: {type: integer}}", "color=1", &json!([1]));
    check("3.0.4", "query", "schema: {type: array, nullable: true, items: {type: integer}}", "color=1", &json!([1]));
    let all = "schema: {allOf: [{type: array}, {items: {type: integer}}]}";
    check("3.1.0", "query", all, "color=1&color=2", &json!([1, 2]));
}

#[test]
fn deep_objects() {
    let deep = |schema: &str| format!("style: deepObject, explode: true, schema: {schema}");
    let nested = deep(
        "{type: object, properties: {a: {type: object, properties: {b: {type: integer}}}, c: {type: array, items: {type: \
         integer}}, d: {type: array, items: {type: object, properties: {e: {type: boolean}}}}}}",
    );
    check("3.1.0", "query", &nested, "color[a][b]=1", &json!({"a": {"b": 1}}));
    check("3.1.0", "query", &nested, "color[c][]=1&color[c][]=2", &json!({"c": [1, 2]}));
    check("3.1.0", "query", &nested, "color[c]=1&color[c]=2", &json!({"c": [1, 2]}));
    check("3.1.0", "query", &nested, "color[c][1]=2&color[c][0]=1", &json!({"c": [1, 2]}));
    check(
        "3.1.0",
        "query",
        &nested,
        "color[d][0][e]=true&color[d][1][e]=false",
        &json!({"d": [{"e": true}, {"e": false}]}),
    );
    check("3.1.0", "query", &nested, "color%5Ba%5D%5Bb%5D=1&other[a]=2", &json!({"a": {"b": 1}}));
    let map = deep("{type: object, additionalProperties: {type: integer}}");
    check("3.1.0", "query", &map, "color[x]=1&color[y.z]=2", &json!({"x": 1, "y.z": 2}));
    let strict = describing(
        "3.1.0",
        &[
            "name: color, in: query, style: deepObject, explode: true, schema: {type: object, required: [a], properties: \
           {a: {type: object, required: [b], properties: {b: {type: integer}}}}, additionalProperties: false}",
        ],
    );
    assert_eq!(read(&strict, "POST /x?color[a][b]=x").1, ["type query color/a/b"]);
    assert_eq!(read(&strict, "POST /x?color[a][c]=1").1, ["required query color/a"]);
    assert_eq!(read(&strict, "POST /x?color[a][b]=1&color[c]=1").1, ["additionalProperties query color"]);
    assert_eq!(read(&strict, "POST /x?color=1").1, ["malformed-parameter query color"]);
    assert_eq!(read(&strict, "POST /x").1, [""; 0]);
}

/// Several objects and arrays in one query do not take what is others'.
#[test]
fn neighbours() {
    let description = describing(
        "3.1.0",
        &[
            "name: limit, in: query, schema: {type: integer}",
            "name: page, in: query, schema: {type: object, properties: {offset: {type: integer}, size: {type: integer}}}",
            "name: more, in: query, schema: {type: object, additionalProperties: {type: string}}",
            "name: filter, in: query, style: deepObject, explode: true, schema: {type: object}",
            "name: sort.by, in: query, schema: {type: string}",
        ],
    );
    let (values, findings) =
        read(&description, "POST /x?limit=3&offset=1&size=2&filter[a]=b&sort.by=name&tag=x&limits=9");
    assert_eq!(findings, [""; 0]);
    assert_eq!(values[0], json!(3));
    assert_eq!(values[1], json!({"offset": 1, "size": 2}));
    assert_eq!(values[3], json!({"a": "b"}));
    assert_eq!(values[4], json!("name"));
    let more = values[2].as_object().unwrap();
    assert!(more.contains_key("tag") && more.contains_key("limits") && !more.contains_key("limit"), "{more:?}");
}

#[test]
fn content() {
    let json_content = "content: {application/json: {schema: {type: object, properties: {a: {type: integer}}}}}";
    let value = json!({"a": 1});
    check("3.1.0", "query", json_content, "color=%7B%22a%22%3A1%7D", &value);
    check("3.1.0", "query", json_content, "color={\"a\":+1}", &value);
    check("3.1.0", "path", json_content, "%7B%22a%22%3A1%7D", &value);
    check("3.1.0", "header", json_content, "{\"a\": 1}", &value);
    check("3.1.0", "cookie", json_content, "color=%7B%22a%22%3A1%7D", &value);
    check("3.1.0", "query", "content: {text/plain: {schema: {type: integer}}}", "color=12", &json!(12));
    let form =
        "content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: integer}}}}}";
    check("3.1.0", "query", form, "color=a%3D1%26b%3D2", &json!({"a": 1, "b": "2"}));
    let strict = describing("3.1.0", &[&format!("name: color, in: query, {json_content}")]);
    assert_eq!(read(&strict, "POST /x?color=%7B").1, ["malformed-parameter query color"]);
    assert_eq!(read(&strict, "POST /x?color=%7B%22a%22%3A%22x%22%7D").1, ["type query color/a"]);
}

/// `OpenAPI` does not say how arrays and objects are written in others. Header fields are not escaped: the commas inside
/// of JSON are none of the list's.
#[test]
fn json_inside_of_header_fields() {
    let pair = "{type: object, properties: {a: {type: integer}, b: {type: array, items: {type: string}}}}";
    let list = format!("schema: {{type: array, items: {pair}}}");
    let value = json!([{"a": 1, "b": ["x", "y]"]}, {"a": 2}]);
    check("3.1.0", "header", &list, "{\"a\": 1, \"b\": [\"x\", \"y]\"]}, {\"a\":2}", &value);
    let object = format!("schema: {{type: object, properties: {{p: {pair}, q: {{type: string}}}}}}");
    let value = json!({"p": {"a": 1, "b": []}, "q": "{z"});
    check("3.1.0", "header", &object, "p,{\"a\":1,\"b\":[]},q,{z", &value);
    check("3.1.0", "header", &format!("explode: true, {object}"), "p={\"a\":1,\"b\":[]},q={z", &value);
    let texts = format!("schema: {COLORS}");
    check("3.1.0", "header", &texts, "[1,2],[3]", &json!(["[1", "2]", "[3]"]));
    let broken = describing("3.1.0", &[&format!("name: color, in: header, {list}")]);
    assert_eq!(read(&broken, "POST /x\nColor: {\"a\": 1, \"b").1, ["type header color/0", "type header color/1"]);
}

#[test]
fn whole_query_strings() {
    let form = "content: {application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: \
                {type: integer}, b: {type: array, items: {type: string}}}}}}";
    check("3.2.0", "querystring", form, "a=1&b=x&b=y", &json!({"a": 1, "b": ["x", "y"]}));
    let json_content = "content: {application/json: {schema: {type: object, properties: {a: {type: integer}}}}}";
    check("3.2.0", "querystring", json_content, "%7B%22a%22%3A1%7D", &json!({"a": 1}));
    let required = describing("3.2.0", &[&format!("name: color, in: querystring, required: true, {form}")]);
    assert_eq!(read(&required, "POST /x").1, ["required query"]);
    assert_eq!(read(&required, "POST /x?b=x").1, ["required query"]);
    assert_eq!(read(&required, "POST /x?a=x").1, ["type query /a"]);
    assert_eq!(read(&required, "POST /x?a=1").1, [""; 0]);
}

#[test]
fn missing_and_repeated() {
    let all = describing(
        "3.1.0",
        &[
            "name: color, in: path, required: true, schema: {type: integer}",
            "name: q, in: query, required: true, schema: {type: integer}",
            "name: X-H, in: header, required: true, schema: {type: integer}",
            "name: c, in: cookie, required: true, schema: {type: integer}",
        ],
    );
    let missing = ["required path color", "required query q", "required header X-H", "required cookie c"];
    assert_eq!(read(&all, "POST /x/").1, missing);
    assert_eq!(
        read(&all, "POST /x/1?q=2\nx-h: 3\nCookie: c=4"),
        (vec![json!(1), json!(2), json!(3), json!(4)], vec![])
    );
    let twice = "POST /x/1?q=2&q=3\nx-h: 3\nx-h: 4\nCookie: c=4; c=5";
    let expected = ["malformed-parameter query q", "type header X-H", "malformed-parameter cookie c"];
    assert_eq!(read(&all, twice).1, expected);
}

//! The table "Style Values" of `OpenAPI` 3.2, and what it leaves open.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use super::*;
use crate::{
    contract::parameter::Shapes,
    openapi::{DocId, Location, SchemaKind, SchemaRef},
};

/// Shapes by the name that stands in place of a pointer: `integer`, `string`, `array` (of integers), `any`.
struct ByName;

impl Shapes for ByName {
    fn shape(&self, schema: &SchemaRef) -> Arc<Shape> {
        Arc::new(shape(&schema.at.pointer))
    }
}

fn schema(name: &str) -> SchemaRef {
    SchemaRef { at: Location::new(DocId::ENTRY, name), kind: SchemaKind::Schema }
}

/// A shape from a short text: `integer`, `[string]`, `{R: integer, G: string}`, `{..integer}`, several with ` or `.
fn shape(text: &str) -> Shape {
    let mut shape = Shape::default();
    for text in text.split(" or ") {
        let types = match text {
            "any" => Types::ANY,
            "integer" => Types::INTEGER,
            "number" => Types::NUMBER,
            "string" => Types::STRING,
            "boolean" => Types::BOOLEAN,
            "null" => Types::NULL,
            _ if text.starts_with('[') => {
                shape.items = Some(schema(&text[1..text.len() - 1]));
                Types::ARRAY
            }
            _ => {
                let inner = &text[1..text.len() - 1];
                shape.additional = inner.strip_prefix("..").map(schema);
                let members = inner.split(", ").filter_map(|member| member.split_once(": "));
                shape.properties = members.map(|(name, of)| (name.to_owned(), schema(of))).collect::<IndexMap<_, _>>();
                Types::OBJECT
            }
        };
        shape.types = shape.types.union(types);
    }
    shape
}

fn claims() -> Claims {
    Claims { names: vec!["color".to_owned(), "taken".to_owned()], deep: vec!["deep".to_owned()] }
}

fn read_query(style: Style, explode: bool, of: &str, query: &str, second: bool) -> Result<Option<Value>, String> {
    let typing = if second { Typing::second(&ByName) } else { Typing::first(&ByName) };
    let spelling = Spelling { name: "color", style, explode };
    from_pairs(spelling, &Pairs::form(query), &claims(), &shape(of), &typing).map_err(|malformed| malformed.0)
}

#[track_caller]
fn query(style: Style, explode: bool, of: &str, text: &str, expected: Value) {
    assert_eq!(read_query(style, explode, of, text, false), Ok(Some(expected)), "{text}");
}

#[track_caller]
fn query_fails(style: Style, explode: bool, of: &str, text: &str, expected: &str) {
    assert_eq!(read_query(style, explode, of, text, false), Err(expected.to_owned()), "{text}");
}

fn read_text(style: Style, explode: bool, of: &str, text: &str) -> Result<Value, String> {
    let spelling = Spelling { name: "color", style, explode };
    from_text(spelling, text, Escape::Percent, &shape(of), &Typing::first(&ByName)).map_err(|malformed| malformed.0)
}

#[track_caller]
fn path(style: Style, explode: bool, of: &str, text: &str, expected: Value) {
    assert_eq!(read_text(style, explode, of, text), Ok(expected), "{text}");
}

/// An array that is not escaped, as in a header field.
#[track_caller]
fn unescaped(of: &str, text: &str, expected: Value) {
    let spelling = Spelling { name: "color", style: Style::Simple, explode: false };
    let read = from_text(spelling, text, Escape::None, &shape(of), &Typing::first(&ByName));
    assert_eq!(read.map_err(|malformed| malformed.0), Ok(expected), "{text}");
}

#[track_caller]
fn path_fails(style: Style, explode: bool, of: &str, text: &str, expected: &str) {
    assert_eq!(read_text(style, explode, of, text), Err(expected.to_owned()), "{text}");
}

const COLORS: &str = "{R: integer, G: integer, B: integer}";

fn rgb() -> Value {
    json!({"R": 100, "G": 200, "B": 150})
}

fn colors() -> Value {
    json!(["blue", "black", "brown"])
}

#[test]
fn objects_that_may_be_null() {
    let of = &format!("{COLORS} or null");
    query(Style::Form, true, of, "R=100&G=200&B=150", rgb());
    query(Style::Form, true, of, "color=", Value::Null);
    query(Style::Form, true, of, "color=null", Value::Null);
    query(Style::Form, false, of, "color=R,100,G,200,B,150", rgb());
    query(Style::Form, false, of, "color=", Value::Null);
    query(Style::DeepObject, true, of, "color[R]=100&color[G]=200&color[B]=150", rgb());
    query(Style::DeepObject, true, of, "color=null", Value::Null);
    query_fails(
        Style::DeepObject,
        true,
        of,
        "color=x",
        "is not an object: its members are sent as `color[member]=value`",
    );
    path(Style::Simple, false, of, "R,100,G,200,B,150", rgb());
    path(Style::Simple, true, of, "R=100,G=200,B=150", rgb());
    path(Style::Simple, true, of, "null", Value::Null);
    path(Style::Matrix, true, of, ";R=100;G=200;B=150", rgb());
    path(Style::Label, false, of, ".R,100,G,200,B,150", rgb());
}

#[test]
fn matrix() {
    path(Style::Matrix, false, "string", ";color", json!(""));
    path(Style::Matrix, false, "string", ";color=blue", json!("blue"));
    path(Style::Matrix, true, "string", ";color=blue", json!("blue"));
    path(Style::Matrix, false, "[string]", ";color=blue,black,brown", colors());
    path(Style::Matrix, true, "[string]", ";color=blue;color=black;color=brown", colors());
    path(Style::Matrix, true, "[string]", ";color", json!([""]));
    path(Style::Matrix, false, "[string]", ";color", json!([]));
    path(Style::Matrix, false, COLORS, ";color=R,100,G,200,B,150", rgb());
    path(Style::Matrix, true, COLORS, ";R=100;G=200;B=150", rgb());
    path_fails(Style::Matrix, false, "string", "color=blue", "does not start with the `;` of its style");
    path_fails(Style::Matrix, false, "string", ";colour=blue", "has `colour` where its style has `color`");
}

#[test]
fn label() {
    path(Style::Label, false, "string", ".", json!(""));
    path(Style::Label, false, "string", ".blue", json!("blue"));
    path(Style::Label, false, "[string]", ".blue,black,brown", colors());
    path(Style::Label, true, "[string]", ".blue.black.brown", colors());
    path(Style::Label, false, COLORS, ".R,100,G,200,B,150", rgb());
    path(Style::Label, true, COLORS, ".R=100.G=200.B=150", rgb());
    path(Style::Label, true, "{x: number, y: number}", ".x=1.5.y=2", json!({"x": 1.5, "y": 2}));
    path_fails(Style::Label, false, "string", "blue", "does not start with the `.` of its style");
}

#[test]
fn simple() {
    path(Style::Simple, false, "string", "", json!(""));
    path(Style::Simple, false, "string", "blue,black", json!("blue,black"));
    path(Style::Simple, false, "[string]", "blue,black,brown", colors());
    path(Style::Simple, true, "[string]", "blue,black,brown", colors());
    path(Style::Simple, false, "[integer]", "1,2", json!([1, 2]));
    path(Style::Simple, false, COLORS, "R,100,G,200,B,150", rgb());
    path(Style::Simple, true, COLORS, "R=100,G=200,B=150", rgb());
    path(Style::Simple, false, "[string]", "a%2Cb,c+d", json!(["a,b", "c+d"]));
    path(Style::Simple, false, "integer", "12", json!(12));
    path(Style::Simple, false, "integer or string", "12", json!(12));
    path_fails(Style::Simple, false, COLORS, "R,100,G", "has a name without a value: names and values take turns");
    path_fails(Style::Simple, true, COLORS, "R=100,G", "has `G` where its style has `name=value`");
    path_fails(Style::Simple, false, "string", "%zz", "has a `%` that is not followed by two hexadecimal digits");
}

#[test]
fn header_white_space() {
    let spelling = Spelling { name: "color", style: Style::Simple, explode: false };
    let typing = Typing::first(&ByName);
    let value = from_text(spelling, "1, 2 ,3", Escape::None, &shape("[integer]"), &typing);
    assert_eq!(value, Ok(json!([1, 2, 3])));
    let value = from_text(spelling, "50%", Escape::None, &shape("string"), &typing);
    assert_eq!(value, Ok(json!("50%")));
}

#[test]
fn form() {
    query(Style::Form, false, "string", "color=", json!(""));
    query(Style::Form, false, "string", "x=1&color=blue", json!("blue"));
    query(Style::Form, false, "[string]", "color=blue,black,brown", colors());
    query(Style::Form, true, "[string]", "color=blue&color=black&color=brown", colors());
    query(Style::Form, true, "[string]", "color=blue,black", json!(["blue,black"]));
    query(Style::Form, false, "[string]", "color=a%2Cb,c", json!(["a,b", "c"]));
    query(Style::Form, false, "[integer]", "color=", json!([]));
    query(Style::Form, true, "[string]", "color=", json!([""]));
    query(Style::Form, true, "[string]", "color", json!([""]));
    query(Style::Form, false, COLORS, "color=R,100,G,200,B,150", rgb());
    query(Style::Form, true, COLORS, "R=100&G=200&B=150", rgb());
    query(Style::Form, true, COLORS, "R=100&other=1", json!({"R": 100}));
    query(Style::Form, true, "{..integer}", "a=1&taken=2&deep[x]=3&b=x", json!({"a": 1, "b": "x"}));
    query(Style::Form, true, "{a: [integer]}", "a=1&a=2", json!({"a": [1, 2]}));
    query(Style::Form, true, "any", "color=1", json!("1"));
    query(Style::Form, true, "any", "color=a&color=b", json!(["a", "b"]));
    query(Style::Form, true, "string or [string]", "color=a", json!("a"));
    query(Style::Form, true, "string or [string]", "color=a&color=b", json!(["a", "b"]));
    assert_eq!(read_query(Style::Form, true, "string or [string]", "color=a", true), Ok(Some(json!(["a"]))));
    assert_eq!(read_query(Style::Form, true, "string", "x=1", false), Ok(None));
    assert_eq!(read_query(Style::Form, true, COLORS, "x=1", false), Ok(None));
    query_fails(Style::Form, true, "integer", "color=1&color=2", "is sent 2 times, but it is one value");
    let message = "is sent 2 times, but its items go into one, with `,` between";
    query_fails(Style::Form, false, "[integer]", "color=1&color=2", message);
    query_fails(Style::Form, true, "string", "color=%ff", "is not UTF-8 once it is percent-decoded");
}

#[test]
fn delimited() {
    for text in ["color=blue%20black%20brown", "color=blue+black+brown"] {
        query(Style::SpaceDelimited, false, "[string]", text, colors());
    }
    query(Style::SpaceDelimited, false, COLORS, "color=R%20100%20G%20200%20B%20150", rgb());
    for text in ["color=blue|black|brown", "color=blue%7Cblack%7cbrown"] {
        query(Style::PipeDelimited, false, "[string]", text, colors());
    }
    query(Style::PipeDelimited, false, COLORS, "color=R%7C100%7CG%7C200%7CB%7C150", rgb());
    query(Style::PipeDelimited, false, "[string]", "color=abc,xyz", json!(["abc,xyz"]));
    query(Style::TabDelimited, false, "[integer]", "color=1%092", json!([1, 2]));
    query(Style::SpaceDelimited, true, "[string]", "color=blue&color=black&color=brown", colors());
}

#[test]
fn deep_object() {
    let deep = |of: &str, text: &str, expected| query(Style::DeepObject, true, of, text, expected);
    deep(COLORS, "color[R]=100&color%5BG%5D=200&color[B]=150", rgb());
    deep("{a: {b: integer}}", "color[a][b]=1", json!({"a": {"b": 1}}));
    deep("{a: [integer]}", "color[a][]=1&color[a][]=2", json!({"a": [1, 2]}));
    deep("{a: [integer]}", "color[a]=1", json!({"a": [1]}));
    deep("{a: [integer]}", "color[a][1]=8&color[a][0]=7", json!({"a": [7, 8]}));
    deep("[string]", "color[10]=z&color[2]=y", json!(["y", "z"]));
    deep("any", "color[a]=1&colors[b]=2", json!({"a": "1"}));
    // Names of members may have brackets of their own, which one level of names leaves alone.
    deep("any", "color[a]]=1&color[[b]=2&color[c[d]]=3", json!({"a]": "1", "[b": "2", "c[d]": "3"}));
    assert_eq!(read_query(Style::DeepObject, true, COLORS, "x[R]=1", false), Ok(None));
    let plain = "is not an object: its members are sent as `color[member]=value`";
    query_fails(Style::DeepObject, true, COLORS, "color=1", plain);
    query_fails(Style::DeepObject, true, COLORS, "color[R=1", "has a name with unpaired brackets: `[R`");
    query_fails(
        Style::DeepObject,
        true,
        COLORS,
        "color[R]=1&color[R][x]=2",
        "has both a value and members at `[R][x]`",
    );
    let far = format!("color{}=1", "[a]".repeat(40));
    query_fails(Style::DeepObject, true, COLORS, &far, "is nested deeper than 32 levels");
}

#[test]
fn arrays_and_objects_inside_others() {
    query(Style::Form, true, "[{a: integer}]", "color={\"a\":1}&color=%7B%22a%22:2%7D", json!([{"a": 1}, {"a": 2}]));
    query(Style::Form, false, "[[integer]]", "color=%5B1%2C2%5D,%5B3%5D", json!([[1, 2], [3]]));
    query(
        Style::Form,
        true,
        "{a: {b: integer}, c: [string]}",
        "a={\"b\":1}&c=x&c=y",
        json!({"a": {"b": 1}, "c": ["x", "y"]}),
    );
    query(Style::Form, false, "{a: {b: integer}}", "color=a,%7B%22b%22%3A1%7D", json!({"a": {"b": 1}}));
    query(Style::DeepObject, true, "{a: {b: integer}}", "color[a]={\"b\":1}", json!({"a": {"b": 1}}));
    query(Style::Form, true, "[{a: integer}]", "color=a,1", json!(["a,1"]));
    unescaped("[any]", r#"{"a":[1,2]},x=[3,4],[5"#, json!([r#"{"a":[1,2]}"#, "x=[3,4]", "[5"]));
    unescaped("[[integer]]", "[1,2] , [3]", json!([[1, 2], [3]]));
    path(Style::Simple, false, "[{a: integer}]", "%7B%22a%22%3A1%7D", json!([{"a": 1}]));
}

/// Cutting a text into pieces looks at each of its bytes a few times at most, whatever it holds.
#[test]
fn many_pieces_are_cut_in_one_pass() {
    let bytes = 256 * 1024;
    for (style, text) in [
        (Style::Simple, ",".repeat(bytes)),
        (Style::SpaceDelimited, " ".repeat(bytes)),
        (Style::PipeDelimited, "|".repeat(bytes)),
        (Style::Simple, "[,".repeat(bytes / 2)),
    ] {
        let spelling = Spelling { name: "color", style, explode: false };
        let read = from_text(spelling, &text, Escape::None, &shape("[any]"), &Typing::first(&ByName));
        assert!(matches!(read, Ok(Value::Array(items)) if items.len() > bytes / 2), "{style:?}");
    }
}

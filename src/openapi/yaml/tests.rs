use serde_json::{Value, json};

use super::*;

#[track_caller]
fn check(text: &str, expected: impl Into<Value>) {
    let parsed = parse(text);
    assert_eq!(parsed.flaws, [], "flaws of {text:?}");
    let (tree, marks) = parsed.tree.unwrap();
    assert_eq!(tree, expected.into(), "{text:?}");
    assert_eq!(marks.nodes().len(), count(&tree), "marks of {text:?}");
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Flaws as `code start message`.
#[track_caller]
fn check_flaws(text: &str, expected: Option<Value>, flaws: &[&str]) {
    let parsed = parse(text);
    let said = |flaw: &Flaw| format!("{} {} {}", flaw.code.as_str(), flaw.span.start, flaw.message);
    assert_eq!(parsed.flaws.iter().map(said).collect::<Vec<_>>(), flaws, "{text:?}");
    assert_eq!((parsed.tree.map(|(tree, _)| tree), text), (expected, text));
}

#[track_caller]
fn check_marks(text: &str, pointer: &str, value: &str, key: Option<&str>) {
    let (tree, marks) = parse(text).tree.unwrap();
    let slice = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(marks.value(&tree, pointer).map(|spot| slice(spot.span)), Some(value), "value at {pointer}");
    assert_eq!(marks.key(&tree, pointer).map(|spot| slice(spot.span)), key, "key at {pointer}");
}

#[test]
fn scalars_follow_the_core_schema() {
    check("[no, on, y, yes, off, True, false]", json!(["no", "on", "y", "yes", "off", true, false]));
    check("[~, null, NULL, nULL, '', ]", json!([null, null, null, "nULL", ""]));
    check("[010, -01, 00]", json!(["010", "-01", "00"]));
    check("[10, 0o10, 0x1F, 0b101, 1_000, +5, -0]", json!([10, 8, 31, "0b101", "1_000", 5, 0]));
    check("[1., .5, 1e3, -2.5E-1, 1.10, 1.e1]", json!([1.0, 0.5, 1e3, -0.25, 1.1, 10.0]));
    check("[2020-01-01, '12', \"1\", 12:30:45, 1.2.3, .]", json!(["2020-01-01", "12", "1", "12:30:45", "1.2.3", "."]));
    check("[.inf, -.INF, .nan, 1e400]", json!([".inf", "-.INF", ".nan", "1e400"]));
    check("- -9223372036854775808\n- 18446744073709551615", json!([i64::MIN, u64::MAX]));
    check(
        "- -9223372036854776000\n- 18446744073709551616",
        json!([-9_223_372_036_854_776_000.0, 18_446_744_073_709_551_616.0]),
    );
    check("[0x, 0o8, 0x+1, e1, 1e, infinity, nan]", json!(["0x", "0o8", "0x+1", "e1", "1e", "infinity", "nan"]));
}

#[test]
fn keys_are_text() {
    check(
        "200: a\ntrue: b\nnull: c\n1.0: d\n~: e",
        json!({"200": "a", "true": "b", "null": "c", "1.0": "d", "~": "e"}),
    );
    check("? a\n: b\n? c", json!({"a": "b", "c": null}));
    check("a:\n  b:\n  - 1\n  c:", json!({"a": {"b": [1], "c": null}}));
    check("{a, b: 1, 'c':2, : x}", json!({"a": null, "b": 1, "c": 2, "": "x"}));
    check("a:\t1", json!({"a": 1}));
    check("\"\\ud83d\\ude00\": 1", json!({"😀": 1}));
}

#[test]
fn shapes() {
    check("", Value::Null);
    check("# only a comment", Value::Null);
    check("---\n", Value::Null);
    check("--- # x\na: 1\n...\n", json!({"a": 1}));
    check("a: 1\n---\n", json!({"a": 1}));
    check("a: |\n  x\n  y\nb: >-\n  p\n  q\n", json!({"a": "x\ny\n", "b": "p q"}));
    check("a: 1\r\nb: [1,\r\n 2]\r\n", json!({"a": 1, "b": [1, 2]}));
    check("a: 1\rb: 2\r", json!({"a": 1, "b": 2}));
    check("%YAML 1.1\n---\na: no", json!({"a": "no"}));
}

#[test]
fn repeated_keys() {
    let twice = "the key `a` is here for the second time";
    check_flaws(
        "a: 1\nb: 2\na: {c: 3}\nd: 4",
        Some(json!({"a": 1, "b": 2, "d": 4})),
        &[&format!("duplicate-key 10 {twice}")],
    );
    let parsed = parse("200: a\n\"200\": b");
    assert_eq!(parsed.flaws[0].also, Some(Span::new(0, 3)));
    assert_eq!(parse("a: {x: {y: 1}, z: 2, x: 3}").flaws[0].also, Some(Span::new(4, 5)));
}

#[test]
fn aliases_and_merge_keys() {
    check("a: &x {b: [1]}\nc: *x\nd: [*x]", json!({"a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}]}));
    check("a: &x 200\n*x : 1", json!({"a": 200, "200": 1}));
    check("&k a: 1\nb: *k", json!({"a": 1, "b": "a"}));
    check("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3, z: 4}", json!({"a": {"x": 1, "y": 2}, "b": {"y": 3, "z": 4, "x": 1}}));
    check(
        "a: &a {x: {p: 1}}\nb: &b {x: 2, y: [3, 4]}\nc:\n  <<: [*a, *b]\n  z: 5",
        json!({"a": {"x": {"p": 1}}, "b": {"x": 2, "y": [3, 4]}, "c": {"z": 5, "x": {"p": 1}, "y": [3, 4]}}),
    );
    check("a: {'<<': 1}", json!({"a": {"<<": 1}}));
    let wrong = "wrong-type 4 the merge key `<<` takes a mapping or a list of mappings";
    check_flaws("a: {<<: 1, b: 2}", Some(json!({"a": {"b": 2}})), &[wrong]);
    let inside = "syntax 10 the alias `*a` stands inside the value that it names";
    check_flaws("a: &a [1, *a]", Some(json!({"a": [1, null]})), &[inside]);
    let unknown = "syntax 3 the alias `*n` has no anchor `&n` before it";
    check_flaws("a: *n", Some(json!({"a": null})), &[unknown]);
}

#[test]
fn what_json_has_not() {
    check(
        "a: !!str 12\nb: !!int '5'\nc: ! 3\nd: !!float 1\ne: !!map {}\nf: !!timestamp 2020-01-01",
        json!({
            "a": "12", "b": 5, "c": "3", "d": 1.0, "e": {}, "f": "2020-01-01"
        }),
    );
    let tag = "yaml-feature 12 the tag `!include` is ignored";
    check_flaws("a: !include x.yaml", Some(json!({"a": "x.yaml"})), &[tag]);
    let complex = "yaml-feature 2 a key is a mapping or a list; its member is left out";
    check_flaws("? [a, b]\n: {c: d}\ne: f", Some(json!({"e": "f"})), &[complex]);
    let second = "yaml-feature 9 the file has more than one YAML document; only the first is read";
    check_flaws("a: 1\n---\nb: 2", Some(json!({"a": 1})), &[second]);
}

#[test]
fn what_is_no_yaml() {
    #[track_caller]
    fn refused(text: &str, code: Code, at: u32) {
        let parsed = parse(text);
        assert!(parsed.tree.is_none(), "{text:?} is read");
        let last = parsed.flaws.last().unwrap();
        assert_eq!((last.code, last.span.start), (code, at), "{}", last.message);
    }
    refused("a:\n\tb: 1", Code::SYNTAX, 4);
    refused("a: b: c", Code::SYNTAX, 4);
    refused("a: [1", Code::SYNTAX, 3);
    refused("a: 'x", Code::SYNTAX, 3);
    refused(&"[".repeat(100_000), Code::TOO_LARGE, 255);
    refused(&"- ".repeat(20_000), Code::TOO_LARGE, 510);
    let both = format!("{}{}{}", "- ".repeat(200), "[".repeat(200), "]".repeat(200));
    refused(&both, Code::TOO_LARGE, 455);
}

#[test]
fn bombs_are_refused() {
    #[track_caller]
    fn refused(text: &str) {
        let parsed = parse(text);
        assert!(parsed.tree.is_none(), "read");
        assert_eq!(parsed.flaws.last().unwrap().code, Code::TOO_LARGE);
    }
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let nine = [format!("*a{}", level - 1).as_str(); 9].join(", ");
        laughs = format!("{laughs}a{level}: &a{level} [{nine}]\n");
    }
    refused(&laughs);
    refused(&format!("s: &s '{}'\nl: [{}]", "A".repeat(100_000), "*s, ".repeat(40_000)));
    let deep = format!("a: &a {}1{}\nb: {}*a{}", "[".repeat(200), "]".repeat(200), "[".repeat(200), "]".repeat(200));
    refused(&deep);
}

#[test]
fn honest_use_of_many_anchors_is_read() {
    let open: Vec<String> = (0..200).map(|n| format!("&n{n} [")).collect();
    let nested = format!("{}1{}", open.concat(), "]".repeat(200));
    assert_eq!(parse(&nested).flaws, []);
    let large = format!("&root\na: {}\nb: 1", "x".repeat(20 * 1024 * 1024));
    assert_eq!(parse(&large).flaws, []);
}

#[test]
fn marks_are_exact() {
    let text = "a:\n  b: 12 # x\n  'c d':\n  - x\n  - {e: [1, 2]}\n\nf: >-\n  one\n  two\ng: &x {h: 1}\ni: *x\nj: \n";
    check_marks(text, "/a/b", "12", Some("b"));
    check_marks(text, "/a", "b: 12 # x\n  'c d':\n  - x\n  - {e: [1, 2]}", Some("a"));
    check_marks(text, "/a/c d", "x\n  - {e: [1, 2]}", Some("'c d'"));
    check_marks(text, "/a/c d/1", "{e: [1, 2]}", None);
    check_marks(text, "/a/c d/1/e/1", "2", None);
    check_marks(text, "/g/h", "1", Some("h"));
    check_marks(text, "/i", "*x", Some("i"));
    check_marks(text, "/i/h", "1", Some("h"));
    check_marks(text, "/j", "", Some("j"));
    let merged = "a: &a {x: {p: 1}, q: 2}\nb: {<<: *a, q: 3}\n";
    check_marks(merged, "/b/q", "3", Some("q"));
    check_marks(merged, "/b/x/p", "1", Some("p"));
}

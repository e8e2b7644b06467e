use serde_json::json;

use super::*;

fn document() -> Value {
    json!({
        "info": {"title": "T", "x-logo": {"url": "u"}},
        "paths": {
            "/pets": {
                "get": {"tags": ["a", "b"], "deprecated": true, "parameters": [{"name": "limit", "in": "query"}]},
                "post": {"tags": ["b"], "operationId": "make"},
            },
            "/pets/{id}": {"get": {"tags": [], "x": 3}},
        },
        "list": [0, 1, 2, 3, 4],
    })
}

#[track_caller]
fn check(path: &str, expected: &[Value]) {
    let document = document();
    let query = parse(path).unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let found = select(&document, &query).unwrap();
    assert_eq!(found.iter().map(|hit| hit.value.clone()).collect::<Vec<_>>(), expected, "{path}");
}

#[test]
fn children_and_descendants() {
    check("$", &[document()]);
    check("$.info.title", &[json!("T")]);
    check("$.info.x-logo.url", &[json!("u")]);
    check("$['info'][\"title\"]", &[json!("T")]);
    check("$.paths['/pets'].post.operationId", &[json!("make")]);
    check("$.paths.*.get.tags", &[json!(["a", "b"]), json!([])]);
    check("$.paths[*]['post','get'].tags[0]", &[json!("b"), json!("a")]);
    check("$..tags[0]", &[json!("a"), json!("b")]);
    check("$..['operationId','x']", &[json!("make"), json!(3)]);
    check("$.nope.*", &[]);
    check("$.info.title.*", &[]);
}

#[test]
fn indexes_and_slices() {
    check("$.list[0, -1]", &[json!(0), json!(4)]);
    check("$.list[9]", &[]);
    check("$.list[1:3]", &[json!(1), json!(2)]);
    check("$.list[-2:]", &[json!(3), json!(4)]);
    check("$.list[::-2]", &[json!(4), json!(2), json!(0)]);
    check("$.list[3:0:-2]", &[json!(3), json!(1)]);
    check("$.list[::0]", &[]);
}

#[test]
fn filters() {
    check("$.paths.*[?@.deprecated == true].tags", &[json!(["a", "b"])]);
    check("$.paths.*[?(@.operationId)].tags", &[json!(["b"])]);
    check("$.paths.*[?!@.deprecated && length(@.tags) > 0].operationId", &[json!("make")]);
    check("$.paths.*[?@.x >= 3 || @.operationId == 'make'].tags", &[json!(["b"]), json!([])]);
    check("$.paths.*[?!(@.x == 3)].tags", &[json!(["a", "b"]), json!(["b"])]);
    check("$..parameters[?@.name=='limit' && @.in=='query'].in", &[json!("query")]);
    check("$.list[?@ > 2]", &[json!(3), json!(4)]);
    check("$.list[?@ == $.paths['/pets/{id}'].get.x]", &[json!(3)]);
    check("$.paths.*[?count(@.tags[*]) == 2].deprecated", &[json!(true)]);
    check("$.paths.*.*[?match(@, 'ma.e')]", &[json!("make")]);
    check("$.info[?search(@, 'T')]", &[json!("T")]);
    check("$.paths.*.*.tags[?@ == 'b']", &[json!("b"), json!("b")]);
}

#[test]
fn mistakes() {
    #[track_caller]
    fn wrong(path: &str, at: usize, message: &str) {
        assert_eq!(parse(path), Err((message.to_owned(), at)), "{path}");
    }
    wrong("info", 1, "a JSONPath begins with `$`");
    wrong("$.paths./pets", 9, "a name is missing; other names than words stand in brackets: `['a/b']`");
    wrong("$['a", 5, "the closing quotation mark is missing");
    wrong("$.a[", 5, "a selector is missing: a name in quotation marks, `*`, an index, a slice or `?`");
    wrong("$.a b", 5, "unexpected text");
    wrong("$[01]", 5, "an index is a whole number without leading zeros");
    assert!(parse(&format!("$[?{}@{}]", "(".repeat(100), ")".repeat(100))).is_err());
    assert!(parse(&"$[?@".repeat(1000)).is_err());
}

#[test]
fn no_query_explodes() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep, 0]);
    }
    let hits = select(&deep, &parse("$..*..*..*..*..*").unwrap()).unwrap();
    assert_eq!(hits.len(), 192);
}

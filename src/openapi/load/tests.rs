use super::*;
use crate::openapi::{ExampleValue, Location, MemorySources};

/// What is said of a description of these files, the first being the entry, as `code file:line:column message`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files.iter().fold(MemorySources::new(), |sources, (path, text)| sources.with(*path, *text));
    let loaded = load(&sources, files[0].0, files[0].0, &[]);
    let said = loaded.findings.iter().map(|finding| match &finding.place {
        Place::File { file, mark: Some(mark), .. } => {
            format!("{} {file}:{}:{} {}", finding.code.as_str(), mark.line, mark.column, finding.message)
        }
        Place::File { file, .. } => format!("{} {file} {}", finding.code.as_str(), finding.message),
        _ => format!("{} {}", finding.code.as_str(), finding.message),
    });
    said.collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let said = findings(files);
    // What the model says of these short descriptions is not the matter here.
    let own = ["syntax", "encoding", "duplicate-key", "not-read", "not-a-description", "ref-", "too-large", "yaml-"];
    let said: Vec<_> = said.iter().filter(|text| own.iter().any(|code| text.starts_with(code))).collect();
    assert_eq!(said, expected);
}

#[test]
fn every_file_is_read_and_checked() {
    let entry = "openapi: 3.1.0\npaths:\n  /x:\n    $ref: paths/x.yaml\n  /y:\n    $ref: 'paths/y.json#/y'\n";
    let x =
        "get:\n  responses:\n    '200': {$ref: '../components/r.yaml#/Ok'}\n    default: {$ref: '../api.yaml#/nope'}\n";
    let y = "{\"y\": {\"get\": {\"responses\": {\"200\": {\"$ref\": \"../components/r.yaml#/No\"}}}}}";
    let r = "Ok: {description: ok}\nUnused: {$ref: not-there.yaml}\n";
    let files = [("api.yaml", entry), ("paths/x.yaml", x), ("paths/y.json", y), ("components/r.yaml", r)];
    check(
        &files,
        &[
            "ref-not-found paths/x.yaml:4:21 the reference `../api.yaml#/nope` leads to nothing",
            "ref-not-found paths/y.json:1:46 the reference `../components/r.yaml#/No` leads to nothing",
        ],
    );
    let sources = files.iter().fold(MemorySources::new(), |sources, (path, text)| sources.with(*path, *text));
    let loaded = load(&sources, "api.yaml", "some/where/api.yaml", &[]);
    assert_eq!(loaded.paths, ["api.yaml", "paths/x.yaml", "paths/y.json", "components/r.yaml"]);
    let names: Vec<&str> = loaded.documents.iter().map(|(_, doc)| &*doc.name).collect();
    assert_eq!(names[0], "some/where/api.yaml");
    assert_eq!(names[3], "some/where/components/r.yaml");
}

#[test]
fn missing_files_are_said_once() {
    let entry = "openapi: 3.1.0\npaths:\n  /x: {$ref: a.yaml}\n  /y: {$ref: a.yaml}\n  /z: {$ref: ../b.yaml}\n";
    check(
        &[("api.yaml", entry)],
        &[
            "ref-not-found api.yaml:3:14 the file `a.yaml` does not exist",
            "ref-refused api.yaml:5:14 the reference `../b.yaml` is not followed: it leads out of the folder of the description",
        ],
    );
}

#[test]
fn examples_in_files_of_their_own() {
    let example =
        |reference: &str| format!("{{application/json: {{examples: {{e: {{value: {{$ref: {reference}}}}}}}}}}}");
    let answer = |name: &str, reference: &str| {
        format!("  /{name}: {{get: {{responses: {{'200': {{description: d, content: {}}}}}}}}}\n", example(reference))
    };
    let paths =
        [("a", "e/a.json"), ("b", "e/b.json"), ("c", "../c.json"), ("d", "https://a.example/d.json"), ("e", "e/e.xml")];
    let mut entry = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n".to_owned();
    entry.extend(paths.map(|(name, reference)| answer(name, reference)));
    let sources = MemorySources::new().with("api.yaml", &*entry).with("e/a.json", r#"{"id": {"$ref": "no.json"},}"#);
    let sources = sources.with("e/e.xml", "<?xml version=\"1.0\"?><pet/>: {");
    let loaded = load(&sources, "api.yaml", "api.yaml", &[]);
    // Files that are not there, or must not be read, make it data; and data is not looked into.
    assert_eq!(loaded.paths, ["api.yaml", "e/a.json", "e/b.json", "e/e.xml"]);
    let said: Vec<_> = loaded.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(said, ["bad-value", "syntax"], "the loose comma is a fault, and the rest is read");
    let api = loaded.api.unwrap();
    let values: Vec<_> = api
        .operations
        .iter()
        .map(|operation| match &operation.responses[0].content[0].examples[0].value {
            ExampleValue::Data(at) => loaded.documents.get(at).unwrap().to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    let literal = |reference: &str| format!("{{\"$ref\":\"{reference}\"}}");
    let [b, c, d, e] = ["e/b.json", "../c.json", "https://a.example/d.json", "e/e.xml"].map(literal);
    assert_eq!(values, [r#"{"id":{"$ref":"no.json"}}"#, &b, &c, &d, &e]);
}

#[test]
fn a_file_of_an_example_that_is_missed_elsewhere() {
    let entry = "openapi: 3.1.0\npaths:\n  /x: {get: {parameters: [{name: p, in: query, example: {$ref: a.yaml}}]}}\n  \
                 /y: {$ref: a.yaml}\n";
    check(&[("api.yaml", entry)], &["ref-not-found api.yaml:4:14 the file `a.yaml` does not exist"]);
}

#[test]
fn broken_files_do_not_take_the_rest_down() {
    let entry = "openapi: 3.1.0\npaths:\n  /x: {$ref: a.yaml}\n  /y: {$ref: b.yaml}\n";
    let files = [("api.yaml", entry), ("a.yaml", "a: [1"), ("b.yaml", "<html></html>")];
    check(
        &files,
        &[
            "syntax a.yaml:1:4 this is not YAML: unclosed bracket '['",
            "not-a-description b.yaml:1:1 this is a page of HTML or XML, not an OpenAPI description",
        ],
    );
}

#[test]
fn cycles_without_content() {
    let entry = "openapi: 3.1.0\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n    C: {$ref: '#/components/schemas/A'}\n    D: {items: {$ref: '#/components/schemas/D'}}\n    E: {$ref: '#/components/schemas/E'}\n";
    check(
        &[("api.yaml", entry)],
        &[
            "ref-cycle api.yaml:4:15 the references `#/components/schemas/A`, `#/components/schemas/B` lead back to the first of them",
            "ref-cycle api.yaml:8:15 the reference at `#/components/schemas/E` leads back to itself",
        ],
    );
}

#[test]
fn what_is_no_description() {
    let missing = "not-read api.yaml the description does not exist";
    assert_eq!(load(&MemorySources::new(), "api.yaml", "api.yaml", &[]).findings.len(), 1);
    assert!(findings(&[("api.yaml", "")])[0].ends_with("the file is empty"));
    let gone = load(&MemorySources::new(), "api.yaml", "api.yaml", &[]);
    assert_eq!(format!("not-read api.yaml {}", gone.findings[0].message), missing);
    for (text, expected) in [
        ("# nothing", "this is nothing but comments, not an OpenAPI description"),
        ("[]", "this is a list, not an OpenAPI description"),
        ("overlay: 1.0.0\nactions: []", "this is an Overlay, not an OpenAPI description"),
        ("info: {title: x}\npaths: {}", "the field `openapi` (or `swagger`) is missing"),
        ("type: object\nproperties: {}", "this is a JSON Schema, not an OpenAPI description"),
    ] {
        check(&[("api.yaml", text)], &[&format!("not-a-description api.yaml {expected}")]);
    }
}

#[test]
fn pages_of_markup() {
    let page = "not-a-description api.yaml:1:1 this is a page of HTML or XML, not an OpenAPI description";
    check(&[("api.yaml", "<!DOCTYPE html><p>x: y")], &[page]);
}

#[test]
fn text_in_braces() {
    check(&[("a.json", "{\"openapi\": \"3.1.0\",}")], &["syntax a.json:1:21 this is not JSON: trailing comma"]);
    check(&[("a.yaml", "{openapi: 3.1.0}")], &[]);
    check(&[("a.json", "{\"openapi\": \"3.1.0\", \"x-big\": 1e400}")], &[]);
    let twice = "duplicate-key a.json:2:1 the key `openapi` is here for the second time; the first, in line 1, column 2, is the one that counts";
    check(&[("a.json", "{\"openapi\": \"3.1.0\",\n\"openapi\": 2}")], &[twice]);
}

#[test]
fn encodings() {
    let bytes = |bytes: &[u8]| {
        let loaded = load(&MemorySources::new().with("a.yaml", bytes), "a.yaml", "a.yaml", &[]);
        let encoding = loaded.findings.into_iter().find(|finding| finding.code == Code::ENCODING);
        encoding.map(|finding| finding.message).unwrap_or_default()
    };
    assert_eq!(bytes(b"\xFF\xFEo\0p\0"), "the file is UTF-16, not UTF-8");
    assert_eq!(bytes(b"openapi: 3\nx: \xE9"), "the file is not UTF-8: byte 0xE9 at offset 14");
    assert_eq!(bytes(b"a: \0"), "the file holds a NUL character: byte 0x00 at offset 3");
    let loaded =
        load(&MemorySources::new().with("a.yaml", b"\xEF\xBB\xBFopenapi: 3.0.3".as_slice()), "a.yaml", "a.yaml", &[]);
    assert!(loaded.documents.get(&Location::new(DocId::ENTRY, "/openapi")).is_some());
}

#[test]
fn findings_are_capped() {
    let paths: Vec<String> = (0..5000).map(|n| format!("  /{n}: {{$ref: '#/{n}'}}\n")).collect();
    let said = findings(&[("api.yaml", &format!("openapi: 3.1.0\npaths:\n{}", paths.concat()))]);
    assert_eq!(said.len(), limit::FINDINGS_MAX);
    assert!(said.last().unwrap().ends_with("more findings"), "{:?}", said.last());
}

#[test]
fn short_names() {
    for (name, expected) in [
        ("dir/petStore.v1.yaml", "pet-store"),
        ("api.github.com.json", "api"),
        ("My API (2).yml", "my-api-2"),
        (".yaml", "yaml"),
        ("__.yaml", "api"),
    ] {
        assert_eq!(short_name(name), expected);
    }
}

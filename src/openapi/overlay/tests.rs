use serde_json::json;

use crate::{
    finding::Place,
    openapi::{DocId, Documents, Location, MemorySources, load},
};

const ENTRY: &str =
    "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {get: {tags: [x]}}\n  /b: {get: {tags: [y]}}\n";

/// The entry document under an overlay with these actions, and what is said of them as `code line message`.
fn run(actions: &str) -> (std::sync::Arc<Documents>, Vec<String>) {
    let overlay = format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions:\n{actions}");
    let sources = MemorySources::new().with("api.yaml", ENTRY).with("o/over.yaml", overlay);
    let loaded = load(&sources, "api.yaml", "dir/api.yaml", &["o/over.yaml".to_owned()]);
    let said = loaded.findings.iter().filter_map(|finding| match &finding.place {
        Place::File { file, mark, .. } if &**file == "dir/o/over.yaml" => {
            Some(format!("{} {} {}", finding.code.as_str(), mark.map_or(0, |mark| mark.line), finding.message))
        }
        _ => None,
    });
    let said = said.collect();
    (loaded.documents, said)
}

#[track_caller]
fn check(actions: &str, pointer: &str, expected: Option<serde_json::Value>, said: &[&str]) {
    let (documents, findings) = run(actions);
    assert_eq!(findings, said);
    assert_eq!((documents.get(&Location::new(DocId::ENTRY, pointer)).cloned(), actions), (expected, actions));
}

#[test]
fn updates_are_merged() {
    check(
        "- {target: $.info, update: {title: N, x-x: {y: 1}}}",
        "/info",
        Some(json!({"title": "N", "version": "1", "x-x": {"y": 1}})),
        &[],
    );
    check("- {target: $.paths.*.get, update: {tags: [z]}}", "/paths/~1b/get/tags", Some(json!(["y", "z"])), &[]);
    check("- {target: $.paths.*.get.tags, update: z}", "/paths/~1a/get/tags", Some(json!(["x", "z"])), &[]);
    check("- {target: $.info.title, update: N}", "/info/title", Some(json!("N")), &[]);
    check(
        "- {target: \"$.paths['/b']\", copy: \"$.paths['/a']\"}",
        "/paths/~1b/get/tags",
        Some(json!(["y", "x"])),
        &[],
    );
}

#[test]
fn values_are_removed() {
    check("- {target: \"$.paths['/a']\", remove: true}", "/paths", Some(json!({"/b": {"get": {"tags": ["y"]}}})), &[]);
    check("- {target: $..tags, remove: true}", "/paths/~1a", Some(json!({"get": {}})), &[]);
    check("- {target: $..*, remove: true}", "", Some(json!({})), &[]);
}

#[test]
fn what_does_not_fit_is_said() {
    check(
        "- {target: $.nope, remove: true}",
        "",
        Some(run("").0.get(&Location::new(DocId::ENTRY, "")).cloned().unwrap()),
        &["overlay-no-match 4 the target `$.nope` selects nothing"],
    );
    let parse = "overlay 4 the JSONPath `info` cannot be read: a JSONPath begins with `$`, at character 1";
    check("- {target: info, remove: true}", "/openapi", Some(json!("3.0.3")), &[parse]);
    check("- {update: 1}", "/openapi", Some(json!("3.0.3")), &["overlay 4 the action has no text `target`"]);
    let object = "overlay 4 the target is an object, and what is to be merged into it is not";
    check("- {target: $.info, update: 1}", "/openapi", Some(json!("3.0.3")), &[object]);
    check(
        "- {target: $, remove: true}",
        "/openapi",
        Some(json!("3.0.3")),
        &["overlay 4 the whole description cannot be removed"],
    );
    let copies = "- {target: $.info, copy: $}\n".repeat(40);
    let (_, said) = run(&copies);
    assert!(said[0].starts_with("too-large"), "{said:?}");
}

#[test]
fn what_an_overlay_brings_is_shown_there() {
    let (documents, _) =
        run("- target: $.info\n  update:\n    x: {y: 1}\n- target: \"$.paths['/a']\"\n  remove: true\n");
    let line = |pointer: &str| match documents.place(&Location::new(DocId::ENTRY, pointer)) {
        Place::File { file, mark: Some(mark), .. } => (file.to_string(), mark.line),
        other => panic!("{other:?}"),
    };
    assert_eq!(line("/info/x/y"), ("dir/o/over.yaml".to_owned(), 6));
    assert_eq!(line("/info/title"), ("dir/api.yaml".to_owned(), 2));
    assert_eq!(line("/paths/~1b/get/tags/0"), ("dir/api.yaml".to_owned(), 5));
    assert_eq!(documents.written(&Location::new(DocId::ENTRY, "/info/x/y")), Some("1"));
}

//! `mimeo diff`, as a user runs it.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use mimeo::diff::catalogue;
use serde_json::Value;

const OLD: &str = "\
openapi: 3.0.4
info: { title: Pets, version: '1' }
security:
  - key: []
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - name: limit
          in: query
          schema: { type: integer }
        - name: sort<by>
          in: query
          schema: { type: string }
      responses:
        '200': { description: All pets. }
        '404': { description: None. }
  /pets/{id}:
    delete:
      operationId: deletePet
      responses:
        '204': { description: It is gone. }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
  schemas:
    Rule: { type: string }
";

const NEW: &str = "\
openapi: 3.1.1
info: { title: Pets, version: '2' }
security:
  - key: []
paths:
  /pets:
    get:
      operationId: listPets
      deprecated: true
      x-sunset: 2999-01-31
      parameters:
        - name: limit
          in: query
          required: true
          schema: { type: integer }
      responses:
        '200': { description: All pets. }
  /pets/search:
    post:
      summary: Find pets.
      operationId: findPets
      responses:
        '200': { description: Some pets. }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Api-Key }
";

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.arg("diff").args(args).current_dir(folder).stdin(Stdio::null());
    command.output().unwrap()
}

/// A folder with both versions, and files with the given texts.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("old.yaml", OLD), ("new.yaml", NEW)].iter().chain(files) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the program on the two versions and more arguments; expects an exit code, and yields what it prints.
#[track_caller]
fn printed(files: &[(&str, &str)], args: &[&str], code: i32) -> String {
    let folder = folder(files);
    let output = run(folder.path(), args);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    assert!(!err.contains("panicked"), "{err}");
    format!("{out}{err}")
}

#[track_caller]
fn check(files: &[(&str, &str)], args: &[&str], code: i32, says: &[&str], not: &[&str]) {
    let printed = printed(files, args, code);
    for text in says {
        assert!(printed.contains(text), "`{text}` is not in:\n{printed}");
    }
    for text in not {
        assert!(!printed.contains(text), "`{text}` is in:\n{printed}");
    }
}

/// What every format writes about the same changes.
#[test]
fn formats() {
    insta::with_settings!({ snapshot_path => "../../snapshots/diff", prepend_module_to_snapshot => false }, {
        for format in ["text", "singleline", "json", "yaml", "markdown", "html", "github", "junit"] {
            let text = printed(&[], &["old.yaml", "new.yaml", "--format", format], 0);
            insta::assert_snapshot!(format, text);
        }
    });
}

/// What is written for programs is what they can read.
#[test]
fn formats_for_programs() {
    let json: Value = serde_json::from_str(&printed(&[], &["old.yaml", "new.yaml", "-f", "json"], 0)).unwrap();
    let yaml: Value = serde_yaml::from_str(&printed(&[], &["old.yaml", "new.yaml", "-f", "yaml"], 0)).unwrap();
    assert_eq!(json, yaml);
    let same = |args: &[&str]| printed(&[], &[&["old.yaml", "new.yaml"], args].concat(), 0);
    assert_eq!(same(&["-f", "github"]), same(&["-f", "githubactions"]));
    let none: Value = serde_json::from_str(&printed(&[], &["old.yaml", "old.yaml", "-f", "json"], 0)).unwrap();
    assert_eq!(none["changes"], Value::Array(Vec::new()));
    assert!(printed(&[], &["old.yaml", "old.yaml", "-f", "junit"], 0).contains("tests=\"1\" failures=\"0\""));
}

#[test]
fn levels_and_exit_codes() {
    let both = ["old.yaml", "new.yaml"];
    let with = |more: &[&'static str]| [&both, more].concat();
    check(&[], &both, 0, &["error[", "warning[", "info["], &[]);
    for level in ["ERR", "error", "WARN", "warning", "INFO", "info", "err"] {
        check(&[], &with(&["--fail-on", level]), 1, &["changes"], &[]);
    }
    check(&[], &with(&["--level", "WARN"]), 0, &["error[", "warning["], &["info["]);
    check(&[], &with(&["--level", "ERR"]), 0, &["error["], &["info[", "warning["]);
    check(&[], &["old.yaml", "old.yaml", "--fail-on", "INFO"], 0, &["no changes"], &[]);
    check(&[], &with(&["--fail-on", "some"]), 2, &["ERR, WARN, INFO"], &[]);
    check(&[], &["old.yaml"], 2, &["<NEW>"], &[]);
    check(&[], &["old.yaml", "none.yaml"], 3, &["cannot read `none.yaml`"], &[]);
    check(&[("bad.yaml", "a: 1\n")], &["old.yaml", "bad.yaml"], 3, &["not-a-description", "`bad.yaml` cannot be"], &[]);
    let faulty = OLD.replace("type: string", "$ref: '#/x'");
    let said = ["faulty.yaml: 2 errors, which may hide changes"];
    check(&[("faulty.yaml", &faulty)], &["old.yaml", "faulty.yaml"], 0, &said, &[]);
}

#[test]
fn passing_over_changes() {
    let notes = "Agreed: GET /pets: The query parameter `limit` became required, and was optional\n\
        DELETE /pets/{id} api-path-removed-without-deprecation\ncomponents mimeo-api-key-moved\n";
    let files = [("notes.md", notes)];
    let args = ["old.yaml", "new.yaml", "--fail-on", "ERR", "--ignore", "notes.md"];
    check(
        &files,
        &args,
        0,
        &["response-non-success-status-removed"],
        &["became-required", "/pets/{id}", "api-key-moved"],
    );
    let args = ["old.yaml", "new.yaml", "--fail-on", "ERR", "--warn-ignore", "notes.md"];
    check(&files, &args, 1, &["became-required", "/pets/{id}"], &[]);
    check(&files, &["old.yaml", "new.yaml", "--ignore", "none"], 3, &["cannot read `none`"], &[]);
    check(&[], &["old.yaml", "new.yaml", "--match-path", "search$"], 0, &["/pets/search"], &["GET /pets", "DELETE"]);
    check(&[], &["old.yaml", "new.yaml", "--unmatch-path", "search$"], 0, &["GET /pets", "DELETE"], &["/pets/search"]);
    check(&[], &["old.yaml", "new.yaml", "--match-path", "("], 2, &["--match-path"], &[]);
}

/// In folders, the ids say which description belongs to which.
#[test]
fn folders() {
    let files = [("a/pets.yaml", OLD), ("a/toys.yaml", OLD), ("b/pets.yaml", NEW), ("b/shop.yaml", NEW)];
    let json: Value = serde_json::from_str(&printed(&files, &["a", "b", "-f", "json"], 0)).unwrap();
    let of = |api: &str, id: &str| {
        let changes = json["changes"].as_array().unwrap();
        changes.iter().filter(|change| change["api"] == api && change["id"] == id).count()
    };
    assert_eq!(of("pets", "request-parameter-became-required"), 1);
    assert_eq!(of("toys", "api-path-removed-without-deprecation"), 2);
    assert_eq!(of("shop", "endpoint-added"), 2);
    assert_eq!(of("shop", "request-parameter-became-required"), 0);
    check(&files, &["a", "b", "-f", "markdown"], 0, &["## pets", "## toys", "## shop"], &[]);
    check(&files, &["a/pets.yaml", "b/shop.yaml", "-f", "json"], 0, &["became-required"], &["\"api\""]);
}

/// What the page about `mimeo diff` lists is what there is.
#[test]
fn every_kind_is_documented() {
    let page = fs::read_to_string("docs/diff.md").unwrap();
    let (_, documented) = page.split_once("<!-- mimeo diff --checks --format markdown -->\n\n").unwrap();
    assert_eq!(documented, printed(&[], &["--checks", "--format", "markdown"], 0));
    let ids: BTreeSet<&str> = catalogue::checks().map(|check| check.id).collect();
    assert_eq!(ids.len(), catalogue::checks().count(), "an id occurs twice");
    let json: Value = serde_json::from_str(&printed(&[], &["--checks", "-f", "json"], 0)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), ids.len());
    check(&[], &["--checks"], 0, &["endpoint-added"], &[]);
    check(&[], &["--checks", "-f", "html"], 3, &["`markdown`"], &[]);
}

/// No description in `spec/` differs from itself.
#[test]
fn nothing_changes_in_itself() {
    for name in ["rocketchat", "rocketcoms", "rockitplay-2025", "rockitplay-2026"] {
        let path = format!("spec/{name}.yaml");
        let output = run(Path::new("."), &[&path, &path, "-f", "singleline", "--fail-on", "INFO"]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{name}");
        assert_eq!(output.status.code(), Some(0), "{name}");
    }
}

/// Two editions of a real documentation.
#[test]
fn from_2025_to_2026() {
    let output = run(Path::new("."), &["spec/rockitplay-2025.yaml", "spec/rockitplay-2026.yaml", "-f", "markdown"]);
    let text = String::from_utf8(output.stdout).unwrap();
    insta::with_settings!({ snapshot_path => "../../snapshots/diff", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("rockitplay", text);
    });
}

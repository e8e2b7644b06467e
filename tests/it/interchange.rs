//! The commands that read and write files of other tools.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use mimeo::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::{har::PETS, usage::shows};

fn mimeo(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A recording of a browser becomes a snapshot, with which everything works that works with one of `mimeo run`.
#[test]
fn a_client_that_never_met_the_mock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy("fixtures/interchange/browser.har", path.join("browser.har")).unwrap();
    fs::write(path.join("pets.yaml"), PETS).unwrap();
    let import = ["import", "har", "browser.har", "--spec", "pets.yaml", "--out", "web.snap"];
    let (code, out, err) = mimeo(path, &import);
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let ends =
        "7 exchanges (left out: 2 elsewhere, 1 part of a page, 1 a preflight, 1 without an answer); 8 errors, 1 note\n";
    assert!(out.ends_with(ends), "{out}");
    assert!(
        out.contains(
            "entry 5 (browser.har:267:7): POST /pets (addPet), answered 201\nerror[type]: the body at `/age` must be an integer"
        ),
        "{out}"
    );
    let text = fs::read_to_string(path.join("web.snap")).unwrap();
    let snapshot = Snapshot::read("web.snap", &text).unwrap();
    assert_eq!((snapshot.totals().exchanges, snapshot.totals().operations), (7, 6));
    assert!(text.contains("description: recorded in browser.har") && !text.contains("secret-of-rex"), "{text}");
    assert_eq!(mimeo(path, &import).0, 1);
    assert_eq!(fs::read_to_string(path.join("web.snap")).unwrap(), text, "the same file gives the same snapshot");

    let (code, out, _) = mimeo(path, &["usage", "web.snap", "--spec", "pets.yaml"]);
    assert!(
        code == 0 && out.contains("5 of 5 operations are called") && out.contains("GET /pet, once: not described"),
        "{out}"
    );
    let elsewhere = ["import", "har", "browser.har", "--spec", "pets.yaml", "--base", "https://elsewhere.example"];
    let (code, _, err) = mimeo(path, &elsewhere);
    assert!(
        code == 3 && err.contains("went to https://pets.example (11), https://cdn.example (1). Say with --base"),
        "{err}"
    );
    fs::write(path.join("broken.har"), "{\"log\": {}}").unwrap();
    let (code, _, err) = mimeo(path, &["import", "har", "broken.har", "--spec", "pets.yaml"]);
    let said = (err.contains("error[not-a-har]"), err.ends_with("error: `broken.har` cannot be judged\n"));
    assert_eq!((code, said), (3, (true, true)), "nothing that sounds as if it were one: {err}");
    assert_eq!(mimeo(path, &["import", "har", "broken.har", "--spec", "pets.yaml", "--base", "x"]).0, 2);
}

/// What others made is not written over, unless the user says so.
#[test]
fn files_of_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy("fixtures/interchange/browser.har", path.join("browser.har")).unwrap();
    fs::write(path.join("web.snap"), SNAPSHOT).unwrap();
    fs::write(path.join("pets.yaml"), PETS).unwrap();
    let import = ["import", "har", "browser.har", "--spec", "pets.yaml"];
    let export = ["export", "pact", "web.snap", "--spec", "pets.yaml", "--consumer", "web"];
    for (command, what, done) in [(&import[..], "snapshot", 1), (&export[..], "pact", 0)] {
        let out = [command, &["--out", "notes.txt"]].concat();
        for precious in ["my notes", "{\"metadata\": {}}", "---\nsource: a test of insta\n---\n7\n"] {
            fs::write(path.join("notes.txt"), precious).unwrap();
            let (code, _, err) = mimeo(path, &out);
            let expected =
                format!("`notes.txt` is here already and is no {what} of mimeo: nothing was written; --force");
            assert!(code == 3 && err.contains(&expected), "{err}");
            assert_eq!(fs::read_to_string(path.join("notes.txt")).unwrap(), precious);
        }
        let (code, ..) = mimeo(path, &[&out[..], &["--force"]].concat());
        let written = fs::read_to_string(path.join("notes.txt")).unwrap();
        assert!(code == done && written.contains("mimeo"), "{written}");
        assert_eq!(mimeo(path, &out).0, done, "it is ours now");
        // What is empty has nothing to lose.
        fs::write(path.join("notes.txt"), "").unwrap();
        assert_eq!(mimeo(path, &out).0, done);
        assert_eq!(fs::read_to_string(path.join("notes.txt")).unwrap(), written);
        assert_eq!(mimeo(path, &[command, &["--force"]].concat()).0, 2);
    }
}

const SNAPSHOT: &str = "---
info:
  mimeo: 1
  apis:
    - { id: pets, title: Pets, version: '1', sha256: 0000000000000000000000000000000000000000000000000000000000000000 }
  scenario: slow
---
sessions:
  - session: default
    exchanges:
      - call: GET /pets
        operation: listPets
        query: { limit: 2 }
        headers: { x-trace: '<uuid #1>' }
        credentials: { bearer: '<token bearer #1>' }
        answer: 200
      - call: GET /pets
        operation: listPets
        query: { limit: 2 }
        headers: { x-trace: '<uuid #2>' }
        credentials: { bearer: '<token bearer #2>' }
        answer: 200
      - call: POST /pets
        operation: addPet
        credentials: { bearer: '<token bearer #1>, expired' }
        body: { name: Rex, born: '<date-time>', tag: '<uuid #3>' }
        answer: 201
      - call: DELETE /pets/{id}
        operation: removePet
        path: { id: '<addPet /id #1>' }
        credentials: { bearer: '<token bearer #2>' }
        answer: 200
      - call: POST /search
        operation: search
        type: application/x-www-form-urlencoded
        body: { name: R x, limit: 1 }
        answer: 200
      - call: 'GET /none/<uuid #4>'
        answer: 404
";

#[test]
fn a_pact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("web.snap"), SNAPSHOT).unwrap();
    fs::write(path.join("pets.yaml"), PETS).unwrap();
    let export = ["export", "pact", "web.snap", "--spec", "pets.yaml", "--consumer", "web", "--provider", "pets"];
    let (code, out, err) = mimeo(path, &export);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let pact: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(pact["metadata"]["pactSpecification"], json!({"version": "4.0"}));
    assert_eq!((&pact["consumer"]["name"], &pact["provider"]["name"]), (&json!("web"), &json!("pets")));
    let interactions = pact["interactions"].as_array().unwrap();
    let names: BTreeSet<&str> = interactions.iter().map(|it| it["description"].as_str().unwrap()).collect();
    let expected = [
        "GET /none/<uuid #4> is answered 404",
        "addPet is answered 201",
        "listPets is answered 200",
        "removePet is answered 200",
        "search is answered 200",
    ];
    assert_eq!(names, expected.into_iter().collect(), "the two that are alike are one");
    shows("pact", &out);
    let (code, _, _) = mimeo(path, &[&export[..], &["--out", "web.json"]].concat());
    assert_eq!((code, fs::read_to_string(path.join("web.json")).unwrap()), (0, out));
}

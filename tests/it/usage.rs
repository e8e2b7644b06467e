//! What clients depend on, and which changes touch them: from recorded clients, and from snapshots as text.

use std::{fs, path::Path, process::Command};

use mimeo::{
    contract::Contract,
    diff::{self, Settings, Version},
    embed::Mock,
    report,
    snapshot::{Rules, Snapshot},
    usage::{Client, bind, survey, touch},
};
use serde_json::{Value, json};

use crate::{client::send, described};

/// What a 2025 client of ROCKITPLAY did: it logs in, gets an auth token, works, lets the token expire, gets another.
async fn client_of_2025() -> Snapshot {
    let mock = Mock::from_spec("spec/rockitplay-2025.yaml").start().await;
    let login = json!({"org": "ExampleOrg", "username": "adminUser", "pw": "hunter2"});
    let answer = send(mock.address(), "POST /be/v1/login", &[], Some(login)).await;
    let session = answer.at("/login/token").to_owned();
    let auth = || async {
        let lines = [("x-rockit-besession-token", session.as_str())];
        send(mock.address(), "POST /be/v1/auth", &lines, None).await.at("/auth/token").to_owned()
    };
    let address = mock.address();
    let get = |target: &'static str, token: String| async move {
        send(address, target, &[("x-rockit-beauth-token", token.as_str())], None).await.status
    };
    let token = auth().await;
    assert_eq!(get("GET /be/v1/users", token.clone()).await, 200);
    mock.session("default").advance("5m");
    assert_eq!(get("GET /be/v1/deployments", token).await, 401);
    let token = auth().await;
    assert_eq!(get("GET /be/v1/deployments", token).await, 200);
    mock.snapshot(&Rules::default(), None)
}

fn mimeo(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Compares a text with the one that is stored.
#[track_caller]
pub(crate) fn shows(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/usage");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The showcase: which of the changes from 2025 to 2026 touch a client of 2025, and where.
#[tokio::test]
async fn the_client_that_breaks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("web.snap"), client_of_2025().await.write()).unwrap();
    for year in ["2025", "2026"] {
        let name = format!("rockitplay-{year}.yaml");
        fs::copy(format!("spec/{name}"), folder.path().join(&name)).unwrap();
    }
    let versions = ["rockitplay-2025.yaml", "rockitplay-2026.yaml"];
    let diff = ["diff", versions[0], versions[1], "--client", "web.snap"];
    let (code, out, err) = mimeo(folder.path(), &diff);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    shows("which_client_breaks", &out);
    let (code, json, _) = mimeo(folder.path(), &[&diff[..], &["--format", "json", "--fail-on", "ERR"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    let of_auth = |change: &&Value| change["path"] == "/be/v1/auth";
    let gone = json["changes"].as_array().unwrap().iter().find(of_auth).unwrap();
    assert_eq!((code, &gone["touched"][0]), (1, &json!("authenticate, exchange 2 of default in web.snap, and 1 more")));

    let (code, out, _) = mimeo(folder.path(), &["usage", "web.snap", "--spec", versions[0]]);
    assert_eq!(code, 0);
    shows("usage", &out);
    let (code, out, _) = mimeo(folder.path(), &["usage", "web.snap", "--spec", versions[0], "--format", "markdown"]);
    assert_eq!(code, 0);
    shows("usage_markdown", &out);
    let (_, out, _) = mimeo(folder.path(), &["usage", "web.snap", "--format", "json"]);
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&out["apis"][0]["id"], &out["apis"][0]["coverage"]), (&json!("rockitplay-2025"), &Value::Null));
    assert_eq!(out["apis"][0]["operations"].as_array().unwrap().len(), 4);
}

#[test]
fn what_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.snap"), "nothing").unwrap();
    fs::write(folder.path().join("a.yaml"), PETS).unwrap();
    fs::write(folder.path().join("other.snap"), SNAPSHOT.replace("id: pets", "id: cats").replace("Pets", "Cats"))
        .unwrap();
    let run = |args: &[&str]| {
        let (code, out, err) = mimeo(folder.path(), args);
        (code, format!("{out}{err}"))
    };
    let (code, text) = run(&["usage", "a.snap"]);
    assert!(code == 3 && text.contains("error[not-a-snapshot]") && text.contains("`a.snap` cannot be used"), "{text}");
    let (code, text) = run(&["usage", "none.snap"]);
    assert!(code == 3 && text.contains("cannot read `none.snap`"), "{text}");
    let (code, text) = run(&["usage", "other.snap", "--spec", "a.snap"]);
    assert!(code == 3 && text.contains("`a.snap` is no description"), "{text}");
    assert_eq!(run(&["usage"]).0, 2);
}

const PETS: &str = "openapi: 3.1.0
info: { title: Pets, version: '1' }
security: [ { key: [] } ]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: x-key } }
paths:
  /pets:
    get:
      operationId: listPets
      tags: [Pets]
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
        - { name: kind, in: query, schema: { type: string, enum: [cat, dog, fish] } }
      responses:
        '200': { description: All, content: { application/json: { schema: { type: array, items: { type: object, properties: { id: { type: integer }, name: { type: string } } } } } } }
        '404': { description: None, content: { application/json: { schema: { type: object, properties: { why: { type: string } } } } } }
    post:
      operationId: addPet
      tags: [Pets]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: { type: string }
                kind: { type: string, enum: [cat, dog] }
                owner: { type: object, properties: { mail: { type: string } } }
      responses: { '201': { description: Made, content: { application/json: { schema: { type: object, properties: { id: { type: integer } } } } } } }
  /toys:
    get: { operationId: listToys, tags: [Toys], responses: { '200': { description: All } } }
";

const SNAPSHOT: &str = "---
info:
  mimeo: 1
  apis:
    - { id: pets, title: Pets, version: '1', sha256: 0000000000000000000000000000000000000000000000000000000000000000 }
---
sessions:
  - session: default
    exchanges:
      - call: GET /pets
        operation: listPets
        query: { kind: dog }
        undescribed: { query: { page: 2 } }
        credentials: { key: '<secret #1>' }
        answer: 200
        times: 3
      - call: POST /pets
        operation: addPet
        credentials: { key: '<secret #1>' }
        body: { name: Rex, kind: dog, owner: { mail: '<email>' } }
        answer: 201
      - call: GET /none
        answer: 404
";

fn snapshot() -> Snapshot {
    Snapshot::read("web.snap", SNAPSHOT).unwrap_or_else(|unreadable| panic!("{:?}", unreadable.findings))
}

#[test]
fn how_much_is_used() {
    let (snapshot, contract) = (snapshot(), described::contract(PETS));
    let usage = survey(&[Client { name: "web.snap", snapshot: &snapshot }], &[&contract]);
    shows("usage_of_pets", &report::text_usage(&usage));
    let coverage = usage.apis[0].coverage.as_ref().unwrap();
    let shares = [coverage.operations, coverage.answers, coverage.parameters, coverage.fields];
    assert_eq!(shares.map(|share| (share.used, share.of)), [(2, 3), (2, 3), (1, 2), (4, 4)]);
    assert_eq!(coverage.never, ["GET /toys"]);
    assert_eq!(usage.apis[0].undescribed, [("GET /none".to_owned(), 1)]);
}

/// Of which changes a client is said to be touched, each by id with the exchange.
#[track_caller]
fn check(change: (&str, &str), expected: &[&str]) {
    let (from, to) = change;
    assert!(PETS.contains(from), "{from}");
    let (snapshot, old) = (snapshot(), described::contract(PETS));
    let new: Contract = described::contract(&PETS.replacen(from, to, 1));
    let seen = bind(&[Client { name: "web.snap", snapshot: &snapshot }], &old, true);
    let settings = Settings { now_ms: 0, deprecation_days_stable: 0, deprecation_days_beta: 0 };
    let changes = diff::compare(Version::new(&old.api), Version::new(&new.api), &settings);
    assert!(!changes.is_empty(), "{from} → {to}");
    let touched = changes.iter().filter_map(|change| {
        let witnesses = touch(change, &old, &seen);
        let first = witnesses.first()?;
        Some(format!("{} {} {}", change.id, first.call, first.number))
    });
    assert_eq!(touched.collect::<Vec<_>>(), expected, "{from} → {to}");
}

#[test]
fn which_changes_touch_a_client() {
    // Operations.
    check(("    get: { operationId: listToys", "    put: { operationId: listToys"), &[]);
    check(
        ("    post:\n      operationId: addPet", "    put:\n      operationId: addPet"),
        &["api-removed-without-deprecation addPet 2"],
    );
    check(
        ("      operationId: listPets\n", "      operationId: listPets\n      deprecated: true\n"),
        &["endpoint-deprecated listPets 1"],
    );
    // Parameters: who sends one that goes, who does not send one that is asked for, and who sends a value that goes.
    let limit = "        - { name: limit, in: query, schema: { type: integer } }\n";
    check((limit, ""), &[]);
    check(
        (limit, "        - { name: limit, in: query, required: true, schema: { type: integer } }\n"),
        &["request-parameter-became-required listPets 1"],
    );
    check((limit, "        - { name: page, in: query, required: true, schema: { type: integer } }\n"), &[]);
    check(("name: kind, in: query,", "name: kind, in: query, required: true,"), &[]);
    check(("enum: [cat, dog, fish]", "enum: [dog, fish]"), &[]);
    check(("enum: [cat, dog, fish]", "enum: [cat, fish]"), &["request-parameter-enum-value-removed listPets 1"]);
    check(("enum: [cat, dog, fish]", "enum: [cat, dog, fish, bird]"), &[]);
    // Bodies.
    check(
        ("                name: { type: string }\n", "                name: { type: integer }\n"),
        &["request-property-type-changed addPet 2"],
    );
    check(
        (
            "              type: object\n              properties:\n                name",
            "              type: object\n              required: [age]\n              properties:\n                age: { type: integer }\n                name",
        ),
        &["new-required-request-property addPet 2"],
    );
    check(
        (
            "              type: object\n              properties:\n                name",
            "              type: object\n              required: [name]\n              properties:\n                name",
        ),
        &[],
    );
    check(
        (
            "owner: { type: object, properties",
            "owner: { type: object, required: [phone], properties: { phone: { type: string } }, x-was",
        ),
        &["request-property-removed addPet 2", "new-required-request-property addPet 2"],
    );
    // Answers: only those who met the status.
    check((", properties: { why: { type: string } }", ""), &[]);
    check(
        ("name: { type: string } } } } } } }\n        '404'", "nick: { type: string } } } } } } }\n        '404'"),
        &["response-optional-property-removed listPets 1"],
    );
    // Credentials: who sends those that are not taken any more, or sends none where some are asked for now.
    check(("security: [ { key: [] } ]\n", "security: [ { key: [] }, { other: [] } ]\n"), &[]);
    check(
        ("security: [ { key: [] } ]\n", "security: [ { other: [] } ]\n"),
        &["api-global-security-removed listPets 1"],
    );
}

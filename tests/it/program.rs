//! The program as a user runs it: exit codes and messages.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

const GOOD: &str = "openapi: 3.1.0\ninfo: { title: Pets, version: '1' }\npaths:\n  /pets:\n    get:\n      operationId: listPets\n      responses:\n        '200': { description: All pets, content: { application/json: { example: [Rex] } } }\n";

fn mimeo(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// Runs the program in a folder with the given files; expects an exit code and text in what it prints.
#[track_caller]
fn check(files: &[(&str, &str)], args: &[&str], code: i32, says: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let output = mimeo(folder.path(), args);
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{printed}");
    for text in says {
        assert!(printed.contains(text), "`{text}` is not in:\n{printed}");
    }
    assert!(!printed.contains("panicked"), "{printed}");
}

#[test]
fn usage() {
    check(&[], &[], 2, &["Usage: mimeo"]);
    check(&[], &["--help"], 0, &["mock", "check", "routes"]);
    let lists = ["[env: MIMEO_SPECS]", "[env: MIMEO_OVERLAYS]", "[env: MIMEO_SCENARIOS]"];
    check(&[], &["mock", "--help"], 0, &["--port", "--dynamic", lists[0], lists[1], lists[2]]);
    check(&[], &["check", "--help"], 0, &[lists[0], lists[1], "MIMEO_SCENARIOS]"]);
    check(&[], &["routes", "-h"], 0, &lists[..2]);
    check(&[], &["diff", "--help"], 0, &["MIMEO_DIFF_IGNORE]"]);
    check(&[], &["--version"], 0, &["mimeo 0.1"]);
    check(&[], &["mock", "--no-such-flag", "x.yaml"], 2, &["--no-such-flag"]);
    check(&[], &["mock"], 2, &["<FILE|FOLDER>"]);
    check(&[("a.yaml", GOOD)], &["mock", "a.yaml", "--port", "70000"], 2, &["70000"]);
    check(&[("a.yaml", GOOD)], &["mock", "a.yaml", "--auth", "some"], 2, &["strict, lenient, off"]);
    check(
        &[("a.yaml", GOOD)],
        &["mock", "a.yaml", "--body-max", "much"],
        2,
        &["'much' for '--body-max <SIZE>': it is no size"],
    );
    check(&[("a.yaml", GOOD)], &["mock", "a.yaml", "--admin-token", "short"], 2, &["at least 8 characters"]);
    check(&[], &["completions", "bash"], 0, &["complete"]);
}

#[test]
fn what_cannot_be_read() {
    check(&[], &["mock", "none.yaml"], 3, &["cannot read `none.yaml`: there is no such file or folder"]);
    check(&[], &["check", "none.yaml"], 3, &["cannot read `none.yaml`"]);
    check(&[("a.txt", "x")], &["mock", "."], 3, &["holds no OpenAPI or Swagger description"]);
    check(&[("a.yaml", "a: 1")], &["mock", "a.yaml"], 3, &["not-a-description", "`a.yaml` cannot be served"]);
    check(&[("a.yaml", "openapi: [")], &["mock", "a.yaml"], 3, &["error[syntax]", "a.yaml:1"]);
    check(&[("a.json", "{\"openapi\": \"3.1.0\",}")], &["check", "a.json"], 1, &["error[syntax]", "a.json:1:21"]);
    check(&[("a.yaml", "")], &["check", "a.yaml"], 1, &["not-a-description"]);
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check(&[("a.yaml", GOOD)], &["mock", "a.yaml", "-p", &port], 3, &[&format!("port {port} on 127.0.0.1 is in use")]);
}

#[test]
fn what_a_proxy_refuses() {
    let files = [("a.yaml", GOOD)];
    check(&[], &["proxy", "--help"], 0, &["<UPSTREAM>", "--errors", "--validate-request", "[env: MIMEO_SPECS]"]);
    check(&files, &["proxy", "a.yaml"], 2, &["<UPSTREAM>"]);
    check(&files, &["proxy", "a.yaml", "localhost:3000"], 2, &["write http://localhost:3000"]);
    check(&files, &["proxy", "a.yaml", "https://api.example"], 2, &["https is not supported yet"]);
    check(&files, &["proxy", "a.yaml", "http://me:secret@api.example"], 2, &["it has credentials"]);
    let through = ["proxy", "a.yaml", "http://localhost:1", "--upstream-proxy", "http://localhost:2"];
    check(&files, &through, 2, &["not through another proxy"]);
    check(&files, &["proxy", "none.yaml", "http://localhost:1"], 3, &["cannot read `none.yaml`"]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let itself = format!("http://localhost:{free}/v1");
    check(&files, &["proxy", "a.yaml", &itself, "-p", &free], 3, &["the upstream is mimeo itself"]);
}

#[test]
fn checking() {
    check(&[("a.yaml", GOOD)], &["check", "a.yaml"], 0, &["1 description: no findings"]);
    let dangling = GOOD.replace(
        "application/json: { example: [Rex] }",
        "application/json: { schema: { $ref: '#/components/schemas/Pet' } }",
    );
    check(&[("a.yaml", &dangling)], &["check", "a.yaml"], 1, &["error[ref-not-found]", "a.yaml:8:", "^^^"]);
    check(
        &[("a.yaml", &dangling)],
        &["check", "a.yaml", "--format", "json"],
        1,
        &["\"code\": \"ref-not-found\"", "\"line\": 8"],
    );
    check(
        &[("a.yaml", &dangling)],
        &["check", "a.yaml", "--format", "github"],
        1,
        &["::error title=ref-not-found,file=a.yaml,line=8,"],
    );
}

#[test]
fn scenarios() {
    let rules = |act: &str| format!("name: mine\nrules:\n  - when: {{ operation: listPets }}\n    do: {act}\n");
    let (good, bad) = (rules("{ delay: 80ms }"), rules("{ delay: 80x }"));
    let files = [("a.yaml", GOOD), ("good.yaml", good.as_str()), ("bad.yaml", bad.as_str())];
    check(&files, &["check", "a.yaml", "good.yaml"], 0, &["1 description, 1 scenario: no findings"]);
    check(&files, &["check", "a.yaml", "--scenarios", "good.yaml"], 0, &["1 description, 1 scenario: no findings"]);
    check(&files, &["check", "good.yaml"], 0, &["1 scenario: no findings"]);
    check(&files, &["check", "a.yaml", "bad.yaml"], 1, &["`80x` is no duration", "bad.yaml:4:"]);
    let twice = ["check", "a.yaml", "--scenarios", "."];
    check(&files, &twice, 1, &["error[duplicate-scenario]: the scenario `mine` is in `./bad.yaml` already"]);
    check(&files, &["check", "a.yaml", "--scenarios", "none.yaml"], 3, &["cannot read `none.yaml`"]);
    check(&files, &["mock", "a.yaml", "--scenarios", "bad.yaml"], 3, &["the scenario `bad.yaml` cannot be played"]);
    let misspelt = ["mock", "a.yaml", "--scenarios", "good.yaml", "--scenario", "min"];
    check(&files, &misspelt, 3, &["there is no scenario `min`; did you mean `mine`? there are `mine`, `bad-request`"]);
    check(&[], &["schema", "scenario"], 0, &["\"$schema\": \"https://json-schema.org/draft/2020-12/schema\""]);
    check(&[], &["schema", "recipe"], 2, &["recipe"]);
}

#[test]
fn listing_routes() {
    check(&[("a.yaml", GOOD)], &["routes", "a.yaml"], 0, &["GET", "/pets", "listPets", "200", "example"]);
    check(&[("a.yaml", GOOD)], &["routes", "a.yaml", "--format", "json"], 0, &["\"operation\": \"listPets\""]);
}

/// The program says where it listens, serves, and ends with 0 when it is told to stop.
#[cfg(unix)]
#[test]
fn serving_until_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), GOOD).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mimeo"))
        .args(["mock", "a.yaml", "-p", "0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert!(line.starts_with("Mimeo is listening on http://127.0.0.1:"), "{line}");
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

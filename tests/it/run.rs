//! `mimeo run` and `mimeo snapshot`, with real commands beside a real server.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub(crate) const PETS: &str = r#"openapi: 3.1.0
info: { title: Pets, version: "1" }
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{ name: limit, in: query, schema: { type: integer } }]
      responses:
        "200": { description: All pets, content: { application/json: { example: [Rex] } } }
    post:
      operationId: addPet
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], properties: { name: { type: string } } }
      responses:
        "201": { description: The pet, content: { application/json: { example: { name: Rex } } } }
"#;

const LIST: &str = "curl -sf -o list $MIMEO_URL/pets";
const LIST_AND_ADD: &str = "curl -sf -o list $MIMEO_URL/pets && \
    curl -sf -o add $MIMEO_URL/pets -H 'content-type: application/json' -d '{\"name\":\"Rex\"}'";

/// The program in a folder, whatever is set around the tests.
pub(crate) fn quiet(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.current_dir(folder).stdin(Stdio::null()).env_remove("CI").env("NO_COLOR", "1");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MIMEO_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Stops the test if a program that it needs is not there.
#[track_caller]
pub(crate) fn need(program: &str) {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
    assert!(found.status.success(), "{program} is missing: install it, this test cannot do without");
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        need("curl");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    /// `mimeo` with these words; expects an exit code and words in what it prints.
    #[track_caller]
    fn check(&self, words: &[&str], code: i32, says: &[&str]) -> String {
        self.check_with(&[], words, code, says)
    }

    #[track_caller]
    fn check_with(&self, variables: &[(&str, &str)], words: &[&str], code: i32, says: &[&str]) -> String {
        let output = quiet(self.0.path()).args(words).envs(variables.iter().copied()).output().unwrap();
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(code), "{printed}");
        for word in says {
            assert!(printed.contains(word), "`{word}` is not in:\n{printed}");
        }
        printed
    }

    /// `mimeo run pets.yaml` with flags and a script.
    #[track_caller]
    fn run(&self, flags: &[&str], script: &str, code: i32, says: &[&str]) -> String {
        self.check(&[&["run", "pets.yaml"], flags, &["--", "sh", "-c", script]].concat(), code, says)
    }
}

#[test]
fn the_command_knows_where_the_mock_is() {
    let folder = Folder::new();
    let script = "test $MIMEO_URL = $MIMEO_URL_PETS && test $MIMEO_ADMIN_URL = $MIMEO_URL/__mimeo && \
        curl -sf $MIMEO_URL/pets && curl -sf $MIMEO_ADMIN_URL/health";
    folder.run(&[], script, 0, &["[\"Rex\"]", "1 request to 1 operation in 1 session: no findings"]);
    folder.write("my-shop.yaml", &PETS.replace("/pets", "/items").replace("title: Pets", "title: Shop"));
    let script = "test $MIMEO_URL_MY_SHOP = $MIMEO_URL/my-shop && curl -sf $MIMEO_URL_MY_SHOP/items && \
        curl -sf $MIMEO_URL_PETS/pets";
    let words = ["run", "pets.yaml", "my-shop.yaml", "--", "sh", "-c", script];
    folder.check(&words, 0, &["2 requests to 2 operations"]);
    folder.run(&[], "true", 0, &["The command sent no request to the mock: does it use MIMEO_URL?"]);
}

#[test]
fn exit_codes() {
    let folder = Folder::new();
    folder.run(&[], "exit 7", 7, &["the command ended with 7"]);
    folder.run(&[], "kill -9 $$", 137, &["137"]);
    folder.run(&[], "kill -TERM $$", 143, &[]);
    let printed = folder.check(&["run", "pets.yaml", "--", "no-such-program"], 3, &["cannot start `no-such-program`"]);
    assert!(!printed.contains("os error"), "{printed}");
    folder.check(&["run", "pets.yaml", "--", "./pets.yaml"], 3, &["cannot start `./pets.yaml`"]);
    folder.check(&["run", "none.yaml", "--", "true"], 3, &["cannot read `none.yaml`"]);
    folder.check(&["run", "pets.yaml"], 2, &["<COMMAND>"]);
    folder.check(&["run", "--", "true"], 2, &["<FILE|FOLDER>..."]);
    folder.run(&["--snapshot", "client"], "true", 2, &["write client.snap"]);
}

#[test]
fn what_a_client_does_wrong_is_said_once() {
    let folder = Folder::new();
    let script = "for i in 1 2 3; do curl -s -o x $MIMEO_URL/pets -H 'content-type: application/json' -d '{}'; done; \
        curl -s -o x $MIMEO_URL/petz";
    let says = [
        "error[required]",
        "--> addPet, request body",
        "3 times, first in request 1 of session `default`",
        "error[not-found]: no path of the description matches `/petz`",
        "4 requests to 1 operation in 1 session: 2 errors",
    ];
    let printed = folder.run(&[], script, 1, &says);
    assert_eq!(printed.matches("error[required]").count(), 1, "{printed}");
    folder.run(&["--fail-on", "never"], script, 0, &["2 errors"]);
    let output = folder.run(&["--format", "json"], script, 1, &[]);
    let report: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&report["code"], &report["failed"], &report["exchanges"]), (&json!(0), &json!(true), &json!(4)));
    assert_eq!(report["calls"][0]["operation"], "addPet");
    let finding = &report["calls"][0]["findings"][0];
    assert_eq!((&finding["code"], &finding["times"]), (&json!("required"), &json!(3)));
    folder.run(&["--report", "out/junit.xml"], script, 1, &["error[required]"]);
    let xml = folder.read("out/junit.xml");
    assert!(xml.contains("<testcase classname=\"pets\" name=\"addPet\">"), "{xml}");
    assert!(xml.contains("<failure type=\"required\""), "{xml}");
    assert!(xml.contains("failures=\"2\""), "{xml}");
}

#[test]
fn a_snapshot_is_recorded_reviewed_and_compared() {
    let folder = Folder::new();
    let flags = ["--snapshot", "client.snap"];
    folder.run(&flags, LIST, 1, &["snapshot client.snap: there was none", "client.snap.new", "mimeo snapshot review"]);
    assert!(!folder.has("client.snap") && folder.has("client.snap.new"));
    folder.check(&["snapshot", "check"], 1, &["client.snap.new waits"]);
    folder.check(&["snapshot", "review"], 3, &["a review needs a terminal", "client.snap"]);
    folder.check(&["snapshot", "accept"], 0, &["client.snap: accepted"]);
    assert!(folder.has("client.snap") && !folder.has("client.snap.new"));
    folder.check(&["snapshot", "check"], 0, &["client.snap: 1 exchange with 1 operation in 1 session"]);
    folder.check(&["snapshot", "show", "client.snap"], 0, &["session default", "GET /pets (listPets) -> 200 example"]);
    let json = folder.check(&["snapshot", "show", "client.snap", "--format", "json"], 0, &[]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["sessions"][0]["exchanges"][0]["call"], "GET /pets");
    let yaml = folder.check(&["snapshot", "show", "client.snap", "--format", "yaml"], 0, &[]);
    let stored = folder.read("client.snap");
    assert_eq!(yaml, stored);
    for _ in 0..3 {
        folder.run(&flags, LIST, 0, &["snapshot client.snap: the client behaves as before"]);
    }
    // The client is changed: one call more.
    folder.run(&flags, LIST_AND_ADD, 1, &["POST /pets", "1 difference", "client.snap.new"]);
    assert_eq!(folder.read("client.snap"), stored);
    // A run in which it is as before takes back what waits.
    folder.run(&flags, LIST, 0, &["as before"]);
    assert!(!folder.has("client.snap.new"));
    folder.run(&flags, LIST_AND_ADD, 1, &[]);
    folder.check(&["snapshot", "reject", "client.snap"], 0, &["client.snap: rejected"]);
    assert!(!folder.has("client.snap.new"));
    folder.check(&["snapshot", "accept"], 0, &["no snapshot waits"]);
    // A command that fails, or is stopped, is half of what a client does.
    folder.run(&flags, "curl -s -o x $MIMEO_URL/petz; exit 4", 4, &["not compared, as the command ended with 4"]);
    assert!(!folder.has("client.snap.new"));
}

#[test]
fn what_may_be_written() {
    let folder = Folder::new();
    let flags = |update| ["--snapshot", "a/client.snap", "--update", update];
    folder.run(&flags("no"), LIST, 1, &["there is none, and none is written because --update no says so"]);
    assert!(!folder.has("a"));
    folder.run(&flags("new"), LIST, 0, &["snapshot a/client.snap: recorded"]);
    folder.run(&flags("new"), LIST_AND_ADD, 1, &["1 difference", "a/client.snap.new"]);
    folder.run(&flags("always"), LIST_AND_ADD, 0, &["1 difference, taken over"]);
    assert!(!folder.has("a/client.snap.new"));
    folder.run(&flags("no"), LIST_AND_ADD, 0, &["as before"]);
    folder.run(&flags("no"), LIST, 1, &["1 difference; nothing was written"]);
    assert!(!folder.has("a/client.snap.new"));
    let (ci, words) = ([("CI", "true")], |file, script| {
        ["run", "pets.yaml", "--snapshot", file, "--update", "always", "--", "sh", "-c", script]
    });
    folder.check_with(&ci, &words("b.snap", LIST), 1, &["there is none, and none is written because CI is set"]);
    folder.check_with(&ci, &words("a/client.snap", LIST), 1, &["nothing was written"]);
    folder.check_with(&ci, &words("a/client.snap", LIST_AND_ADD), 0, &["as before"]);
    assert!(!folder.has("b.snap") && !folder.has("b.snap.new") && !folder.has("a/client.snap.new"));
    folder.check_with(&[("CI", "false")], &words("b.snap", LIST), 0, &["recorded"]);
}

#[test]
fn damaged_snapshots() {
    let folder = Folder::new();
    folder.run(&["--snapshot", "client.snap", "--update", "new"], LIST, 0, &[]);
    let good = folder.read("client.snap");
    folder.write("client.snap.new", &good.replace("call: GET /pets", "kall: GET /pets"));
    folder.check(&["snapshot", "check"], 1, &["did you mean `call`?", "client.snap.new:"]);
    folder.check(&["snapshot", "accept"], 1, &["`client.snap.new` was not taken"]);
    assert_eq!(folder.read("client.snap"), good);
    folder.check(&["snapshot", "reject"], 0, &[]);
    folder.write("client.snap", "---\nnothing\n");
    fs::remove_file(folder.0.path().join("list")).unwrap();
    folder.run(&["--snapshot", "client.snap"], LIST, 3, &["the snapshot `client.snap` cannot be used"]);
    assert!(!folder.has("list"), "the command was not started");
    folder.check(&["snapshot", "check", "none.snap"], 3, &["there is no such file"]);
    folder.write("client.snap", "---\nsource: of another tool\n---\nx\n");
    folder.check(&["snapshot", "check"], 3, &["there is no snapshot here"]);
    // What is left of one is not passed over.
    for (file, text, says) in [
        ("empty.snap", "", "this is no snapshot"),
        ("headless.snap", &good[good.find("sessions:").unwrap()..], "this is no snapshot"),
    ] {
        folder.write(file, text);
        folder.check(&["snapshot", "check"], 1, &[says, file]);
        fs::remove_file(folder.0.path().join(file)).unwrap();
    }
    folder.write("client.snap.new", "");
    folder.check(&["snapshot", "accept"], 1, &["`client.snap.new` was not taken"]);
    folder.check(&["snapshot", "reject"], 0, &["client.snap: rejected"]);
    assert!(!folder.has("client.snap.new"));
    // What a merge left is said as that, and what others made is not thrown away.
    let merged = good.replacen("  - call:", "<<<<<<< HEAD\n=======\n>>>>>>> theirs\n  - call:", 1);
    folder.write("client.snap", &merged);
    folder.check(&["snapshot", "check"], 1, &["both sides of a merge conflict", "| <<<<<<< HEAD"]);
    for file in ["notes.txt.new", "other.snap.new"] {
        folder.write(file, "---\nsource: of another tool\n---\nx\n");
        folder.check(&["snapshot", "reject", file], 3, &["is no snapshot of a client"]);
        assert!(folder.has(file));
    }
    // Nor is what others made written over, while a damaged snapshot is; `--force` says that it may be.
    folder.write("client.snap.new", &good);
    folder.check(&["snapshot", "accept", "client.snap"], 0, &["client.snap: accepted"]);
    for foreign in ["---\nsource: of another tool\n---\nx\n", "my notes\n"] {
        folder.write("client.snap", foreign);
        folder.write("client.snap.new", &good);
        let refused =
            "`client.snap` is no snapshot of a client: `client.snap.new` was not taken; `mimeo snapshot accept --force";
        folder.check(&["snapshot", "accept", "client.snap"], 1, &[refused]);
        assert!(folder.read("client.snap") == foreign && folder.has("client.snap.new"));
        folder.check(&["snapshot", "accept", "--force", "client.snap"], 0, &["client.snap: accepted"]);
        assert!(folder.read("client.snap") == good && !folder.has("client.snap.new"));
    }
}

/// What is accepted goes where the link leads, and has the permissions that were there.
#[test]
fn an_accepted_snapshot_goes_through_its_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = Folder::new();
    let link = folder.0.path().join("client.snap");
    for update in [LIST, LIST_AND_ADD] {
        if !link.is_symlink() {
            symlink("kept/client.snap", &link).unwrap();
        }
        folder.run(&["--snapshot", "client.snap"], update, 1, &["client.snap.new"]);
        folder.check(&["snapshot", "accept"], 0, &["client.snap: accepted"]);
        assert!(link.is_symlink() && !folder.has("client.snap.new"));
        let kept = folder.0.path().join("kept/client.snap");
        if update == LIST {
            fs::set_permissions(&kept, fs::Permissions::from_mode(0o640)).unwrap();
        }
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o640);
    }
    assert!(folder.read("kept/client.snap").contains("POST /pets"));
}

/// Commands that are about a client say so if it never called the API, rather than that nothing concerns it.
#[test]
fn a_client_of_another_api() {
    let folder = Folder::new();
    folder.run(&["--snapshot", "client.snap", "--update", "new"], LIST, 0, &[]);
    folder.write("cats.yaml", &PETS.replace("/pets", "/cats").replace("Pet", "Cat"));
    folder.write("new.yaml", "openapi: 3.1.0\ninfo: { title: Cats, version: '2' }\npaths: {}\n");
    let nothing = ["no snapshot has an exchange with `cats`"];
    folder.check(&["diff", "cats.yaml", "new.yaml", "--client", "client.snap"], 3, &nothing);
    folder.check(&["export", "pact", "client.snap", "--spec", "cats.yaml", "--consumer", "web"], 3, &nothing);
    folder.check(&["export", "pact", "client.snap", "--spec", "pets.yaml", "--consumer", ""], 2, &["--consumer"]);
    folder.check(&["diff", "pets.yaml", "new.yaml", "--client", "client.snap"], 0, &["touches listPets"]);
    folder.check(&["usage", "."], 3, &["cannot read `.`: it is a folder"]);
}

/// A report that cannot be written is shown all the same; a link to its place stays one, a pipe is written to.
#[test]
fn where_a_report_goes() {
    let folder = Folder::new();
    folder.write("there", "");
    folder.run(&["--report", "."], LIST, 3, &["1 request to 1 operation", "cannot write `.`: it is a folder"]);
    std::os::unix::fs::symlink("there", folder.0.path().join("link.json")).unwrap();
    folder.run(&["--report", "link.json"], LIST, 0, &[]);
    assert!(folder.0.path().join("link.json").is_symlink() && folder.read("there").starts_with('{'));
    let pipe = folder.0.path().join("pipe.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    folder.run(&["--report", "pipe.json"], LIST, 0, &[]);
    assert!(reader.join().unwrap().starts_with('{'));
}

/// A report is renewed by each run, whatever its form was; what is something else stays, and the client is not even run.
#[test]
fn a_report_takes_no_place_of_others() {
    let folder = Folder::new();
    for name in ["report.json", "report.xml", "report.txt"] {
        folder.run(&["--report", name], LIST, 0, &[]);
        let first = folder.read(name);
        folder.run(&["--report", name], LIST_AND_ADD, 0, &[]);
        assert_ne!(folder.read(name), first);
    }
    folder.run(&["--report", "report.txt", "--format", "json"], LIST, 0, &[]);
    assert!(folder.read("report.txt").starts_with('{'));
    folder.write("notes.txt", "precious\n");
    let refused = "`notes.txt` is here already and is no report of mimeo: nothing was written; --force writes";
    folder.run(&["--report", "notes.txt"], "touch ran", 3, &[refused]);
    assert!(!folder.has("ran") && folder.read("notes.txt") == "precious\n");
    folder.run(&["--report", "notes.txt", "--force"], LIST, 0, &[]);
    assert!(folder.read("notes.txt").contains("1 request to 1 operation in 1 session: no findings"));
    // Other tools call what waits beside a snapshot the same.
    let foreign = "---\nsource: src/a.rs\nexpression: a\n---\n1\n";
    folder.write("a.snap.new", foreign);
    let refused = "`a.snap.new` is here already and is no snapshot of mimeo";
    folder.run(&["--snapshot", "a.snap"], "touch ran", 3, &[refused]);
    assert!(!folder.has("ran") && folder.read("a.snap.new") == foreign);
    folder.run(&["--snapshot", "a.snap", "--update", "no"], LIST, 1, &["there is none"]);
    assert_eq!(folder.read("a.snap.new"), foreign);
}

/// A review as a person does it, in a terminal.
#[test]
fn a_review_in_a_terminal() {
    need("python3");
    let folder = Folder::new();
    let flags = |file| ["--snapshot", file];
    folder.run(&["--snapshot", "a.snap", "--update", "new"], LIST, 0, &[]);
    for file in ["a.snap", "b.snap", "c.snap", "d.snap"] {
        folder.run(&flags(file), LIST_AND_ADD, 1, &[]);
    }
    // In words, as lines, accepted; not understood, rejected; skipped; left.
    let script = "import os, pty, sys\npid, fd = pty.fork()\nif pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n\
        os.write(fd, b'd\\na\\nwhat\\nr\\ns\\nq\\n')\n\
        out = b''\n\
        while True:\n    try: part = os.read(fd, 9999)\n    except OSError: break\n    if not part: break\n    out += part\n\
        sys.stdout.write(out.decode()); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n";
    let program = env!("CARGO_BIN_EXE_mimeo");
    let output = Command::new("python3")
        .args(["-c", script, program, "snapshot", "review"])
        .current_dir(folder.0.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for words in [
        "a.snap (1 of 4)",
        "POST /pets",
        "@@ ",
        "[a]ccept",
        "a accept",
        "d.snap (4 of 4)",
        "1 accepted, 1 rejected, 2 left",
    ] {
        assert!(printed.contains(words), "`{words}` is not in:\n{printed}");
    }
    assert!(folder.read("a.snap").contains("POST /pets") && !folder.has("a.snap.new"));
    assert!(!folder.has("b.snap") && !folder.has("b.snap.new") && folder.has("c.snap.new") && folder.has("d.snap.new"));
}

/// Settings name the descriptions and the snapshot; values that change from run to run are hidden by rule.
#[test]
fn by_settings_alone() {
    let folder = Folder::new();
    folder.write(
        "mimeo.yaml",
        "specs: pets.yaml\nrun: { snapshot: client.snap, update: new }\nsnapshot: { redact: [{ body: /name }] }\n",
    );
    let add = |name: &str| {
        format!("curl -sf -o x $MIMEO_URL/pets -H 'content-type: application/json' -d '{{\"name\":\"{name}\"}}'")
    };
    folder.check(&["run", "--", "sh", "-c", &add("Rex")], 0, &["recorded"]);
    let stored = folder.read("client.snap");
    assert!(stored.contains("name: '<redacted #1>'") && !stored.contains("name: Rex"), "{stored}");
    folder.check(&["run", "--", "sh", "-c", &add("Ada")], 0, &["as before"]);
}

/// Tests that drive the admin API may reset and drop their sessions: what they did is in the snapshot all the same.
#[test]
fn sessions_that_are_dropped_were_there() {
    let folder = Folder::new();
    let script = "curl -sf -o x $MIMEO_URL/_session/one/pets && curl -sf -X DELETE $MIMEO_ADMIN_URL/sessions/one && \
        curl -sf -o x $MIMEO_URL/pets && curl -sf -X POST $MIMEO_ADMIN_URL/sessions/default/reset -o x";
    folder.run(&["--snapshot", "a.snap", "--update", "new"], script, 0, &["2 requests to 1 operation in 2 sessions"]);
    let stored = folder.read("a.snap");
    assert!(stored.contains("session: one") && stored.contains("session: default"), "{stored}");
}

#[test]
fn signals_are_passed_on() {
    for (signal, code) in [("TERM", 9), ("INT", 9), ("HUP", 9)] {
        let folder = Folder::new();
        let script = format!("trap 'echo told; exit 9' {signal}; echo ready; while :; do sleep 0.05; done");
        let mut child = quiet(folder.0.path())
            .args(["run", "pets.yaml", "--snapshot", "a.snap", "--", "sh", "-c", &script])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // As from a shell with a terminal or without one: it is in the foreground of none.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(lines.next().unwrap().unwrap(), "told", "{signal}");
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("not compared") && !folder.has("a.snap.new"), "{said}");
    }
}

/// How often a browser asks for leave depends on what it remembers: that is no behaviour of the page.
#[test]
fn preflights_are_no_calls() {
    let folder = Folder::new();
    let ask = "curl -sf -X OPTIONS $MIMEO_URL/pets -H 'origin: http://a.example' \
        -H 'access-control-request-method: GET'";
    folder.run(&["--snapshot", "a.snap", "--update", "new"], LIST, 0, &["recorded"]);
    let says = ["behaves as before", "1 request to 1 operation in 1 session: no findings"];
    folder.run(&["--snapshot", "a.snap"], &format!("{ask} && {LIST} && {ask}"), 0, &says);
    folder.run(
        &["--snapshot", "a.snap", "--cors=false"],
        &format!(
            "curl -s -X OPTIONS $MIMEO_URL/pets \
        -H 'origin: http://a.example' -H 'access-control-request-method: GET'; {LIST}"
        ),
        0,
        &says,
    );
    folder.run(&["--format", "json"], &format!("{ask}; {LIST}"), 0, &["\"exchanges\": 1", "\"calls\": ["]);
    // An OPTIONS that the client sends itself is a call.
    folder.run(&[], "curl -s -X OPTIONS $MIMEO_URL/pets", 1, &["OPTIONS /pets", "1 request"]);
}

/// What is written to a device goes there: nothing takes its place.
#[test]
fn a_report_to_a_device() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("/dev/null", folder.0.path().join("null")).unwrap();
    folder.run(&["--report", "null", "--format", "json"], LIST, 0, &["1 request"]);
    assert!(folder.0.path().join("null").is_symlink());
}

/// What is left of the command's own children does not hold the run up, and is left alone.
#[test]
fn grandchildren_do_not_keep_it() {
    let folder = Folder::new();
    let script = "sleep 60 >/dev/null 2>&1 & echo $! >left; exit 5";
    let began = Instant::now();
    let status = quiet(folder.0.path())
        .args(["run", "pets.yaml", "--", "sh", "-c", script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(5));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let left = folder.read("left");
    let killed = Command::new("kill").arg(left.trim()).status().unwrap();
    assert!(killed.success(), "the grandchild is still there until the test ends it");
}

/// Ctrl-C is sent by the terminal to the command as well: it is told once, not twice.
#[test]
fn the_terminal_tells_the_command_itself() {
    need("python3");
    let folder = Folder::new();
    let script = "import os, pty, sys\npid, fd = pty.fork()\nif pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n\
        out = b''\nwhile b'ready' not in out: out += os.read(fd, 999)\n\
        os.write(fd, b'\\x03')\n\
        while True:\n    try: part = os.read(fd, 999)\n    except OSError: break\n    if not part: break\n\
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n";
    let client = "trap 'echo told >>told' INT; echo ready; i=0; \
        while [ $i -lt 20 ]; do sleep 0.1; i=$((i+1)); done; exit 6";
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_mimeo"), "run", "pets.yaml", "--", "sh", "-c", client])
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", text(&output));
    assert_eq!(folder.read("told"), "told\n");
}

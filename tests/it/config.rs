//! Settings: every one from every origin, faults with their places, and commands that go by the file.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::run::{PETS, quiet, text};

/// A setting: its default, then its value in the file, in an environment variable, and by a flag of a command.
struct Row {
    key: &'static str,
    default: Value,
    file: (&'static str, Value),
    variable: Option<(&'static str, &'static str, Value)>,
    flag: Option<(&'static str, &'static str, Value)>,
}

fn row(
    key: &'static str,
    default: Value,
    file: (&'static str, Value),
    variable: (&'static str, &'static str, Value),
    flag: (&'static str, &'static str, Value),
) -> Row {
    Row { key, default, file, variable: Some(variable), flag: Some(flag) }
}

fn rows() -> Vec<Row> {
    let n = || Value::Null;
    let only_file = |key, file, value| Row { key, default: n(), file: (file, value), variable: None, flag: None };
    vec![
        row("specs", n(), ("[a.yaml, b]", json!(["a.yaml", "b"])), ("MIMEO_SPECS", "c.yaml", json!(["c.yaml"])), ("mock", "d.yaml", json!(["d.yaml"]))),
        row("root", n(), ("r1", json!("r1")), ("MIMEO_ROOT", "r2", json!("r2")), ("mock", "--root=r3", json!("r3"))),
        row("overlays", n(), ("o1", json!(["o1"])), ("MIMEO_OVERLAYS", "o2", json!(["o2"])), ("mock", "--overlay=o3", json!(["o3"]))),
        row("scenarios", n(), ("s1", json!(["s1"])), ("MIMEO_SCENARIOS", "s2", json!(["s2"])), ("mock", "--scenarios=s3", json!(["s3"]))),
        row("scenario", n(), ("one", json!("one")), ("MIMEO_SCENARIO", "two", json!("two")), ("mock", "--scenario=three", json!("three"))),
        row("port", json!(4010), ("1", json!(1)), ("MIMEO_PORT", "2", json!(2)), ("mock", "--port=3", json!(3))),
        row("host", json!("127.0.0.1"), ("h1", json!("h1")), ("MIMEO_HOST", "h2", json!("h2")), ("mock", "--host=h3", json!("h3"))),
        row("seed", json!("0"), ("7", json!("7")), ("MIMEO_SEED", "x", json!("x")), ("mock", "--seed=y", json!("y"))),
        row("auth", json!("strict"), ("lenient", json!("lenient")), ("MIMEO_AUTH", "off", json!("off")), ("mock", "--auth=strict", json!("strict"))),
        row("errors", json!(false), ("true", json!(true)), ("MIMEO_ERRORS", "false", json!(false)), ("mock", "--errors", json!(true))),
        row("dynamic", json!(false), ("true", json!(true)), ("MIMEO_DYNAMIC", "false", json!(false)), ("mock", "-d", json!(true))),
        row("ignore-examples", json!(false), ("true", json!(true)), ("MIMEO_IGNORE_EXAMPLES", "false", json!(false)), ("mock", "--ignore-examples", json!(true))),
        row("cors", json!(true), ("false", json!(false)), ("MIMEO_CORS", "true", json!(true)), ("mock", "--cors=false", json!(false))),
        row("watch", json!(true), ("false", json!(false)), ("MIMEO_WATCH", "true", json!(true)), ("mock", "--watch=false", json!(false))),
        row("body-max", json!("10m"), ("500", json!("500")), ("MIMEO_BODY_MAX", "5k", json!("5k")), ("mock", "--body-max=1g", json!("1g"))),
        row("log", n(), ("error", json!("error")), ("MIMEO_LOG", "warn", json!("warn")), ("mock", "--log=info", json!("info"))),
        row("log-format", json!("text"), ("json", json!("json")), ("MIMEO_LOG_FORMAT", "text", json!("text")), ("mock", "--log-format=json", json!("json"))),
        row("admin.token", n(), ("secret-of-file", json!("***")), ("MIMEO_ADMIN_TOKEN", "secret-of-environment", json!("***")), ("mock", "--admin-token=secret-of-flag", json!("***"))),
        row("admin.port", n(), ("1", json!(1)), ("MIMEO_ADMIN_PORT", "2", json!(2)), ("mock", "--admin-port=3", json!(3))),
        row("proxy.upstream", n(), ("http://a", json!("http://a")), ("MIMEO_UPSTREAM", "http://b", json!("http://b")), ("proxy", "http://c", json!("http://c"))),
        row("proxy.validate-request", json!(true), ("false", json!(false)), ("MIMEO_VALIDATE_REQUEST", "true", json!(true)), ("proxy", "--validate-request=false", json!(false))),
        row("proxy.upstream-timeout", json!(60), ("1", json!(1)), ("MIMEO_UPSTREAM_TIMEOUT", "2", json!(2)), ("proxy", "--upstream-timeout=3", json!(3))),
        row("check.fail-on", json!("error"), ("note", json!("note")), ("MIMEO_CHECK_FAIL_ON", "error", json!("error")), ("check", "--fail-on=warning", json!("warning"))),
        row("run.snapshot", n(), ("a.snap", json!("a.snap")), ("MIMEO_SNAPSHOT", "b.snap", json!("b.snap")), ("run", "--snapshot=c.snap", json!("c.snap"))),
        row("run.update", json!("auto"), ("new", json!("new")), ("MIMEO_UPDATE", "no", json!("no")), ("run", "--update=always", json!("always"))),
        row("run.fail-on", json!("error"), ("never", json!("never")), ("MIMEO_RUN_FAIL_ON", "error", json!("error")), ("run", "--fail-on=warning", json!("warning"))),
        row("run.format", json!("text"), ("json", json!("json")), ("MIMEO_RUN_FORMAT", "text", json!("text")), ("run", "--format=junit", json!("junit"))),
        row("run.report", n(), ("a.xml", json!("a.xml")), ("MIMEO_RUN_REPORT", "b.xml", json!("b.xml")), ("run", "--report=c.xml", json!("c.xml"))),
        row("snapshot.order", n(), ("set", json!("set")), ("MIMEO_ORDER", "sequence", json!("sequence")), ("run", "--order=set", json!("set"))),
        only_file("snapshot.redact", "[{ header: X-A }]", json!([{ "header": "X-A" }])),
        only_file("snapshot.keep", "[{ query: a }]", json!([{ "query": "a" }])),
        only_file("snapshot.ignore", "[{ operation: a }]", json!([{ "operation": "a" }])),
    ]
}

/// `mimeo.yaml` with all settings, and the line of each.
fn file(rows: &[Row]) -> (String, BTreeMap<&'static str, u64>) {
    let (mut text, mut lines) = (String::new(), BTreeMap::new());
    let mut group = "";
    for row in rows {
        let name = match row.key.split_once('.') {
            None => row.key,
            Some((own, name)) => {
                if own != group {
                    text.push_str(&format!("{own}:\n"));
                    group = own;
                }
                text.push_str("  ");
                name
            }
        };
        text.push_str(&format!("{name}: {}\n", row.file.0));
        lines.insert(row.key, text.lines().count() as u64);
    }
    (text, lines)
}

/// What `config show` says of each key: its value and its origin.
#[track_caller]
fn shown(folder: &Path, variables: &[(&str, &str)], words: &[&str]) -> BTreeMap<String, (Value, Value)> {
    let mut command = quiet(folder);
    command.args(["config", "show", "--format", "json"]).args(words).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(!printed.contains("secret-of"), "{printed}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = document["settings"].as_array().unwrap().iter();
    settings
        .map(|it| (it["key"].as_str().unwrap().to_owned(), (it["value"].clone(), it["origin"].clone())))
        .collect()
}

#[test]
fn every_setting_comes_from_every_origin() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows();
    let found = shown(folder.path(), &[], &[]);
    let keys: Vec<&str> = rows.iter().map(|row| row.key).collect();
    let mut known: Vec<&str> = found.keys().map(String::as_str).collect();
    let mut expected = keys.clone();
    known.sort_unstable();
    expected.sort_unstable();
    assert_eq!(known, expected, "each setting has a row here");
    for row in &rows {
        assert_eq!(found[row.key], (row.default.clone(), json!({ "kind": "default" })), "{}", row.key);
    }
    let (text, lines) = file(&rows);
    fs::write(folder.path().join("mimeo.yaml"), &text).unwrap();
    let found = shown(folder.path(), &[], &[]);
    for row in &rows {
        let (value, origin) = &found[row.key];
        assert_eq!((value, &origin["kind"]), (&row.file.1, &json!("file")), "{}", row.key);
        assert_eq!((&origin["file"], &origin["line"]), (&json!("mimeo.yaml"), &json!(lines[row.key])), "{}", row.key);
    }
    let variables: Vec<(&str, &str)> =
        rows.iter().filter_map(|row| row.variable.as_ref().map(|it| (it.0, it.1))).collect();
    let found = shown(folder.path(), &variables, &[]);
    for row in &rows {
        let Some((name, _, value)) = &row.variable else { continue };
        assert_eq!(found[row.key], (value.clone(), json!({ "kind": "environment", "variable": name })), "{}", row.key);
    }
    for name in ["mock", "proxy", "check", "run"] {
        let flags = rows.iter().filter_map(|row| row.flag.as_ref().filter(|it| it.0 == name).map(|it| it.1));
        let mut words: Vec<&str> = [name].into_iter().chain(flags).collect();
        match name {
            "run" => words.extend(["--", "true"]),
            // The upstream is the second of two.
            "proxy" => words.insert(1, "a.yaml"),
            _ => (),
        }
        let found = shown(folder.path(), &variables, &words);
        for row in &rows {
            let Some((_, flag, value)) = row.flag.as_ref().filter(|it| it.0 == name) else { continue };
            let (shown, origin) = &found[row.key];
            assert_eq!((shown, &origin["kind"]), (value, &json!("flag")), "{} {flag}", row.key);
        }
    }
}

#[test]
fn paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    fs::write(folder.path().join("mimeo.yaml"), "specs: pets.yaml\n").unwrap();
    let found = shown(&below, &[], &[]);
    assert_eq!(found["specs"].0, json!([Path::new("../../pets.yaml")]));
    assert_eq!(found["specs"].1["file"], json!("../../mimeo.yaml"));
    let output = run(&below, &["routes"]);
    assert!(text(&output).contains("listPets"), "{}", text(&output));
    let output = run(&below, &["--no-config", "routes"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let output = run(&below, &["routes", "--config", "../../mimeo.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    #[track_caller]
    fn check(file: &str, says: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
        fs::write(folder.path().join("mimeo.yaml"), file).unwrap();
        let printed = text(&run(folder.path(), &["config", "check"]));
        for word in says {
            assert!(printed.contains(word), "`{word}` is not in:\n{printed}");
        }
        // Commands that go by the file do not run; those that do not, do.
        assert_eq!(run(folder.path(), &["config", "check"]).status.code(), Some(1));
        let output = run(folder.path(), &["check", "pets.yaml"]);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        assert!(text(&output).contains("`mimeo.yaml` cannot be used; --no-config"), "{}", text(&output));
        assert_eq!(run(folder.path(), &["schema", "config"]).status.code(), Some(0));
        assert_eq!(run(folder.path(), &["--no-config", "check", "pets.yaml"]).status.code(), Some(0));
    }
    check("prot: 1\n", &["error[unknown-field]: there is no `prot`", "mimeo.yaml:1:1", "^^^^", "did you mean `port`?"]);
    check("admin:\n  tokn: x\n", &["there is no `tokn` in `admin`", "mimeo.yaml:2:3", "did you mean `token`?"]);
    check("port: 70000\n", &["error[bad-value]: `port` must be at most 65535", "mimeo.yaml:1:7"]);
    check("auth: lax\n", &["one of \"strict\", \"lenient\", \"off\"", "mimeo.yaml:1:7"]);
    check("errors: 1\n", &["error[wrong-type]: `errors` must be a boolean"]);
    check("body-max: much\n", &["error[bad-value]: `body-max`"]);
    check("admin: { token: short }\n", &["`admin.token` cannot have this value", "at least 8 characters"]);
    check("proxy: { upstream: localhost }\n", &["`proxy.upstream` cannot have this value", "mimeo.yaml:1:20"]);
    check("run: { snapshot: client }\n", &["ends in `.snap`"]);
    check("snapshot: { redact: [{ haeder: x }] }\n", &["did you mean `header`?"]);
    check("- specs\n", &["error[not-a-configuration]: this is no configuration"]);
    check("specs: [\n", &["error[syntax]", "mimeo.yaml:"]);
}

#[test]
fn an_empty_file_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    fs::write(folder.path().join("mimeo.yaml"), "# nothing yet\n\n").unwrap();
    assert_eq!(run(folder.path(), &["check", "pets.yaml"]).status.code(), Some(0));
    assert_eq!(run(folder.path(), &["config", "check"]).status.code(), Some(0));
}

/// `mimeo init` in an empty folder, then the commands as it prints them.
#[test]
fn a_start_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let printed = text(&output);
    for command in ["mimeo check", "mimeo mock", "mimeo mock --scenario busy", "mimeo run -- npm test"] {
        assert!(printed.contains(command), "{printed}");
    }
    let output = run(folder.path(), &["check", "--fail-on", "note"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("1 description, 1 scenario: no findings"), "{}", text(&output));
    crate::run::need("curl");
    let asks = "curl -s $MIMEO_URL/v1/books | grep -q 'Primo Levi' && curl -s $MIMEO_URL/v1/books/1 | grep -q Levi";
    let output = run(folder.path(), &["run", "--", "sh", "-c", asks]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let third = "for i in 1 2; do curl -sf -o x $MIMEO_URL/v1/books || exit 8; done; curl -sf $MIMEO_URL/v1/books";
    let output = run(folder.path(), &["run", "--scenario", "busy", "--", "sh", "-c", third]);
    assert_eq!(output.status.code(), Some(22), "the third is refused: {}", text(&output));
    let before = fs::read(folder.path().join("mimeo.yaml")).unwrap();
    let output = run(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("are here already: nothing was written"), "{}", text(&output));
    assert_eq!(fs::read(folder.path().join("mimeo.yaml")).unwrap(), before);
}

#[test]
fn a_start_for_a_description_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("my pets.yaml"), PETS).unwrap();
    let output = run(folder.path(), &["init", "--spec", "none.yaml"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(!folder.path().join("mimeo.yaml").exists());
    let output = run(folder.path(), &["init", "--spec", "my pets.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!folder.path().join("openapi.yaml").exists());
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command: Command = quiet(folder);
    command.args(words).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn every_setting_is_documented() {
    let page = fs::read_to_string("docs/configuration.md").unwrap();
    for row in rows() {
        let line = page.lines().find(|line| line.starts_with(&format!("| `{}` |", row.key)));
        let line = line.unwrap_or_else(|| panic!("docs/configuration.md has no line for {}", row.key));
        if let Some((variable, ..)) = row.variable {
            assert!(line.contains(&format!("`{variable}`")), "{line}");
        }
        if let Some((_, flag, _)) = row.flag.filter(|it| it.1.starts_with("--")) {
            assert!(line.contains(&format!("`{}`", flag.split('=').next().unwrap())), "{line}");
        }
    }
}

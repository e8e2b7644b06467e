//! Settings: every one from every origin, faults with their places, and commands that go by the file.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::run::{PETS, quiet, text};

/// The settings: key, default; what stands in the file, and its value; variable, what it holds, and its value; command,
/// flag, and its value. The last six are missing where there is neither.
const ROWS: &str = r#"
specs | null | [a.yaml, b] | ["a.yaml", "b"] | MIMEO_SPECS | c.yaml | ["c.yaml"] | mock | d.yaml | ["d.yaml"]
root | null | r1 | "r1" | MIMEO_ROOT | r2 | "r2" | mock | --root=r3 | "r3"
overlays | null | o1 | ["o1"] | MIMEO_OVERLAYS | o2 | ["o2"] | mock | --overlay=o3 | ["o3"]
scenarios | null | s1 | ["s1"] | MIMEO_SCENARIOS | s2 | ["s2"] | mock | --scenarios=s3 | ["s3"]
scenario | null | one | "one" | MIMEO_SCENARIO | two | "two" | mock | --scenario=three | "three"
port | 4010 | 1 | 1 | MIMEO_PORT | 2 | 2 | mock | --port=3 | 3
host | "127.0.0.1" | h1 | "h1" | MIMEO_HOST | h2 | "h2" | mock | --host=h3 | "h3"
seed | "0" | 7 | "7" | MIMEO_SEED | x | "x" | mock | --seed=y | "y"
auth | "strict" | lenient | "lenient" | MIMEO_AUTH | off | "off" | mock | --auth=strict | "strict"
errors | false | true | true | MIMEO_ERRORS | false | false | mock | --errors | true
dynamic | false | true | true | MIMEO_DYNAMIC | false | false | mock | -d | true
ignore-examples | false | true | true | MIMEO_IGNORE_EXAMPLES | false | false | mock | --ignore-examples | true
cors | true | false | false | MIMEO_CORS | true | true | mock | --cors=false | false
watch | true | false | false | MIMEO_WATCH | true | true | mock | --watch=false | false
body-max | "10m" | 500 | "500" | MIMEO_BODY_MAX | 5k | "5k" | mock | --body-max=1g | "1g"
journal | null | a.journal | "a.journal" | MIMEO_JOURNAL | b.journal | "b.journal" | mock | --journal=c.journal | "c.journal"
journal-max | "1g" | 64m | "64m" | MIMEO_JOURNAL_MAX | 65m | "65m" | mock | --journal-max=66m | "66m"
log | null | error | "error" | MIMEO_LOG | warn | "warn" | mock | --log=info | "info"
log-format | "text" | json | "json" | MIMEO_LOG_FORMAT | text | "text" | mock | --log-format=json | "json"
admin.token | null | secret-of-file | "***" | MIMEO_ADMIN_TOKEN | secret-of-environment | "***" | mock | --admin-token=secret-of-flag | "***"
admin.port | null | 1 | 1 | MIMEO_ADMIN_PORT | 2 | 2 | mock | --admin-port=3 | 3
proxy.upstream | null | http://a | "http://a" | MIMEO_UPSTREAM | http://b | "http://b" | proxy | http://c | "http://c"
proxy.validate-request | true | false | false | MIMEO_VALIDATE_REQUEST | true | true | proxy | --validate-request=false | false
proxy.upstream-timeout | 60 | 1 | 1 | MIMEO_UPSTREAM_TIMEOUT | 2 | 2 | proxy | --upstream-timeout=3 | 3
check.fail-on | "error" | note | "note" | MIMEO_CHECK_FAIL_ON | error | "error" | check | --fail-on=warning | "warning"
diff.fail-on | null | WARN | "WARN" | MIMEO_DIFF_FAIL_ON | INFO | "INFO" | diff | --fail-on=ERR | "ERR"
diff.level | "INFO" | WARN | "WARN" | MIMEO_DIFF_LEVEL | INFO | "INFO" | diff | --level=ERR | "ERR"
diff.format | "text" | json | "json" | MIMEO_DIFF_FORMAT | text | "text" | diff | --format=yaml | "yaml"
diff.ignore | null | i1 | ["i1"] | MIMEO_DIFF_IGNORE | i2 | ["i2"] | diff | --ignore=i3 | ["i3"]
run.snapshot | null | a.snap | "a.snap" | MIMEO_SNAPSHOT | b.snap | "b.snap" | run | --snapshot=c.snap | "c.snap"
run.update | "auto" | new | "new" | MIMEO_UPDATE | no | "no" | run | --update=always | "always"
run.fail-on | "error" | never | "never" | MIMEO_RUN_FAIL_ON | error | "error" | run | --fail-on=warning | "warning"
run.format | "text" | json | "json" | MIMEO_RUN_FORMAT | text | "text" | run | --format=junit | "junit"
run.report | null | a.xml | "a.xml" | MIMEO_RUN_REPORT | b.xml | "b.xml" | run | --report=c.xml | "c.xml"
snapshot.order | null | set | "set" | MIMEO_ORDER | sequence | "sequence" | run | --order=set | "set"
snapshot.redact | null | [{ header: X-A }] | [{"header":"X-A"}]
snapshot.keep | null | [{ query: a }] | [{"query":"a"}]
snapshot.ignore | null | [{ operation: a }] | [{"operation":"a"}]
"#;

/// A setting: its default, then its value in the file, in an environment variable, and by a flag of a command.
struct Row {
    key: &'static str,
    default: Value,
    file: (&'static str, Value),
    variable: Option<(&'static str, &'static str, Value)>,
    flag: Option<(&'static str, &'static str, Value)>,
}

fn rows() -> Vec<Row> {
    let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    ROWS.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            let three = |from: usize| cells.get(from..from + 3).map(|cells| (cells[0], cells[1], value(cells[2])));
            Row {
                key: cells[0],
                default: value(cells[1]),
                file: (cells[2], value(cells[3])),
                variable: three(4),
                flag: three(7),
            }
        })
        .collect()
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
                    let _ = writeln!(text, "{own}:");
                    group = own;
                }
                text.push_str("  ");
                name
            }
        };
        let _ = writeln!(text, "{name}: {}", row.file.0);
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
    settings.map(|it| (it["key"].as_str().unwrap().to_owned(), (it["value"].clone(), it["origin"].clone()))).collect()
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
    for name in ["mock", "proxy", "check", "diff", "run"] {
        let flags = rows.iter().filter_map(|row| row.flag.as_ref().filter(|it| it.0 == name).map(|it| it.1));
        let mut words: Vec<&str> = [name].into_iter().chain(flags).collect();
        match name {
            "run" => words.extend(["--", "true"]),
            "diff" => words.extend(["old.yaml", "new.yaml"]),
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

/// Pipelines set variables that have no value: they say nothing.
#[test]
fn an_empty_variable_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    let variables = ["MIMEO_SPECS", "MIMEO_ROOT", "MIMEO_CHECK_FAIL_ON", "MIMEO_OVERLAYS"].map(|name| (name, ""));
    let output = quiet(folder.path()).args(["check", "pets.yaml"]).envs(variables).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let run = ["run", "pets.yaml", "--", "true"];
    let output = quiet(folder.path()).args(run).env("MIMEO_SNAPSHOT", "").env("MIMEO_SEED", "").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
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
    check(
        "pport: 1\n",
        &["error[unknown-field]: there is no `pport`", "mimeo.yaml:1:1", "^^^^^", "did you mean `port`?"],
    );
    check("admin:\n  tokn: x\n", &["there is no `tokn` in `admin`", "mimeo.yaml:2:3", "did you mean `token`?"]);
    check("port: 70000\n", &["error[bad-value]: `port` must be at most 65535", "mimeo.yaml:1:7"]);
    check("auth: lax\n", &["one of \"strict\", \"lenient\", \"off\"", "mimeo.yaml:1:7"]);
    check("errors: 1\n", &["error[wrong-type]: `errors` must be a boolean"]);
    check("body-max: much\n", &["error[bad-value]: `body-max`"]);
    check("journal-max: 1k\n", &["`journal-max` cannot have this value: 64 KiB is the least", "mimeo.yaml:1:14"]);
    check("snapshot:\n  keep:\n    - {}\n", &["a rule that names nothing means nothing", "mimeo.yaml:3:7"]);
    check(
        "snapshot: { redact: [{ operation: a }] }\n",
        &["must name a value, not only an operation", "the whole body"],
    );
    check("admin: { token: short }\n", &["`admin.token` cannot have this value", "at least 8 characters"]);
    check("proxy: { upstream: localhost }\n", &["`proxy.upstream` cannot have this value", "mimeo.yaml:1:20"]);
    check("run: { snapshot: client }\n", &["ends in `.snap`"]);
    check("snapshot: { redact: [{ haeder: x }] }\n", &["did you mean `header`?"]);
    check("- specs\n", &["error[not-a-configuration]: this is no configuration"]);
    check("specs: [\n", &["error[syntax]", "mimeo.yaml:"]);
}

/// The operations that rules for snapshots name are looked for in the descriptions; other commands do not wait for that.
#[test]
fn rules_name_operations_that_there_are() {
    #[track_caller]
    fn check(file: &str, code: i32, says: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
        fs::write(folder.path().join("mimeo.yaml"), file).unwrap();
        let output = run(folder.path(), &["config", "check"]);
        let printed = text(&output);
        for word in says {
            assert!(printed.contains(word), "`{word}` is not in:\n{printed}");
        }
        assert!(says.is_empty() != printed.contains("unknown-operation"), "{printed}");
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert_eq!(run(folder.path(), &["check", "pets.yaml"]).status.code(), Some(0));
    }
    let specs = "specs: pets.yaml\n";
    let rules = |rules: &str| format!("{specs}snapshot:\n  ignore:\n    - {rules}\n");
    check(&rules("operation: listPets"), 0, &[]);
    check(&rules("operation: list*"), 0, &[]);
    check(&rules("operation: GET /pets"), 0, &[]);
    check(&rules("{ operation: '* /pets', query: limit }"), 0, &[]);
    check(&rules("query: limit"), 0, &[]);
    let missing = "error[unknown-operation]: no operation is called `listPet`";
    check(&rules("operation: listPet"), 1, &[missing, "mimeo.yaml:4:18", "did you mean `listPets`?"]);
    let with_slash = "error[unknown-operation]: no operation is called `pets/lst`";
    check(&rules("operation: pets/lst"), 1, &[with_slash]);
    check(&rules("operation: zzz"), 1, &["no operation is called `zzz`", "there are `addPet`, `listPets`"]);
    let undescribed =
        "warning[unknown-operation]: there is no operation `GET /pats`, so that only requests which are not";
    check(&rules("operation: GET /pats"), 0, &[undescribed, "mimeo.yaml:4:18", "did you mean `GET /pets`?"]);
    check(&rules("operation: '*health*'"), 0, &["there is no operation `*health*`"]);
    let redact = format!("{specs}snapshot:\n  redact: [{{ operation: listPet, query: limit }}]\n");
    check(&redact, 1, &[missing, "mimeo.yaml:3:25"]);
    // Without descriptions nothing is known; of those that cannot be read, it is said.
    check("snapshot: { ignore: [{ operation: listPet }] }\n", 0, &[]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mimeo.yaml"), rules("operation: listPets")).unwrap();
    let output = run(folder.path(), &["config", "check"]);
    let printed = text(&output);
    assert!(
        printed.contains("were not looked for in the descriptions") && printed.contains("mimeo.yaml:1:8"),
        "{printed}"
    );
    assert_eq!(output.status.code(), Some(0), "{printed}");
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
    let there = "mimeo.yaml, openapi.yaml and scenarios/busy.yaml are here already: nothing was written";
    assert!(text(&output).contains(there), "{}", text(&output));
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

/// A value that cannot be is often not in what was typed.
#[test]
fn a_wrong_variable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |words: &[&str], is_named: bool| {
        let output = quiet(folder.path()).args(words).env("MIMEO_AUTH", "loose").output().unwrap();
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains("invalid value 'loose' for '--auth"), "{printed}");
        assert_eq!(printed.contains("comes from the environment variable MIMEO_AUTH"), is_named, "{printed}");
    };
    check(&["mock", "pets.yaml"], true);
    check(&["mock", "pets.yaml", "--auth", "loose"], false);
}

/// What no command would take is shown as what it is.
#[test]
fn a_wrong_variable_is_shown_as_such() {
    #[track_caller]
    fn check(folder: &Path, variable: (&str, &str), says: &str) {
        let show = |words: &[&str]| {
            let mut command = quiet(folder);
            command.args(["config", "show"]).args(words).envs([variable]);
            command.output().unwrap()
        };
        let printed = text(&show(&[]));
        let says = format!("`, which comes from the environment variable {}: {says}", variable.0);
        assert!(printed.contains(&says) && printed.contains("body-max"), "{printed}");
        let output = show(&["--format", "json"]);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let wrong = document["settings"].as_array().unwrap().iter().filter(|it| it.get("error").is_some());
        let wrong: Vec<&Value> = wrong.map(|it| &it["origin"]["variable"]).collect();
        assert_eq!(wrong, [variable.0]);
    }
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), ("MIMEO_AUTH", "loose"), "it is one of strict, lenient, off");
    check(folder.path(), ("MIMEO_PORT", "70000"), "70000 is not in 0..=65535");
    check(folder.path(), ("MIMEO_ERRORS", "perhaps"), "");
    check(folder.path(), ("MIMEO_BODY_MAX", "much"), "it is no size: write 500k, 10m or 1g");
    check(folder.path(), ("MIMEO_SNAPSHOT", "client"), "");
    let output = quiet(folder.path()).args(["config", "show"]).env("MIMEO_ADMIN_TOKEN", "seven77").output().unwrap();
    let printed = text(&output);
    assert!(printed.contains("`admin.token` cannot be `***`") && !printed.contains("seven77"), "{printed}");
    let found = shown(folder.path(), &[("MIMEO_PORT", "")], &[]);
    assert_eq!(found["port"], (json!(4010), json!({ "kind": "default" })), "an empty one says nothing");
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

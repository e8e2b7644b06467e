//! The layers of `src`, as `lib.rs` declares them, hold.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Rows of modules, lowest first. A module imports from lower rows only; modules of one row never from each other.
const ROWS: &[&[&str]] = &[
    &["date", "duration", "fnv", "limit"],
    &["finding", "message"],
    &["answer"],
    &["openapi"],
    &["schema"],
    &["form"],
    &["template"],
    &["contract"],
    &["session"],
    &["oauth"],
    &["scenario"],
    &["diff", "mock", "proxy", "snapshot"],
    &["interchange", "usage"],
    &["report"],
    &["shell"],
    &["embed"],
    &["cli"],
];

/// The modules inside `diff`, likewise: it is the largest room that is made of families of rules.
const DIFF_ROWS: &[&[&str]] = &[
    &["change", "media", "settings", "version"],
    &["catalogue", "ignore", "look", "matching", "sunset"],
    &["differ"],
    &["schema"],
    &["body", "callback", "component", "endpoint", "parameter", "response", "security", "server"],
    &["compare"],
];

/// Crates that only the named modules may use: the world, and the command line.
const FENCED: &[(&[&str], &[&str])] = &[
    (
        &["axum", "hyper", "hyper_util", "tokio", "tower", "notify", "notify_debouncer_full", "arc_swap", "rustix"],
        &["shell", "embed", "cli"],
    ),
    (&["tracing", "tracing_subscriber"], &["shell", "cli"]),
    (&["clap", "clap_complete", "anstream", "anyhow"], &["cli"]),
    (&["jsonschema"], &["schema"]),
    (&["rand", "rand_chacha"], &["schema", "session"]),
    (&["granit_parser"], &["openapi"]),
    (&["minijinja"], &["template"]),
    (&["p256"], &["oauth"]),
    (&["crc32c"], &["session"]),
    (&["annotate_snippets"], &["report"]),
];

/// Lines above which a file needs a reason, which stands in [`LONG_FILES`].
const FILE_LINES_MAX: usize = 600;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helpers", "misc"];

/// One source file: the top-level module it belongs to, its path, its text.
struct Source {
    module: String,
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::from("src")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix("src").unwrap();
            let first = below.iter().next().unwrap().to_str().unwrap();
            let module = first.trim_end_matches(".rs").to_owned();
            if module != "main" && module != "lib" {
                found.push(Source {
                    module,
                    path: path.display().to_string(),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn row_of(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// Everything that is wrong with one file, as one line each.
fn faults(source: &Source) -> String {
    let mut faults = String::new();
    let code = without_comments(&source.text);
    let Some(own) = row_of(&source.module) else {
        return format!("{}: the module {} is in no row\n", source.path, source.module);
    };
    for used in crate_modules(&code) {
        if used != source.module && row_of(&used).is_none_or(|row| row >= own) {
            let _ = writeln!(faults, "{}: {} must not import {used}", source.path, source.module);
        }
    }
    if code.contains("super::super") {
        let _ = writeln!(faults, "{}: `super::super` hides what is imported", source.path);
    }
    for (crates, allowed) in FENCED {
        for name in *crates {
            if !allowed.contains(&source.module.as_str()) && names_crate(&code, name) {
                let _ = writeln!(faults, "{}: {} must not use the crate {name}", source.path, source.module);
            }
        }
    }
    faults
}

/// Imports inside `diff` that go up or sideways, as one line each. `super` counts in the files that lie directly there.
fn diff_faults(path: &str, text: &str) -> String {
    let below = path.strip_prefix("src/diff/").unwrap_or_default();
    let own = below.split(['/', '.']).next().unwrap_or_default();
    let row_of = |module: &str| DIFF_ROWS.iter().position(|row| row.contains(&module));
    let Some(row) = row_of(own) else { return format!("{path}: diff::{own} is in no row\n") };
    let code = without_comments(text);
    let is_direct = below.matches('/').count() == usize::from(below.ends_with("/mod.rs"));
    let code = if is_direct { code.replace("super::", "diff::") } else { code };
    let mut faults = String::new();
    for used in modules_after(&code, "diff::") {
        if used != own && row_of(&used).is_some_and(|other| other >= row) {
            let _ = writeln!(faults, "{path}: diff::{own} must not import diff::{used}");
        }
    }
    faults
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// True if a path in `code` begins with the crate's name.
fn names_crate(code: &str, name: &str) -> bool {
    let before_ok =
        |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
    code.match_indices(&format!("{name}::")).any(|(at, _)| before_ok(at)) || code.contains(&format!("use {name};"))
}

/// The top-level modules that `crate::…` paths name, also in `crate::{a, b::c}`.
fn crate_modules(code: &str) -> BTreeSet<String> {
    modules_after(code, "crate::")
}

/// The modules that are named directly after a path, also in a group of several.
fn modules_after(code: &str, path: &str) -> BTreeSet<String> {
    let word =
        |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for rest in code.split(path).skip(1) {
        match rest.strip_prefix('{') {
            None => {
                found.insert(word(rest));
            }
            Some(group) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(word(&item));
                            item.clear();
                        }
                        c if depth == 0 => item.push(c),
                        _ => (),
                    }
                }
                found.insert(word(&item));
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn layers_hold() {
    let faults: String = sources().iter().map(faults).collect();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn imports_in_diff_go_one_way() {
    let is_rule = |source: &&Source| source.path.starts_with("src/diff/") && !source.path.ends_with("tests.rs");
    let sources = sources();
    let faults: String = sources
        .iter()
        .filter(is_rule)
        .filter(|source| source.path != "src/diff/mod.rs")
        .map(|source| diff_faults(&source.path, &source.text))
        .collect();
    assert!(faults.is_empty(), "{faults}");
    for (path, text, expected) in [
        ("src/diff/body.rs", "use super::{differ::Differ, version::Version};\n", ""),
        ("src/diff/body.rs", "use super::response;\n", "src/diff/body.rs: diff::body must not import diff::response\n"),
        (
            "src/diff/look/view.rs",
            "use super::facts::Facts;\nuse crate::{\n    diff::{differ::Differ, version::Version},\n};\n",
            "src/diff/look/view.rs: diff::look must not import diff::differ\n",
        ),
        ("src/diff/novel.rs", "", "src/diff/novel.rs: diff::novel is in no row\n"),
    ] {
        assert_eq!(diff_faults(path, text), expected);
    }
}

/// Plants each kind of fault, so that the test above is known to be able to fail.
#[test]
fn planted_faults_are_found() {
    #[track_caller]
    fn check(module: &str, text: &str, expected: &str) {
        let source = Source { module: module.to_owned(), path: "x.rs".to_owned(), text: text.to_owned() };
        assert_eq!(faults(&source), expected);
    }
    check("contract", "use crate::openapi::Api;\n", "");
    check("contract", "// use crate::shell::Server;\n", "");
    check("contract", "use crate::shell::Server;\n", "x.rs: contract must not import shell\n");
    check("contract", "use crate::{openapi::Api, mock};\n", "x.rs: contract must not import mock\n");
    check(
        "openapi",
        "use crate::{\n    finding::{Code, Place},\n    schema::{Schemas},\n};\n",
        "x.rs: openapi must not import schema\n",
    );
    check("finding", "fn f(it: crate::message::Request) {}\n", "x.rs: finding must not import message\n");
    check("mock", "use crate::proxy::Step;\n", "x.rs: mock must not import proxy\n");
    check("proxy", "use crate::mock::handle;\n", "x.rs: proxy must not import mock\n");
    check("mock", "tokio::spawn(it);\n", "x.rs: mock must not use the crate tokio\n");
    check("mock", "use super::super::schema;\n", "x.rs: `super::super` hides what is imported\n");
    check("novel", "", "x.rs: the module novel is in no row\n");
}

#[test]
fn every_module_is_declared_in_reading_order() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let declared: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ").map(|rest| rest.trim_end_matches(';'))).collect();
    assert_eq!(declared, ROWS.concat(), "lib.rs declares the modules in the order of the rows");
}

#[test]
fn files_are_small_and_well_named() {
    for source in sources() {
        let lines = source.text.lines().count();
        let excused = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        assert!(lines <= FILE_LINES_MAX || excused, "{} has {lines} lines", source.path);
        let stem = Path::new(&source.path).file_stem().unwrap().to_str().unwrap();
        assert!(!EMPTY_NAMES.contains(&stem), "{} has a name that says nothing", source.path);
    }
}

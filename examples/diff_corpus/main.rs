//! Compares every description of a corpus with itself, and each of OpenAPI 3.0 with itself in 3.1: nothing may change.
//!
//! ```text
//! cargo run --profile corpus --example diff_corpus -- FOLDER [--kind KIND] [--list]
//! ```
//!
//! FOLDER holds a `manifest.tsv` with the columns `path` and `kind`. Prints a table by kind. The exit code is 1 if
//! something changed, a comparison panics, or takes longer than ten seconds.
#![expect(clippy::print_stdout, clippy::disallowed_macros, reason = "a program for developers")]
#![expect(clippy::disallowed_methods, reason = "it measures time and reads files")]

#[path = "../corpus/folder.rs"]
mod folder;
mod upgrade;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use mimeo::{
    diff::{Change, Settings, Version, compare},
    openapi::{Api, MemorySources, load},
    shell::{Described, Description, describe},
};

use folder::Corpus;

/// The longest time that one comparison may take.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Changes that are listed for one document.
const LISTED_MAX: usize = 5;

/// What came of the descriptions of one kind.
#[derive(Default)]
struct Row {
    documents: usize,
    read: usize,
    same: usize,
    upgraded: usize,
    equal: usize,
    slowest: Duration,
    faults: Vec<String>,
}

fn main() -> ExitCode {
    let corpus = match Corpus::of_arguments("diff_corpus") {
        Ok(corpus) => corpus,
        Err(code) => return code,
    };
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for entry in &corpus.entries {
        let path = entry.cell("path");
        let row = rows.entry(entry.cell("kind").to_owned()).or_default();
        row.documents += 1;
        let file = corpus.file(entry);
        if corpus.is_listed {
            println!("{path}");
        }
        if catch_unwind(AssertUnwindSafe(|| one(row, path, &file))).is_err() {
            row.faults.push(format!("{path}: panic"));
        }
    }
    table(&rows)
}

fn read(path: &Path) -> Option<Described> {
    let what = Description { paths: vec![path.to_path_buf()], ..Description::default() };
    describe(&what).ok()?.into_iter().next()
}

fn one(row: &mut Row, name: &str, path: &Path) {
    // Read twice, so that nothing is the same but what is written.
    let (Some(first), Some(second)) = (read(path), read(path)) else { return };
    let (Some(old), Some(new)) = (&first.contract, &second.contract) else { return };
    row.read += 1;
    let changes = timed(row, name, &old.api, &new.api);
    if changes.is_empty() {
        row.same += 1;
    } else {
        fault(row, name, "is not the same as itself", &changes);
    }
    let mut documents = old.api.documents.iter();
    let (Some((_, document)), None) = (documents.next(), documents.next()) else { return };
    let Some(upgraded) = upgrade::to_3_1(&document.tree) else { return };
    row.upgraded += 1;
    // Under its own name, which its references may mention.
    let (file, text) = (document.path.as_str(), upgraded.to_string());
    let Some(upgraded) = load(&MemorySources::new().with(file, text), file, file, &[]).api else {
        row.faults.push(format!("{name}: cannot be read as 3.1"));
        return;
    };
    for (base, revision, what) in
        [(&old.api, &upgraded, "changes on the way to 3.1"), (&upgraded, &old.api, "and back")]
    {
        let changes = timed(row, name, base, revision);
        if changes.is_empty() {
            continue;
        }
        fault(row, name, what, &changes);
        return;
    }
    row.equal += 1;
}

fn timed(row: &mut Row, name: &str, base: &Api, revision: &Api) -> Vec<Change> {
    let settings = Settings { now_ms: 0, deprecation_days_stable: 0, deprecation_days_beta: 0 };
    let start = Instant::now();
    let changes = compare(Version::new(base), Version::new(revision), &settings);
    let time = start.elapsed();
    row.slowest = row.slowest.max(time);
    if time > TIME_MAX {
        row.faults.push(format!("{name}: slow: {time:.1?}"));
    }
    changes
}

fn fault(row: &mut Row, name: &str, what: &str, changes: &[Change]) {
    let mut shown = String::new();
    for change in changes.iter().take(LISTED_MAX) {
        let operation = change.operation.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = write!(shown, "\n    {} {operation} {}", change.id, change.text);
    }
    row.faults.push(format!("{name}: {what}: {} changes{shown}", changes.len()));
}

fn table(rows: &BTreeMap<String, Row>) -> ExitCode {
    println!(
        "{:<16} {:>9} {:>5} {:>5} {:>9} {:>6} {:>8}",
        "kind", "documents", "read", "same", "upgraded", "equal", "slowest"
    );
    let mut total = Row::default();
    for (kind, row) in rows {
        line(kind, row);
        total.documents += row.documents;
        total.read += row.read;
        total.same += row.same;
        total.upgraded += row.upgraded;
        total.equal += row.equal;
        total.slowest = total.slowest.max(row.slowest);
        total.faults.extend(row.faults.iter().cloned());
    }
    line("all", &total);
    for fault in &total.faults {
        println!("FAULT {fault}");
    }
    if total.faults.is_empty() && total.read > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(kind: &str, row: &Row) {
    println!(
        "{kind:<16} {:>9} {:>5} {:>5} {:>9} {:>6} {:>8}",
        row.documents,
        row.read,
        row.same,
        row.upgraded,
        row.equal,
        format!("{:.0?}", row.slowest)
    );
}

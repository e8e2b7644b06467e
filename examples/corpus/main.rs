//! Runs every description of a corpus through the whole pipeline: read, check, and one call of each operation.
//!
//! ```text
//! cargo run --profile corpus --example corpus -- FOLDER [--kind KIND] [--list]
//! ```
//!
//! FOLDER holds a `manifest.tsv` with the columns `path`, `kind` and `expect`. Prints a table by kind. The exit code is
//! 1 if a description panics, takes longer than five seconds, or is marked `valid` and is not served.
#![expect(clippy::print_stdout, clippy::disallowed_macros, reason = "a program for developers")]
#![expect(clippy::disallowed_methods, reason = "it measures time and reads files")]

mod caller;

use std::{
    collections::BTreeMap,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use mimeo::shell::{Description, describe};

use caller::Calls;

/// The longest time that reading and checking one description may take.
const TIME_MAX: Duration = Duration::from_secs(5);

/// One line of the manifest.
struct Entry {
    path: String,
    kind: String,
    expect: String,
}

/// What came of the descriptions of one kind.
#[derive(Default)]
struct Row {
    documents: usize,
    served: usize,
    calls: Calls,
    faults: Vec<String>,
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some(folder) = args.first().map(PathBuf::from) else {
        println!("usage: corpus FOLDER [--kind KIND] [--list]");
        return ExitCode::from(2);
    };
    let kind = args.iter().position(|arg| arg == "--kind").and_then(|at| args.get(at + 1));
    let list = args.iter().any(|arg| arg == "--list");
    let Ok(manifest) = fs::read_to_string(folder.join("manifest.tsv")) else {
        println!("{} has no manifest.tsv", folder.display());
        return ExitCode::from(3);
    };
    let scratch = env::temp_dir().join(format!("mimeo-corpus-{}", std::process::id()));
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for entry in entries(&manifest).filter(|entry| kind.is_none_or(|kind| entry.kind == *kind)) {
        let row = rows.entry(entry.kind.clone()).or_default();
        row.documents += 1;
        let path = unpacked(&folder.join(&entry.path), &scratch);
        let outcome = catch_unwind(AssertUnwindSafe(|| one(&entry, &path, list)));
        match outcome {
            Ok(Ok(calls)) => {
                row.served += 1;
                row.calls.add(&calls);
            }
            Ok(Err(fault)) => {
                if entry.expect == "valid" || fault.starts_with("slow") {
                    row.faults.push(format!("{}: {fault}", entry.path));
                }
            }
            Err(_) => row.faults.push(format!("{}: panic", entry.path)),
        }
    }
    let _ = fs::remove_dir_all(&scratch);
    table(&rows)
}

fn entries(manifest: &str) -> impl Iterator<Item = Entry> + '_ {
    let head: Vec<&str> = manifest.lines().next().unwrap_or_default().split('\t').collect();
    let column = move |name: &str| head.iter().position(|it| *it == name).unwrap_or(0);
    let (path, kind, expect) = (column("path"), column("kind"), column("expect"));
    manifest.lines().skip(1).map(move |line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default().to_owned();
        Entry { path: cell(path), kind: cell(kind), expect: cell(expect) }
    })
}

/// The file itself, or its unpacked copy where it is compressed.
fn unpacked(path: &Path, scratch: &Path) -> PathBuf {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return path.to_path_buf();
    }
    let target = scratch.join(path.file_stem().unwrap_or_default());
    let _ = fs::create_dir_all(scratch);
    if let Ok(output) = Command::new("gzip").arg("-dc").arg(path).output() {
        let _ = fs::write(&target, output.stdout);
    }
    target
}

fn one(entry: &Entry, path: &Path, list: bool) -> Result<Calls, String> {
    let start = Instant::now();
    let what = Description { paths: vec![path.to_path_buf()], ..Description::default() };
    let described = describe(&what).map_err(|error| error.to_string())?;
    let described = described.first().ok_or("nothing was read")?;
    let Some(contract) = &described.contract else {
        let why = described.findings.first().map_or("no finding", |finding| &finding.message);
        return Err(format!("not served: {why}"));
    };
    let read = start.elapsed();
    let checked = contract.check_all().len();
    let all = start.elapsed();
    let calls = caller::call_all(contract);
    if list {
        println!(
            "{}\t{} findings\t{checked} more\t{read:.0?} read\t{all:.0?} checked\t{:.0?} called\t{calls}",
            entry.path,
            described.findings.len(),
            start.elapsed().checked_sub(all).unwrap_or_default()
        );
        for line in &calls.notes {
            println!("\t{line}");
        }
    }
    if all > TIME_MAX {
        return Err(format!("slow: {all:.1?}"));
    }
    Ok(calls)
}

fn table(rows: &BTreeMap<String, Row>) -> ExitCode {
    println!(
        "{:<16} {:>9} {:>7} {:>10} {:>9} {:>7} {:>8} {:>7}",
        "kind", "documents", "served", "operations", "answered", "flawed", "refused", "failed"
    );
    let mut total = Row::default();
    for (kind, row) in rows {
        line(kind, row);
        total.documents += row.documents;
        total.served += row.served;
        total.calls.add(&row.calls);
        total.faults.extend(row.faults.iter().cloned());
    }
    line("all", &total);
    for fault in &total.faults {
        println!("FAULT {fault}");
    }
    if total.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(kind: &str, row: &Row) {
    let calls = &row.calls;
    println!(
        "{kind:<16} {:>9} {:>7} {:>10} {:>9} {:>7} {:>8} {:>7}",
        row.documents,
        row.served,
        calls.answered + calls.refused + calls.failed,
        calls.answered,
        calls.flawed,
        calls.refused,
        calls.failed
    );
}

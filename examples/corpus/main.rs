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
mod folder;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use mimeo::shell::{Description, describe};

use caller::Calls;
use folder::{Corpus, Entry};

/// The longest time that reading and checking one description may take.
const TIME_MAX: Duration = Duration::from_secs(5);

/// What came of the descriptions of one kind.
#[derive(Default)]
struct Row {
    documents: usize,
    served: usize,
    calls: Calls,
    faults: Vec<String>,
}

fn main() -> ExitCode {
    let corpus = match Corpus::of_arguments("corpus") {
        Ok(corpus) => corpus,
        Err(code) => return code,
    };
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for entry in &corpus.entries {
        let row = rows.entry(entry.cell("kind").to_owned()).or_default();
        row.documents += 1;
        let path = corpus.file(entry);
        let outcome = catch_unwind(AssertUnwindSafe(|| one(entry, &path, corpus.is_listed)));
        match outcome {
            Ok(Ok(calls)) => {
                row.served += 1;
                row.calls.add(&calls);
            }
            Ok(Err(fault)) => {
                if corpus.is_listed {
                    println!("{}\t{fault}", entry.cell("path"));
                }
                if entry.cell("expect") == "valid" || fault.starts_with("slow") {
                    row.faults.push(format!("{}: {fault}", entry.cell("path")));
                }
            }
            Err(_) => row.faults.push(format!("{}: panic", entry.cell("path"))),
        }
    }
    table(&rows)
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
            entry.cell("path"),
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

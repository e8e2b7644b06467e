//! `mimeo import`: from recordings of other tools to snapshots.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::{Ending, clients::descriptions, config::Config, output::ensure_ours, screen::Screen};
use crate::{
    contract::Site,
    finding::{Finding, Place, Severity},
    interchange::har::{self, Base, Judged, Recording, Why},
    limit,
    report::{self, Chapter},
    session::{Record, Secrets},
    shell::{is_snapshot_text, read_bytes, write_whole},
    snapshot::{About, Recorded, Rules, Snapshot},
};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Judge an HTTP archive of a browser or a proxy, and make a snapshot of it
    Har(HarArgs),
}

#[derive(Debug, Args)]
struct HarArgs {
    /// The HTTP archive
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The descriptions of the APIs that the client spoke with; may be repeated
    #[arg(long = "spec", required = true, value_name = "FILE|FOLDER")]
    specs: Vec<PathBuf>,
    /// The address below which the APIs were, if their descriptions do not say
    #[arg(long, value_name = "URL")]
    base: Option<Base>,
    /// Where to write the snapshot; without it, only the findings are shown
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write even in the place of a file that is no snapshot
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn run(args: &ImportArgs, config: &Config, screen: Screen) -> anyhow::Result<Ending> {
    let From::Har(args) = &args.from;
    let rules = config.section::<Rules>("/snapshot").context("`snapshot` in the settings")?;
    if let Some(out) = &args.out {
        ensure_ours(out, limit::SNAPSHOT_BYTES_MAX, "snapshot", is_snapshot_text, args.force)?;
    }
    let described = descriptions(&args.specs)?;
    let site = Site { contracts: described.iter().filter_map(|it| it.contract.clone()).collect() };
    let name = args.file.display().to_string();
    let recording = har::read(&name, read_bytes(&args.file, limit::DOCUMENT_BYTES_MAX)?);
    let of_file = Chapter { findings: &recording.findings, documents: &recording.documents };
    screen.err(&report::text(&[of_file], report::Colour::Plain));
    let is_broken = recording.findings.iter().any(|finding| finding.severity == Severity::Error);
    if is_broken && recording.exchanges.is_empty() {
        bail!("`{name}` cannot be judged");
    }
    let judged = har::judge(&recording, &site, args.base.as_ref());
    if judged.exchanges.is_empty() {
        bail!("`{name}` holds no exchange with the described APIs{}", elsewhere(&judged));
    }
    let exchanges = judged.exchanges.iter();
    let wrong: Vec<&(usize, _, Record)> = exchanges.filter(|(_, _, record)| !record.findings.is_empty()).collect();
    let secrets = Secrets::of(&site);
    let mut findings: Vec<Finding> = Vec::new();
    for (index, _, record) in &wrong {
        let own: Vec<Finding> = record.findings.iter().map(|finding| secrets.finding(finding).into_owned()).collect();
        show(*index, record, &own, &recording, screen);
        findings.extend(own);
    }
    let chapter = Chapter { findings: &findings, documents: &recording.documents };
    screen.out(&format!("{}; {}\n", sum(&judged), report::summary(&[chapter])));
    if let Some(out) = &args.out {
        write_whole(out, &snapshot(&name, judged, &site, &rules).write())?;
    }
    let is_wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_wrong || is_broken { Ending::Findings } else { Ending::Done })
}

/// Shows what is wrong with one entry. People count from 1, and look for its line.
fn show(index: usize, record: &Record, findings: &[Finding], recording: &Recording, screen: Screen) {
    let called = record.operation.as_deref().map(|operation| format!(" ({operation})")).unwrap_or_default();
    let place = match recording.place(index) {
        Place::File { file, mark: Some(mark), .. } => format!(" ({file}:{}:{})", mark.line, mark.column),
        _ => String::new(),
    };
    let (number, method, path, status) = (index + 1, &record.method, record.path(), record.status);
    let title = format!("entry {number}{place}: {method} {path}{called}, answered {status}");
    let chapter = Chapter { findings, documents: &recording.documents };
    screen.out(&format!("{}\n{}", report::printable(&title), report::text(&[chapter], screen.colour())));
}

/// The last line: what was taken, and what was left out.
fn sum(judged: &Judged) -> String {
    let number = |count: usize| if count == 1 { "1 exchange".to_owned() } else { format!("{count} exchanges") };
    let mut text = number(judged.exchanges.len());
    let reasons = [
        (Why::Elsewhere, "elsewhere"),
        (Why::PartOfPage, "part of a page"),
        (Why::Preflight, "a preflight"),
        (Why::NoAnswer, "without an answer"),
    ];
    let left_out: Vec<String> = reasons
        .iter()
        .map(|(why, words)| (judged.count(*why), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    if !left_out.is_empty() {
        let _ = write!(text, " (left out: {})", left_out.join(", "));
    }
    text
}

/// Where the entries went that belong to no API, and what to do.
fn elsewhere(judged: &Judged) -> String {
    let places: Vec<String> =
        judged.elsewhere().into_iter().take(5).map(|(origin, count)| format!("{origin} ({count})")).collect();
    if places.is_empty() {
        return String::new();
    }
    format!("; its entries went to {}. Say with --base where the APIs are", places.join(", "))
}

fn snapshot(name: &str, judged: Judged, site: &Site, rules: &Rules) -> Snapshot {
    let mut sessions: Vec<(String, Vec<Arc<Record>>)> = Vec::new();
    for (_, session, record) in judged.exchanges {
        let record = Arc::new(record);
        match sessions.iter_mut().find(|(known, _)| known == session.as_str()) {
            Some((_, records)) => records.push(record),
            None => sessions.push((session.as_str().to_owned(), vec![record])),
        }
    }
    let recorded: Vec<Recorded<'_>> = sessions.iter().map(|(session, records)| Recorded { session, records }).collect();
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let about = About { description: Some(format!("recorded in {file}")), ..About::default() };
    Snapshot::of(site, about, &recorded, rules, None)
}

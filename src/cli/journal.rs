//! `mimeo journal`: show what a journal's file holds, or verify it; and the flags of commands that write one.

use std::{fmt::Write as _, mem, path::PathBuf};

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde::Serialize;

use super::{Ending, screen::Screen, size::journal_size};
use crate::{
    interchange::har,
    report::printable,
    session::{
        Glob, Query, Record, Secrets, SessionId, Statuses, WholeRecord, codec::Noted, date_time, parse_date_time,
    },
    shell::{JournalSettings, JournalStep, read_journal},
};

/// Bytes that are shown at once: a file may have a million records.
const OUT_BYTES: usize = 64 * 1024;

/// Where exchanges are written down.
#[derive(Debug, ClapArgs)]
pub(super) struct JournalArgs {
    /// Write every exchange to this file before its answer leaves; what is in it already is kept
    #[arg(long, value_name = "FILE", env = "MIMEO_JOURNAL")]
    pub(super) journal: Option<PathBuf>,
    /// Size at which the journal's file is put aside as FILE.1, in bytes, or with k, m or g for KiB, MiB, GiB
    #[arg(long, value_name = "SIZE", default_value = "1g", value_parser = journal_size, env = "MIMEO_JOURNAL_MAX")]
    pub(super) journal_max: u64,
}

impl JournalArgs {
    /// Where exchanges are written down, if anywhere.
    pub(super) fn settings(&self) -> Option<JournalSettings> {
        let settings = |path: &PathBuf| JournalSettings { path: path.clone(), bytes_max: self.journal_max };
        self.journal.as_ref().map(settings)
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct ReadJournalArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show records, with secrets masked
    Show(ShowArgs),
    /// Verify every record, and say what is damaged or missing
    Check {
        /// Files of journals, the oldest first
        #[arg(required = true, value_name = "FILE")]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, ClapArgs)]
struct ShowArgs {
    /// Files of journals, the oldest first
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Records of this session only
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// Records of this operation only: its operationId, or `GET /pets/{id}`
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// Records of this API only
    #[arg(long, value_name = "ID")]
    api: Option<String>,
    /// Records with this status only: `404`, `4XX` or `400-499`
    #[arg(long, value_name = "STATUS", value_parser = statuses)]
    status: Option<Statuses>,
    /// Records with this method only
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Records with this path only: `/pets/*` or `/pets/**`
    #[arg(long, value_name = "PATTERN", value_parser = glob)]
    path: Option<Glob>,
    /// Records from this time of the session's clock on
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<u64>,
    /// Records before this time of the session's clock
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<u64>,
    /// Records with which something was wrong; `--findings=false`: with which nothing was
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    findings: Option<bool>,
    /// How to write the records
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each, and one for each finding
    Text,
    /// One JSON array, with header fields and bodies
    Json,
    /// One HTTP archive (HAR 1.2), which browsers and proxies open
    Har,
}

fn statuses(text: &str) -> Result<Statuses, &'static str> {
    Statuses::parse(text).ok_or("write 404, 4XX or 400-499")
}

fn glob(text: &str) -> Result<Glob, &'static str> {
    Glob::parse(text).ok_or("the pattern has too many stars")
}

fn time(text: &str) -> Result<u64, &'static str> {
    parse_date_time(text).ok_or("write a time as in 2026-11-25T22:00:00Z")
}

pub(super) fn run(args: &ReadJournalArgs, screen: Screen) -> anyhow::Result<Ending> {
    match &args.action {
        Action::Show(args) => show(args, screen),
        Action::Check { paths } => check(paths, screen),
    }
}

/// A record, with whose it is.
#[derive(Serialize)]
struct Shown<'r> {
    session: &'r str,
    #[serde(flatten)]
    record: WholeRecord,
}

fn show(args: &ShowArgs, screen: Screen) -> anyhow::Result<Ending> {
    let session = args.session.as_deref().map(SessionId::new).transpose()?;
    let query = Query {
        operation: args.operation.clone(),
        api: args.api.clone(),
        status: args.status,
        method: args.method.clone(),
        path: args.path.clone(),
        since_ms: args.since,
        until_ms: args.until,
        has_findings: args.findings,
    };
    let mut secrets = Secrets::default();
    let mut writer = Writer::new(args.format);
    for path in &args.paths {
        let name = path.display();
        read_journal(path, |step| match step {
            JournalStep::Noted { noted: Noted::Secrets(names), .. } => {
                secrets = Secrets::with(names.iter().map(String::as_str));
            }
            JournalStep::Noted { noted: Noted::Record { session: whose, record }, .. } => {
                if session.as_ref().is_none_or(|wanted| *wanted == whose) && query.fits(&record) {
                    writer.add(&whose, &record, &secrets);
                    if writer.out.len() > OUT_BYTES {
                        screen.out(&mem::take(&mut writer.out));
                    }
                }
            }
            JournalStep::Noted { noted: Noted::Gap { lost, .. }, at } => {
                screen.err(&format!("{name}: {lost} records are missing at offset {at}: they could not be written\n"));
            }
            JournalStep::Noted { noted: Noted::Forgotten { .. }, .. } => (),
            JournalStep::Unknown { at } => {
                screen.err(&format!("{name}: what is at offset {at} cannot be read by this version\n"));
            }
            JournalStep::Damage { at, bytes, .. } => {
                screen.err(&format!("{name}: {bytes} bytes at offset {at} are damaged and left out\n"));
            }
        })?;
    }
    screen.out(&writer.end());
    Ok(Ending::Done)
}

/// Records as text, in one of the formats.
struct Writer {
    out: String,
    form: Form,
}

/// How far a format is.
enum Form {
    Text,
    Json { separator: &'static str },
    Har(har::Stream),
}

impl Writer {
    fn new(format: Format) -> Self {
        let (out, form) = match format {
            Format::Text => ("", Form::Text),
            Format::Json => ("[", Form::Json { separator: "" }),
            Format::Har => ("", Form::Har(har::Stream::default())),
        };
        Self { out: out.to_owned(), form }
    }

    fn add(&mut self, session: &SessionId, record: &Record, secrets: &Secrets) {
        match &mut self.form {
            Form::Text => self.out.push_str(&line(session, record, secrets)),
            Form::Json { separator } => {
                let shown = Shown { session: session.as_str(), record: WholeRecord::of(record, secrets) };
                let json = serde_json::to_string(&shown).unwrap_or_default();
                let _ = write!(self.out, "{separator}\n{json}");
                *separator = ",";
            }
            Form::Har(stream) => self.out.push_str(&stream.add(session.as_str(), record, secrets)),
        }
    }

    /// What is not shown yet.
    fn end(mut self) -> String {
        match self.form {
            Form::Text => (),
            Form::Json { .. } => self.out.push_str("\n]\n"),
            Form::Har(stream) => self.out.push_str(&stream.end()),
        }
        self.out
    }
}

/// A record for people.
fn line(session: &SessionId, record: &Record, secrets: &Secrets) -> String {
    let query = record.query().map(|query| format!("?{}", secrets.query(query))).unwrap_or_default();
    let operation = record.operation.as_deref().unwrap_or("-");
    let mut text = format!(
        "{} {session} #{} {} {}{query} {} {operation} ({})\n",
        date_time(record.virtual_ms),
        record.number,
        record.method,
        record.path(),
        record.status,
        record.origin
    );
    for finding in &record.findings {
        let finding = secrets.finding(finding);
        let (severity, code) = (finding.severity.as_str(), finding.code.as_str());
        let _ = writeln!(text, "    {severity}[{code}]: {}", printable(&finding.message));
    }
    text
}

fn check(paths: &[PathBuf], screen: Screen) -> anyhow::Result<Ending> {
    let mut is_sound = true;
    for path in paths {
        let name = path.display();
        let (mut records, mut missing) = (0_u64, 0_u64);
        let mut faults = String::new();
        let is_written = read_journal(path, |step| match step {
            JournalStep::Noted { noted: Noted::Record { .. }, .. } => records += 1,
            JournalStep::Noted { noted: Noted::Gap { lost, since_ms, until_ms }, at } => {
                missing += lost;
                let (since, until) = (date_time(since_ms), date_time(until_ms));
                let fault = format!(
                    "{name}: {lost} records are missing at offset {at}: the file could not be written from {since} to \
                     {until}\n"
                );
                faults.push_str(&fault);
            }
            JournalStep::Noted { .. } => (),
            JournalStep::Unknown { at } => {
                is_sound = false;
                let _ = writeln!(faults, "{name}: what is at offset {at} cannot be read by this version");
            }
            JournalStep::Damage { at, bytes, is_being_written: true } => {
                let _ = writeln!(faults, "{name}: the last {bytes} bytes, from offset {at} on, are being written");
            }
            JournalStep::Damage { at, bytes, is_being_written: false } => {
                is_sound = false;
                let _ = writeln!(faults, "{name}: {bytes} bytes at offset {at} are damaged");
            }
        })?;
        screen.out(&faults);
        let being = if is_written { "; it is being written" } else { "" };
        screen.out(&format!("{name}: {records} records, {missing} missing{being}\n"));
    }
    Ok(if is_sound { Ending::Done } else { Ending::Findings })
}

//! `mimeo diff`: what changed between two versions, and whom it can break.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use regex::Regex;

use super::{Ending, clients::Clients, screen::Screen};
use crate::{
    diff::{self, Change, Ignored, Level, Settings, Version},
    finding::Severity,
    limit,
    openapi::Api,
    report::{self, ApiChanges, Chapter, Edition},
    shell::{Described, Description, describe, now_ms, read_text},
    usage,
};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The old version: a description, or a folder of them
    #[arg(required_unless_present = "checks", value_name = "OLD")]
    old: Option<PathBuf>,
    /// The new version
    #[arg(required_unless_present = "checks", value_name = "NEW")]
    new: Option<PathBuf>,
    /// How to write the changes
    #[arg(short, long, value_enum, default_value_t = DiffFormat::Text, env = "MIMEO_DIFF_FORMAT")]
    format: DiffFormat,
    /// End with exit code 1 if there is a change of this level or above
    #[arg(short = 'o', long, value_enum, ignore_case = true, value_name = "LEVEL", env = "MIMEO_DIFF_FAIL_ON")]
    fail_on: Option<LevelArg>,
    /// The least level that is shown
    #[arg(long, value_enum, ignore_case = true, default_value_t = LevelArg::Info, value_name = "LEVEL", env = "MIMEO_DIFF_LEVEL")]
    level: LevelArg,
    /// Pass over the changes that a file names, whatever their level; may be repeated
    #[arg(long, value_name = "FILE")]
    ignore: Vec<PathBuf>,
    /// The same for changes of level ERR only
    #[arg(long, value_name = "FILE")]
    err_ignore: Vec<PathBuf>,
    /// The same for changes of level WARN only
    #[arg(long, value_name = "FILE")]
    warn_ignore: Vec<PathBuf>,
    /// Only show changes in paths that this regular expression finds
    #[arg(long, value_name = "REGEX")]
    match_path: Option<Regex>,
    /// Show no changes in paths that this regular expression finds
    #[arg(long, value_name = "REGEX")]
    unmatch_path: Option<Regex>,
    /// Only show changes that touch what clients were seen to do, and say which exchange; may be repeated
    #[arg(long = "client", value_name = "SNAPSHOT")]
    clients: Vec<PathBuf>,
    /// Days that something stable must be deprecated before its sunset
    #[arg(long, default_value_t = 0, value_name = "DAYS")]
    deprecation_days_stable: u32,
    /// Days that something beta must be deprecated before its sunset
    #[arg(long, default_value_t = 0, value_name = "DAYS")]
    deprecation_days_beta: u32,
    /// List every kind of change with its level
    #[arg(long)]
    checks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// With the lines in question
    Text,
    /// A line for each change
    Singleline,
    /// One JSON document
    Json,
    /// The same document as YAML
    Yaml,
    /// A list for each operation
    #[value(alias = "markup", alias = "md")]
    Markdown,
    /// A page that needs nothing else
    Html,
    /// Workflow commands for GitHub
    #[value(alias = "githubactions")]
    Github,
    /// Test cases, for pipelines that show them
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LevelArg {
    /// What can break a client that kept to the old version
    #[value(name = "ERR", alias = "error")]
    Error,
    /// What can break a client that relied on more, or nobody
    #[value(name = "WARN", alias = "warning")]
    Warning,
    /// What breaks nobody
    #[value(name = "INFO")]
    Info,
}

impl From<LevelArg> for Level {
    fn from(arg: LevelArg) -> Self {
        match arg {
            LevelArg::Error => Self::Error,
            LevelArg::Warning => Self::Warning,
            LevelArg::Info => Self::Info,
        }
    }
}

pub(super) fn run(args: &DiffArgs, screen: Screen) -> anyhow::Result<Ending> {
    if args.checks {
        return list(args.format, screen);
    }
    let (Some(old), Some(new)) = (&args.old, &args.new) else { bail!("name two versions") };
    let filter = Filter::new(args)?;
    let (old, new) = (read(old, screen)?, read(new, screen)?);
    let pairs = pair(&old, &new);
    let settings = Settings {
        now_ms: now_ms(),
        deprecation_days_stable: args.deprecation_days_stable,
        deprecation_days_beta: args.deprecation_days_beta,
    };
    let found: Vec<Vec<Change>> = pairs
        .iter()
        .map(|pair| {
            let (base, revision) = pair.versions();
            let changes = diff::compare(Version::new(base), Version::new(revision), &settings);
            changes.into_iter().filter(|change| filter.keeps(change)).collect()
        })
        .collect();
    let (found, untouching) = touching(args, &pairs, found, screen)?;
    let comparisons: Vec<ApiChanges<'_>> =
        pairs.iter().zip(&found).map(|(pair, changes)| pair.comparison(changes)).collect();
    show(args, &comparisons, screen);
    if !args.clients.is_empty() {
        rest(args, untouching, screen);
    }
    let least = args.fail_on.map(Level::from);
    let fails = least.is_some_and(|least| found.iter().flatten().any(|change| change.level >= least));
    Ok(if fails { Ending::Findings } else { Ending::Done })
}

/// The changes that touch the clients, where some are named, each with which exchange it touches; and how many others there
/// are.
fn touching(
    args: &DiffArgs,
    pairs: &[Pair<'_>],
    found: Vec<Vec<Change>>,
    screen: Screen,
) -> anyhow::Result<(Vec<Vec<Change>>, usize)> {
    if args.clients.is_empty() {
        return Ok((found, 0));
    }
    let clients = Clients::read(&args.clients, screen)?;
    let is_only = pairs.len() == 1;
    let mut untouching = 0;
    let mut kept = Vec::with_capacity(found.len());
    let mut met = false;
    for (pair, changes) in pairs.iter().zip(found) {
        let contract = pair.old.and_then(|old| old.contract.as_deref());
        let seen = contract.map(|contract| usage::bind(&clients.list(), contract, is_only)).unwrap_or_default();
        met |= seen.iter().any(|seen| seen.operation.is_some());
        let all = changes.len();
        let with_clients = changes.into_iter().filter_map(|mut change| {
            change.touched = usage::touch(&change, contract?, &seen).iter().map(ToString::to_string).collect();
            (!change.touched.is_empty()).then_some(change)
        });
        let of_pair: Vec<Change> = with_clients.collect();
        untouching += all - of_pair.len();
        kept.push(of_pair);
    }
    if !met {
        let names =
            pairs.iter().map(|pair| format!("`{}`", pair.old.map_or(pair.id, id))).collect::<Vec<_>>().join(", ");
        bail!(
            "no snapshot has an exchange with {names}: name the description that the clients were recorded with first"
        );
    }
    Ok((kept, untouching))
}

/// Says how many changes are not shown: beside a report for programs, on standard error.
fn rest(args: &DiffArgs, untouching: usize, screen: Screen) {
    let who = if args.clients.len() == 1 { "the client" } else { "any of the clients" };
    let text = match untouching {
        1 => format!("1 other change does not touch {who}\n"),
        count => format!("{count} other changes do not touch {who}\n"),
    };
    if args.format == DiffFormat::Text { screen.out(&text) } else { screen.err(&text) }
}

fn show(args: &DiffArgs, comparisons: &[ApiChanges<'_>], screen: Screen) {
    let least = args.fail_on.map_or(Level::Error, Level::from);
    let text = match args.format {
        DiffFormat::Text => {
            let text = report::text_changes(comparisons, screen.colour());
            format!("{text}{}\n", report::sum_of_changes(comparisons))
        }
        DiffFormat::Singleline => report::single_lines(comparisons),
        DiffFormat::Json => report::json_changes(comparisons),
        DiffFormat::Yaml => report::yaml_changes(comparisons),
        DiffFormat::Markdown => report::markdown_changes(comparisons),
        DiffFormat::Html => report::html_changes(comparisons),
        DiffFormat::Github => report::github_changes(comparisons),
        DiffFormat::Junit => report::junit_changes(comparisons, least),
    };
    screen.out(&text);
}

fn list(format: DiffFormat, screen: Screen) -> anyhow::Result<Ending> {
    screen.out(&match format {
        DiffFormat::Text => report::text_checks(),
        DiffFormat::Markdown => report::markdown_checks(),
        DiffFormat::Json => report::json_checks(),
        _ => bail!("the kinds of change are listed as `--format text`, `markdown` or `json`"),
    });
    Ok(Ending::Done)
}

/// Reads one version. Says on standard error what is wrong with it: in full if it is no description.
fn read(path: &Path, screen: Screen) -> anyhow::Result<Vec<Described>> {
    let what = Description { paths: vec![path.to_path_buf()], ..Description::default() };
    let described = describe(&what)?;
    for one in &described {
        let count = one.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        if one.contract.is_none() {
            let all = [Chapter { findings: &one.findings, documents: &one.documents }];
            screen.err(&report::text(&all, report::Colour::Plain));
            bail!("`{}` cannot be compared", one.name);
        } else if count > 0 {
            let errors = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
            screen.err(&format!("{}: {errors}, which may hide changes; `mimeo check` shows them\n", one.name));
        }
    }
    Ok(described)
}

/// Two versions of one API; one may be missing.
struct Pair<'a> {
    id: &'a str,
    old: Option<&'a Described>,
    new: Option<&'a Described>,
    /// What a version is that does not have the API.
    nothing: Api,
}

/// Two single descriptions are versions of the same API, whatever they are called; in folders, the ids tell.
fn pair<'a>(old: &'a [Described], new: &'a [Described]) -> Vec<Pair<'a>> {
    let make = |id, old, new| Pair { id, old, new, nothing: Api::nothing(id) };
    if let ([old], [new]) = (old, new) {
        return vec![make(id(new), Some(old), Some(new))];
    }
    let gone = old.iter().map(|one| make(id(one), Some(one), new.iter().find(|other| id(other) == id(one))));
    let added = new.iter().filter(|one| !old.iter().any(|other| id(other) == id(one)));
    gone.chain(added.map(|one| make(id(one), None, Some(one)))).collect()
}

fn id(described: &Described) -> &str {
    described.contract.as_ref().map_or("", |contract| &contract.api.id)
}

impl Pair<'_> {
    fn versions(&self) -> (&Api, &Api) {
        (self.api(self.old), self.api(self.new))
    }

    fn api<'s>(&'s self, described: Option<&'s Described>) -> &'s Api {
        described.and_then(|described| described.contract.as_ref()).map_or(&self.nothing, |contract| &contract.api)
    }

    fn comparison<'s>(&'s self, changes: &'s [Change]) -> ApiChanges<'s> {
        let edition = |described: Option<&'s Described>| Edition {
            name: described.map(|described| &*described.name),
            documents: described.map_or(&*self.nothing.documents, |described| &*described.documents),
        };
        ApiChanges { api: self.id, base: edition(self.old), revision: edition(self.new), changes }
    }
}

/// Which changes are shown.
struct Filter<'a> {
    args: &'a DiffArgs,
    least: Level,
    ignored: [Ignored; 3],
}

impl<'a> Filter<'a> {
    fn new(args: &'a DiffArgs) -> anyhow::Result<Self> {
        let read = |paths: &[PathBuf]| -> anyhow::Result<Ignored> {
            let texts = paths
                .iter()
                .map(|path| read_text(path, limit::DOCUMENT_BYTES_MAX).context("the file of changes to pass over"));
            Ok(Ignored::new(&texts.collect::<Result<Vec<_>, _>>()?.join("\n")))
        };
        let ignored = [read(&args.ignore)?, read(&args.err_ignore)?, read(&args.warn_ignore)?];
        Ok(Self { args, least: args.level.into(), ignored })
    }

    fn keeps(&self, change: &Change) -> bool {
        let [any, errors, warnings] = &self.ignored;
        let is_ignored = any.covers(change)
            || (change.level == Level::Error && errors.covers(change))
            || (change.level == Level::Warning && warnings.covers(change));
        let path = change.operation.as_ref().map(|name| &*name.path);
        let fits = |regex: &Option<Regex>, default| match (regex, path) {
            (Some(regex), Some(path)) => regex.is_match(path),
            _ => default,
        };
        change.level >= self.least
            && !is_ignored
            && fits(&self.args.match_path, true)
            && !fits(&self.args.unmatch_path, false)
    }
}

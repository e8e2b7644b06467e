//! `mimeo snapshot check`, `accept`, `reject` and `show`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{
    files::{Shelved, find, read, take, throw_away},
    review::review,
};
use crate::{
    cli::{Ending, screen::Screen},
    report,
};

/// What to do with snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Report snapshots that do not read, or that wait for a review
    Check(Which),
    /// Look at the snapshots that wait, one by one, and take them or not
    Review(Which),
    /// Take the snapshots that wait
    Accept(AcceptArgs),
    /// Throw the snapshots that wait away
    Reject(Which),
    /// Show what a client did
    Show(ShowArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Which {
    /// Snapshots, or folders that hold some, at any depth [default: the working folder]
    #[arg(value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AcceptArgs {
    #[command(flatten)]
    which: Which,
    /// Write over a file in the place of a snapshot that is none
    #[arg(long)]
    force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// The snapshot
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to show it
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    format: ShowFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// In words
    Text,
    /// One JSON document
    Json,
    /// As it is stored
    Yaml,
}

impl Which {
    fn find(&self) -> anyhow::Result<Vec<Shelved>> {
        let here = [PathBuf::from(".")];
        find(if self.paths.is_empty() { &here } else { &self.paths })
    }

    /// Those that wait.
    fn waiting(&self) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
        let found = self.find()?;
        Ok(found.into_iter().filter_map(|it| Some((it.path, it.pending?))).collect())
    }
}

pub(crate) fn run(command: SnapshotCommand, screen: Screen) -> anyhow::Result<Ending> {
    match command {
        SnapshotCommand::Check(which) => check(&which, screen),
        SnapshotCommand::Review(which) => review(&which.waiting()?, screen),
        SnapshotCommand::Accept(args) => accept(&args, screen),
        SnapshotCommand::Reject(which) => {
            let waiting = which.waiting()?;
            for (path, pending) in &waiting {
                throw_away(pending)?;
                screen.out(&format!("{}: rejected\n", path.display()));
            }
            Ok(nothing(waiting.is_empty(), screen))
        }
        SnapshotCommand::Show(args) => show(&args, screen),
    }
}

fn nothing(is_so: bool, screen: Screen) -> Ending {
    if is_so {
        screen.out("no snapshot waits for a review\n");
    }
    Ending::Done
}

fn check(which: &Which, screen: Screen) -> anyhow::Result<Ending> {
    let found = which.find()?;
    if found.is_empty() {
        bail!("there is no snapshot here; `mimeo run --snapshot NAME.snap -- COMMAND` records one");
    }
    let mut ending = Ending::Done;
    for it in &found {
        let name = it.name();
        let files = it.is_there().then_some(&it.path).into_iter().chain(&it.pending);
        for file in files {
            match read(file) {
                Ok((snapshot, _)) if *file == it.path => {
                    screen.out(&format!("{name}: {}\n", report::snapshot_summary(&snapshot)));
                }
                Ok(_) => (),
                Err(fault) => {
                    screen.out(&fault.text(screen.colour()));
                    ending = Ending::Findings;
                }
            }
        }
        if let Some(pending) = &it.pending {
            let pending = pending.display();
            screen.out(&format!("{name}: {pending} waits; look at it with `mimeo snapshot review {name}`\n"));
            ending = Ending::Findings;
        }
    }
    Ok(ending)
}

fn accept(args: &AcceptArgs, screen: Screen) -> anyhow::Result<Ending> {
    let waiting = args.which.waiting()?;
    let mut ending = Ending::Done;
    for (path, pending) in &waiting {
        // A damaged one must not take the place of a good one.
        if take(path, pending, args.force, screen)? {
            screen.out(&format!("{}: accepted\n", path.display()));
        } else {
            ending = Ending::Findings;
        }
    }
    nothing(waiting.is_empty(), screen);
    Ok(ending)
}

fn show(args: &ShowArgs, screen: Screen) -> anyhow::Result<Ending> {
    let snapshot = match read(&args.file) {
        Ok((snapshot, _)) => snapshot,
        Err(fault) => {
            screen.err(&fault.text(report::Colour::Ansi));
            bail!("`{}` cannot be shown", args.file.display());
        }
    };
    screen.out(&match args.format {
        ShowFormat::Text => report::snapshot(&snapshot, screen.colour()),
        ShowFormat::Json => report::snapshot_json(&snapshot),
        ShowFormat::Yaml => snapshot.write(),
    });
    Ok(Ending::Done)
}

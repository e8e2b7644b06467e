//! Snapshots on disk, and those that wait beside them for a review.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::{
    cli::screen::Screen,
    finding::Severity,
    limit,
    report::{self, Chapter, Colour},
    shell::{ReadError, find_snapshots, holds_other, is_snapshot, read_text, remove, was_snapshot_text, write_whole},
    snapshot::{Snapshot, Unreadable},
};

/// A snapshot on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shelved {
    /// The reviewed one, which need not be there yet.
    pub(super) path: PathBuf,
    /// The one that waits, if there is one.
    pub(super) pending: Option<PathBuf>,
}

/// Where a new snapshot waits for a review.
pub(crate) fn pending_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

impl Shelved {
    /// The snapshot at a path, or the one that waits there.
    fn at(path: &Path) -> Self {
        let path =
            if path.extension().is_some_and(|it| it == "new") { path.with_extension("") } else { path.to_owned() };
        let pending = pending_of(&path);
        Self { pending: pending.is_file().then_some(pending), path }
    }

    /// How the user calls it.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// True if it was reviewed.
    pub(super) fn is_there(&self) -> bool {
        self.path.is_file()
    }
}

/// The snapshots that are meant by files and folders, each once, in the order of their paths below each.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<Shelved>> {
    let mut found: Vec<Shelved> = Vec::new();
    for path in paths {
        let mut own = Vec::new();
        if path.is_dir() {
            own.extend(find_snapshots(path)?.iter().map(|path| Shelved::at(path)));
        } else {
            let at = Shelved::at(path);
            if !at.is_there() && at.pending.is_none() {
                bail!("cannot read `{}`: there is no such file or folder", path.display());
            }
            own.push(at);
        }
        for at in own {
            if !found.contains(&at) {
                found.push(at);
            }
        }
    }
    Ok(found)
}

/// Removes a snapshot that waits. What others made under such a name is not ours to remove.
pub(super) fn throw_away(pending: &Path) -> anyhow::Result<()> {
    if !is_snapshot(pending) {
        bail!("`{}` is no snapshot of a client, and was left where it is", pending.display());
    }
    Ok(remove(pending)?)
}

/// A file that is no snapshot.
pub(super) enum Fault {
    /// It cannot be read.
    Unread(ReadError),
    /// It reads, and is none.
    Unreadable(Box<Unreadable>),
}

impl Fault {
    /// What is wrong, with the lines in question.
    pub(super) fn text(&self, colour: Colour) -> String {
        match self {
            Self::Unread(error) => format!("error: {error}\n"),
            Self::Unreadable(it) => {
                let chapter = Chapter { findings: &it.findings, documents: &it.documents };
                report::text(&[chapter], colour)
            }
        }
    }
}

/// Reads a snapshot; with its text.
pub(super) fn read(path: &Path) -> Result<(Snapshot, String), Fault> {
    let name = path.display().to_string();
    let text = read_text(path, limit::SNAPSHOT_BYTES_MAX).map_err(Fault::Unread)?;
    let snapshot = Snapshot::read(&name, &text).map_err(|it| Fault::Unreadable(Box::new(it)))?;
    Ok((snapshot, text))
}

/// Puts a snapshot that waits in its place; false if it is damaged, or the place is taken by what is no snapshot and is
/// not to be written over. Either is said.
pub(super) fn take(path: &Path, pending: &Path, is_forced: bool, screen: Screen) -> anyhow::Result<bool> {
    let text = match read(pending) {
        Ok((_, text)) => text,
        Err(fault) => {
            screen.err(&fault.text(Colour::Ansi));
            screen.err(&format!("`{}` was not taken; record it again, or reject it\n", pending.display()));
            return Ok(false);
        }
    };
    if !is_forced && holds_other(path, limit::SNAPSHOT_BYTES_MAX, was_snapshot_text) {
        let (path, pending) = (path.display(), pending.display());
        screen.err(&format!(
            "`{path}` is no snapshot of a client: `{pending}` was not taken; `mimeo snapshot accept --force {path}` writes it in \
             that place\n"
        ));
        return Ok(false);
    }
    // Written, not moved: the place may be a link, and has permissions of its own.
    write_whole(path, &text)?;
    remove(pending)?;
    Ok(true)
}

/// Reads a snapshot if there is one.
pub(crate) fn read_if_there(path: &Path) -> anyhow::Result<Option<Snapshot>> {
    if !path.exists() {
        return Ok(None);
    }
    match read(path) {
        Ok((snapshot, _)) => Ok(Some(snapshot)),
        Err(Fault::Unread(error)) => Err(error.into()),
        Err(Fault::Unreadable(it)) => {
            let error = it.findings.iter().find(|finding| finding.severity == Severity::Error);
            let why = error.map_or("it is no snapshot", |finding| &finding.message);
            let name = path.display();
            Err(anyhow!("the snapshot `{name}` cannot be used: {why}; `mimeo snapshot check {name}` says more"))
        }
    }
}

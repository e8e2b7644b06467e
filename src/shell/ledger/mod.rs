//! The journal as a file: what every session did, written before its answer leaves.
//!
//! Many records go with one write: whoever comes first lets all others that are ready go ahead, then writes for all.
//! Nothing waits for a disk but the answers whose records are on their way to it. Where the file cannot be written,
//! answers go on without it; it says how many records are missing once it can be.

mod disk;
mod reading;
mod recall;
mod writer;

use std::{io, path::PathBuf};

use crate::limit;

pub use reading::{JournalStep, read_journal};
pub(super) use writer::Ledger;

/// Where the journal is written, and how much of it.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// The file. One that is there goes on.
    pub path: PathBuf,
    /// Bytes after which the file is put aside, in the place of the one that was put aside before.
    pub bytes_max: u64,
}

impl JournalSettings {
    /// A journal in that file, of the usual size.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), bytes_max: limit::JOURNAL_FILE_BYTES_MAX }
    }
}

/// Why a journal cannot be kept in a file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file is something else.
    #[error("`{0}` is no journal of mimeo, and was not touched: name another file")]
    Foreign(PathBuf),
    /// The file is of another version.
    #[error("`{0}` is a journal in version {1} of its form, and this mimeo knows version {VERSION}: name another file", VERSION = crate::session::frame::VERSION)]
    Version(PathBuf, u16),
    /// Another process writes it.
    #[error("`{0}` is in use by another process: each mimeo needs a journal of its own")]
    InUse(PathBuf),
    /// The path leads to a folder, a device or the like.
    #[error("`{0}` is no regular file: name one")]
    NoFile(PathBuf),
    /// A file has a name that the journal needs when it is full, and is something that must not be lost.
    #[error("`{1}` {2}, and the journal `{0}` needs that name when it is full: move it away, or name another journal")]
    Taken(PathBuf, PathBuf, &'static str),
    /// Much of the file is damaged, and there is no room to put it aside.
    #[error("`{0}` is damaged at its end, {1} bytes of it, and `{2}` is there already: move both away")]
    Damaged(PathBuf, u64, PathBuf),
    /// The system says why.
    #[error("the journal `{0}` cannot be opened: {why}", why = super::files::plain(.1))]
    Failed(PathBuf, io::Error),
}

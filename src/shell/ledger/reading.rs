//! Reading a journal's file from its beginning to its end, also while it is written.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::{JournalError, disk::beginning};
use crate::session::{
    codec::{self, Noted},
    frame::{Beginning, HEADER_BYTES, Step, Walk},
};

/// What comes next in the file of a journal.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalStep {
    /// Something that was noted.
    Noted {
        /// What.
        noted: Noted,
        /// Where it begins in the file.
        at: u64,
    },
    /// Something that is whole and cannot be read: a newer version wrote it.
    Unknown {
        /// Where it begins in the file.
        at: u64,
    },
    /// Bytes that are damaged.
    Damage {
        /// Where they begin in the file.
        at: u64,
        /// How many there are.
        bytes: u64,
        /// True if they are the last ones, and somebody is writing the file.
        is_being_written: bool,
    },
}

/// Reads a journal's file, and hands over what is in it. True if another process writes it at the moment.
pub fn read_journal(path: &Path, mut take: impl FnMut(JournalStep)) -> Result<bool, JournalError> {
    let failed = |error| JournalError::Failed(path.to_owned(), error);
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(JournalError::NoFile(path.to_owned()));
    }
    let is_written = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    // Held no longer than it takes to look: a mock that starts now must not find the file in use.
    let _ = file.unlock();
    match beginning(&file).map_err(failed)? {
        Beginning::Foreign => return Err(JournalError::Foreign(path.to_owned())),
        Beginning::Version(version) => return Err(JournalError::Version(path.to_owned(), version)),
        Beginning::Unfinished => return Ok(is_written),
        Beginning::Journal => (),
    }
    let mut walk = Walk::new(&file, HEADER_BYTES as u64);
    while let Some(step) = walk.step().map_err(failed)? {
        take(match step {
            Step::Frame { at, payload } => match codec::decode(payload) {
                Some(noted) => JournalStep::Noted { noted, at },
                None => JournalStep::Unknown { at },
            },
            Step::Damage { at, bytes, is_end } => {
                JournalStep::Damage { at, bytes, is_being_written: is_end && is_written }
            }
        });
    }
    Ok(is_written)
}

//! The file of a journal: appended to, cut where a write was torn, put aside when it is full.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use tracing::warn;

use super::{JournalError, JournalSettings};
use crate::{
    limit,
    session::{
        codec::{self, Subject},
        frame,
    },
};

/// Bytes that must fit into a file before it counts as one that can be written again.
const PROBE_BYTES: usize = 64 * 1024;
/// How often it is tried to lock a file, and the time in between.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The file that is written. It is locked: no other process writes it.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    file: File,
    /// Bytes of whole frames, and the header. There may be more in the file where a write failed.
    length: u64,
    bytes_max: u64,
    is_torn: bool,
    /// What every file says first.
    preface: Vec<u8>,
    /// When the file could not be put aside.
    stuck: Option<Instant>,
}

/// A write that failed.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) error: io::Error,
    /// Bytes of the frames that were written all the same.
    pub(super) whole: usize,
}

/// The file beside `path` that has `ending` after its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Opens a file to write it, and locks it; makes it if there is none.
pub(super) fn claim(path: &Path) -> Result<File, JournalError> {
    let failed = |error| JournalError::Failed(path.to_owned(), error);
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(JournalError::NoFile(path.to_owned()));
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    // What is sent holds passwords and tokens.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    // Whoever only reads holds it for a moment, and who was told to stop may not have ended yet.
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    Err(JournalError::InUse(path.to_owned()))
}

/// Where a journal is put aside when it is full, if what is there may go.
pub(super) fn aside(path: &Path) -> Result<PathBuf, JournalError> {
    let aside = beside(path, ".1");
    expendable(path, &aside, |_| Ok(None))?;
    Ok(aside)
}

/// Where the file that comes after a full one is made, if what is there may go.
pub(super) fn next(path: &Path) -> Result<PathBuf, JournalError> {
    let next = beside(path, ".new");
    expendable(path, &next, |file| {
        // One that a process left which was killed at that moment holds no record yet.
        let mut walk = frame::Walk::new(file, frame::HEADER_BYTES as u64);
        while let Some(step) = walk.step()? {
            let is_record = |payload| matches!(codec::subject(payload), Some(Subject::Record { .. }));
            if matches!(step, frame::Step::Frame { payload, .. } if is_record(payload)) {
                return Ok(Some("holds records"));
            }
        }
        Ok(None)
    })?;
    Ok(next)
}

/// Refuses a file whose name the journal `path` needs and that nobody wants to lose. What `look` says of a journal that
/// nobody writes counts as well.
fn expendable(
    path: &Path,
    found: &Path,
    look: impl FnOnce(&File) -> io::Result<Option<&'static str>>,
) -> Result<(), JournalError> {
    let failed = |error| JournalError::Failed(found.to_owned(), error);
    let why = match fs::metadata(found) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(facts) if !facts.is_file() => Some("is no regular file"),
        Ok(_) => {
            let file = File::open(found).map_err(failed)?;
            match beginning(&file).map_err(failed)? {
                frame::Beginning::Foreign => Some("is no journal of mimeo"),
                frame::Beginning::Version(_) => Some("is a journal in another version of its form"),
                _ if matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) => {
                    Some("is in use by another process")
                }
                frame::Beginning::Journal => look(&file).map_err(failed)?,
                frame::Beginning::Unfinished => None,
            }
        }
    };
    why.map_or(Ok(()), |why| Err(JournalError::Taken(path.to_owned(), found.to_owned(), why)))
}

/// What a file begins with. Whoever reads on is behind the header.
pub(super) fn beginning(mut file: &File) -> io::Result<frame::Beginning> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(frame::HEADER_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(frame::Beginning::of(&bytes))
}

impl Disk {
    /// A file whose first `length` bytes are sound. What comes after them is cut off; if there are none, a header is
    /// written.
    pub(super) fn new(file: File, length: u64, settings: &JournalSettings) -> io::Result<Self> {
        let bytes_max = settings.bytes_max.max(limit::JOURNAL_FILE_BYTES_MIN);
        let path = settings.path.clone();
        let mut disk = Self { path, file, length, bytes_max, is_torn: true, preface: Vec::new(), stuck: None };
        disk.mend()?;
        if length == 0 {
            disk.file.write_all(&frame::header())?;
            disk.length = frame::HEADER_BYTES as u64;
        }
        Ok(disk)
    }

    /// Sets what every file says first, and says it in this one.
    pub(super) fn introduce(&mut self, preface: Vec<u8>) -> Result<(), Unwritten> {
        if self.preface == preface {
            return Ok(());
        }
        self.preface.clone_from(&preface);
        self.put(&preface)
    }

    /// True if these many bytes more are too many for the file.
    pub(super) fn is_full(&self, bytes: usize) -> bool {
        let is_fresh = self.length <= (frame::HEADER_BYTES + self.preface.len()) as u64;
        let is_waiting = self.stuck.is_some_and(|since| since.elapsed() < limit::JOURNAL_RETRY);
        self.length + bytes as u64 > self.bytes_max && !is_fresh && !is_waiting
    }

    /// Appends frames.
    pub(super) fn put(&mut self, frames: &[u8]) -> Result<(), Unwritten> {
        if self.is_full(frames.len()) {
            self.rotate();
        }
        self.mend().map_err(|error| Unwritten { error, whole: 0 })?;
        // Until all of it is written.
        self.is_torn = true;
        let mut written = 0;
        while written < frames.len() {
            let error = match self.file.write(&frames[written..]) {
                Ok(0) => io::ErrorKind::WriteZero.into(),
                Ok(more) => {
                    written += more;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            let whole = frame::whole(&frames[..written]);
            self.length += whole as u64;
            // It may fail as well, and is done again before the next write.
            let _ = self.mend();
            return Err(Unwritten { error, whole });
        }
        self.length += frames.len() as u64;
        self.is_torn = false;
        Ok(())
    }

    /// Tries whether there is room for some records, not only for a word about those that are missing.
    pub(super) fn probe(&mut self) -> io::Result<()> {
        self.mend()?;
        self.is_torn = true;
        let written = self.file.write_all(&vec![0; PROBE_BYTES]);
        self.mend()?;
        written
    }

    /// Cuts off what a write that failed has left.
    pub(super) fn mend(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            self.is_torn = false;
        }
        Ok(())
    }

    /// Puts the file aside and begins a new one. Where that fails, the file grows on.
    fn rotate(&mut self) {
        match self.replace() {
            Ok(()) => self.stuck = None,
            Err(error) => {
                if self.stuck.is_none() {
                    warn!(
                        "the journal `{}` is full and cannot be put aside, and grows on: {error}",
                        self.path.display()
                    );
                }
                self.stuck = Some(Instant::now());
            }
        }
    }

    /// The new file is whole before it takes the place of the old one.
    fn replace(&mut self) -> io::Result<()> {
        let plainly = |error| match error {
            JournalError::Failed(_, error) => error,
            other => io::Error::other(other.to_string()),
        };
        // Looked at again: they may have come since the start.
        let aside = aside(&self.path).map_err(plainly)?;
        let next = next(&self.path).map_err(plainly)?;
        let mut file = claim(&next).map_err(plainly)?;
        file.set_len(0)?;
        file.write_all(&frame::header())?;
        file.write_all(&self.preface)?;
        fs::rename(&self.path, &aside)?;
        fs::rename(&next, &self.path).inspect_err(|_| {
            // The file goes on, so that it has to be where the next start looks for it.
            let _ = fs::rename(&aside, &self.path);
        })?;
        self.file = file;
        self.length = (frame::HEADER_BYTES + self.preface.len()) as u64;
        Ok(())
    }
}

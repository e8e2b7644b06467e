//! Reading at the start what each session did last: all frames are checked, and only what is kept is read in full.

use std::{
    collections::{HashMap, VecDeque},
    fs::{self, File},
    io::{self, BufReader, Read, Seek, SeekFrom},
    mem,
    path::Path,
};

use super::{
    JournalError, JournalSettings,
    disk::{self, Disk, beginning, beside, claim},
};
use crate::{
    limit,
    session::{
        Record, SessionId,
        codec::{self, Noted, Subject},
        frame::{Beginning, HEAD_BYTES, HEADER_BYTES, Step, Walk},
    },
};

/// What was read.
#[derive(Debug, Default)]
pub(in crate::shell) struct Recalled {
    /// The sessions with their newest records, the oldest first; that which was used last comes last.
    pub(in crate::shell) sessions: Vec<(SessionId, Vec<Record>)>,
    /// What was wrong with the file, and what was done about it.
    pub(in crate::shell) notes: Vec<String>,
}

/// Where the payload of a record lies. Files are in the order of their writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    file: usize,
    at: u64,
    length: usize,
}

/// The newest records of a session.
#[derive(Debug, Default)]
struct Tail {
    spots: VecDeque<Spot>,
    bytes: usize,
    /// The number of the last one.
    number: u64,
}

impl Tail {
    fn clear(&mut self) {
        self.spots.clear();
        self.bytes = 0;
    }

    fn add(&mut self, spot: Spot, number: u64) {
        // Numbers that begin anew are those of another session of that name.
        if number <= self.number {
            self.clear();
        }
        self.number = number;
        self.spots.push_back(spot);
        self.bytes += spot.length;
        if self.spots.len() > limit::JOURNAL_RECORDS_MAX {
            self.shorten();
        }
        self.fit(limit::JOURNAL_BYTES_MAX);
    }

    fn fit(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max && self.spots.len() > 1 {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.bytes -= self.spots.pop_front().map_or(0, |spot| spot.length);
    }
}

/// The newest records of all sessions.
#[derive(Debug, Default)]
struct Tails(HashMap<String, Tail>);

impl Tails {
    fn note(&mut self, subject: Option<Subject<'_>>, spot: Spot) {
        match subject {
            Some(Subject::Record { session, number }) => match self.0.get_mut(session) {
                Some(tail) => tail.add(spot, number),
                None => {
                    // Twice as many as can be kept: so it is seldom that the oldest make room.
                    if self.0.len() >= 2 * limit::SESSIONS_MAX {
                        self.make_room();
                    }
                    self.0.entry(session.to_owned()).or_default().add(spot, number);
                }
            },
            Some(Subject::Forgotten { session, is_dropped: true }) => drop(self.0.remove(session)),
            Some(Subject::Forgotten { session, is_dropped: false }) => {
                if let Some(tail) = self.0.get_mut(session) {
                    tail.clear();
                }
            }
            Some(Subject::Gap { .. } | Subject::Other) | None => (),
        }
    }

    /// Keeps the sessions that were used last.
    fn make_room(&mut self) {
        let mut ends: Vec<Option<Spot>> = self.0.values().map(|tail| tail.spots.back().copied()).collect();
        ends.sort_unstable();
        if let Some(first) = ends.get(ends.len().saturating_sub(limit::SESSIONS_MAX)) {
            self.0.retain(|_, tail| tail.spots.back().copied() >= *first);
        }
    }

    /// The sessions, within all bounds; that which was used last comes last.
    fn into_kept(mut self) -> Vec<(String, Tail)> {
        self.0.retain(|_, tail| !tail.spots.is_empty());
        self.make_room();
        let mut kept: Vec<(String, Tail)> = self.0.into_iter().collect();
        kept.sort_unstable_by_key(|(_, tail)| tail.spots.back().copied());
        let mut bytes = 0;
        for (_, tail) in kept.iter_mut().rev() {
            tail.fit(if bytes > limit::JOURNALS_BYTES_MAX {
                limit::JOURNAL_BYTES_LOW
            } else {
                limit::JOURNAL_BYTES_MAX
            });
            bytes += tail.bytes;
        }
        kept
    }
}

/// Opens the file of a journal to write it, and reads what it holds.
pub(super) fn recall(settings: &JournalSettings) -> Result<(Disk, Recalled), JournalError> {
    let path = &settings.path;
    let failed = |error| JournalError::Failed(path.clone(), error);
    // At the start, where somebody reads it, not when the file is full.
    let aside = disk::aside(path)?;
    disk::next(path)?;
    let file = claim(path)?;
    let mut tails = Tails::default();
    let mut notes = Vec::new();
    let older = older(&aside, &mut tails, &mut notes);
    let (disk, current) = match beginning(&file).map_err(failed)? {
        Beginning::Foreign => return Err(JournalError::Foreign(path.clone())),
        Beginning::Version(version) => return Err(JournalError::Version(path.clone(), version)),
        Beginning::Unfinished => (Disk::new(file, 0, settings).map_err(failed)?, None),
        Beginning::Journal => {
            let walked = walk(&file, 1, path, &mut tails, &mut notes).map_err(failed)?;
            let reader = file.try_clone().map_err(failed)?;
            // What a write leaves that came to no end is a part of one frame.
            let is_torn = walked.torn <= (HEAD_BYTES + limit::JOURNAL_FRAME_BYTES_MAX) as u64;
            let disk = if is_torn {
                if walked.torn > 0 {
                    let (path, torn, end) = (path.display(), walked.torn, walked.end);
                    let records = walked.records;
                    notes.push(format!(
                        "the journal `{path}` ended within a record: {torn} bytes from offset {end} on were cut off, the \
                         {records} records before them are kept"
                    ));
                }
                Disk::new(file, walked.end, settings).map_err(failed)?
            } else {
                let aside = beside(path, ".damaged");
                if aside.exists() {
                    return Err(JournalError::Damaged(path.clone(), walked.torn, aside));
                }
                fs::rename(path, &aside).map_err(failed)?;
                notes.push(format!(
                    "the journal `{}` is damaged from offset {} on, {} bytes of it: it was put aside as `{}`, and a new one \
                     begins",
                    path.display(),
                    walked.end,
                    walked.torn,
                    aside.display()
                ));
                Disk::new(claim(path)?, 0, settings).map_err(failed)?
            };
            (disk, Some(reader))
        }
    };
    let sessions = read(tails.into_kept(), [older, current]).map_err(failed)?;
    Ok((disk, Recalled { sessions, notes }))
}

/// Walks through the file that was put aside, if there is one that can be read.
fn older(path: &Path, tails: &mut Tails, notes: &mut Vec<String>) -> Option<File> {
    let file = File::open(path).ok()?;
    if !matches!(beginning(&file), Ok(Beginning::Journal)) {
        return None;
    }
    match walk(&file, 0, path, tails, notes) {
        Ok(walked) => {
            if walked.torn > 0 {
                notes.push(format!("the last {} bytes of `{}` are damaged", walked.torn, path.display()));
            }
            Some(file)
        }
        Err(error) => {
            notes.push(format!("`{}` cannot be read to its end: {error}", path.display()));
            Some(file)
        }
    }
}

/// What a walk came to.
struct Walked {
    /// Where the last frame ends.
    end: u64,
    /// Bytes after it.
    torn: u64,
    /// How many records there are.
    records: u64,
}

/// Walks through a file, whose number is `number`, from behind its header on.
fn walk(file: &File, number: usize, path: &Path, tails: &mut Tails, notes: &mut Vec<String>) -> io::Result<Walked> {
    let mut walk = Walk::new(file, HEADER_BYTES as u64);
    let mut walked = Walked { end: HEADER_BYTES as u64, torn: 0, records: 0 };
    while let Some(step) = walk.step()? {
        match step {
            Step::Frame { at, payload } => {
                let subject = codec::subject(payload);
                walked.end = at + (HEAD_BYTES + payload.len()) as u64;
                walked.records += u64::from(matches!(subject, Some(Subject::Record { .. })));
                tails.note(subject, Spot { file: number, at: at + HEAD_BYTES as u64, length: payload.len() });
            }
            Step::Damage { bytes, is_end: true, .. } => walked.torn = bytes,
            Step::Damage { at, bytes, is_end: false } => notes.push(format!(
                "the journal `{}` is damaged: {bytes} bytes at offset {at} were passed over, and what follows them is kept",
                path.display()
            )),
        }
    }
    Ok(walked)
}

/// Reads the records that are kept, file by file from its beginning to its end.
fn read(kept: Vec<(String, Tail)>, files: [Option<File>; 2]) -> io::Result<Vec<(SessionId, Vec<Record>)>> {
    let mut spots: Vec<(Spot, usize)> = Vec::new();
    let mut sessions = Vec::with_capacity(kept.len());
    for (index, (name, mut tail)) in kept.into_iter().enumerate() {
        spots.extend(mem::take(&mut tail.spots).into_iter().map(|spot| (spot, index)));
        sessions.push((SessionId::new(&name).unwrap_or_default(), Vec::new()));
    }
    spots.sort_unstable();
    let mut payload = Vec::new();
    for (number, file) in files.into_iter().enumerate() {
        let Some(mut file) = file else { continue };
        let mut at = file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        for (spot, index) in spots.iter().filter(|(spot, _)| spot.file == number) {
            reader.seek_relative(i64::try_from(spot.at - at).unwrap_or(i64::MAX))?;
            payload.resize(spot.length, 0);
            reader.read_exact(&mut payload)?;
            at = spot.at + spot.length as u64;
            if let Some(Noted::Record { record, .. }) = codec::decode(&payload) {
                sessions[*index].1.push(*record);
            }
        }
    }
    Ok(sessions)
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;
    use crate::{
        answer::Entry,
        message::{Request, Response},
        session::frame::header,
    };

    /// A file's name in a folder, and what is written to it.
    struct Made {
        folder: tempfile::TempDir,
        bytes: Vec<u8>,
    }

    impl Made {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), bytes: header().to_vec() }
        }

        fn record(&mut self, session: &str, number: u64, body: usize) {
            let mut request = Request::new(Method::POST, "/pets");
            request.body = vec![b'x'; body].into();
            let mut record = Record::of(&request, Entry::new(0), &Response::new(StatusCode::OK), 0);
            record.number = number;
            let session = SessionId::new(session).unwrap();
            self.bytes.extend(codec::note(&Noted::Record { session, record: Box::new(record) }));
        }

        fn forgotten(&mut self, session: &str, is_dropped: bool) {
            let session = SessionId::new(session).unwrap();
            self.bytes.extend(codec::note(&Noted::Forgotten { session, is_dropped }));
        }

        fn settings(&self) -> JournalSettings {
            JournalSettings::new(self.folder.path().join("j"))
        }

        /// What is recalled of it: the sessions with the numbers of their first and last record.
        fn recalled(&self) -> (Vec<(String, u64, u64)>, Vec<String>) {
            fs::write(self.settings().path, &self.bytes).unwrap();
            let (_, recalled) = recall(&self.settings()).unwrap();
            let ends = |records: &[Record]| (records[0].number, records[records.len() - 1].number);
            let sessions = recalled.sessions.iter().map(|(id, records)| {
                let (first, last) = ends(records);
                assert_eq!(records.len() as u64, last - first + 1, "{id}: no number is missing");
                (id.to_string(), first, last)
            });
            (sessions.collect(), recalled.notes)
        }
    }

    fn expect(made: &Made, sessions: &[(&str, u64, u64)]) {
        let sessions: Vec<(String, u64, u64)> =
            sessions.iter().map(|(id, first, last)| ((*id).to_owned(), *first, *last)).collect();
        assert_eq!(made.recalled(), (sessions, Vec::new()));
    }

    #[test]
    fn the_newest_of_each_session() {
        let mut made = Made::new();
        expect(&made, &[]);
        for number in 1..=limit::JOURNAL_RECORDS_MAX as u64 + 7 {
            made.record("default", number, 0);
        }
        made.record("a", 1, 0);
        made.record("b", 1, 0);
        made.record("a", 2, 0);
        expect(&made, &[("default", 8, 1_007), ("b", 1, 1), ("a", 1, 2)]);
        made.record("a", 1, 0);
        expect(&made, &[("default", 8, 1_007), ("b", 1, 1), ("a", 1, 1)]);
        made.forgotten("b", true);
        made.forgotten("default", false);
        made.record("default", 1_008, 0);
        expect(&made, &[("a", 1, 1), ("default", 1_008, 1_008)]);
    }

    #[test]
    fn bounded_by_bytes() {
        let mut made = Made::new();
        for number in 1..=500 {
            made.record("s", number, limit::JOURNAL_BODY_BYTES_MAX);
        }
        let (sessions, _) = made.recalled();
        let kept = sessions[0].2 - sessions[0].1 + 1;
        assert_eq!(sessions[0].2, 500);
        assert!(kept * limit::JOURNAL_BODY_BYTES_MAX as u64 <= limit::JOURNAL_BYTES_MAX as u64 && kept > 200, "{kept}");
    }

    #[test]
    fn bounded_by_sessions() {
        let mut made = Made::new();
        for number in 0..2 * limit::SESSIONS_MAX + 10 {
            made.record(&format!("s{number}"), 1, 0);
        }
        let (sessions, _) = made.recalled();
        assert_eq!(sessions.len(), limit::SESSIONS_MAX);
        assert_eq!(sessions.last().map(|(id, ..)| id.as_str()), Some("s20009"));
    }

    #[test]
    fn an_older_file_is_read_as_well() {
        let mut made = Made::new();
        made.record("s", 1, 0);
        made.record("gone", 1, 0);
        fs::write(made.folder.path().join("j.1"), &made.bytes).unwrap();
        made.bytes = header().to_vec();
        made.record("s", 2, 0);
        made.forgotten("gone", true);
        expect(&made, &[("s", 1, 2)]);
        fs::write(made.folder.path().join("j.1"), &header()[..5]).unwrap();
        expect(&made, &[("s", 2, 2)]);
    }

    /// What has the names that the file needs when it is full is neither read over nor lost.
    #[test]
    fn names_that_are_taken() {
        #[track_caller]
        fn check(made: &Made, name: &str, bytes: &[u8], expected: &str) {
            let file = made.folder.path().join(name);
            fs::write(&file, bytes).unwrap();
            let error = recall(&made.settings()).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(&format!("{name}` {expected}, and the journal")), "{error}");
            assert_eq!(fs::read(&file).unwrap(), bytes);
            fs::remove_file(file).unwrap();
        }
        let mut made = Made::new();
        made.record("s", 1, 0);
        let foreign = b"something else entirely";
        check(&made, "j.1", foreign, "is no journal of mimeo");
        check(&made, "j.new", foreign, "is no journal of mimeo");
        check(&made, "j.1", b"MIMEOJNL\x09\0\0\0\0\0\0\0", "is a journal in another version of its form");
        check(&made, "j.new", &made.bytes.clone(), "holds records");
        assert!(!made.settings().path.exists(), "nothing was begun");
        // What a process leaves that is killed while it puts the file aside.
        fs::write(made.folder.path().join("j.new"), header()).unwrap();
        expect(&made, &[("s", 1, 1)]);
        let other = JournalSettings::new(made.folder.path().join("j.1"));
        let (_held, _) = recall(&other).unwrap();
        let error = recall(&made.settings()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("j.1` is in use by another process"), "{error}");
    }

    #[test]
    fn a_header_that_was_not_finished_is_written_anew() {
        let mut made = Made::new();
        made.bytes.truncate(5);
        expect(&made, &[]);
        assert_eq!(fs::read(made.settings().path).unwrap(), header());
    }
}

//! Frames: how the file of a journal is divided, so that what is damaged is found and what is whole is read.
//!
//! A file begins with a header of 16 bytes: `MIMEOJNL`, the version (16 bits), six bytes of zero. Then come frames, each
//! a mark, the payload's length and a CRC-32C of both length and payload (32 bits each, little endian), then the payload.
//! Nothing here opens a file: what is read comes from any [`Read`].

use std::io::{self, Read};

use crate::limit;

/// Bytes of the header of a file.
pub const HEADER_BYTES: usize = 16;
/// Bytes of a frame before its payload.
pub const HEAD_BYTES: usize = 12;
/// The version of the form that is written.
pub const VERSION: u16 = 1;

const MAGIC: [u8; 8] = *b"MIMEOJNL";
/// What a frame begins with. The first byte is in no text of UTF-8.
const MARK: [u8; 4] = [0xf5, b'm', b'j', b'\n'];
/// Bytes that are read at once: they stay in the processor's cache until they are checked.
const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes that may be checked in vain while the next frame is looked for after damage: marks that are close together
/// and speak of long frames would have no end.
const VAIN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The header of a file.
pub fn header() -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(&MAGIC);
    header[8..10].copy_from_slice(&VERSION.to_le_bytes());
    header
}

/// What a file begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A header of this version.
    Journal,
    /// Nothing, or a part of a header: its writer came no further.
    Unfinished,
    /// A header of another version.
    Version(u16),
    /// Something else.
    Foreign,
}

impl Beginning {
    /// Reads the first [`HEADER_BYTES`] of a file, or as many as there are.
    pub fn of(bytes: &[u8]) -> Self {
        let expected = header();
        if bytes.len() < HEADER_BYTES {
            return if expected.starts_with(bytes) { Self::Unfinished } else { Self::Foreign };
        }
        match &bytes[..HEADER_BYTES] {
            found if found == expected => Self::Journal,
            found if found.starts_with(&MAGIC) => Self::Version(u16::from_le_bytes([found[8], found[9]])),
            _ => Self::Foreign,
        }
    }
}

/// A frame in the making. Its payload ends with a number that is known last.
#[derive(Debug)]
pub struct Draft {
    bytes: Vec<u8>,
    crc: u32,
}

impl Draft {
    /// A frame whose payload is made by `write`, which appends to what it is given; the number follows.
    pub fn new(capacity: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::with_capacity(capacity + HEAD_BYTES + size_of::<u64>());
        bytes.extend_from_slice(&MARK);
        bytes.extend_from_slice(&[0; 8]);
        write(&mut bytes);
        let length = u32::try_from(bytes.len() - HEAD_BYTES + size_of::<u64>()).unwrap_or(u32::MAX).to_le_bytes();
        bytes[4..8].copy_from_slice(&length);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&length), &bytes[HEAD_BYTES..]);
        Self { bytes, crc }
    }

    /// The frame, with its number.
    pub fn finish(mut self, number: u64) -> Vec<u8> {
        let number = number.to_le_bytes();
        self.bytes.extend_from_slice(&number);
        let crc = crc32c::crc32c_append(self.crc, &number).to_le_bytes();
        self.bytes[8..12].copy_from_slice(&crc);
        self.bytes
    }
}

/// The payloads of the whole frames that `bytes` begins with. They were just made: only their length is looked at.
pub fn payloads(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (frame, after) = rest.split_at_checked(HEAD_BYTES + length_of(rest)?)?;
        rest = after;
        Some(&frame[HEAD_BYTES..])
    })
}

/// How many bytes the whole frames take that `bytes` begins with.
pub fn whole(bytes: &[u8]) -> usize {
    payloads(bytes).map(|payload| HEAD_BYTES + payload.len()).sum()
}

/// The length of the payload of the frame that begins here, if one does.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..HEAD_BYTES).filter(|head| head.starts_with(&MARK))?;
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    (length <= limit::JOURNAL_FRAME_BYTES_MAX).then_some(length)
}

/// Where the first mark is.
fn mark_in(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let next = from + bytes[from..].iter().position(|byte| *byte == MARK[0])?;
        if bytes[next..].starts_with(&MARK) {
            return Some(next);
        }
        from = next + 1;
    }
}

/// True if a frame of which all bytes are there is as it was written.
fn is_sound(frame: &[u8]) -> bool {
    let crc = crc32c::crc32c_append(crc32c::crc32c(&frame[4..8]), &frame[HEAD_BYTES..]);
    crc.to_le_bytes() == frame[8..HEAD_BYTES]
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'w> {
    /// A whole frame.
    Frame {
        /// Where it begins in the file.
        at: u64,
        /// What is in it.
        payload: &'w [u8],
    },
    /// Bytes that are no frame.
    Damage {
        /// Where they begin in the file.
        at: u64,
        /// How many there are.
        bytes: u64,
        /// True if no frame comes after them.
        is_end: bool,
    },
}

/// Walks through the frames of a file, from a frame's beginning on. It takes time in proportion to the file's size,
/// whatever is in it, and never more memory than a frame and a chunk.
#[derive(Debug)]
pub struct Walk<R> {
    from: R,
    buffer: Vec<u8>,
    /// Where what comes next begins in the buffer, and in the file.
    start: usize,
    at: u64,
    is_over: bool,
    vain: usize,
}

impl<R: Read> Walk<R> {
    /// Walks through what `from` gives, which begins at the offset `at` of its file.
    pub fn new(from: R, at: u64) -> Self {
        Self { from, buffer: Vec::with_capacity(2 * CHUNK_BYTES), start: 0, at, is_over: false, vain: 0 }
    }

    /// What comes next; `None` at the end.
    pub fn step(&mut self) -> io::Result<Option<Step<'_>>> {
        if let Some(length) = self.frame()? {
            let (at, start) = (self.at, self.start + HEAD_BYTES);
            self.skip(HEAD_BYTES + length);
            return Ok(Some(Step::Frame { at, payload: &self.buffer[start..start + length] }));
        }
        if self.rest().is_empty() {
            return Ok(None);
        }
        let at = self.at;
        let is_end = !self.find()?;
        Ok(Some(Step::Damage { at, bytes: self.at - at, is_end }))
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.at += bytes as u64;
    }

    /// The length of the payload of the frame that comes next, if one does.
    fn frame(&mut self) -> io::Result<Option<usize>> {
        self.fill(HEAD_BYTES)?;
        let Some(length) = length_of(self.rest()) else { return Ok(None) };
        self.fill(HEAD_BYTES + length)?;
        let Some(frame) = self.rest().get(..HEAD_BYTES + length) else { return Ok(None) };
        if is_sound(frame) {
            return Ok(Some(length));
        }
        self.vain += length;
        Ok(None)
    }

    /// Goes on to the next frame; false if there is none, at the end then.
    fn find(&mut self) -> io::Result<bool> {
        self.skip(1);
        loop {
            self.fill(CHUNK_BYTES)?;
            if self.vain > VAIN_BYTES_MAX {
                self.skip(self.rest().len());
            } else if let Some(next) = mark_in(self.rest()) {
                self.skip(next);
                if self.frame()?.is_some() {
                    return Ok(true);
                }
                self.skip(1);
                continue;
            } else {
                // The mark may lie across the end of what was read.
                let part = if self.is_over { 0 } else { MARK.len() - 1 };
                self.skip(self.rest().len().saturating_sub(part));
            }
            if self.is_over {
                return Ok(false);
            }
        }
    }

    /// Reads on until `wanted` bytes are there, or all that there are.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.is_over || self.rest().len() >= wanted {
            return Ok(());
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let missing = (wanted - self.buffer.len()).max(CHUNK_BYTES);
        let read = self.from.by_ref().take(missing as u64).read_to_end(&mut self.buffer)?;
        self.is_over = read < missing;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(payload: &[u8], number: u64) -> Vec<u8> {
        Draft::new(payload.len(), |bytes| bytes.extend_from_slice(payload)).finish(number)
    }

    /// Where frames begin, and where damage does with its length; a `!` says that no frame follows.
    fn walked(bytes: &[u8]) -> String {
        let mut walk = Walk::new(bytes, 0);
        let mut steps = Vec::new();
        while let Some(step) = walk.step().unwrap() {
            steps.push(match step {
                Step::Frame { at, payload } => format!("{at}:{}", payload.len()),
                Step::Damage { at, bytes, is_end } => format!("{at}-{bytes}{}", if is_end { "!" } else { "" }),
            });
        }
        steps.join(" ")
    }

    #[test]
    fn beginnings() {
        assert_eq!(Beginning::of(&header()), Beginning::Journal);
        assert_eq!(Beginning::of(b""), Beginning::Unfinished);
        assert_eq!(Beginning::of(&header()[..9]), Beginning::Unfinished);
        assert_eq!(Beginning::of(b"MIMEOJNL\x02\0\0\0\0\0\0\0"), Beginning::Version(2));
        assert_eq!(Beginning::of(b"openapi: 3.1.0"), Beginning::Foreign);
        assert_eq!(Beginning::of(b"{}"), Beginning::Foreign);
    }

    #[test]
    fn damage_is_found_and_passed_over() {
        let frames = [framed(b"one", 1), framed(b"two!", 2), framed(b"", 3)];
        let all = frames.concat();
        assert_eq!(walked(&all), "0:11 23:12 47:8");
        assert_eq!(walked(b""), "");
        assert_eq!(walked(&all[..50]), "0:11 23:12 47-3!", "a torn end");
        assert_eq!(walked(&[&all[..], b"\0\0\0"].concat()), "0:11 23:12 47:8 67-3!");
        let mut damaged = all.clone();
        damaged[40] ^= 1;
        assert_eq!(walked(&damaged), "0:11 23-24 47:8", "a bit in a payload");
        damaged[27] = 0xff;
        assert_eq!(walked(&damaged), "0:11 23-24 47:8", "a length too");
        damaged.drain(10..30);
        assert_eq!(walked(&damaged), "0-27 27:8", "bytes that are missing");
        assert_eq!(walked(&all[1..]), "0-22 22:12 46:8");
        let long = [&vec![7; 3 * CHUNK_BYTES][..], &all].concat();
        assert_eq!(walked(&long), "0-786432 786432:11 786455:12 786479:8");
    }

    #[test]
    fn whole_frames_are_counted() {
        let all = [framed(b"one", 1), framed(b"two!", 2)].concat();
        assert_eq!([whole(&all), whole(&all[..46]), whole(&all[..22]), whole(b"")], [47, 23, 0, 0]);
        assert_eq!(payloads(&all).map(<[u8]>::len).collect::<Vec<_>>(), [11, 12]);
    }

    /// Marks that speak of long frames, close together, cost no more than is allowed.
    #[test]
    fn hostile_marks_have_an_end() {
        let mark = [&MARK[..], &(1_u32 << 20).to_le_bytes(), &[0; 4]].concat();
        let bytes = mark.repeat(400_000);
        assert_eq!(walked(&bytes), format!("0-{}!", bytes.len()));
    }

    proptest! {
        /// Whatever the bytes are: the walk ends, and each byte is in one step.
        #[test]
        fn any_bytes_are_walked(parts in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::collection::vec(any::<u8>(), 0..40).prop_map(|payload| framed(&payload, 7)),
                Just(MARK.to_vec()),
            ],
            0..12,
        ), cut in any::<prop::sample::Index>()) {
            let bytes = parts.concat();
            let bytes = &bytes[..cut.index(bytes.len() + 1)];
            let mut walk = Walk::new(bytes, 0);
            let mut end = 0;
            while let Some(step) = walk.step().unwrap() {
                let (at, length) = match step {
                    Step::Frame { at, payload } => (at, (HEAD_BYTES + payload.len()) as u64),
                    Step::Damage { at, bytes, .. } => (at, bytes),
                };
                prop_assert_eq!(at, end);
                prop_assert!(length > 0);
                end = at + length;
            }
            prop_assert_eq!(end, bytes.len() as u64);
        }
    }
}

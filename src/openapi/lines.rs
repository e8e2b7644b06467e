//! Line and column of a byte offset.

/// Bytes between two known character counts: a column is found by counting over at most twice as many.
const BLOCK_BYTES: usize = 4096;

/// An index over a text that answers in logarithmic time, also where the whole text is one line.
#[derive(Debug)]
pub(super) struct Lines {
    /// Byte offset of the first byte of each line.
    starts: Vec<u32>,
    /// Characters that begin before each multiple of [`BLOCK_BYTES`].
    chars: Vec<u32>,
}

impl Lines {
    /// Indexes a text; lines end with LF or CR LF.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        starts.shrink_to_fit();
        let chars = bytes.chunks(BLOCK_BYTES).scan(0, |count, block| {
            let before = *count;
            *count += chars_in(block);
            Some(before)
        });
        Self { starts, chars: chars.collect() }
    }

    /// The line and the column of the character at `offset`, both counted from 1.
    pub(super) fn locate(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).map_or(0, |start| *start as usize);
        let column = self.chars_before(text, offset).saturating_sub(self.chars_before(text, start));
        (line, column + 1)
    }

    /// The byte offset where a line begins; lines are counted from 1.
    pub(super) fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).map(|start| *start as usize)
    }

    fn chars_before(&self, text: &str, offset: usize) -> usize {
        let block = (offset / BLOCK_BYTES).min(self.chars.len().saturating_sub(1));
        let known = self.chars.get(block).copied().unwrap_or(0);
        known as usize + text.as_bytes().get(block * BLOCK_BYTES..offset).map_or(0, |rest| chars_in(rest) as usize)
    }
}

/// Characters that begin in `bytes`: all bytes of UTF-8 but the continuations.
fn chars_in(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(byte & 0xC0 != 0x80)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, expected: (usize, usize)) {
        assert_eq!(Lines::new(text).locate(text, offset), expected, "offset {offset} of {text:?}");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        check("", 0, (1, 1));
        check("ab\ncd", 0, (1, 1));
        check("ab\ncd", 2, (1, 3));
        check("ab\ncd", 3, (2, 1));
        check("ab\r\ncd", 5, (2, 2));
        check("ab\n", 3, (2, 1));
        check("ab", 99, (1, 3));
    }

    #[test]
    fn columns_are_characters() {
        check("äöü: x", 6, (1, 4));
        let long = "ä".repeat(10_000);
        check(&long, 18_000, (1, 9_001));
        check(&long, 20_000, (1, 10_001));
    }
}

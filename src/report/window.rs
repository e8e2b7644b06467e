//! The part of a file that is shown around a place.

use crate::finding::Mark;

/// Lines shown before the one that something is about.
const LINES_BEFORE: usize = 2;
/// Bytes of one line that are shown; a description may be one line of many MiB.
const LINE_BYTES_MAX: usize = 200;

/// The lines around a mark: the renderer is linear in what it is given.
pub(super) struct Window {
    /// What is shown.
    pub(super) text: String,
    /// The number of its first line.
    pub(super) first_line: usize,
    /// The marked part of it.
    pub(super) span: std::ops::Range<usize>,
}

impl Window {
    /// The lines around a mark.
    pub(super) fn around(text: &str, mark: Mark) -> Self {
        Self::with_lines_before(text, mark, LINES_BEFORE)
    }

    /// The line of a mark alone.
    pub(super) fn of_line(text: &str, mark: Mark) -> Self {
        Self::with_lines_before(text, mark, 0)
    }

    fn with_lines_before(text: &str, mark: Mark, lines_before_max: usize) -> Self {
        let start = mark.start.min(text.len());
        let line_start = text[..floor(text, start)].rfind('\n').map_or(0, |at| at + 1);
        if start - line_start > LINE_BYTES_MAX {
            return Self::in_long_line(text, mark, start);
        }
        let mut first = line_start;
        let mut lines_before = 0;
        while lines_before < lines_before_max && first > 0 {
            let before = text[..first - 1].rfind('\n').map_or(0, |at| at + 1);
            if first - before > LINE_BYTES_MAX {
                break;
            }
            first = before;
            lines_before += 1;
        }
        let line_end = text[floor(text, start)..].find('\n').map_or(text.len(), |at| floor(text, start) + at);
        let end = floor(text, line_end.min(line_start + LINE_BYTES_MAX));
        let from = floor(text, start).min(end);
        // One line is marked, however much a value spans: the caret says where, not how much.
        let to = floor(text, mark.end.clamp(from, end)).max(from);
        let shown = printable_keeping_length(&text[first..end]);
        let shown_from = from - first;
        Self {
            first_line: mark.line.saturating_sub(lines_before).max(1),
            span: shown_from..(to - first).max(shown_from).min(shown.len()),
            text: shown,
        }
    }

    fn in_long_line(text: &str, mark: Mark, start: usize) -> Self {
        let from = floor(text, start.saturating_sub(LINE_BYTES_MAX / 3));
        let end = floor(text, (start + LINE_BYTES_MAX).min(text.len()));
        let shown = &text[from..end];
        let shown = shown.split('\n').next().unwrap_or(shown);
        let begin = floor(shown, (start - from).min(shown.len()));
        let stop = floor(shown, (mark.end.saturating_sub(from)).clamp(begin, shown.len()));
        Self { first_line: mark.line, span: begin..stop.max(begin), text: printable_keeping_length(shown) }
    }
}

/// Text without control characters, which could drive the terminal, with one byte for one, so that offsets stay right.
fn printable_keeping_length(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_control() && c != '\n' { ' ' } else { c }).collect()
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

//! Findings as text, with the line that they are about and a caret under the place.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::Chapter;
use crate::finding::{Finding, Mark, Part, Place, Severity, Side};

/// Lines shown before the one that a finding is about.
const LINES_BEFORE: usize = 2;
/// Bytes of one line that are shown; a description may be one line of many MiB.
const LINE_BYTES_MAX: usize = 200;

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// By terminal escapes; the screen removes them where they do not belong.
    Ansi,
    /// Not at all.
    Plain,
}

/// All findings, one after the other, each ending with an empty line.
pub fn text(chapters: &[Chapter<'_>], colour: Colour) -> String {
    let mut out = String::new();
    for chapter in chapters {
        for finding in chapter.findings {
            out.push_str(&one(chapter, finding, colour));
            out.push_str("\n\n");
        }
    }
    out
}

fn one(chapter: &Chapter<'_>, finding: &Finding, colour: Colour) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(printable(&finding.message)).id(finding.code.as_str());
    let mut group = match &finding.place {
        Place::File { file, mark: Some(mark), .. } => {
            let window = chapter.documents.by_name(file).map(|(_, doc)| Window::around(&doc.text, *mark));
            match window {
                Some(window) => {
                    let annotation = AnnotationKind::Primary.span(window.span.clone());
                    title.element(
                        Snippet::source(window.text)
                            .line_start(window.first_line)
                            .path(file.to_string())
                            .annotation(annotation),
                    )
                }
                None => title.element(Origin::path(file.to_string()).line(mark.line).char_column(mark.column)),
            }
        }
        Place::File { file, pointer, mark: None } => title.element(Origin::path(format!("{file}#{pointer}"))),
        Place::Message { side, part, at } => title.element(Origin::path(message_place(*side, *part, at))),
        Place::Nowhere => annotate_snippets::Group::with_title(title),
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let renderer = match colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    renderer.render(&[group])
}

fn message_place(side: Side, part: Part, at: &str) -> String {
    let side = if side == Side::Request { "request" } else { "response" };
    format!("{side} {} {at}", part.as_str()).trim_end().to_owned()
}

/// Text from a description without control characters, which could drive the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The lines around a mark: the renderer is linear in what it is given.
struct Window {
    text: String,
    first_line: usize,
    span: std::ops::Range<usize>,
}

impl Window {
    fn around(text: &str, mark: Mark) -> Self {
        let start = mark.start.min(text.len());
        let line_start = text[..floor(text, start)].rfind('\n').map_or(0, |at| at + 1);
        if start - line_start > LINE_BYTES_MAX {
            return Self::in_long_line(text, mark, start);
        }
        let mut first = line_start;
        let mut lines_before = 0;
        while lines_before < LINES_BEFORE && first > 0 {
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

/// Like [`printable`], with one byte for one, so that offsets stay right.
fn printable_keeping_length(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_control() && c != '\n' { ' ' } else { c }).collect()
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

//! Findings as text, with the line that they are about and a caret under the place.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::{Chapter, escape::printable, window::Window};
use crate::finding::{Finding, Part, Place, Severity, Side};

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

//! Changes as text: with the lines in question, or one line each.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};

use super::{ApiChanges, Edition, Spot, subject, touched};
use crate::{
    diff::{Change, Level},
    report::{
        Colour,
        escape::{one_line, printable},
        window::Window,
    },
};

/// All changes, one after the other, each with its lines in both versions, and ending with an empty line.
pub fn text_changes(comparisons: &[ApiChanges<'_>], colour: Colour) -> String {
    let renderer = match colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    let mut out = String::new();
    for comparison in comparisons {
        for change in comparison.changes {
            out.push_str(&renderer.render(&[one(comparison, change)]));
            out.push_str("\n\n");
        }
    }
    out
}

fn one<'a>(comparison: &ApiChanges<'a>, change: &'a Change) -> Group<'a> {
    let level = match change.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Info => Shown::INFO,
    };
    let title = level.primary_title(printable(&title_of(change))).id(change.id);
    let mut group = Group::with_title(title);
    let (base, revision) = (comparison.base_spot(change), comparison.revision_spot(change));
    let label = |word| (base.is_some() && revision.is_some()).then_some(word);
    let (was, is) = (label("was"), label("is"));
    if let Some(spot) = base {
        group = placed(group, &comparison.base, &spot, was);
    }
    if let Some(spot) = revision {
        group = placed(group, &comparison.revision, &spot, is);
    }
    if let Some(comment) = change.comment {
        group = group.element(Shown::NOTE.message(comment));
    }
    if let Some(touched) = touched(change) {
        group = group.element(Shown::NOTE.message(printable(&touched)));
    }
    group
}

/// The text of a change, with the operation that it is in.
fn title_of(change: &Change) -> String {
    match &change.operation {
        Some(name) => format!("{name}: {}", change.text),
        None => change.text.clone(),
    }
}

/// Adds a place with its line.
fn placed<'a>(group: Group<'a>, edition: &Edition<'a>, spot: &Spot, label: Option<&'static str>) -> Group<'a> {
    let Some(mark) = spot.mark else {
        return group.element(Origin::path(spot.to_string()));
    };
    let Some((_, document)) = edition.documents.by_name(&spot.file) else {
        return group.element(Origin::path(spot.file.to_string()).line(mark.line).char_column(mark.column));
    };
    let window = Window::of_line(&document.text, mark);
    let annotation = AnnotationKind::Primary.span(window.span);
    let annotation = match label {
        Some(label) => annotation.label(label),
        None => annotation,
    };
    let snippet = Snippet::source(window.text).line_start(window.first_line).path(spot.file.to_string());
    group.element(snippet.annotation(annotation))
}

/// All changes, a line each: `FILE:LINE:COLUMN: LEVEL [ID] METHOD /PATH what changed`.
pub fn single_lines(comparisons: &[ApiChanges<'_>]) -> String {
    let mut out = String::new();
    for comparison in comparisons {
        for change in comparison.changes {
            let spot = comparison.main_spot(change).map(|spot| format!("{spot}: ")).unwrap_or_default();
            let touched = touched(change).map(|touched| format!(" ({touched})")).unwrap_or_default();
            let (level, subject) = (change.level.as_str(), subject(change));
            let line = format!("{spot}{level} [{}] {subject} {}{touched}", change.id, change.text);
            let _ = writeln!(out, "{}", one_line(&line));
        }
    }
    out
}

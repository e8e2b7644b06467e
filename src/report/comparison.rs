//! What differs between two snapshots, for people: in words, and line by line.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::{Colour, printable};
use crate::snapshot::{Comparison, Difference, DifferenceKind};

/// Lines shown around each change of the line by line view.
const LINES_AROUND: usize = 3;

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const CYAN: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

/// The differences in words, what breaks the contract first; empty if there is none.
pub fn comparison(comparison: &Comparison, colour: Colour) -> String {
    let mut out = String::new();
    let (broken, others): (Vec<&Difference>, Vec<&Difference>) =
        comparison.differences.iter().partition(|it| it.kind == DifferenceKind::Broken);
    if !broken.is_empty() {
        let _ = writeln!(out, "{}", painted(BOLD, "The client breaks the contract where it did not:", colour));
        for it in broken {
            difference(&mut out, it, colour);
        }
    }
    let mut session: Option<&str> = None;
    for it in others {
        if session != Some(it.session.as_str()) {
            session = Some(&it.session);
            if !out.is_empty() {
                out.push('\n');
            }
            let name = format!("session {}", printable(&it.session));
            let _ = writeln!(out, "{}", painted(BOLD, &name, colour));
        }
        difference(&mut out, it, colour);
    }
    let is_about_order = |it: &Difference| it.kind == DifferenceKind::Reordered && !it.operation.is_empty();
    if !comparison.is_empty() && comparison.differences.iter().all(is_about_order) {
        out.push_str("    if the client sends several requests at once, let their order not count: `--order set`\n");
    }
    if !comparison.notes.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        for note in &comparison.notes {
            let _ = writeln!(out, "{} {}", painted(CYAN, "note:", colour), printable(note));
        }
    }
    out
}

/// The last line: `3 differences, 1 of them breaks the contract`.
pub fn comparison_summary(comparison: &Comparison) -> String {
    let count = comparison.differences.len();
    let broken = comparison.differences.iter().filter(|it| it.kind == DifferenceKind::Broken).count();
    let breaks = match broken {
        0 => String::new(),
        1 => ", 1 of them breaks the contract".to_owned(),
        several => format!(", {several} of them break the contract"),
    };
    match count {
        0 => "no differences".to_owned(),
        1 if broken == 1 => "1 difference, which breaks the contract".to_owned(),
        1 => "1 difference".to_owned(),
        several => format!("{several} differences{breaks}"),
    }
}

fn difference(out: &mut String, it: &Difference, colour: Colour) {
    let sign = it.kind.sign();
    let paint = match sign {
        '!' | '-' => RED,
        '+' => GREEN,
        _ => YELLOW,
    };
    for (number, line) in it.text.iter().enumerate() {
        // What was said by a client stays in its line.
        let line = printable(&line.replace('\n', "\\n"));
        let _ = match number {
            0 => writeln!(out, "{} {line}", painted(paint, &sign.to_string(), colour)),
            _ => writeln!(out, "    {line}"),
        };
    }
}

/// The texts of two snapshots line by line, as `diff -u` shows them; empty if they are equal.
pub fn unified(old: (&str, &str), new: (&str, &str), colour: Colour) -> String {
    let diff = TextDiff::from_lines(old.1, new.1);
    let mut out = String::new();
    for group in diff.grouped_ops(LINES_AROUND) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        if out.is_empty() {
            let _ = writeln!(out, "{}", painted(RED, &format!("--- {}", printable(old.0)), colour));
            let _ = writeln!(out, "{}", painted(GREEN, &format!("+++ {}", printable(new.0)), colour));
        }
        let range = |from: usize, to: usize| format!("{},{}", from + usize::from(to > from), to - from);
        let old_range = range(first.old_range().start, last.old_range().end);
        let new_range = range(first.new_range().start, last.new_range().end);
        let _ = writeln!(out, "{}", painted(CYAN, &format!("@@ -{old_range} +{new_range} @@"), colour));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = printable(change.value().trim_end_matches('\n'));
            let _ = match change.tag() {
                ChangeTag::Equal => writeln!(out, " {line}"),
                ChangeTag::Delete => writeln!(out, "{}", painted(RED, &format!("-{line}"), colour)),
                ChangeTag::Insert => writeln!(out, "{}", painted(GREEN, &format!("+{line}"), colour)),
            };
        }
    }
    out
}

fn painted(paint: &str, text: &str, colour: Colour) -> String {
    match colour {
        Colour::Ansi => format!("{paint}{text}{RESET}"),
        Colour::Plain => text.to_owned(),
    }
}

//! Changes as JUnit reports, which most pipelines show as tests.

use std::fmt::Write as _;

use super::{Comparison, subject, sum_of_changes, touched};
use crate::diff::{Change, Level};

/// All changes, a test case each, in a suite for each operation. Those of level `least` and above have failed.
pub fn junit_changes(comparisons: &[Comparison<'_>], least: Level) -> String {
    let fails = |change: &Change| change.level >= least;
    let all = || comparisons.iter().flat_map(|comparison| comparison.changes);
    let total = all().count().max(1);
    let failures = all().filter(|change| fails(change)).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"mimeo diff\" tests=\"{total}\" failures=\"{failures}\" errors=\"0\">");
    if all().next().is_none() {
        out.push_str("  <testsuite name=\"mimeo diff\" tests=\"1\" failures=\"0\" errors=\"0\">\n");
        let _ = writeln!(out, "    <testcase name=\"{}\" classname=\"mimeo diff\"/>", sum_of_changes(comparisons));
        out.push_str("  </testsuite>\n");
    }
    for comparison in comparisons {
        for (name, changes) in comparison.groups() {
            let failures = changes.iter().filter(|change| fails(change)).count();
            let name = attribute(&name);
            let _ = writeln!(
                out,
                "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
                changes.len()
            );
            for change in changes {
                case(&mut out, comparison, change, fails(change));
            }
            out.push_str("  </testsuite>\n");
        }
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, comparison: &Comparison<'_>, change: &Change, failed: bool) {
    let (name, class) = (attribute(&change.text), attribute(&subject(change)));
    let _ = write!(out, "    <testcase name=\"{name}\" classname=\"{class}\"");
    if !failed {
        out.push_str("/>\n");
        return;
    }
    let place = comparison.main_spot(change).map(|spot| format!("{spot}\n")).unwrap_or_default();
    let comment = change.comment.map(|comment| format!("{comment}\n")).unwrap_or_default();
    let touched = touched(change).map(|touched| format!("{touched}\n")).unwrap_or_default();
    let level = change.level.as_str();
    let _ = writeln!(
        out,
        ">\n      <failure type=\"{}\" message=\"{name}\">{}</failure>\n    </testcase>",
        attribute(change.id),
        content(&format!("{level} {}: {}\n{place}{comment}{touched}", subject(change), change.text))
    );
}

/// Text between tags. What XML cannot hold becomes a replacement character.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text as the value of an attribute.
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

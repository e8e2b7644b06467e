//! Changes as Markdown, for a comment under a pull request or a changelog.

use std::fmt::Write as _;

use super::{
    ApiChanges,
    span::{Span, spans},
    sum_of_changes, touched,
};
use crate::report::escape::{markdown as words, markdown_code as code};

/// All changes, a list for each operation.
pub fn markdown_changes(comparisons: &[ApiChanges<'_>]) -> String {
    let mut out = String::from("# API changes\n\n");
    let _ = writeln!(out, "{}\n", sum_of_changes(comparisons));
    for comparison in comparisons {
        if comparisons.len() > 1 {
            let _ = writeln!(out, "## {}\n\n{}\n", words(comparison.api), words(&comparison.title()));
        } else {
            let _ = writeln!(out, "{}\n", words(&comparison.title()));
        }
        for (name, changes) in comparison.groups() {
            let level = if comparisons.len() > 1 { "###" } else { "##" };
            let _ = writeln!(out, "{level} {}\n", code(&name));
            for change in changes {
                let place = comparison.main_spot(change).map(|spot| format!(", {}", code(&spot.to_string())));
                let _ = writeln!(
                    out,
                    "- **{}** {} ({}{})",
                    change.level.as_str(),
                    text(&change.text),
                    code(change.id),
                    place.unwrap_or_default()
                );
                if let Some(comment) = change.comment {
                    let _ = writeln!(out, "  <br>{}", text(comment));
                }
                if let Some(touched) = touched(change) {
                    let _ = writeln!(out, "  <br>{}", words(&touched));
                }
            }
            out.push('\n');
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// A text of a change.
fn text(text: &str) -> String {
    spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Words(part) => words(part),
            Span::Code(part) => code(part),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(text("the tag `a*b` <was> _here_"), "the tag `a*b` &lt;was&gt; \\_here\\_");
    }
}

//! Changes as Markdown, for a comment under a pull request or a changelog.

use std::fmt::Write as _;

use super::{
    Comparison, one_line,
    span::{Span, spans},
    sum_of_changes, touched,
};

/// All changes, a list for each operation.
pub fn markdown_changes(comparisons: &[Comparison<'_>]) -> String {
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

/// Text that is nothing but words.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            // Nobody is notified because of a description.
            '@' => out.push_str("&#64;"),
            c => out.push(c),
        }
    }
    out
}

/// Text as code, in more backticks than are in it.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if text.trim().is_empty() {
        return words(&text);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(text("the tag `a*b` <was> _here_"), "the tag `a*b` &lt;was&gt; \\_here\\_");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(words("a\n# b @all"), "a \\# b &#64;all");
    }
}

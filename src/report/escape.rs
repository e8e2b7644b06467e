//! Text that others wrote, in descriptions or requests, so that terminals and pages take it for text.

/// Text without control characters, which could drive the terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Text on one line, without control characters.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Text that is nothing but words in HTML, also in an attribute.
pub(super) fn html(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Text that is nothing but words in Markdown, also in a table.
pub(super) fn markdown(text: &str) -> String {
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

/// Text as code in Markdown, in more backticks than are in it.
pub(super) fn markdown_code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if text.trim().is_empty() {
        return markdown(&text);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The same in a table, whose cells end at a `|` even in code.
pub(super) fn markdown_code_in_table(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(printable("a\n\u{1b}[31mb\u{9b}"), "a\n\u{fffd}[31mb\u{fffd}");
        assert_eq!(html("<b>&'\"\n"), "&lt;b&gt;&amp;&#39;&quot; ");
        assert_eq!(markdown("a\n# b @all | <i>"), "a \\# b &#64;all \\| &lt;i&gt;");
        assert_eq!(markdown_code("a`b"), "``a`b``");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code_in_table("a|b"), "`a\\|b`");
    }
}

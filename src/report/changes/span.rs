//! The texts of changes in parts: words, and what stands between backticks.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span<'t> {
    /// Words.
    Words(&'t str),
    /// A name, a value or a keyword, without its backticks.
    Code(&'t str),
}

/// The parts of a text. Where the backticks do not come in pairs, all of it is words.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    if text.matches('`').count() % 2 == 1 {
        return vec![Span::Words(text)];
    }
    let parts = text.split('`').enumerate();
    let spans = parts.map(|(index, part)| if index % 2 == 0 { Span::Words(part) } else { Span::Code(part) });
    spans.filter(|span| !matches!(span, Span::Words(""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(spans("the tag `a` was"), [Span::Words("the tag "), Span::Code("a"), Span::Words(" was")]);
        assert_eq!(spans("`a`"), [Span::Code("a")]);
        assert_eq!(spans("a ` b"), [Span::Words("a ` b")]);
    }
}
